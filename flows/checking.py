"""How days stand: the ledger's reports with what is known of their sources applied."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from crawlers.clock import SHANGHAI, day_of, now
from crawlers.fates import UNENDED, DayReport, Reach
from crawlers.source import Source
from flows.settings import Project
from transforms.checks import check_bounds
from transforms.drift import WINDOW, drift, filled

Plan = dict[str, list[date]]
"""Days by source."""


_WAITING = "records wait for their annotation"


def checked_reports(project: Project, plan: Plan) -> list[DayReport]:
    """Return the reports of a plan's days, with what else is known applied.

    A day with fewer records than its source expects has failed; one that is unfinished while its site is left alone is
    blocked.
    """
    known = {name: project.sources.get(name) for name in plan}
    sites = project.ledger.resting_sites()
    rests = {name: sites.get(source.site) for name, source in known.items() if source} if sites else {}
    checked = []
    owed = {name: project.ledger.owed(name) for name in plan}
    for report in reports_of(project, plan):
        if report.day in owed[report.source]:
            report = report.marked(_WAITING)  # noqa: PLW2901
        rest, unfinished = rests.get(report.source), report.status in ("partial", "failed")
        checked.append(check_bounds(_blocked(report, rest) if rest and unfinished else report, known[report.source]))
    return checked


def is_short(report: DayReport) -> bool:
    """Whether a day has failed by what its list gave, and not by what could not be fetched: its list is to be read again."""
    return report.status == "failed" and not report.tally.failed


def reports_of(project: Project, plan: Plan) -> Iterator[DayReport]:
    """Yield the ledger's reports of a plan's days, read in one go."""
    wanted = {name: set(days) for name, days in plan.items()}
    for report in project.ledger.reports(plan, set().union(*wanted.values())):
        if report.day in wanted[report.source]:
            yield report


def foreseen_reports(project: Project, plan: Plan, *, trust_ends: bool = True) -> list[DayReport]:
    """Return `checked_reports`, where days that are not done and that no run can list are `impossible`, with the reason.

    Without `trust_ends` a list may have grown downwards since it was read.
    """
    reaches = project.ledger.reaches() if trust_ends else {}
    ends = {name: source.lists_end(reaches.get(name, ())) for name, source in project.sources.items()}
    today = day_of(now())
    return [
        _foreseen(report, project.sources.get(report.source), ends.get(report.source), today)
        for report in checked_reports(project, plan)
    ]


def _foreseen(report: DayReport, source: Source | None, end: Reach | None, today: date) -> DayReport:
    if report.status not in ("missing", "partial", "failed") or report.tally.waiting or report.tally.failed or source is None:
        return report
    reason = None
    if report.day > today:
        reason = "the day is yet to come"
    elif source.disabled:
        reason = f"disabled: {source.disabled}"
    elif end and report.day < end.day:
        read = f"read {end.read_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        reason = f"its list ends at {end.day} ({read}{f', {end.pages} pages at most' if end.pages else ''})"
    return replace(report, status="impossible", reason=reason) if reason else report


def _blocked(report: DayReport, rest: str) -> DayReport:
    return replace(report, status="blocked", reason="; ".join(filter(None, (report.reason, rest))))


def mark_drift(project: Project, plan: Plan) -> None:
    """Keep what is odd about those days of a plan that have ended lately, held against each source's days before.

    Nothing is odd about a day of which nobody knows yet what it has. Days of long ago are held against their declared
    bounds alone: what a site was then does not tell what it is now.
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
        told = not (expected or _is_unread(reports[key]))
        marks[key] = "; ".join(drift(reports[key], earlier, fills, mojibake.get(key, 0))) if told else ""
    project.ledger.mark(marks)


def _is_unread(report: DayReport) -> bool:
    """Whether a day was never listed, or its crawl did not come to its end: what it has is yet to be found or fetched."""
    left = report.tally.waiting or (report.reason or "").startswith(UNENDED)
    return report.status == "missing" or (report.status == "partial" and bool(left))
