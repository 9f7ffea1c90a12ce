from datetime import date
from pathlib import Path

from tests.transforms.rows import DAY, record
from transforms import dataset
from transforms.snapshot import Snapshot

NEXT = date(2026, 11, 19)


def moved(number: int):
    return record(number, published_date=NEXT)


def titles(snapshot: Snapshot) -> list[tuple[str | None, str | None]]:
    return sorted(((old and old.title, new and new.title) for pairs in snapshot.pairs() for old, new in pairs), key=str)


def test_rows_are_told_as_they_were_and_as_they_are(tmp_path: Path):
    records = dataset.records(tmp_path)
    records.apply(DAY, "paper", [record(number) for number in range(1, 1203)])
    records.apply(DAY, "wire", [record(5000, source="wire")])
    snapshot = Snapshot(records, "paper")
    snapshot.take([DAY, NEXT])
    gone = [record(number).article_id for number in range(3, 604)]
    records.apply(DAY, "paper", [record(1, title="新题"), record(2000)], gone)
    records.apply(DAY, "wire", [record(5001, source="wire")])
    pairs = [(old and old.title, new and new.title) for some in snapshot.pairs() for old, new in some]
    assert len(pairs) == 1203
    assert {pair for pair in pairs if pair[0] != pair[1] and pair[1]} == {("标题1", "新题"), (None, "标题2000")}
    assert sum(new is None for _, new in pairs) == len(gone)


def test_a_row_that_moved_between_the_days_is_told_once(tmp_path: Path):
    records = dataset.records(tmp_path)
    records.apply(DAY, "paper", [record(1), record(2)])
    snapshot = Snapshot(records, "paper")
    snapshot.take([DAY, NEXT])
    records.apply(DAY, "paper", [], [record(2).article_id])
    records.apply(NEXT, "paper", [moved(2), moved(3)])
    assert titles(snapshot) == [("标题1", "标题1"), ("标题2", None), (None, "标题3")]


def test_what_was_not_held_is_not_told(tmp_path: Path):
    records = dataset.records(tmp_path)
    records.apply(DAY, "paper", [record(1)])
    assert titles(Snapshot(records, "paper")) == []


def test_only_the_rows_that_are_asked_for_are_read_and_revised(tmp_path: Path):
    records = dataset.records(tmp_path)
    records.apply(DAY, "paper", [record(number) for number in (1, 2, 3)])
    second = {record(2).article_id, "unknown"}
    assert [row.title for row in records.rows(DAY, "paper", second)] == ["标题2"]
    heard = []

    def change(row):
        heard.append(row.title)
        return row.model_copy(update={"title": "新题"})

    assert records.revise(DAY, "paper", second, change)
    assert not records.revise(DAY, "paper", second, lambda row: row)
    assert not records.revise(DAY, "paper", {"unknown"}, change)
    assert (heard, [row.title for row in records.rows(DAY, "paper")]) == (["标题2"], ["标题1", "新题", "标题3"])
