import json
from datetime import UTC, date, datetime

import pytest

from crawlers.page import Page
from crawlers.source import Override, plain_source
from transforms.extract import extract
from transforms.reject import REASONS, RejectedError

SERVED = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SOURCE = plain_source("paper")
TITLE = "青穗农业拟投三亿元建智能温室"
PARAGRAPHS = [
    "11月18日，青穗农业公告称，公司计划投资3.2亿元在寿光建设智能温室，占地约260亩，预计2027年底投产。",
    "公司董事会秘书林守诚介绍，温室将采用机器视觉巡检病虫害，“人工巡检一遍要两天，机器只要三个小时”。",
    "截至三季度末，青穗农业账上货币资金为11.4亿元，资产负债率为38.6%，同比下降2.1个百分点。",
]


def page(html: str | bytes, *, status: int = 200, day: date | None = None, **headers: str) -> Page:
    body = html if isinstance(html, bytes) else html.encode()
    link = "http://news.example.com/a/1.html?spm=x"
    return Page(link, link, status, tuple(headers.items()), body, SERVED, "paper", "article", day)


def article_page(
    head: str = "", info: str = "2026-11-18 09:21 来源：样报 作者：沈知远", tail: str = "", title: str = TITLE
) -> str:
    paragraphs = "".join(f"<p>　　{text}</p>" for text in PARAGRAPHS)
    return (
        f"<!DOCTYPE html><html><head><title>{title}_样报网</title>{head}</head><body><div class=nav><a href=/>首页</a> 正文</div>"
        f"<h1>{title}</h1><div class=info>{info}</div><div id=artibody>{paragraphs}{tail}</div>"
        "<div class=rel><h4>相关新闻</h4><a href=/2>另一篇新闻的标题 2026-11-01 08:00</a></div></body></html>"
    )


def only(made):
    (article,) = made
    return article


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_an_ordinary_page(encoding):
    article = only(extract(page(article_page(tail="<p>（责任编辑：何一帆）</p><p>举报/反馈</p>").encode(encoding)), SOURCE))
    assert article.title == TITLE
    assert article.body == "\n".join(PARAGRAPHS)
    assert article.published_at == datetime(2026, 11, 18, 1, 21, tzinfo=UTC)
    assert (article.published_precision, article.published_date) == ("minute", date(2026, 11, 18))
    assert (article.publisher, article.authors) == ("样报", ("沈知远",))
    assert article.url == "http://news.example.com/a/1.html"
    assert article.crawled_at == SERVED
    assert article.story_id == article.article_id


def test_metadata_tell_the_time_and_the_page_its_seconds():
    head = "<meta property='article:published_time' content='2026-11-18T09:21:05+08:00'>"
    article = only(extract(page(article_page(head=head, info="来源：样报")), SOURCE))
    assert article.published_at == datetime(2026, 11, 18, 1, 21, 5, tzinfo=UTC)
    assert article.published_precision == "second"


def test_an_article_published_just_after_midnight_in_shanghai_belongs_to_the_new_day():
    article = only(extract(page(article_page(info="2026-11-19 00:05")), SOURCE))
    assert article.published_date == date(2026, 11, 19)


@pytest.mark.parametrize(("listed", "day"), [(date(2026, 11, 17), date(2026, 11, 17)), (None, date(2026, 11, 20))])
def test_a_page_without_a_time_has_none_and_the_day_of_its_listing_or_crawl(listed, day):
    html = article_page(info="").replace("2026-11-01 08:00", "")
    article = only(extract(page(html, day=listed), SOURCE))
    assert (article.published_at, article.published_precision, article.published_date) == (None, "none", day)


@pytest.mark.parametrize(
    ("info", "printed"),
    [
        ("【样州网 男士频道】样奢网 文章录入：Anna 责任编辑：Anna 2026-11-8 16:00:04 点击数：", "2026-11-08 16:00:04"),
        ("作者：沈知远 来源：网络投稿 添加日期：26年11月8日", "2026-11-08 00:00:00"),
        ("发布时间：26-11-8 栏目：公司与行业的最新动态与深度观察", "2026-11-08 00:00:00"),
        ("新闻来源: 样州卫视 于November 8, 2026 15:48:24 敬请注意:新闻取自各大媒体,观点不代表本网立场", "2026-11-08 15:48:24"),
        ("Nov. 8, 2026 15:48 样报", "2026-11-08 15:48:00"),
        ("上一天 2026-11-07 下一天 2026-11-09", None),
        ("添加日期：26年", None),
        ("编号：26年11月8日", None),
        ("样州网讯，2026-11-8 16:00:04，记者在样州看到有人在排队领取粮票和布票", None),
    ],
)
def test_the_time_among_other_labels(info, printed):
    html = article_page(info=info).replace("2026-11-01 08:00", "")
    at = only(extract(page(html), SOURCE)).published_at
    assert (at and f"{at.astimezone(SOURCE.zone):%Y-%m-%d %H:%M:%S}") == printed


