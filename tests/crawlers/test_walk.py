import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from crawlers.fates import BY_DAY, Verdict, worst
from crawlers.page import Page
from crawlers.seed import Item, Pages, Seed
from crawlers.source import Expect, Source
from crawlers.walk import Walk, walks

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
NEWEST = Seed(kind="listing", url="http://e.cn/list", links="a")


def answer(body: str, status: int = 200, at: datetime = LATER) -> Page:
    return Page("http://e.cn/x", "http://e.cn/x", status, (), body.encode(), at, "site", "seed")


def roll(*items: tuple[int, str]) -> Page:
    return answer(json.dumps({"data": [{"u": f"/a/{number}", "t": "x", "c": time} for number, time in items]}))


def test_a_dated_seed_gives_one_walk_a_day_and_a_newest_first_one_for_all():
    assert [walk.url for walk in walks(source(PAPER), [D19, D18, D18])] == [
        "http://e.cn/20261119.htm",
        "http://e.cn/20261118.htm",
    ]
    assert [(walk.url, walk.days) for walk in walks(source(ROLL), [D19, D18])] == [("http://e.cn/roll?page=1", [D18, D19])]


@pytest.mark.parametrize(
    ("timezone", "asked"),
    [
        ("Asia/Hong_Kong", {"17": [17], "18": [18]}),
        ("America/New_York", {"16": [17], "17": [17, 18], "18": [18]}),
        ("Asia/Tokyo", {"17": [17], "18": [17, 18], "19": [18]}),
    ],
)
def test_a_day_in_shanghai_is_listed_by_each_day_of_the_site_that_shares_hours_with_it(timezone, asked):
    found = walks(source(PAPER, timezone=timezone), [date(2026, 11, 17), D18])
    assert {walk.url[-6:-4]: [day.day for day in walk.days] for walk in found} == asked


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
    assert [walk.take(roll((2, "2026-11-19 08:00")))[1] for _ in range(2)] == [True, False]
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


FEED = Seed(kind="feed", url="http://e.cn/rss")
ONE_MAP = Seed(kind="sitemap", url="http://e.cn/map.xml")


def listed(seed: Seed, shown: dict[str, int]) -> Page:
    """Return a feed or sitemap with so many articles of each day, in this order."""
    days = [day for day, count in shown.items() for _ in range(count)]
    rows = [(f"http://e.cn/a/{number}", f"{day}T08:00:00+08:00") for number, day in enumerate(days)]
    if seed.kind == "feed":
        return answer("".join(["<rss>", *(f"<item><link>{url}</link><date>{at}</date></item>" for url, at in rows), "</rss>"]))
    return answer(
        "".join(["<urlset>", *(f"<url><loc>{url}</loc><lastmod>{at}</lastmod></url>" for url, at in rows), "</urlset>"])
    )


def few(before: str, back_to: str) -> Verdict:
    return Verdict("partial", f"listing shows only a few articles before 2026-11-{before}, back to 2026-11-{back_to}")


DAILY = {f"2026-11-{day}": 1 for day in (20, 19, 18, 17, 16, 10, "02")}
NONE = Verdict("none", "the listing shows no article")


