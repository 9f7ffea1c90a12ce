"""Pages whose markup or surroundings mislead: what real ones do, in invented ones."""

import time

import pytest

from tests.transforms.test_extract import PARAGRAPHS, SOURCE, TITLE, article_page, only, page
from transforms.extract import extract
from transforms.reject import RejectedError

NAMES = " 、 ".join(f"<a href=/tag/{number}>样州</a> 农业" for number in range(60))


def body_of(html: str) -> list[str]:
    return only(extract(page(html), SOURCE)).body.split("\n")


def test_an_article_may_stand_in_what_is_called_about():
    html = article_page().replace("<h1>", "<div id=about><h1>").replace("<div class=rel>", "</div><div class=rel>")
    assert body_of(html + f"<div><p>{PARAGRAPHS[0][:30]}，详情请登录。</p></div>") == PARAGRAPHS


def test_what_is_called_like_about_is_the_article():
    html = article_page().replace("id=artibody", "class=about-detail")
    assert body_of(html + f"<div><p>{PARAGRAPHS[0][:30]}，详情请登录。</p></div>") == PARAGRAPHS


def test_a_short_article_outweighs_a_promotion_and_a_notice():
    few = [PARAGRAPHS[0], *(f"热议话题之{number}（{number}3452）" for number in "一二三四")]
    html = article_page()
    for text in PARAGRAPHS[1:]:
        html = html.replace(f"<p>　　{text}</p>", "")
    html = html.replace(f"{few[0]}</p>", "</p>".join(f"<p>{one}" for one in few) + "</p>")
    offer = "样报平台实时发布公司公告，提供免费订阅，详情请登录。"
    notice = "声明：此栏目文章为样报网原创资讯，不构成投资建议，样报网拥有完整版权。经授权转载的，必须正确标注来源。侵权必究。"
    html = html.replace("<div class=rel>", f"<div class=other><p>{offer}</p><p>{notice}</p></div><div class=rel>")
    assert body_of(html) == few


def test_what_a_page_tells_about_the_site_does_not_outweigh_a_short_article():
    about = (
        "<div class=about><p>样报网是样州的新闻网站，由样报社主办，设有财经、农业、体育等频道。</p>"
        "<p>样报网成立于2001年，总部在样州，读者来自各地。</p></div>"
    )
    html = article_page()
    for text in PARAGRAPHS[1:]:
        html = html.replace(f"<p>　　{text}</p>", "")
    assert body_of(html + about) == PARAGRAPHS[:1]


def test_figures_behind_links_are_no_days():
    links = "".join(f"<p><a href=/{number}>样州第{number}季度的温室产值增长</a>{number}.25</p>" for number in (1, 2))
    assert len(body_of(article_page(tail=links))) == len(PARAGRAPHS) + 2


def test_a_cloud_of_names_is_no_prose():
    assert body_of(article_page() + f"<table><tr><td>{NAMES}</td></tr></table>") == PARAGRAPHS


def test_links_with_their_days_are_no_text():
    links = "".join(f"<p><a href=/{day}>样州温室建成投产第{day}年</a>(11-{day})</p>" for day in range(10, 18))
    assert body_of(article_page(tail=links)) == PARAGRAPHS


@pytest.mark.parametrize(
    ("info", "publisher"),
    [
        ("2026-11-18 09:21  已有0人阅读", None),
        ("2026-11-18 09:21 am", None),
        ("2026-11-18 09:21 博主文章分类：温室", None),
        ("2026-11-18 09:21 手机版", None),
        ("2026-11-18 09:21 来源：摘自样州日报", "样州日报"),
        ("2026-11-18 09:21 来源：转自然资源报", "转自然资源报"),
    ],
)
def test_what_stands_beside_the_time_may_be_no_publisher(info, publisher):
    assert only(extract(page(article_page(info=info)), SOURCE)).publisher == publisher


def test_a_sites_name_is_no_headline_though_the_text_names_it():
    html = article_page(info="2026-11-18 09:21").replace(f"{TITLE}_样报网", "样报网")
    html = html.replace(f"<h1>{TITLE}</h1>", f"<p align=center>{TITLE}</p>").replace(
        "11月18日，青穗", "（样报网 沈知远）11月18日，青穗"
    )
    assert only(extract(page(html), SOURCE)).title == TITLE


def test_a_report_is_a_headline_though_it_ends_like_a_site():
    html = (
        article_page(info="2026-11-18 09:21")
        .replace(f"{TITLE}_样报网", "青穗农业公司计划通报")
        .replace("首页", "青穗农业公司计划通报")
    )
    html = html.replace(f"<h1>{TITLE}</h1>", "<p align=center>青穗农业股份有限公司</p>")
    assert only(extract(page(html), SOURCE)).title == "青穗农业公司计划通报"


def test_a_byline_in_the_dateline_of_an_agency_names_the_author():
    html = article_page(info="2026-11-18 09:21").replace("11月18日，青穗", "（中樣社記者溫以寧台北18日電）11月18日，青穗")
    assert only(extract(page(html), SOURCE)).authors == ("溫以寧",)


@pytest.mark.parametrize("wrong", ["latin-1", "iso8859-15"])
def test_what_was_decoded_wrongly_and_stored_so_is_mojibake(wrong):
    stored = article_page().encode("gb18030").decode(wrong, "ignore")
    with pytest.raises(RejectedError) as refusal:
        extract(page(stored), SOURCE)
    assert refusal.value.reason == "mojibake"


def test_a_word_of_another_language_is_no_mojibake():
    words = "<p>他在Köln和São Paulo的Übergrößen展上说：“Çağdaş çözüm”，ÆØÅ。</p>"
    assert len(body_of(article_page(tail=words))) == len(PARAGRAPHS) + 1


@pytest.mark.parametrize("tail", ["<div><a href=/1>样州温室明年投产</a>" * 1500, "<table><tr><td>样州温室增长。" * 450])
def test_elements_deep_inside_one_another_behind_the_text_take_no_time(tail):
    begun = time.process_time()
    assert body_of(article_page(tail=tail))[: len(PARAGRAPHS)] == PARAGRAPHS
    assert time.process_time() - begun < 2


def test_many_times_deep_inside_one_another_take_no_time():
    begun = time.process_time()
    assert body_of(article_page(info="<div>" * 1900 + "<time></time>" * 20_000 + "</div>" * 1900)) == PARAGRAPHS
    assert time.process_time() - begun < 2
