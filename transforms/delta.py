"""The dataset as a Delta table: a log beside links to the very files of the dataset, for tools that attach tables.

A file of the dataset is linked into the table's folder (copied, where that lies on another file system) under a name that no
other content ever had, so nothing is decoded, a link takes no space, and a second run looks only at what has changed. What a
run changes is one commit: a reader of the table sees the dataset before it or after. A run that is killed leaves at worst
files that no commit names, which the next run takes up. What is gone from the dataset stays readable in older versions of
the table for a week, then its files are removed.
"""

import errno
import json
import shutil
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from crawlers.errors import ConfigError, StoreError
from transforms.dataset import Partitions
from transforms.folder import make_durable
from transforms.parquet import File
from transforms.record import Record

if TYPE_CHECKING:
    from deltalake import DeltaTable, Schema
    from deltalake.transaction import AddAction

_NAME = "caixun records"
_KEY = "date"
_TRIES = 100  # of linking a day's files; each fails only when the day was changed in that very moment
_NO_LINKS = (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK)


@dataclass(frozen=True)
class Step:
    """What a run changed: files added and removed, and the version that the table has now."""

    added: int
    removed: int
    version: int


def keep_in_step(records: Partitions[Record], place: Path) -> Step:
    """Make the Delta table at `place`, or make the one that is there equal to the dataset again.

    One process at a time may do so. Raises ConfigError when deltalake is not installed or something else lies there, StoreError
    for a file that cannot be read or a table that cannot be written.
    """
    try:
        from deltalake.exceptions import DeltaError  # noqa: PLC0415 - an extra, which only this needs
    except ImportError as error:
        raise ConfigError(
            f"a Delta table needs deltalake, which is not installed: `{sys.executable} -m pip install deltalake`"
        ) from error
    try:
        table = _opened(records.schema, place)
        step = _commit(table, records, place)
        if table.vacuum():  # files that are due
            table.vacuum(dry_run=False)
    except (DeltaError, OSError) as error:
        raise StoreError(f"{place}: the table cannot be kept in step: {error}") from error
    return step


def _commit(table: "DeltaTable", records: Partitions[Record], place: Path) -> Step:
    """Link what the table lacks, and name it in one commit together with what is gone."""
    from deltalake.transaction import RemoveAction  # noqa: PLC0415

    known = _known(table)
    wanted = {path: day for day in records.days() for path in _linked(records, day, place, known)}
    added = [_addition(place, path, day) for path, day in wanted.items() if path not in known]
    at = time.time_ns() // 1_000_000
    gone = {path: known[path] for path in known.keys() - wanted.keys()}
    removed = [
        RemoveAction(path, data_change=True, deletion_timestamp=at, size=size, partition_values=key)
        for path, (size, key) in gone.items()
    ]
    if added or removed:
        table.create_write_transaction([*added, *removed], "append", table.schema(), [_KEY])
        table.update_incremental()
    return Step(len(added), len(removed), table.version())


def _opened(schema: pa.Schema, place: Path) -> "DeltaTable":
    """Return the table at `place`, with the columns of `schema`; it is made where nothing lies."""
    from deltalake import DeltaTable  # noqa: PLC0415

    wanted = _delta_schema(schema)
    is_file = place.exists() and not place.is_dir()
    if is_file or not DeltaTable.is_deltatable(str(place)):
        if is_file or (place.exists() and any(path.name != "_delta_log" for path in place.iterdir())):
            raise ConfigError(f"{place}: is neither an empty folder nor a Delta table; name another place")
        place.mkdir(parents=True, exist_ok=True)
        return DeltaTable.create(str(place), wanted, partition_by=[_KEY], name=_NAME)
    table = DeltaTable(str(place))
    if table.metadata().name != _NAME:
        raise ConfigError(f"{place}: is the Delta table of something else; name another place")
    there = {field.name for field in table.schema().fields}
    if missing := [field for field in wanted.fields if field.name not in there]:
        table.alter.add_columns(missing)
    return table


def _delta_schema(schema: pa.Schema) -> "Schema":
    """Return a schema of Delta: all may be null there, for older files lack the newer columns; the partition's key comes last."""
    from deltalake import Schema  # noqa: PLC0415

    def loose(kind: Any) -> Any:
        if isinstance(kind, list):
            return [loose(one) for one in kind]
        if isinstance(kind, dict):
            return {name: True if name == "nullable" else loose(value) for name, value in kind.items()}
        return kind

    keyed = schema.append(pa.field(_KEY, pa.date32())).remove_metadata()
    return Schema.from_json(json.dumps(loose(json.loads(Schema.from_arrow(keyed).to_json()))))


def _known(table: "DeltaTable") -> dict[str, tuple[int, dict[str, str | None]]]:
    """Return size and partition of each file of the table by its path."""
    rows = pa.table(table.get_add_actions(flatten=True)).select(["path", "size_bytes", f"partition.{_KEY}"])
    return {path: (size, {_KEY: str(day)}) for path, size, day in zip(*rows.to_pydict().values(), strict=True)}


def _linked(records: Partitions[Record], day: date, place: Path, known: Collection[str]) -> list[str]:
    """Return the table's paths of a day's files, as they stand at one moment; those that are not known are there now."""
    for _ in range(_TRIES):
        try:
            return list(_links(records, day, place, known))
        except FileNotFoundError:  # replaced after it was listed
            continue
    raise StoreError(f"{records.folder(day)}: its files are gone as soon as they are listed; is somebody removing them?")


def _links(records: Partitions[Record], day: date, place: Path, known: Collection[str]) -> Iterator[str]:
    for file in map(Path, records.files(day)):
        # The time tells apart what had one name in turn, where the file system makes files keep theirs.
        path = f"{_KEY}={day}/{file.stem}-{file.stat().st_mtime_ns:x}.parquet"
        if path not in known:
            _link(file, place / path)
        yield path


def _link(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(file)
    except FileExistsError:  # of a run that was killed
        return
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        part = target.with_suffix(".part")
        shutil.copyfile(file, part)
        make_durable(part)
        part.replace(target)
    make_durable(target.parent)


def _addition(place: Path, path: str, day: date) -> "AddAction":
    from deltalake import transaction  # noqa: PLC0415

    with File(place / path, place / path) as file:
        stats = json.dumps({"numRecords": len(file)})
    found = (place / path).stat()
    return transaction.AddAction(
        path,
        found.st_size,
        {_KEY: str(day)},
        modification_time=found.st_mtime_ns // 1_000_000,
        data_change=True,
        stats=stats,
    )
