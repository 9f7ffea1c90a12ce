"""Backfill: past days, crawled and built in parts, as their plan says."""

from datetime import date

from crawlers.clock import day_of, now
from crawlers.fates import Backfill
from flows.alerts import alert
from flows.annotating import Annotating
from flows.checking import Plan
from flows.daily import Run, finish
from flows.gathering import Gathering
from flows.runner import Runner
from flows.settings import Project
from flows.watch import Watch
from transforms.checks import Finding

_PART = 10  # days of a source that are fetched before they are built


def backfill(project: Project, wanted: Backfill, todo: Plan, runner: Runner, watch: Watch, budget: float | None = None) -> Run:
    """Crawl, build and annotate the days of a plan, part by part, so that records come in early; check them all at the end.

    Each source goes on to its next part when its last one is built, however long others need.

    A source or a day that fails does not stop the others. `budget` is the money that a model may cost, the setting's where it
    is None. Raises ConfigError where the model cannot be asked.
    """
    findings: list[Finding] = []
    today = day_of(now())
    annotating = Annotating(project, wanted.id, runner, watch.phase, findings, budget)
    cut = {name: parts(project, name, days) for name, days in todo.items()}
    gathering = Gathering(project, cut, runner, watch, findings, annotating.take_part, again=wanted.again == "all")
    gathering.run()
    annotating.take_rest(todo)
    run = finish(project, gathering.plan(), wanted.id, runner, findings)
    run.off_days = gathering.off_days()
    run.annotated = annotating.result
    run.findings += alert(project, run.reports, run.findings, today)
    project.ledger.end_backfill(wanted.id)
    return run


def parts(project: Project, source: str, days: list[date]) -> list[list[date]]:
    """Return days of a source in parts of ten; those of a list that is read from its newest end on, once, in one part."""
    size = _PART if all(seed.dated for seed in project.sources[source].seeds) else len(days)
    return [days[start : start + size] for start in range(0, len(days), size)]