@pytest.mark.parametrize(
    ("head", "override"),
    [
        (
            f"<script>window.d = {json.dumps({'title': TITLE, 'publishTime': '2031-01-01 10:00', 'x': 'y' * 100})}</script>",
            Override(),
        ),
        ("<meta property='article:published_time' content='2031-01-01 10:00'>", Override()),
        ("", Override(published_at="i.when")),
    ],
)
def test_no_page_tells_a_time_that_is_later_than_it_was_served(head, override):
    html = article_page(head=head, info="<i class=when>2031-01-01 10:00</i>")
    article = only(extract(page(html, day=date(2026, 11, 18)), SOURCE.model_copy(update={"extract": override})))
    assert (article.published_at, article.published_date) == (None, date(2026, 11, 18))


def test_the_sources_overrides_win():
    html = article_page(
        info="<b class=who>周敏 何宇</b><i class=when>2026年11月17日 08:00</i>", tail="<p class=ad>扫码看直播</p>"
    )
    override = Override(published_at="i.when", authors="b.who", drop=("p.ad",))
    article = only(extract(page(html), SOURCE.model_copy(update={"extract": override})))
    assert article.published_date == date(2026, 11, 17)
    assert article.authors == ("周敏", "何宇")
    assert "扫码" not in article.body


def test_a_publisher_of_the_source_stands_in_for_one_that_is_not_printed():
    source = SOURCE.model_copy(update={"publisher": "样报"})
    assert only(extract(page(article_page(info="2026-11-18 09:21")), source)).publisher == "样报"
    assert only(extract(page(article_page(info="2026-11-18 09:21")), SOURCE)).publisher is None


def test_a_body_that_stands_in_a_script():
    parts = [{"type": "text", "content": f'<span class="bjh-p">\ud83d{text}</span>'} for text in PARAGRAPHS]  # half of an emoji
    item = {
        "header": TITLE,
        "sections": [*parts, {"type": "img", "link": "x"}],
        "infoBaiJiaHao": {"name": "智造观察室"},
    }
    data = {"title": TITLE, "datetime": "2026-11-18 09:21:05", "superlanding": [{"itemData": item}]}
    html = (
        f"<title>{TITLE}</title><div>举报/反馈</div><script>window.jsonData = {json.dumps({'bsData': data})};var x = 1</script>"
    )
    article = only(extract(page(html), SOURCE))
    assert (article.title, article.publisher) == (TITLE, "智造观察室")
    assert article.body == "\n".join(PARAGRAPHS)
    assert article.published_at == datetime(2026, 11, 18, 1, 21, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("info", "publisher", "authors"),
    [
        ("样州新闻网 (2026-11-18 09:21)", "样州新闻网", ()),
        ("2026-11-18 样州传媒 时政", "样州传媒", ()),
        ("2026-11-18 09:21 来源：样州日报电子版", "样州日报", ()),
        ("2026-11-18 09:21 来源：样新闻·样新闻号·政务", "样新闻", ()),
        ("时间：2026-11-18 作者：网络整理", "网络整理", ()),
        ("样報快訊／沈知遠 2026-11-18 09:21", "样報", ("沈知遠",)),
        ("2026-11-18 09:21 <span id=js_name>智造观察室</span>", "智造观察室", ("智造观察室",)),
        ("2026-11-18 09:21 <span id=js_name>华样报</span>", "华样报", ("华样报",)),
        ("2026-11-18 09:21 <span id=js_name>智造观察室</span> 文/沈知远", "智造观察室", ("沈知远",)),
    ],
)
def test_publisher_and_authors_around_the_headline(info, publisher, authors):
    article = only(extract(page(article_page(info=info)), SOURCE))
    assert (article.publisher, article.authors) == (publisher, authors)


