"""Articles that stand in a page's scripts: sites that render in the browser, and pages that are JSON."""

import json
import time
from datetime import UTC, datetime

import pytest

from crawlers.source import Override
from tests.transforms.test_extract import PARAGRAPHS, SOURCE, TITLE, article_page, only, page
from transforms.extract import extract
from transforms.reject import RejectedError

HTML = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
DETAIL = {"name": TITLE, "pubTime": "2026-11-18 09:21", "source": "样报", "content": HTML}
STATES = {
    "a JSON script": f'<script id="__NEXT_DATA__" type="application/json">{json.dumps({"props": {"pageProps": DETAIL}})}</script>',
    "an assignment": f"<script>var a = {{b: 1}}; window.data = {json.dumps({'doc': {**DETAIL, 'content': [HTML]}})}; run()</script>",
    "a list of paragraphs": (
        "<script>var allData = "
        + json.dumps({"title": TITLE, "newsTime": "2026-11-18 09:21", "source": "样报", "list": [{"data": HTML, "type": "text"}]})
        + ";</script>"
    ),
}


@pytest.mark.parametrize("script", STATES.values(), ids=STATES)
def test_an_article_that_a_script_holds(script):
    others = [{"title": "另一篇", "url": "/2", "content": "另一篇新闻的摘要，" * 40}]
    rest = f"<script>var list = {json.dumps(others)}</script>"
    article = only(extract(page(f"<title>{TITLE}_样报网</title><div id=root>载入中</div>{script}{rest}"), SOURCE))
    assert (article.title, article.publisher) == (TITLE, "样报")
    assert article.body == "\n".join(PARAGRAPHS)
    assert article.published_at == datetime(2026, 11, 18, 1, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    "answer",
    [
        {"code": 20000, "data": DETAIL},
        {"code": 20000, "data": [DETAIL]},
        [DETAIL],
        {**DETAIL, "content": f"<html><head></head><body>{HTML}</body></html>"},
    ],
)
def test_a_page_that_is_json(answer):
    answer = page(json.dumps(answer), **{"Content-Type": "application/json"})
    article = only(extract(answer, SOURCE))
    assert (article.title, article.publisher, article.body) == (TITLE, "样报", "\n".join(PARAGRAPHS))


def test_several_values_that_hold_html_are_json():
    several = f'{json.dumps({**DETAIL, "head": "<title>x</title>"})}\n{{"foot": "<body>"}}'
    assert only(extract(page(several), SOURCE)).body == "\n".join(PARAGRAPHS)


@pytest.mark.parametrize("begin", ["[样报讯]", "[1]", "{样报}"])
def test_a_page_that_begins_like_json_may_be_html(begin):
    article = only(extract(page(f"{begin}{article_page()}"), SOURCE))
    assert (article.title, article.body) == (TITLE, "\n".join(PARAGRAPHS))


def test_a_script_of_escaped_quotes_takes_no_time():
    script = "var x = JSON.parse('" + r"{\"a\":" * 50_000 + "')"
    begun = time.process_time()
    with pytest.raises(RejectedError, match="no_body"):
        extract(page(f"<title>{TITLE}</title><h1>{TITLE}</h1><script>{script}</script>"), SOURCE)
    assert time.process_time() - begun < 2


def test_a_text_in_a_script_that_is_no_json():
    text = "\\n".join(PARAGRAPHS)
    article = only(extract(page(f'<title>{TITLE}</title><script>load({{html: "{text}", id: 1}})</script>'), SOURCE))
    assert article.body == "\n".join(PARAGRAPHS)


def test_another_articles_text_in_a_script_is_not_this_ones():
    other = {"title": "另一篇新闻", "content": HTML}
    script = f"<script>var x = {json.dumps(other)}</script>"
    short = "这是视频下面一段很短的说明，除此之外没有更多的文字。"
    assert only(extract(page(f"<title>{TITLE}</title><h1>{TITLE}</h1><p>{short}</p>{script}"), SOURCE)).body == short
    with pytest.raises(RejectedError, match="no_body"):
        extract(page(f"<title>{TITLE}</title><h1>{TITLE}</h1>{script}"), SOURCE)


@pytest.mark.parametrize(
    ("source", "publisher"),
    [
        *((name, name) for name in ("样报", "DoNews", "Wind", "36Kr", "AFP", "The Yang Times", "yang.cn")),
        *((code, None) for code in ("pc", "APP", "H5", "toutiao", "12345", "A12345", "WEB_2", "https://样报")),
    ],
)
def test_a_script_names_the_publisher_that_the_page_does_not_print(source, publisher):
    facts = {"list": [{"title": "另一篇", "source": "外报"}], "doc": {"title": TITLE, "source": source, "note": "x" * 300}}
    html = article_page(head=f"<script>var allData = {json.dumps(facts)};</script>", info="2026-11-18 09:21")
    assert only(extract(page(html), SOURCE)).publisher == publisher


def test_fields_by_dotted_path():
    facts = {"page": {"items": [{"head": "另一个标题", "who": "周敏 何宇", "text": HTML.replace("三季度", "二季度")}]}}
    html = article_page(head=f"<script>window.state = {json.dumps(facts)}</script>")
    override = Override(title="$.page.items.0.head", authors="$.page.items.0.who", body="$.page.items.0.text", publisher="$.no")
    article = only(extract(page(html), SOURCE.model_copy(update={"extract": override})))
    assert (article.title, article.authors, article.publisher) == ("另一个标题", ("周敏", "何宇"), "样报")
    assert article.body == "\n".join(PARAGRAPHS).replace("三季度", "二季度")
