"""Whole lines that are furniture, and lines of the text that read like it."""

import pytest

from transforms.furniture import is_furniture


@pytest.mark.parametrize(
    "line",
    [
        "更多精彩内容，请关注我们的公众号",
        "更多资讯请登录我们的官方网站",
        "更多新闻请登录样报的官方网站",
        "点击上方蓝字关注微信公众号",
        "关注样州早餐，第一时间了解市场动态",
        "免责声明 本文仅供参考",
        "免责声明：本文仅供参考",
        "记者：王雨样。",
        "样报记者：王雨样、沈知。",
        "记者：王雨样 编辑：何帆。",
        "录入时间：2026-11-18 09:21",
    ],
)
def test_what_is_about_the_page_is_furniture(line):
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "更多城市的精彩内容平台关注用户的需求",
        "关注灾区灾情，第一时间赶赴现场",
        "免责声明 成为监管重点，多家券商被要求整改相关条款",
        "法律声明 公司就侵权事项发布律师函",
        "记者：何时？",
        "记者：谢谢。",
        "AI制作：短剧行业的新变量",
        "AI审核：平台治理的下一步",
        "3D制作 技术门槛降低",
        "CNN记者：我的问题是关于关税。",
        "21世纪经济报道记者：请问下一步怎么走。",
    ],
)
def test_what_is_of_the_text_is_none(line):
    assert not is_furniture(line)
