"""Several articles on one page: each is one of its own, with its own address, time and text."""

from datetime import UTC, date, datetime

import pytest

from crawlers.page import Page
from crawlers.source import Override, plain_source
from transforms.extract import extract
from transforms.reject import RejectedError

HEAD = "<html><head><meta charset='utf-8'><title>7x24 快讯</title></head><body><h1>7x24 快讯</h1>"
LIST = f"""{HEAD}<div class="live">
<div class="item" id="f7"><span class="t">2026-11-18 09:31:05</span>
 <p>【北方智造签下订单】北方智造公告，与临江市签订智能仓储合同，金额三亿元。</p>
 <a class="more" href="/live/7.html?utm_source=x">详情</a></div>
<div class="item" id="f8"><span class="t">2026-11-18 09:28</span><h3>早盘半导体走强</h3>
 <p>早盘半导体板块走强，晶澄微电涨逾百分之五。</p></div>
<div class="item"><i>11月18日 09:12</i><div>央行今日开展七天期逆回购操作。<span class="by">梁文</span></div></div>
<div class="item ad"><a href="/ad"> </a></div>
</div></body></html>"""


def articles(html: str, day: date | None = None, **rules):
    source = plain_source("flashes").model_copy(update={"extract": Override(each="div.item", **rules)})
    at = datetime(2026, 11, 18, 2, tzinfo=UTC)
    url = "http://www.example.com/live"
    return extract(Page(url, url, 200, (), html.encode(), at, "flashes", "article", day), source)


def test_each_node_is_an_article():
    made = articles(LIST, url="a.more", published_at=".t", drop=["a"])
    assert [one.title for one in made] == ["北方智造签下订单", "早盘半导体走强", "央行今日开展七天期逆回购操作"]
    assert [one.body for one in made][1:] == ["早盘半导体板块走强，晶澄微电涨逾百分之五。", "央行今日开展七天期逆回购操作。梁文"]
    assert [one.published_precision for one in made] == ["second", "minute", "minute"]
    assert [f"{one.published_at:%H:%M}" for one in made] == ["01:31", "01:28", "01:12"]


@pytest.mark.parametrize("rules", [{}, {"published_at": ".t"}])
def test_a_bare_clock_time_is_one_of_the_day_that_the_listing_gives(rules):
    clock = '<div class="t">{}</div>{}'
    html = HEAD + "".join(
        ITEM.format("", clock.format(*one)) for one in (("09:31", FIRST), ("9时28分05秒", SECOND), ("23:58", THIRD))
    )
    made = articles(html, date(2026, 11, 18), **rules)
    assert [one.published_precision for one in made] == ["minute", "second", "none"]
    assert [one.published_at for one in made[:2]] == [
        datetime(2026, 11, 18, 1, 31, tzinfo=UTC),
        datetime(2026, 11, 18, 1, 28, 5, tzinfo=UTC),
    ]
    assert {one.published_date for one in made} == {
        date(2026, 11, 18)
    }  # 23:58 is later than the page: of which day it is, none says
    assert {one.published_at for one in articles(html, **rules)} == {None}


def test_one_without_an_address_is_a_fragment_of_its_page():
    made = articles(LIST, url="a.more")
    assert made[0].url == "http://www.example.com/live/7.html"
    assert made[1].url == "http://www.example.com/live#f8"
    assert made[2].url == f"http://www.example.com/live#{made[2].text_hash[:12]}"
    assert len({one.article_id for one in made}) == 3


def test_fields_are_looked_up_inside_the_node():
    made = articles(LIST, authors=".by", body="p")
    assert [one.authors for one in made] == [(), (), ("梁文",)]
    assert made[0].body == "【北方智造签下订单】北方智造公告，与临江市签订智能仓储合同，金额三亿元。"


def test_a_place_that_two_rules_name_is_taken_out_of_the_text_once():
    made = articles(LIST, title="h3", published_at=".t", authors="h3")
    assert [(one.title, one.body) for one in made][1] == ("早盘半导体走强", "早盘半导体板块走强，晶澄微电涨逾百分之五。")


def test_the_same_flash_listed_twice_is_one_article():
    assert len(articles(LIST.replace("</div></body>", LIST.partition('<div class="live">')[2]), url="a.more")) == 3


def test_a_page_without_such_a_node_is_an_ordinary_one():
    text = "<p>临江市的智能温室本周开工，首期投资两亿元，预计明年投产。</p>" * 1
    (made,) = articles(f"<title>临江智能温室开工</title><h1>临江智能温室开工</h1><div class='text'>{text}</div>")
    assert made.title == "临江智能温室开工"


def test_nodes_without_text_are_no_articles():
    with pytest.raises(RejectedError, match=r"no_body: no node that 'div\.item' finds has text"):
        articles(f"{HEAD}<div class='item'> </div></body></html>")


ITEM = '<div class="item"{}><p>{}</p></div>'
FIRST, SECOND = "北方智造公告，与临江市签订智能仓储合同。", "晶澄微电称新一代存储芯片已经量产。"
THIRD = "临江市公布夜间公交新线路。"


def test_a_node_inside_another_is_no_part_of_it():
    outer, inner = articles(HEAD + ITEM.format("", FIRST + ITEM.format("", SECOND)))
    assert (outer.body, inner.body) == (FIRST, SECOND)


@pytest.mark.parametrize("href", ["#", "#top", "", "javascript:void(0)", "mailto:a@example.com", "http://[bad"])
def test_what_leads_nowhere_is_no_address(href):
    made = articles(HEAD + "".join(ITEM.format("", f'{text}<a href="{href}">详情</a>') for text in (FIRST, SECOND)), url="a")
    assert [one.url for one in made] == [f"http://www.example.com/live#{one.text_hash[:12]}" for one in made]
    assert len(made) == 2


def test_two_texts_with_one_address_are_two_articles():
    more = '<a href="http://other.example/600000">行情</a>'
    first, second = articles(HEAD + ITEM.format("", FIRST + more) + ITEM.format("", SECOND + more), url="a")
    assert first.url == "http://other.example/600000"
    assert second.url == f"http://www.example.com/live#{second.text_hash[:12]}"
    first, second = articles(HEAD + ITEM.format(' id="x y"', FIRST) + ITEM.format(' id="x y"', SECOND))
    assert first.url == "http://www.example.com/live#x%20y"
    assert second.url == f"http://www.example.com/live#{second.text_hash[:12]}"


def test_a_headline_in_brackets_may_stand_on_two_lines():
    (made,) = articles(f'{HEAD}<div class="item"><p>【北方智造</p><p>签下订单】{FIRST}</p></div>')
    assert made.title == "北方智造 签下订单"
