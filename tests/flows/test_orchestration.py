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
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from flows.demo import DEMO_DAYS, demo_project
from flows.sample_site import load_site, serving
from flows.settings import SHIPPED_CONFIG, Project, open_project
from tests.conftest import caixun, in_project
from tests.flows.killed import rows_of
from tests.flows.test_alerts import hook

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

    def refused(self) -> str:
        assert self.process.wait(PATIENCE) == 2
        return self.log.read_text()

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(PATIENCE) == 0
        assert self.log.read_text().endswith("a backfill the command `caixun backfill --resume ID`\n")


@contextmanager
def begun(project: Project, port: int, log: Path, **environment: str) -> Iterator[Serving]:
    program = Path(sys.executable).with_name("caixun")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CAIXUN_", "PREFECT_"))}
    with log.open("w") as out:
        process = subprocess.Popen(
            [program, "serve", "--port", str(port), *in_project(project)],
            stdout=out,
            stderr=out,
            env=clean | environment,
            start_new_session=True,
        )
    try:
        yield Serving(process, log)
    finally:
        process.kill()
        process.wait(30)


@contextmanager
def serve(project: Project, port: int, log: Path, **environment: str) -> Iterator[Serving]:
    with begun(project, port, log, **environment) as one:
        one.wait(lambda: "Ctrl-C ends it" in log.read_text())
        yield one


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
        for _ in range(20):
            try:
                with urllib.request.urlopen(request, timeout=120) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code != 503:  # its database is busy: Prefect's own clients ask again
                    raise
                time.sleep(0.5)
        raise AssertionError(f"{path}: the server stays busy")

    def deployment(self, flow: str, name: str) -> dict:
        wanted = name, f"flows.deployments.{flow}"
        return next(one for one in self.ask("deployments/filter") if (one["name"], one["entrypoint"]) == wanted)

    def runs_of(self, flow: str, name: str = "caixun") -> list[dict]:
        found = self.ask("flow_runs/filter", {"deployments": {"id": {"any_": [self.deployment(flow, name)["id"]]}}})
        return sorted(found, key=lambda one: one["expected_start_time"])

    def artifacts_of(self, run: dict) -> dict[str, str]:
        mine = {"flow_runs": {"id": {"any_": [run["id"]]}}}
        return {one["key"]: one["data"] for one in self.ask("artifacts/filter", mine)}


def small(folder: Path, site: int, name: str = "caixun") -> Project:
    """Return the demo's project with one worker process, which its 40 articles are enough for, and a name for its deployments."""
    project = demo_project(folder, site)
    settings = project.config / "settings.yml"
    settings.write_text(settings.read_text().replace("workers: 0", "workers: 1") + f'\nschedule: {{at: "00:00", name: {name}}}\n')
    paper = project.config / "sources" / "sample_paper.yml"
    paper.write_text(paper.read_text().replace("empty_days: [weekend]\n", ""))  # on which day of the week this runs is all one
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
            with begun(small(tmp_path / "joined", site), server.port, tmp_path / "namesake") as namesake:
                told = namesake.refused()
            assert "caixun: daily/caixun is served for another project on this Prefect server" in told
            assert f"{project.data}); give this one another schedule.name in settings.yml" in told
            another = small(tmp_path / "another", site, "another")
            _what_was_missed_is_caught_up_by_each_start(another, server, tmp_path / "third")
            served.end()
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", server.port)) != 0  # its server has ended with it


