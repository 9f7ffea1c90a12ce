"""Checks: a source's day held against its declared bounds, and the ledger's sums held against the files."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from crawlers.fates import DayReport
from crawlers.source import Source


@dataclass(frozen=True)
class Finding:
    """What a check found; a failure makes the run fail, a warning does not."""

    level: Literal["failure", "warning"]
    text: str


def check_bounds(report: DayReport, source: Source | None) -> DayReport:
    """Return the report of a day, failed where it has fewer records than its source declares for an ordinary day.

    More than declared is said, but does not fail. A source that is configured no more declares nothing.
    """
    if source is None or report.status not in ("complete", "empty"):
        return report
    records, expect = report.tally.records, source.expect
    if records < expect.min and not source.may_be_empty(report.day):
        reason = f"{records} records where at least {expect.min} are expected; a backfill of the day lists it anew"
        return replace(report, status="failed", reason=reason)
    if expect.max is not None and records > expect.max:
        return report.marked(f"{records} records where at most {expect.max} are expected")
    return report


def check_sums(report: DayReport, records: int, rejects: int) -> Iterable[Finding]:
    """Yield a failure where the ledger counts other records or rejects of a day than its files hold.

    A page that failed, was blocked or waits after it was built keeps its row until it is fetched or built again.
    """
    tally = report.tally
    spare = tally.failed + tally.blocked + tally.waiting
    for name, counted, held in (("records", tally.records, records), ("rejects", tally.rejects.total(), rejects)):
        if not counted <= held <= counted + spare:
            yield Finding("failure", f"{report.source} {report.day}: the ledger counts {counted} {name}, the files hold {held}")
