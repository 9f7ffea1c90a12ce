"""Rebuild: make days again from the archive, without the network."""

from collections.abc import Iterator
from datetime import date

from flows.daily import Plan, Run, Watch, build_all, finish
from flows.runner import Runner
from flows.settings import Project
from transforms import dataset
from transforms.checks import Finding


def rebuild(project: Project, plan: Plan, runner: Runner, watch: Watch) -> Run:
    """Extract and annotate all archived pages of the days again. A file that cannot be read is moved to `broken/`."""
    findings: list[Finding] = []
    for source, days in plan.items():
        findings += _set_aside(project, source, days)
        project.ledger.reopen(source, days)
    build_all(project, plan, runner, watch, findings)
    return finish(project, plan, "", runner, findings)


def _set_aside(project: Project, source: str, days: list[date]) -> Iterator[Finding]:
    for partitions in (dataset.records(project.data), dataset.rejects(project.data)):
        for day in days:
            if place := partitions.set_aside(day, source):
                yield Finding("warning", f"{source} {day}: its file could not be read and was moved to {place}")
