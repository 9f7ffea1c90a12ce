"""The dataset: Hive partitions of Parquet files, one file per publication day and source; the only module that knows them.

`records/date=YYYY-MM-DD/SOURCE.parquet`, and `rejects/` alike. A reader may list and read at any moment: a file is written
whole in `staging/` beside, made durable, and renamed into its place. One process writes the files of a source at a time.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Generic, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from crawlers.errors import StoreError
from transforms.arrow import VERSION_KEY, arrow_schema, from_table, to_table
from transforms.record import SCHEMA_VERSION, Record, Reject

Row = TypeVar("Row", Record, Reject)


class DamagedError(StoreError):
    """A file that is no whole Parquet file of this schema; a rebuild makes it anew."""


class Partitions(Generic[Row]):
    """The files of one table. Every method that touches a file raises StoreError when it cannot be read or written."""

    def __init__(self, data: Path, name: str, model: type[Row], order: Callable[[Row], tuple[object, ...]]) -> None:
        """Take the folder `name` of the data root `data` for rows of `model`, sorted by `order` within a file."""
        self.root = data / name
        self._staging = data / "staging"
        self._model: type[Row] = model
        self._order: Callable[[Row], tuple[object, ...]] = order
        self.schema = arrow_schema(model)

    def path(self, day: date, source: str) -> Path:
        """Return where the rows of one source and day lie."""
        return self.root / f"date={day.isoformat()}" / f"{source}.parquet"

    def files(self, start: date, end: date, sources: Iterable[str] | None = None) -> Iterator[Path]:
        """Yield the files of the days `start` to `end` (both included) by day and source, of all sources or the given."""
        names = None if sources is None else set(sources)
        for folder in sorted(self.root.glob("date=????-??-??")):
            if start.isoformat() <= folder.name.removeprefix("date=") <= end.isoformat():
                yield from (path for path in sorted(folder.glob("*.parquet")) if names is None or path.stem in names)

    def read(self, start: date, end: date, sources: Iterable[str] | None = None, columns: list[str] | None = None) -> pa.Table:
        """Return the rows of the days `start` to `end` (both included); no file gives a table without rows."""
        schema = self.schema if columns is None else pa.schema([self.schema.field(name) for name in columns])
        tables = [_load(path, schema) for path in self.files(start, end, sources)]
        return pa.concat_tables(tables) if tables else schema.empty_table()

    def rows(self, day: date, source: str) -> list[Row]:
        """Return the rows of one source and day; no file gives an empty list."""
        path = self.path(day, source)
        if not path.exists():
            return []
        try:
            return list(from_table(_load(path, self.schema), self._model))
        except ValidationError as error:
            raise _damaged(path) from error

    def days(self) -> list[date]:
        """Return all days that have a file, in their order."""
        return sorted(date.fromisoformat(folder.name.removeprefix("date=")) for folder in self.root.glob("date=????-??-??"))

    def select(self, start: date, end: date, sources: Iterable[str] | None = None) -> Iterator[Row]:
        """Yield the rows of the days `start` to `end` (both included), one file in memory at a time."""
        names = None if sources is None else set(sources)
        for path in self.files(start, end, names):
            yield from self.rows(date.fromisoformat(path.parent.name.removeprefix("date=")), path.stem)

    def count(self, day: date, source: str) -> int:
        """Return how many rows one source and day has."""
        path = self.path(day, source)
        return int(_metadata(path).num_rows) if path.exists() else 0

    def apply(self, day: date, source: str, upserts: Iterable[Row], remove: Iterable[str] = ()) -> bool:
        """Put rows into one source and day by their article_id, take others out, and return whether the file changed.

        A row that equals the stored one but for `annotated_at` leaves that one: applying the same rows again changes
        nothing.
        """
        before = self.rows(day, source)
        stored = {row.article_id: row for row in before}
        gone = set(remove)
        rows = {article_id: row for article_id, row in stored.items() if article_id not in gone}
        for row in upserts:
            old = stored.get(row.article_id)
            rows[row.article_id] = old if old is not None and _content(old) == _content(row) else row
        after = sorted(rows.values(), key=self._order)
        if after == before:
            return False
        self._replace(self.path(day, source), after)
        return True

    def _replace(self, path: Path, rows: list[Row]) -> None:
        """Put a file with `rows` into the place of `path`, at once; without rows, take it away."""
        draft = self._staging / f"{self.root.name}-{path.stem}.parquet"
        try:
            if not rows:
                path.unlink(missing_ok=True)
                return
            draft.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(to_table(rows, self._model), draft, compression="zstd", compression_level=3, write_page_index=True)
            _make_durable(draft)
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(path)
            _make_durable(path.parent)
        except OSError as error:
            raise StoreError(f"{path}: cannot be written: {error.strerror or error}") from error

    def clear_staging(self, source: str) -> None:
        """Remove the draft that a killed writer of `source` left. Must run under the source's lock."""
        (self._staging / f"{self.root.name}-{source}.parquet").unlink(missing_ok=True)

    def set_aside(self, days: Iterable[date], source: str) -> list[str]:
        """Move files that are damaged to `broken/`, where no reader meets them; return one sentence for each.

        A file that is whole but of a newer schema stays, and raises StoreError.
        """
        sentences = []
        for day in days:
            path = self.path(day, source)
            try:
                self.rows(day, source)
            except DamagedError:
                place = self.root.parent / "broken" / f"{self.root.name}-{day.isoformat()}-{source}.parquet"
                place.parent.mkdir(parents=True, exist_ok=True)
                path.replace(place)
                sentences.append(f"{path} could not be read; it was moved to {place} and made anew")
        return sentences


def records(data: Path) -> Partitions[Record]:
    """Return the records of a data root; within a file they stand by publication time, those without one last."""
    return Partitions(data, "records", Record, lambda row: (row.published_at is None, row.published_at, row.article_id))


def rejects(data: Path) -> Partitions[Reject]:
    """Return the rejects of a data root."""
    return Partitions(data, "rejects", Reject, lambda row: (row.article_id,))


def _content(row: Record | Reject) -> dict[str, object]:
    return row.model_dump(exclude={"annotated_at"})


def _make_durable(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _damaged(path: Path) -> DamagedError:
    day, source = path.parent.name.removeprefix("date="), path.stem
    return DamagedError(
        f"{path}: not a whole Parquet file; `caixun rebuild {day} {day} --source {source}` makes it anew from the archive"
    )


def _metadata(path: Path) -> pq.FileMetaData:
    try:
        metadata = pq.read_metadata(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(path) from error
    version = int((metadata.metadata or {}).get(VERSION_KEY, b"0"))
    if version > SCHEMA_VERSION:
        raise StoreError(f"{path}: has schema version {version}, this caixun knows {SCHEMA_VERSION}: install a newer caixun")
    return metadata


def _load(path: Path, schema: pa.Schema) -> pa.Table:
    """Return the columns of `schema` from a file; columns that an older file does not have are null."""
    _metadata(path)
    try:
        # The file alone is read: a dataset would add the key of its folder as a column.
        table = pq.ParquetFile(path).read(columns=schema.names)
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(path) from error
    columns = [table[field.name] if field.name in table.column_names else pa.nulls(len(table), field.type) for field in schema]
    try:
        return pa.table(columns, schema=schema)
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError) as error:
        raise _damaged(path) from error
