"""Backfill: past days, planned from what the ledger knows of each source's day."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from crawlers.fates import DayReport
from flows.checking import Plan, checked_reports
from flows.settings import Project

Again = Literal["missing", "failed", "all"]

_TODO: dict[Again, tuple[str, ...]] = {
    "missing": ("missing", "partial"),
    "failed": ("missing", "partial", "failed", "blocked"),
    "all": ("missing", "partial", "failed", "blocked", "empty", "complete"),
}


def plan_backfill(project: Project, sources: Iterable[str], days: list[date], again: Again) -> tuple[list[DayReport], Plan]:
    """Return how all days stand, and the plan of those to do.

    `missing` takes up days that were never begun or not ended, `failed` also those that failed or were blocked, `all` lists
    every day once more; articles that are archived are never fetched again. Days whose records wait for their annotation are
    always taken up.
    """
    reports = checked_reports(project, dict.fromkeys(sources, days))
    owed = {report.source: project.ledger.owed(report.source) for report in reports}
    plan: Plan = {}
    for report in reports:
        if report.status in _TODO[again] or report.day in owed[report.source]:
            plan.setdefault(report.source, []).append(report.day)
    return reports, plan
