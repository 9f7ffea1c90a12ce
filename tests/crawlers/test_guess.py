import json
from datetime import UTC, datetime

import pytest

from crawlers.discovery import ListingError
from crawlers.guess import Guess, article_pattern, guess, template
from crawlers.page import Page

AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
NAV = "".join(f'<li><a href="/channel{number}/">频道{number}</a></li>' for number in range(9))


def page(body: str, url: str = "https://www.example.cn/list/index.html") -> Page:
    return Page(url, url, 200, (), body.encode(), AT, "s", "seed")


def rows(form: str, count: int = 8) -> str:
    return "".join(form.format(number=1000 + number) for number in range(count))


def test_a_list_of_headlines():
    row = '<li><a href="/a/2026-11/20/content_{number}.htm">某公司第{number}号公告全文</a></li>'
    side = '<div class="rank"><a href="/video/{number}.htm">看视频：某公司新闻发布</a></div>'
    body = f"<ul class=nav>{NAV}</ul><div id=main><ul class='news list'>{rows(row)}</ul></div>{rows(side, 3)}"
    found = guess(page(body, "https://www.example.cn/html/2026-11/20/node_2.htm"))
    allow = r"^https?://www\.example\.cn/a/\d+-\d+/\d+/content_\d+\.htm$"
    assert found == Guess("listing", "https://www.example.cn/html/{day:%Y-%m/%d}/node_2.htm", allow, "#main a")


def test_a_list_that_prints_times():
    link = '<h3><a href="https://www.example.cn/news/{number}abc">某公司第{number}号公告全文</a></h3>'
    row = f'<div class="item">{link}<p><span class="date">11-20 09:21</span></p></div>'
    body = f"<ul>{NAV}</ul><div class=box>{rows(row)}</div>"
    found = guess(page(body))
    assert (found.links, dict(found.item)) == ("div.item", {"url": "a", "title": "a", "time": "span.date"})
    assert found.allow == r"^https?://www\.example\.cn/news/\w+$"


def test_a_json_list():
    items = [
        {"id": 7, "headline_title": f"标题{n}", "link": f"/a/{n}.html", "pic": f"/p/{n}.png", "ctime": 1795000000 + n}
        for n in range(3)
    ]
    found = guess(page(json.dumps({"code": 1, "data": {"list": items, "ads": [{"url": "/x"}]}})))
    assert (found.kind, found.links) == ("api", "data.list")
    assert dict(found.item) == {"url": "link", "title": "headline_title", "time": "ctime"}
    assert found.allow == r"^https?://www\.example\.cn/a/\d+\.html$"


def test_an_address_that_makes_no_sense_is_left_out_of_a_json_list():
    items = [{"url": url, "title": "标题"} for url in ("http://[bad/", "/a/1.html", "/a/2.html")]
    assert guess(page(json.dumps(items))).allow == r"^https?://www\.example\.cn/a/\d+\.html$"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<?xml version='1.0'?><rss><channel><item><title>t</title><link>/a/1</link></item></channel></rss>", "feed"),
        ("<urlset><url><loc>https://www.example.cn/a/1</loc></url></urlset>", "sitemap"),
    ],
)
def test_feeds_and_sitemaps(body, kind):
    found = guess(page(body))
    assert (found.kind, found.links, found.allow) == (kind, None, r"^https?://www\.example\.cn/a/\d+$")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<p>nothing</p>",
        "{}",
        "[1, 2]",
        "{not json",
        '[{"url": "http://[bad/"}]',
        "[" * 99_999,
        "<rss></rss>",
        f"<ul>{NAV}</ul>",
    ],
)
def test_what_lists_nothing_is_one_sentence(body):
    with pytest.raises(ListingError, match=r"^n\w+ "):
        guess(page(body))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://e.cn/html/2026-11/20/node_2.htm", "http://e.cn/html/{day:%Y-%m/%d}/node_2.htm"),
        ("http://e.cn/scroll/2026/1120/news.shtml", "http://e.cn/scroll/{day:%Y/%m%d}/news.shtml"),
        ("http://e.cn/day/20261120.shtml?k={x}", "http://e.cn/day/{day:%Y%m%d}.shtml?k={{x}}"),
        ("http://e.cn/news/index.html", "http://e.cn/news/index.html"),
    ],
)
def test_a_day_in_an_address_becomes_a_template(url, expected):
    assert template(url) == expected


def test_the_most_common_form_of_address_wins():
    urls = ["http://e.cn/a?id=1", "http://e.cn/a?id=22", "http://e.cn/special"]
    assert article_pattern(urls) == r"^https?://e\.cn/a\?id=\d+$"
