import pytest

from tests.transforms.lists import keywords_of as found
from tests.transforms.lists import words_of
from transforms.naming import coded, firms, foreign


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("样行：维持云湖零售(06808)“增持”评级", "云湖零售"),
        ("样证：上调青禾好医生（1833.HK）目标价", "青禾好医生"),
        ("海州酒店(HZJD.US)二季度业绩符合预期", "海州酒店"),
        ("恒岳金融(00530-HK)股份被质押", "恒岳金融"),
        ("砺芯（股票代码：688999）发布年报", "砺芯"),
        ("【港股通】希慎兴业(00014)中期盈转亏", "希慎兴业"),
        ("样行：予恒岳金融(06808)目标价", "恒岳金融"),
        ("样行：维持恒岳控股(06808)评级", "恒岳控股"),
        ("样行：维持青禾生活-W(03690)评级", "青禾生活"),
        ("中国飞鹤(06186)公布业绩", "中国飞鹤"),
    ],
)
def test_who_stands_before_the_code_of_a_share_is_named_whole(title, name):
    assert list(coded(words_of(title, ""))) == [name]
    made = found(title, f"{name}昨日公布消息。分析师说，消息符合预期。")
    assert name in made
    assert not any("HK" in one or ".US" in one or one[0].isdigit() for one in made)


@pytest.mark.parametrize(
    "text",
    [
        "print(2008)",
        "于(06808)",
        "，（600519）",
        "行动方案（2021）",
        "热线（95588）",
        "体系（27001）",
        "邮编（100032）",
        "云湖零售(2019)年",
    ],
)
def test_a_number_in_brackets_that_is_no_shares_code_names_nobody(text):
    assert list(coded(words_of(text, ""))) == []


@pytest.mark.parametrize(
    "code",
    [
        "证券代码：688999",
        "股票代碼：688999",
        "股票代码 688999",
        "港股代码：06808",
        "sh688999",
        "A股代码：688999",
        "688999.SH/06808.HK",
        "SH688999",
        "NYSE：QHE",
    ],
)
def test_a_code_is_written_in_many_ways(code):
    assert list(coded(words_of(f"青禾智算（{code}）发布年报", ""))) == ["青禾智算"]


@pytest.mark.parametrize("before", ["白酒龙头", "股东", "机构"])
def test_what_somebody_is_before_the_name_is_no_part_of_it(before):
    assert list(coded(words_of(f"{before}贵州茅台（600519）获调研", ""))) == ["贵州茅台"]
    assert list(coded(words_of(f"{before}恒岳金融（00530）获调研", ""))) == ["恒岳金融"]


def test_a_company_is_called_by_the_name_of_its_listing_where_the_text_has_it():
    title = "广东通宇通讯股份有限公司关于减持计划实施完毕的公告"
    body = "广东通宇通讯股份有限公司（以下简称“公司”或“通宇通讯”）公告，股东减持计划实施完毕。通宇通讯总股本不变。"
    made = found(title, body)
    assert "通宇通讯" in made
    assert not any("广东通宇" in one for one in made)


@pytest.mark.parametrize(("name", "former"), [("TCL科技", "TCL集团"), ("隆基绿能", "隆基股份")])
def test_a_later_name_does_not_give_way_to_the_listed_one(name, former):
    body = f"{name}昨日公告，拟回购股份。{name}前身为{former}，2020年更名。{former}2019年剥离业务。{name}说，回购用于激励。"
    assert name in found(f"{name}：拟回购股份", body)


def test_a_listed_name_that_the_text_hardly_has_is_not_preferred():
    title = "内蒙古包钢钢联股份有限公司关于质押的公告"
    body = "内蒙古包钢钢联股份有限公司收到通知，股份被质押。内蒙古包钢钢联股份有限公司将关注进展。债券简称包钢股份债。"
    assert "内蒙古包钢钢联" in found(title, body)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("控股股东海州依云投资有限公司减持", "海州依云投资有限公司"),
        ("收购联禾国际有限公司全部股权", "联禾国际有限公司"),
        ("全资子公司云湖环保有限公司中标", "云湖环保有限公司"),
        ("债券名称海州恒岳集团有限公司", "海州恒岳集团有限公司"),
        ("公司与格润环境科技有限公司组成联合体", "格润环境科技有限公司"),
        ("由全资子公司云湖环保有限公司实施", "云湖环保有限公司"),
        ("与控股股东海州依云投资有限公司签约", "海州依云投资有限公司"),
        ("样网海州电力公司经济技术研究院发布", "样网海州电力公司经济技术研究院"),
        ("样州粮油收购储运有限公司扩建", "样州粮油收购储运有限公司"),
        ("依云投资控股有限公司公告", "依云投资控股有限公司"),
    ],
)
def test_what_leads_in_to_a_firm_is_no_part_of_its_name(text, name):
    assert list(firms(text)) == [name]


def test_a_dot_behind_a_common_word_makes_no_persons_name():
    assert list(foreign(words_of("依云邮轮·新浪漫号开航", ""))) == []


@pytest.mark.parametrize("name", ["大卫·所罗门", "让·蒂罗尔", "吐尔逊·买买提"])
def test_a_persons_name_with_a_dot_may_have_common_words_in_it(name):
    words = words_of(f"{name}出席会议", "")
    assert [words.text[start:end] for start, end in foreign(words)] == [name]


def test_a_name_has_the_word_for_an_organisation_that_always_follows_it():
    body = "云岭国际为第一名。云岭国际说，产业园焚烧垃圾。云岭国际上月另中一标。产业园为期三年。"
    assert "云岭国际" in found("凉州产业园预中标公示", body)
    assert "云岭" in found("凉州产业园预中标公示", body.replace("云岭国际上月", "云岭上月"))


def test_the_beginning_of_the_next_word_is_no_part_of_a_name():
    body = "外交部国际司司长郑岚说，论坛将举行。外交部国际司昨日举行吹风会，郑岚介绍了论坛。"
    assert "外交部国际" not in found("论坛下月举行", body)
    assert "深圳证券" not in found("深圳证券交易所发布规则", "深圳证券交易所发布规则。深圳证券交易所说，规则即日施行。")
