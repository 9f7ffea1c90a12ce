import pytest

from tests.transforms.lists import shipped, words_of
from transforms.prose import prose
from transforms.securities import about, mentions


def codes(title: str, body: str) -> list[str]:
    words = words_of(title, body)
    found = about(mentions(words, f"{title}\n{body}", shipped()), words, prose(body))
    return list(dict.fromkeys(one.company.code for one in found))


def test_companies_of_title_and_lead_are_what_an_article_is_about():
    assert codes("贵州茅台公告", "宁德时代与贵州茅台签约。") == ["600519.SH", "300750.SZ"]


def test_a_company_that_is_only_quoted_is_not():
    body = "白酒销量回升。渠道库存下降。批价企稳。中信证券研报认为，行业见底。"
    assert codes("白酒销量回升", body) == []


def test_a_company_that_is_named_again_and_again_is():
    body = "市场平稳。批价企稳。库存下降。宁德时代扩产。格局未变，宁德时代仍居首位。"
    assert codes("市场平稳", body) == ["300750.SZ"]


def test_names_of_two_characters_need_st():
    assert codes("*ST步森收购支付公司", "*ST步森公告，拟收购一家公司。") == ["002569.SZ"]
    assert codes("步森公告", "步森公告，拟收购一家公司。") == []


@pytest.mark.parametrize(
    "marked", ["（证券代码：600519）", "（600519）", "（SH600519）", "600519.SH", "sh:600519", "(行情600519)"]
)
def test_a_marked_code_names_a_company(marked):
    assert codes("一家酒企公告", f"公司{marked}公告称，三季度净利润增长。") == ["600519.SH"]


@pytest.mark.parametrize("figure", ["电话1600519", "投资600519元", "共300750万元", "订单600519.5吨"])
def test_other_figures_are_no_code(figure):
    assert codes("一家酒企公告", f"公司公告称，{figure}，三季度净利润增长。") == []


def test_a_word_of_everyday_language_is_no_company():
    body = "今年以来，机器人行业订单增长两成，太阳能电站建设加快，农产品运往太平洋彼岸。"
    assert codes("工业机器人订单增长", body) == []
