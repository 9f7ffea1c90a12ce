"""docs/loading.md, run line by line: every tool gives the same rows, with the same types."""

import re
from datetime import date
from pathlib import Path
from textwrap import dedent

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.transforms.rows import DAY, record
from transforms import dataset
from transforms.arrow import arrow_schema
from transforms.compact import compact
from transforms.delta import keep_in_step
from transforms.record import Record

GUIDE = Path(__file__).parents[2] / "docs" / "loading.md"
SCHEMA = arrow_schema(Record)
NEXT = date(2026, 11, 19)
BEFORE = date(2025, 12, 31)


@pytest.fixture
def rows(tmp_path, monkeypatch) -> list[Record]:
    """Fill `data/` in the current folder with three days, one of them compacted, and return all rows."""
    undated = {"publisher": None, "published_at": None, "published_precision": "none", "annotated_at": None}
    rows = [
        record(1),
        record(2, **undated, evidence=(), keywords=(), authors=()),
        record(3, source="wire", industries=("银行",), industry_codes=("银行",)),
        record(4, published_date=NEXT),
        record(5, source="wire", published_date=NEXT),
        record(6, published_date=BEFORE, body="😀第6段正文。\n2025年的最后一天。"),
    ]
    records = dataset.records(tmp_path / "data")
    for row in rows:
        records.apply(row.published_date, row.source, [row])
    assert compact(records, NEXT)
    monkeypatch.chdir(tmp_path)
    return rows