def test_an_account_in_a_box_elsewhere_does_not_sign_the_article():
    html = article_page(info="2026-11-18 09:21").replace("<div class=rel>", "<div class=rel><b class=author-name>别的号</b>")
    article = only(extract(page(html), SOURCE))
    assert (article.publisher, article.authors) == (None, ())


def test_a_relayed_article_names_source_and_author_in_its_last_line():
    tail = "<p>（本文来源：样报 作者：样州研究院宏观室主任、研究员沈知远）返回搜狐，查看更多</p>"
    article = only(extract(page(article_page(info="2026-11-18 09:21", tail=tail)), SOURCE))
    assert (article.publisher, article.authors) == ("样报", ("沈知远",))
    assert article.body == "\n".join(PARAGRAPHS)


def test_a_headline_of_two_lines():
    html = article_page().replace(f"<h1>{TITLE}</h1>", "<h1>青穗农业拟投三亿元</h1><h2>建智能温室</h2>")
    assert only(extract(page(html), SOURCE)).title == "青穗农业拟投三亿元 建智能温室"


CENTRED = f"<table><tr><td align=center><b><font size=4>{TITLE}</font></b></td></tr></table>"
BOLD = f"<div><strong>{TITLE}</strong></div>"
TIME = "<p align=center>发布时间：2026-11-18</p><p align=center>字体显示：大 中 小</p>"


@pytest.mark.parametrize(
    ("named", "above", "title"),
    [
        ("", CENTRED + TIME, TITLE),
        ("样州集团 永攀高峰", CENTRED, TITLE),
        ("样州集团 永攀高峰", f"<div style='text-align: center'>{TITLE}</div>{TIME}", TITLE),
        ("样州集团 永攀高峰", BOLD, TITLE),
        ("样州集团 永攀高峰", f"<div>{TITLE}</div>", "样州集团 永攀高峰"),  # not set apart
        ("样州集团 永攀高峰", f"<div>栏目：<b>{TITLE}</b></div>", "样州集团 永攀高峰"),
        ("智能温室 260亩", "<center>欢迎订阅样州集团的报纸</center>", "智能温室 260亩"),  # tells less of the text
        ("寿光将有一座能巡检病虫害的智能温室", CENTRED, "寿光将有一座能巡检病虫害的智能温室"),  # no slogan
    ],
)
def test_a_headline_that_is_no_heading_stands_above_the_time_or_the_text(named, above, title):
    html = article_page(info="").replace(f"<h1>{TITLE}</h1>", above).replace(f"{TITLE}_样报网", named)
    assert only(extract(page(html), SOURCE)).title == title


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        (f"[视频]{TITLE}", TITLE),
        (f"【高清组图】 {TITLE}", TITLE),
        (f"［图文］{TITLE}", TITLE),
        (f"[快讯]{TITLE}", f"[快讯]{TITLE}"),
        (f"视频丨{TITLE}", f"视频丨{TITLE}"),
    ],
)
def test_a_label_of_the_medium_is_no_part_of_the_headline(printed, title):
    html = article_page().replace(TITLE, printed)
    assert only(extract(page(html), SOURCE)).title == title


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        (f"<span>{TITLE}</span><span class=tag>已付费</span>", TITLE),
        (f"{TITLE} <a href=/vip><i>VIP</i></a>", TITLE),
        (f"{TITLE}(1/22)", TITLE),
        (f"{TITLE}（ 3 / 8 ）<em>独家</em>", TITLE),
        (f"<span>{TITLE}，读者都已付费</span>", f"{TITLE}，读者都已付费"),
        (f"{TITLE}<em>年底推荐</em>", f"{TITLE}年底推荐"),
        (f"{TITLE}(2026/11)", f"{TITLE}(2026/11)"),
    ],
)
def test_a_badge_or_a_counter_of_pictures_is_no_part_of_the_headline(heading, title):
    html = article_page().replace(f"<h1>{TITLE}</h1>", "").replace(f"{TITLE}_样报网", "样报网")
    html = html.replace("<div id=artibody>", f"<div id=artibody><h1>{heading}</h1>")
    article = only(extract(page(html), SOURCE))
    assert (article.title, article.body) == (title, "\n".join(PARAGRAPHS))


def test_a_counter_that_the_documents_title_has_too_stays():
    assert only(extract(page(article_page(title=f"{TITLE}(1/2)")), SOURCE)).title == f"{TITLE}(1/2)"


