"""The dataset in a bucket: whole states, the rows and bytes of a compacted folder, and what other tools read."""

import time
from datetime import date
from multiprocessing import get_context

import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pytest

from crawlers.bucket import Bucket
from crawlers.root import Root
from tests.transforms.rows import record
from transforms import dataset
from transforms.compact import compact
from transforms.reading import iter_batches, read_dataset
from transforms.retell import retell

pytestmark = pytest.mark.s3

DAY, NEXT = date(2026, 11, 18), date(2026, 11, 19)


@pytest.fixture
def root(s3, tmp_path) -> Root:
    return Root(tmp_path / "work", Bucket(f"{s3.bucket()}/news", s3.endpoint))


def filled(data) -> dataset.Partitions:
    records = dataset.records(data)
    assert records.apply(DAY, "wire", [record(2, source="wire")])
    assert records.apply(DAY, "paper", [record(1), record(3)])
    assert records.apply(NEXT, "paper", [record(4, published_date=NEXT)])
    assert not records.apply(DAY, "paper", [record(1), record(3)])
    assert records.apply(DAY, "paper", [record(1, title="新标题")], remove=[record(3).article_id])
    return records


def test_a_day_is_one_object_with_the_bytes_of_a_compacted_day(root, tmp_path):
    there, here = filled(root), filled(tmp_path / "here")
    assert compact(here, DAY)
    assert not compact(there, DAY)
    assert root.bucket.names("records/date=2026-11-18") == ["all-sources.parquet"]
    (path,) = here.files(DAY)
    assert root.bucket.read("records/date=2026-11-18/all-sources.parquet") == path.read_bytes()
    assert there.days() == there.days(DAY, NEXT) == [DAY, NEXT]
    assert there.rows(DAY, "paper") == here.rows(DAY, "paper")
    assert (there.count(DAY, "paper"), there.count(DAY, "wire"), there.count(DAY, "none")) == (1, 1, 0)
    assert there.apply(NEXT, "paper", [], remove=[record(4).article_id])
    assert (there.files(NEXT), there.rows(NEXT, "paper")) == ([], [])
    assert not any(path.is_file() and path.suffix != ".lock" for path in root.folder.rglob("*"))


def test_tools_read_the_same_rows(root, s3, monkeypatch):
    filled(root)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.endpoint)
    place = f"{root}/records"
    columns = ["article_id", "title"]
    expected = read_dataset(str(root), columns=columns).to_pylist()
    assert [row["title"] for row in expected] == ["新标题", "标题2", "标题4"]
    assert [row for batch in iter_batches(root, columns=columns) for row in batch.to_pylist()] == expected
    assert read_dataset(root, start=NEXT, sources=["paper"], columns=columns).to_pylist() == expected[2:]
    assert pd.read_parquet(place, columns=columns).to_dict("records") == expected
    assert ds.dataset(place, partitioning="hive").to_table(columns=columns).to_pylist() == expected
    assert pd.read_parquet(place, columns=columns, filters=[("date", ">=", "2026-11-19")]).to_dict("records") == expected[2:]
    options = {"aws_endpoint_url": s3.endpoint, "aws_allow_http": "true"}
    days = pl.scan_parquet(f"{place}/*/*.parquet", hive_partitioning=True, storage_options=options)
    assert days.select(columns).collect().to_dicts() == expected


def test_a_folder_that_was_copied_into_a_bucket_becomes_one_object_a_day(root, tmp_path):
    here = filled(tmp_path / "here")
    for path in here.root.rglob("*.parquet"):
        root.bucket.put(str(path.relative_to(tmp_path / "here")), path)
    there = dataset.records(root)
    assert len(there.files(DAY)) == 2
    assert compact(there, DAY)
    assert root.bucket.names("records/date=2026-11-18") == ["all-sources.parquet"]
    assert list(there.select(DAY, NEXT)) == [*here.rows(DAY, "paper"), *here.rows(DAY, "wire"), *here.rows(NEXT, "paper")]
    moved = {record(4).article_id: record(1).article_id}
    assert retell(there, NEXT, "paper", moved) == moved
    assert root.bucket.names("records/date=2026-11-19") == ["all-sources.parquet"]
    assert [row.story_id for row in there.rows(NEXT, "paper")] == list(moved.values())
    # Killed before the others were removed: whoever works on the day next does it, and no reader of ours sees them.
    root.bucket.put("records/date=2026-11-18/wire-00000000.parquet", here.path(DAY, "wire"))
    assert there.count(DAY, "wire") == 1
    assert there.apply(DAY, "paper", [record(1, title="又一个标题")])
    assert root.bucket.names("records/date=2026-11-18") == ["all-sources.parquet"]


def rewrite(root: Root) -> None:
    records, number = dataset.records(root), 0
    while True:
        number += 1
        rows = [record(one, annotator_version=str(number), title="标题" * (number % 30)) for one in range(12)]
        records.apply(DAY, "paper", rows)


def test_readers_see_whole_states_while_writers_are_killed(root):
    dataset.records(root).apply(DAY, "paper", [record(one, annotator_version="0") for one in range(12)])
    seen = set()
    for _ in range(2):
        writer = get_context("spawn").Process(target=rewrite, args=(root,))
        writer.start()
        try:
            fresh, deadline = set(), time.monotonic() + 60
            while len(fresh) < 6 and time.monotonic() < deadline:
                versions = read_dataset(root, columns=["annotator_version"])["annotator_version"].to_pylist()
                assert (len(versions), len(set(versions))) == (12, 1)
                fresh.add((writer.pid, versions[0]))
            seen |= fresh
        finally:
            writer.kill()
            writer.join()
    assert len(seen) == 12
