import errno
import os
import re
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from crawlers.errors import ConfigError, StoreError
from tests.conftest import caixun
from tests.transforms.rows import DAY, record
from transforms import dataset
from transforms.compact import compact
from transforms.dataset import Partitions
from transforms.delta import Step, keep_in_step
from transforms.record import Record

NEXT = date(2026, 11, 19)


@pytest.fixture
def records(tmp_path) -> Partitions[Record]:
    records = dataset.records(tmp_path / "data")
    records.apply(DAY, "paper", [record(1), record(2, published_at=None, published_precision="none", publisher=None)])
    records.apply(DAY, "wire", [record(3, source="wire", authors=(), evidence=())])
    records.apply(NEXT, "paper", [record(4, published_date=NEXT)])
    return records


@pytest.fixture
def place(tmp_path) -> Path:
    return tmp_path / "table"


def rows_of(place: Path, version: int | None = None) -> list[Record]:
    table = DeltaTable(str(place), version).to_pyarrow_table()
    assert [str(key) for key in table["date"].to_pylist()] == [str(day) for day in table["published_date"].to_pylist()]
    rows = (Record.model_validate(row) for row in table.drop_columns("date").to_pylist())
    return sorted(rows, key=lambda row: row.archive_offset)


def in_dataset(records: Partitions[Record]) -> list[Record]:
    return sorted(records.select(date.min, date.max), key=lambda row: row.archive_offset)


def files(place: Path) -> set[Path]:
    return set(place.glob("date=*/*"))


def test_a_table_has_the_rows_and_types_of_the_dataset(records, place):
    assert keep_in_step(records, place) == Step(added=3, removed=0, version=1)
    assert rows_of(place) == in_dataset(records)
    schema = DeltaTable(str(place)).to_pyarrow_table().schema
    assert schema.remove_metadata().equals(pa.schema([*map(loose, records.schema), pa.field("date", pa.date32())]))
    frame = pl.scan_delta(str(place)).filter(pl.col("date") == NEXT).collect()
    assert frame["title"].to_list() == ["标题4"]
    protocol = DeltaTable(str(place)).protocol()
    assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)  # what every reader of Delta knows


def loose(field: pa.Field) -> pa.Field:
    """Return a field whose values may all be null."""
    kind = field.type
    if pa.types.is_list(kind):
        kind = pa.list_(loose(kind.value_field))
    elif pa.types.is_struct(kind):
        kind = pa.struct(list(map(loose, kind)))
    return pa.field(field.name, kind)


def test_only_what_has_changed_is_written(records, place):
    keep_in_step(records, place)
    before = files(place)
    assert keep_in_step(records, place) == Step(added=0, removed=0, version=1)
    records.apply(DAY, "paper", [record(5)], remove=[record(1).article_id])
    records.apply(NEXT, "paper", [], remove=[record(4).article_id])
    assert keep_in_step(records, place) == Step(added=1, removed=2, version=2)
    assert len(files(place) - before) == 1
    assert rows_of(place) == in_dataset(records)
    assert [row.archive_offset for row in rows_of(place, version=1)] == [1, 2, 3, 4]
    compact(records, DAY)
    assert keep_in_step(records, place) == Step(added=1, removed=2, version=3)
    assert rows_of(place) == in_dataset(records)


def test_what_a_reader_holds_stays_as_it_was(records, place):
    keep_in_step(records, place)
    held = DeltaTable(str(place))
    records.apply(DAY, "paper", [record(1, title="改了")])
    keep_in_step(records, place)
    assert "改了" not in held.to_pyarrow_table()["title"].to_pylist()
    assert "改了" in [row.title for row in rows_of(place)]


def test_what_is_gone_for_long_is_removed(records, place):
    keep_in_step(records, place)
    DeltaTable(str(place)).alter.set_table_properties({"delta.deletedFileRetentionDuration": "interval 0 seconds"})
    compact(records, DAY)
    assert keep_in_step(records, place).removed == 2
    keep_in_step(records, place)
    assert len(files(place)) == 2
    assert rows_of(place) == in_dataset(records)
    version = DeltaTable(str(place)).version()
    assert keep_in_step(records, place).version == version


def test_files_that_cannot_be_linked_are_copied(records, place, monkeypatch):
    def refuse(_self, _target):
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    keep_in_step(records, place)
    monkeypatch.undo()
    assert rows_of(place) == in_dataset(records)
    assert {path.stat().st_nlink for path in files(place)} == {1}
    assert keep_in_step(records, place).added == 0


def test_a_file_that_keeps_its_name_is_seen_to_have_changed(records, place, monkeypatch):
    monkeypatch.setattr("transforms.folder.can_exchange", lambda _staging: False)
    records.apply(date(2026, 11, 20), "radio", [record(6, source="radio", published_date=date(2026, 11, 20))])
    keep_in_step(records, place)
    records.apply(date(2026, 11, 20), "radio", [record(6, source="radio", published_date=date(2026, 11, 20), title="改了")])
    assert keep_in_step(records, place) == Step(added=1, removed=1, version=2)
    assert rows_of(place) == in_dataset(records)


def test_a_new_column_comes_to_an_older_table(records, place):
    whole = records.schema
    records.schema = whole.remove(len(whole) - 1)
    keep_in_step(records, place)
    records.schema = whole
    keep_in_step(records, place)
    assert rows_of(place) == in_dataset(records)


KILLED = """
import os, sys
from pathlib import Path
from deltalake import DeltaTable
from transforms import dataset, delta
link, left = delta._link, [int(sys.argv[3])]
def linked(file, target):
    link(file, target)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), 9)
delta._link = linked
delta.keep_in_step(dataset.records(Path(sys.argv[1])), Path(sys.argv[2]))
"""


def test_after_a_kill_the_same_command_goes_on(records, place, tmp_path):
    for number in (1, 3):
        killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path / "data", place, str(number)], check=False)
        assert killed.returncode == -signal.SIGKILL
        assert rows_of(place) == []
    kept = files(place)
    assert len(kept) == 3
    assert keep_in_step(records, place) == Step(added=3, removed=0, version=1)
    assert files(place) == kept
    assert rows_of(place) == in_dataset(records)


def test_what_is_not_ours_is_left_alone(records, place, tmp_path):
    write_deltalake(str(place), pa.table({"a": [1]}))
    with pytest.raises(ConfigError, match="is the Delta table of something else"):
        keep_in_step(records, place)
    (tmp_path / "file").write_text("x")
    for other in (tmp_path, tmp_path / "file"):
        with pytest.raises(ConfigError, match="neither an empty folder nor a Delta table"):
            keep_in_step(records, other)
    broken = tmp_path / "broken"
    (broken / "_delta_log").mkdir(parents=True)
    (broken / "_delta_log" / f"{0:020}.json").write_text("{")
    with pytest.raises(StoreError, match="cannot be kept in step"):
        keep_in_step(records, broken)


def test_a_missing_library_is_named(records, place, monkeypatch):
    for name in ("deltalake", "deltalake.exceptions"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigError, match=re.escape(f"`{sys.executable} -m pip install deltalake`")):
        keep_in_step(records, place)


@pytest.mark.usefixtures("records")
def test_the_command(place, tmp_path):
    run = caixun("delta", place, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (0, f"3 files added, 0 removed; {place} is at version 1\n")
    wrong = caixun("delta", "data/records", cwd=tmp_path)
    assert (wrong.returncode, wrong.stderr) == (
        2,
        "caixun: data/records: lies in the data root; name a place outside of it\n",
    )
