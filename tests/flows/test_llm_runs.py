"""Whole runs with the llm engine: the program as a user starts it, over the sample site and a provider on loopback."""

import json
import os
import signal
from pathlib import Path

import pytest
import yaml

from crawlers.errors import ConfigError
from flows.cli.app import app
from flows.demo import DEMO_DAYS
from flows.purse import OverBudgetError
from tests.conftest import caixun, in_project
from tests.provider import KEY, completion, failure, provider, said, truthful
from transforms import dataset
from transforms.record import Annotation

DAY = DEMO_DAYS[0]


@pytest.fixture
def stub():
    with provider() as running:
        yield running


def configure(config: Path, stub, **llm) -> None:
    settings = {
        "annotator": "llm",
        "llm": {"base_url": stub.url, "model": "m", "price": {"input": 2, "output": 8}, **llm},
        "workers": 1,
    }
    (config / "settings.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")


def in_process(*arguments: object) -> int:
    """Run a command in this process, which saves the start of another, and return its exit status."""
    return app([str(one) for one in arguments], standalone_mode=False)


def invents_a_keyword(asked):
    return completion(asked, said(asked, keywords=["人工智能", "火星移民计划"]))


def test_a_run_that_finds_the_provider_down_and_is_killed_later_ends_without_a_call_twice(
    project, stub, tmp_path, monkeypatch, capsys
):
    configure(project.config, stub, concurrency=1)
    command = ["run", "--date", DAY, "--source", "sample_paper", *in_project(project)]
    with pytest.raises(ConfigError, match="needs its key in the environment variable CAIXUN_LLM_KEY"):
        in_process(*command)
    stub.answer = lambda _asked: failure(403)
    down = caixun(*command, "--json", CAIXUN_LLM_KEY=KEY)
    told = json.loads(down.stdout)
    assert (down.returncode, told["annotated"]["waiting"], told["ok"]) == (1, 5, False)
    assert "refuses the key (CAIXUN_LLM_KEY)" in told["findings"][0]["text"]
    waits = list(dataset.records(project.data).select(DAY, DAY))
    assert {(row.summary, row.annotated_at, row.annotator) for row in waits} == {("", None, "llm")}

    stub.answer = truthful
    asked = len(stub.asked)
    kill = {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(Path(__file__).parent / "killing"), os.environ.get("PYTHONPATH")))),
        "KILL_AT": "main crawlers.ledger:Ledger.book 2 after",
        "KILL_ONCE": str(tmp_path / "killed"),
    }
    killed = caixun(*command, CAIXUN_LLM_KEY=KEY, **kill)
    assert killed.returncode == -signal.SIGKILL
    assert len(stub.asked) - asked == 2
    monkeypatch.setenv("CAIXUN_LLM_KEY", KEY)
    assert in_process(*command) == 0
    ended = capsys.readouterr()
    assert "annotated 5 by m (3 calls, " in ended.out
    assert len(stub.asked) - asked == 5
    rows = list(dataset.records(project.data).select(DAY, DAY))
    assert all(row.annotated_at and row.summary for row in rows)
    assert KEY not in down.stdout + down.stderr + killed.stderr + ended.out + ended.err
    assert not [path for path in project.data.folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]

    assert in_process("rebuild", DAY, DAY, *in_project(project)) == 0
    assert list(dataset.records(project.data).select(DAY, DAY)) == rows
    monkeypatch.setenv("CAIXUN_LLM_MODEL", "n")
    capsys.readouterr()
    in_process("rebuild", DAY, DAY, "--annotate", "--dry-run", *in_project(project))
    assert capsys.readouterr().out.startswith("5 of 5 records are stale: about ")
    stub.answer = invents_a_keyword
    assert in_process("rebuild", DAY, DAY, "--annotate", "--json", *in_project(project)) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["stale"], told["changed"]["keywords"], told["annotated"]["dropped"]) == (5, 5, {"keywords": 10})
    assert (told["annotated"]["by_model"], told["annotated"]["paid"]["calls"]) == (5, 10)
    assert len(stub.asked) - asked == 15
    _costs_are_told(project, capsys)


