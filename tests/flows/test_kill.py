"""SIGKILL at any point, then the same command again: nothing lost, nothing twice, nothing fetched again, nothing left.

Here one kill at those points that differ most; `benchmarks/kills.py` kills at all of them, three times each. What must hold is
asserted by `killed`, which both use.
"""

import importlib
import operator
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from flows.demo import demo_project
from tests.conftest import caixun, in_project
from tests.flows import killed
from tests.flows.points import POINTS

OFTEN = [point for point in POINTS if point.often]
COMMAND = ["backfill", "2026-11-18", "2026-11-20"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Of one run of the tests, whose processes have their folders side by side."""
    own = tmp_path_factory.getbasetemp()
    return killed.undisturbed((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "undisturbed")


@pytest.mark.parametrize("point", [point for point in OFTEN if point.command == "backfill"], ids=lambda point: point.name)
def test_a_killed_backfill_is_finished_by_the_same_command(point, project, site, tmp_path, whole):
    killed.assert_a_killed_backfill_is_finished(point, project, site, tmp_path, whole)


@pytest.mark.parametrize("point", [point for point in OFTEN if point.command != "backfill"], ids=lambda point: point.name)
def test_another_killed_command_finishes_when_it_is_given_again(point, tmp_path, whole):
    killed.assert_a_killed_change_is_finished(point, tmp_path, whole)


def test_there_are_points_enough_and_none_twice():
    assert len(POINTS) == len({(point.at, point.command, point.eager) for point in POINTS}) >= 20


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_a_point_names_a_function_that_there_is(point):
    module, _, name = point.at.split()[1].partition(":")
    assert callable(operator.attrgetter(name)(importlib.import_module(module)))


def is_running(pid: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_ends_early_leaves_no_child_and_no_lock(how, site, tmp_path):
    """End the parent while the child waits for a slow site."""
    project = demo_project(tmp_path / "data", site.port)  # with as many workers as a user has
    answer = site.content.answer

    def slow(target: str):
        time.sleep(0.3)
        return answer(target)

    site.content.answer = slow  # type: ignore[method-assign]
    program = Path(sys.executable).with_name("caixun")
    run = subprocess.Popen(
        [program, *COMMAND, *in_project(project)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    while len(site.asked) < 8:
        time.sleep(0.05)
    children = [int(pid) for pid in Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()]
    assert len(children) > 1, "workers start while the first pages are fetched"
    if how != signal.SIGKILL:
        os.killpg(run.pid, how)  # as a terminal does, or `timeout`
    else:
        run.kill()
    _, said = run.communicate(timeout=300)
    deadline = time.monotonic() + 60
    while any(map(is_running, children)):
        assert time.monotonic() < deadline, "a child still runs"
        time.sleep(0.1)
    site.content.answer = answer  # type: ignore[method-assign]
    resume = said.partition("resume with: caixun ")[2].split("\n")[0].split()
    if how != signal.SIGKILL:
        assert run.returncode == 128 + how, said
        assert f"Go on with: caixun {' '.join(resume)}" in said
        assert "Traceback" not in said
        assert list((project.data / "archive").rglob("*.open")) == []
        assert any(report.tally.unbuilt for report in project.ledger.reports(["sample_paper"], killed.DEMO_DAYS))
    kept, asked = killed.archived_links(project), len(site.asked)
    again = caixun(*resume)
    assert again.returncode == 1, again.stderr
    assert len(killed.rows_of(project)) == killed.RECORDS
    assert {site.url(path) for path in site.asked[asked:]} & set(kept) == set()
    killed.assert_nothing_left(project)
