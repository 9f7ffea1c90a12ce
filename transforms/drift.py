"""Drift: how a source's day differs from its own days before it. What differs much is said in words; it fails nothing.

A site that changes its pages mostly still answers: fewer articles, no bylines, the same list for days. Declared bounds do not see it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from statistics import median
from typing import NamedTuple

from crawlers.fates import DayReport
from crawlers.root import Root

WINDOW = timedelta(days=14)
"""How far back a day is compared."""

_EXTRACTED = {"publisher": "a publisher", "authors": "an author", "published_at": "a time"}
_ANNOTATED = {"keywords": "keywords", "industries": "an industry"}
_ENOUGH = 10  # records of a day, and of those before it, that make a rate
_ALIKE = 3  # earlier days of the same kind (working day, weekend) that make a usual number
_SILENCE = timedelta(days=3)  # longer than a weekend
_MOJIBAKE = 0.05  # share of a day's pages

SourceDay = tuple[str, date]


class Filled(NamedTuple):
    """Of how many records of a day, and of how many annotated ones, each column is not empty."""

    records: int
    annotated: int
    columns: dict[str, int]

    def rate(self, column: str) -> float | None:
        """Return the share of records that fill a column; None where there are too few to tell."""
        whole = self.annotated if column in _ANNOTATED else self.records
        return self.columns[column] / whole if whole >= _ENOUGH else None


def filled(data: Root, start: date, end: date, sources: Sequence[str]) -> dict[SourceDay, Filled]:
    """Return how far the records of some days are filled, by source and day; days without records are left out."""
    from transforms.reading import read_dataset  # noqa: PLC0415 - who only asks how days stand reads no Parquet

    columns = ["source", "published_date", "annotated_at", *_EXTRACTED, *_ANNOTATED]
    rows = read_dataset(data, start=start, end=end, sources=sources, columns=columns).to_pandas()
    found = {}
    for (source, day), group in rows.groupby(["source", "published_date"]):
        counts = {name: int(group[name].notna().sum()) for name in ("publisher", "published_at")}
        counts |= {name: int((group[name].str.len() > 0).sum()) for name in ("authors", *_ANNOTATED)}
        found[source, day] = Filled(len(group), int(group["annotated_at"].notna().sum()), counts)
    return found


def drift(report: DayReport, earlier: Sequence[DayReport], fills: Mapping[SourceDay, Filled], mojibake: int = 0) -> Iterator[str]:
    """Yield in words what is odd about a source's day beside its `earlier` ones (of the window), at most one of a kind.

    `mojibake` counts those of its pages that make no sensible text.
    """
    yield from _drop(report, earlier)
    yield from _silence(report, earlier)
    if mojibake > _MOJIBAKE * report.tally.found:
        yield f"{mojibake} of {report.tally.found} pages are mojibake"
    before = [one for day in earlier if (one := fills.get((day.source, day.day)))]
    if today := fills.get((report.source, report.day)):
        yield from _emptier(today, before)


def _drop(report: DayReport, earlier: Sequence[DayReport]) -> Iterator[str]:
    """Yield a sentence for a day with less than a third of what such days have: working days and weekends differ."""
    alike = [
        day.tally.records
        for day in earlier
        if day.status == "complete" and (day.day.weekday() >= 5) == (report.day.weekday() >= 5)
    ]
    usual = median(alike) if len(alike) >= _ALIKE else 0
    if usual >= _ENOUGH and report.tally.records * 3 < usual:
        yield f"{report.tally.records} records, {usual:.0f} on such days before"


def _silence(report: DayReport, earlier: Sequence[DayReport]) -> Iterator[str]:
    last = max((day.day for day in earlier if day.tally.records), default=None)
    if not report.tally.records and last and report.day - last > _SILENCE:
        yield f"no record since {last}"


def _emptier(today: Filled, before: Sequence[Filled]) -> Iterator[str]:
    """Yield a sentence for each column that half as many records fill as did before."""
    whole = Filled(
        sum(one.records for one in before),
        sum(one.annotated for one in before),
        {name: sum(one.columns[name] for one in before) for name in (*_EXTRACTED, *_ANNOTATED)},
    )
    for column, words in (_EXTRACTED | _ANNOTATED).items():
        now, once = today.rate(column), whole.rate(column)
        if now is not None and once is not None and now * 2 < once:
            yield f"{now:.0%} of the records have {words}, {once:.0%} had before"
