import gzip
import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crawlers.baidu import minted_at, redated
from crawlers.discovery import ListingError, discover
from crawlers.judgement import blocked_reason
from crawlers.page import Page
from crawlers.seed import Item, Seed
from crawlers.source import Source, plain_source

SERVED = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SOURCE = plain_source("site")
URL = "http://news.example.com/list/"


def found(seed: Seed, body: str | bytes, source: Source = SOURCE):
    data = body if isinstance(body, bytes) else body.encode()
    page = Page(URL, URL, 200, (), data, SERVED, "site", "seed")
    rows = []
    for one in discover(seed, page, source):
        time = one.moment.at.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M") if one.moment else None
        rows.append((one.url, one.title, time, one.publisher))
    return rows


def test_a_listing_of_links_in_gbk():
    seed = Seed(kind="listing", url=URL, links="ul.issue a")
    html = "<ul class=issue><li><a href='content_1.htm'>银行业  净息差\n收窄</a><li><a href=javascript:x>跳过</a></ul><a href=/x>别处</a>"
    assert found(seed, html.encode("gbk")) == [(URL + "content_1.htm", "银行业 净息差 收窄", None, None)]


def test_a_listing_of_items_with_time_and_base():
    item = Item(url="a", title="h3", time="span.t", publisher="em")
    seed = Seed(kind="listing", url=URL, links="li", item=item)
    html = "<base href='/b/'><li><h3>标题</h3><a href=1.html>阅读</a><span class=t>昨天 09:21</span><em>样报</em></li>"
    assert found(seed, html) == [("http://news.example.com/b/1.html", "标题", "2026-11-19 09:21", "样报")]


def test_an_item_without_a_title_of_its_own_has_that_of_its_link():
    seed = Seed(kind="listing", url=URL, links="li", item=Item(url="a", time="i"))
    assert found(seed, "<li><a href=1>标题</a><i>昨天 09:21</i>") == [(URL + "1", "标题", "2026-11-19 09:21", None)]


API = Seed(kind="api", url=URL, links="result.data", item=Item(url="url", title="title", time="ctime", publisher="media"))
ROWS = {
    "result": {
        "data": [
            {"url": "/a/1", "title": "标题", "ctime": "1795000000", "media": "样讯社"},
            {"url": "/a/2", "title": ""},
        ]
    }
}


@pytest.mark.parametrize("wrap", ["{}", "callback({});", "jQuery_1.f ( {} )"])
def test_an_api_in_json_or_jsonp(wrap):
    assert found(API, wrap.replace("{}", json.dumps(ROWS))) == [
        ("http://news.example.com/a/1", "标题", "2026-11-18 19:06", "样讯社"),
        ("http://news.example.com/a/2", None, None, None),
    ]


@pytest.mark.parametrize("body", ["<html>", "", "{}", '{"result": {"data": {}}}', '{"result": {"data": [{"title": "x"}]}}'])
def test_an_api_that_answers_something_else_is_no_empty_list(body):
    with pytest.raises(ListingError, match=r"^no"):
        found(API, body)


def test_an_assignment_is_json_too():
    assert found(API, 'var yw = {"result": {"data": [{"url": "/a/1", "title": "标题"}]}};')[0][0] == "http://news.example.com/a/1"


def test_an_items_address_may_be_made_of_its_fields_and_items_without_a_page_are_left_out():
    item = Item(url="http://e.cn/a/{resource.id}.html", title="resource.title")
    seed = Seed(kind="api", url=URL, links=".", item=item)
    rows = [
        {"resource": {"id": 7, "title": "一"}},
        {"resource": {"title": "广告"}},
        {"resource": {"id": "../../x?y", "title": "二"}},
    ]
    assert [row[0] for row in found(seed, json.dumps(rows))] == ["http://e.cn/a/7.html", "http://e.cn/a/../../x%3Fy.html"]


def test_a_list_of_one_day_gives_its_dates_their_year():
    seed = Seed(kind="listing", url=URL, links="li", item=Item(url="a", title="a", time="i"))
    html = b"<li><a href=1>x</a><i>1-1 00:05</i><li><a href=2>x</a><i>12-31 23:50</i>"
    page = Page(URL, URL, 200, (), html, SERVED, "site", "seed", date(2016, 1, 1))
    moments = [one.moment.at for one in discover(seed, page, SOURCE) if one.moment]
    assert moments == [datetime(2015, 12, 31, 16, 5, tzinfo=UTC), datetime(2015, 12, 31, 15, 50, tzinfo=UTC)]


