import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.answers import key_of
from crawlers.clock import now
from crawlers.database import open_engine, writing
from crawlers.errors import ConfigError, StoreError
from crawlers.fates import COOLDOWN, Find, Outcome, Verdict
from crawlers.ledger import Ledger
from crawlers.page import Position, article_id

D18, D19 = date(2026, 11, 18), date(2026, 11, 19)
AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def find(number: int, listed: date | None = D18) -> Find:
    url = f"http://e.cn/{number}"
    return Find(article_id(url), url, url, f"标题{number}", listed)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    sqlite = request.param == "sqlite"
    return f"sqlite:///{tmp_path / 'ledger.sqlite'}" if sqlite else request.getfixturevalue("cluster").database()


@pytest.fixture
def ledger(url: str):
    ledger = Ledger(url)
    yield ledger
    ledger.close()


def fetched(ledger: Ledger, source: str, finds: list[Find], wanted: set[date] = frozenset({D18})) -> list[str]:
    return [fetch.link for fetch in ledger.find(source, finds, set(wanted), "http://e.cn/list", "c1")]


def archived(ledger: Ledger, source: str, one: Find, offset: int = 0) -> None:
    ledger.archive(source, one.article_id, Position("date=2026-11-20/f.warc.gz", offset), AT)


def report(ledger: Ledger, source: str = "a", day: date = D18):
    (only,) = ledger.reports([source], [day])
    return only


def test_what_is_archived_is_not_fetched_again(ledger):
    assert fetched(ledger, "a", [find(1), find(2)]) == ["http://e.cn/1", "http://e.cn/2"]
    archived(ledger, "a", find(1))
    assert fetched(ledger, "a", [find(1), find(2), find(3)]) == ["http://e.cn/2", "http://e.cn/3"]
    assert [fetch.link for fetch in ledger.pending("a", [D18])] == ["http://e.cn/2", "http://e.cn/3"]


def test_a_second_source_does_not_fetch_what_another_has(ledger):
    fetched(ledger, "a", [find(1)])
    assert fetched(ledger, "b", [find(1)]) == []
    assert report(ledger, "b").tally.skipped == {"seen": 1}
    assert ledger.why(find(1).article_id)[1]["detail"] == "a"


def test_what_another_source_took_meanwhile_is_seen(ledger):
    fetched(ledger, "a", [find(1, D19)])
    assert fetched(ledger, "b", [find(1, D19)], {D19}) == ["http://e.cn/1"]
    assert fetched(ledger, "a", [find(1, D19)], {D19}) == []
    assert report(ledger, "a", D19).tally.skipped == {"seen": 1}


def test_an_article_listed_for_another_day_waits_until_that_day_is_asked_for(ledger):
    assert fetched(ledger, "a", [find(1, D19)]) == []
    assert report(ledger, day=D19).tally.skipped == {"off_day": 1}
    assert fetched(ledger, "a", [find(1, D19)], {D19}) == ["http://e.cn/1"]


def test_pages_wait_day_by_day_in_the_order_of_the_archive(ledger):
    days = [D18, D19, D18, D19]
    for number, day in enumerate(days):
        fetched(ledger, "a", [find(number, day)], {D18, D19})
        archived(ledger, "a", find(number), 9 - number)
    waiting = ledger.waiting("a", [D18, D19])
    assert [(one.day, one.position.offset) for one in waiting] == [(D18, 7), (D18, 9), (D19, 6), (D19, 8)]


def test_a_page_of_another_day_is_built_when_that_day_is_asked_for(ledger):
    fetched(ledger, "a", [find(1)])
    archived(ledger, "a", find(1))
    ledger.settle("a", [Outcome(find(1).article_id, "reject", D19, "off_day")])
    assert ledger.waiting("a", [D18]) == []
    (waiting,) = ledger.waiting("a", [D19])
    assert (waiting.article_id, waiting.day, waiting.published_date) == (
        find(1).article_id,
        D18,
        None,
    )  # no file has a record of it
    ledger.settle("a", [Outcome(find(1).article_id, "record", D19)])
    assert (report(ledger).tally.found, report(ledger, day=D19).tally.records) == (0, 1)


