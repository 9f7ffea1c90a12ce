"""What a statement adds to, turns round in or leaves of the facts of an article: each pair is a true statement and a false one."""

import pytest

from tests.transforms.lists import shipped
from transforms.passage import Article
from transforms.statements import Statement

TITLE = "云麓科技上半年营收48.2亿元 同比增长12.6%"
BODY = (
    "云麓科技首席执行官江予白8月21日表示，公司上半年营收48.2亿元，同比增长12.6%，环比下降3.1%；净利润5.4亿元。\n"
    "毛利率由18.5%提升至26.1%，海外收入占比从四成降到三成。研发人员超过1200人，占员工的一半以上，其中八成五是硕士。\n"
    "公司产品“云图2.0”已接入逾百家企业，前7个月交付约5200台，不少于300台用于港口，平均每台售价在12万元以下。\n"
    "该市有57家企业停产整改，19家关闭退出，合格率不足四分之一。华东地区订单350台，西南地区订单200台。\n"
    "决赛中海津远航主场3比1战胜岭南雄狮，获得冠军，后卫郭启航梅开二度，主教练贝尔蒂称球队下半场更专注。\n"
    "样州银行的股价当日涨停，创上市以来新高，发言人汉娜·韦斯特说，法院一审判决后公司不再上诉。\n"
    "国家发展和改革委员会称，每月补贴300元，9月底前发放，租户翻了一番。该机构是深圳证券交易所的会员。\n"
    "第二条产线的产量比第一条高出5.5%。"
)


@pytest.fixture(scope="module")
def article() -> Article:
    return Article(TITLE, BODY, shipped())


def why_not(statement: str, article: Article) -> str:
    return Statement(statement, article).why_not()


@pytest.mark.parametrize(
    ("true", "false"),
    [
        # which of the two it is held against
        ("云麓科技上半年营收同比增长12.6%。", "云麓科技上半年营收环比增长12.6%。"),
        ("云麓科技上半年营收环比下降3.1%。", "云麓科技上半年营收同比下降3.1%。"),
        # from and to
        ("公司毛利率从18.5%升至26.1%。", "公司毛利率从26.1%升至18.5%。"),
        ("海外收入占比由40%降至30%。", "海外收入占比由30%降至40%。"),
        # two figures of two things
        ("该市57家企业停产整改，19家关闭退出。", "该市19家企业停产整改，57家关闭退出。"),
        ("西南地区订单200台，华东地区350台。", "西南地区订单350台，华东地区200台。"),
        ("海津远航以3比1战胜岭南雄狮。", "海津远航以3比2战胜岭南雄狮。"),
        ("海津远航主场3比1战胜岭南雄狮。", "海津远航主场1比3战胜岭南雄狮。"),
        # bounds
        ("公司研发人员超过1200人。", "公司研发人员不足1200人。"),
        ("公司研发人员逾1200人。", "公司研发人员近1200人。"),
        ("产品交付约5200台。", "产品交付超过5200台，公司不满意。"),
        ("至少300台用于港口。", "最多300台用于港口。"),
        ("平均每台售价低于12万元。", "平均每台售价在12万元以上。"),
        ("公司上半年净利润5.4亿元。", "公司上半年净利润超5.4亿元。"),
        # figures in words
        ("产品接入上百家企业。", "产品接入上千家企业。"),
        ("产品已接入超过100家企业。", "产品已接入近百家企业。"),
        ("研发人员占员工过半。", "研发人员占员工的一半。"),
        ("研发人员占比超过50%。", "研发人员占比近一半。"),
        ("研发人员中85%是硕士。", "研发人员中半数是硕士。"),
        ("企业合格率不到1/4。", "企业合格率不到1/3。"),
        ("租户翻番。", "租户减半。"),
        ("海津远航获得冠军。", "近万人观看了海津远航的比赛。"),
        # periods, and what else one of a family is
        ("公司前7个月交付约5200台。", "公司前8个月交付约5200台。"),
        ("公司1至7月交付约5200台。", "公司1至9月交付约5200台。"),
        ("补贴每月300元。", "补贴每年300元。"),
        ("公司上半年营收48.2亿元。", "公司下半年营收48.2亿元。"),
        ("样州银行股价涨停，创新高。", "样州银行股价跌停，创新高。"),
        ("样州银行股价创下新高。", "样州银行股价创下新低。"),
        ("海津远航获得冠军。", "海津远航获得亚军。"),
        ("第二条产线比第一条多5.5%。", "第二条产线比第一条少5.5%。"),
        ("法院一审判决后公司不再上诉。", "法院二审判决后，公司不再上诉。"),
        # persons, and organisations that everybody calls shorter
        ("后卫郭启航打入两球。", "后卫郭启杭打入两球。"),
        ("主教练贝尔蒂认为球队下半场专注。", "主教练卡佩罗认为球队下半场专注。"),
        ("发言人汉娜·韦斯特表示公司不再上诉。", "发言人汉娜·韦伯特表示公司不再上诉。"),
        ("江予白认为营收增长。", "韩牧野认为营收增长。"),
        ("CEO江予白称营收增长12.6%。", "CFO江予白称营收增长12.6%。"),
        ("该机构是深交所会员。", "该机构是上交所会员。"),
        ("发改委称每月补贴300元。", "工信部称每月补贴300元。"),
        # numbers of names, makes of models
        ("公司产品云图2.0接入百余家企业。", "公司产品云图3.0接入百余家企业。"),
        ("云麓科技的产品是云图2.0。", "云麓科技的产品是通义千问。"),
    ],
)
def test_a_changed_fact_is_a_fault(article, true, false):
    assert why_not(true, article) == ""
    assert why_not(false, article) != ""


