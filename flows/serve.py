"""Serve: the daily schedule, and the flows as deployments, on a Prefect server that is started here or joined.

Prefect is imported late: what the environment says is read when it is first imported.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import timedelta

from crawlers.clock import SHANGHAI, day_of, now
from crawlers.errors import BusyError, ConfigError, ServerError
from crawlers.lock import FileLocks
from flows.address import answers, given_api, reach
from flows.alerts import alert
from flows.hosting import environment, hosted
from flows.schedule import missed_days
from flows.settings import Project
from transforms.checks import Finding

_ALIVE = timedelta(minutes=1)  # who serves deployments asks for their runs every ten seconds


def serve(project: Project, host: str, port: int, tell: Callable[[str], None]) -> None:
    """Serve until stopped. One run at a time: what else is due waits its turn.

    Raises BusyError where another process serves the project, ConfigError where the server cannot be reached or started, or
    serves another project's deployments of the same name, ServerError where it is gone later.
    """
    locks = FileLocks(project.data / "locks")
    lock = locks.hold("serve", 0)
    if lock is None:
        raise BusyError(
            f"another `caixun serve` keeps the schedule of {project.data} (it holds {locks.place('serve')}); end it first"
        )
    try:
        given = given_api(os.environ)
        if given:
            reach(given)
        os.environ |= environment(project, host, port, os.environ)
        with nullcontext(given) if given else hosted(project, host, port, tell) as api:
            os.environ["PREFECT_API_URL"] = api
            tell(f"Prefect's UI: {os.environ.get('PREFECT_UI_URL') or api.removesuffix('/api')}")
            _serve(project, tell)
    finally:
        lock.release()


def _serve(project: Project, tell: Callable[[str], None]) -> None:
    from prefect.runner import Runner  # noqa: PLC0415
    from prefect.schedules import Cron  # noqa: PLC0415
    from prefect.types.entrypoint import EntrypointType  # noqa: PLC0415

    from flows.deployments import backfill, daily, rebuild  # noqa: PLC0415

    schedule, place = project.settings.schedule, _place(project)
    _refuse_namesake(schedule.name, place)
    runner = Runner(name="caixun", pause_on_shutdown=False, limit=1)
    cron = Cron(schedule.cron, timezone=str(SHANGHAI))
    for one, when in ((daily, cron), (backfill, None), (rebuild, None)):
        runner.add_flow(one, name=schedule.name, schedule=when, tags=[place], entrypoint_type=EntrypointType.MODULE_PATH)
    for name in _take_away_others(project, place):
        tell(f"the deployments of this project that were called {name} are taken away from the server")
    tell(f"daily at {schedule.at} in Asia/Shanghai; one run at a time; Ctrl-C ends it")
    _catch_up(project, tell)
    # Prefect's own handler of SIGTERM leaves the runs behind; Ctrl-C ends them, also where a shell has made us deaf to it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    runner.handle_sigterm = _as_ctrl_c  # type: ignore[method-assign]
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(runner.start())
    except Exception as error:  # of whatever kind: an ExceptionGroup, or what the client raises of a server that is gone
        api = os.environ["PREFECT_API_URL"]
        why = f"serving broke off ({error!r:.200})" if answers(api) else f"the Prefect server at {api} answers no more"
        text = f"{why}, and nothing keeps the schedule; start `caixun serve` again"
        alert(project, [], [Finding("failure", text)], day_of(now()))
        raise ServerError(text) from error
    tell("stopped; what a daily run has not finished the next one takes up, a backfill the command `caixun backfill --resume ID`")


def _as_ctrl_c(*_: object) -> None:
    """End as Ctrl-C does, which a terminal sends to the whole group: each run is a process of its own, and is waited for."""
    if hasattr(os, "getpgrp") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGINT)
    else:  # the group is that of a script, which goes on
        signal.raise_signal(signal.SIGINT)


def _place(project: Project) -> str:
    """Return where the project's data lie; the tag of its deployments and their runs."""
    return str(project.data) if project.data.bucket else f"{socket.gethostname()}:{project.data}"


def _refuse_namesake(name: str, place: str) -> None:
    """Raise ConfigError where the server's deployments of this name are another project's, and are being served now."""
    from prefect.client.orchestration import get_client  # noqa: PLC0415
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415

    with suppress(ObjectNotFound), get_client(sync_client=True) as client:
        there = client.read_deployment_by_name(f"daily/{name}")
        if place not in there.tags and there.last_polled and now() - there.last_polled < _ALIVE:
            raise ConfigError(
                f"daily/{name} is served for another project on this Prefect server ({', '.join(there.tags)}); give this one "
                "another schedule.name in settings.yml"
            )


def _take_away_others(project: Project, place: str) -> list[str]:
    """Take away the project's deployments of other names, whose schedule nobody serves, and return these names.

    Where the data lie in a bucket, another machine may serve them.
    """
    from prefect.client.orchestration import get_client  # noqa: PLC0415
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags  # noqa: PLC0415

    ours, alive = DeploymentFilter(tags=DeploymentFilterTags(all_=[place])), now() - _ALIVE
    with get_client(sync_client=True) as client:
        others = [one for one in client.read_deployments(deployment_filter=ours) if one.name != project.settings.schedule.name]
        if project.data.bucket:
            others = [one for one in others if not one.last_polled or one.last_polled < alive]
        for one in others:
            client.delete_deployment(one.id)
    return sorted({one.name for one in others})


def _catch_up(project: Project, tell: Callable[[str], None]) -> None:
    """Start the daily run that was missed while nothing ran, if the time of today's has passed."""
    from prefect.deployments import run_deployment  # noqa: PLC0415

    schedule, at = project.settings.schedule, now()
    tried = project.ledger.tried(source.name for source in project.enabled())
    missed = sorted({day for days in tried.values() for day in missed_days(schedule, days, at)})
    if missed and f"{at.astimezone(SHANGHAI):%H:%M}" >= schedule.at:
        tell(f"catching up {missed[0]}" + (f" to {missed[-1]}" if len(missed) > 1 else ""))
        # A new run each time: one of an earlier start that was stopped, or killed, never goes on.
        run_deployment(f"daily/{schedule.name}", timeout=0, as_subflow=False)
