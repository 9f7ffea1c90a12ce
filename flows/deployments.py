"""The flows that a Prefect server can start: daily, backfill, rebuild. Their parameters are the forms of its UI.

`caixun serve` serves them; `prefect.yaml` deploys them to a work pool of your own. The project is the one that CAIXUN_CONFIG and
CAIXUN_DATA name.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import prefect.runtime
from prefect import Flow, flow, get_run_logger
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Completed, Failed

from crawlers.clock import day_of, now
from crawlers.errors import CaixunError
from crawlers.fates import Again
from flows.alerts import alert, alert_without_project
from flows.backfill import backfill as backfill_days
from flows.daily import Run, as_sentence, collect
from flows.doctor_archive import check_ledger
from flows.orchestration import PrefectRunner
from flows.perform import workforce
from flows.planning import new_backfill, plan_of
from flows.rebuild import plan_rebuild, went_well
from flows.rebuild import rebuild as rebuild_days
from flows.runner import Runner
from flows.schedule import days_due, was_missed
from flows.settings import Project, check_begun, day_range, open_project
from flows.watch import Watch
from transforms.checks import Finding


def _broke_off(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Tell people of a run whose process was killed, or never began. Prefect calls this in the process that started it, too.

    A run that was stopped is in the same state, and tells itself why; of another one there is the status only.
    """
    if "status code" in (state.message or "") and isinstance(project := _opened(), Project):
        text = f"{flow.name}: the process of the run {flow_run.name} broke off ({state.message}); a run of the same days goes on"
        alert(project, [], [Finding("failure", text)], day_of(now()))


@flow(persist_result=False, on_crashed=[_broke_off])
def daily(day: date | None = None, sources: list[str] | None = None) -> State:
    """Crawl one day of every source and add it to the dataset.

    Args:
        day: The day. Left empty: yesterday, the days whose run was missed, and today as far as it has come.
        sources: Names of sources. Left empty: all that are enabled.
    """
    project = _opened()
    if isinstance(project, State):
        return project
    schedule, begun = project.settings.schedule, now()
    if day is None and was_missed(schedule, prefect.runtime.flow_run.scheduled_start_time or begun, begun):
        return Completed(message="the time of this run was missed, and the schedule says to skip it")

    def work(runner: Runner) -> Run:
        names = [source.name for source in project.enabled(sources)]
        if day:
            plan = {name: [check_begun(day)] for name in names}
        else:
            plan = {name: days_due(schedule, tried, begun) for name, tried in project.ledger.tried(names).items()}
        return collect(project, plan, runner, Watch(), today=day_of(begun))

    return _done(project, work, day_of(begun))


@flow(persist_result=False, on_crashed=[_broke_off])
def backfill(start: date, end: date, sources: list[str] | None = None, again: Again = "failed") -> State:
    """Fetch and build past days.

    Args:
        start: The first day.
        end: The last day, included.
        sources: Names of sources. Left empty: all that are enabled.
        again: missing takes up days not begun or not ended, failed also those that failed or were blocked, all lists every day
            once more.
    """
    project = _opened()
    if isinstance(project, State):
        return project

    def work(runner: Runner) -> Run:
        days, names = day_range(check_begun(start), end), [source.name for source in project.enabled(sources)]
        wanted = new_backfill(days[0], days[-1], names if sources else [])._replace(again=again)
        wanted = project.ledger.begin_backfill(wanted)
        get_run_logger().info("resume it with: caixun backfill --resume %s", wanted.id)
        return backfill_days(project, wanted, plan_of(project, wanted).todo, runner, Watch())

    return _done(project, work, day_of(now()))


@flow(persist_result=False, on_crashed=[_broke_off])
def rebuild(start: date, end: date, sources: list[str] | None = None) -> State:
    """Make days again from the archive, without the network, as far as they are stale.

    Args:
        start: The first day.
        end: The last day, included.
        sources: Names of sources. Left empty: all that have pages.
    """
    project = _opened()
    if isinstance(project, State):
        return project

    def work(runner: Runner) -> Run:
        plan = plan_rebuild(project, project.known(sources), day_range(check_begun(start), end))
        return rebuild_days(project, plan, runner, Watch())[0]

    return _done(project, work, day_of(now()), went_well)


def _opened() -> Project | State:
    """Return the project, or where its settings are wrong the state in which a run of it ends; people are told."""
    try:
        return open_project()
    except CaixunError as error:
        alert_without_project(str(error))
        return Failed(message=str(error))


def _done(project: Project, work: Callable[[Runner], Run], today: date, is_well: Callable[[Run], bool] | None = None) -> State:
    """Do the work of a flow, and return the state in which it ends: failed where days failed, with a sentence that says so.

    `today`, on which it began, was not over, so that it never is complete; it counts for nothing here. Where `is_well` is given,
    that judges the run instead. People are told where the work could not be begun, or broke off.
    """
    try:
        check_ledger(project)
        with workforce(project.workers, project.settings.cluster) as plain:
            run = work(PrefectRunner(plain))
    except CaixunError as error:
        alert(project, [], [Finding("failure", str(error))], today)
        return Failed(message=str(error))
    except Exception as error:
        alert(project, [], [Finding("failure", f"the run broke off: {type(error).__name__}; its log tells more")], today)
        raise
    well = is_well(run) if is_well else run.ok_before(today)
    return (Completed if well else Failed)(message=as_sentence(run))
