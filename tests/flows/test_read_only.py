"""A data root that may not be written: who only asks gets answers, who would write one sentence."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.settings import Project, open_project
from tests.conftest import in_project
from tests.loopback import SOURCE, article, collected, links, loopback, make_project
from transforms import dataset
from transforms.layout import format_records
from transforms.reading import read_dataset

DAY = date(2026, 11, 18)
# Root may read and write everywhere, unless it gives these rights up.
RIGHTS = "-dac_override,-dac_read_search"
UNPRIVILEGED = ["setpriv", f"--bounding-set={RIGHTS}", f"--inh-caps={RIGHTS}"] if os.geteuid() == 0 else []
WRITE_AND_DIE = """
import os, signal, sys
from crawlers.ledger import Ledger
ledger = Ledger(sys.argv[1])
ledger.rest("c.cn", "a wall")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def crawled(tmp_path_factory) -> Path:
    """Return a folder with the configuration and the data of a crawl."""
    folder = tmp_path_factory.mktemp("crawled")
    with loopback() as site:
        site.pages |= {"/paper/18": links("/a/1", "/a/2"), "/a/1": article(1), "/a/2": article(2)}
        made = make_project(folder, site, paper=SOURCE)
        collected(made, {"paper": [DAY]})
    made.ledger.close()
    return folder


@pytest.fixture
def project(crawled, tmp_path) -> Iterator[Project]:
    shutil.copytree(crawled, tmp_path, dirs_exist_ok=True)
    yield open_project(tmp_path / "config", tmp_path / "data")
    close(tmp_path / "data", 0o755)


def close(folder: Path, mode: int = 0o555) -> None:
    for place, _, _ in os.walk(folder):
        Path(place).chmod(mode)


def asked(project: Project, *command: str) -> subprocess.CompletedProcess[str]:
    return asked_for(*command, *in_project(project))


def asked_for(*command: str | Path) -> subprocess.CompletedProcess[str]:
    program = [*UNPRIVILEGED, Path(sys.executable).with_name("caixun"), *command]
    return subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)


def test_who_only_asks_gets_answers(project):
    url = read_dataset(project.data, columns=["url"])["url"][0].as_py()
    shutil.rmtree(project.data / "locks")  # whose files who asks may not open either, where they are another user's
    close(project.data.folder)
    for command, told in (
        (["status", str(DAY), str(DAY), "--json"], "complete"),
        (["report", "--out", "-"], "财讯简报"),
        (["why", url], "record"),
        (["backfill", str(DAY), str(DAY), "--dry-run"], "0 of 1 source-days to do"),
        (["doctor", "--dry-run"], "archive, ledger and dataset agree"),
        (["migrate"], "0 files migrated"),
    ):
        run = asked(project, *command)
        assert (run.returncode, told in run.stdout + run.stderr) == (0, True), (command, run.stderr)


