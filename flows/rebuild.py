"""Rebuild: make days again from the archive, without the network."""

from collections.abc import Iterable
from datetime import date

from flows.checking import Plan
from flows.daily import Run, Watch, build_all, finish
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


def rebuild(project: Project, plan: Plan, runner: Runner, watch: Watch) -> Run:
    """Extract and annotate all archived pages of the days again. A file that cannot be read is moved to `broken/`."""
    findings: list[Finding] = []
    build_all(project, plan, runner, watch, findings, again=True)
    return finish(project, plan, "", runner, findings)