def test_a_page_that_one_source_fetched_for_another_day_serves_the_other_source(ledger):
    fetched(ledger, "a", [find(1)])
    archived(ledger, "a", find(1), 77)
    ledger.settle("a", [Outcome(find(1).article_id, "reject", D19, "off_day")])
    assert fetched(ledger, "b", [find(1, D19)], {D19}) == []
    (waiting,) = ledger.waiting("b", [D19])
    assert waiting.position.offset == 77


def test_an_article_that_one_source_is_about_to_write_is_no_other_ones_until_that_lets_it_go_or_rejects_it(ledger):
    one, other = find(1).article_id, find(2).article_id
    for source in ("a", "b"):
        for number in (1, 2):
            ledger.take_in(source, find(number), Position("x/a.warc.gz", number), D18, "seed", "crawl")
    assert ledger.claim("a", {one: D18, other: D19}) == {}
    assert ledger.claim("b", {one: D18, other: D18}) == {one: "a", other: "a"}
    assert ledger.claims_of("a", [one, other]) == {D18: {one}, D19: {other}}
    assert ledger.claims_of("b", [one, other]) == {}
    assert [(page.article_id, page.claimed) for page in ledger.waiting("a", [D19])] == [(other, D19)]
    ledger.let_go("b", [one])  # which has nothing to let go
    ledger.settle("a", [Outcome(one, "failed", None, "archive"), Outcome(other, "reject", None, "no_body")])
    assert ledger.claim("b", {one: D18, other: D18}) == {one: "a"}
    ledger.let_go("a", [one])
    assert ledger.claim("b", {one: D18, other: D19}) == {}
    ledger.settle("b", [Outcome(one, "record", D18), Outcome(other, "record", D19)])
    assert ledger.claim("a", {one: D18, other: D18}) == {one: "b", other: "b"}
    assert ledger.claims_of("b", [one, other]) == {}


def test_the_sums_of_a_day(ledger):
    finds = [find(number) for number in range(7)]
    fetched(ledger, "a", finds)
    for one in finds[:4]:
        archived(ledger, "a", one)
    ledger.settle("a", [Outcome(finds[0].article_id, "record", D18), Outcome(finds[1].article_id, "reject", None, "no_body")])
    ledger.settle("a", [Outcome(finds[2].article_id, "reject", None, "no_body")])
    ledger.miss("a", finds[4].article_id, "skipped", "robots")
    ledger.miss("a", finds[5].article_id, "blocked", "wall")
    ledger.miss("a", finds[6].article_id, "failed", "http", "HTTP 500")
    tally = report(ledger).tally
    assert (tally.records, tally.rejects, tally.skipped) == (1, {"no_body": 2}, {"robots": 1})
    assert (tally.blocked, tally.failed, tally.waiting) == (1, 1, 1)
    assert (tally.found, tally.fetched) == (7, 3)


def test_the_status_of_a_day_follows_from_listing_and_sums(ledger):
    assert report(ledger).status == "missing"
    ledger.begin("a", [D18], "c1")
    assert (report(ledger).status, report(ledger).reason) == ("partial", "the crawl did not end")
    for verdict, status in (("partial", "partial"), ("failed", "failed"), ("blocked", "blocked"), ("none", "empty")):
        ledger.list_day("a", D18, Verdict(verdict, "why"), "c1")
        assert report(ledger).status == status
        assert (report(ledger).reason or "").startswith("why")
    fetched(ledger, "a", [find(1)])
    ledger.list_day("a", D18, Verdict("whole"), "c1")
    assert report(ledger).status == "partial"
    archived(ledger, "a", find(1))
    ledger.settle("a", [Outcome(find(1).article_id, "record", D18)])
    assert (report(ledger).status, report(ledger).reason) == ("complete", None)
    ledger.settle("a", [Outcome(find(1).article_id, "failed", D18, "archive")])
    assert report(ledger).status == "failed"
    ledger.miss("a", find(1).article_id, "blocked", "wall")
    assert report(ledger).status == "blocked"
    fetched(ledger, "a", [find(2), find(3)])
    for number in (2, 3):
        ledger.miss("a", find(number).article_id, "failed", "HTTP 500")
    assert (report(ledger).reason or "").startswith("1 article behind a wall; 2 not fetched; since ")
    ledger.list_day("a", D19, Verdict("blocked", "captcha"), "c1")
    assert (report(ledger, "a", D19).reason or "").startswith("captcha; since ")


