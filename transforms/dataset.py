"""The dataset: Hive partitions of Parquet files by publication day.

With `reading`, `compact`, `migrate`, `retell`, `gather`, `snapshot` and `delta` this is all that knows them.

`records/date=YYYY-MM-DD/SOURCE-TOKEN.parquet`, and `rejects/` alike; a compacted day has one file, `all-sources-TOKEN.parquet`,
instead, and in a bucket every day is `all-sources.parquet`. A reader may list and read at any moment: `shelf` and `folder` tell
how files are replaced. One process at a time changes the files of a day.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import partial
from pathlib import Path, PurePath
from typing import Generic, TypeVar
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationError

from crawlers.errors import BusyError, StoreError
from crawlers.root import Root, root_of
from transforms import parquet
from transforms.arrow import arrow_schema, to_table
from transforms.folder import source_of
from transforms.record import Annotation, Record, Reject
from transforms.shelf import MERGED, shelf

Row = TypeVar("Row", Record, Reject)
DamagedError = parquet.DamagedError

AT_ONCE = 500
"""Rows that are objects at one time: some 10 MB."""
_PATIENCE = 60.0  # seconds; a day is changed in a few, and a killed process frees its lock at once
_LOCKS = 32  # lock files; the days of a month have one each
_TRIES = 100  # of opening a day's files; each fails only when the day was changed in that very moment


class Partitions(Generic[Row]):
    """The files of one table. Every method that touches a file raises StoreError when it cannot be read or written."""

    def __init__(self, data: Root | Path, name: str, model: type[Row], order: tuple[str, ...]) -> None:
        """Take the store `name` of the data root `data` for rows of `model`, within a file in the order of these columns."""
        root = root_of(data)
        self.name = name
        self.root = root / name
        self.staging = root / "staging"
        self.broken = root / "broken"
        self.order = order
        self.schema = arrow_schema(model)
        self._shelf = shelf(root, name)
        self._locks = root.locks
        self._ensure: Callable[[], None] = lambda: None
        self._model: type[Row] = model

    def folder(self, day: date) -> Path:
        """Return where the files of a day lie, where they lie on this machine."""
        return self.root / f"date={day.isoformat()}"

    def path(self, day: date, source: str) -> PurePath | None:
        """Return the file that has the rows of one source and day, None when there is none."""
        return next(iter(self.files(day, [source])), None)

    def files(self, day: date, sources: Collection[str] | None = None) -> list[PurePath]:
        """Return the files that hold the rows of a day, of all sources or the given, by name."""
        paths = self._shelf.files(day)
        return [path for path in paths if sources is None or source_of(path) == MERGED or source_of(path) in sources]

    @contextmanager
    def opened(self, day: date, sources: Collection[str] | None = None) -> Iterator[list[parquet.File]]:
        """Open the files that hold the rows of a day, of all sources or the given, as they stand at one moment."""
        for _ in range(_TRIES):
            with ExitStack() as stack:
                try:
                    files = [stack.enter_context(self.open(path)) for path in self.files(day, sources)]
                except FileNotFoundError:  # replaced after it was listed
                    continue
                yield files
                return
        raise StoreError(f"{self._said(day)}: its files are gone as soon as they are listed; is somebody removing them?")

    def open(self, path: PurePath) -> parquet.File:
        """Open one of the files. Raises FileNotFoundError, too."""
        return parquet.File(path, self._shelf.open(path))

    def load(self, day: date, sources: Collection[str] | None = None) -> pa.Table:
        """Return the rows of a day, of all sources or the given, as a table; no file gives a table without rows."""
        with self.opened(day, sources) as files:
            tables: list[pa.Table] = [file.read(self.schema) for file in files]
        table = pa.concat_tables([self.schema.empty_table(), *tables])
        return table if sources is None else table.filter(pc.field("source").isin(pa.array(list(sources), pa.string())))

    def rows(self, day: date, source: str, only: Collection[str] | None = None) -> list[Row]:
        """Return the rows of one source and day, all or those with an article_id of `only`; no file gives an empty list."""
        table = self.load(day, [source])
        return list(self.parsed(day, table if only is None else table.filter(among(table, only))))

    def days(self, start: date = date.min, end: date = date.max) -> list[date]:
        """Return the days `start` to `end` (both included) that have a folder, in their order."""
        return self._shelf.days(start, end)

    def select(self, start: date, end: date, sources: Collection[str] | None = None) -> Iterator[Row]:
        """Yield the rows of the days `start` to `end` (both included), one day in memory at a time."""
        for day in self.days(start, end):
            yield from self.parsed(day, self.load(day, sources))

    def parsed(self, day: date, table: pa.Table) -> Iterator[Row]:
        """Yield the rows of a day's table as models, few in memory at a time. Raises DamagedError."""
        for part in table.to_batches(max_chunksize=AT_ONCE):
            for row in part.to_pylist():
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
            wanted, gone, table = {row.article_id: row for row in upserts}, set(remove), self.load(day, [source])
            if strangers := [row for row in wanted.values() if row.source != source]:
                raise ValueError(f"{strangers[0].article_id} is a row of {strangers[0].source}, not of {source}")
            # Only the rows concerned become objects: a day may have tens of thousands.
            concerned = among(table, wanted.keys() | gone)
            stored = {row.article_id: row for row in self.parsed(day, table.filter(concerned))}
            kept = {article_id: row for article_id, row in stored.items() if article_id not in gone}
            rows = kept | {article_id: _successor(stored.get(article_id), row) for article_id, row in wanted.items()}
            if rows == stored:
                return False
            others = table.filter(pc.invert(concerned)) if stored else table
            self.replace(day, source, pa.concat_tables([others, to_table(list(rows.values()), self._model)]))
        pa.default_memory_pool().release_unused()  # which it would keep, as much as the largest day has taken
        return True

    def revise(self, day: date, source: str, only: Collection[str], change: Callable[[Row], Row]) -> bool:
        """Let the rows of one source and day with an article_id of `only` be what `change` makes of them.

        Return whether the file changed. Raises BusyError when another process keeps the day's lock.
        """
        with self.lock(day):
            table = self.load(day, [source])
            concerned = among(table, only)
            before = list(self.parsed(day, table.filter(concerned)))
            after = [change(row) for row in before]
            if after == before:
                return False
            self.replace(day, source, pa.concat_tables([table.filter(pc.invert(concerned)), to_table(after, self._model)]))
            return True

    def replace(self, day: date, source: str, table: pa.Table) -> None:
        """Let `table` be the rows of one source and day; the other sources of a day that is one file stay as they are."""
        old = self.files(day, None if self._shelf.one_a_day else [source])
        if self._shelf.one_a_day or (old and source_of(old[0]) == MERGED):
            source_rows = pc.field("source") == source
            table, source = pa.concat_tables([self.load(day).filter(~source_rows), table]), MERGED
        self.put(day, source, table, old)

    def put(self, day: date, source: str, table: pa.Table, gone: Collection[PurePath]) -> None:
        """Let a file with the rows of `table`, put into their order, take the place of files of a day, in one step.

        Without rows, they are taken away. Must run under the day's lock.
        """
        write = partial(parquet.write, table.sort_by([(name, "ascending") for name in self.order]), order=self.order)
        try:
            self._ensure()
            self._shelf.change(day, gone, source, write if len(table) else None)
        except OSError as error:
            raise StoreError(f"{self._said(day)}: cannot be written: {error.strerror or error}") from error

    @contextmanager
    def lock(self, day: date) -> Iterator[None]:
        """Be the one that changes the files of a day, after setting aside what a killed one left. Raises BusyError, StoreError."""
        name = f"{self.name}-{day.toordinal() % _LOCKS:02}"
        lock = self._locks.hold(name, _PATIENCE)
        if lock is None:
            holder = self._locks.place(name)
            raise BusyError(f"another process writes the {self.name} of {day} (it holds {holder}); start again when it has ended")
        self._ensure = lock.ensure
        try:
            self._shelf.tidy(day)
            yield
        finally:
            self._ensure = lambda: None
            lock.release()

    def _said(self, day: date) -> str:
        return f"{self.name}/date={day}" if self._shelf.one_a_day else str(self.folder(day))

    def set_aside(self, days: Iterable[date], source: str) -> list[str]:
        """Move files that are damaged to `broken/`, where no reader meets them; return one sentence for each.

        A file that is whole but of a newer schema stays, and raises StoreError.
        """
        sentences = []
        for day in days:
            try:
                deque(self.parsed(day, self.load(day, [source])), maxlen=0)
            except parquet.DamagedError as error:
                place = self._aside(error.path)
                self._shelf.set_aside(error.path, place)
                others = f"; it held all sources: `caixun rebuild {day} {day}` makes the others anew"
                text = f"{error.path} could not be read; it was moved to {place} and made anew"
                sentences.append(text + others if source_of(error.path) == MERGED else text)
        return sentences

    def put_aside(self, path: Path) -> Path:
        """Move a file or folder of this machine to `broken/`, where no reader meets it, and return its place there."""
        return path.replace(self._aside(path))

    def _aside(self, path: PurePath) -> Path:
        """Return a free place in `broken/` for a file or folder."""
        below: tuple[str, ...] = path.parts[path.parts.index(self.name) + 1 :]
        place: Path = self.broken / "-".join((self.name, *below)).replace("date=", "")
        place.parent.mkdir(parents=True, exist_ok=True)
        return place.with_name(f"{place.stem}-{uuid4().hex[:8]}{place.suffix}") if place.exists() else place

    def sources(self) -> set[str]:
        """Return the sources that files are named by; those of a compacted day are not among them."""
        return {source_of(path) for day in self.days() for path in self.files(day)} - {MERGED}

    def identities(self, path: PurePath) -> list[tuple[str, str]]:
        """Return source and article_id of each row of a file, all of which is read. Raises DamagedError."""
        with self.open(path) as file:
            table = file.read(self.schema)
        return list(zip(table["source"].to_pylist(), table["article_id"].to_pylist(), strict=True))


