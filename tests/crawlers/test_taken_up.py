"""What a crawl takes up of a list that an earlier one has read, which was killed or has ended early."""

from dataclasses import replace
from datetime import date

import pytest

from crawlers.clock import now
from crawlers.crawl import Crawl
from crawlers.ledger import Ledger
from crawlers.page import Page
from crawlers.root import Root
from crawlers.source import load_source
from tests.crawlers.test_archive import abandon
from tests.loopback import SOURCE

DAY = date(2025, 11, 17)
ODD, LIST = b"<p>one moment, please</p>", b"<a href=/a/1>an article of that day</a>"


@pytest.fixture
def begin(tmp_path):
    (tmp_path / "aa.yml").write_text(SOURCE.format(port=9, name="aa"))
    source, ledger = load_source(tmp_path / "aa.yml"), Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    crawls: list[Crawl] = []

    def crawl() -> Crawl:
        crawls.append(Crawl(source, [DAY], f"20261203T00000{len(crawls)}-c", Root(tmp_path), ledger, again=False))
        return crawls[-1]

    yield crawl
    for one in crawls:
        kill(one)


def kill(crawl: Crawl) -> None:
    if crawl._writer._out:
        abandon(crawl._writer)


def archived(crawl: Crawl, body: bytes) -> Page:
    """Archive an answer to the crawl's one list, as soon as it comes."""
    (walk,) = crawl.walks
    page = Page(walk.url, walk.url, 200, (("Content-Type", "text/html"),), body, now(), "aa", "seed", DAY)
    return replace(page, position=crawl.store(page))


def asks_again(crawl: Crawl, page: Page) -> bool:
    return crawl.list(crawl.walks[0], page)[1]


def known(crawl: Crawl) -> Page:
    page = crawl.reply(crawl.walks[0].url, "seed")
    assert page
    return page


def test_an_odd_answer_is_asked_for_once_more_behind_a_kill(begin):
    first = begin()
    assert asks_again(first, archived(first, ODD))
    kill(first)
    second = begin()
    assert asks_again(second, known(second))
    assert not asks_again(second, archived(second, LIST))


@pytest.mark.parametrize("noted", [True, False])
def test_a_second_odd_answer_is_taken_though_the_crawl_was_killed_behind_it(begin, noted):
    first = begin()
    asks_again(first, archived(first, ODD))
    second_answer = archived(first, ODD)
    if noted:
        assert not asks_again(first, second_answer)
    kill(first)
    second = begin()
    page = known(second)
    assert page.position == second_answer.position
    assert not asks_again(second, page)


def test_what_a_crawl_that_ended_early_has_taken_is_looked_at_anew(begin):
    first = begin()
    asks_again(first, archived(first, ODD))
    asks_again(first, archived(first, ODD))
    first.close("blocked")
    second = begin()
    assert asks_again(second, known(second))


def test_a_newer_answer_than_the_taken_one_is_taken_up(begin):
    first = begin()
    asks_again(first, archived(first, ODD))
    asks_again(first, archived(first, ODD))
    newer = archived(first, LIST)
    kill(first)
    assert known(begin()).position == newer.position