@pytest.mark.parametrize("seed", [FEED, ONE_MAP])
@pytest.mark.parametrize(
    ("shown", "day", "verdict"),
    [
        ({"2026-11-24": 8, "2026-11-12": 1}, "2026-11-18", few("24", "12")),
        ({"2026-11-24": 8, "2026-11-12": 1}, "2026-11-24", few("24", "12")),
        ({"2026-11-24": 8, "2026-11-23": 1, "2026-11-12": 1, "2026-11-02": 1}, "2026-11-24", Verdict("whole")),
        ({"2026-11-24": 50, "2026-11-12": 2, "2026-11-02": 3}, "2026-11-18", few("24", "02")),
        ({"2026-11-23": 30, "2026-11-20": 1}, "2026-11-21", NONE),  # a weekend
        ({"2026-10-08": 30, "2026-09-30": 2}, "2026-10-05", NONE),  # a week of holidays
        ({"2026-11-23": 1, "2026-11-16": 1, "2026-11-09": 1, "2026-11-02": 1}, "2026-11-05", NONE),  # once a week
        ({"2026-11-20": 4, "2026-11-13": 4}, "2026-11-17", NONE),
        (DAILY, "2026-11-16", Verdict("whole")),
        (DAILY, "2026-11-12", few("16", "02")),
        (DAILY, "2026-11-10", Verdict("whole")),
        (DAILY, "2026-11-02", few("16", "02")),
        ({"2026-11-20": 18, "2026-11-13": 2}, "2026-11-13", few("20", "13")),
        ({"2026-11-20": 18, "2026-11-13": 1, "2026-11-09": 1}, "2026-11-13", few("20", "09")),
    ],
)
def test_a_few_old_articles_at_the_foot_do_not_prove_the_days_between_empty(seed, shown, day, verdict):
    walk = Walk(source(seed), seed, [date.fromisoformat(day)])
    walk.take(listed(seed, shown))
    assert list(walk.verdicts().values()) == [verdict]


def test_a_last_page_of_old_articles_alone_does_not_prove_the_days_between_empty():
    walk = Walk(source(ROLL), ROLL, [D18])
    walk.take(roll(*((number, "2026-11-20 08:00") for number in range(9))))
    walk.take(roll((10, "2026-11-10 08:00")))
    assert walk.verdicts()[D18] == few("20", "10")


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
    early = Verdict("partial", "the day was not over at 10:30")
    assert walk.verdicts()[D20] == early
    lost = Verdict("partial", "http://o.cn/list lies on another site and was not read")
    assert worst([early, lost]) == worst([lost, early]) == lost


@pytest.mark.parametrize(
    ("seed", "shown", "reason"),
    [
        (PAPER, "<p>x</p>", "the day was not over at 10:30"),  # the issue may be yet to come
        (NEWEST, "<p>x</p>", "no link found in the listing; its layout may have changed"),
        (
            ROLL.model_copy(update={"pages": Pages(max=1)}),
            json.dumps({"data": [{"u": "/a/1", "t": "x", "c": "2026-11-20 08:00"}]}),
            "the listing goes on behind page 1",
        ),
    ],
)
def test_a_list_that_shows_nothing_or_half_of_a_day_that_is_not_over_may_be_broken(seed, shown, reason):
    walk = Walk(source(seed), seed, [D20])
    walk.take(answer(shown, at=datetime(2026, 11, 20, 2, 30, tzinfo=UTC)))
    assert walk.verdicts()[D20].reason == reason


@pytest.mark.parametrize(
    ("page", "verdict"),
    [
        (answer("<a href=/a/1>x</a>"), Verdict("whole", BY_DAY)),
        (answer("<p>x</p>"), Verdict("failed", "no link found in the listing; its layout may have changed")),
        (answer("<a href=/b/1>x</a>"), Verdict("failed", "none of the listing's 1 links fits allow")),
        (answer("x", 404), Verdict("failed", "http://e.cn/x: the listing is missing (HTTP 404)")),
        (answer("<title>提示</title>"), Verdict("failed", "http://e.cn/x: the listing is missing (HTTP 200)")),
    ],
)
def test_a_dated_listing(page, verdict):
    walk = Walk(source(PAPER), PAPER, [D18])
    _, more = walk.take(page)
    assert more == ("no link" in (verdict.reason or ""))  # what is odd, and says nothing, is asked for once more
    assert not (more and walk.take(page)[1])
    assert walk.verdicts() == {D18: verdict}


TOKYO, NEW_YORK = "Asia/Tokyo", "America/New_York"


