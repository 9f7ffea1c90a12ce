"""The same steps with Prefect: `caixun serve` with a real server, the flows that it serves, and a command that joins it.

By hand: `caixun serve --port 4299`, then `PREFECT_API_URL=http://127.0.0.1:4299/api caixun backfill …`.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.demo import DEMO_DAYS, demo_project
from flows.sample_site import load_site, serving
from flows.settings import SHIPPED_CONFIG, Project, open_project
from tests.conftest import caixun, in_project
from tests.flows.killed import rows_of

PATIENCE = 240  # seconds; the server needs 15 to 40 on a quiet machine


@dataclass
class Serving:
    """A running `caixun serve`, and what it prints."""

    process: subprocess.Popen
    log: Path

    def wait(self, what) -> None:
        deadline = time.monotonic() + PATIENCE
        while not what():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.5)

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0
        assert self.log.read_text().endswith("stopped; what was not finished is taken up by the next run\n")


@contextmanager
def serve(project: Project, port: int, log: Path) -> Iterator[Serving]:
    program = Path(sys.executable).with_name("caixun")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CAIXUN_", "PREFECT_"))}
    with log.open("w") as out:
        process = subprocess.Popen(
            [program, "serve", "--port", str(port), *in_project(project)], stdout=out, stderr=out, env=clean
        )
    one = Serving(process, log)
    try:
        one.wait(lambda: "Ctrl-C ends it" in log.read_text())
        yield one
    finally:
        process.kill()
        process.wait(30)


@dataclass
class Server:
    """How to ask the Prefect server at a port of loopback."""

    port: int

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


def small(folder: Path, site: int) -> Project:
    """Return the demo's project with one worker process, which its 40 articles are enough for."""
    project = demo_project(folder, site)
    settings = project.config / "settings.yml"
    settings.write_text(settings.read_text().replace("workers: 0", "workers: 1") + '\nschedule: {at: "00:00"}\n')
    return open_project(project.config, project.data)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def sums_of(project: Project) -> list[tuple]:
    reports = project.ledger.reports(project.sources, DEMO_DAYS)
    return [(report.source, report.day, report.status, report.tally.found, report.tally.rejects) for report in reports]


def test_the_schedule_is_served_and_commands_join(tmp_path):
    """One test, since the server is what costs: half a minute of a processor to start."""
    with serving(load_site(SHIPPED_CONFIG / "demo"), 0) as site:
        project, server = small(tmp_path / "served", site), Server(free_port())
        with serve(project, server.port, tmp_path / "log") as served:
            _days_are_run(served, server)
            _a_command_joins_with_the_same_result(server, tmp_path, site)
            _what_was_missed_is_caught_up_by_each_start(project, served, server, tmp_path / "second")
            served.end()
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", server.port)) != 0  # its server has ended with it


def _days_are_run(served: Serving, server: Server) -> None:
    """The day that no run has listed is caught up at once; the days to come are scheduled; then days are backfilled by form."""
    served.wait(lambda: server.runs_of("daily") and server.runs_of("daily")[0]["state_type"] == "FAILED")
    assert "4 failed" in server.runs_of("daily")[0]["state"]["message"]  # the sample site has no news of yesterday
    (schedule,) = server.deployment("daily")["schedules"]
    assert schedule["active"]
    assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("0 0 * * *", "Asia/Shanghai")
    served.wait(lambda: len([run for run in server.runs_of("daily") if run["state_type"] == "SCHEDULED"]) >= 3)

    backfill = server.deployment("backfill")
    form = backfill["parameter_openapi_schema"]
    assert form["required"] == ["start", "end"]
    assert form["properties"]["start"]["format"] == "date"
    assert form["properties"]["again"]["enum"] == ["missing", "failed", "all"]
    days = {"start": "2026-11-18", "end": "2026-11-20"}
    for source in ("sample_paper", "nonesuch"):
        server.ask(f"deployments/{backfill['id']}/create_flow_run", {"parameters": {**days, "sources": [source]}})
    served.wait(lambda: {run["state_type"] for run in server.runs_of("backfill")} == {"COMPLETED", "FAILED"})
    states = {tuple(run["parameters"]["sources"]): run["state"] for run in server.runs_of("backfill")}
    assert states["sample_paper",]["type"] == "COMPLETED"
    assert states["sample_paper",]["message"] == "14 records; days: 3 complete"
    assert "unknown source nonesuch" in states["nonesuch",]["message"]


def _a_command_joins_with_the_same_result(server: Server, folder: Path, site: int) -> None:
    command = ["backfill", "2026-11-18", "2026-11-20"]
    joined = small(folder / "joined", site)
    run = caixun(*command, *in_project(joined), PREFECT_API_URL=server.api, PREFECT_HOME=str(folder / "home"), timeout=300)
    assert run.returncode == 1  # one article is behind a wall
    assert "Traceback" not in run.stderr
    plain = small(folder / "plain", site)
    assert caixun(*command, *in_project(plain)).returncode == 1
    assert rows_of(joined) == rows_of(plain)
    assert sums_of(joined) == sums_of(plain)

    (flow_run,) = (one for one in server.ask("flow_runs/filter") if one["deployment_id"] is None)
    assert flow_run["state_name"] == "Completed"
    mine = {"flow_runs": {"id": {"any_": [flow_run["id"]]}}}
    tasks = {task["name"].rpartition("-")[0] for task in server.ask("task_runs/filter", mine)}
    assert {"crawl", "build sample_paper", "build sample_wire: batch 1"} <= tasks
    artifacts = {one["key"]: one["data"] for one in server.ask("artifacts/filter", mine)}
    assert "| sample_paper | 2026-11-18 | complete | 5 | 5 | 5 |" in artifacts["run"]
    assert "| sample_search | C | B | C |" in artifacts["matrix"]
    assert "| sample_wire | no_body | 1 |" in artifacts["rejects"]


def _what_was_missed_is_caught_up_by_each_start(project: Project, served: Serving, server: Server, log: Path) -> None:
    """A second start, on a day of which the first one's run did not come to its end."""
    (run,) = (run for run in server.runs_of("daily") if run["state_type"] == "FAILED")
    with closing(sqlite3.connect(project.data / "ledger.sqlite")) as ledger:
        ledger.execute("delete from days")
        ledger.commit()
    with serve(project, server.port, log) as second:
        assert f"joining the Prefect server that runs at {server.api}" in log.read_text()
        begun = ("PENDING", "RUNNING", "FAILED")
        served.wait(lambda: [one for one in server.runs_of("daily") if one["state_type"] in begun and one["id"] != run["id"]])
        second.end()
