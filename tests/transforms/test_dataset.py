import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from crawlers.errors import StoreError
from tests.transforms.rows import DAY, record, reject
from transforms import dataset, folder, parquet
from transforms.reading import read_dataset
from transforms.record import Record

NEXT = date(2026, 11, 19)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def records(tmp_path: Path) -> dataset.Partitions[Record]:
    return dataset.records(tmp_path)


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def test_rows_lie_by_day_and_source_in_order_of_publication(records):
    undated = record(4, published_at=None, published_precision="none")
    records.apply(DAY, "paper", [record(3), undated, record(1)])
    (path,) = (records.root / "date=2026-11-18").iterdir()
    assert re.fullmatch(r"paper-[0-9a-f]{8}\.parquet", path.name)
    assert [row.title for row in records.rows(DAY, "paper")] == ["标题1", "标题3", "标题4"]
    assert records.count(DAY, "paper") == 3
    assert records.rows(DAY, "wire") == []


def test_applying_the_same_rows_again_changes_no_file(records, tmp_path):
    assert records.apply(DAY, "paper", [record(1), record(2)])
    before = tree(tmp_path / "records")
    later = datetime(2027, 1, 1, tzinfo=UTC)
    assert not records.apply(DAY, "paper", [record(2, annotated_at=later)])
    assert not records.apply(DAY, "paper", [record(1, annotated_at=later)], remove=[record(1).article_id])
    assert tree(tmp_path / "records") == before


def test_a_row_is_replaced_by_its_article_id(records):
    records.apply(DAY, "paper", [record(1), record(2)])
    assert records.apply(DAY, "paper", [record(2, title="新标题")])
    assert [row.title for row in records.rows(DAY, "paper")] == ["标题1", "新标题"]


def test_removing_the_last_row_removes_the_file(records):
    records.apply(DAY, "paper", [record(1)])
    assert records.apply(DAY, "paper", [], remove=[record(1).article_id])
    assert records.files(DAY) == []
    assert not records.apply(DAY, "paper", [], remove=[record(1).article_id])


def test_nothing_but_whole_parquet_files_ever_stands_in_the_dataset(records, monkeypatch):
    records.apply(DAY, "paper", [record(1)])
    path, seen = records.path(DAY, "paper"), []

    def look(*_: object) -> None:
        seen.extend(path for path in records.root.rglob("*") if path.is_file())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder, "make_durable", look)
    with pytest.raises(StoreError, match="No space left"):
        records.apply(DAY, "paper", [record(2)])
    assert seen == [path]
    assert [row.title for row in records.rows(DAY, "paper")] == ["标题1"]
    folder.sweep(records.staging, wait=True)
    monkeypatch.undo()
    records.apply(DAY, "paper", [record(2)])
    folder.sweep(records.staging, wait=True)
    assert list(records.staging.iterdir()) == []


def test_a_row_of_another_source_is_refused(records):
    with pytest.raises(ValueError, match="is a row of wire, not of paper"):
        records.apply(DAY, "paper", [record(1, source="wire")])


