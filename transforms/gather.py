"""Gathering: the rows of many days become one Parquet file, in which whole columns are read without opening thousands."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

import pyarrow as pa

from transforms import parquet
from transforms.dataset import Partitions
from transforms.record import Record

_GROUP = 50_000
"""Rows of a row group: some 150 MB; what gathering takes of memory, and what the threads of a tool share out."""


def gather(records: Partitions[Record], start: date, end: date, sources: Collection[str] | None, path: Path) -> int:
    """Write the records of the days `start` to `end` into a new file, by day and publication time; return how many.

    Raises StoreError for a file that cannot be read, OSError when the new one cannot be written.
    """
    order = ("published_date", *records.order)
    total, waiting = 0, [records.schema.empty_table()]
    with parquet.written(path, records.schema, order, _GROUP) as out:
        for day in records.days(start, end):
            waiting.append(records.load(day, sources).sort_by([(name, "ascending") for name in order]))
            total += len(waiting[-1])
            if sum(map(len, waiting)) >= _GROUP:
                out.write_table(pa.concat_tables(waiting), _GROUP)
                waiting = []
        if waiting:
            out.write_table(pa.concat_tables(waiting), _GROUP)
    return total
