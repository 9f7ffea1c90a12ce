import gzip
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawlers.page import MAX_CONTENT, ContentError, Page, article_id, blocked_reason, canonical_url, site_of


def page(body: bytes = b"", status: int = 200, url: str = "http://news.example.com/a", **headers: str) -> Page:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Page(url, url, status, pairs, body, datetime(2026, 11, 20, tzinfo=UTC), "s", "article")


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://baijiahao.baidu.com/s?id=1786&wfr=spider&for=pc", "https://baijiahao.baidu.com/s?id=1786"),
        ("http://baijiahao.baidu.com/s?wfr=spider&id=1786", "https://baijiahao.baidu.com/s?id=1786"),
        ("HTTP://News.Example.COM:80/a?b=2&a=1&utm_source=x#top", "http://news.example.com/a?a=1&b=2"),
        ("http://news.example.com", "http://news.example.com/"),
        ("http://127.0.0.1:8787/s?id=1&spm=a.b", "http://127.0.0.1:8787/s?id=1"),
        ("http://[2400:DA00::6666]:80/a", "http://[2400:da00::6666]/a"),
        (" https://news.example.com/新闻 ", "https://news.example.com/%E6%96%B0%E9%97%BB"),
    ],
)
def test_canonical_url(url, canonical):
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


def test_canonical_urls_of_two_gbk_escapes_stay_two():
    assert canonical_url("http://e.cn/?k=%B9%AB") != canonical_url("http://e.cn/?k=%CB%BE")


@pytest.mark.parametrize("url", ["", "ftp://e.cn/a", "javascript:void(0)", "/relative", "http://", "mailto:a@e.cn"])
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(ValueError, match="not an http"):
        canonical_url(url)


def test_article_id_is_stable():
    assert article_id("https://baijiahao.baidu.com/s?id=1786211073857792279") == "90de70708a8e1e22cd1a8efef41416a0"


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("http://epaper.zqrb.cn/a", "zqrb.cn"),
        ("https://www.chinanews.com.cn/", "chinanews.com.cn"),
        ("http://127.0.0.1:8/", "127.0.0.1:8"),
    ],
)
def test_site_of(url, site):
    assert site_of(url) == site


def test_content_undoes_every_encoding_that_is_asked_for():
    text = "正文".encode() * 100
    raw = zlib.compressobj(wbits=-15)
    assert page(gzip.compress(text), content_encoding="gzip").content == text
    assert page(zlib.compress(text), content_encoding="deflate").content == text
    assert page(raw.compress(text) + raw.flush(), content_encoding="Deflate").content == text
    assert page(text, content_encoding="identity").content == text


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(b"no gzip", "gzip"), (b"x", "br"), (gzip.compress(bytes(MAX_CONTENT + 1)), "gzip"), (b"\x00\x01", "deflate")],
)
def test_content_refuses_what_is_broken_unknown_or_a_bomb(body, encoding):
    with pytest.raises(ContentError):
        _ = page(body, content_encoding=encoding).content


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_torn_character_decides_nothing(encoding):
    text = "<p>青穗农业公告称，公司计划投资3.2亿元。</p>" * 20
    content = text.encode(encoding)
    assert page(content[:100] + content[101:]).text.count("青穗农业公告称") >= 18


def test_big5_is_believed_where_it_is_declared():
    text = "<p>離岸風電開發商盼延長履約期限</p>" * 20
    assert page(text.encode("big5"), content_type="text/html; charset=Big5").text == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_text_follows_the_bytes_not_the_declaration(encoding):
    text = "<meta charset=gb2312><p>证券时报记者从会议上获悉</p>"
    assert page(text.encode(encoding), content_type="text/html; charset=iso-8859-1").text == text


def test_text_uses_the_declaration_where_the_bytes_admit_neither():
    text = "<meta charset=big5><p>臺北訊 記者報導</p>"
    assert page(text.encode("big5")).text.endswith("</p>")


@pytest.mark.parametrize(
    "wall",
    [
        page(b"", 302, location="https://wappass.baidu.com/static/captcha/tuxing_v2.html?ak=1"),
        page(b"x" * 50_000, url="https://wappass.baidu.com/static/captcha/tuxing_v2.html"),
        page("<title>百度安全验证</title><p>网络不给力</p>".encode()),
        page(b'<a href="https://wappass.baidu.com/static/captcha/tuxing_v2.html?ak=1">x</a>'),
        page(b"", 403),
        page(b"", 503, retry_after="120"),
        page(b"", 302, location="https://passport.example.com/?to=1"),
        page(b"", 302, location="/user/login.html"),
        replace(page("<li>鐨勬柊闂</li>锟斤拷".encode()), kind="seed"),
        page(gzip.compress("<title>访问验证</title>".encode()), content_encoding="gzip"),
    ],
)
def test_walls_are_recognised(wall):
    assert blocked_reason(wall)


@pytest.mark.parametrize(
    "answer",
    [
        page("<title>多地上线人脸识别</title><p>登录页面需要验证码</p>".encode()),
        page("<title>新闻</title>".encode() + b" " * 30_000 + "<title>安全验证</title>".encode()),
        page(b'<a href="https://www.baidu.com/">x</a><a href="https://wappass.baidu.com/">y</a>'),
        page(b"<h1>Forbidden</h1><p>You may not read this folder, whoever you are.</p> nginx", 403),
        page(b"", 302, location="/moved"),
        page(b"", 302, location="/news/login-of-millions.html"),
        page(b"", 503),
        replace(page("<li>鐨勬柊闂</li>".encode("gbk")[:-1] + "<li>最新报道</li>".encode("gbk") * 60), kind="seed"),
        page(b"broken", content_encoding="gzip"),
    ],
)
def test_an_ordinary_answer_is_no_wall(answer):
    assert blocked_reason(answer) is None
