import lxml.etree
import pytest

from transforms.document import Document, lines_of_html
from transforms.reject import RejectedError


def lines(html: str):
    document = Document(html)
    document.read()
    return document.lines


def test_a_line_is_a_block_not_a_tag():
    html = "<p>利润<b>3亿</b>元<br>第二行</p>尾巴<div>块<p>一</p>二</div><script>x</script><ul><li>甲<li>乙</ul>"
    assert [line.text for line in lines(html)] == ["利润3亿元", "第二行", "尾巴", "块", "一", "二", "甲", "乙"]
    assert lines_of_html(html) == ["利润3亿元", "第二行", "尾巴", "块", "一", "二", "甲", "乙"]


def test_what_is_not_displayed_is_no_line():
    hidden = "<p style='color:red; display : none'>藏</p><select><option>x</select><noscript>z</noscript>"
    html = f"<p>第一\n行<!-- c --><style>y</style>尾</p>{hidden}"
    assert [line.text for line in lines(html)] == ["第一 行尾"]


def test_links_are_counted_and_one_that_was_never_closed_is_none():
    (first, second, third) = lines("<p>前<a href=/1>链接</a>后</p><p><a href=/2>全是链接</a></p><a name=x><div>正文<p></p></div>")
    assert (first.linked, first.is_link) == (2, False)
    assert (second.linked, second.is_link) == (4, True)
    assert (third.text, third.linked) == ("正文", 0)


def test_a_page_does_not_end_at_an_early_closing_tag():
    assert [line.text for line in lines("<html><body><p>头</p></body></html><div>正文</div></html>")] == ["头", "正文"]


def test_lines_under_an_element():
    document = Document("<div id=a><p>一</p></div><div id=b><p>二</p><p>三</p></div>")
    document.read()
    assert [line.text for line in document.under(document.tree.get_element_by_id("b"))] == ["二", "三"]


def test_metadata_and_hidden_fields():
    document = Document(
        "<title>题 目</title><meta property='og:title' content=' 标题 '><span id=pubtime_baidu style='display:none'>2026-11-18</span>"
    )
    assert (document.title, document.meta("og:title"), document.meta("none")) == ("题 目", "标题", "")
    assert document.named("source_baidu", "pubtime_baidu") == "2026-11-18"


def test_an_empty_document_is_rejected():
    with pytest.raises(RejectedError, match="empty"):
        Document("")
    assert lines_of_html("") == lines_of_html("<p></p>") == []


def test_deep_nesting_is_no_recursion():
    document = Document("<div>")
    inner = document.tree.find(".//div")
    for _ in range(5000):
        inner = lxml.etree.SubElement(inner, "div")
    inner.text = "底"
    document.read()
    assert [line.text for line in document.lines] == ["底"]


@pytest.mark.parametrize("tag", ["div", "blockquote", "font", "span"])
def test_what_stands_inside_hundreds_of_unclosed_elements_is_read(tag):
    texts = [f"第{number}段" for number in range(400)]
    assert [line.text for line in lines("<br>".join(f"<{tag}>{text}" for text in texts))] == texts
    assert lines_of_html("<br>".join(f"<{tag}>{text}" for text in texts)) == texts


def test_a_page_of_which_the_parser_leaves_out_a_part_is_rejected():
    with pytest.raises(RejectedError, match="deep") as rejection:
        Document("<p>头</p>" + "<div>" * 3000 + "<p>正文</p>")
    assert rejection.value.reason == "not_html"


def test_a_page_of_more_tags_than_any_has_is_rejected():
    with pytest.raises(RejectedError, match="tags") as rejection:
        Document("<br>" * 600_000)
    assert rejection.value.reason == "too_large"


def test_preformatted_text_keeps_its_lines():
    html = "<pre>第一行<b>粗\n第二行</b>\r\n\n<a href=/1>第三行\n链接</a></pre><p>不是\n预设</p>"
    found = lines(html)
    assert [line.text for line in found] == ["第一行粗", "第二行", "第三行", "链接", "不是 预设"]
    assert [line.is_link for line in found] == [False, False, True, True, False]


def test_a_tag_with_a_flood_of_attributes_is_left_out():
    flood = " ".join(f"a{number}=b" for number in range(50_000))
    assert [line.text for line in lines(f"<p>头</p><div {flood}><p>正文</p></div>")] == ["头", "正文"]
