"""Hosting: the Prefect server that is joined, or started here as a child that ends with this process."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from crawlers.errors import ConfigError
from flows.address import answers, api_at, ui_at
from flows.settings import Project

_PATIENCE = 300.0  # seconds; a server takes 13 to 40 to start, more with the first tables to make on a busy machine
_KEPT = "P30D"
"""For how long the server keeps flow runs, their logs, artifacts and events; the ledger keeps what matters for good."""

Child = subprocess.Popen[bytes]


def environment(project: Project, host: str, port: int, present: Mapping[str, str]) -> dict[str, str]:
    """Return what Prefect and the flows find in the environment; what the user has set there stays."""
    wanted = {
        "CAIXUN_CONFIG": str(project.config),
        "CAIXUN_DATA": str(project.data),
        "PREFECT_HOME": str(project.data / "prefect"),
        "PREFECT_SERVER_API_HOST": host,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_UI_API_URL": "/api",  # of the server that the browser has the UI from, by whatever name
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": _KEPT,
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": _KEPT,
    }
    if not present.get("PREFECT_API_URL"):
        wanted["PREFECT_UI_URL"] = ui_at(host, port)
    ours = ("CAIXUN_CONFIG", "CAIXUN_DATA")
    return {name: value for name, value in wanted.items() if name in ours or name not in present}


@contextmanager
def hosted(project: Project, host: str, port: int, tell: Callable[[str], None]) -> Iterator[str]:
    """Give the address of the API of the server that answers at a port, else of one of our own. Raises ConfigError."""
    try:
        socket.getaddrinfo(host, port)
    except (OSError, UnicodeError):
        raise ConfigError(
            f"--host {host}: no address has this name; 127.0.0.1 serves this machine alone, 0.0.0.0 all that reach it"
        ) from None
    api = api_at(host, port)
    if answers(api):
        tell(f"joining the Prefect server that runs at {api}")
        yield api
        return
    log = project.data / "logs" / "prefect.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    tell(f"starting a Prefect server (half a minute); its log: {log}")
    with own_server(host, port, project.data / "reports", log):
        yield api


@contextmanager
def own_server(host: str, port: int, reports: Path, log: Path) -> Iterator[Child]:
    """Give a server that answers, with `environment` set before; it shows the pages in `reports`, too. Raises ConfigError."""
    reports.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-P", "-m", "flows.server", host, str(port), str(reports)]
    with (
        log.open("ab") as out,
        subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=subprocess.PIPE, stdout=out, stderr=out, start_new_session=True
        ) as process,
    ):
        try:
            _wait_for(api_at(host, port), process, log)
            yield process
        finally:
            process.terminate()


def _wait_for(api: str, process: Child, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not answers(api):
        if process.poll() is not None:
            raise ConfigError(
                f"the Prefect server ended at once (is the port taken, or --host no address of this machine?); its log: {log}"
            )
        if time.monotonic() > deadline:
            raise ConfigError(f"the Prefect server does not answer at {api}; its log: {log}")
        time.sleep(0.5)
