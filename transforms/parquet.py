"""One Parquet file of a table: how it is written, and how it is read whatever version of the schema it has."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from crawlers.entries import unreadable
from crawlers.errors import StoreError
from transforms.arrow import VERSION_KEY
from transforms.folder import source_of
from transforms.record import SCHEMA_VERSION
from transforms.shelf import MERGED

_ROW_GROUP = 10_000
"""Rows of a row group, about 30 MB before compression: what a reader that filters skips at a time."""
_BLOOM = "article_id"
_REPEATED = {
    "source",
    "publisher",
    "authors",
    "published_precision",
    "published_date",
    "keywords",
    "ai_technologies",
    "industries",
    "industry_codes",
    "securities",
    "evidence",
    "annotator",
    "model",
    "annotator_version",
    "archive_file",
    "reason",
}
"""Columns whose values come again and again: a dictionary makes them smaller. It only costs for identities and texts."""
_PROSE = {"url", "title", "body", "summary", "major_events", "evidence", "detail"}
"""Columns without statistics: nobody looks for a range of them, and their bounds are long."""


class DamagedError(StoreError):
    """A file that is no whole Parquet file of this schema; a rebuild makes it anew, if it is one of ours."""

    def __init__(self, path: PurePath) -> None:
        """Name the file at `path` and the command that helps."""
        self.path = path
        day, source = path.parent.name.removeprefix("date="), source_of(path)
        # Ours have a token behind a source, whose name has no hyphen; where folders cannot be exchanged they have none, and doctor
        # makes anew what was there.
        if source == MERGED or (source != path.stem and "-" not in source):
            one = "" if source == MERGED else f" --source {source}"
            cure = f"`caixun rebuild {day} {day}{one}` makes it anew from the archive"
        else:
            cure = "`caixun doctor` moves it to broken/"
        super().__init__(f"{path}: not a whole Parquet file; {cure}")


class File:
    """An open file. It stays readable, as it was, when another one takes its place or name meanwhile."""

    def __init__(self, path: PurePath, content: Any) -> None:
        """Open the file at `path`, which pyarrow reads from `content`: the path itself, or what an object holds.

        Raises FileNotFoundError, DamagedError, and StoreError for a file that may not be read, or that a newer caixun wrote.
        """
        self.path = path
        try:
            self._file = pq.ParquetFile(content)
        except FileNotFoundError:
            raise
        except (pa.ArrowInvalid, OSError) as error:
            raise _failure(path, error) from error
        self.version = int((self._file.metadata.metadata or {}).get(VERSION_KEY, b"0"))
        if self.version > SCHEMA_VERSION:
            self._file.close(force=True)
            raise StoreError(
                f"{path}: has schema version {self.version}, this caixun knows {SCHEMA_VERSION}: install a newer caixun"
            )

    def __enter__(self) -> Self:
        """Return the file."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the file."""
        self._file.close(force=True)

    def __len__(self) -> int:
        """Return how many rows the file has."""
        return int(self._file.metadata.num_rows)

    def read(self, schema: pa.Schema) -> pa.Table:
        """Return the columns of `schema`; those that an older file does not have are null. Raises DamagedError."""
        try:
            return self._fit(self._file.read(columns=self._present(schema)), schema)
        except (pa.ArrowInvalid, OSError) as error:
            raise _failure(self.path, error) from error

    def batches(self, schema: pa.Schema, size: int) -> Iterator[pa.Table]:
        """Yield the columns of `schema` in tables of at most `size` rows. Raises DamagedError."""
        try:
            for batch in self._file.iter_batches(size, columns=self._present(schema)):
                yield self._fit(pa.Table.from_batches([batch]), schema)
        except (pa.ArrowInvalid, OSError) as error:
            raise _failure(self.path, error) from error

    def _present(self, schema: pa.Schema) -> list[str]:
        there = set(self._file.schema_arrow.names)
        if any(field.name not in there and not field.nullable for field in schema):
            raise DamagedError(self.path)
        return [name for name in schema.names if name in there]

    def _fit(self, table: pa.Table, schema: pa.Schema) -> pa.Table:
        there = set(table.column_names)
        columns = [table[field.name] if field.name in there else pa.nulls(len(table), field.type) for field in schema]
        try:
            return pa.table(columns, schema=schema)
        except (pa.ArrowTypeError, ValueError) as error:
            raise DamagedError(self.path) from error


def _failure(path: PurePath, error: Exception) -> StoreError:
    """Return what an error of pyarrow means; those of the operating system, which have a number, tell nothing of the file."""
    if isinstance(error, OSError) and error.errno is not None:
        return unreadable(path, error)
    return DamagedError(path)


def write(table: pa.Table, path: Path, order: Sequence[str]) -> None:
    """Write a table, whose rows stand in the `order` of these columns, nulls last, into a new file.

    Its row groups, statistics and page index let readers skip what lies outside a span of `order`; its Bloom filter lets
    them skip what does not hold an article_id.
    """
    with written(path, table.schema, order, min(len(table), _ROW_GROUP)) as out:
        out.write_table(table, _ROW_GROUP)


@contextmanager
def written(path: Path, schema: pa.Schema, order: Sequence[str], group: int) -> Iterator[pq.ParquetWriter]:
    """Open a new file for tables of `schema`, as `write` writes them; its row groups will have `group` rows at most."""
    ascending = [(name, "ascending") for name in order]
    leaves = {field.name: list(_leaves(field.name, field.type)) for field in schema}
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=3,
        use_dictionary=[leaf for name, below in leaves.items() if name in _REPEATED for leaf in below],
        write_statistics=[leaf for name, below in leaves.items() if name not in _PROSE for leaf in below],
        write_page_index=True,
        bloom_filter_options={_BLOOM: {"ndv": max(1, group), "fpp": 0.01}},
        sorting_columns=pq.SortingColumn.from_ordering(schema, ascending, null_placement="at_end"),
    ) as out:
        yield out


def _leaves(name: str, kind: pa.DataType) -> Iterator[str]:
    """Yield the paths of the columns that Parquet stores for one of ours: a list's and a struct's innermost values."""
    if pa.types.is_list(kind):
        yield from _leaves(f"{name}.list.element", kind.value_type)
    elif pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{name}.{field.name}", field.type)
    else:
        yield name
