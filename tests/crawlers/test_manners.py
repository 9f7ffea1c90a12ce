import json
import time
from datetime import UTC, datetime

import pytest

from crawlers.lock import FileLocks
from crawlers.manners import back_off, retry_after
from crawlers.pace import JITTER, Pace, paced, shortest

AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Fri, 20 Nov 2026 04:00:30 GMT", 30),
        ("Fri, 20 Nov 2026 03:00:00 GMT", 0),
        ("Friday, 20-Nov-26 04:01:00 GMT", 60),
        ("9" * 400, 999_999_999),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("１２", None),
    ],
)
def test_retry_after(value, seconds):
    assert retry_after(value, AT) == seconds


def test_waits_grow_and_end():
    assert [back_off(None, 2.0, tries) for tries in range(4)] == [10.0, 20.0, None, None]
    assert back_off(None, 100.0, 0) == 60.0
    assert back_off(30.0, 2.0, 1) == 30.0
    assert back_off(0.0, 2.0, 0) == 0.0


def test_a_site_that_wants_a_long_rest_is_not_waited_for():
    assert back_off(61.0, 2.0, 0) is None


def test_the_shortest_delay_is_the_one_that_is_asked_for():
    assert paced(2.0) * (1 - JITTER) == pytest.approx(2.0)
    assert shortest(paced(2.0)) == pytest.approx(2.0)


def test_crawls_that_meet_on_a_site_take_turns():
    pace = Pace()
    assert [pace.turn("c.cn", 2.0, at) for at in (10.0, 10.5, 11.0, 20.0)] == [0.0, 1.5, 3.0, 0.0]
    assert [pace.turn("d.cn", delay, 10.0) for delay in (5.0, 2.0, 2.0, 5.0)] == [0.0, 5.0, 7.0, 12.0]


def test_crawls_of_several_processes_take_turns(tmp_path):
    one, other = Pace(FileLocks(tmp_path)), Pace(FileLocks(tmp_path))
    assert one.turn("c.cn", 2.0, 10.0) == 0.0
    assert other.turn("c.cn", 5.0, 900.0) == pytest.approx(5.0, abs=1)  # as many as the one behind asks for
    assert one.turn("c.cn", 2.0, 10.0) == pytest.approx(10.0, abs=1)  # or as the one before
    assert other.turn("d.cn", 2.0, 900.0) == 0.0
    assert other.turn("d.cn", 0.0, 900.0) == 2.0  # in its own process alone
    noted = {"at": time.time() - 3, "turns": {"e.cn": [time.time() - 3, 2.0]}}
    (tmp_path / "paces.json").write_text(json.dumps(noted), encoding="utf-8")
    assert other.turn("e.cn", 10.0, 900.0) == pytest.approx(7.0, abs=1)


def test_a_clock_that_is_set_back_keeps_nobody_waiting(tmp_path, monkeypatch):
    locks, right = FileLocks(tmp_path), time.time
    monkeypatch.setattr(time, "time", lambda: right() + 8 * 3600)
    assert locks.turn("c.cn", 0.0, 2.0) == 0.0
    locks.shut("d.cn", 30.0)
    monkeypatch.setattr(time, "time", right)
    assert locks.turn("e.cn", 0.0, 2.0) == 0.0
    assert locks.turn("c.cn", 0.0, 2.0) == pytest.approx(2.0, abs=1)
    assert locks.turn("d.cn", 0.0, 2.0) == pytest.approx(32.0, abs=1)


@pytest.mark.parametrize("noted", ['{"at": 17', "[1]", '{"at": 0, "turns": {"c.cn": 3}}', '{"turns": {}}', '{"c.cn": [1e12, 1]}'])
def test_turns_that_were_noted_in_part_or_in_another_form_count_as_nothing(tmp_path, noted):
    (tmp_path / "paces.json").write_text(noted, encoding="utf-8")
    assert FileLocks(tmp_path).turn("c.cn", 0.0, 2.0) == 0.0
    assert FileLocks(tmp_path).turn("c.cn", 0.0, 2.0) == pytest.approx(2.0, abs=1)


def test_what_a_site_asks_of_one_process_holds_for_all(tmp_path):
    one, other = Pace(FileLocks(tmp_path)), Pace(FileLocks(tmp_path))
    for seconds in (30.0, 20.0, 30.0):
        one.shut("e.cn", 10.0, seconds)
    assert one.shut_for("e.cn", 10.0) == 30.0
    assert other.turn("e.cn", 2.0, 900.0) == pytest.approx(32.0, abs=1)


def test_what_a_site_asks_of_one_crawl_holds_for_all():
    pace = Pace()
    for seconds in (25.0, 15.0):
        pace.shut("c.cn", 5.0, seconds)
    assert [pace.shut_for(site, at) for site, at in (("c.cn", 10.0), ("c.cn", 30.0), ("d.cn", 10.0))] == [20.0, 0.0, 0.0]
