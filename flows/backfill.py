"""Backfill: past days, crawled and built in parts, as their plan says."""

from collections.abc import Iterator

from crawlers.fates import Backfill
from flows.alerts import alert
from flows.annotating import Annotating
from flows.checking import Plan
from flows.crawl import new_crawl_id
from flows.daily import Run, Watch, finish, gather
from flows.runner import Runner
from flows.settings import Project
from transforms.checks import Finding

_PART = 10  # days of a source that are fetched before they are built


def backfill(project: Project, wanted: Backfill, todo: Plan, runner: Runner, watch: Watch, budget: float | None = None) -> Run:
    """Crawl, build and annotate the days of a plan, part by part, so that records come in early; check them all at the end.

    A source or a day that fails does not stop the others. `budget` is the money that a model may cost, the setting's where it
    is None. Raises ConfigError where the model cannot be asked.
    """
    findings: list[Finding] = []
    crawls: list[str] = []
    annotating = Annotating(project, wanted.id, runner, watch.phase, findings, budget)
    for part in parts(project, todo):
        crawls.append(new_crawl_id())
        gather(project, part, crawls[-1], runner, watch, findings, again=wanted.again == "all")
        annotating.take(part)
    run = finish(project, todo, wanted.id, runner, list(dict.fromkeys(findings)))
    run.off_days = {name: sum(project.ledger.off_days(name, crawl) for crawl in crawls) for name in todo}
    run.annotated = annotating.result
    run.findings += alert(project, run.reports, run.findings)
    project.ledger.end_backfill(wanted.id)
    return run


def parts(project: Project, todo: Plan) -> Iterator[Plan]:
    """Yield a plan in parts of ten days a source; a list that is read from its newest end on is read once, for all its days."""
    rest = dict(todo)
    while rest:
        part: Plan = {}
        for name, days in rest.items():
            size = _PART if all(seed.dated for seed in project.sources[name].seeds) else len(days)
            part[name], rest[name] = days[:size], days[size:]
        yield part
        rest = {name: days for name, days in rest.items() if days}
