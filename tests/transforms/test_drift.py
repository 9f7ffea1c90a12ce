"""What is odd about a day beside the days before it, and only that."""

from datetime import date, timedelta

import pytest

from crawlers.fates import DayReport, Tally
from tests.transforms.rows import record
from transforms import dataset
from transforms.drift import Filled, drift, filled

WEDNESDAY = date(2026, 11, 18)


def report(back: int, records: int, status: str = "complete") -> DayReport:
    return DayReport("paper", WEDNESDAY - timedelta(days=back), Tally(records=records), status, None, None)


def said(records: int, *, usual: int = 60, weekend: int = 5, fills=None, mojibake: int = 0) -> list[str]:
    before = [report(back, usual if report(back, 0).day.weekday() < 5 else weekend) for back in range(1, 15)]
    return list(drift(report(0, records), before, fills or {}, mojibake))


@pytest.mark.parametrize(("records", "expected"), [(60, []), (20, []), (19, ["19 records, 60 on such days before"]), (500, [])])
def test_a_sudden_drop(records, expected):
    assert said(records) == expected


def test_a_weekend_is_held_against_weekends():
    before = [report(back, 60 if report(back, 0).day.weekday() < 5 else 12) for back in range(1, 15)]
    sunday = DayReport("paper", WEDNESDAY - timedelta(days=3), Tally(records=10), "complete", None, None)
    assert list(drift(sunday, before, {})) == []


def test_few_days_or_few_records_make_no_usual_number():
    assert list(drift(report(0, 1), [report(1, 60), report(2, 60)], {})) == []
    assert said(1, usual=9) == []


def test_a_source_that_fell_silent():
    silent = [report(back, 0, "empty") for back in range(1, 4)]
    assert list(drift(report(0, 0, "empty"), [*silent, report(4, 30)], {})) == ["no record since 2026-11-14"]
    assert list(drift(report(0, 0, "empty"), [*silent[:2], report(3, 30)], {})) == []  # a weekend and a day


def test_mojibake():
    assert said(60, mojibake=4) == ["4 of 60 pages are mojibake"]
    assert said(60, mojibake=3) == []


FULL = {"publisher": 20, "authors": 12, "published_at": 20, "keywords": 20, "industries": 10}


def test_columns_that_half_as_many_records_fill():
    fills = {("paper", WEDNESDAY - timedelta(days=1)): Filled(20, 20, FULL)}
    now = {"publisher": 20, "authors": 5, "published_at": 0, "keywords": 20, "industries": 5}
    assert said(60, fills=fills | {("paper", WEDNESDAY): Filled(20, 20, now)}) == [
        "25% of the records have an author, 60% had before",
        "0% of the records have a time, 100% had before",
    ]


def test_records_that_wait_for_an_engine_are_not_counted_as_empty():
    fills = {("paper", WEDNESDAY - timedelta(days=1)): Filled(20, 20, FULL)}
    assert said(60, fills=fills | {("paper", WEDNESDAY): Filled(20, 2, FULL | {"keywords": 2, "industries": 1})}) == []


def test_how_far_records_are_filled(tmp_path):
    rows = [record(1), record(2, authors=(), publisher=None), record(3, annotated_at=None, keywords=(), published_at=None)]
    dataset.records(tmp_path).apply(WEDNESDAY, "paper", rows, set())
    dataset.records(tmp_path).apply(WEDNESDAY, "other", [record(4, source="other")], set())
    assert filled(tmp_path, WEDNESDAY, WEDNESDAY, ["paper"]) == {
        ("paper", WEDNESDAY): Filled(3, 2, {"publisher": 2, "published_at": 2, "authors": 2, "keywords": 2, "industries": 3})
    }
