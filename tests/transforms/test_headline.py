"""Headlines of several lines, and those that only the document's title has."""

import time

import pytest

from tests.transforms.test_extract import PARAGRAPHS, SOURCE, TITLE, article_page, only, page
from transforms.extract import extract

FIRST, SECOND = "青穗农业拟投三亿元", "建智能温室预计明年正式投产"


def title_of(html: str) -> str:
    return only(extract(page(html), SOURCE)).title


@pytest.mark.parametrize(
    "heading",
    [
        f"<h1>{FIRST}<br>{SECOND}</h1>",
        f"<h1>{FIRST}</h1><h2>{SECOND}</h2>",
        f"<h1>{FIRST}</h1><p>{SECOND}</p>",
        f"<h2>{FIRST}<br>{SECOND[:5]}<br>{SECOND[5:]}</h2>",
    ],
)
def test_a_headline_of_several_lines_is_whole_whichever_is_the_longest(heading):
    html = article_page(title=FIRST + SECOND).replace(f"<h1>{FIRST}{SECOND}</h1>", heading)
    article = only(extract(page(html), SOURCE))
    assert article.title.replace(" ", "") == FIRST + SECOND
    assert article.body == "\n".join(PARAGRAPHS)


def test_what_stands_above_a_headline_without_being_a_heading_is_no_part_of_it():
    html = (
        article_page(title=TITLE)
        .replace("<h1>", "<div>样州经济</div><h1>")
        .replace(f"{TITLE}_样报网", f"样州经济：{TITLE}_样报网")
    )
    assert title_of(html) == TITLE


@pytest.mark.parametrize("titled", ["<title>{}</title>", "<title>样报网</title><meta property='og:title' content='{}'>"])
@pytest.mark.parametrize(
    ("named", "title"),
    [
        ("GPT-5发布_样报网", "GPT-5发布"),
        ("2026-2027年芯片行业展望", "2026-2027年芯片行业展望"),
        ("iPhone-17系列发布-样报网", "iPhone-17系列发布"),
        ("样州经济|三季度GDP增长5%", "样州经济|三季度GDP增长5%"),
        ("独家 | 样州拟建智能温室 | 样报新闻", "独家 | 样州拟建智能温室"),
        ("对话沈知远－智能温室的未来", "对话沈知远－智能温室的未来"),
        ("青穗农业拟在寿光投资建温室-预计2027年底投产", "青穗农业拟在寿光投资建温室-预计2027年底投产"),  # so says the text
        ("青穗农业拟在寿光投资建温室-业界-样评论", "青穗农业拟在寿光投资建温室"),
        ("青穗农业拟在寿光投资建温室 - 沈知远 - 样客园", "青穗农业拟在寿光投资建温室"),
        ("降息了_要闻_样报", "降息了"),
    ],
)
def test_only_a_sites_name_is_cut_off_a_headline_that_the_documents_title_alone_has(titled, named, title):
    html = (
        article_page(info="2026-11-18 09:21")
        .replace(f"<h1>{TITLE}</h1>", "")
        .replace(f"<title>{TITLE}_样报网</title>", titled.format(named))
    )
    assert title_of(html) == title


@pytest.mark.parametrize("named", ["a_" * 20_000, "样|" * 20_000, "样 - " * 20_000])
def test_a_title_of_breaks_takes_no_time(named):
    html = article_page(info="2026-11-18 09:21").replace(f"<h1>{TITLE}</h1>", "").replace(f"{TITLE}_样报网", f"{TITLE}_{named}")
    begun = time.process_time()
    extract(page(html), SOURCE)
    assert time.process_time() - begun < 2
