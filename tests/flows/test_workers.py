"""A Prefect work pool: two workers run what prefect.yaml deploys, over a PostgreSQL and a bucket that they share.

By hand: docs/schedule.md.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows.address import api_at
from flows.hosting import environment, own_server
from flows.settings import Project
from tests.flows.test_orchestration import PATIENCE, Server, free_port
from tests.flows.test_shared import machines, pages, plain_rows, rows_of  # noqa: F401 - machines is a fixture

pytestmark = [pytest.mark.s3, pytest.mark.postgres]

PREFECT = Path(sys.executable).with_name("prefect")
PREFECT_YAML = Path(__file__).parents[2] / "prefect.yaml"


@pytest.fixture
def server(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Return a Prefect server, which what is started afterwards finds in its environment."""
    one = Server(free_port())
    for name, value in environment(project, "127.0.0.1", one.port, {}).items():
        if not name.startswith("CAIXUN_"):
            monkeypatch.setenv(name, value)
    with own_server("127.0.0.1", one.port, tmp_path / "reports", tmp_path / "server.log"):
        monkeypatch.setenv("PREFECT_API_URL", api_at("127.0.0.1", one.port))
        yield one


@contextmanager
def worker(machine: Project, log: Path) -> Iterator[None]:
    """Start a worker that takes one run at a time, as its machine has the project; the first one makes the work pool."""
    command = [PREFECT, "worker", "start", "--pool", "caixun", "--type", "process", "--limit", "1"]
    own = {**os.environ, "CAIXUN_CONFIG": str(machine.config)}
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out, env=own) as process:
        try:
            wait_for(lambda: "started!" in log.read_text(), log)
            yield
        finally:
            process.kill()


def wait_for(what, *logs: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "\n".join(log.read_text() for log in logs)
        time.sleep(0.5)


def test_workers_of_a_pool_make_the_dataset_that_the_plain_runner_makes(project, machines, site, server, tmp_path):  # noqa: F811
    plain = plain_rows(project)
    asked = len(site.asked)
    logs = [tmp_path / "one.log", tmp_path / "other.log"]
    with worker(machines[0], logs[0]), worker(machines[1], logs[1]):
        subprocess.run([PREFECT, "--no-prompt", "deploy", "--all"], cwd=PREFECT_YAML.parent, check=True, capture_output=True)
        forms = {"backfill": {"start": "2026-11-18", "end": "2026-11-20"}, "daily": {"day": "2026-11-19"}}
        for flow, form in forms.items():
            path = f"deployments/{server.deployment(flow, 'pool')['id']}/create_flow_run"
            server.ask(path, {"parameters": form, "state": {"type": "SCHEDULED"}})
        ended = {"COMPLETED", "FAILED", "CRASHED"}
        wait_for(lambda: all({run["state_type"] for run in runs(server, flow)} <= ended for flow in forms), *logs)
        (backfill,) = runs(server, "backfill")
        assert backfill["state"]["message"] == "40 records; days: 8 complete, 1 blocked", (
            logs[0].read_text() + logs[1].read_text()
        )
    assert all("submitting flow run" in log.read_text() for log in logs)
    assert rows_of(machines[0]) == rows_of(machines[1]) == plain
    assert max(pages(site.asked[asked:]).values()) == 1


def runs(server: Server, flow: str) -> list[dict]:
    return [run for run in server.runs_of(flow, "pool") if not run["auto_scheduled"]]