def test_an_empty_list_is_a_list():
    assert found(API, '{"result": {"data": []}}') == []


RSS = """<?xml version="1.0"?><rss><channel><link>http://news.example.com/</link>
<item><title>标题</title><link>http://news.example.com/1</link><pubDate>Fri, 20 Nov 2026 09:00:00 +0800</pubDate></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>标题</title><link rel="self" href="/x"/>
<link href="http://news.example.com/1"/><updated>2026-11-20T01:00:00Z</updated></entry></feed>"""
SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>http://news.example.com/1</loc><news:news><news:publication><news:name>样报</news:name></news:publication>
<news:title>标题</news:title><news:publication_date>2026-11-20T09:00:00+08:00</news:publication_date></news:news></url></urlset>"""


@pytest.mark.parametrize(("kind", "xml", "publisher"), [("feed", RSS, None), ("feed", ATOM, None), ("sitemap", SITEMAP, "样报")])
def test_feeds_and_sitemaps(kind, xml, publisher):
    assert found(Seed(kind=kind, url=URL), xml) == [("http://news.example.com/1", "标题", "2026-11-20 09:00", publisher)]


DECLARED = "<?xml version='1.0' encoding='{}'?>"
SEVERAL = "".join(f"<item><title>{title}</title><link>/{title}</link></item>" for title in ("甲公司", "第二条新闻", "镕基", "x"))


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("gb2312", "utf-8"),
        ("gb2312", "gb18030"),
        ("utf-8", "gb18030"),
        ("utf-16", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-8", "utf-8-sig"),
    ],
)
def test_a_feed_is_read_whatever_encoding_it_declares(declared, encoding):
    xml = f"{DECLARED.format(declared)}<rss>{SEVERAL}</rss>".encode(encoding)
    assert [row[1] for row in found(Seed(kind="feed", url=URL), xml)] == ["甲公司", "第二条新闻", "镕基", "x"]


@pytest.mark.parametrize(
    ("encoding", "title"), [("Big5", "銀行業新聞"), ("Shift_JIS", "日銀の発表"), ("EUC-JP", "日銀の発表"), ("euc-kr", "은행")]
)
def test_a_feed_in_an_encoding_that_passes_for_another_is_believed(encoding, title):
    xml = f"{DECLARED.format(encoding)}<rss><item><title>{title}</title><link>/1</link></item></rss>".encode(encoding)
    assert found(Seed(kind="feed", url=URL), xml)[0][1] == title


@pytest.mark.parametrize("body", [b"\x00", b"\x00<rss/>", b"abc"])
def test_a_feed_that_is_no_xml_is_no_empty_list(body):
    with pytest.raises(ListingError, match=r"^not XML|^Document is empty|^Start tag expected"):
        found(Seed(kind="feed", url=URL), body)


def test_a_sitemap_that_is_packed_itself_is_unpacked():
    packed = gzip.compress(SITEMAP.encode())
    assert found(Seed(kind="sitemap", url=URL), packed)[0][1] == "标题"
    assert blocked_reason(Page(URL, URL, 200, (), packed, SERVED, "site", "seed")) is None


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("涨停&#55357;&#56832;", "涨停😀"),
        ("涨停&#xD83D;&#xDE00;!", "涨停😀!"),
        ("涨&#xd83d;停", "涨停"),
        ("&#56832;涨停&#128512;&#55357;", "涨停😀"),
        ("&#55000;&#57999;", "\ud6d8\ue28f"),
    ],
)
def test_the_halves_of_an_emoji_in_a_feed_are_joined_or_left_out(written, title):
    xml = f"<rss><item><title>{written}</title><link>/1</link></item><item><title>x</title><link>/2</link></item></rss>"
    assert [row[1] for row in found(Seed(kind="feed", url=URL), xml)] == [title, "x"]


@pytest.mark.parametrize(
    ("printed", "zone", "local"),
    [
        ("Wed, 18 Nov 2026 18:00:00 +0000", "Asia/Shanghai", "2026-11-19 02:00"),
        ("Wed, 18 Nov 2026 18:00:00 -0000", "Asia/Shanghai", "2026-11-19 02:00"),
        ("Wed, 18 Nov 2026 18:00:00", "Asia/Shanghai", "2026-11-18 18:00"),
        ("Wed, 18 Nov 2026 18:00:00 CST", "Asia/Shanghai", "2026-11-18 18:00"),
        ("Wed Nov 18 18:00:00 CST 2026", "Asia/Tokyo", "2026-11-18 18:00"),
        ("Wed, 18 Nov 2026 18:00:00 CST", "America/New_York", "2026-11-19 08:00"),
        ("Wed, 18 Nov 2026 18:00:00 -0600 (CST)", "Asia/Shanghai", "2026-11-19 08:00"),
        ("2026-11-18 18:00:00 UTC", "Asia/Shanghai", "2026-11-19 02:00"),
    ],
)
def test_the_zone_of_a_feeds_time(printed, zone, local):
    source = SOURCE.model_copy(update={"timezone": zone})
    xml = f"<rss><item><link>/1</link><pubDate>{printed}</pubDate></item></rss>"
    assert found(Seed(kind="feed", url=URL), xml, source)[0][2] == local


def test_an_entry_that_was_edited_is_of_the_day_on_which_it_appeared():
    edited = ATOM.replace("<updated>", "<updated>2026-11-22T05:00:00Z</updated><published>").replace(
        "Z</updated></e", "Z</published></e"
    )
    assert found(Seed(kind="feed", url=URL), edited)[0][2] == "2026-11-20 09:00"


def test_half_of_an_emoji_in_an_answer_is_left_out():
    rows = json.dumps({"data": [{"url": "/a/1", "title": "标题\ud83d"}, {"url": "/a/2", "title": "好😀"}]})
    seed = Seed(kind="api", url=URL, links="data", item=Item(url="url", title="title"))
    assert [row[1] for row in found(seed, rows)] == ["标题", "好😀"]


def test_a_feed_reaches_no_file_of_this_machine():
    xml = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss><item><title>&x;</title><link>http://e.cn/1</link></item></rss>'
    assert found(Seed(kind="feed", url=URL), xml) == [("http://e.cn/1", None, None, None)]


def card(number: int, data: str) -> str:
    return (
        f'<div class="result-op c-container" tpl="news-normal" mu="http://e.cn/{number}">{data}'
        f'<h3><a href="http://e.cn/{number}" aria-label="标题：大模型{number}">x</a></h3>'
        '<span aria-label="发布于：昨天09:21">x</span><span aria-label="新闻来源：样报">x</span></div>'
    )


def test_the_classes_tell_what_neither_data_nor_labels_do():
    html = (
        '<div class="result-op" tpl="news-normal" mu="http://e.cn/1">'
        '<h3 class="news-title_1YtI1"><a href="http://e.cn/1">大<em>模型</em></a></h3><span class="c-color-gray2">前天 09:21</span>'
        '<div class="news-source_Xj4Dv"><span class="c-color-gray">样报</span></div></div>'
    )
    assert found(Seed(kind="search", url=URL), html) == [("http://e.cn/1", "大模型", "2026-11-18 09:21", "样报")]


def test_a_baijiahao_identity_tells_when_it_was_made():
    url = "https://baijiahao.baidu.com/s?id=1882256281147099410"
    minted = minted_at(url)
    assert minted is not None
    assert minted.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M") == "2026-11-19 11:37"
    assert minted_at("https://baijiahao.baidu.com/s?wfr=spider&id=1882256281147099410&for=pc") == minted
    assert minted_at("https://baijiahao.baidu.com/s?id=9155546059252526268000") is None
    assert minted_at("http://e.cn/s?id=1882256281147099410") is None
    assert redated(url, minted + timedelta(hours=47)) is None
    assert redated(url, None) is None
    assert (
        redated(url, minted - timedelta(hours=49))
        == "the page prints 2026-11-17 10:37, its identity was made at 2026-11-19 11:37"
    )


def test_a_search_result_from_its_data_else_from_its_labels():
    data = {
        "title": "<em>大模型</em>落地",
        "titleUrl": "http://e.cn/1",
        "dispTime": "3分钟前",
        "sourceName": "智造观察室",
    }
    html = (
        card(1, f"<!--s-data:{json.dumps(data)}-->")
        + card(2, "<!--s-data:{broken\\-}-->")
        + '<div class="result-op" tpl="app/rs">x</div>'
    )
    assert found(Seed(kind="search", url=URL), html) == [
        ("http://e.cn/1", "大模型落地", "2026-11-20 11:57", "智造观察室"),
        ("http://e.cn/2", "大模型2", "2026-11-19 09:21", "样报"),
    ]