def _costs_are_told(project, capsys) -> None:
    capsys.readouterr()
    in_process("costs", "--json", *in_project(project))
    booked = json.loads(capsys.readouterr().out)
    assert [(row["model"], row["source"], row["day"]) for row in booked] == [
        (model, "sample_paper", DAY.isoformat()) for model in ("m", "m", "n")
    ]
    assert [(row["calls"], row["tokens_in"], row["cost"]) for row in booked] == [
        (calls, 1000 * calls, pytest.approx(0.0036 * calls)) for calls in (2, 3, 10)
    ]
    in_process("costs", DAY, "--by", "model", *in_project(project))
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["model", "calls", "tokens", "in", "tokens", "out", "cost", "(CNY)"],
        ["m", "5", "5,000", "1,000", "0.0180"],
        ["n", "10", "10,000", "2,000", "0.0360"],
        ["sum", "15", "15,000", "3,000", "0.0540"],
    ]
    in_process("costs", "2026-12-01", *in_project(project))
    assert capsys.readouterr().out == "no model was asked\n"
    with pytest.raises(ConfigError, match="START 2026-12-01 lies after END 2026-11-30"):
        in_process("costs", "2026-12-01", "2026-11-30", *in_project(project))


def test_why_tells_of_a_text_that_the_endpoint_refuses(project, stub, monkeypatch, capsys):
    monkeypatch.setenv("CAIXUN_LLM_KEY", KEY)
    configure(project.config, stub, concurrency=1)
    refused = []

    def answer(asked):
        refused[:] = refused or [asked.article[0]]
        return failure(400, "Content Exists Risk") if asked.article[0] in refused else truthful(asked)

    stub.answer = answer
    assert in_process("run", "--date", DAY, "--source", "sample_paper", *in_project(project)) == 0
    told = capsys.readouterr().out
    assert "1 by lexicon; 1 refused by the endpoint" in told
    assert "annotated 1 articles in place of m: HTTP 400: " in told
    asked = len(stub.asked)
    assert in_process("rebuild", DAY, DAY, "--annotate", *in_project(project)) == 0
    assert (capsys.readouterr().out.startswith("0 of 5 records were stale"), len(stub.asked)) == (True, asked)
    (row,) = (row for row in dataset.records(project.data).select(DAY, DAY) if row.title == refused[0])
    in_process("why", row.url, *in_project(project))
    assert f"by {row.annotator_version}, since the endpoint refused it to m: HTTP 400: " in capsys.readouterr().out


def test_texts_are_annotated_by_both_engines_side_by_side(stub, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CAIXUN_LLM_KEY", KEY)
    configure(tmp_path, stub)
    file = tmp_path / "articles.jsonl"
    row = {
        "id": "7",
        "title": "大模型走进钢厂",
        "body": "11月18日，岑峰钢铁宣布质检大模型上线，漏检率降到0.03%。\n公司计划推广。",
    }
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    command = ["annotate", file, "--engine", "both", "--config", tmp_path]
    in_process(*command, "--data", tmp_path / "data")
    first = capsys.readouterr()
    lexicon, model = (json.loads(line) for line in first.out.splitlines())
    assert (lexicon["id"], lexicon["annotator"], model["id"], model["annotator"]) == ("7", "lexicon", "7", "llm")
    assert list(model) == ["id", *Annotation.model_fields]
    assert first.err == "m: 1 calls, 1000 tokens in, 200 out, 0.0036 CNY\n"
    in_process(*command, "--data", tmp_path / "data")
    assert capsys.readouterr().err == "m: 0 calls, 0 tokens in, 0 out, 0.0000 CNY\n"
    with pytest.raises(OverBudgetError, match=r"the budget of 0\.001 is spent"):
        in_process("annotate", file, "--engine", "llm", "--budget", "0.001", "--config", tmp_path, "--data", tmp_path / "other")
    assert len(stub.asked) == 1
