import csv
import io
import json
import os
import re
import stat
import sys
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from crawlers.errors import ConfigError
from flows.workbook import write_workbook
from tests.conftest import caixun
from tests.transforms.rows import DAY, record
from transforms import dataset
from transforms.layout import split
from transforms.record import Record

NEXT = date(2026, 11, 19)
EVIL = '=HYPERLINK("http://e.cn/","点")'
RANGE = ["export", DAY, NEXT]


@pytest.fixture
def rows(tmp_path) -> list[Record]:
    """Fill `data/` with three records of two days and return them in the order in which they are exported."""
    rows = [
        record(1, title=EVIL, keywords=("-5℃寒潮", "利润"), evidence=()),
        record(
            2, source="zqrb", published_at=None, published_precision="none", publisher=None, body="第一段。\n" + "长" * 40_000
        ),
        record(3, published_date=NEXT, title='标题, 有“引号"和\n换行'),
    ]
    for row in rows:
        dataset.records(tmp_path / "data").apply(row.published_date, row.source, [row])
    return rows


def exported(tmp_path, *options: str) -> str:
    run = caixun(*RANGE, *options, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_csv_has_every_column_and_nothing_that_a_spreadsheet_computes(tmp_path, rows):
    text = exported(tmp_path)
    got = list(csv.DictReader(io.StringIO(text)))
    assert list(got[0]) == list(Record.model_fields)
    assert [row["title"] for row in got] == [f"'{EVIL}", rows[1].title, rows[2].title]
    assert [row["keywords"] for row in got] == ["'-5℃寒潮|利润", "利润|正文", "利润|正文"]
    assert [row["body"] for row in got] == [row.body for row in rows]
    assert (got[1]["publisher"], got[1]["published_at"], got[0]["published_at"]) == ("", "", "2026-11-18T01:01:00Z")
    assert json.loads(got[2]["evidence"]) == [row.model_dump() for row in rows[2].evidence]
    assert exported(tmp_path, "--bom", "--output", "rows.csv") == ""
    assert (tmp_path / "rows.csv").read_bytes() == b"\xef\xbb\xbf" + text.encode()


def test_one_day_is_named_once_and_standard_output_by_a_dash(tmp_path, rows):
    one = caixun("export", NEXT, "--format", "jsonl", "--output", "-", cwd=tmp_path)
    assert (one.stdout, one.stderr) == (caixun("export", NEXT, NEXT, "--format", "jsonl", cwd=tmp_path).stdout, "")
    assert [json.loads(line)["title"] for line in one.stdout.splitlines()] == [rows[2].title]


@pytest.mark.usefixtures("rows")
def test_where_there_is_no_record_it_says_who_tells_why(tmp_path):
    run = caixun("export", "2026-10-18", cwd=tmp_path)
    assert (run.returncode, len(run.stdout.splitlines())) == (0, 1)  # the header
    assert run.stderr == "no record of 2026-10-18; `caixun status 2026-10-18` tells why\n"
    run = caixun("export", "2026-10-18", DAY, "--source", "stcn", "--format", "jsonl", cwd=tmp_path)
    asking = f"caixun status 2026-10-18 {DAY} --source stcn"
    assert (run.stdout, run.stderr) == ("", f"no record of 2026-10-18 to {DAY} by stcn; `{asking}` tells why\n")


def test_what_is_exported_can_be_annotated(tmp_path, rows):
    (tmp_path / "rows.jsonl").write_text(exported(tmp_path, "--format", "jsonl"), encoding="utf-8")
    run = caixun("annotate", "rows.jsonl", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert [json.loads(line)["id"] for line in run.stdout.splitlines()] == [row.article_id for row in rows]


def test_json_lines_and_texts_are_as_they_are(tmp_path, rows):
    lines = exported(tmp_path, "--format", "jsonl").splitlines()
    assert [Record.model_validate_json(line) for line in lines] == rows
    assert exported(tmp_path, "--format", "jsonl", "--source", "zqrb").splitlines() == lines[1:2]
    text = exported(tmp_path, "--format", "text")
    assert text.count("\n\n标题: ") == len(rows) - 1
    entries = list(split(text.splitlines(keepends=True)))
    assert [entry.text.splitlines()[0] for entry in entries] == ["标题: " + " ".join(row.title.splitlines()) for row in rows]


def test_a_workbook_has_texts_days_and_times(tmp_path, rows):
    run = caixun(*RANGE, "--format", "xlsx", "--output", "rows.xlsx", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (0, "")
    cut, written = run.stderr.splitlines()
    assert cut.startswith("rows.xlsx: 1 texts are longer than a cell holds and end with … there")
    assert written == "3 records written to rows.xlsx"
    (sheet,) = openpyxl.load_workbook(tmp_path / "rows.xlsx").worksheets
    header, *got = sheet.iter_rows()
    names = [cell.value for cell in header]
    assert names == list(Record.model_fields)
    first, second, _ = (dict(zip(names, row, strict=True)) for row in got)
    for name, text in (("title", EVIL), ("keywords", "-5℃寒潮|利润")):
        assert (first[name].data_type, first[name].value, first[name].quotePrefix) == ("s", text, True)
    assert (first["body"].value, first["body"].quotePrefix) == (rows[0].body, False)
    assert (first["published_at"].value, first["published_date"].value) == (
        datetime.fromisoformat("2026-11-18 09:01"),
        datetime.fromisoformat("2026-11-18"),
    )
    assert first["published_at"].number_format.endswith('"+08:00"')
    assert (second["publisher"].value, second["published_at"].value, second["archive_offset"].value) == (None, None, 2)
    assert second["body"].value == rows[1].body[:32_766] + "…"


def test_a_full_sheet_has_a_successor_and_none_is_missing(tmp_path):
    many = [record(number, title="🎉" * number) for number in range(1, 6)]
    assert write_workbook(iter(many), tmp_path / "rows.xlsx", sheet_rows=3).rows == 5
    book = openpyxl.load_workbook(tmp_path / "rows.xlsx")
    titles = {sheet.title: [row[5] for row in sheet.iter_rows(values_only=True)] for sheet in book}
    assert titles == {
        "records": ["title", "🎉", "🎉🎉"],
        "records 2": ["title", "🎉🎉🎉", "🎉🎉🎉🎉"],
        "records 3": ["title", "🎉🎉🎉🎉🎉"],
    }
    write_workbook([], tmp_path / "none.xlsx")
    assert openpyxl.load_workbook(tmp_path / "none.xlsx").worksheets[0].max_row == 1


def test_one_parquet_file_has_all_rows_in_their_order(tmp_path, rows):
    assert exported(tmp_path, "--format", "parquet", "--output", "all.parquet") == ""
    file = pq.ParquetFile(tmp_path / "all.parquet")
    assert [Record.model_validate(row) for row in file.read().to_pylist()] == rows
    assert [column.column_index for column in file.metadata.row_group(0).sorting_columns] == [
        list(Record.model_fields).index(name) for name in ("published_date", "published_at", "article_id")
    ]
    exported(tmp_path, "--format", "parquet", "--output", "all.parquet", "--source", "zqrb")
    assert pq.read_table(tmp_path / "all.parquet")["article_id"].to_pylist() == [rows[1].article_id]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["all.parquet"]


@pytest.mark.parametrize(
    ("options", "status", "told"),
    [
        (["--bom", "--format", "xlsx"], 2, "--bom is for csv, not for xlsx"),
        (["--format", "xlsx"], 2, "xlsx is nothing to print; name a file with --output"),
        (["--output", "data/records/rows.csv"], 2, "data/records/rows.csv: lies in the data root"),
        (["--output", "none/rows.csv"], 2, "caixun: none/rows.csv: there is no folder /"),
        (["--output", "fifo.csv/rows.csv"], 2, "caixun: fifo.csv/rows.csv: there is no folder /"),
        (
            ["--output", "rows.csv.gz"],
            2,
            "rows.csv.gz: its ending says no format (.csv, .jsonl, .txt, .xlsx, .parquet); name one",
        ),
        (["--output", ".", "--format", "csv"], 2, ".: is no file that could be replaced"),
        (["--output", "/", "--format", "csv"], 2, "/: is no file that could be replaced"),
        (["--output", "fifo.csv"], 2, "fifo.csv: is no file that could be replaced"),
        (["--output", "fifo-link.csv"], 2, "fifo-link.csv: is no file that could be replaced"),
        (["--output", "loop.csv"], 1, "loop.csv: cannot be written: Too many levels of symbolic links"),
        (["--output", "长" * 90 + ".csv"], 1, ".csv: cannot be written: File name too long"),
    ],
)
@pytest.mark.usefixtures("rows")
def test_a_place_that_will_not_do_is_told_in_one_sentence(tmp_path, options, status, told):
    os.mkfifo(tmp_path / "fifo.csv")
    for name, target in (("fifo-link.csv", "fifo.csv"), ("loop.csv", "loop.csv")):
        (tmp_path / name).symlink_to(target)
    run = caixun(*RANGE, *options, cwd=tmp_path)
    assert (run.returncode, run.stdout, len(run.stderr.splitlines())) == (status, "", 1)
    assert told in run.stderr
    assert (tmp_path / "fifo.csv").is_fifo()


@pytest.mark.usefixtures("rows")
def test_the_ending_of_the_file_says_the_format_and_the_records_are_counted(tmp_path):
    run = caixun(*RANGE, "--output", "all.parquet", cwd=tmp_path)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "3 records written to all.parquet\n")
    assert pq.read_table(tmp_path / "all.parquet").num_rows == 3
    run = caixun("export", "2020-01-01", "2020-01-01", "--output", "none.TXT", cwd=tmp_path)
    assert (run.returncode, run.stderr.splitlines()[0]) == (0, "0 records written to none.TXT")
    assert run.stderr.splitlines()[1:] == ["no record of 2020-01-01; `caixun status 2020-01-01` tells why"]
    assert caixun(*RANGE, "--output", "rows.parquet", "--format", "jsonl", cwd=tmp_path).returncode == 0
    assert (tmp_path / "rows.parquet").read_text(encoding="utf-8") == exported(tmp_path, "--format", "jsonl")


@pytest.mark.usefixtures("rows")
def test_a_link_is_followed_and_the_mode_stays(tmp_path):
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "rows.csv", tmp_path / "link.csv"
    target.write_text("of yesterday")
    target.chmod(0o600)
    link.symlink_to("there/rows.csv")
    exported(tmp_path, "--output", "link.csv")
    assert link.readlink() == Path("there/rows.csv")
    assert (target.read_text(encoding="utf-8"), stat.S_IMODE(target.stat().st_mode)) == (exported(tmp_path), 0o600)
    assert list(target.parent.iterdir()) == [target]


def test_a_missing_library_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(ConfigError, match=re.escape(f"`{sys.executable} -m pip install xlsxwriter`")):
        write_workbook([], tmp_path / "rows.xlsx")
