"""Reading the dataset from Python: the rows of some days, sources, industries or keywords, and no more than is asked for.

    from transforms.reading import read_dataset

    table = read_dataset("data", start="2026-11-01", industries=["银行"], columns=["title", "published_at"])

Both functions take the data root, a folder or `s3://bucket/prefix` (keys, region and `AWS_ENDPOINT_URL` come from the
environment), and the same choices, None for what is not chosen:

- `start`, `end`: first and last publication day, both included, as a date (or a datetime) or its ISO spelling;
- `sources`: names of sources; `columns`: names of columns, in the order wanted;
- `industries`: rows that have any of these in `industries` or `industry_codes`; `keywords`: any of these in `keywords`.

Both raise ConfigError for a choice that makes no sense and for a data root that is not there, StoreError for a file that
cannot be read or that a newer caixun wrote. Rows come by day, within a file by publication time.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from crawlers.clock import day_of
from crawlers.entries import is_folder
from crawlers.errors import ConfigError
from crawlers.root import Root, root_of
from transforms import dataset
from transforms.record import Record

Day = date | str
Names = Iterable[str]

_AT_ONCE = 4
"""Days that are read side by side: each costs some waiting, for a disk or a bucket, beside the decoding."""

_BATCH = 10_000
"""Rows of a batch at most: about 30 MB."""


def read_dataset(
    data: Root | Path | str,
    *,
    start: Day | None = None,
    end: Day | None = None,
    sources: Names | None = None,
    columns: Sequence[str] | None = None,
    industries: Names | None = None,
    keywords: Names | None = None,
) -> pa.Table:
    """Return the chosen rows as an Arrow table: `.to_pandas()` it, `polars.from_arrow` it, or query it with DuckDB.

    Up to four days are read at a time.
    """
    records, days = _days(data, start, end)
    choice = _Choice(records.schema, sources, columns, industries, keywords)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = pool.map(partial(_tables, records, choice), days)
        return pa.concat_tables([choice.cut(choice.needed.empty_table()), *chain.from_iterable(found)])


def _tables(records: dataset.Partitions[Record], choice: "_Choice", day: date) -> list[pa.Table]:
    with records.opened(day, choice.sources) as files:
        return [choice.cut(file.read(choice.needed)) for file in files]


def iter_batches(
    data: Root | Path | str,
    *,
    start: Day | None = None,
    end: Day | None = None,
    sources: Names | None = None,
    columns: Sequence[str] | None = None,
    industries: Names | None = None,
    keywords: Names | None = None,
) -> Iterator[pa.RecordBatch]:
    """Return the chosen rows in batches of at most 10,000, for what does not fit into memory; one batch is held at a time."""
    records, days = _days(data, start, end)
    choice = _Choice(records.schema, sources, columns, industries, keywords)
    return _batches(records, days, choice)


def _batches(records: dataset.Partitions[Record], days: list[date], choice: "_Choice") -> Iterator[pa.RecordBatch]:
    for day in days:
        with records.opened(day, choice.sources) as files:
            for file in files:
                for table in file.batches(choice.needed, _BATCH):
                    yield from choice.cut(table).to_batches()


class _Choice:
    """Which rows and columns of the days to keep."""

    def __init__(
        self,
        schema: pa.Schema,
        sources: Names | None,
        columns: Sequence[str] | None,
        industries: Names | None,
        keywords: Names | None,
    ) -> None:
        self.sources = _texts("sources", sources)
        given = _texts("columns", columns)
        self._columns: list[str] = schema.names if given is None else given
        self._wanted = {
            ("source",): self.sources,
            ("industries", "industry_codes"): _texts("industries", industries),
            ("keywords",): _texts("keywords", keywords),
        }
        if not self._columns:
            raise ConfigError("columns names none; leave it out to have all")
        if unknown := [name for name in self._columns if name not in schema.names]:
            raise ConfigError(f"unknown column {unknown[0]}; there are: {', '.join(schema.names)}")
        names = {*self._columns, *(name for places, values in self._wanted.items() if values is not None for name in places)}
        self.needed = pa.schema([field for field in schema if field.name in names])
        """The part of the schema that has to be read."""

    def cut(self, table: pa.Table) -> pa.Table:
        """Return the rows and columns that are wanted of a table with the columns that are needed."""
        for places, values in self._wanted.items():
            if values is not None:
                found = [_holds(table[name], values) for name in places]
                table = table.filter(found[0] if len(found) == 1 else pc.or_(*found))
        return table.select(self._columns)


def _holds(column: pa.ChunkedArray, values: list[str]) -> pa.Array:
    """Return for each row whether the column's value, or one of its list, is one of `values`."""
    wanted = pa.array(values, pa.string())
    if not pa.types.is_list(column.type):
        return pc.is_in(column, wanted)
    lists = column.combine_chunks()
    rows = pc.list_parent_indices(lists).filter(pc.is_in(pc.list_flatten(lists), wanted))
    return pc.is_in(pa.array(range(len(lists)), rows.type), rows)


def _texts(name: str, values: Names | None) -> list[str] | None:
    """Return the values of a choice as a list. One text would be taken for its letters: it is refused."""
    if values is None:
        return None
    texts = [values] if isinstance(values, str) else list(values)
    if isinstance(values, str) or not all(isinstance(text, str) for text in texts):
        raise ConfigError(f"{name} takes a list of texts, as in {name}={[str(text) for text in texts]}")
    return texts


def _days(data: Root | Path | str, start: Day | None, end: Day | None) -> tuple[dataset.Partitions[Record], list[date]]:
    root = root_of(data)
    # A root in which nothing was built yet has locks/ alone; records/ itself has neither, and would pass for an empty one.
    if not root.exists() or not (root.bucket or any(is_folder(root.folder / name) for name in ("records", "locks"))):
        raise ConfigError(f"{data}: there is no such data root (the folder that has records/ in it)")
    first, last = _day(start, date.min), _day(end, date.max)
    if first > last:
        raise ConfigError(f"start {first} lies after end {last}")
    records = dataset.records(root)
    return records, records.days(first, last)


def _day(day: Day | None, otherwise: date) -> date:
    if day is None:
        return otherwise
    if day != day:  # noqa: PLR0124 - pandas' NaT
        raise ConfigError(f"{day} is no day; write it as 2026-11-18")
    if isinstance(day, datetime):  # as pandas' Timestamp is; one with a zone is an instant
        return day_of(day) if day.tzinfo else day.date()
    try:
        return day if isinstance(day, date) else date.fromisoformat(day)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{day} is no day; write it as 2026-11-18") from error