def test_a_torn_file_is_named_with_its_remedy_and_set_aside(records, tmp_path):
    records.apply(DAY, "paper", [record(1)])
    path = records.path(DAY, "paper")
    os.truncate(path, path.stat().st_size // 2)
    for use in (
        lambda: records.rows(DAY, "paper"),
        lambda: records.count(DAY, "paper"),
        lambda: read_dataset(tmp_path, start=DAY),
    ):
        with pytest.raises(StoreError, match="caixun rebuild 2026-11-18 2026-11-18 --source paper"):
            use()
    (sentence,) = records.set_aside([DAY, NEXT], "paper")
    assert "was moved to" in sentence
    assert [file.name for file in (tmp_path / "broken").iterdir()] == [f"records-2026-11-18-{path.name}"]
    assert records.rows(DAY, "paper") == []


def test_a_whole_file_is_not_set_aside(records):
    records.apply(DAY, "paper", [record(1)])
    assert records.set_aside([DAY], "paper") == []


def test_a_file_of_a_newer_schema_is_refused(records):
    records.apply(DAY, "paper", [record(1)])
    path = records.path(DAY, "paper")
    table = pq.ParquetFile(path).read()
    pq.write_table(table.replace_schema_metadata({b"caixun.schema_version": b"9"}), path)
    for use in (lambda: records.rows(DAY, "paper"), lambda: records.set_aside([DAY], "paper")):
        with pytest.raises(StoreError, match="schema version 9"):
            use()
    assert path.exists()


def test_of_no_source_there_are_no_rows(records):
    records.apply(DAY, "paper", [record(1)])
    assert len(records.load(DAY, [])) == 0


def test_a_column_that_an_older_file_lacks_reads_as_null(records):
    records.apply(DAY, "paper", [record(1)])
    path = records.path(DAY, "paper")
    pq.write_table(pq.ParquetFile(path).read().drop_columns(["model"]), path)
    assert records.rows(DAY, "paper") == [record(1)]


def test_a_column_that_must_be_there_and_is_not_is_damage(records):
    records.apply(DAY, "paper", [record(1)])
    path = records.path(DAY, "paper")
    pq.write_table(pq.ParquetFile(path).read().drop_columns(["title"]), path)
    with pytest.raises(StoreError, match="not a whole Parquet file"):
        list(records.select(DAY, DAY))


def test_rejects_are_kept_the_same_way(tmp_path):
    rejects = dataset.rejects(tmp_path)
    rejects.apply(DAY, "paper", [reject(1), reject(2, reason="missing", detail="HTTP 404")])
    assert {row.reason for row in rejects.rows(DAY, "paper")} == {"no_body", "missing"}
    assert len(list((tmp_path / "rejects" / "date=2026-11-18").iterdir())) == 1


def test_a_file_tells_readers_what_they_may_skip(records):
    """Statistics of what is filtered by, a page index, the order, dictionaries where values repeat, a Bloom filter."""
    records.apply(DAY, "paper", [record(number) for number in range(50)])
    metadata = pq.read_metadata(records.path(DAY, "paper"))
    group = metadata.row_group(0)
    columns = {group.column(number).path_in_schema: group.column(number) for number in range(group.num_columns)}
    assert {column.compression for column in columns.values()} == {"ZSTD"}
    assert columns["published_at"].statistics.max == datetime(2026, 11, 18, 1, 49, tzinfo=UTC)
    assert columns["published_at"].has_column_index
    assert not columns["body"].is_stats_set
    assert [column.column_index for column in group.sorting_columns] == [6, 0]
    for name, column in columns.items():
        assert ("RLE_DICTIONARY" in column.encodings) == (name.partition(".")[0] in parquet._REPEATED), name
    probe = f"from parquet_bloom_probe('{records.path(DAY, 'paper')}', 'article_id', "
    found = duckdb.sql(f"select bloom_filter_excludes {probe}'{record(7).article_id}')").fetchall()
    assert found == [(False,)]
    assert duckdb.sql(f"select bloom_filter_excludes {probe}'{record(777).article_id}')").fetchall() == [(True,)]


def test_two_processes_change_a_day_one_after_the_other(records, tmp_path):
    """Without the lock, one of two that read, add a row and write would lose the row of the other."""
    code = (
        "import sys; from pathlib import Path; from tests.transforms.rows import DAY, record; from transforms import dataset\n"
        "for number in range(*map(int, sys.argv[2:])):\n"
        "    dataset.records(Path(sys.argv[1])).apply(DAY, 'paper', [record(number)])"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", code, tmp_path, str(first), str(first + 15)], cwd=ROOT) for first in (0, 15, 30)
    ]
    assert [run.wait(timeout=300) for run in runs] == [0, 0, 0]
    assert {row.title for row in records.rows(DAY, "paper")} == {f"标题{number}" for number in range(45)}
    assert len(records.files(DAY)) == 1
