"""How days stand: the ledger's reports with the sources' declared bounds applied."""

from datetime import date

from crawlers.fates import DayReport
from flows.settings import Project
from transforms.checks import check_bounds

Plan = dict[str, list[date]]
"""Days by source."""


def checked_reports(project: Project, plan: Plan) -> list[DayReport]:
    """Return the reports of a plan's days, with the sources' declared bounds applied: a day with too few records failed."""
    reports = [report for source, days in plan.items() for report in project.ledger.reports([source], days)]
    return [check_bounds(report, project.sources.get(report.source)) for report in reports]
