"""Which of the times on a page is that of its publication, and times that a page's address or listing contradicts."""

from datetime import UTC, date, datetime

import pytest

from tests.transforms.test_extract import PARAGRAPHS, SOURCE, TITLE, article_page, only, page
from transforms.extract import extract
from transforms.times import contradicted

PRINTED = datetime(2026, 11, 18, 1, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "listed", "says"),
    [
        ("https://e.cn/2026-11-18/doc-1.shtml", date(2026, 11, 18), None),
        ("https://e.cn/2026/11-20/1.shtml", None, None),
        ("https://e.cn/2026/1121/1.shtml", None, "its address says 2026-11-21"),
        ("https://e.cn/a/202611013887740418.html", None, "its address says 2026-11-01"),
        ("https://e.cn/a/1.html", date(2026, 11, 14), "its listing says 2026-11-14"),
        ("https://e.cn/20261345/a?d=2020-01-01", None, None),
        ("https://e.cn/2026-02-31/a", None, None),
        ("https://e.cn/a/1202601019", None, None),
    ],
)
def test_contradicted(url, listed, says):
    told = contradicted(url, listed, PRINTED)
    assert told is None if says is None else told == f"the page prints 2026-11-18, {says}"


def test_nothing_contradicts_a_time_that_is_not_printed():
    assert contradicted("https://e.cn/2020-01-01/a", date(2020, 1, 1), None) is None


META = "<meta property='article:published_time' content='2026-11-18T09:21'>"
SITE = '<script type="application/ld+json">{"@type": "WebSite", "datePublished": "2010-01-01"}</script>'
DATED = '"datePublished": "2026-11-18T09:21+08:00"'
GRAPH = (
    f'<script type="application/ld+json">{{"@graph": [{{"@type": "WebSite"}}, {{"@type": ["NewsArticle"], {DATED}}}]}}</script>'
)
BROKEN = f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "他说"好"", {DATED}}}</script>'
LINKED = '<script type="application/ld+json">{}</script>'
OWN = "<time datetime='2026-11-18T09:21+08:00'></time>"
TODAY = "<time datetime='2026-11-20T10:00+08:00'>今天</time>"
TIMES = "<time class=updated datetime='2026-11-20T10:00+08:00'>x</time><time class=published datetime='2026-11-18T09:21+08:00'>y</time>"
BOTH = "更新时间：2026-11-20 10:00", "发布时间：2026-11-18 09:21"


def printed(head: str = "", above: str = "", info: str = "", first: str = "", last: str = "", behind: str = "") -> str | None:
    """Return the time of a page with these parts around and in its article, to the minute; a day has the minute 00:00."""
    html = article_page(head=head, info=info).replace("2026-11-01 08:00", "").replace("<h1>", f"{above}<h1>")
    html = html.replace(f"<p>　　{PARAGRAPHS[0]}", f"{first}<p>　　{PARAGRAPHS[0]}").replace(
        f"{PARAGRAPHS[-1]}</p>", f"{PARAGRAPHS[-1]}</p>{last}"
    )
    at = only(extract(page(html.replace("<div class=rel>", f"{behind}<div class=rel>")), SOURCE)).published_at
    return at and f"{at.astimezone(SOURCE.zone):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("head", [META, ""])
@pytest.mark.parametrize(
    "story",
    [
        {"first": "<p>当地时间2025年1月20日，青穗农业在海外的第一座智能温室奠基，样州派出了代表团。</p>"},
        {"first": "<p>北京时间2024年3月5日晚，样州队在主场以三比一战胜客队，取得了三连胜。</p>"},
        {"last": "<p>活动时间：2026年11月10日</p>"},
        {"last": "<p>公司成立时间：2015年3月2日</p>"},
        {"last": "<p>上市日期：2010-05-06</p>"},
        {"last": "<p>新品发布时间：2026年11月10日</p>"},
        {"above": "<div>今天是2026年11月20日 星期五</div>"},
        {"above": f"<nav>{TODAY}</nav>"},
        {"behind": f"<aside>{TODAY}</aside>"},
        {"behind": f"<ul><li>{TODAY}</li></ul>"},
        {"behind": f"<div>{TODAY}</div><div>{TODAY}</div>"},
        {"last": "<p>该报告发布于2024年3月5日，样州农科院称其结论至今有效，并将在年内更新。</p>"},
        {"head": SITE},
        {"head": LINKED.format('{"@type": "ItemList", "datePublished": "2026-11-20"}')},
    ],
)
def test_days_of_the_story_the_site_and_other_articles_are_not_the_pages(head, story):
    assert printed(**{**story, "head": head + story.get("head", "")}) == ("2026-11-18 09:21" if head else None)