@pytest.mark.parametrize(
    ("timezone", "hour", "listing"),  # when the list of the 20th is asked for, in UTC
    [
        ("Asia/Shanghai", 2, "partial"),
        ("Asia/Shanghai", 16, "failed"),
        (TOKYO, -10, "partial"),  # before the day has begun there
        (TOKYO, 14, "partial"),
        (TOKYO, 15, "failed"),  # in Shanghai the day is not over
        (NEW_YORK, 2, "partial"),
        (NEW_YORK, 28, "partial"),  # in Shanghai the day is over
        (NEW_YORK, 29, "failed"),
    ],
)
@pytest.mark.parametrize("shown", [("x", 404), ("<title>提示</title>", 200), ('{"data": []}', 200)])
def test_a_list_that_is_missing_is_yet_to_come_until_its_day_is_over_where_the_site_is(timezone, hour, listing, shown):
    seed = PAPER if "data" not in shown[0] else DAY_ROLL
    walk = Walk(source(seed, timezone=timezone), seed, [D20], of=D20)
    page = answer(*shown, at=datetime(2026, 11, 20, tzinfo=UTC) + timedelta(hours=hour))
    while walk.take(page)[1]:
        pass
    verdict = walk.verdicts()[D20]
    assert verdict.listing == listing
    assert (verdict.reason or "").startswith("the day was not over at") == (listing == "partial")


def test_a_newest_first_list_that_is_missing_is_a_failure_at_any_time():
    walk = Walk(source(NEWEST), NEWEST, [D20])
    page = answer("x", 404, at=datetime(2026, 11, 20, 2, 30, tzinfo=UTC))
    while walk.take(page)[1]:
        pass
    assert walk.verdicts()[D20].listing == "failed"


@pytest.mark.parametrize("page", [answer("x", 404), answer("<title>提示</title>")])
def test_no_issue_on_a_day_that_may_have_none(page):
    saturday = D20 + timedelta(days=1)
    walk = Walk(source(PAPER, empty_days=("weekend",)), PAPER, [saturday])
    walk.take(page)
    assert walk.verdicts()[saturday].listing == "none"


def test_no_issue_on_a_public_holiday_but_any_other_missing_list_is_a_failure():
    for day, listing in ((date(2026, 10, 5), "none"), (date(2026, 10, 12), "failed")):  # two Mondays
        walk = Walk(source(PAPER, empty_days=("weekend", "holidays")), PAPER, [day])
        walk.take(answer("x", 404))
        assert walk.verdicts()[day].listing == listing


SPAN = Seed(kind="api", url="http://e.cn/roll?d={start}-{end}", links="data", item=Item(url="u", title="t"))


@pytest.mark.parametrize(("expect", "listing"), [(Expect(min=0), "none"), (Expect(), "failed"), (Expect(max=9), "failed")])
def test_an_api_that_lists_nothing_for_a_dated_day_proves_it_empty_where_the_source_says_so(expect, listing):
    walk = Walk(source(SPAN, expect=expect), SPAN, [D18])
    assert [walk.take(roll())[1] for _ in range(2)] == [True, False]
    verdict = walk.verdicts()[D18]
    assert verdict.listing == listing
    assert ("say so with expect: {min: 0}" in (verdict.reason or "")) == (listing == "failed")


@pytest.mark.parametrize("timezone", ["Asia/Shanghai", "America/New_York"])
def test_the_bounds_of_a_day_are_those_of_the_day_in_shanghai(timezone):
    walk = Walk(source(SPAN, timezone=timezone), SPAN, [D18])
    assert walk.url == "http://e.cn/roll?d=1794931200-1795017600"


DAY_ROLL = Seed(
    kind="api",
    url="http://e.cn/roll?d={day:%d}&page={page}",
    links="data",
    item=Item(url="u", title="t", time="c"),
    pages=Pages(max=9),
)


