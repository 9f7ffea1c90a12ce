import errno
import os
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from crawlers.errors import ConfigError, StoreError
from tests.transforms.rows import DAY, record
from transforms import dataset
from transforms.compact import compact
from transforms.reading import iter_batches, read_dataset

NEXT = date(2026, 11, 19)


@pytest.fixture(params=["by source", "compacted"])
def data(request, tmp_path):
    """A data root with two sources on one day, and one on the next."""
    records = dataset.records(tmp_path)
    records.apply(DAY, "paper", [record(1, industries=("白酒", "零售"), industry_codes=("食品饮料",), keywords=("酒",))])
    records.apply(
        DAY, "wire", [record(2, source="wire", industries=("城商行",), industry_codes=("银行",), keywords=("贷款", "酒"))]
    )
    records.apply(NEXT, "paper", [record(3, published_date=NEXT, industries=(), industry_codes=(), keywords=())])
    if request.param == "compacted":
        assert compact(records, DAY)
    return tmp_path


@pytest.mark.parametrize(
    ("choice", "titles"),
    [
        ({}, ["标题1", "标题2", "标题3"]),
        ({"end": DAY}, ["标题1", "标题2"]),
        ({"start": "2026-11-19"}, ["标题3"]),
        ({"start": DAY, "end": NEXT, "sources": ["paper"]}, ["标题1", "标题3"]),
        ({"start": "2027-01-01"}, []),
        ({"sources": ["radio"]}, []),
        ({"industries": ["零售"]}, ["标题1"]),
        ({"industries": {"零售", "银行"}}, ["标题1", "标题2"]),
        ({"industries": []}, []),
        ({"keywords": ("酒", "没有")}, ["标题1", "标题2"]),
        ({"keywords": ["酒"], "industries": ["银行"], "sources": ["wire"]}, ["标题2"]),
    ],
)
def test_rows_are_chosen_alike_whole_and_in_batches(data, choice, titles):
    assert read_dataset(data, **choice, columns=["title"]).to_pylist() == [{"title": title} for title in titles]
    batches = list(iter_batches(str(data), **choice, columns=["title"]))
    assert [title for batch in batches for title in batch["title"].to_pylist()] == titles


def test_columns_come_in_the_order_asked_for_with_their_types(data):
    table = read_dataset(data, columns=["title", "published_at", "keywords"], industries=["银行"])
    assert [f"{field.name}: {field.type}" for field in table.schema] == [
        "title: string",
        "published_at: timestamp[us, tz=UTC]",
        "keywords: list<item: string>",
    ]
    assert read_dataset(data, start="2030-01-01").schema == read_dataset(data).schema


def test_a_batch_has_a_bound(tmp_path, monkeypatch):
    monkeypatch.setattr("transforms.reading._BATCH", 4)
    dataset.records(tmp_path).apply(DAY, "paper", [record(number) for number in range(10)])
    assert [batch.num_rows for batch in iter_batches(tmp_path)] == [4, 4, 2]


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"columns": ["titel"]}, "unknown column titel; there are: article_id, url, "),
        ({"columns": []}, "columns names none; leave it out to have all"),
        ({"keywords": "酒"}, "keywords takes a list of texts, as in keywords=['酒']"),
        ({"keywords": [600519]}, "keywords takes a list of texts, as in keywords=['600519']"),
        ({"start": "18.11.2026"}, "18.11.2026 is no day; write it as 2026-11-18"),
        ({"start": pd.NaT}, "NaT is no day; write it as 2026-11-18"),
        ({"end": 20261118}, "20261118 is no day; write it as 2026-11-18"),
        ({"start": "2026-11-19", "end": "2026-11-18"}, "start 2026-11-19 lies after end 2026-11-18"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(data, choice, sentence):
    for read in (read_dataset, iter_batches):
        with pytest.raises(ConfigError, match=re.escape(sentence)):
            read(data, **choice)


def test_a_root_that_is_not_there_is_no_empty_dataset(tmp_path):
    with pytest.raises(ConfigError, match="there is no such data root"):
        read_dataset(tmp_path / "dat")
    (tmp_path / "locks").mkdir()  # of a first run that has built nothing yet
    assert read_dataset(tmp_path).num_rows == 0


def test_the_folder_of_the_records_is_no_root(data):
    with pytest.raises(ConfigError, match="records: there is no such data root"):
        read_dataset(data / "records")


def test_a_day_may_be_an_instant_of_pandas(data):
    assert read_dataset(data, end=pd.Timestamp(DAY)) == read_dataset(data, end=DAY)
    assert read_dataset(data, start=pd.Timestamp(f"{DAY} 16:01Z")) == read_dataset(data, start=NEXT)


def test_a_day_that_is_compacted_after_it_was_listed_is_listed_again(tmp_path, monkeypatch):
    records = dataset.records(tmp_path)
    records.apply(DAY, "paper", [record(1)])
    records.apply(DAY, "wire", [record(2, source="wire")])
    files = dataset.Partitions.files

    def listed_and_then_compacted(self, day, sources=None):
        paths = files(self, day, sources)
        monkeypatch.undo()
        assert compact(records, DAY)
        return paths

    monkeypatch.setattr(dataset.Partitions, "files", listed_and_then_compacted)
    assert read_dataset(tmp_path)["title"].to_pylist() == ["标题1", "标题2"]


def test_a_file_of_a_newer_caixun_is_refused_in_one_sentence(data, monkeypatch):
    monkeypatch.setattr("transforms.parquet.SCHEMA_VERSION", 0)
    with pytest.raises(StoreError, match="has schema version 1, this caixun knows 0: install a newer caixun"):
        read_dataset(data)


@pytest.mark.parametrize("start", [None, "2026-11-18"])
def test_a_folder_that_cannot_be_read_is_not_an_empty_one(data, monkeypatch, start):
    listdir = os.listdir

    def forbidding(folder) -> list[str]:  # as for those who may not read it, also where the tests may read all
        if Path(folder).name == forbidden:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
        return listdir(folder)

    monkeypatch.setattr(os, "listdir", forbidding)
    forbidden = f"date={NEXT}"
    with pytest.raises(StoreError, match=f"date={NEXT}: cannot be read: permission denied"):
        read_dataset(data, start=start, end=start and NEXT)
    forbidden = "records"
    with pytest.raises(StoreError, match="records: cannot be read: permission denied"):
        read_dataset(data)


@pytest.mark.parametrize("name", ["date=2026-13-45", "date=2026-W47-3", "date=20261118", "date=x", "date=2026-12-24"])
def test_what_is_no_day_of_the_dataset_is_passed_over(data, name):
    expected = read_dataset(data)
    if name == "date=2026-12-24":  # no folder
        (data / "records" / name).touch()
    else:
        (data / "records" / name).mkdir()
    assert read_dataset(data) == expected
