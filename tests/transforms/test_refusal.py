"""Which short page is an error page or a wall, and which a short item of news."""

import pytest

from tests.transforms.test_extract import SOURCE, only, page
from transforms.extract import extract
from transforms.reject import RejectedError


@pytest.mark.parametrize(
    "title",
    [
        "404家上市公司发布业绩预告",
        "404.5亿元投向样州智能温室",
        "404 家公司披露年报",
        "系统错误致样州交易所暂停交易",
        "出错了还能改吗？样州答复",
        "文章不存在抄袭，作者回应",
        "帖子被删除引发争议",
        "样州监管部门：访问过于频繁被封号可申诉",
        "样州上线短信验证码防护",
        "样州银行：请登录手机银行更新证件",
        "系统繁忙？样州车站回应",
        "“系统繁忙，请稍后再试”困扰样州考生",
        "系统繁忙——样州车站为何打不开购票页面",
        "帖子被删除，网友起诉平台获赔",
        "信息被违规删除？样州平台致歉",
        "您浏览的网页被屏蔽？运营商回应",
        "样州车站取消拖动滑块验证",
    ],
)
def test_short_news_is_no_error_page(title):
    text = "样州18日公布的数据显示，截至11月17日，预增的公司有251家，占比超过六成。"
    html = f"<title>{title}_样报网</title><h1>{title}</h1><div>2026-11-18 09:21</div><div><p>{text}</p></div>"
    assert only(extract(page(html), SOURCE)).title == title


@pytest.mark.parametrize("form", ["<p>请输入验证码</p>", "<div>账号登录</div><p>登录即代表同意协议</p>", "<li>手机号登录</li>"])
def test_short_news_beside_a_form_is_no_wall(form):
    text = "样州18日公布的数据显示，截至11月17日，预增的公司有251家，占比超过六成。"
    html = f"<title>样州晒秋节开幕_样报网</title><h1>样州晒秋节开幕</h1><div>2026-11-18 09:21 来源：样报</div><p>{text}</p>{form}"
    assert only(extract(page(html), SOURCE)).title == "样州晒秋节开幕"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("404", "missing"),
        ("404_样报网", "missing"),
        ("404 - 样报网", "missing"),
        ("404 Not Found", "missing"),
        ("404错误页面", "missing"),
        ("404，您访问的页面不存在", "missing"),
        ("系统错误", "blocked"),
        ("系统错误_样报网", "blocked"),
        ("出错了！请稍后再试", "blocked"),
        ("系统繁忙，请稍后再试", "blocked"),
        ("服务器繁忙_样报网", "blocked"),
        ("502 Bad Gateway", "blocked"),
        ("文章不存在或已被删除", "missing"),
        ("该内容已被发布者删除", "missing"),
        ("您的访问过于频繁，请稍后再试", "blocked"),
        ("访问太频繁了", "blocked"),
    ],
)
def test_a_short_page_that_says_so_is_an_error_page(said, reason):
    for html in (f"<title>{said}</title><p>样报网</p>", f"<title>样报网</title><p>{said}</p>"):
        with pytest.raises(RejectedError) as refusal:
            extract(page(html), SOURCE)
        assert refusal.value.reason == reason


@pytest.mark.parametrize("menu", ["", "<ul>" + "".join(f"<li><a href=/{one}>栏目{one}</a></li>" for one in range(20)) + "</ul>"])
@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<title>样报网</title><h1>系统繁忙</h1><p>请稍后再试</p>", "blocked"),
        ("<title>出错了</title><h1>出错了</h1><p>抱歉，您访问的文章已被删除</p>", "missing"),
        ("<title>系统错误</title><h1>系统错误</h1><p>文章不存在</p>", "missing"),
        ("<title>样州晒秋节开幕</title><h1>样州晒秋节开幕</h1><p>出错了，请稍后再试</p><p>系统繁忙，请稍后再试</p>", "no_body"),
    ],
)
def test_trouble_is_what_a_site_says_first_and_what_is_gone_outweighs_it(html, reason, menu):
    with pytest.raises(RejectedError) as refusal:
        extract(page(html.replace("</title>", f"</title>{menu}")), SOURCE)
    assert refusal.value.reason == reason
