"""Two processes with one ledger, of one machine or of two, annotate articles of one story: the provider is asked once."""

from multiprocessing import get_context
from pathlib import Path
from time import monotonic, sleep

import pytest
import yaml

from crawlers import leases
from flows.annotation import annotate_waiting
from flows.runner import PlainRunner
from flows.settings import Project, open_project
from tests.provider import KEY, Provider, provider
from tests.transforms.rows import DAY, record
from transforms import dataset
from transforms.text import text_hash

LASTING = 2.0  # of the process that is killed


@pytest.fixture
def stub(monkeypatch):
    monkeypatch.setenv("CAIXUN_LLM_KEY", KEY)
    with provider() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def machines(request, stub, tmp_path):
    """Return the projects of two processes: on one data root, or of two machines that share a PostgreSQL alone."""
    shared = request.param == "postgresql"
    ledger = request.getfixturevalue("cluster").database() if shared else None
    settings = {"annotator": "llm", "ledger": ledger, "llm": {"base_url": stub.url, "model": "m"}}
    (tmp_path / "settings.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    opened = [open_project(tmp_path, tmp_path / name) for name in (("one", "other") if shared else ("one", "one"))]
    yield opened
    for project in opened:
        project.ledger.close()
        if shared:
            project.data.locks.close()


def put(project: Project, source: str, number: int, story: int) -> None:
    """Put a record that waits for its annotation into the dataset, a reprint with an ending of its own."""
    body = f"第{story}段正文。\n本报记者{number}号综合报道。"
    changes = {"source": source, "body": body, "text_hash": text_hash(body), "story_id": record(story).article_id}
    waiting = record(number, **changes, **dict(project.prompt.waiting("m")))
    dataset.records(project.data).apply(DAY, source, [waiting])


def annotate(project: Project, source: str) -> str:
    with PlainRunner(1) as runner:
        result = annotate_waiting(project, {source: [DAY]}, source, runner, [])
    return f"{result.by_model} by model, {result.paid.calls} calls"


def annotate_elsewhere(config: Path, data: Path, source: str, lasting: float) -> None:
    leases.LASTING, leases._RENEWAL = lasting, lasting / 4
    annotate(open_project(config, data), source)


def begun_elsewhere(project: Project, source: str, stub: Provider, lasting: float = leases.LASTING):
    """Begin to annotate in another process, and return that when it has asked its question."""
    before = len(stub.asked)
    process = get_context("spawn").Process(target=annotate_elsewhere, args=(project.config, project.data.folder, source, lasting))
    process.start()
    deadline = monotonic() + 60
    while len(stub.asked) == before and monotonic() < deadline:
        sleep(0.01)
    return process


def test_two_processes_ask_once_and_a_killed_one_holds_nobody_back(machines, stub):
    mine, theirs = machines
    put(theirs, "wire", 1, story=1)
    put(mine, "paper", 2, story=1)
    stub.seconds = 1.0
    other = begun_elsewhere(theirs, "wire", stub)
    assert annotate(mine, "paper") == "1 by model, 0 calls"
    other.join()
    assert (other.exitcode, stub.titles) == (0, ["标题1"])

    put(theirs, "radio", 3, story=3)
    put(mine, "web", 4, story=3)
    stub.seconds = 60.0
    killed = begun_elsewhere(theirs, "radio", stub, LASTING)
    killed.kill()
    killed.join()
    stub.seconds = 0.0
    assert annotate(mine, "web") == "1 by model, 1 calls"
    assert stub.titles == ["标题1", "标题3", "标题4"]
