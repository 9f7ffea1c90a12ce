"""The report: a briefing with what the project knows beside the records: how the sources stand, and how companies are called."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any

from crawlers.fates import DayReport, Status, Tally
from flows.checking import reports_of
from flows.matrix import by_source
from flows.settings import Project, day_range
from transforms import dataset
from transforms.briefing import Briefing, SourceCount, brief
from transforms.checks import check_bounds
from transforms.reading import iter_batches
from transforms.wordlists import rows

_LONGEST = 100  # characters of the sources' names in that of a page


@dataclass(frozen=True)
class SourceLine:
    """How a source stands: its articles, how many of them wait for their annotation, its rejects, and its days by status.

    `title` is what it is called, its name where it is not configured any more. A day that was never crawled is not counted.
    """

    source: str
    title: str
    articles: int
    waiting: int
    rejects: int
    days: dict[Status, int]


@dataclass(frozen=True)
class Report:
    """A briefing, its sources, most articles first, and the names of those companies among its securities that are known, by code."""

    briefing: Briefing
    sources: list[SourceLine]
    companies: dict[str, str]

    def values(self) -> dict[str, Any]:
        """Return the report as plain values, days and instants as they are."""
        return {**asdict(self.briefing), "sources": [asdict(line) for line in self.sources], "companies": self.companies}


def report(project: Project, start: date, end: date, sources: list[str] | None = None) -> Report:
    """Return the report on the publication days `start` to `end` (both included), of all sources or the given.

    It follows from records, ledger and configuration alone, not from the time: that a site is left alone for a while, `status` tells.
    Raises ConfigError for days in the wrong order and where there is no data root, StoreError for what cannot be read.
    """
    days = day_range(start, end)
    told = brief(project.data, start, end, sources)
    counts = {count.source: count for count in told.sources}
    names = sources or sorted({*project.sources, *project.ledger.sources(), *counts})
    reports = reports_of(project, dict.fromkeys(names, days))
    checked = by_source(check_bounds(one, project.sources.get(one.source)) for one in reports)
    lines = [_line(project, name, counts.get(name, SourceCount(name, 0, 0)), some) for name, some in checked.items()]
    named = {topic.name for topic in told.securities.top}
    shown = sorted((one for one in lines if one.articles or one.rejects or one.days), key=lambda one: (-one.articles, one.source))
    return Report(told, shown, _companies(project, named))


def _line(project: Project, name: str, count: SourceCount, reports: Sequence[DayReport]) -> SourceLine:
    source = project.sources.get(name)
    return SourceLine(
        source=name,
        title=source.title if source else name,
        articles=count.articles,
        waiting=count.waiting,
        rejects=Tally.total(one.tally for one in reports).rejects.total(),
        days=dict(Counter(one.status for one in reports if one.status != "missing")),
    )


def _companies(project: Project, codes: Collection[str]) -> dict[str, str]:
    names = {row["code"]: row["name"] for row in rows(list(project.taxonomy), "companies.csv")} if codes else {}
    return {code: names[code] for code in sorted(codes) if code in names}


def newest_day(project: Project, sources: list[str] | None = None) -> date | None:
    """Return the newest publication day that has records, of all sources or the given; None where there are none."""
    for day in reversed(dataset.records(project.data).days()):
        batches = iter_batches(project.data, start=day, end=day, sources=sources, columns=["source"])
        if any(batch.num_rows for batch in batches):
            return day
    return None


def place(project: Project, start: date, end: date, sources: Collection[str] | None = None) -> Path:
    """Return where the page of a report lies, in `reports/` of the data root or of a bucket's work folder.

    Chosen sources are named, or told by a digest of their names where these are too long for the name of a file.
    """
    chosen = "+".join(sorted(sources or ()))
    if len(chosen) > _LONGEST:
        chosen = blake2b(chosen.encode(), digest_size=8).hexdigest()
    return project.data / "reports" / f"briefing_{start}_{end}{'_' if chosen else ''}{chosen}.html"
