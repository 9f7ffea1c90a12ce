"""The further pages of an article (下一页): what they add to its text, and what of them is no text of it."""

import pytest

from tests.transforms.test_extract import PARAGRAPHS, SOURCE, TITLE, article_page, only, page
from transforms.extract import extract
from transforms.reject import RejectedError

SECOND = [
    "温室的二期工程将于2027年春天动工，占地约一百亩，主要种植番茄和彩椒。",
    "样州农科院的专家表示，机器视觉巡检的成本三年里下降了一半，中小农场也能负担。",
]
CAPTION = "图为温室内景"
ERROR = "抱歉，您访问的页面不存在或者已经被管理员删除，五秒之后将自动返回样报网首页。"


def part(*paragraphs: str) -> bytes:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<html><title>{TITLE}_样报网</title><h1>{TITLE}</h1><div id=artibody>{text}</div></html>".encode()


def body_with(*parts: bytes, status: int = 200) -> list[str]:
    more = [page(one, status=status) for one in parts]
    return only(extract(page(article_page(tail=f"<p>{CAPTION}</p>")), SOURCE, more)).body.split("\n")[len(PARAGRAPHS) + 1 :]


def test_a_paragraph_that_differs_in_a_sign_is_another_one():
    rises = [f"二〇二六年第一季度温室业务的营业收入同比变动{sign}12.8%，现金流净额为正。" for sign in "+-"]
    assert body_with(part(SECOND[0], rises[0]), part(SECOND[1], rises[1], rises[0])) == [SECOND[0], rises[0], SECOND[1], rises[1]]


def test_a_further_page_goes_on():
    assert body_with(part(SECOND[0], CAPTION), part(SECOND[1])) == [SECOND[0], CAPTION, SECOND[1]]


@pytest.mark.parametrize(
    ("further", "adds"),
    [
        (article_page(tail=f"<p>{CAPTION}</p>").encode(), []),  # the first page once more
        (part(PARAGRAPHS[2], *SECOND), SECOND),
        (f"<title>页面不存在_样报网</title><div>{ERROR}</div>".encode(), []),
        (b"", []),
        (b"%PDF-1.7", []),
        (b"{}", []),
    ],
)
def test_what_is_no_text_of_the_article_is_left_out(further, adds):
    assert body_with(further) == adds
    assert body_with(part(SECOND[0]), further, part(SECOND[1])) == [
        SECOND[0],
        *(line for line in adds if line not in SECOND),
        SECOND[1],
    ]


def test_a_further_page_that_is_gone_adds_nothing():
    assert body_with(part(*SECOND), status=404) == []


def test_an_article_whose_further_page_is_a_wall_is_blocked():
    with pytest.raises(RejectedError, match="blocked"):
        body_with("<title>安全验证</title><p>请完成下方验证后继续访问。</p>".encode())
