"""Checks: a source's day held against its declared bounds, and the ledger's sums held against the files."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from crawlers.source import Expect


@dataclass(frozen=True)
class Finding:
    """What a check found; a failure makes the run fail, a warning does not."""

    level: Literal["failure", "warning"]
    text: str


def check_bounds(source: str, day: date, records: int, expect: Expect, *, may_be_empty: bool) -> Iterable[Finding]:
    """Yield what is wrong with the number of records of a day that was listed to its end."""
    if records < expect.min and not may_be_empty:
        yield Finding("failure", f"{source} {day}: {records} records where at least {expect.min} are expected")
    if expect.max is not None and records > expect.max:
        yield Finding("warning", f"{source} {day}: {records} records where at most {expect.max} are expected")


def check_sums(source: str, day: date, in_ledger: int, failed: int, in_file: int) -> Iterable[Finding]:
    """Yield a failure when the ledger counts other records of a day than its file holds.

    A page that `failed` after it was a record (its archive file is damaged) keeps its row until it is fetched again.
    """
    if not in_ledger <= in_file <= in_ledger + failed:
        yield Finding("failure", f"{source} {day}: the ledger counts {in_ledger} records, its Parquet file holds {in_file}")