def test_a_day_that_was_listed_to_its_end_stays_so(ledger):
    ledger.list_day("a", D18, Verdict("whole"), "c1")
    for later in ("open", "failed", "blocked", "partial"):
        ledger.list_day("a", D18, Verdict(later, "why"), "c2")
        assert ledger.listed("a", [D18]) == {D18}
    ledger.list_day("a", D18, Verdict("none"), "c3")
    assert report(ledger).status == "empty"


@pytest.mark.parametrize("listing", ["whole", "none", "partial", "failed", "blocked"])
def test_a_day_that_was_listed_was_tried_whatever_came_of_it(ledger, listing):
    ledger.list_day("a", D18, Verdict(listing), "c1")
    tried = ledger.tried(["a", "b"])
    assert (set(tried["a"]), tried["b"]) == ({D18}, {})
    assert now() - tried["a"][D18] < timedelta(minutes=1)


def test_a_day_that_a_killed_run_left_is_told_from_one_that_was_tried(ledger):
    ledger.begin("a", [D18, D19], "c1")
    ledger.list_day("a", D18, Verdict("whole"), "c1")
    one = find(1)
    fetched(ledger, "a", [one])
    assert ledger.tried(["a"])["a"] == {D18: None, D19: None}  # found, not fetched; not listed
    archived(ledger, "a", one)
    assert ledger.tried(["a"])["a"][D18] is None  # not built
    ledger.settle("a", [Outcome(one.article_id, "record", D18)])
    assert ledger.tried(["a"])["a"][D18] is not None


def test_a_day_with_pages_that_were_not_crawled_was_not_tried(ledger):
    ledger.take_in("a", find(1), Position("date=2026-11-20/f.warc.gz", 0), D18, "old.warc", "c1")
    ledger.cover("a", "taken in, never listed", "c1")
    assert report(ledger).status == "partial"
    assert ledger.tried(["a"]) == {"a": {}}
    ledger.list_day("a", D18, Verdict("whole"), "c2")
    assert set(ledger.tried(["a"])["a"]) == {D18}


def test_links_that_were_left_alone_are_taken_up_when_their_day_is_asked_for(ledger):
    fetched(ledger, "a", [find(1), find(2, D19), find(3, D19)])
    fetched(ledger, "b", [find(3, D19)], {D19})
    assert ledger.pending("a", [D19]) == []
    ledger.take_up("a", [D19])
    assert [fetch.link for fetch in ledger.pending("a", [D19])] == ["http://e.cn/2"]
    assert ledger.pending_days("a") == {D18, D19}


def test_what_another_source_has_lost_is_taken_up(ledger):
    fetched(ledger, "a", [find(1)])
    fetched(ledger, "b", [find(1)])
    ledger.take_up("b", [D18])
    assert ledger.pending("b", [D18]) == []
    ledger.miss("a", find(1).article_id, "failed", "http", "HTTP 500")
    ledger.take_up("b", [D18])
    assert [fetch.link for fetch in ledger.pending("b", [D18])] == ["http://e.cn/1"]


def test_what_another_source_has_meanwhile_is_left_to_it(ledger):
    fetched(ledger, "a", [find(1), find(2), find(3)])
    for one, state in ((find(1), "failed"), (find(2), "blocked"), (find(3), "failed")):
        ledger.miss("a", one.article_id, state, "http")
    fetched(ledger, "b", [find(1), find(2)])
    archived(ledger, "b", find(2))
    assert [fetch.link for fetch in ledger.pending("a", [D18])] == ["http://e.cn/3"]
    ledger.give_way("a")
    ledger.give_way("b")
    assert (report(ledger).tally.skipped, report(ledger).tally.failed) == ({"seen": 2}, 1)
    assert (report(ledger, "b").tally.waiting, ledger.why(find(1).article_id)[0]["detail"]) == (2, "b")
    ledger.miss("b", find(1).article_id, "failed", "http")
    ledger.take_up("a", [D18])
    assert [fetch.link for fetch in ledger.pending("a", [D18])] == ["http://e.cn/1", "http://e.cn/3"]


