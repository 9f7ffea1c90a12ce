import pytest

from flows.settings import SHIPPED_CONFIG
from tests.transforms.lists import shipped
from transforms.annotate import open_engine
from transforms.codes import unlisted


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("云湖科技（688999.SH）公告称", "688999.SH"),
        ("云湖科技（SZ:301999）公告称", "301999.SZ"),
        ("云湖科技（证券代码：605999）公告称", "605999.SH"),
        ("云湖科技(301999)公告称", "301999.SZ"),
        ("云湖科技（920999.BJ）公告称", "920999.BJ"),
        ("云湖科技（bj920999）公告称", "920999.BJ"),
        ("云湖科技（股票代码 688999）公告称", "688999.SH"),
    ],
)
def test_a_share_that_the_lists_lack_is_known_by_its_code(text, code):
    ((found, (start, end)),) = unlisted(text, shipped())
    assert (found, text[start:end]) == (code, code[:6])


@pytest.mark.parametrize(
    "text",
    [
        "贵州茅台（600519.SH）公告称",  # which the lists have
        "云湖成长混合（000999）净值上涨",  # a fund
        "基金代码：688999",
        "云湖转债（110999.SH）上市",
        "样本指数（000999.SH）收涨",
        "云湖科技（证券代码：839999）挂牌",  # over the counter
        "云湖ETF（159999.SZ）成交额居前",
        "补助（301999元）到账",
        "编号2605999和301999",
        "订单号SH6889990",
    ],
)
def test_other_numbers_are_no_shares(text):
    assert list(unlisted(text, shipped())) == []


def test_the_lexicon_engine_takes_those_of_title_and_lead():
    engine = open_engine("lexicon", [SHIPPED_CONFIG / "taxonomy"])
    body = "11月18日，云湖科技（688999.SH）公告，三季度净利润增长8%。公司扩产。订单饱满。同业海岬制药（301999.SZ）下跌。"
    made = engine.annotate("云湖科技三季度净利润增长8%", body)
    assert made.securities == ("688999.SH",)
    ((start, end),) = ((one.start, one.end) for one in made.evidence if one.column == "securities")
    assert body[start:end] == "688999"
