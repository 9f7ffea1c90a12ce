"""Serve: the daily schedule, and the flows as deployments, on a Prefect server that is started here or joined.

Prefect is imported late: what the environment says is read when it is first imported.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from crawlers.clock import SHANGHAI, now
from crawlers.errors import ConfigError
from flows.schedule import missed_days
from flows.settings import Project

_PATIENCE = 300.0  # seconds; a server takes 13 to 40 to start, more with the first tables to make on a busy machine
_KEPT = "P30D"
"""For how long the server keeps flow runs, their logs, artifacts and events; the ledger keeps what matters for good."""


def serve(project: Project, host: str, port: int, tell: Callable[[str], None]) -> None:
    """Serve until stopped. One run at a time: what else is due waits its turn.

    Raises ConfigError where the server cannot be reached or started.
    """
    os.environ |= environment(project, host, port, os.environ)
    with _server(project, host, port, tell) as api:
        os.environ["PREFECT_API_URL"] = api
        tell(f"Prefect's UI: {api.removesuffix('/api')}")
        _serve(project, tell)


def environment(project: Project, host: str, port: int, present: Mapping[str, str]) -> dict[str, str]:
    """Return what Prefect and the flows find in the environment; what the user has set there stays."""
    wanted = {
        "CAIXUN_CONFIG": str(project.config),
        "CAIXUN_DATA": str(project.data),
        "PREFECT_HOME": str(project.data / "prefect"),
        "PREFECT_SERVER_API_HOST": host,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": _KEPT,
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": _KEPT,
    }
    ours = ("CAIXUN_CONFIG", "CAIXUN_DATA")
    return {name: value for name, value in wanted.items() if name in ours or name not in present}


@contextmanager
def _server(project: Project, host: str, port: int, tell: Callable[[str], None]) -> Iterator[str]:
    """Give the address of a server's API: the one that PREFECT_API_URL names or that answers at the port, else one of our own."""
    if given := os.environ.get("PREFECT_API_URL"):
        if not _answers(given):
            raise ConfigError(f"PREFECT_API_URL: no Prefect server answers at {given}")
        yield given
        return
    api = f"http://{host}:{port}/api"
    if _answers(api):
        tell(f"joining the Prefect server that runs at {api}")
        yield api
        return
    log = project.data / "logs" / "prefect.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    tell(f"starting a Prefect server (half a minute); its log: {log}")
    command = [sys.executable, "-P", "-m", "flows.server", host, str(port)]
    with (
        log.open("ab") as out,
        subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=subprocess.PIPE, stdout=out, stderr=out, start_new_session=True
        ) as process,
    ):
        try:
            _wait_for(api, process, log)
            yield api
        finally:
            process.terminate()


def _answers(api: str) -> bool:
    try:
        return httpx.get(f"{api.rstrip('/')}/health", timeout=10).json() is True
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return False


def _wait_for(api: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not _answers(api):
        if process.poll() is not None:
            raise ConfigError(f"the Prefect server ended at once (is the port taken?); its log: {log}")
        if time.monotonic() > deadline:
            raise ConfigError(f"the Prefect server does not answer at {api}; its log: {log}")
        time.sleep(0.5)


def _serve(project: Project, tell: Callable[[str], None]) -> None:
    from prefect.runner import Runner  # noqa: PLC0415
    from prefect.schedules import Cron  # noqa: PLC0415
    from prefect.types.entrypoint import EntrypointType  # noqa: PLC0415

    from flows.deployments import backfill, daily, rebuild  # noqa: PLC0415

    schedule = project.settings.schedule
    runner = Runner(name="caixun", pause_on_shutdown=False, limit=1)
    cron = Cron(schedule.cron, timezone=str(SHANGHAI))
    runner.add_flow(daily, name="caixun", schedule=cron, entrypoint_type=EntrypointType.MODULE_PATH)
    for by_hand in (backfill, rebuild):
        runner.add_flow(by_hand, name="caixun", entrypoint_type=EntrypointType.MODULE_PATH)
    tell(f"daily at {schedule.at} in Asia/Shanghai; one run at a time; Ctrl-C ends it")
    _catch_up(project, tell)
    # Prefect's own handler of SIGTERM leaves the runs behind; Ctrl-C ends them, also where a shell has made us deaf to it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    runner.handle_sigterm = lambda *_: signal.raise_signal(signal.SIGINT)  # type: ignore[method-assign]
    with suppress(KeyboardInterrupt):
        asyncio.run(runner.start())
    tell("stopped; what was not finished is taken up by the next run")


def _catch_up(project: Project, tell: Callable[[str], None]) -> None:
    """Start the daily run that was missed while nothing ran, if the time of today's has passed."""
    from prefect.deployments import run_deployment  # noqa: PLC0415

    schedule, at = project.settings.schedule, now()
    missed = missed_days(schedule, project.ledger.listed_at(), at)
    if missed and f"{at.astimezone(SHANGHAI):%H:%M}" >= schedule.at:
        tell(f"catching up {missed[0]}" + (f" to {missed[-1]}" if len(missed) > 1 else ""))
        # A new run each time: one of an earlier start that was stopped, or killed, never goes on.
        run_deployment("daily/caixun", timeout=0, as_subflow=False)
