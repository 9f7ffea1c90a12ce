"""Which link 下一页 leads to the next part of an article."""

from datetime import UTC, datetime

import pytest

from crawlers.page import Kind, Page
from crawlers.parts import next_part


def page(url: str, html: str, kind: Kind) -> Page:
    return Page(url, url, 200, (), html.encode(), datetime(2026, 11, 20, tzinfo=UTC), "paper", kind)


@pytest.mark.parametrize(
    ("url", "link", "part"),
    [
        ("http://e.cn/a/123.html", "<a href=123_2.html>下一页</a>", "http://e.cn/a/123_2.html"),
        ("http://e.cn/a/123.html", "<a href=/a/123_1.html>[下一页]</a>", "http://e.cn/a/123_1.html"),
        (
            "http://e.cn/a/123_2.html",
            "<a href=123.html>上一页</a> <a href=123_3.html><b>下一页</b> ›</a>",
            "http://e.cn/a/123_3.html",
        ),
        ("http://e.cn/a/123-2.shtml", "<a href=123-3.shtml>下页</a>", "http://e.cn/a/123-3.shtml"),
        ("http://e.cn/a?id=5", "<a href='?id=5&page=2'>余下全文</a>", "http://e.cn/a?id=5&page=2"),
        ("http://e.cn/a/123.html", "<a href=123_2.html>下一頁</a>", "http://e.cn/a/123_2.html"),
        ("http://e.cn/a/123.html", "<a href=/>首页</a> <a href=123_2.html>后一页</a>", "http://e.cn/a/123_2.html"),
        ("http://e.cn/a/123.html", "<a href=123_2.html>继续阅读</a>", "http://e.cn/a/123_2.html"),
        ("http://e.cn/a?id=5&page=2", "<a href='?page=3&id=5'>下一页 &gt;&gt;</a>", "http://e.cn/a?page=3&id=5"),
        ("http://e.cn/a/123.html", "<a href=124.html>下一页</a>", None),  # another article
        ("http://e.cn/a/123_2.html", "<a href=123_2.html>下一页</a>", None),  # the last part links itself
        ("http://e.cn/a/123_3.html", "<a href=123_1.html>下一页</a>", None),
        ("http://e.cn/a/123.html", "<a href=http://f.cn/a/123_2.html>下一页</a>", None),
        ("http://e.cn/a/123.html", "<a href=123_2.html>下一页的市场会怎样</a>", None),
        ("http://e.cn/a/123.html", "<a href='http://[x'>下一页</a>", None),
        ("http://e.cn/a?id=5", "<a href='?id=6'>下一页</a>", None),
        ("http://e.cn/a/2026-11-18.html", "<a href=2026-11-19.html>下一页</a>", None),  # the next day
        ("http://e.cn", "<a href='?page=2'>下一页</a>", "http://e.cn?page=2"),
        ("http://e.cn", "<a href='javascript:next()'>下一页</a>", None),
    ],
)
def test_next_part(url, link, part):
    assert next_part(page(url, f"<p>正文</p>{link}", "part")) == part


@pytest.mark.parametrize(
    ("url", "link", "part"),
    [
        ("http://e.cn/a/123.html", "<a href=123_2.html>下一页</a>", "http://e.cn/a/123_2.html"),
        ("http://e.cn/a/123_1.html", "<a href=123_2.html>下一页</a>", "http://e.cn/a/123_2.html"),
        ("http://e.cn/a/news_101.html", "<a href=news_102.html>下一页</a>", None),  # the site counts its articles
        ("http://e.cn/?p=101", "<a href='?p=102'>下一页</a>", None),
        ("http://e.cn/?page=%C2%B2", "<a href='?page=2'>下一页</a>", "http://e.cn/?page=2"),  # ²
        (f"http://e.cn/?page={'1' * 5000}", "<a href='?page=2'>下一页</a>", "http://e.cn/?page=2"),
    ],
)
def test_an_article_begins_with_its_first_page(url, link, part):
    assert next_part(page(url, f"<p>正文</p>{link}", "article")) == part


def test_a_page_that_is_json_has_no_next_part():
    assert next_part(page("http://e.cn/a/1", '{"text": "正文", "more": "下一页"}', "article")) is None