@pytest.mark.parametrize(
    "parts",
    [
        {"info": "<br>".join(BOTH)},
        {"info": "<br>".join(reversed(BOTH))},
        {"info": "2026-11-18 09:21<br>最后修改：2026-11-20 10:00"},
        {"info": "2026-11-20 10:00更新<br>2026-11-18 09:21"},
        {"info": BOTH[0], "head": META},
        {"info": BOTH[0], "head": GRAPH},
        {"info": BOTH[0], "last": f"<p>{BOTH[1]}</p>"},
        {"info": "2026-11-18", "above": "<p>2026-11-18 09:21</p>"},
        {"info": "2026-11-18", "head": META, "above": "<p>2026-11-20 10:00</p>"},
        {"above": "<p>2026年11月20日 星期五</p>", "head": META},
        {"last": f"<p>{BOTH[1]}</p>"},
        {"last": "<p>文章发布时间：2026-11-18 09:21</p>"},
        {"last": "<p>（本文发布时间：2026-11-18 09:21）</p>"},
        {"last": "<p>本文发布于2026-11-18 09:21</p>"},
        {"last": "<p>发表于 2026-11-18 09:21</p>"},
        {"behind": f"<p>{BOTH[1]}</p>"},
        {"behind": "<p>录入时间：2026-11-18 09:21</p>"},
        {"behind": "<p>刊登日期：2026-11-18 09:21</p>"},
        {"behind": "<p>时间：2026-11-18 09:21</p>"},
        {"info": TIMES},
        {"head": SITE + GRAPH},
        {"head": BROKEN},
        {"head": LINKED.format(f'{{"@type": "ItemPage", {DATED}}}')},
        {
            "head": LINKED.format(
                f'[{{"@type": "VideoObject", "datePublished": "2026-11-20"}}, {{"@type": "NewsArticle", {DATED}}}]'
            )
        },
        {"head": LINKED.format(f'{{"@type": "WebSite", "hasPart": {{"@type": "NewsArticle", {DATED}}}}}')},
        {"above": OWN},
        {"above": f"<header>{OWN}</header>"},
        {"above": f"<div>{OWN.replace('><', '>Nov. 18<')}</div>", "behind": f"<div>{TODAY}</div>"},
        {"behind": f"<div>{OWN}</div>"},
        {"info": OWN, "above": f"<div>{TODAY}</div>"},
        {"head": f"<meta itemprop=dateUpdate content='2026-11-20 10:00'>{GRAPH}"},
    ],
)
def test_a_time_of_publication_goes_before_those_of_updates_and_bare_days_above(parts):
    assert printed(**parts) == "2026-11-18 09:21"


@pytest.mark.parametrize(
    ("parts", "at"),
    [
        ({"info": BOTH[0]}, "2026-11-20 10:00"),
        ({"info": BOTH[0], "behind": "<div>发布时间：2026-11-01 09:00</div>"}, "2026-11-20 10:00"),
        ({"info": BOTH[0], "behind": f"<div>{OWN}</div>"}, "2026-11-20 10:00"),
        ({"above": "<p>2026年11月18日 星期三</p>"}, "2026-11-18 00:00"),
        ({"info": f"发布日期：2026-11-18<br>{BOTH[0]}"}, "2026-11-18 00:00"),
        ({"info": "2026-11-18 8:30 PM"}, "2026-11-18 20:30"),
    ],
)
def test_what_is_printed_alone_counts_and_an_update_makes_no_day_exact(parts, at):
    assert printed(**parts) == at


@pytest.mark.parametrize(("info", "at"), [("2026-11-18", date(2026, 11, 18)), ("", None)])
def test_the_times_of_a_list_behind_a_short_article_are_not_its_own(info, at):
    text = "<p>样州市将于下周启动智能温室招标工作。</p><p>请各单位做好准备。</p>"
    rest = "<ul><li><a href=/1>沪指收涨0.5%</a> 2026-11-20 08:00</li><li><a href=/2>央行开展逆回购</a> 2026-11-20 07:00</li></ul>"
    html = f"<title>{TITLE}_样报网</title><h1>{TITLE}</h1><div>{info}</div><div>{text}</div>{rest}"
    article = only(extract(page(html), SOURCE))
    assert (article.published_at and article.published_date) == at
