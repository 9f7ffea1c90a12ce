"""A snapshot: the rows of some days as they were, kept as tables: where a day has many rows, they take a third of what models do."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Generic

import pyarrow as pa
import pyarrow.compute as pc

from transforms.dataset import Partitions, Row

_AT_ONCE = 500  # rows that are models at one time


class Snapshot(Generic[Row]):
    """The rows of one source."""

    def __init__(self, partitions: Partitions[Row], source: str) -> None:
        """Hold nothing yet."""
        self._partitions: Partitions[Row] = partitions
        self._source = source
        self._tables: dict[date, pa.Table] = {}

    def take(self, days: Iterable[date]) -> None:
        """Hold the rows of these days as they are now. Raises StoreError."""
        self._tables |= {day: self._partitions.load(day, [self._source]).combine_chunks() for day in days}

    def pairs(self) -> Iterator[list[tuple[Row | None, Row | None]]]:
        """Yield each row of the days that are held as it was and as it is now, some hundred at a time.

        A row that is new has None before it, one that is gone, or stands on another day now, None behind it. Raises StoreError.
        """
        known = {one for table in self._tables.values() for one in table["article_id"].to_pylist()}
        for day, before in self._tables.items():
            after = self._partitions.load(day, [self._source])
            for start in range(0, len(after), _AT_ONCE):
                part = after.slice(start, _AT_ONCE)
                was = {row.article_id: row for row in self._parsed(day, before.filter(_among(before, part)))}
                now = [row for row in self._parsed(day, part) if row.article_id in was or row.article_id not in known]
                yield [(was.get(row.article_id), row) for row in now]
            gone = before.filter(pc.invert(_among(before, after)))
            for start in range(0, len(gone), _AT_ONCE):
                yield [(row, None) for row in self._parsed(day, gone.slice(start, _AT_ONCE))]

    def _parsed(self, day: date, table: pa.Table) -> Iterator[Row]:
        return self._partitions.parsed(day, table)


def _among(table: pa.Table, others: pa.Table) -> pa.ChunkedArray:
    """Return for each row of a table whether its article_id stands in another one."""
    return pc.is_in(table["article_id"], others["article_id"].combine_chunks())