def _days_are_run(served: Serving, server: Server) -> None:
    """The day that no run has listed is caught up at once; the days to come are scheduled; then days are backfilled by form."""
    served.wait(lambda: server.runs_of("daily") and server.runs_of("daily")[0]["state_type"] == "FAILED")
    # The sample site has no news of yesterday; what its lists do not show of today may be yet to come.
    assert "3 failed, 3 partial" in server.runs_of("daily")[0]["state"]["message"]
    (schedule,) = server.deployment("daily", "caixun")["schedules"]
    assert schedule["active"]
    assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("0 0 * * *", "Asia/Shanghai")
    served.wait(lambda: len([run for run in server.runs_of("daily") if run["state_type"] == "SCHEDULED"]) >= 3)

    backfill = server.deployment("backfill", "caixun")
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
    logs = {one["message"] for one in server.ask("logs/filter")}
    assert any(one.startswith("resume it with: caixun backfill --resume ") for one in logs)
    (done,) = (run for run in server.runs_of("backfill") if run["state_type"] == "COMPLETED")
    link = f"http://127.0.0.1:{server.port}/reports/2026-11-18_2026-11-20.html"
    assert server.artifacts_of(done)["report"] == f"[2026-11-18_2026-11-20.html]({link})"
    with urllib.request.urlopen(link, timeout=30) as page:
        assert "sample_paper 2026-11-19: complete, 5 records of 7 found" in page.read().decode()
    briefing = link.replace("2026-11-18_", "briefing_2026-11-18_")
    assert server.artifacts_of(done)["briefing"] == f"[briefing_2026-11-18_2026-11-20.html]({briefing})"
    with urllib.request.urlopen(briefing, timeout=30) as page:
        assert "<li>文章 <b>14</b> 篇</li>" in page.read().decode()
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
    assert {"crawl", "build sample_paper", "build sample_wire: from batch 1"} <= tasks
    artifacts = server.artifacts_of(flow_run)
    page = joined.data / "reports" / "2026-11-18_2026-11-20.html"
    assert artifacts["report"] == f"[{page.name}]({page.as_uri()})"  # the server shows those of its own project alone
    assert '<td class="B"' in page.read_text()
    page = page.with_name(f"briefing_{page.name}")
    assert artifacts["briefing"] == f"[{page.name}]({page.as_uri()})"
    assert "采集不完整：样例搜索" in page.read_text(encoding="utf-8")
    assert "| sample_paper | 2026-11-18 | complete | 5 | 5 | 5 |" in artifacts["run"]
    assert "| sample_search | C | B | C |" in artifacts["matrix"]
    assert "| sample_wire | no_body | 1 |" in artifacts["rejects"]


def _what_was_missed_is_caught_up_by_each_start(project: Project, server: Server, log: Path) -> None:
    """Start a project that joins the server; then again with another name, on a day of which the first run did not come to its end.

    The second run is killed, which is told.
    """
    assert _started(project, server, log)
    with closing(sqlite3.connect(project.data / "ledger.sqlite")) as ledger:
        ledger.execute("delete from days")
        ledger.commit()
    settings = project.config / "settings.yml"
    settings.write_text(settings.read_text().replace("name: another", "name: renamed"))
    renamed = open_project(project.config, project.data)
    with hook() as (host, posted), serve(renamed, server.port, log, CAIXUN_ALERTS=f"json://{host}/hook") as served:
        assert "the deployments of this project that were called another are taken away" in log.read_text()
        assert {one["name"] for one in server.ask("deployments/filter")} == {"caixun", "renamed"}
        served.wait(lambda: _killed(served.process.pid))
        served.wait(lambda: posted)
        message = posted[0][1]["message"]
        assert message.startswith("- daily: the process of the run ")
        assert "broke off (Process exited with status code: -9." in message
        served.end()


def _started(project: Project, server: Server, log: Path) -> bool:
    """Start, wait for a run to begin, end, and return whether it has begun, for this project."""

    def begun() -> bool:
        runs = server.runs_of("daily", "another")
        assert all(f"{socket.gethostname()}:{project.data}" in run["tags"] for run in runs)
        return any(run["state_type"] in ("PENDING", "RUNNING", "FAILED") for run in runs)

    with serve(project, server.port, log) as served:
        assert f"joining the Prefect server that runs at {server.api}" in log.read_text()
        served.wait(begun)
        served.end()
    return begun()


def _killed(parent: int) -> bool:
    """Kill the process of a run as soon as it is there."""
    found = False
    with suppress(FileNotFoundError, ProcessLookupError):  # a thread, or a child, that has just ended
        for path in Path(f"/proc/{parent}/task").glob("*/children"):
            for child in path.read_text().split():
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                    os.kill(int(child), signal.SIGKILL)
                    found = True
    return found
