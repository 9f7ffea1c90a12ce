"""What the commands print, where no terminal reads it: a pipe, a file, another locale."""

import json
import os
import shlex
import subprocess
import sys
from contextlib import suppress
from datetime import date
from importlib.metadata import version
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from crawlers.inquiries import Usage
from flows.cli.progress import Progress
from flows.cli.tables import costs_table
from flows.costs import Cost
from tests.conftest import caixun, in_project
from tests.transforms.rows import DAY, record
from transforms import dataset

NAME = "a_source_of_a_name_of_forty_letters_full"


@pytest.fixture
def listing(project):
    """Return the arguments that list sources, one of which has a long name."""
    folder = project.config / "sources"
    (folder / "sample_paper.yml").rename(folder / f"{NAME}.yml")
    return ["sources", "list", *in_project(project)]


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_reader_that_has_seen_enough_is_no_failure(listing, more):
    reader, writer = os.pipe()
    os.close(reader)
    command = [Path(sys.executable).with_name("caixun"), *listing, *more]
    run = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize(("more", "unbuffered"), [((), ""), ((), "1"), (("--json",), ""), (("--help",), "1")])
def test_a_full_disk_behind_standard_output_is_told_in_one_sentence(listing, more, unbuffered):
    command = [Path(sys.executable).with_name("caixun"), *listing, *more]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    assert (run.returncode, run.stderr) == (1, "caixun: standard output cannot be written: No space left on device\n")


def test_a_pipe_gets_whole_names_in_utf_8_whatever_the_locale(listing, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)  # which the tests' own workers have
    run = caixun(*listing, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (run.returncode, run.stderr) == (0, "")
    assert f"{NAME}  样报" in run.stdout


def test_a_narrow_terminal_gets_whole_names_of_sources(listing):
    assert NAME in caixun(*listing, COLUMNS="60").stdout.split()


def test_a_terminal_shows_the_name_of_a_batch_as_it_is(project):
    console = Console(file=StringIO(), force_terminal=True, width=200)
    with Progress(project, {}, console) as progress:
        progress.phase("batch b[/1] of 7 questions is not done yet")
    assert "batch b[/1] of 7 questions" in console.file.getvalue()


def test_costs_show_the_name_of_a_model_as_it_is():
    console = Console(file=StringIO(), width=200)
    booked = Cost("r1", "paper", date(2026, 11, 18), "m[/a]", Usage(1, 1000, 200, 2.8, "[RMB]"))
    console.print(costs_table([booked], "model"))
    assert "m[/a]" in console.file.getvalue()
    assert "cost ([RMB])" in console.file.getvalue()


def test_a_reader_that_has_gone_hides_no_failure(project):
    reader, writer = os.pipe()
    os.close(reader)
    program = Path(sys.executable).with_name("caixun")
    command = [program, "run", "--date", "2026-11-18", "--json", *in_project(project)]
    settings = project.config / "sources" / "sample_paper.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("/paper/", "/nowhere/"), encoding="utf-8")
    run = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert run.returncode == 1, run.stderr


@pytest.mark.parametrize("behind", ["full", "closed"])
def test_remarks_that_nobody_gets_change_nothing(project, behind):
    program = Path(sys.executable).with_name("caixun")

    def told(*command: str) -> tuple[int, str]:
        line = shlex.join(map(str, [program, *command, *in_project(project)]))
        where = "2>/dev/full" if behind == "full" else "2>&-"
        run = subprocess.run(["sh", "-c", f"{line} {where}"], stdout=subprocess.PIPE, text=True, timeout=300, check=False)
        return run.returncode, run.stdout

    assert told("run", "--date", "yesterday") == (2, "")
    status, printed = told("run", "--date", "2026-11-18", "--source", "sample_paper", "--json")
    assert (status, json.loads(printed)["ok"]) == (0, True)


def test_the_version_and_the_help_are_told():
    assert caixun("--version").stdout == f"caixun {version('caixun')}\n"
    assert caixun("run", "-h").stdout == caixun("run", "--help").stdout


def shown_on_a_terminal(command: list[str], columns: int) -> str:
    """Return what a command prints where standard output is a terminal of a width."""
    reader, writer = os.openpty()
    with subprocess.Popen(
        [Path(sys.executable).with_name("caixun"), *command],
        stdout=writer,
        stderr=subprocess.PIPE,
        env={**os.environ, "COLUMNS": str(columns), "TERM": "dumb", "NO_COLOR": "1"},
    ):
        os.close(writer)
        parts = []
        with suppress(OSError):  # its end
            while part := os.read(reader, 1 << 16):
                parts.append(part)
    os.close(reader)
    return b"".join(parts).decode().replace("\r\n", "\n")


@pytest.mark.parametrize("form", ["table", "text", "json"])
def test_a_pages_words_do_not_steer_the_terminal(form, tmp_path):
    row = record(1, title="红\x1b[31m字\x9b2J\x7f", body="正\x1b]0;x\x07文。", keywords=("红\x1b[31m字",))
    dataset.records(tmp_path / "data").apply(DAY, "paper", [row])
    data = ["--data", str(tmp_path / "data")]
    shown = shown_on_a_terminal(["show", "--format", form, *data], 200)
    assert "红" in shown
    assert not set(shown) & {"\x1b", "\x07", "\x9b", "\x7f"}