def lines(tool: str, language: str = "python") -> list[str]:
    """Return the blocks of code that stand under a tool's heading."""
    (section,) = re.findall(rf"^## {tool}\n(.*?)(?=^## |\Z)", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    blocks = [dedent(block) for block in re.findall(rf"^ *```{language}\n(.*?)^ *```", section, re.DOTALL | re.MULTILINE)]
    assert blocks
    return blocks


def run(tool: str, *, without: str = "\0") -> dict[str, object]:
    """Run a tool's lines, but for those that begin with `without`, and return the names that they gave."""
    names: dict[str, object] = {}
    for block in lines(tool):
        exec("".join(line for line in block.splitlines(keepends=True) if not line.startswith(without)), names)
    return names


def damage_other_days() -> None:
    """Make days unreadable that a tool need not open; the first of all is left whole, some take the schema from it."""
    for path in Path(f"data/records/date={DAY}").iterdir():
        path.write_bytes(b"PAR1, and then nothing that makes sense")


def kind(of: pa.DataType) -> object:
    """Return what a type is, whatever a tool calls it: texts may be large or views, zones of UTC have several names."""
    if pa.types.is_list(of) or pa.types.is_large_list(of):
        return [kind(of.value_type)]
    if pa.types.is_struct(of):
        return {field.name: kind(field.type) for field in of}
    if pa.types.is_large_string(of) or pa.types.is_string_view(of):
        return "string"
    return str(of).replace("Etc/UTC", "UTC")


def assert_loaded(news: pa.Table, day: pa.Table, rows: list[Record], key: object) -> None:
    """Hold what a tool loaded against the rows that were written; `key` is the type of its column `date`, if it has one."""
    for table, wanted in ((news, rows), (day, [row for row in rows if row.published_date == NEXT])):
        kinds = {name: kind(table.schema.field(name).type) for name in table.column_names}
        assert kinds.pop("date", None) == key
        assert kinds == {field.name: kind(field.type) for field in SCHEMA}
        got = table.select(SCHEMA.names).to_pylist()
        assert sorted(got, key=lambda row: row["article_id"]) == sorted(plain(wanted), key=lambda row: row["article_id"])
        if key:
            assert [str(value) for value in table["date"].to_pylist()] == [row["published_date"].isoformat() for row in got]


def plain(rows: list[Record]) -> list[dict[str, object]]:
    return pa.Table.from_pylist([row.model_dump() for row in rows], schema=SCHEMA).to_pylist()


def test_caixun_itself(rows):
    names = run("Python, with caixun installed")
    assert_loaded(names["news"], names["day"], rows, None)
    assert names["banks"].to_pydict() == {"title": ["标题3"], "published_at": [rows[2].published_at]}
    assert names["characters"] == sum(len(row.body) for row in rows)


def test_pandas(rows):
    names = run("pandas")
    for frame in (names["news"], names["day"]):
        assert frame["date"].dtype == "category"
        assert str(frame["published_at"].dtype) == str(frame["crawled_at"].dtype) == "datetime64[us, UTC]"
        assert {type(value) for value in frame["published_date"]} == {date}
    assert_loaded(*(as_arrow(names[name]) for name in ("news", "day")), rows, "string")
    with pytest.raises(pa.ArrowNotImplementedError):
        pd.read_parquet("data/records", filters=[("date", "=", NEXT)])
    assert sorted(pd.read_parquet("data/records/date=2026-11-19")["title"]) == ["标题4", "标题5"]
    damage_other_days()
    assert len(run("pandas", without="news")["day"]) == 2


def as_arrow(frame: pd.DataFrame) -> pa.Table:
    """Return a frame as a table: its lists are arrays of objects, which only the schema can tell from others."""
    schema = pa.schema([*SCHEMA, pa.field("date", pa.string())])
    return pa.Table.from_pandas(frame.astype({"date": str}), schema=schema, preserve_index=False)


def test_pyarrow(rows):
    names = run("pyarrow")
    assert_loaded(names["news"], names["day"], rows, "string")
    damage_other_days()
    assert len(run("pyarrow", without="news")["day"]) == 2


def test_a_list_of_files(rows):
    names = run("While writers are at work")
    assert_loaded(names["records"].to_table(), names["records"].to_table(filter=pc.field("date") == str(NEXT)), rows, "string")
    duckdb.execute("set timezone = 'UTC'")
    news = names["news"]
    assert_loaded(news.to_arrow_table(), news.filter(f"date = '{NEXT}'").to_arrow_table(), rows, "date32[day]")


def test_delta(rows):
    keep_in_step(dataset.records(Path("data")), Path("news-table"))
    names = run("A Delta table: `caixun delta`")
    assert_loaded(names["news"], names["day"], rows, "date32[day]")
    assert set(names["wire"]["title"]) == {"标题3", "标题5"}


def test_polars(rows):
    names = run("Polars")
    assert_loaded(names["news"].to_arrow(), names["day"].to_arrow(), rows, "date32[day]")
    damage_other_days()
    assert len(run("Polars", without="news")["day"]) == 2
    with pytest.raises(pl.exceptions.InvalidOperationError):
        names["records"].filter(pl.col("date") == "2026-11-19").collect()


def test_duckdb(rows):
    create, search = lines("DuckDB", "sql")
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(create)
        assert_loaded(*(connection.table(name).to_arrow_table() for name in ("news", "day")), rows, "date32[day]")
        found = {(title, value, passage) for _, title, value, passage in connection.sql(search).fetchall()}
        assert found == {(row.title, "正文", row.body[3:5]) for row in rows if row.evidence and row.source == "paper"} | {
            ("标题5", "正文", "正文")
        }
        damage_other_days()
        assert connection.table("day").count("*").fetchall() == [(2,)]


def test_datafusion(rows):
    names = run("DataFusion")
    assert_loaded(names["news"].to_arrow_table(), names["day"].to_arrow_table(), rows, "date32[day]")
    damage_other_days()
    assert names["day"].count() == 2


@pytest.mark.engines
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
def test_pyspark(rows, monkeypatch):
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--conf spark.ui.enabled=false --conf spark.driver.host=127.0.0.1 pyspark-shell")
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    names = run("PySpark")
    try:
        assert_loaded(names["news"].toArrow(), names["day"].toArrow(), rows, "date32[day]")
        damage_other_days()
        assert names["day"].count() == 2
    finally:
        names["spark"].stop()


@pytest.mark.engines
def test_clickhouse(rows):
    names = run("ClickHouse")
    with names["session"] as session:
        assert_loaded(names["news"], names["day"], rows, "date32[day]")
        damage_other_days()
        again = session.query("select count() as rows from records where date = '2026-11-19'", "ArrowTable")
    assert again["rows"].to_pylist() == [2]


def delta_table(language: str, folder: Path) -> str:
    """Make a Delta table of the dataset in `folder`, and return the statement in that language that attaches it."""
    keep_in_step(dataset.records(folder / "data"), folder / "table")
    (block,) = lines("A Delta table: `caixun delta`", language)
    return block.replace("/srv/news-table", str(folder / "table")).strip(";\n")


@pytest.mark.engines
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
def test_spark_attaches_the_delta_table(rows, tmp_path):
    from pysail.spark import SparkConnectServer  # noqa: PLC0415 - an engine
    from pyspark.sql import SparkSession  # noqa: PLC0415

    server = SparkConnectServer()
    server.start()
    spark = SparkSession.builder.remote("sc://{}:{}".format(*server.listening_address)).getOrCreate()
    try:
        spark.sql(delta_table("spark-sql", tmp_path))
        news, day = spark.table("news"), spark.sql("select * from news where date = '2026-11-19'")
        assert_loaded(news.toArrow(), day.toArrow(), rows, "date32[day]")
    finally:
        spark.stop()
        server.stop()


@pytest.mark.engines
def test_clickhouse_attaches_the_delta_table(rows, tmp_path):
    from chdb.session import Session  # noqa: PLC0415 - an engine

    with Session() as session:
        session.query(delta_table("clickhouse", tmp_path))
        news, day = (session.query(f"select * from news {which}", "ArrowTable") for which in ("", "where date = '2026-11-19'"))
    assert_loaded(news, day, rows, "date32[day]")
