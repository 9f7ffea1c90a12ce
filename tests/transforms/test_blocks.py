import lxml.html

from transforms.blocks import lines_of, lines_of_html


def test_a_line_is_a_block_not_a_tag():
    html = "<p>利润<b>3亿</b>元<br>第二行</p>尾巴<div>块<p>一</p>二</div><script>x</script><ul><li>甲<li>乙</ul>"
    assert lines_of_html(html) == ["利润3亿元", "第二行", "尾巴", "块", "一", "二", "甲", "乙"]


def test_line_feeds_of_the_source_are_spaces_and_what_is_hidden_is_left_out():
    html = "<div><p>第一\n行<!-- c --><style>y</style>尾</p><select><option>x</select>后<noscript>z</noscript></div>tail"
    node = lxml.html.fragment_fromstring(f"<section>{html}</section>")
    assert lines_of(node.find("div")) == ["第一 行尾", "后"]


def test_nothing_gives_no_line():
    assert lines_of_html("") == lines_of_html("  ") == lines_of_html("<p></p>") == []


def test_deep_nesting_is_no_recursion():
    depth = 5000
    node = lxml.html.HtmlElement()
    inner = node
    for _ in range(depth):
        inner = lxml.etree.SubElement(inner, "div")
    inner.text = "底"
    assert lines_of(node) == ["底"]
