"""Bad input gets one sentence that says what and where, the right exit status, and loses nothing."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crawlers.archive import Position, read
from crawlers.errors import ConfigError, StoreError
from crawlers.members import whole_members
from flows.demo import DEMO_DAYS
from flows.settings import SHIPPED_CONFIG, Settings, open_project
from tests.conftest import caixun, in_project
from transforms import dataset
from transforms.reading import read_dataset


def assert_one_sentence(run, status: int, *parts: str) -> None:
    assert run.returncode == status
    assert "Traceback" not in run.stderr + run.stdout
    sentences = [line for line in run.stderr.splitlines() if line.startswith("caixun: ")]
    assert len(sentences) == 1
    for part in parts:
        assert part in sentences[0]


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["run", "--date", "2026-02-30"], ["caixun: 2026-02-30: the calendar has no such day"]),
        (["run", "--date", "2026-W47-3"], ["'2026-W47-3' is not a day; write it as YYYY-MM-DD (2026-11-18)"]),
        (["run", "--date", ""], ["the value behind --date is empty"]),
        (["compact", "--before="], ["the value behind --before is empty"]),
        (["status", ""], ["the value behind status is empty"]),
        (["run", "--date", "2999-01-01"], ["2999-01-01 is yet to come; in Asia/Shanghai it is 20"]),
        (["run", "--budget", "1"], ["--budget is for the llm engine; set `annotator: llm` in settings.yml"]),
        (["backfill", "2026-11-18", "2026-11-20", "--budget", "1"], ["--budget is for the llm engine"]),
        (["backfill", "2026-11-18", "--budget", "1", "--dry-run"], ["--budget is for the llm engine"]),
        (["rebuild", "2026-11-18", "--budget", "1"], ["--budget is for the llm engine"]),
        (["rebuild", "2999-01-01"], ["2999-01-01 is yet to come"]),
        (["backfill", "2026-11-20", "2026-11-18"], ["START 2026-11-20 lies after END 2026-11-18"]),
        (["status", "0001-01-01", "2026-11-18"], ["START 0001-01-01 lies more than a hundred years before END 2026-11-18"]),
        (["rebuild", "2026-11-18", "2026-11-18", "--all", "--annotate"], ["--annotate takes up what is stale"]),
        (["rebuild", "2026-11-20", "20-11-18"], ["'20-11-18' is not a day"]),
        (["run", "--source", "nowhere"], ["unknown source nowhere; /", "sample_paper"]),
        (["run", "--source", "sampel_wire"], ["unknown source sampel_wire; did you mean sample_wire"]),
        (["backfill", "--resume", "x", "--again", "all"], ["--resume ID goes on as it was begun; leave START"]),
        (["backfill", "--resume", "x", "--oldest-first"], ["--resume ID goes on as it was begun; leave START"]),
        (["backfill", "--resume", "x"], ["there is no backfill x; none was begun"]),
        (["status", "yesterday"], ["'yesterday' is not a day"]),
        (["why", "not-a-url"], ["'not-a-url' is not an http(s) URL"]),
        (["why", "http://a.cn:99999/"], ["'http://a.cn:99999/' is not an http(s) URL: Port out of range"]),
        (["import-warc", "."], [".: is no file"]),
        (["backfill", "2999-01-01", "2999-01-02"], ["2999-01-01 is yet to come"]),
        (["extract", "missing.html"], ["missing.html: cannot be read"]),
        (["annotate", "missing.jsonl", "--budget", "1"], ["--budget is for the llm engine"]),
        (["annotate", "missing.jsonl"], ["missing.jsonl: cannot be read"]),
        (["show", "--json", "--format", "text"], ["--json means --format json; leave one of --json and --format text away"]),
        (["sources", "--json", "list"], ["put the options behind the command: caixun sources list"]),
        (["sources", "check", "sample_wire", "--date", "2999-01-01"], ["2999-01-01 is yet to come"]),
        (["sources", "check", "sample_wire", "--page", "missing.html"], ["missing.html: cannot be read"]),
    ],
)
def test_wrong_arguments(arguments, parts, project):
    _ = project.ledger  # makes the data root
    run = caixun(*arguments, *in_project(project))
    assert_one_sentence(run, 2, *parts)
    assert (run.stdout, len(run.stderr.splitlines())) == ("", 1)  # and nothing was begun


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["sources", "list"],
        ["backfill", "2026-11-18", "2026-11-18", "--dry-run"],
        ["import", __file__],
        ["demo"],
    ],
)
def test_a_file_is_no_data_root(command):
    run = caixun(*command, "--data", __file__)
    assert_one_sentence(run, 2, "test_bad_input.py: is no folder, so it is no data root")
    assert run.stdout == ""


def test_an_unknown_option_is_explained():
    run = caixun("run", "--dat", "x")
    assert run.returncode == 2
    assert "--dat" in run.stderr
    assert "Invalid value for '--by': 'name' is not one of 'run'," in caixun("costs", "--by", "name").stderr


def test_a_page_of_the_matrix_is_not_put_into_the_data_root(project):
    project.ledger.rest("elsewhere.example", "refused")  # makes the data root
    place = project.data / "records" / "matrix.html"
    place.parent.mkdir()
    assert_one_sentence(caixun("status", "--html", place, *in_project(project)), 2, "matrix.html: lies in the data root")
    assert not place.exists()


def test_without_arguments_the_help_is_shown_as_it_is():
    run = caixun()
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == caixun("--help").stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "part"),
    [
        ("sources/sample_paper.yml", "delay: 0", "dealy: 0", "sample_paper.yml:10: dealy: no such key"),
        (
            "sources/sample_wire.yml",
            "/wire/'",
            "/wire/('",
            "sample_wire.yml:10: allow.0: '/wire/(' is not a regular expression",
        ),
        ("settings.yml", "batch: 40", "batch: 0", "settings.yml:8: batch: Input should be greater than or equal to 1"),
        (
            "settings.yml",
            "batch: 40",
            "cluster: x://y",
            "settings.yml:8: cluster: 'x://y' is not the address of a Dask scheduler",
        ),
        ("settings.yml", "batch: 40", "schedule: {at: '6:30'}", "settings.yml:8: schedule.at: '6:30' is not a time of day"),
        ("settings.yml", "batch: 40", "schedule: {at: 16:30}", "settings.yml:8: schedule.at: text is expected here; put it in"),
        (
            "settings.yml",
            "batch: 40",
            "batches: 40",
            "settings.yml:8: batches: no such key; the known ones are data, ledger",
        ),
    ],
)
def test_a_wrong_configuration(file, old, new, part, project):
    path = project.config / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert_one_sentence(caixun("run", *in_project(project)), 2, part)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("alerts: json://x", "settings.yml:1: alerts: a list is expected here"),
        ("user_agent: ''", "settings.yml:1: user_agent: a header's value is plain ASCII text in one line"),
        ("contact: 张三", "settings.yml:1: contact: a header's value is plain ASCII text in one line"),
        ("data:", "settings.yml:1: data: this key has no value"),
        ("workers: 100000000", "settings.yml:1: workers: Input should be less than or equal to 1000"),
        ("alert_every: 100000000", "settings.yml:1: alert_every: Input should be less than or equal to 876000"),
        ("ledger: 'sqlite://'", "settings.yml:1: ledger: write postgresql://user@host/name, or null"),  # one in memory
    ],
)
def test_a_wrong_setting_is_refused(text, part, tmp_path):
    (tmp_path / "settings.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(part)):
        open_project(tmp_path)


@pytest.mark.parametrize("text", ["", "# annotator: llm\n"])
def test_settings_without_a_key_are_the_defaults(text, tmp_path):
    (tmp_path / "settings.yml").write_text(text, encoding="utf-8")
    assert open_project(tmp_path).settings == Settings()


@pytest.mark.parametrize("file", ["settings.yml", "taxonomy/companies.csv", "prompts/annotate.md", "sources/paper.yml"])
def test_a_configuration_in_the_current_folder_is_taken_also_in_part(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAIXUN_CONFIG", raising=False)
    (tmp_path / "config" / "other").mkdir(parents=True)
    assert open_project().config == SHIPPED_CONFIG
    (tmp_path / "config" / file).parent.mkdir(exist_ok=True)
    (tmp_path / "config" / file).touch()
    assert open_project().config == tmp_path / "config"


def test_a_configuration_without_sources_says_where_some_are(tmp_path):
    with pytest.raises(ConfigError, match=re.escape(f"no source that is enabled; those of the package lie in {SHIPPED_CONFIG}")):
        open_project(tmp_path).enabled()


def test_a_configuration_folder_that_is_not_there(tmp_path):
    assert_one_sentence(caixun("run", "--config", tmp_path / "none"), 2, "none: no such configuration folder")


def test_a_wrong_word_list_stops_a_run_before_it_begins(project):
    (project.config / "taxonomy").mkdir(exist_ok=True)
    (project.config / "taxonomy" / "companies.csv").write_text("code,name,full_name,level1\n1,2\n", encoding="utf-8")
    run = caixun("run", "--source", "sample_paper", *in_project(project))
    assert_one_sentence(run, 2, "companies.csv:2: each row needs code, name, level1")


def test_a_data_root_that_cannot_be_written(project, tmp_path):
    (tmp_path / "file").write_text("x")
    run = caixun("run", "--config", project.config, "--data", tmp_path / "file" / "data")
    assert_one_sentence(run, 2, "data: the data root cannot be written")


def test_what_cannot_be_read_or_written_is_named(project, tmp_path):
    (tmp_path / "articles.jsonl").write_text('{"id": "1", "title": "一", "body": "二"}', encoding="utf-8")
    lists = project.config / "taxonomy"
    (lists / "companies.csv").unlink()
    (lists / "companies.csv").mkdir()
    taken = caixun("import-warc", tmp_path / f"{'x' * 300}.warc", *in_project(project))
    assert_one_sentence(taken, 2, ".warc: cannot be read: file name too long")
    annotate = "annotate", tmp_path / "articles.jsonl"
    assert_one_sentence(caixun(*annotate, *in_project(project)), 2, "taxonomy/companies.csv: cannot be read: is a directory")
    shutil.rmtree(lists)
    lists.touch()
    assert_one_sentence(caixun(*annotate, *in_project(project)), 2, "taxonomy: cannot be read: not a directory")
    lists.unlink()

    for name in ("records", "logs"):
        project.data.folder.mkdir(exist_ok=True)
        (project.data / name).touch()
    assert_one_sentence(caixun("show", *in_project(project)), 1, "records: cannot be read: not a directory")
    run = caixun("run", "--date", "2026-11-18", "--source", "sample_paper", *in_project(project))
    assert_one_sentence(run, 1, "/logs/crawl-", ".err: cannot be written: file exists")
    shutil.rmtree(project.config / "sources")
    (project.config / "sources").touch()
    assert_one_sentence(caixun("sources", "list", *in_project(project)), 2, "sources: cannot be read: not a directory")


def test_a_parquet_file_that_may_not_be_read_is_not_called_damaged(tmp_path):
    path = tmp_path / "records" / "date=2026-11-18" / "paper.parquet"
    path.parent.mkdir(parents=True)
    path.symlink_to(path.name)  # a circle: also those who may read all cannot open it
    with pytest.raises(StoreError, match=r"paper\.parquet: cannot be read: too many levels"):
        read_dataset(tmp_path)


def test_a_ledger_that_cannot_be_read(project):
    project.data.folder.mkdir(exist_ok=True)
    (project.data / "ledger.sqlite").write_text("no database " * 1000)
    assert_one_sentence(
        caixun("status", *in_project(project)),
        1,
        "the ledger",
        "cannot be used: file is not a database; move it away, and `caixun doctor` makes it anew",
    )


def robots_in(project, file: str) -> int:
    root = project.data / "archive"
    offsets = [member.offset for member in whole_members(root / file)][1:]
    return next(offset for offset in offsets if read(project.data, Position(file, offset)).kind == "robots")


def test_a_damaged_archive_fails_its_day_and_the_next_run_fetches_the_page_again(project, site):
    day = str(DEMO_DAYS[0])
    assert caixun("run", "--date", day, "--source", "sample_paper", *in_project(project)).returncode == 0
    rows = dataset.records(project.data).rows(DEMO_DAYS[0], "sample_paper")
    row = next(row for row in rows if "content_1002" not in row.url)
    of_two_pages = next(row for row in rows if "content_1002" in row.url)
    path = project.data / "archive" / row.archive_file
    content = bytearray(path.read_bytes())
    for offset in (row.archive_offset, of_two_pages.archive_offset, robots_in(project, row.archive_file)):
        content[offset + 300] ^= 0xFF
    path.write_bytes(content)

    run = caixun("rebuild", day, day, "--all", "--source", "sample_paper", "--json", *in_project(project))
    assert run.returncode == 1
    (report,) = json.loads(run.stdout)["days"]
    assert (report["status"], report["failed"], report["records"]) == ("failed", 2, 3)
    assert dataset.records(project.data).rows(DEMO_DAYS[0], "sample_paper") == rows
    why = caixun("why", row.url, *in_project(project))
    assert f"damaged at offset {row.archive_offset}" in why.stdout

    asked = len(site.asked)
    again = caixun("run", "--date", day, "--source", "sample_paper", *in_project(project))
    assert again.returncode == 0
    assert {site.url(target) for target in site.asked[asked:]} == {row.url, of_two_pages.url, site.url("/robots.txt")}
    assert len(site.asked) == asked + 3
    assert [one.body for one in dataset.records(project.data).rows(DEMO_DAYS[0], "sample_paper")] == [one.body for one in rows]
    assert [one.title for one in dataset.records(project.data).rows(DEMO_DAYS[0], "sample_paper")] == [one.title for one in rows]


def test_a_truncated_parquet_file_fails_its_day_and_loses_nothing(project):
    day, source = str(DEMO_DAYS[0]), "sample_paper"
    caixun("run", "--date", day, "--source", source, *in_project(project))
    path = dataset.records(project.data).path(DEMO_DAYS[0], source)
    path.write_bytes(path.read_bytes()[:1000])
    remedy = f"`caixun rebuild {day} {day} --source {source}`"
    run = caixun("run", "--date", day, "--source", source, *in_project(project))
    assert (run.returncode, "Traceback" in run.stderr) == (1, False)
    assert remedy in " ".join(run.stdout.split())
    assert_one_sentence(caixun("show", "--date", day, *in_project(project)), 1, "not a whole Parquet file", remedy)
    assert caixun("rebuild", day, day, "--source", source, *in_project(project)).returncode == 0
    assert caixun("run", "--date", day, "--source", source, *in_project(project)).returncode == 0


@pytest.mark.parametrize("name", ["x.parquet", "all-mine-0123abcd.parquet"])
def test_a_damaged_file_of_no_source_is_moved_away_by_the_command_that_is_named(name, project):
    place = project.data / "records" / "date=2026-11-18" / name
    place.parent.mkdir(parents=True)
    place.write_text("junk")
    told = f"{name}: not a whole Parquet file; `caixun doctor` moves it to broken/"
    assert_one_sentence(caixun("show", *in_project(project)), 1, told)
    assert f"2026-11-18/{name} is not a whole Parquet file: moved to broken/" in caixun("doctor", *in_project(project)).stdout
    assert caixun("show", *in_project(project)).stderr == "no such record\n"


def test_two_runs_at_once_share_the_work(project):
    program = Path(sys.executable).with_name("caixun")
    command = [program, "backfill", "2026-11-18", "2026-11-20", "--json", *in_project(project)]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [run.communicate(timeout=300) for run in runs]
    assert all("Traceback" not in errors for _, errors in outputs), outputs
    assert read_dataset(project.data).num_rows == 40
    assert all(json.loads(told)["days"] for told, _ in outputs)
    reports = project.ledger.reports(project.sources, DEMO_DAYS)
    assert {report.status for report in reports} == {"complete", "blocked"}