def test_a_line_of_reporters_behind_a_bullet_names_the_authors_and_is_no_text():
    html = article_page(info="2026-11-18 09:21 来源：样报").replace(
        f"<p>　　{PARAGRAPHS[0]}", f"<p>⊙记者 沈知远 ○编辑 何样</p><p>　　{PARAGRAPHS[0]}"
    )
    article = only(extract(page(html), SOURCE))
    assert (article.authors, article.body) == (("沈知远",), "\n".join(PARAGRAPHS))


def test_a_refrain_stays_and_a_copied_paragraph_goes():
    question = "您怎么看明年的市场？"
    tail = f"<p>{question}</p><p>谨慎乐观。</p><p>{question}</p><p>不好说。</p><p>{PARAGRAPHS[0]}</p>"
    article = only(extract(page(article_page(tail=tail)), SOURCE))
    assert article.body == "\n".join([*PARAGRAPHS, question, "谨慎乐观。", question, "不好说。"])


@pytest.mark.parametrize(
    ("rejected", "reason"),
    [
        (page("x", status=404), "missing"),
        (page("<title>百度安全验证</title>"), "blocked"),
        (page(b"%PDF-1.7", **{"Content-Type": "application/pdf"}), "not_html"),
        (page(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"), "not_html"),
        (page(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), **{"Content-Type": "text/html"}), "not_html"),
        (page(b""), "not_html"),
        (page(b"\x1f\x8bbroken", **{"Content-Encoding": "gzip"}), "mojibake"),
        (page("锟斤拷烫烫烫" * 50), "mojibake"),
        (page("<div></div>"), "no_title"),
        (page(f"<title>{TITLE}</title><h1>{TITLE}</h1><video src=a></video>"), "no_body"),
    ],
)
def test_a_page_that_gives_no_article_says_why(rejected, reason):
    with pytest.raises(RejectedError) as rejection:
        extract(rejected, SOURCE)
    assert rejection.value.reason == reason
    assert reason in REASONS


def test_headings_and_paragraphs_with_links_stay_whole_and_in_order():
    linked = "<p>官方媒体《<a href=/1>样州日报</a>》<a href=/2>报道</a>，样州的<i>温室</i>今年将增至<a href=/3>三千座</a>。</p>"
    keywords = "<p><a href=/4>青穗</a><a href=/5>智能温室</a>成<a href=/6>样州</a>投资新的亮点。</p>"
    article = only(extract(page(article_page(tail=f"<h2><span>温室怎样建设</span></h2>{linked}{keywords}")), SOURCE))
    assert article.body.split("\n") == [
        *PARAGRAPHS,
        "温室怎样建设",
        "官方媒体《样州日报》报道，样州的温室今年将增至三千座。",
        "青穗智能温室成样州投资新的亮点。",
    ]


TEASERS = "".join(f"<li><a href=/{number}>另一篇新闻</a>{text[:40]}……</li>" for number, text in enumerate(PARAGRAPHS))


def test_a_page_whose_text_is_a_picture_has_no_body():
    info = f"<h1>{TITLE}</h1><div class=info>2026-11-18 09:21</div><img src=/1.png>"
    with pytest.raises(RejectedError) as refusal:
        only(extract(page(f"<html><body>{info}<div class=r><ul>{TEASERS}</ul></div></body></html>"), SOURCE))
    assert refusal.value.reason == "no_body"


def test_an_article_that_trails_off_is_one_and_so_is_one_beside_other_articles_beginnings():
    html = article_page().replace("<div class=rel>", f"<div class=r><ul>{TEASERS}{TEASERS}</ul></div><div class=rel>")
    assert only(extract(page(html), SOURCE)).body == "\n".join(PARAGRAPHS)
    for text in PARAGRAPHS:
        html = html.replace(f"{text}</p>", f"{text[:-1]}……</p>")
    assert len(only(extract(page(html), SOURCE)).body.split("\n")) == len(PARAGRAPHS)


def test_a_table_keeps_its_signs():
    rows = "<tr><td>指标</td><td>增速</td></tr><tr><td>-3.2%</td><td>5%</td></tr><tr><td>4.1%</td><td>-</td></tr>"
    body = only(extract(page(article_page(tail=f"<table>{rows}</table><p>-3℃，样州入冬，温室照常生产。</p>")), SOURCE)).body
    assert body.split("\n")[3:] == ["指标 | 增速", "-3.2% | 5%", "4.1% | -", "-3℃，样州入冬，温室照常生产。"]