@pytest.mark.parametrize(
    "statement",
    [
        "海外收入占比由40%下降到30%，毛利率则升到26.1%。",
        "19家企业关闭退出，57家停产整改。",
        "华东、西南地区的订单分别为350台、200台。",
        "公司研发人员有1200多人，占员工的一半以上。",
        "岭南雄狮1比3不敌海津远航。",
        "补贴为每月300元，在9月底前发给租户。",
        "比较而言，该市只有19家企业关闭，年内还有57家整改。",
        "该机构为深圳证券交易所会员。",
    ],
)
def test_other_words_and_another_order_change_nothing(article, statement):
    assert why_not(statement, article) == ""


@pytest.mark.parametrize(
    ("body", "statement"),
    [
        ("青海光伏企业称，今天工作恢复，组件可灵活调整。", "青海光伏企业今天恢复工作，可灵活调整组件。"),
        ("公司主要经营半导体设备，苹果公司的折叠屏手机用它。", "公司通过半导体设备供应苹果公司，对折叠屏手机有用。"),
        ("订单比上年增长3倍，停产半年多。", "订单实现3倍增长，停产超过半年。"),
        ("过去三年公司共投入5亿元。", "近三年公司投入5亿元。"),
        ("附近的3家医院收治了伤员。", "附近3家医院收治伤员。"),
        ("中超联赛18轮战罢，海津远航领跑。", "中超18轮战罢，海津远航领跑。"),
        ("未满18岁的用户不能注册。", "不满18岁的用户不能注册。"),
        ("该市GDP达5200亿元，上年GDP为4800亿元。", "该市GDP 5200亿元。"),
        ("猪粮比价低于5∶1的预警线。", "猪粮比价低于5:1预警线。"),
        ("火箭于14时30分发射。", "火箭14:30发射。"),
        ("北京、上海票房分别为7460万元、8120万元。", "上海票房8120万元，北京票房7460万元。"),
        ("装置年产氢气2万吨，日均供气50吨。", "装置每年产氢气2万吨。"),
        ("公司1月至6月营收8亿元，下半年有望增长。", "公司上半年营收8亿元。"),
        ("项目比计划提前了3个月完成。", "项目提前3个月完成。"),
        ("火箭全长约70.4米，成本有望下降70%。", "火箭全长约70米。"),
        ("公司计划在2022年至2024年投入3亿元。", "公司2022-2024年投入3亿元。"),
        ("省内有22座城市开通航线。", "省内22个城市开通航线。"),
    ],
)
def test_words_that_only_look_like_figures_bounds_or_names_change_nothing(body, statement):
    assert why_not(statement, Article("标题", body, shipped())) == ""


@pytest.mark.parametrize(
    ("body", "statement"),
    [
        ("过半企业停产，出口下降50%以上。", "出口增长超过50%。"),
        ("营收逾百亿元，亏损超过100亿元。", "公司盈利超过100亿元。"),
        ("查处违法案件57起。", "查处57家违法企业。"),
    ],
)
def test_a_figure_in_words_excuses_no_other_fault(body, statement):
    assert why_not(statement, Article("标题", body, shipped())) != ""


def test_a_list_of_the_same_figures_takes_no_long_time():
    body = "".join(f"第{number}只股票上涨10%。" for number in range(2000))
    assert why_not("，".join(["某只股票上涨10%"] * 24), Article("标题", body, shipped())) == ""


def test_the_reason_is_a_sentence_for_the_model(article):
    assert why_not("该市19家企业停产整改，57家关闭退出。", article) == "The article does not have 19家 and 57家 this way round."
    assert why_not("租户减半。", article) == "The article does not state 减半 where it tells this."
    assert why_not("后卫郭启杭打入两球。", article) == "The article does not name 郭启杭."
