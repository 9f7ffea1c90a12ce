"""The same steps with Prefect: `caixun serve` with a real server, the flows that it serves, and a command that joins it.

By hand: `caixun serve --port 4299`, then `PREFECT_API_URL=http://127.0.0.1:4299/api caixun backfill …`.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.demo import DEMO_DAYS, demo_project
from flows.sample_site import load_site, serving
from flows.settings import SHIPPED_CONFIG, Project
from tests.conftest import caixun, in_project
from tests.flows.killed import rows_of

PATIENCE = 240  # seconds; the server needs 15 to 40 on a quiet machine


@dataclass
class Served:
    """A project whose schedule is served, the site that it reads, and how to ask the server."""

    project: Project
    site: int
    port: int
    process: subprocess.Popen
    log: Path

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def ask(self, path: str, body: dict | None = None):
        request = urllib.request.Request(
            f"{self.api}/{path}", json.dumps(body or {}).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def deployment(self, flow: str) -> dict:
        return next(one for one in self.ask("deployments/filter") if one["entrypoint"] == f"flows.deployments.{flow}")

    def runs_of(self, flow: str) -> list[dict]:
        found = self.ask("flow_runs/filter", {"deployments": {"id": {"any_": [self.deployment(flow)["id"]]}}})
        return sorted(found, key=lambda one: one["expected_start_time"])

    def wait(self, what) -> None:
        deadline = time.monotonic() + PATIENCE
        while not what():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.5)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    with serving(load_site(SHIPPED_CONFIG / "demo"), 0) as site, (folder / "log").open("w") as log:
        project, port = demo_project(folder / "data", site), free_port()
        settings = project.config / "settings.yml"
        settings.write_text(settings.read_text() + '\nschedule: {at: "00:00"}\n')
        program = Path(sys.executable).with_name("caixun")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("CAIXUN_", "PREFECT_"))}
        command = [program, "serve", "--port", str(port), *in_project(project)]
        process = subprocess.Popen(command, stdout=log, stderr=log, env=clean)
        one = Served(project, site, port, process, folder / "log")
        try:
            one.wait(lambda: "Ctrl-C ends it" in one.log.read_text())
            yield one
        finally:
            process.kill()
            process.wait(30)


def sums_of(project: Project) -> list[tuple]:
    reports = project.ledger.reports(project.sources, DEMO_DAYS)
    return [(report.source, report.day, report.status, report.tally.found, report.tally.rejects) for report in reports]


def test_the_schedule_is_served(served):
    """The day that no run has listed is caught up at once; the days to come are scheduled; then days are backfilled by form."""
    served.wait(lambda: served.runs_of("daily") and served.runs_of("daily")[0]["state_type"] == "FAILED")
    assert "4 failed" in served.runs_of("daily")[0]["state"]["message"]  # the sample site has no news of yesterday
    (schedule,) = served.deployment("daily")["schedules"]
    assert schedule["active"]
    assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("0 0 * * *", "Asia/Shanghai")
    served.wait(lambda: len([run for run in served.runs_of("daily") if run["state_type"] == "SCHEDULED"]) >= 3)

    backfill = served.deployment("backfill")
    form = backfill["parameter_openapi_schema"]
    assert form["required"] == ["start", "end"]
    assert form["properties"]["start"]["format"] == "date"
    assert form["properties"]["again"]["enum"] == ["missing", "failed", "all"]
    days = {"start": "2026-11-18", "end": "2026-11-20"}
    served.ask(f"deployments/{backfill['id']}/create_flow_run", {"parameters": {**days, "sources": ["sample_paper"]}})
    served.ask(f"deployments/{backfill['id']}/create_flow_run", {"parameters": {**days, "sources": ["nonesuch"]}})
    served.wait(lambda: [run["state_type"] for run in served.runs_of("backfill")][1:] in (["COMPLETED"], ["FAILED"]))
    states = {tuple(run["parameters"]["sources"]): run["state"] for run in served.runs_of("backfill")}
    assert states["sample_paper",]["type"] == "COMPLETED"
    assert states["sample_paper",]["message"] == "14 records; days: 3 complete"
    assert "unknown source nonesuch" in states["nonesuch",]["message"]


def test_a_command_joins_with_the_same_result(served, tmp_path):
    command = ["backfill", "2026-11-18", "2026-11-20"]
    joined = demo_project(tmp_path / "joined", served.site)
    run = caixun(*command, *in_project(joined), PREFECT_API_URL=served.api, PREFECT_HOME=str(tmp_path / "home"), timeout=300)
    assert run.returncode == 1  # one article is behind a wall
    assert "Traceback" not in run.stderr
    plain = demo_project(tmp_path / "plain", served.site)
    assert caixun(*command, *in_project(plain)).returncode == 1
    assert rows_of(joined) == rows_of(plain)
    assert sums_of(joined) == sums_of(plain)

    (flow_run,) = (one for one in served.ask("flow_runs/filter") if one["deployment_id"] is None)
    assert flow_run["state_name"] == "Completed"
    mine = {"flow_runs": {"id": {"any_": [flow_run["id"]]}}}
    tasks = {task["name"].rpartition("-")[0] for task in served.ask("task_runs/filter", mine)}
    assert {"crawl", "build sample_paper", "build sample_wire: batch 1"} <= tasks
    (artifact,) = served.ask("artifacts/filter", {**mine, "artifacts": {"key": {"any_": ["run"]}}})
    assert "| sample_paper | 2026-11-18 | complete | 5 | 5 | 5 |" in artifact["data"]


def test_what_is_served_ends_with_its_server_and_without_a_trace(served):
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(60) == 0
    assert served.log.read_text().endswith("stopped; what was not finished is taken up by the next run\n")
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", served.port)) != 0
