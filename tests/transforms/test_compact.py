import errno
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from crawlers.errors import StoreError
from tests.transforms.rows import DAY, record
from transforms import dataset, folder
from transforms.compact import compact
from transforms.migrate import migrate
from transforms.record import Record

ROOT = Path(__file__).parents[2]


@pytest.fixture
def records(tmp_path) -> dataset.Partitions[Record]:
    """Two sources on one day."""
    records = dataset.records(tmp_path)
    records.apply(DAY, "paper", [record(1), record(3, published_at=None, published_precision="none")])
    records.apply(DAY, "wire", [record(2, source="wire")])
    return records


def names(records) -> list[str]:
    return [folder.source_of(path) for path in records.files(DAY)]


def test_a_day_becomes_one_file_in_order(records):
    assert compact(records, DAY)
    assert names(records) == ["all-sources"]
    assert [row.title for row in records.select(DAY, DAY)] == ["标题1", "标题2", "标题3"]
    assert [row.title for row in records.rows(DAY, "paper")] == ["标题1", "标题3"]
    assert (records.count(DAY, "paper"), records.count(DAY, "wire"), records.count(DAY, "radio")) == (2, 1, 0)
    assert not compact(records, DAY)
    assert not compact(records, date(2020, 1, 1))


def test_a_compacted_day_is_changed_as_any_other(records):
    compact(records, DAY)
    (before,) = records.files(DAY)
    assert not records.apply(DAY, "wire", [record(2, source="wire")])
    assert records.files(DAY) == [before]
    assert records.apply(DAY, "wire", [record(2, source="wire", title="新标题")])
    assert records.apply(DAY, "radio", [record(4, source="radio")])
    assert records.apply(DAY, "paper", [], remove=[record(1).article_id, record(3).article_id])
    assert names(records) == ["all-sources"]
    assert [row.title for row in records.select(DAY, DAY)] == ["新标题", "标题4"]
    assert records.apply(DAY, "wire", [], remove=[record(2).article_id])
    assert records.apply(DAY, "radio", [], remove=[record(4).article_id])
    assert records.files(DAY) == []


def test_what_is_open_stays_readable_and_what_was_listed_is_gone_or_the_same(records):
    paths = records.files(DAY)
    with records.opened(DAY) as files:
        assert compact(records, DAY)
        folder.sweep(records.staging, wait=True)
        assert [len(file.read(records.schema)) for file in files] == [2, 1]
    assert [path for path in paths if path.exists()] == []
    assert list(records.staging.iterdir()) == []


def test_a_change_of_one_source_leaves_the_files_of_others_as_they_are(records):
    paper = records.path(DAY, "paper").stat()
    old = records.path(DAY, "wire")
    records.apply(DAY, "wire", [record(2, source="wire", title="新标题")])
    assert records.path(DAY, "paper").stat().st_ino == paper.st_ino
    assert not old.exists()


def test_a_damaged_file_leaves_the_day_as_it_is(records):
    path = records.path(DAY, "wire")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(StoreError, match="--source wire` makes it anew"):
        compact(records, DAY)
    assert names(records) == ["paper", "wire"]


def test_a_compacted_file_that_is_damaged_names_the_rebuild_of_all_sources(records):
    compact(records, DAY)
    (path,) = records.files(DAY)
    path.write_bytes(b"PAR1")
    with pytest.raises(StoreError, match="`caixun rebuild 2026-11-18 2026-11-18` makes it anew"):
        records.rows(DAY, "paper")
    (sentence,) = records.set_aside([DAY], "paper")
    assert "it held all sources: `caixun rebuild 2026-11-18 2026-11-18` makes the others anew" in sentence
    assert records.files(DAY) == []


def test_a_file_with_rows_of_another_source_is_not_merged(records):
    records.path(DAY, "wire").rename(records.folder(DAY) / "radio-00000000.parquet")
    with pytest.raises(StoreError, match="a file has rows of another source"):
        compact(records, DAY)


def test_where_folders_cannot_be_exchanged_files_are_replaced_under_their_name(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(folder, "_exchange", refuse)
    records = dataset.records(tmp_path)
    for title in ("标题1", "新标题"):
        assert records.apply(DAY, "paper", [record(1, title=title)])
        assert [path.name for path in records.folder(DAY).iterdir()] == ["paper.parquet"]
        assert [row.title for row in records.rows(DAY, "paper")] == [title]
    records.apply(DAY, "wire", [record(2, source="wire")])
    with pytest.raises(StoreError, match="this file system cannot exchange two folders in one step"):
        compact(records, DAY)
    assert sorted(path.name for path in records.folder(DAY).iterdir()) == ["paper.parquet", "wire.parquet"]
    assert records.apply(DAY, "paper", [], remove=[record(1).article_id])
    assert [path.name for path in records.folder(DAY).iterdir()] == ["wire.parquet"]
    monkeypatch.undo()
    folder.can_exchange.cache_clear()
    assert records.apply(DAY, "wire", [record(2, source="wire", title="新标题")])
    assert [row.title for row in records.select(DAY, DAY)] == ["新标题"]


def test_files_of_an_older_schema_are_migrated_and_others_left_alone(records):
    path = records.path(DAY, "paper")
    table = pq.ParquetFile(path).read().drop_columns(["model", "publisher"]).replace_schema_metadata({})
    pq.write_table(table, path)
    wire = records.path(DAY, "wire")
    before = records.rows(DAY, "paper")
    assert [row.publisher for row in before] == [None, None]
    with records.lock(DAY):
        assert migrate(records, DAY, "paper")
        assert not migrate(records, DAY, "wire")
    assert records.path(DAY, "wire") == wire
    schema = pq.read_schema(records.path(DAY, "paper"))
    assert (schema.names, schema.metadata) == (records.schema.names, records.schema.metadata)
    assert records.rows(DAY, "paper") == before
    assert not migrate(records, DAY, "paper")
    assert not migrate(records, DAY, "radio")


def test_readers_see_whole_states_while_writers_are_killed():
    """Real processes: pandas, pyarrow, Polars, DuckDB and `read_dataset`, during upserts, compactions and SIGKILL."""
    run = subprocess.run(
        [sys.executable, "benchmarks/whole_states.py", "--kills", "6"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    sums = json.loads(run.stdout)
    assert sums["kills"] == 6
    assert sums["compacted"] > 0
    assert min(sums["reads"].values()) > 0
    assert sums["wrong"] == {}
