"""The same steps as a Prefect flow, on a real Prefect server that this module starts on loopback.

By hand: `PREFECT_HOME=/tmp/prefect prefect server start --port 4299`, then `PREFECT_API_URL=http://127.0.0.1:4299/api`.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from flows.demo import DEMO_DAYS, demo_project
from tests.conftest import caixun, in_project
from tests.flows.killed import rows_of

PATIENCE = 180  # seconds; the server needs 15 to 40 on a quiet machine


def ask(url: str, body: dict | None = None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("prefect")
    environment = {
        **os.environ,
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    program = Path(sys.executable).with_name("prefect")
    command = [program, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        api = f"http://127.0.0.1:{port}/api"
        try:
            wait_for(api, process, home / "log")
            yield api
        finally:
            process.terminate()
            process.wait(30)


def wait_for(api: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if ask(f"{api}/health") is True:
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
    pytest.fail(f"the Prefect server did not start within {PATIENCE} s:\n{log.read_text()}")


def sums_of(project) -> list[tuple]:
    reports = project.ledger.reports(project.sources, DEMO_DAYS)
    return [(report.source, report.day, report.status, report.tally.found, report.tally.rejects) for report in reports]


def test_the_steps_run_as_a_prefect_flow_with_the_same_result(server, project, site, tmp_path):
    command = ["backfill", "2026-11-18", "2026-11-20"]
    run = caixun(*command, *in_project(project), PREFECT_API_URL=server, PREFECT_HOME=str(tmp_path / "home"), timeout=300)
    assert run.returncode == 1  # one article is behind a wall
    assert "Traceback" not in run.stderr
    plain = demo_project(tmp_path / "plain", site.port)
    assert caixun(*command, *in_project(plain)).returncode == 1
    assert rows_of(project) == rows_of(plain)
    assert sums_of(project) == sums_of(plain)

    (flow_run,) = ask(f"{server}/flow_runs/filter", {})
    assert flow_run["state_name"] == "Completed"
    (flow,) = ask(f"{server}/flows/filter", {})
    assert flow["name"] == "backfill"
    tasks = {task["name"].rpartition("-")[0] for task in ask(f"{server}/task_runs/filter", {})}
    assert {"crawl", "build sample_paper", "build sample_wire: batch 1"} <= tasks
    (artifact,) = ask(f"{server}/artifacts/filter", {"artifacts": {"key": {"any_": ["run"]}}})
    assert "| sample_paper | 2026-11-18 | complete | 5 | 5 | 5 |" in artifact["data"]
