import gzip
import json
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawlers.judgement import blocked_reason, failure_reason, is_answer
from crawlers.page import MAX_CONTENT, ContentError, Page, article_id, canonical_url, site_of


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
    assert page(gzip.compress(text[:9]) + gzip.compress(text[9:]) + bytes(8), content_encoding="gzip").content == text


@pytest.mark.parametrize("name", ["identity", "UTF-8", "none", "8bit", ""])
def test_what_names_no_encoding_stands_for_none(name):
    assert page("正文".encode(), content_encoding=name).content == "正文".encode()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"no gzip", "gzip"),
        (b"x", "br"),
        (b"\x00\x01", "deflate"),
        (gzip.compress(b"x" * 999, mtime=0)[:-9], "gzip"),
        (gzip.compress(b"x" * 999, mtime=0) * 2 + gzip.compress(b"x" * 999, mtime=0)[:-9], "gzip"),
        (zlib.compress(b"x" * 999)[:-5], "deflate"),
        (gzip.compress(bytes(MAX_CONTENT + 1)), "gzip"),
        (gzip.compress(bytes(MAX_CONTENT // 2 + 1)) * 2, "gzip"),
        (gzip.compress(b"") * 100_000, "gzip"),
    ],
)
def test_content_refuses_what_is_broken_torn_unknown_or_a_bomb(body, encoding):
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


ARTICLE = "<p>青穗农业公告称，公司计划投资3.2亿元建设智能温室，预计2027年底投产。</p>" * 3
LISTED = "".join(f"<li><a href=/a/{number}>第{number}家公司拟投资建设智能温室</a></li>" for number in range(12))
CHALLENGE = "<script>document.cookie='acw_sc__v2='+x;document.location.reload();</script>"
BROWSER_CHECK = """<title>Just a moment...</title><noscript>Enable JavaScript and cookies to continue</noscript>
<script nonce="x">(function(){window._cf_chl_opt={cType:"managed"};a.src="/cdn-cgi/challenge-platform/h/g/orchestrate";}());</script>"""
BEACON = "<script>window.__CF$cv$params={r:'9'};a.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js';</script>"
RECAPTCHA = "<script src='https://www.google.com/recaptcha/api.js'></script><div class='g-recaptcha'></div>"
GEETEST = "<script src='https://static.geetest.com/static/js/gt.js'></script><div id=captcha></div>"
REFUSED = "很抱歉，由于您访问的链接有可能对网站造成安全威胁，您的访问被阻断。您的请求编号：76b20f4a1701000000000000"
MAINTAINED = "尊敬的用户，网站正在进行升级维护，预计今日12:00恢复访问，期间给您带来的不便敬请谅解。"


def titled(title: str, text: str = ARTICLE, more: str = "") -> str:
    """Return an article page as small sites have them: without a menu."""
    return f"<title>{title}_样报网</title><h1>{title}</h1><div>2026-11-18 09:21 来源：样报</div><p>{text}</p>{more}"


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
        page(f"<title>样报网 - 用户登录</title><p>{'登录即表示同意用户协议。' * 40}</p>".encode()),
        page("<title>您的访问过于频繁，请稍后再试_样报</title>".encode() + b"<script></script>" * 3000),
        page("<title>本站已开启滑块验证保护</title><p>拖动滑块</p>".encode()),
        page("<div>这里空空如也</div><a href='/'>返回首页</a>".encode()),
        page(f"<html>{CHALLENGE}</html>".encode()),
        replace(page(b"\x1f\x8b", content_encoding="gzip"), kind="robots"),
        *(page(BROWSER_CHECK.encode(), status) for status in (200, 403, 503)),
        page(BROWSER_CHECK.replace("Just a moment...", "请稍候…").encode(), 403),
        page(f"<title>样报网</title>{CHALLENGE.replace('document', 'x')}<script>gokuProps = {{}}</script>".encode(), 202),
        page(b"<title>Access Denied</title><h1>Access Denied</h1><p>You don't have permission to read this.</p>", 403),
        page(b"<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1>" + b"<p>Why?</p>" * 90, 403),
        page(f"<title>Robot Check</title><h1>Are you a human?</h1>{RECAPTCHA}".encode()),
        page(f"<title>样报网</title>{GEETEST}<p>请点击按钮进行验证</p>".encode()),
        *(page(f"<title>405</title><p>{REFUSED}</p>".encode(), status) for status in (200, 405)),
        page("<title>网站防火墙</title><h1>网站防火墙</h1><p>您的请求带有不合法参数，已被网站管理员设置拦截！</p>".encode()),
        *(page(f"<title>系统维护</title><h1>系统维护中</h1><p>{MAINTAINED}</p>".encode(), status) for status in (200, 503)),
        page(f"<title>样报网</title><h2>温馨提示</h2><p>{MAINTAINED}</p>".encode()),
        *(page("<title>系统繁忙</title><p>系统繁忙，请稍后再试</p>".encode(), status) for status in (200, 403)),
        page("<title>样报网</title><h1>提示</h1><div>抱歉，服务器繁忙，<br>请稍后重试。</div>".encode()),
        page("<title>出错了</title><h1>出错了！</h1><p>抱歉，服务器出现了一个错误，我们正在修复。错误代码：500。</p>".encode()),
        page(b"<title>502 Bad Gateway</title><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center>"),
        page(b"<title>403 Forbidden</title><h1>403 Forbidden</h1>"),
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
        page(f"<title>样州银行提醒：短信验证码切勿外泄_样报</title>{ARTICLE}".encode()),
        page(gzip.compress(f"<title>样州 访问受限</title>{ARTICLE * 300}".encode()), content_encoding="gzip"),
        page(f"{ARTICLE}<div>评论区这里空空如也，快来抢沙发</div>".encode()),
        page(f"<a href='https://passport.baidu.com/v2/?login'>登录</a>{ARTICLE}".encode()),
        page(f"<a href='https://wappass.baidu.com/'>登录</a><a href=/2>下一篇</a>{ARTICLE}".encode()),
        page(f"{CHALLENGE}{ARTICLE}".encode()),
        replace(page(json.dumps({"empty": "这里空空如也", "list": [ARTICLE]}).encode()), kind="seed"),
        page(f"<title>青穗农业拟投三亿元</title>{CHALLENGE}<script>state = {{}}</script>".encode()),
        page(f"<title>样州将取消图形验证码</title><div id=app></div><script>state = {json.dumps(ARTICLE * 5)}</script>".encode()),
        page(f"<title>样州将取消图形验证码</title><div id=app></div><script>state = '{ARTICLE * 5}'</script>".encode()),
        page(titled("青穗农业拟投三亿元", more=BEACON).encode()),
        page(titled("青穗农业拟投三亿元", more=f"<form>请完成下方验证后发表评论</form>{RECAPTCHA}").encode()),
        page(titled("青穗农业拟投三亿元", more="<div hidden>系统繁忙，请稍后再试</div>").encode()),
        page(titled("样州晒秋节开幕（视频）", "", "<div hidden>服务器繁忙，请稍后再试</div>").encode()),
        page(titled("Just a moment... 是什么页面", "<pre>&lt;script&gt;_cf_chl_opt</pre>").encode()),
        page(titled("Just a moment", f"Enable JavaScript and cookies to continue. {ARTICLE * 9}", LISTED).encode()),
        page(titled("接入 reCAPTCHA", "Please complete the CAPTCHA 之后表单才会提交。", RECAPTCHA).encode()),
        page(titled("网站防火墙：企业的第一道防线", "样州发布网站防火墙标准，要求对攻击请求予以拦截。").encode()),
        page(titled("样州网站打不开，页面称“您的访问被阻断”", "样州18日称，已恢复您的访问。").encode()),
        page(titled("系统繁忙？样州车站回应", "样州车站18日称已经扩容。").encode()),
        page(titled("“系统繁忙，请稍后再试”困扰样州考生").encode()),
        page(titled("系统繁忙——样州车站为何打不开购票页面").encode()),
        page(titled("系统维护", "样州银行将于11月20日0:00至6:00进行系统维护，给您带来的不便敬请谅解。").encode()),
        page(titled("系统维护中", f"样州银行系统正在维护，给您带来的不便敬请谅解。{ARTICLE * 5}").encode()),
        page(titled("502 Bad Gateway 的五种解决办法").encode()),
        page(f"<title>样报网</title>{BEACON}{RECAPTCHA}{LISTED}".encode()),
        page(f"<title>样报网</title>{GEETEST}<p>请完成安全验证</p>{LISTED}".encode()),
        page(f"<title>系统维护</title><p>系统维护中，请稍后访问</p>{LISTED}".encode()),
        page(f"<title>样报网</title><div id=app></div>{BEACON}{RECAPTCHA}".encode()),
        page(f"<title>样报网</title><p>系统繁忙，请稍后再试</p><script>state = '{ARTICLE * 2}'</script>".encode()),
        page("<title>系统错误</title><p>文章不存在或已被删除</p>".encode()),
        page("<title>系统繁忙</title><p>系统繁忙，请稍后再试</p>".encode(), 503),
        page(b"<title>503 Service Temporarily Unavailable</title><h1>503 Service Temporarily Unavailable</h1> nginx", 503),
        page(b"<title>403 Forbidden</title><center><h1>403 Forbidden</h1></center><hr><center>nginx</center>", 403),
        replace(page(BROWSER_CHECK.encode(), 403), kind="robots"),
        page(b"<div>" * 19_000),
    ],
)
def test_an_ordinary_answer_is_no_wall(answer):
    assert blocked_reason(answer) is None


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        (page(b""), "HTTP 200 with nothing in it"),
        (page(b"", 204), "HTTP 204 with nothing in it"),
        (page(gzip.compress(b" \n"), content_encoding="gzip"), "HTTP 200 with nothing in it"),
        (page(ARTICLE.encode(), 206), "HTTP 206"),
        (page(gzip.compress(ARTICLE.encode())[:-20], content_encoding="gzip"), "ends before its end"),
    ],
)
def test_no_answer_and_half_of_one_may_come_whole_later(failed, said):
    assert said in (failure_reason(failed) or "")
    assert not is_answer(failed)


@pytest.mark.parametrize(
    "settled",
    [
        page(ARTICLE.encode()),
        page(b"", 404),
        page(gzip.compress(bytes(MAX_CONTENT + 1)), content_encoding="gzip"),
        replace(page(b""), kind="robots"),
    ],
)
def test_an_answer_settles_what_was_asked(settled):
    assert failure_reason(settled) is None
    assert is_answer(settled)
