import lxml.html
import pytest

from transforms.document import Line
from transforms.lines import clean_lines as clean

NODE = lxml.html.fragment_fromstring("<p></p>")


def clean_lines(texts: list[str], title: str, linked: int = 0) -> list[str]:
    return clean([Line(text, linked, NODE, number) for number, text in enumerate(texts)], title)


@pytest.mark.parametrize(
    "line",
    [
        "责任编辑：何一帆",
        "（责编：汤诗、丁涛）",
        "[编辑: 王五]",
        "来源：样报",
        "原标题：青穗农业拟投三亿元",
        "举报/反馈",
        "分享到：",
        "免责声明：本文不构成投资建议。",
        "扫描二维码关注我们",
        "更多精彩请关注样报公众号",
        "相关阅读：另一篇新闻",
        "下一篇：另一篇新闻",
        "作者：张三",
        "本报记者 张三 李四光",
        "2026-11-18 09:21",
        "青穗农业拟投三亿元建智能温室",
        "2026-11-18 09:21 来源：样报 作者：沈知远",
        "2026年11月18日 09:21 | 来源：样报",
        "时间：2026-11-18 09:21 浏览：33 字号：大 中 小",
        "【字体：大 中 小】【打印】【关闭】",
        "监 制：沈知远",
        "文字：张三 视频：李四光 编辑：王五",
        "本文为样报原创文章，未经授权不得转载。",
        "文章仅代表作者观点，不代表本网立场。",
        "版权归原作者所有，如有侵权请联系删除。",
        "更多内容请关注样报微信公众号",
        "您所在的位置：首页 > 财经 > 正文",
        "本文原标题：《青穗农业拟投三亿元》",
        "下载样报客户端",
    ],
)
def test_furniture_goes(line):
    assert clean_lines([line, "正文第一段，利润为三亿元。"], "青穗农业拟投三亿元建智能温室") == ["正文第一段，利润为三亿元。"]


@pytest.mark.parametrize(
    "line",
    [
        "责任编辑何一帆在会上说，编辑部将缩短流程，让记者有更多时间留在现场采访，读者反馈普遍良好。",
        "来源复杂的资金正在离开，银行需要更多时间核实。",
        "记者从会上获悉，今年投资三亿元。",
        "他说：“分享经济还会继续增长。”",
        "免责条款写得很小。",
        "（一）未经批准、授权处置问题线索，发现重大案情隐瞒不报的；",
        "“每块板都有身份。”负责人掏出扫码枪，轻扫板材上的二维码，屏幕上立刻跳出尺寸。",
        "公司表示，版权收入将成为今年增长最快的业务，全年有望突破三亿元。",
        "会议要求，请各单位通过客户端报名，名额有限，报满为止。",
        "该平台不代表任何一方，只提供技术服务，记者注意到，其用户已超过三百万。",
        "来源于三个方面：一是出口，二是消费，三是投资。",
        "2026年11月18日，公司公告称计划投资。",
    ],
)
def test_prose_that_begins_like_furniture_stays(line):
    assert clean_lines([line], "标题") == [line]


def test_spaces_are_tidied_and_a_line_does_not_stand_twice():
    assert clean_lines(["　　第一段，\xa0利润。 ", "", "第一段， 利润。", "第二段。"], "标题") == [
        "第一段， 利润。",
        "第二段。",
    ]


def test_a_line_that_is_a_link_goes_and_prose_with_a_link_stays():
    assert clean_lines(["另一篇新闻的标题", "正文第一段，利润为三亿元。"], "标题", linked=8) == ["正文第一段，利润为三亿元。"]


def test_what_follows_a_heading_of_related_links_goes():
    lines = [
        Line(text, linked, NODE, number)
        for number, (text, linked) in enumerate(
            [
                ("正文第一段，利润为三亿元。", 0),
                ("为你推荐", 0),
                ("另一篇新闻的标题", 8),
                ("它的摘要，说的是别的事。", 0),
                ("又一篇新闻", 5),
            ]
        )
    ]
    assert clean(lines, "标题") == ["正文第一段，利润为三亿元。"]


def test_a_heading_inside_an_article_ends_nothing():
    texts = ["正文第一段，利润为三亿元。", "更多阅读", "正文第二段，利润为四亿元。", "正文第三段，利润为五亿元。"]
    assert clean_lines(texts, "标题") == [texts[0], texts[2], texts[3]]


def test_an_editor_at_the_end_of_a_paragraph_goes_alone():
    assert clean_lines(["利润为三亿元。（责任编辑：何一帆）", "同比增长。返回搜狐，查看更多"], "标题") == [
        "利润为三亿元。",
        "同比增长。",
    ]
