"""What news, lists and pages that are gone have in common with walls, and is no sign of one; and which walls are sure."""

import time

import pytest

from crawlers.judgement import blocked_reason
from crawlers.walls import wall_sign
from tests.crawlers.test_page import ARTICLE, GEETEST, RECAPTCHA, page, titled
from tests.transforms.test_extract import SOURCE
from tests.transforms.test_extract import page as article
from transforms.extract import extract
from transforms.reject import RejectedError

TENCENT = "<script src='https://ssl.captcha.qq.com/TCaptcha.js'></script>"
BANNER = "<div>本站正在升级改版，给您带来不便敬请谅解</div>"
APP = "<div id=app></div><script src=/app.js></script>"
TROUBLE = "网络异常，请稍后重试"


def listed(count: int, text: str = "第{}家公司拟投资建设智能温室") -> str:
    return "".join(f"<li><a href=/a/{number}>{text.format(number)}</a></li>" for number in range(count))


@pytest.mark.parametrize("status", [200, 404, 410])
@pytest.mark.parametrize(
    "said",
    [
        "很抱歉，您访问的页面不存在或已被屏蔽",
        "很抱歉，您访问的文章已被作者屏蔽",
        "对不起，您访问的内容已被管理员屏蔽或删除",
        "您访问的页面被禁止",
        "您请求的页面已被屏蔽",
    ],
)
@pytest.mark.parametrize("title", ["样报网", "提示", "404"])
def test_what_is_gone_is_missing_in_whatever_words(said, status, title):
    html = f"<title>{title}</title><p>{said}</p>"
    assert blocked_reason(page(html.encode(), status)) is None
    with pytest.raises(RejectedError) as refusal:
        extract(article(html, status=status), SOURCE)
    assert refusal.value.reason == "missing"


@pytest.mark.parametrize("attribute", ["style='display:none'", "style='DISPLAY: none;'", "hidden", "aria-hidden=true"])
@pytest.mark.parametrize("said", [TROUBLE, "系统繁忙，请稍后再试", "您的访问被阻断"])
@pytest.mark.parametrize("title", ["样报网", "青穗农业拟投三亿元_样报网"])
def test_what_a_page_hides_is_no_sign(title, said, attribute):
    for shown in (APP, "<h1>青穗农业拟投三亿元</h1><p>18日公告，公司计划投资3.2亿元。</p>"):
        html = f"<title>{title}</title><div class=toast {attribute}>{said}</div>{shown}"
        assert blocked_reason(page(html.encode())) is None


@pytest.mark.parametrize(
    "html",
    [
        f"<title>青穗农业拟投三亿元_样报网</title><p class=error>{TROUBLE}</p>",
        f"<title>青穗农业拟投三亿元_样报网</title><p>加载中</p><p class=error>服务器异常，请稍后重试</p>{APP}",
        f"<title>样报网</title><p class=error>服务器异常，请稍后重试</p>{APP}",
        f"<title>样报网</title><p>Enable JavaScript and cookies to continue reading</p>{APP}",
        f"<title>样报电子版</title>{BANNER}{listed(8)}",
        f"<title>样报网</title><p>系统维护中，敬请谅解</p>{listed(3)}",
        f"<title>样报网</title><p>系统维护中，敬请谅解</p>{listed(3, '公告{}')}",
        "<title>搜索_样报网</title><p>系统正在升级，搜索结果可能不全，请您谅解</p><p>共找到 0 条</p><a href=/>首页</a>",
        f"<title>我国完成可重复使用火箭技术验证_样报网</title>{TENCENT}<h1>我国成功完成可重复使用火箭技术验证</h1><video></video>",
        f"<title>样报网</title>{GEETEST}<h1>青穗携手样州完成5G-A通感一体技术验证</h1>",
        f"<title>x</title>{RECAPTCHA}<h1>Human rights</h1><p>Talks held on human rights.</p>",
        "<title>快讯_样报网</title><span>09:21</span><p>平台正在加速智能化升级，青穗18日宣布投入百亿，为您带来新体验。</p>",
        "<title>24小时快讯</title><b>快讯</b><p>系统正在全面升级！样州证监局网站18日起改版，您可通过新版查询。</p>",
        "<title>快讯_样报网</title><p>系统正在维护升级，样州车站官网发布公告称，请旅客注意您的出行时间。</p>",
        "<title>快讯</title><p>您的访问被阻断？样州18日提醒，多家网站打不开。</p>",
        "<title>公告_样州银行</title><p>尊敬的客户：我行系统正在升级维护，预计11月18日6时结束，敬请谅解。</p>",
        "<title>系统异常_样报网</title><video src=/a.mp4></video>",
    ],
)
def test_a_page_with_words_of_trouble_in_it_is_no_wall(html):
    assert blocked_reason(page(html.encode())) is None


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("“系统繁忙”——样州车站回应", "样州车站客服18日称已修复。"),
        ("服务器繁忙——青穗致歉", "青穗18日就服务中断致歉，称已扩容。"),
        ("网络异常——样州移动致歉", "样州移动18日称，已于11时恢复。"),
        ("系统异常 | 样州证券致歉", "样州证券18日称，交易系统已恢复。"),
        ("系统维护-样州银行", "样州银行：为提升服务，系统升级维护中，您可到柜台办理，6时恢复。"),
        ("系统升级维护 | 样州银行公告", "尊敬的客户：系统正在升级，11月18日6时前您将不能使用手机银行。"),
        ("Not allowed - Yangzhou bars firms from chip market", "The city on Tuesday barred firms."),
        ("Access denied - How Yangzhou's chipmakers were cut off", "The city on Tuesday barred firms. " * 15),
        ("Access Denied", "The city on Tuesday denied access to advanced chips. Analysts said your portfolio may suffer."),
        ("Are You Human?", "Chatbots have passed a test, researchers said."),
        ("云防火墙", "青穗科技发布云防火墙产品，您可前往官网了解。"),
        ("拦截", "样州成功拦截三架无人机。敬请关注您身边的新闻。"),
        ("平台维护", "直播平台维护权益：您该怎么做？平台正在维护消费者的合法权益。"),
        ("验证码", "短信验证码乱象：样州通报。"),
        ("访问受限", "多家公司访问受限，样州表示关注。"),
        ("12306取消滑动验证", "18日起实施。"),
    ],
)
def test_a_headline_that_begins_like_a_wall_is_none(title, text):
    assert blocked_reason(page(titled(title, text).encode())) is None