def test_what_a_source_has_left_is_fetched_by_the_first_that_asks_for_it(ledger):
    one, other = find(1), find(2)
    fetched(ledger, "a", [one, other])
    fetched(ledger, "b", [one, other])
    fetched(ledger, "d", [one])
    assert ledger.holding() == {"a"}
    ledger.leave("a", but=[D18])
    assert ledger.holding() == {"a"}
    ledger.leave("a")
    assert ledger.holding() == {"b"}  # which has skipped them as those of a
    assert [fetch.link for fetch in ledger.pending("b", [D18])] == ["http://e.cn/1", "http://e.cn/2"]
    assert fetched(ledger, "c", [one]) == ledger.pending("a", [D18]) == fetched(ledger, "a", [one]) == []
    archived(ledger, "b", one)
    ledger.miss("b", other.article_id, "failed", "http")
    ledger.give_way("a")
    assert (report(ledger).tally.skipped, report(ledger).tally.waiting) == ({"seen": 1}, 1)
    assert [fetch.link for fetch in ledger.pending("a", [D18])] == ["http://e.cn/2"]
    assert ledger.holding() == {"a"}


def test_what_a_source_has_left_is_its_own_again_where_it_asks_first(ledger):
    fetched(ledger, "a", [find(1), find(2)])
    archived(ledger, "a", find(2))
    ledger.leave("a")
    assert [fetch.link for fetch in ledger.pending("a", [D18])] == ["http://e.cn/1"]
    assert fetched(ledger, "b", [find(1), find(2)]) == []
    ledger.take_up("b", [D18])
    assert ledger.pending("b", [D18]) == []


def test_what_stands_in_a_sources_files_is_not_given_away(ledger):
    fetched(ledger, "a", [find(1)])
    archived(ledger, "a", find(1), 1)
    ledger.settle("a", [Outcome(find(1).article_id, "record", D18)])
    ledger.lose_pages("a", [find(1).article_id], "lost")
    fetched(ledger, "b", [find(1)])
    archived(ledger, "b", find(1), 2)
    ledger.give_way("a")
    assert report(ledger).tally.skipped == {}
    assert ledger.kept_by_others("b", [find(1).article_id]) == {("a", D18): {find(1).article_id}}
    ledger.settle("b", [Outcome(find(1).article_id, "record", D18)])  # whose record takes its place
    assert (report(ledger).tally.skipped, report(ledger, "b").tally.records) == ({"seen": 1}, 1)
    assert ledger.kept_by_others("b", [find(1).article_id]) == {}


def test_of_an_article_that_gives_way_the_lost_page_is_forgotten(ledger):
    fetched(ledger, "a", [find(1)])
    archived(ledger, "a", find(1), 1)
    ledger.lose_pages("a", [find(1).article_id], "lost")
    fetched(ledger, "b", [find(1)])
    archived(ledger, "b", find(1), 2)
    ledger.give_way("a")
    ledger.settle("b", [Outcome(find(1).article_id, "reject", None, "no_body")], heirs=["a"])
    (waiting,) = ledger.waiting("a", [D18])
    assert waiting.position.offset == 2


def test_a_page_that_two_sources_fetched_becomes_a_record_of_one(ledger):
    fetched(ledger, "a", [find(1)])
    ledger.miss("a", find(1).article_id, "failed", "http")
    fetched(ledger, "b", [find(1)])
    archived(ledger, "a", find(1), 1)
    archived(ledger, "b", find(1), 2)
    ledger.give_way("a")
    assert len(ledger.waiting("a", [D18])) == 1
    ledger.settle("b", [Outcome(find(1).article_id, "record", D18)])
    ledger.give_way("a")
    assert (report(ledger).tally.skipped, report(ledger, "b").tally.records) == ({"seen": 1}, 1)
    ledger.lose_pages("b", [find(1).article_id], "lost")
    ledger.take_up("a", [D18])
    (waiting,) = ledger.waiting("a", [D18])
    assert waiting.position.offset == 1


def test_a_page_that_another_source_has_made_a_record_of_is_not_built_again(ledger):
    fetched(ledger, "a", [find(1)])
    archived(ledger, "a", find(1))
    ledger.settle("a", [Outcome(find(1).article_id, "reject", D19, "off_day")])
    fetched(ledger, "b", [find(1, D19)], {D19})
    ledger.settle("b", [Outcome(find(1).article_id, "record", D19)])
    assert ledger.waiting("a", [D19]) == []


