"""Rebuild: make days again from the archive, without the network of the sources."""

from collections.abc import Iterable
from datetime import date

from flows.annotation import check_engine
from flows.checking import Plan
from flows.crawl import new_crawl_id
from flows.daily import Run, Watch, annotate_all, build_all, finish
from flows.runner import Runner
from flows.settings import Project
from transforms.checks import Finding


def plan_rebuild(project: Project, sources: Iterable[str] | None, days: list[date]) -> Plan:
    """Return those days of the sources (None: of all that have pages) that were crawled."""
    plan: Plan = {}
    for report in project.ledger.reports(sources or project.ledger.sources(), days):
        if report.status != "missing":
            plan.setdefault(report.source, []).append(report.day)
    return plan


def rebuild(project: Project, plan: Plan, runner: Runner, watch: Watch, budget: float | None = None) -> Run:
    """Extract and annotate all archived pages of the days again. A file that cannot be read is moved to `broken/`.

    What a model has answered before costs nothing. Raises ConfigError where it cannot be asked.
    """
    check_engine(project, budget)
    findings: list[Finding] = []
    build_all(project, plan, runner, watch, findings, again=True)
    annotated = annotate_all(project, plan, new_crawl_id(), runner, watch, findings, budget)
    run = finish(project, plan, "", runner, findings)
    run.annotated = annotated
    return run