@pytest.mark.parametrize(
    ("html", "status"),
    [
        ("<meta charset=utf-8><script r='m'>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script><body></body>", 202),
        ("<body><iframe src='/_Incapsula_Resource?CWUDNSAI=24'>Request unsuccessful.</iframe></body>", 200),
        ("<title>提示</title><p>很抱歉，您提交的请求可能对网站造成威胁，请求已被管理员设置的策略阻断</p>", 403),
        ("<title>安全检测</title><h1>正在检查您的浏览器</h1>", 200),
        ("<title>检测</title><div>正在进行人机识别，请稍等 ...</div>", 200),
        ("<title>样报网</title><p>您的访问频率过高，请稍后再试</p>", 200),
        ("<title>提示</title><p>您的IP已被限制访问</p>", 200),
        ("<title>Access denied | news.example.com used Cloudflare to restrict access</title><h1>Error 1020</h1>", 403),
        ("<title>系统繁忙</title><p>系统繁忙，<a href=/>返回首页</a></p><p>样ICP备1号</p><script src=/count.js></script>", 200),
        ("<?xml version='1.0'?><!DOCTYPE html><html><title>安全验证</title></html>", 200),
    ],
)
def test_a_page_that_says_nothing_else_is_a_wall(html, status):
    assert blocked_reason(page(html.encode(), status))


@pytest.mark.parametrize(
    "text",
    [
        '{"list": [{"title": "系统繁忙", "text": "<title>Access Denied</title>"}]}' + " " * 90_000,
        '\ufeff [{"title": "<title>安全验证</title>"}]',
        "<?xml version='1.0'?><rss><title>验证码</title><item><title>系统维护中</title><link>/1</link></item></rss>",
        "<rss><title>系统维护 - 搜索</title></rss>",
        "<urlset><url><loc>/系统维护中</loc></url></urlset>",
        f"<title>青穗农业拟投三亿元_样报网</title>{ARTICLE}系统维护中",
        f"<div>系统维护中</div>{ARTICLE * 9}",
    ],
)
def test_data_and_ordinary_pages_are_never_parsed(text, monkeypatch):
    monkeypatch.setattr("crawlers.walls.Selector", lambda **_: pytest.fail("parsed"))
    assert wall_sign(text) is None


@pytest.mark.parametrize(
    "text", ["<div>系统维护中" * 9000, "<div hidden>系统" * 7000, "您好 " * 30_000, "忙<script " * 9000, "<a " * 30_000]
)
def test_the_look_at_an_odd_page_takes_no_time(text):
    begun = time.perf_counter()
    assert wall_sign(f"<title>样报网</title>{text}") is None
    assert time.perf_counter() - begun < 0.5