def test_a_site_rests_for_a_while_and_no_longer_for_being_asked(ledger, monkeypatch):
    assert ledger.resting("e.cn") is None
    ledger.rest("e.cn", "refused")
    first = ledger.resting("e.cn") or ""
    assert first.startswith("refused; since ")
    assert ledger.resting("f.cn") is None
    ledger.rest("e.cn", "refused again")
    assert ledger.resting("e.cn") == first
    later = now() + COOLDOWN + timedelta(seconds=1)
    monkeypatch.setattr("crawlers.answers.now", lambda: later)
    assert ledger.resting("e.cn") is None
    ledger.rest("e.cn", "refused again")
    assert (ledger.resting("e.cn") or "").startswith("refused again")


def test_a_site_rests_for_as_long_as_it_asks_for_but_for_a_day_at_most(ledger, monkeypatch):
    monkeypatch.setattr("crawlers.answers.now", lambda: AT)
    monkeypatch.setattr("crawlers.fates.now", lambda: AT)
    for asked, said in (
        (300.0, "asks; since 11-20 12:00, left alone until 11-20 18:00"),
        (8 * 3600.0, "asks; left alone until 11-20 20:00"),
        (7 * 3600.0, "asks; left alone until 11-20 20:00"),
        (0.0, "asks; left alone until 11-20 20:00"),
        (1e9, "asks; left alone until 11-21 12:00"),
    ):
        ledger.rest("e.cn", "asks", asked)
        assert ledger.resting("e.cn") == ledger.resting_sites()["e.cn"] == said


def test_another_database_is_refused():
    for url in ("mysql://localhost/caixun", "ledger.sqlite", "postgresql+asyncpg://localhost/caixun"):
        with pytest.raises(ConfigError, match="begins no URL of a ledger"):
            Ledger(url)


@pytest.mark.parametrize("odd", ["a?b", "a#b", "a%20b", "a;b&c=d", "财 讯"])
def test_a_ledger_lies_where_its_path_says(odd, tmp_path):
    path = tmp_path / odd / "ledger.sqlite"
    path.parent.mkdir()
    ledger = Ledger(f"sqlite:///{path}")
    fetched(ledger, "a", [find(1)])
    ledger.close()
    assert [one.name for one in tmp_path.iterdir()] == [odd]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("select link from urls").fetchall() == [("http://e.cn/1",)]


def test_a_wall_is_left_alone_for_a_while(ledger, monkeypatch):
    fetched(ledger, "a", [find(1)])
    ledger.miss("a", find(1).article_id, "blocked", "wall")
    ledger.list_day("a", D18, Verdict("blocked", "wall"), "c1")
    assert ledger.pending("a", [D18]) == []
    assert fetched(ledger, "a", [find(1)]) == []
    assert ledger.listed("a", [D18]) == {D18}
    later = now() + COOLDOWN + timedelta(seconds=1)
    monkeypatch.setattr("crawlers.ledger.now", lambda: later)
    monkeypatch.setattr("crawlers.candidates.now", lambda: later)
    assert fetched(ledger, "a", [find(1)]) == ["http://e.cn/1"]
    ledger.miss("a", find(1).article_id, "blocked", "wall")
    later += COOLDOWN + timedelta(seconds=1)
    assert [fetch.link for fetch in ledger.pending("a", [D18])] == ["http://e.cn/1"]
    assert ledger.listed("a", [D18]) == set()


LONG = "http://e.cn/?cursor=" + "".join(article_id(str(number)) for number in range(200))


