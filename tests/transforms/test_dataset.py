import os
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from crawlers.errors import StoreError
from tests.transforms.rows import DAY, record, reject
from transforms import dataset
from transforms.reading import read_dataset
from transforms.record import Record

NEXT = date(2026, 11, 19)


@pytest.fixture
def records(tmp_path: Path) -> dataset.Partitions[Record]:
    return dataset.records(tmp_path)


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def test_rows_lie_by_day_and_source_in_order_of_publication(records):
    undated = record(4, published_at=None, published_precision="none")
    records.apply(DAY, "paper", [record(3), undated, record(1)])
    assert records.path(DAY, "paper") == records.root / "date=2026-11-18" / "paper.parquet"
    assert [row.title for row in records.rows(DAY, "paper")] == ["标题1", "标题3", "标题4"]
    assert records.count(DAY, "paper") == 3
    assert records.rows(DAY, "wire") == []


def test_applying_the_same_rows_again_changes_no_file(records, tmp_path):
    assert records.apply(DAY, "paper", [record(1), record(2)])
    before = tree(tmp_path)
    later = datetime(2027, 1, 1, tzinfo=UTC)
    assert not records.apply(DAY, "paper", [record(2, annotated_at=later)])
    assert not records.apply(DAY, "paper", [record(1, annotated_at=later)], remove=[record(1).article_id])
    assert tree(tmp_path) == before


def test_a_row_is_replaced_by_its_article_id(records):
    records.apply(DAY, "paper", [record(1), record(2)])
    assert records.apply(DAY, "paper", [record(2, title="新标题")])
    assert [row.title for row in records.rows(DAY, "paper")] == ["标题1", "新标题"]


def test_removing_the_last_row_removes_the_file(records):
    records.apply(DAY, "paper", [record(1)])
    assert records.apply(DAY, "paper", [], remove=[record(1).article_id])
    assert not records.path(DAY, "paper").exists()
    assert not records.apply(DAY, "paper", [], remove=[record(1).article_id])


def test_nothing_but_whole_parquet_files_ever_stands_in_the_dataset(records, tmp_path, monkeypatch):
    records.apply(DAY, "paper", [record(1)])
    seen = []

    def look(*_: object) -> None:
        seen.extend(path for path in records.root.rglob("*") if path.is_file())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(dataset, "make_durable", look)
    with pytest.raises(StoreError, match="No space left"):
        records.apply(DAY, "paper", [record(2)])
    assert seen == [records.path(DAY, "paper")]
    assert [row.title for row in records.rows(DAY, "paper")] == ["标题1"]
    assert list((tmp_path / "staging").iterdir()) != []
    records.clear_staging("paper")
    assert list((tmp_path / "staging").iterdir()) == []


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
    assert [path.name for path in (tmp_path / "broken").iterdir()] == ["records-2026-11-18-paper.parquet"]
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


def test_a_column_that_an_older_file_lacks_reads_as_null(records):
    records.apply(DAY, "paper", [record(1)])
    path = records.path(DAY, "paper")
    pq.write_table(pq.ParquetFile(path).read().drop_columns(["model"]), path)
    assert records.rows(DAY, "paper") == [record(1)]


def test_days_sources_and_columns_are_chosen_when_reading(records, tmp_path):
    records.apply(DAY, "paper", [record(1)])
    records.apply(DAY, "wire", [record(2, source="wire")])
    records.apply(NEXT, "paper", [record(3, published_date=NEXT)])
    assert read_dataset(tmp_path, end=DAY).column("title").to_pylist() == ["标题1", "标题2"]
    chosen = read_dataset(tmp_path, start="2026-11-18", end=NEXT, sources=["paper"], columns=["title"])
    assert chosen.to_pylist() == [{"title": "标题1"}, {"title": "标题3"}]
    assert read_dataset(tmp_path, start="2027-01-01").num_rows == 0


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
    assert (tmp_path / "rejects" / "date=2026-11-18" / "paper.parquet").exists()


def test_pandas_polars_duckdb_and_arrow_read_equal_rows(records):
    records.apply(DAY, "paper", [record(1), record(2, publisher=None, published_at=None, published_precision="none")])
    records.apply(NEXT, "wire", [record(3, published_date=NEXT, source="wire", evidence=())])
    root, columns = records.root, list(Record.model_fields)
    arrow = ds.dataset(root, partitioning="hive").to_table(columns=columns)
    wanted = {row["article_id"]: row for row in arrow.to_pylist()}
    assert len(wanted) == 3

    polars = pl.read_parquet(root).select(columns).to_arrow().to_pylist()
    assert {row["article_id"]: row for row in polars} == wanted

    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        sql = f"select {', '.join(columns)}, date from read_parquet('{root}/*/*.parquet', hive_partitioning = true)"
        table = connection.sql(sql).to_arrow_table()
    assert table.schema.field("date").type == pa.date32()
    duck = table.select(columns).cast(arrow.schema).to_pylist()
    assert {row["article_id"]: row for row in duck} == wanted

    frame = pd.read_parquet(root)
    assert list(frame.columns) == [*columns, "date"]
    assert frame.set_index("title")["date"].astype(str).to_dict() == {
        "标题1": "2026-11-18",
        "标题2": "2026-11-18",
        "标题3": "2026-11-19",
    }
    pandas = pa.Table.from_pandas(frame[columns], schema=arrow.schema.remove_metadata(), preserve_index=False).to_pylist()
    assert {row["article_id"]: row for row in pandas} == wanted
    assert len(pd.read_parquet(root, filters=[("date", "=", "2026-11-19")])) == 1
