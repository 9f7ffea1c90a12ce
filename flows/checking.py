"""How days stand: the ledger's reports with the sources' declared bounds applied."""

from dataclasses import replace
from datetime import date, timedelta

from crawlers.clock import day_of, now
from crawlers.fates import DayReport
from flows.settings import Project
from transforms.checks import check_bounds
from transforms.drift import WINDOW, drift, filled

Plan = dict[str, list[date]]
"""Days by source."""


def checked_reports(project: Project, plan: Plan) -> list[DayReport]:
    """Return the reports of a plan's days, with what else is known applied.

    A day with fewer records than its source expects has failed; one that is unfinished while its site is left alone is
    blocked.
    """
    checked = []
    for name, days in plan.items():
        source = project.sources.get(name)
        rest = project.ledger.resting(source.site) if source else None
        for report in project.ledger.reports([name], days):
            unfinished = report.status in ("partial", "failed")
            checked.append(check_bounds(_blocked(report, rest) if rest and unfinished else report, source))
    return checked


def _blocked(report: DayReport, rest: str) -> DayReport:
    return replace(report, status="blocked", reason="; ".join(filter(None, (report.reason, rest))))


def mark_drift(project: Project, plan: Plan) -> None:
    """Keep what is odd about those days of a plan that have ended lately, held against each source's days before.

    Days of long ago are held against their declared bounds alone: what a site was then does not tell what it is now.
    """
    today = day_of(now())
    recent = {name: [day for day in days if today - WINDOW <= day < today] for name, days in plan.items()}
    days = sorted({day for some in recent.values() for day in some})
    if not days:
        return
    window = [days[0] - WINDOW + timedelta(days=number) for number in range((days[-1] - days[0] + WINDOW).days + 1)]
    reports = {(report.source, report.day): report for report in project.ledger.reports(recent, window)}
    fills = filled(project.data, window[0], window[-1], list(recent))
    mojibake = project.ledger.mojibake(recent, days)
    marks = {}
    for key in ((name, day) for name, some in recent.items() for day in some):
        name, day = key
        earlier = [reports[name, one] for one in window if day - WINDOW <= one < day]
        source = project.sources.get(name)
        expected = reports[key].status == "empty" and source is not None and source.may_be_empty(day)
        marks[key] = "" if expected else "; ".join(drift(reports[key], earlier, fills, mojibake.get(key, 0)))
    project.ledger.mark(marks)
