"""The dataset: Hive partitions of Parquet files by publication day; with `reading`, `compact` and `migrate` all that knows them.

`records/date=YYYY-MM-DD/SOURCE-TOKEN.parquet`, and `rejects/` alike; a compacted day has one file, `all-sources-TOKEN.parquet`,
instead. A reader may list and read at any moment: `folder` tells how files are replaced. One process at a time changes the
files of a day.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
from filelock import FileLock, Timeout
from pydantic import ValidationError

from crawlers.errors import BusyError, StoreError
from transforms import parquet
from transforms.arrow import arrow_schema, to_table
from transforms.folder import change, retire, source_of
from transforms.record import Record, Reject

Row = TypeVar("Row", Record, Reject)

DamagedError = parquet.DamagedError
MERGED = "all-sources"
"""Stem of a compacted day's file; no source can have this name."""
_PATIENCE = 60.0  # seconds; a day is changed in a few, and a killed process frees its lock at once
_LOCKS = 32  # lock files; the days of a month have one each
_FEW = 100  # days
_TRIES = 100  # of opening a day's files; each fails only when the day was changed in that very moment


class Partitions(Generic[Row]):
    """The files of one table. Every method that touches a file raises StoreError when it cannot be read or written."""

    def __init__(self, data: Path, name: str, model: type[Row], order: tuple[str, ...]) -> None:
        """Take the folder `name` of the data root `data` for rows of `model`, within a file in the order of these columns."""
        self.root = data / name
        self.staging = data / "staging"
        self.order = order
        self.schema = arrow_schema(model)
        self._locks = data / "locks"
        self._model: type[Row] = model

    def folder(self, day: date) -> Path:
        """Return where the files of a day lie."""
        return self.root / f"date={day.isoformat()}"

    def path(self, day: date, source: str) -> Path | None:
        """Return the file that has the rows of one source and day, None when there is none."""
        return next(iter(self.files(day, [source])), None)

    def files(self, day: date, sources: Collection[str] | None = None) -> list[Path]:
        """Return the files that hold the rows of a day, of all sources or the given, by name."""
        paths = sorted(self.folder(day).glob("*.parquet"))
        return [path for path in paths if sources is None or source_of(path) == MERGED or source_of(path) in sources]

    @contextmanager
    def opened(self, day: date, sources: Collection[str] | None = None) -> Iterator[list[parquet.File]]:
        """Open the files that hold the rows of a day, of all sources or the given, as they stand at one moment."""
        for _ in range(_TRIES):
            with ExitStack() as stack:
                try:
                    files = [stack.enter_context(parquet.File(path)) for path in self.files(day, sources)]
                except FileNotFoundError:  # replaced after it was listed
                    continue
                yield files
                return
        raise StoreError(f"{self.folder(day)}: its files are gone as soon as they are listed; is somebody removing them?")

    def load(self, day: date, sources: Collection[str] | None = None) -> pa.Table:
        """Return the rows of a day, of all sources or the given, as a table; no file gives a table without rows."""
        with self.opened(day, sources) as files:
            tables: list[pa.Table] = [file.read(self.schema) for file in files]
        table = pa.concat_tables([self.schema.empty_table(), *tables])
        return table if sources is None else table.filter(pc.field("source").isin(list(sources)))

    def rows(self, day: date, source: str) -> list[Row]:
        """Return the rows of one source and day; no file gives an empty list."""
        return list(self.select(day, day, [source]))

    def days(self, start: date = date.min, end: date = date.max) -> list[date]:
        """Return the days `start` to `end` (both included) that have a folder, in their order."""
        if (end - start).days < _FEW:  # looking for them is faster than listing years
            days = (start + timedelta(days=number) for number in range((end - start).days + 1))
            return [day for day in days if self.folder(day).is_dir()]
        names = (folder.name.removeprefix("date=") for folder in self.root.glob("date=????-??-??"))
        return [date.fromisoformat(name) for name in sorted(names) if start.isoformat() <= name <= end.isoformat()]

    def select(self, start: date, end: date, sources: Collection[str] | None = None) -> Iterator[Row]:
        """Yield the rows of the days `start` to `end` (both included), one day in memory at a time."""
        for day in self.days(start, end):
            for row in self.load(day, sources).to_pylist():
                try:
                    yield self._model.model_validate(row)
                except ValidationError as error:
                    raise parquet.DamagedError(self.files(day, [row["source"]])[0]) from error

    def count(self, day: date, source: str) -> int:
        """Return how many rows one source and day has."""
        only = pa.schema([self.schema.field("source")])
        with self.opened(day, [source]) as files:
            return sum(pc.sum(pc.equal(file.read(only)["source"], source)).as_py() or 0 for file in files)

    def apply(self, day: date, source: str, upserts: Iterable[Row], remove: Iterable[str] = ()) -> bool:
        """Put rows into one source and day by their article_id, take others out, and return whether the file changed.

        A row that equals the stored one but for `annotated_at` leaves that one: applying the same rows again changes
        nothing. Raises BusyError when another process keeps the day's lock.
        """
        with self.lock(day):
            before = self.rows(day, source)
            stored = {row.article_id: row for row in before}
            gone = set(remove)
            rows = {article_id: row for article_id, row in stored.items() if article_id not in gone}
            for row in upserts:
                if row.source != source:
                    raise ValueError(f"{row.article_id} is a row of {row.source}, not of {source}")
                old = stored.get(row.article_id)
                rows[row.article_id] = old if old is not None and _content(old) == _content(row) else row
            if rows == stored:
                return False
            self._replace(day, source, to_table(list(rows.values()), self._model))
            return True

    def _replace(self, day: date, source: str, table: pa.Table) -> None:
        """Let `table` be the rows of one source and day; the other sources of a compacted day stay as they are."""
        old = self.files(day, [source])
        if old and source_of(old[0]) == MERGED:
            source_rows = pc.field("source") == source
            table, source = pa.concat_tables([self.load(day).filter(~source_rows), table]), MERGED
        self.put(day, source, table, old)

    def put(self, day: date, source: str, table: pa.Table, gone: Collection[Path]) -> None:
        """Let a file with the rows of `table`, put into their order, take the place of files of a day, in one step.

        Without rows, they are taken away. Must run under the day's lock.
        """
        write = partial(parquet.write, table.sort_by([(name, "ascending") for name in self.order]), order=self.order)
        try:
            change(self.folder(day), self.staging, gone, source, write if len(table) else None)
        except OSError as error:
            raise StoreError(f"{self.folder(day)}: cannot be written: {error.strerror or error}") from error

    @contextmanager
    def lock(self, day: date) -> Iterator[None]:
        """Be the one that changes the files of a day, after setting aside what a killed one left. Raises BusyError, StoreError."""
        path = self._locks / f"{self.root.name}-{day.toordinal() % _LOCKS:02}.lock"
        lock = FileLock(path, timeout=_PATIENCE, poll_interval=0.01)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            text = f"another process writes the {self.root.name} of {day} (it holds {path}); start again when it has ended"
            raise BusyError(text) from error
        except OSError as error:
            raise StoreError(f"{path}: cannot be locked: {error.strerror}") from error
        try:
            retire(self.folder(day), self.staging)
            yield
        finally:
            lock.release()

    def set_aside(self, days: Iterable[date], source: str) -> list[str]:
        """Move files that are damaged to `broken/`, where no reader meets them; return one sentence for each.

        A file that is whole but of a newer schema stays, and raises StoreError.
        """
        sentences = []
        for day in days:
            try:
                self.rows(day, source)
            except parquet.DamagedError as error:
                place = self.put_aside(error.path)
                others = f"; it held all sources: `caixun rebuild {day} {day}` makes the others anew"
                text = f"{error.path} could not be read; it was moved to {place} and made anew"
                sentences.append(text + others if source_of(error.path) == MERGED else text)
        return sentences

    def put_aside(self, path: Path) -> Path:
        """Move a file or folder to `broken/`, where no reader meets it, and return its place there."""
        name = "-".join((self.root.name, *path.relative_to(self.root).parts)).replace("date=", "")
        place = self.root.parent / "broken" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            place = place.with_name(f"{place.stem}-{uuid4().hex[:8]}{place.suffix}")
        return path.replace(place)

    def sources(self) -> set[str]:
        """Return the sources that files are named by; those of a compacted day are not among them."""
        return {source_of(path) for path in self.root.glob("date=*/*.parquet")} - {MERGED}

    def identities(self, path: Path) -> list[tuple[str, str]]:
        """Return source and article_id of each row of a file, all of which is read. Raises DamagedError."""
        with parquet.File(path) as file:
            table = file.read(self.schema)
        return list(zip(table["source"].to_pylist(), table["article_id"].to_pylist(), strict=True))


def records(data: Path) -> Partitions[Record]:
    """Return the records of a data root; within a file they stand by publication time, those without one last."""
    return Partitions(data, "records", Record, ("published_at", "article_id"))


def rejects(data: Path) -> Partitions[Reject]:
    """Return the rejects of a data root."""
    return Partitions(data, "rejects", Reject, ("article_id",))


def _content(row: Record | Reject) -> dict[str, object]:
    return row.model_dump(exclude={"annotated_at"})
