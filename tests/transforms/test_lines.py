import pytest

from transforms.lines import clean_lines


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