@pytest.mark.parametrize("link", ["http://e.cn/new", LONG])
def test_answers_of_lists_are_good_since_the_days_end_and_robots_for_a_day(ledger, monkeypatch, link):
    for asked, kind, age in (
        ("http://e.cn/old", "seed", 3),
        (link, "seed", 1),
        (f"{link}1", "part", 9),
        ("http://e.cn/robots.txt", "robots", 0),
    ):
        ledger.keep_reply("a", asked, kind, Position("f", age), now() - timedelta(hours=age))
    assert ledger.replies("a", now() - timedelta(hours=2)) == {
        key_of(link): Position("f", 1),
        key_of(f"{link}1"): Position("f", 9),
    }
    ledger.forget_parts("a", [link, f"{link}1"])
    assert ledger.replies("b", now() - timedelta(hours=2)) == {}
    ledger.forget_replies("a", keep=[link])
    assert ledger.replies("a", now() - timedelta(hours=9)) == {}
    assert ledger.known_list("a", link) == Position("f", 1)
    assert ledger.known_list("a", "http://e.cn/old") is ledger.known_list("b", link) is None
    assert ledger.robots("http://e.cn/robots.txt") == Position("f", 0)
    assert ledger.robots(link) is None
    tomorrow = now() + timedelta(days=1)
    monkeypatch.setattr("crawlers.answers.now", lambda: tomorrow)
    assert ledger.robots("http://e.cn/robots.txt") is None


def test_many_candidates_of_one_page(ledger):
    finds = [find(number) for number in range(1500)]
    assert len(fetched(ledger, "a", finds)) == 1500
    assert report(ledger).tally.found == 1500


def test_a_ledger_of_a_newer_version_is_refused(tmp_path):
    path = tmp_path / "ledger.sqlite"
    Ledger(f"sqlite:///{path}").close()
    connection = sqlite3.connect(path)
    connection.execute("update meta set version = 99")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="has version 99"):
        Ledger(f"sqlite:///{path}")


def test_a_file_that_is_no_database_is_one_sentence(tmp_path):
    path = tmp_path / "ledger.sqlite"
    path.write_text("no database " * 1000)
    with pytest.raises(StoreError, match="cannot be used"):
        Ledger(f"sqlite:///{path}")


def test_a_ledger_of_the_first_version_gets_what_it_lacks_and_keeps_what_it_has(tmp_path):
    path = tmp_path / "ledger.sqlite"
    old = Ledger(f"sqlite:///{path}")
    fetched(old, "a", [find(1)])
    archived(old, "a", find(1))
    old.settle("a", [Outcome(find(1).article_id, "record", D18)], "made")
    old.close()
    connection = sqlite3.connect(path)
    connection.executescript(
        "UPDATE meta SET version = 1; ALTER TABLE urls DROP COLUMN made_by; DROP INDEX urls_by_fate; DROP TABLE reaches"
    )
    connection.close()
    for _ in range(2):
        ledger = Ledger(f"sqlite:///{path}")
        assert ledger.makes("a", [D18]) == {None: 1}
        assert ledger.reaches() == {}
        assert ledger.reopen("a", [D18], unless="made") == 1
        ledger.settle("a", [Outcome(find(1).article_id, "record", D18)])
        ledger.close()


def test_an_article_that_is_fetched_again_for_a_lost_file_has_no_part_of_before(ledger):
    one, other = find(1), find(2)
    fetched(ledger, "a", [one, other])
    ledger.archive("a", one.article_id, Position("lost", 1), AT, [Position("lost", 2), Position("kept", 3)])
    ledger.archive("a", other.article_id, Position("kept", 4), AT, [Position("kept", 5)])
    ledger.lose("a", "lost")
    assert [fetch.link for fetch in ledger.pending("a", [D18])] == ["http://e.cn/1"]
    archived(ledger, "a", one)
    assert [(page.article_id, page.parts) for page in ledger.waiting("a", [D18])] == [
        (one.article_id, ()),
        (other.article_id, (Position("kept", 5),)),
    ]


def test_one_who_writes_without_a_break_lets_others_write_between(tmp_path):
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    busy, other, done = open_engine(url), open_engine(url), []

    def write_on() -> None:
        for number in range(10):
            with writing(busy):
                time.sleep(0.4)
            done.append(number)

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write_on)
        while not done:
            time.sleep(0.01)
        with writing(other):
            assert len(done) < 10
        writer.result()
    busy.dispose()
    other.dispose()


def test_what_was_archived_meanwhile_is_not_missed(ledger):
    one = find(1)
    fetched(ledger, "a", [one])
    archived(ledger, "a", one)
    ledger.settle("a", [Outcome(one.article_id, "record", D18)])
    ledger.miss("a", one.article_id, "skipped", "robots")
    assert report(ledger).tally.records == 1
