"""The source × day matrix: letters, weeks, counts, and reasons told once for the days that share them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from crawlers.fates import Day, DayReport, Status

LETTERS: dict[Status, str] = {
    "missing": "M",
    "partial": "P",
    "failed": "F",
    "blocked": "B",
    "empty": "E",
    "complete": "C",
    "impossible": "I",
}
_WORST_FIRST: tuple[Status, ...] = ("blocked", "failed", "partial", "missing", "impossible", "complete", "empty")


class Reason(NamedTuple):
    """Why days of a source, of one status, are not complete."""

    source: str
    status: Status
    days: tuple[date, ...]
    text: str


def by_source(reports: Iterable[DayReport]) -> dict[str, list[DayReport]]:
    """Return the reports of each source."""
    found: dict[str, list[DayReport]] = {}
    for report in reports:
        found.setdefault(report.source, []).append(report)
    return found


def statuses(reports: Iterable[DayReport]) -> Counter[Status]:
    """Return how many days have each status."""
    return Counter(report.status for report in reports)


def worst(some: Iterable[Status]) -> Status:
    """Return the status that needs most attention."""
    return min(some, key=_WORST_FIRST.index)


def weekly(reports: Iterable[DayReport]) -> dict[Day, Status]:
    """Return the worst status of each source's week, under its Monday."""
    weeks: dict[Day, Status] = {}
    for report in reports:
        key = report.source, report.day - timedelta(days=report.day.weekday())
        weeks[key] = worst((report.status, weeks.get(key, report.status)))
    return weeks


def daily(reports: Iterable[DayReport]) -> dict[Day, Status]:
    """Return the status of each source's day."""
    return {(report.source, report.day): report.status for report in reports}


def reasons(reports: Iterable[DayReport]) -> Iterator[Reason]:
    """Yield for each source the reasons that its reports give, each with its days."""
    for source, some in by_source(reports).items():
        found: dict[tuple[Status, str], list[date]] = {}
        for report in some:
            if report.reason:
                found.setdefault((report.status, report.reason), []).append(report.day)
        for (status, text), days in found.items():
            yield Reason(source, status, tuple(sorted(days)), text)


def spans(days: Sequence[date], most: int = 4) -> str:
    """Return ascending days in words: 2026-11-01 to 2026-11-05, 2026-11-09; with more than `most` spans how many days more."""
    runs = []
    for _, some in groupby(enumerate(days), key=lambda item: item[1].toordinal() - item[0]):
        runs.append([day for _, day in some])
    words = [f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs[:most]]
    more = sum(map(len, runs[most:]))
    return ", ".join(words) + (f" and {more} more days" if more else "")