def test_a_dated_list_of_other_days_is_no_list_of_the_day_and_its_pages_are_not_turned():
    walk = Walk(source(DAY_ROLL), DAY_ROLL, [D18])
    _, more = walk.take(roll((1, "2026-11-20 08:00"), (2, "2026-11-19 09:00")))
    assert not more
    said = "the listing shows only articles of 2026-11-19 to 2026-11-20: the site does not list this day"
    assert walk.verdicts()[D18] == Verdict("failed", said)


def test_a_dated_list_is_turned_until_it_leaves_its_day():
    walk = Walk(source(DAY_ROLL), DAY_ROLL, [D18])
    more = [walk.take(roll((number, time)))[1] for number, time in ((1, "2026-11-18 09:00"), (2, "2026-11-17 09:00"))]
    assert (more, walk.verdicts()[D18]) == ([True, False], Verdict("whole", BY_DAY))


def test_a_dated_list_where_only_a_pinned_article_prints_a_time_is_turned_to_its_end():
    walk = Walk(source(DAY_ROLL), DAY_ROLL, [D18])
    pinned = (99, "2026-11-01 09:00")
    assert [walk.take(roll(pinned, (number, "")))[1] for number in (1, 2)] == [True, True]
    finds, more = walk.take(roll(pinned))
    assert (finds, more, walk.verdicts()[D18]) == ([], False, Verdict("whole", BY_DAY))


def test_a_day_whose_list_sends_elsewhere_has_none():
    sent = replace(answer("<a href=/a/1>x</a>"), link="http://e.cn/20261118.htm", url="http://e.cn/20261120.htm")
    walk = Walk(source(PAPER), PAPER, [D18])
    assert walk.take(sent) == ([], False)
    assert walk.verdicts()[D18] == Verdict("failed", "http://e.cn/20261118.htm: sent to http://e.cn/20261120.htm")
    walk = Walk(source(PAPER, empty_days=("weekend",)), PAPER, [D20 + timedelta(days=1)])
    walk.take(sent)
    assert walk.verdicts()[D20 + timedelta(days=1)].listing == "none"


CURSOR = Seed(
    kind="api",
    url="http://e.cn/roll?c={cursor}",
    links="data",
    item=Item(url="u", title="t", time="c"),
    cursor="data.-1.id",
    pages=Pages(max=9),
)


def test_a_cursor_of_the_answer_turns_the_page_until_it_stays():
    walk = Walk(source(CURSOR), CURSOR, [D18])
    asked, more = [], True
    for number, cursor in ((1, "a&b"), (2, 7), (3, 7)):
        asked.append(walk.url)
        _, more = walk.take(
            answer(json.dumps({"data": [{"u": f"/a/{number}", "t": "x", "c": "2026-11-20 08:00", "id": cursor}]}))
        )
    assert (asked, more) == (["http://e.cn/roll?c=", "http://e.cn/roll?c=a%26b", "http://e.cn/roll?c=7"], False)
    assert walk.verdicts()[D18] == Verdict("partial", "listing ends at 2026-11-20")


ISSUE = Seed(kind="listing", url="http://e.cn/{day:%d}/node_1.htm", links="a.t", parts="a.p", pages=Pages(max=3))


def issue(node: int, *parts: str, status: int = 200) -> Page:
    url = f"http://e.cn/18/node_{node}.htm"
    html = f"<a class=t href=/a/{node}>x</a>" + "".join(f"<a class=p href={part}>x</a>" for part in parts)
    return replace(answer(html, status), url=url, link=url)


def test_the_other_pages_of_an_issue_are_asked_once_and_those_of_other_issues_are_not():
    walk = Walk(source(ISSUE), ISSUE, [D18])
    _, more = walk.take(issue(1, "node_1.htm", "node_2.htm", "node_2.htm#top", "/17/node_1.htm", "http://other.cn/18/node_9.htm"))
    assert (more, walk.url) == (True, "http://e.cn/18/node_2.htm")
    finds, more = walk.take(issue(2, "node_1.htm", "node_2.htm"))
    assert ([find.url for find in finds], more) == (["http://e.cn/a/2"], False)
    assert walk.verdicts()[D18] == Verdict("whole", BY_DAY)


