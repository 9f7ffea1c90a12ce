"""The dataset's upkeep from the command line: compact and migrate, and all that goes on working afterwards."""

import json
from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest

from crawlers.clock import day_of, now
from flows.compact import compact_days
from flows.daily import collect
from flows.demo import DEMO_DAYS
from flows.watch import Watch
from tests.conftest import caixun, in_project
from tests.workers import workers
from transforms import dataset
from transforms.folder import source_of
from transforms.reading import read_dataset

DAY = DEMO_DAYS[0]
BEFORE = DAY + timedelta(days=1)


@pytest.fixture
def filled(project):
    plan = {"sample_paper": [DAY], "sample_wire": [DAY]}
    collect(project, plan, workers(project), Watch())
    return project


def names(project) -> list[str]:
    return [source_of(path) for path in dataset.records(project.data).files(DAY)]


def texts(project) -> list[str]:
    return sorted(read_dataset(project.data, columns=["title"])["title"].to_pylist())


def test_compacted_days_are_shown_rebuilt_crawled_and_explained_as_before(filled):
    options, before = in_project(filled), texts(filled)
    assert names(filled) == ["sample_paper", "sample_wire"]
    assert json.loads(caixun("compact", "--before", DAY, "--json", *options).stdout) == {"days": 0, "failures": []}
    done = caixun("compact", "--before", BEFORE, *options)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 days compacted\n", "")
    assert (names(filled), texts(filled)) == (["all-sources"], before)
    assert list((filled.data / "staging").iterdir()) == []

    (path,) = dataset.records(filled.data).files(DAY)
    shown = caixun("show", "--source", "sample_wire", "--format", "json", *options).stdout.splitlines()
    assert {json.loads(line)["source"] for line in shown} == {"sample_wire"}
    assert f"record in {path.relative_to(filled.data)}" in caixun("why", json.loads(shown[0])["url"], *options).stdout
    assert caixun("rebuild", DAY, DAY, *options).returncode == 0
    assert caixun("run", "--date", DAY, "--source", "sample_search", *options).returncode == 0
    assert names(filled) == ["all-sources"]
    assert len(texts(filled)) == len(before) + 4


def test_files_of_an_older_schema_are_migrated_and_a_newer_one_is_named(filled):
    options, records = in_project(filled), dataset.records(filled.data)
    for source, version in (("sample_paper", b"0"), ("sample_wire", b"2")):
        path = records.path(DAY, source)
        table = pq.ParquetFile(path).read().drop_columns(["model"])
        pq.write_table(table.replace_schema_metadata({b"caixun.schema_version": version}), path)
    newer = records.path(DAY, "sample_wire")
    run = caixun("migrate", *options)
    assert (run.returncode, run.stdout) == (1, "1 files migrated\n")
    assert run.stderr == f"{newer}: has schema version 2, this caixun knows 1: install a newer caixun\n"
    schema = pq.read_schema(records.path(DAY, "sample_paper"))
    assert (schema.names, schema.metadata) == (records.schema.names, records.schema.metadata)


def test_a_day_that_is_not_over_is_not_compacted(project):
    _ = project.ledger  # makes the data root
    assert compact_days(project, date.min).days == 0
    later = day_of(now()) + timedelta(days=2)
    run = caixun("compact", "--before", later, *in_project(project))
    assert (run.returncode, run.stderr) == (2, f"caixun: {later} is yet to come; compact days that are over\n")
