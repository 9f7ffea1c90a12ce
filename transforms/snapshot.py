"""A snapshot: the rows of some days as they were, kept as tables: where a day has many rows, they take a third of what models do."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Generic

import pyarrow as pa
import pyarrow.compute as pc

from transforms.dataset import AT_ONCE, Partitions, Row, among


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
        parsed = self._partitions.parsed
        known = {one for table in self._tables.values() for one in table["article_id"].to_pylist()}
        for day, before in self._tables.items():
            after = self._partitions.load(day, [self._source])
            for start in range(0, len(after), AT_ONCE):
                part = after.slice(start, AT_ONCE)
                was = {row.article_id: row for row in parsed(day, before.filter(among(before, part["article_id"].to_pylist())))}
                now = [row for row in parsed(day, part) if row.article_id in was or row.article_id not in known]
                yield [(was.get(row.article_id), row) for row in now]
            gone = before.filter(pc.invert(among(before, after["article_id"].to_pylist())))
            for start in range(0, len(gone), AT_ONCE):
                yield [(row, None) for row in parsed(day, gone.slice(start, AT_ONCE))]