def test_an_issue_with_a_missing_page_or_more_than_are_read_is_not_whole():
    walk = Walk(source(ISSUE), ISSUE, [D18])
    walk.take(issue(1, "node_2.htm", "node_3.htm"))
    _, more = walk.take(issue(2, status=404))
    assert (more, walk.url) == (True, "http://e.cn/18/node_3.htm")
    walk.take(issue(3))
    assert walk.verdicts()[D18] == Verdict("failed", "http://e.cn/18/node_2.htm: the listing is missing (HTTP 404)")
    walk = Walk(source(ISSUE), ISSUE, [D18])
    for node in (1, 2, 3):
        _, more = walk.take(issue(node, "node_2.htm", "node_3.htm", "node_4.htm"))
    assert (more, walk.verdicts()[D18]) == (False, Verdict("partial", "the listing goes on behind page 3"))


MAP = Seed(kind="sitemap", url="http://e.cn/map.xml", pages=Pages(max=9))


def test_an_index_of_sitemaps_is_read_as_far_as_it_changed_since_the_days():
    index = "".join(
        f"<sitemap><loc>http://e.cn/{day}.xml</loc><lastmod>2026-11-{day}</lastmod></sitemap>" for day in (20, 18, 17, 16)
    )
    walk = Walk(source(MAP), MAP, [D18])
    assert walk.take(answer(f"<sitemapindex>{index}</sitemapindex>")) == ([], True)
    asked = []
    for day in (20, 18):
        asked.append(walk.url)
        _, more = walk.take(answer(f"<urlset><url><loc>http://e.cn/a/{day}</loc><lastmod>2026-11-{day}</lastmod></url></urlset>"))
    assert (asked, more) == (["http://e.cn/20.xml", "http://e.cn/18.xml"], False)
    assert walk.verdicts()[D18] == Verdict("whole")


@pytest.mark.parametrize(
    ("host", "asked", "verdict"),
    [
        ("finance.e.cn", True, Verdict("whole")),
        ("e.com", False, Verdict("partial", "http://e.com/2.xml lies on another site and was not read")),
    ],
)
def test_sitemaps_lie_on_any_host_of_the_site_and_others_are_told(host, asked, verdict):
    walk = Walk(source(MAP), MAP, [D20])
    places = ("http://e.cn/1.xml", f"http://{host}/2.xml")
    walk.take(answer(f"<sitemapindex>{''.join(f'<sitemap><loc>{place}</loc></sitemap>' for place in places)}</sitemapindex>"))
    _, more = walk.take(listed(MAP, {"2026-11-20": 3, "2026-11-19": 3}))
    assert more == asked
    assert not more or walk.url == places[1]
    assert walk.verdicts()[D20] == verdict


def test_an_index_of_sitemaps_that_the_source_does_not_expect_fails_the_day():
    seed = Seed(kind="sitemap", url="http://e.cn/map.xml")
    walk = Walk(source(seed), seed, [D18])
    for _ in range(2):
        walk.take(answer("<sitemapindex><sitemap><loc>http://e.cn/1.xml</loc></sitemap></sitemapindex>"))
    assert "an index of 1 sitemaps; say with pages: {max: …}" in (walk.verdicts()[D18].reason or "")


def test_an_answer_that_is_no_list_fails_the_day():
    walk = Walk(source(ROLL), ROLL, [D18])
    assert [walk.take(answer("<html>"))[1] for _ in range(2)] == [True, False]
    assert walk.verdicts()[D18].listing == "failed"


def test_a_day_is_whole_only_when_all_its_walks_are():
    whole, none, partial, failed = (Verdict(listing) for listing in ("whole", "none", "partial", "failed"))
    assert worst([whole, none]) == whole
    assert worst([none, none]) == none
    assert worst([whole, partial, none]) == partial
    assert worst([partial, failed]) == failed
