import json
from datetime import UTC, date, datetime, timedelta

import pytest

from crawlers.fates import Verdict
from crawlers.page import Page
from crawlers.seed import Item, Pages, Seed
from crawlers.source import Source
from crawlers.walk import Walk, walks, worst

D18, D19, D20 = (date(2026, 11, day) for day in (18, 19, 20))
LATER = datetime(2026, 11, 25, tzinfo=UTC)


def source(seed: Seed, **more) -> Source:
    return Source(name="site", title="x", home="http://e.cn/", seeds=(seed,), allow=("/a/",), **more)


ROLL = Seed(
    kind="api",
    url="http://e.cn/roll?page={page}",
    links="data",
    item=Item(url="u", title="t", time="c"),
    pages=Pages(max=4),
)
PAPER = Seed(kind="listing", url="http://e.cn/{day:%Y%m%d}.htm", links="a")


def answer(body: str, status: int = 200, at: datetime = LATER) -> Page:
    return Page("http://e.cn/x", "http://e.cn/x", status, (), body.encode(), at, "site", "seed")


def roll(*items: tuple[int, str]) -> Page:
    return answer(json.dumps({"data": [{"u": f"/a/{number}", "t": "x", "c": time} for number, time in items]}))


def test_a_dated_seed_gives_one_walk_a_day_and_a_newest_first_one_for_all():
    assert [walk.url for walk in walks(source(PAPER), [D19, D18, D18])] == [
        "http://e.cn/20261118.htm",
        "http://e.cn/20261119.htm",
    ]
    assert [(walk.url, walk.days) for walk in walks(source(ROLL), [D19, D18])] == [("http://e.cn/roll?page=1", [D18, D19])]


def test_each_keyword_is_walked_and_escaped():
    seed = Seed(kind="search", url="http://e.cn/s?w={keyword}")
    assert [walk.url for walk in walks(source(seed, keywords=("人工智能", "a&b")), [D18])] == [
        "http://e.cn/s?w=%E4%BA%BA%E5%B7%A5%E6%99%BA%E8%83%BD",
        "http://e.cn/s?w=a%26b",
    ]


def test_a_newest_first_walk_stops_behind_the_earliest_day():
    walk = Walk(source(ROLL), ROLL, [D18, D19])
    finds, more = walk.take(roll((1, "2026-11-20 08:00"), (2, "2026-11-19 08:00")))
    assert ([find.listed for find in finds], more) == ([D20, D19], True)
    assert walk.url == "http://e.cn/roll?page=2"
    finds, more = walk.take(roll((2, "2026-11-19 08:00"), (3, "2026-11-18 08:00"), (4, "2026-11-17 08:00")))
    assert ([find.url for find in finds], more) == (["http://e.cn/a/3", "http://e.cn/a/4"], True)
    _, more = walk.take(roll((5, "2026-11-17 07:00")))
    assert not more
    assert walk.verdicts() == {D18: Verdict("whole"), D19: Verdict("whole")}


def test_a_list_that_does_not_reach_back_leaves_the_day_partial():
    walk = Walk(source(ROLL), ROLL, [D18, D19, D20])
    walk.take(roll((1, "2026-11-20 08:00"), (2, "2026-11-19 08:00")))
    _, more = walk.take(roll((2, "2026-11-19 08:00")))
    assert not more
    assert walk.verdicts() == {
        D18: Verdict("partial", "listing ends at 2026-11-19"),
        D19: Verdict("partial", "listing ends at 2026-11-19"),
        D20: Verdict("whole"),
    }


def test_a_day_without_articles_between_others_is_proven_empty():
    walk = Walk(source(ROLL), ROLL, [D19])
    walk.take(roll((1, "2026-11-20 08:00"), (2, "2026-11-18 08:00")))
    assert walk.verdicts()[D19].listing == "none"


def test_an_article_pinned_to_the_top_does_not_end_the_walk():
    walk = Walk(source(ROLL), ROLL, [D19])
    _, more = walk.take(roll((9, "2025-01-01 08:00"), (1, "2026-11-20 08:00")))
    assert more
    assert walk.verdicts()[D19] == Verdict("partial", "listing ends at 2026-11-20")


def test_a_walk_ends_at_its_last_allowed_page():
    walk = Walk(source(ROLL), ROLL, [D18])
    more = [walk.take(roll((number, "2026-11-20 08:00")))[1] for number in range(4)]
    assert more == [True, True, True, False]
    assert walk.verdicts()[D18] == Verdict("partial", "the listing goes on behind page 4")


def test_a_list_without_dates_proves_nothing():
    walk = Walk(source(ROLL), ROLL, [D18])
    finds, _ = walk.take(roll((1, "")))
    assert [find.listed for find in finds] == [None]
    assert walk.verdicts()[D18] == Verdict("partial", "the listing prints no dates")


def test_a_day_that_is_not_over_is_partial():
    walk = Walk(source(PAPER), PAPER, [D20])
    walk.take(answer("<a href=/a/1>x</a>", at=datetime(2026, 11, 20, 2, 30, tzinfo=UTC)))
    assert walk.verdicts()[D20] == Verdict("partial", "the day was not over at 10:30")


@pytest.mark.parametrize(
    ("page", "verdict"),
    [
        (answer("<a href=/a/1>x</a>"), Verdict("whole")),
        (answer("<p>x</p>"), Verdict("failed", "no link found in the listing; its layout may have changed")),
        (answer("<a href=/b/1>x</a>"), Verdict("failed", "none of the listing's 1 links fits allow")),
        (answer("x", 404), Verdict("failed", "http://e.cn/x: the listing is missing (HTTP 404)")),
        (answer("<title>提示</title>"), Verdict("failed", "http://e.cn/x: the listing is missing (HTTP 200)")),
    ],
)
def test_a_dated_listing(page, verdict):
    walk = Walk(source(PAPER), PAPER, [D18])
    _, more = walk.take(page)
    assert not more
    assert walk.verdicts() == {D18: verdict}


@pytest.mark.parametrize("page", [answer("x", 404), answer("<title>提示</title>")])
def test_no_issue_on_a_day_that_may_have_none(page):
    saturday = D20 + timedelta(days=1)
    walk = Walk(source(PAPER, empty_days=("weekend",)), PAPER, [saturday])
    walk.take(page)
    assert walk.verdicts()[saturday].listing == "none"


def test_an_api_that_lists_nothing_for_a_dated_day_proves_it_empty():
    seed = Seed(kind="api", url="http://e.cn/roll?d={start}-{end}", links="data", item=Item(url="u", title="t"))
    walk = Walk(source(seed), seed, [D18])
    assert walk.url == "http://e.cn/roll?d=1794931200-1795017600"
    walk.take(roll())
    assert walk.verdicts()[D18].listing == "none"


def test_an_answer_that_is_no_list_fails_the_day():
    walk = Walk(source(ROLL), ROLL, [D18])
    _, more = walk.take(answer("<html>"))
    assert not more
    assert walk.verdicts()[D18].listing == "failed"


def test_a_day_is_whole_only_when_all_its_walks_are():
    whole, none, partial, failed = (Verdict(listing) for listing in ("whole", "none", "partial", "failed"))
    assert worst([whole, none]) == whole
    assert worst([none, none]) == none
    assert worst([whole, partial, none]) == partial
    assert worst([partial, failed]) == failed
