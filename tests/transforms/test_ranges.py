"""Ranges of which an article has both ends, but not as the ends of one."""

import pytest

from tests.transforms.lists import shipped
from transforms.passage import Article
from transforms.statements import Statement

BODY = (
    "云麓科技要回购300万股至500万股，价格由8亿元至10亿元降到3亿元至4亿元。\n"
    "公司预计净利润亏损3亿元至2亿元，上年为盈利1亿元。水温保持在20℃—25℃，夜班为22时至6时。2023年营收30亿元，2024年营收45亿元。公司按每股8.36港元至8.38港元的价格买入。"
)


@pytest.mark.parametrize(
    "statement",
    [
        "公司要回购300万至500万股。",
        "价格降到3-4亿元。",
        "价格从8亿元至10亿元降到了3亿元至4亿元。",
        "净利润预计亏损3亿元至2亿元。",
        "夜班在22时至6时。",
        "营收由2023年的30亿元到45亿元。",
        "价格由8亿元至10亿元到3亿元至4亿元。",
        "价格由下限8亿元降到3亿元，上限10亿元至4亿元。",
    ],
)
def test_the_articles_own_ranges_and_changes_stand(statement):
    assert Statement(statement, Article("回购", BODY, shipped())).why_not() == ""


@pytest.mark.parametrize(
    "statement",
    [
        "公司要回购500万股至300万股。",
        "公司的股价为8.38港元至8.36港元。",
        "价格降到3亿元至8亿元。",
        "价格降到4亿元至3亿元。",
        "水温保持在25℃至20℃。",
    ],
)
def test_other_ends_and_another_order_are_faults(statement):
    assert Statement(statement, Article("回购", BODY, shipped())).why_not() != ""


def test_a_range_behind_a_range_is_one():
    body = "净利润2亿元至3亿元，上年5亿元至6亿元，前年8亿元至9亿元。"
    assert Statement("净利润由2亿元至3亿元到5亿元至6亿元。", Article("业绩", body, shipped())).why_not() == ""
    assert Statement("净利润由2亿元至3亿元到5亿元至9亿元。", Article("业绩", body, shipped())).why_not() != ""
