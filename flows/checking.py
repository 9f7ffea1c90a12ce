"""How days stand: the ledger's reports with the sources' declared bounds applied."""

from dataclasses import replace
from datetime import date

from crawlers.fates import DayReport
from flows.settings import Project
from transforms.checks import check_bounds

Plan = dict[str, list[date]]
"""Days by source."""


_WAITING = "records wait for their annotation"


def checked_reports(project: Project, plan: Plan) -> list[DayReport]:
    """Return the reports of a plan's days, with what else is known applied.

    A day with fewer records than its source expects has failed; one that is unfinished while its site is left alone is
    blocked.
    """
    checked = []
    for name, days in plan.items():
        source = project.sources.get(name)
        rest = project.ledger.resting(source.site) if source else None
        owed = project.ledger.owed(name)
        for report in project.ledger.reports([name], days):
            if report.day in owed:
                report = replace(report, reason="; ".join(filter(None, (report.reason, _WAITING))))  # noqa: PLW2901
            unfinished = report.status in ("partial", "failed")
            checked.append(check_bounds(_blocked(report, rest) if rest and unfinished else report, source))
    return checked


def _blocked(report: DayReport, rest: str) -> DayReport:
    return replace(report, status="blocked", reason="; ".join(filter(None, (report.reason, rest))))