class Changes(Generic[Row]):
    """What is to be put into, and taken out of, the partitions of one table, by day."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.put: dict[date, list[Row]] = defaultdict(list)
        self.remove: dict[date, set[str]] = defaultdict(set)

    def apply(self, partitions: Partitions[Row], source: str) -> None:
        """Change the partitions of a source. Raises BusyError, StoreError."""
        for day in sorted(self.put.keys() | self.remove.keys()):
            partitions.apply(day, source, self.put[day], self.remove[day])


def records(data: Root | Path) -> Partitions[Record]:
    """Return the records of a data root; within a file they stand by publication time, those without one last."""
    return Partitions(data, "records", Record, ("published_at", "article_id"))


def rejects(data: Root | Path) -> Partitions[Reject]:
    """Return the rejects of a data root."""
    return Partitions(data, "rejects", Reject, ("article_id",))


def count_waiting(partitions: Partitions[Record], day: date, source: str) -> int:
    """Return how many records of one source and day wait for their annotation."""
    with partitions.opened(day, [source]) as files:
        return sum(file.read(pa.schema([partitions.schema.field("annotated_at")])).column(0).null_count for file in files)


def waiting(partitions: Partitions[Record], day: date, source: str) -> list[Record]:
    """Return the records of one source and day that wait for their annotation."""
    rows = partitions.rows(day, source) if count_waiting(partitions, day, source) else []
    return [row for row in rows if row.annotated_at is None]


def among(table: pa.Table, ids: Collection[str]) -> pa.ChunkedArray:
    """Return for each row of a table whether its article_id is one of `ids`."""
    return pc.is_in(table["article_id"], pa.array(sorted(ids), pa.string()))


def _successor(old: Row | None, row: Row) -> Row:
    """Return what takes the place of a stored row: itself where the new one says the same but for `annotated_at`.

    A record that waits for an annotation which the stored one has already gets it.
    """
    if old is None:
        return row
    if isinstance(row, Record) and isinstance(old, Record) and row.annotated_at is None and _same_question(old, row):
        row = row.model_copy(update={name: getattr(old, name) for name in Annotation.model_fields})
    return old if _content(old) == _content(row) else row


def _same_question(one: Record, other: Record) -> bool:
    """Whether two records are of the same text and of the same engine, model and version."""
    return all(
        getattr(one, name) == getattr(other, name) for name in ("title", "body", "annotator", "model", "annotator_version")
    )


def _content(row: Record | Reject) -> dict[str, object]:
    return row.model_dump(exclude={"annotated_at"})