@pytest.mark.parametrize(
    "command",
    [
        ["run", "--date", str(DAY)],
        ["rebuild", str(DAY), str(DAY), "--all"],
        ["migrate"],
        ["doctor"],
        ["sources", "check", "paper", "--date", str(DAY)],
        ["compact", "--before", str(DAY + timedelta(days=2))],
        ["delta", "table"],
        ["import", "texts.txt"],
        ["import-warc", "pages.warc.gz"],
    ],
)
def test_who_would_write_gets_one_sentence(project, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("texts.txt").write_text("".join(format_records(dataset.records(project.data).rows(DAY, "paper"))), encoding="utf-8")
    (pages,) = (project.data / "archive").rglob("*.warc.gz")
    shutil.copy(pages, "pages.warc.gz")
    records = dataset.records(project.data)
    for day in (DAY, DAY + timedelta(days=1)):  # two days that an older caixun wrote
        table = records.load(DAY).replace_schema_metadata({b"caixun.schema_version": b"0"})
        records.folder(day).mkdir(exist_ok=True)
        pq.write_table(table, records.path(day, "paper") or records.folder(day) / "paper.parquet")
    close(project.data.folder)
    run = asked(project, *command)
    told = f"caixun: {project.data}: the data root cannot be written: permission denied"
    assert (run.returncode, run.stderr.splitlines()[-1]) == (2, told)
    assert [line for line in run.stderr.splitlines() if "denied" in line or "Traceback" in line] == [told]


def test_a_root_that_cannot_be_made_and_a_page_that_cannot_be_put_there_are_one_sentence(project):
    (project.data / "new" / "demo-config" / "sources").mkdir(parents=True)
    close(project.data.folder)
    demo = asked_for("demo", "--data", project.data / "new")
    assert demo.stderr == f"caixun: {project.data}/new: the data root cannot be written: permission denied\n"
    made = asked_for("run", "--date", str(DAY), "--config", project.config, "--data", project.data / "other")
    assert made.stderr == f"caixun: {project.data}/other: the data root cannot be written: permission denied\n"
    page = asked(project, "report", str(DAY))
    assert page.stderr.splitlines()[-1].endswith(".html: cannot be written: Permission denied; name another place with --out")
    assert (demo.returncode, made.returncode, page.returncode) == (2, 2, 2)


@pytest.mark.parametrize("command", [["export", "--output"], ["report", "--out"], ["status", "--html"]])
def test_a_file_whose_folder_may_not_be_written_is_a_wrong_argument(project, tmp_path, command):
    place = tmp_path / "kept"
    place.mkdir()
    place.chmod(0o555)
    name, option = command
    run = asked(project, name, str(DAY), option, str(place / "x.csv"))
    told = f"caixun: {place}/x.csv: cannot be written: Permission denied; name another place"
    assert (run.returncode, run.stderr.splitlines()[-1], [*place.iterdir()]) == (2, told, [])


def test_what_a_killed_process_wrote_last_is_read_too(project):
    killed = subprocess.run([sys.executable, "-c", WRITE_AND_DIE, project.ledger_url], timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert Path(f"{project.data.folder / 'ledger.sqlite'}-wal").stat().st_size
    close(project.data.folder)
    read = "import sys; from crawlers.ledger import Ledger; print(Ledger(sys.argv[1]).resting('c.cn'))"
    run = subprocess.run(
        [*UNPRIVILEGED, sys.executable, "-c", read, project.ledger_url], capture_output=True, text=True, check=False
    )
    assert "a wall" in run.stdout, run.stderr
    close(project.data.folder, 0o755)
    Path(f"{project.data.folder / 'ledger.sqlite'}-shm").unlink()
    close(project.data.folder)
    run = asked(project, "status", str(DAY), str(DAY))
    assert (run.returncode, run.stderr.count("\n")) == (1, 1)
    assert "ledger.sqlite-wal, which cannot be read" in run.stderr


def test_who_asks_while_another_user_writes_gets_what_is_there(project):
    close(project.data.folder)
    asking = """
import subprocess, sys
from crawlers.ledger import Ledger
ledger = Ledger(sys.argv[1])
print(len(ledger.sources()), ledger.resting("c.cn"))
print("asked", flush=True)
sys.stdin.readline()
print(len(ledger.sources()), ledger.resting("c.cn"))
"""
    command = [*UNPRIVILEGED, sys.executable, "-c", asking, project.ledger_url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert [run.stdout.readline() for _ in range(2)] == ["1 None\n", "asked\n"]
        close(project.data.folder, 0o755)
        project.ledger.rest("c.cn", "a wall")
        project.ledger.close()
        close(project.data.folder)
        told, _ = run.communicate("go on\n")
    assert "a wall" in told


@pytest.mark.parametrize(("gone", "status"), [("locks", 0), ("ledger.sqlite", 2)])
def test_a_copy_of_which_something_is_left_out_is_answered_for_or_named(project, gone, status):
    place = project.data.folder / gone
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()
    close(project.data.folder)
    run = asked(project, "status", str(DAY), str(DAY))
    assert run.returncode == status
    assert "Traceback" not in run.stderr
    assert ("cannot be written" in run.stderr) == bool(status)


def test_prompts_that_may_not_be_read_are_one_sentence(project):
    (project.config / "settings.yml").write_text(
        "annotator: llm\nllm: {base_url: 'http://127.0.0.1:9/v1', model: m, key_env: null}\n"
    )
    (project.config / "prompts").mkdir()
    (project.config / "prompts").chmod(0)
    run = asked(project, "run", "--date", str(DAY))
    (project.config / "prompts").chmod(0o755)
    assert (run.returncode, run.stderr.splitlines()[-1]) == (
        2,
        f"caixun: {project.config}/prompts/annotate.md: cannot be read: permission denied",
    )
