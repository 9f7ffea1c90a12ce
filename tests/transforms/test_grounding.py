from functools import lru_cache

import pytest
from pydantic import ValidationError

from tests.transforms.lists import shipped
from transforms.grounding import Grounded, Said, ground

TITLE = "云麓科技签下汀州港订单 AI质检系统上线"
BODY = (
    "11月18日，云麓科技（009903.SZ）公告，与汀州港务集团签署合同，合同金额3.2亿元，占公司2023年度营业收入的7.72%。\n"
    "公告显示，云麓科技前三季度实现营业收入12.50亿元，同比增长18.3%；净利润1,540万元，同比下降5.6%。\n"
    "项目包括60台无人集卡和12套质检系统，计划于2024年9月30日前交付，首批三家码头参与。\n"
    "董事长江予白表示，“机器视觉是港口的眼睛”，公司将继续投入大模型研发，预计三年内投入不超过2亿元。\n"
    "同日，远帆物流披露，公司控股股东恒岳资本增持公司股份1050万股，占总股本的2.4%。\n"
    "远帆物流董事长陆行舟辞职，由沈知微接任。《港口智能化白皮书》同日发布，提到了云麓科技的OceanEye 2.0平台。"
)


@lru_cache(maxsize=1)
def empty() -> Said:
    return Said(summary="", keywords=(), ai_technologies=(), industries=(), industry_codes=(), major_events=(), securities=())


def grounded(title: str = TITLE, body: str = BODY, **said: object) -> Grounded:
    return ground(empty().model_copy(update=said), title, body, shipped())


def whys(event: str, body: str = BODY) -> list[str]:
    return [fault.why for fault in grounded(body=body, major_events=(event,)).faults]


LEAD = "11月18日，云麓科技公告与汀州港务集团签署合同，合同金额3.2亿元，占公司2023年度营业收入的7.72%。"
RESULTS = "云麓科技前三季度实现营业收入12.50亿元，同比增长18.3%，净利润1,540万元，同比下降5.6%。"
PROJECT = "项目包括60台无人集卡和12套质检系统，计划2024年9月30日前交付。"
HOLDING = "远帆物流控股股东恒岳资本增持公司股份1050万股，占总股本的2.4%。"
CHANGE = "远帆物流董事长陆行舟辞职，由沈知微接任。"
HONEST = (LEAD, RESULTS, PROJECT, HOLDING, CHANGE)


@pytest.mark.parametrize(
    "event",
    [
        *HONEST,
        "云麓科技与汀州港务集团签约，金额3.2亿元。",
        "云麓科技净利润下滑5.6%。",
        "云麓科技营业收入上升18.3%至12.5亿元。",
        "江予白称公司将继续研发大模型，三年内投入不超过2亿元。",
        "该项目有60台无人集卡，2024年9月底前要交付给客户，首批有三家码头。",
        "恒岳资本买入远帆物流股份，持股增加。",
        "《港口智能化白皮书》提到OceanEye平台。",
    ],
)
def test_honest_statements_stand_in_other_words_too(event):
    assert whys(event) == []


@pytest.mark.parametrize(
    ("statement", "old", "new"),
    [
        (LEAD, "3.2亿元", "３．２亿元"),
        (LEAD, "3.2亿元", "3.2 亿元"),
        (LEAD, "3.2亿元", "3.20亿元"),
        (LEAD, "3.2亿元", "32000万元"),
        (LEAD, "3.2亿元", "320,000,000元"),
        (LEAD, "3.2亿元", "三点二亿元"),
        (LEAD, "3.2亿元", "3.2亿元人民币"),
        (LEAD, "7.72%", "7.72％"),
        (LEAD, "7.72%", "百分之七点七二"),
        (LEAD, "11月18日", "十一月十八日"),
        (LEAD, "11月18日", "11 月 18 日"),
        (LEAD, "2023年度", "二〇二三年度"),
        (LEAD, "，", ","),
        (LEAD, "汀州港务集团", "“汀州港务集团”"),
        (RESULTS, "1,540万元", "1540万元"),
        (RESULTS, "1,540万元", "0.154亿元"),
        (RESULTS, "12.50亿元", "12.5亿元"),
        (RESULTS, "下降5.6%", "下降５.６％"),
        (PROJECT, "60台", "六十台"),
        (PROJECT, "2024年9月30日", "2024-09-30"),
        (PROJECT, "2024年9月30日", "2024/9/30"),
        (PROJECT, "2024年9月30日", "9月30日"),
        (HOLDING, "1050万股", "1,050万股"),
        (HOLDING, "1050万股", "10,500,000股"),
    ],
)
def test_harmless_variants_stand(statement, old, new):
    assert old in statement
    assert whys(statement.replace(old, new)) == []


@pytest.mark.parametrize(
    ("statement", "old", "new"),
    [
        (LEAD, "7.72%", "7.27%"),
        (LEAD, "7.72%", "7.7%"),
        (LEAD, "7.72%", "77.2%"),
        (LEAD, "7.72%", "7.72个百分点"),
        (LEAD, "3.2亿元", "32亿元"),
        (LEAD, "3.2亿元", "3.2万元"),
        (LEAD, "3.2亿元", "3.2亿美元"),
        (LEAD, "3.2亿元", "3.2亿股"),
        (LEAD, "11月18日", "11月19日"),
        (LEAD, "11月18日", "10月18日"),
        (LEAD, "2023年", "2022年"),
        (RESULTS, "18.3%", "13.8%"),
        (RESULTS, "增长18.3%", "下降18.3%"),
        (RESULTS, "下降5.6%", "增长5.6%"),
        (RESULTS, "18.3%", "5.6%"),
        (RESULTS, "前三季度", "第三季度"),
        (RESULTS, "1,540万元", "1,450万元"),
        (PROJECT, "60台", "80台"),
        (PROJECT, "60台", "六台"),
        (PROJECT, "12套", "12万套"),
        (PROJECT, "2024年9月30日", "2025-09-30"),
        (HOLDING, "增持", "减持"),
        (HOLDING, "1050万股", "1050万元"),
    ],
)
def test_altered_figures_and_days_are_faults(statement, old, new):
    assert old in statement
    assert len(whys(statement.replace(old, new))) == 1


@pytest.mark.parametrize(
    ("statement", "old", "new"),
    [
        (LEAD, "云麓科技", "云从科技"),
        (LEAD, "云麓科技", "星桥智能"),
        (LEAD, "云麓科技", "贵州茅台"),
        (LEAD, "云麓科技", "云芦科技"),
        (LEAD, "汀州港务集团", "宁波港务集团"),
        (CHANGE, "陆行舟", "陆行洲"),
        (CHANGE, "陆行舟", "王建国"),
        (CHANGE, "沈知微", "沈知秋"),
        (CHANGE, "沈知微", "欧阳明"),
        (HOLDING, "恒岳资本", "恒越资本"),
        (HOLDING, "恒岳资本", "红杉资本"),
        ("OceanEye平台同日发布。", "OceanEye", "OceanSky"),
        ("《港口智能化白皮书》同日发布。", "智能化", "自动化"),
        ("江予白说“机器视觉是港口的眼睛”。", "眼睛", "未来"),
    ],
)
def test_altered_names_are_faults(statement, old, new):
    assert old in statement
    assert whys(statement) == []
    assert len(whys(statement.replace(old, new))) == 1


@pytest.mark.parametrize(
    "event",
    [
        "远帆物流公告，与汀州港务集团签署合同，合同金额3.2亿元。",
        "云麓科技控股股东恒岳资本增持公司股份1050万股。",
        "云麓科技董事长陆行舟辞职，由沈知微接任。",
    ],
)
def test_what_the_article_tells_of_somebody_else_is_a_fault(event):
    assert len(whys(event)) == 1


@pytest.mark.parametrize(
    ("printed", "said", "stands"),
    [
        ("净利润792.3404万元", "净利润约792万元", True),
        ("净利润7,923,404.34元", "净利润792.34万元", True),
        ("净利润7,923,404.34元", "净利润793.34万元", False),
        ("净利润4.98亿元", "净利润近5亿元", True),
        ("净利润4.98亿元", "净利润5亿元", False),
        ("净利润0.01元", "净利润0.01万元", False),
        ("拟回购不超过4.5元的股份", "拟回购不超过4元的股份", False),
        ("有10台设备", "有01台设备", False),
        ("销售额近50万，投资十亿", "销售额近60万", False),
        ("高1.3米，预计长约20米", "高13米", False),
        ("代码为000672", "代码为672", False),
        ("累计40多亿元", "累计40余亿元", True),
        ("累计40多亿元", "累计4多亿元", False),
        ("累计40多亿元", "累计40多万元", False),
        ("营收2.4亿元-3.58亿元", "营收2.4-3.58亿元", True),
        ("营收2至3亿元", "营收2亿元至3亿元", True),
        ("占比三成", "占比30%", True),
        ("净利润同比增长-5.3%", "净利润同比下降5.3%", True),
        ("净利润同比增长-5.3%", "净利润同比增长5.3%", False),
        ("第三季度营收增长8%", "三季度营收增长8%", True),
        ("有十几家企业参与", "有12家企业参与", False),
        ("提供A320飞机", "提供A330飞机", False),
        ("完成数千万元A轮融资", "完成数千万元B轮融资", False),
        ("5G基站建成", "6G基站建成", False),
        ("占地260-470平方米", "占地260至470平米", True),
        ("亏损收窄5%", "亏损扩大5%", False),
        ("净流入10亿元", "净流出10亿元", False),
        ("不低于5000万元", "不超过5000万元", False),
        ("上半年营收8亿元", "下半年营收8亿元", False),
        ("漏检率万分之三", "漏检率0.03%", True),
        ("漏检率万分之三", "漏检率3%", False),
        ("漏检率万分之三", "漏检率3个百分点", False),
        ("漏检率千分之三", "漏检率0.3%", True),
        ("漏检率3‰", "漏检率千分之三", True),
        ("合格率百分之百", "合格率100%", True),
        ("毛利率为-5%", "毛利率为5%", False),
        ("净利润为-3亿元", "净利润为3亿元", False),
        ("净利润为负3亿元", "净利润为3亿元", False),
        ("净亏损3亿元", "净利润3亿元", False),
        ("净利润为-3亿元", "净亏损3亿元", True),
        ("净利润为-4000万至-6000万元", "净利润为-40000000至-60000000元", True),
        ("净利润同比-5%", "净利润同比下降5%", True),
        ("跌幅为-5%", "下跌5%", True),
        ("扭亏为盈，净利润3亿元", "扭亏为盈3亿元", True),
        ("净利润-3亿元至-2亿元", "净利润亏损2亿元至3亿元", True),
        ("净利润-3亿元至-2亿元", "净利润2亿元至3亿元", False),
        ("净利润-1亿元至2亿元", "净利润亏损1亿元至盈利2亿元", True),
        ("净利润-1亿元至2亿元", "净利润亏损1亿元至2亿元", False),
        ("净利润同比变动-40%至-30%", "净利润同比减少30%至40%", True),
        ("净利润同比变动-40%至-30%", "净利润同比增长30%至40%", False),
        ("同比增速-8%到-5%", "同比下滑5%至8%", True),
        ("营收同比-5%，净利润同比-8%", "营收和净利润分别下降5%和8%", True),
        ("营收和净利润分别下降5%和8%", "营收和净利润分别下降5%，增长8%", False),
        ("北向资金净买入-3亿元", "北向资金净卖出3亿元", True),
        ("北向资金净买入-3亿元", "北向资金净买入3亿元", False),
        ("主力资金净额-3亿元", "主力资金净流出3亿元", True),
        ("主力资金净流入-3亿元", "主力资金净流入3亿元", False),
        ("现金流净额-3亿元", "现金流净流出3亿元", True),
        ("汇率涨幅-5%", "汇率贬值5%", True),
        ("每股收益-0.05元", "每股收益0.05元", False),
        ("气温零下5度", "气温-5℃", True),
        ("气温-5℃", "气温5℃", False),
        ("歼-20战机参展", "歼20战机参展", True),
        ("背负3亿元债务", "有3亿元债务", True),
        ("金额1亿2000万元", "金额1.2亿元", True),
        ("金额1亿2000万元", "金额2000万元", False),
        ("金额1亿2000万元", "金额1亿元", False),
        ("金额3万5000元", "金额5000元", False),
        ("投入2000万3家公司参与", "3家公司参与", True),
        ("金额3亿元人民币", "金额3亿元港币", False),
        ("金额港币3亿元", "金额3亿港元", True),
        ("金额3亿泰铢", "金额3亿元", False),
        ("金额3.5新加坡元", "金额3.5元", False),
        ("产量3亿蒲式耳", "产量3亿吨", False),
        ("占地300平方千米", "占地300平方米", False),
        ("均价3000元/吨", "均价3000元/台", False),
        ("均价3000元/吨", "均价每吨3000元", True),
        ("装机300MW", "装机300兆瓦", True),
        ("开出第3家门店", "开出3家门店", False),
        ("第三大股东", "三大股东", False),
        ("连续第三年增长", "连续三年增长", True),
        ("第1至第3名", "第3名", True),
        ("第三季度增长5%", "Q3增长5%", True),
        ("第三季度增长5%", "Q2增长5%", False),
        ("2024Q3营收增长5%", "2024年三季度营收增长5%", True),
        ("2024 Q3营收增长5%，好于2023Q2", "2024Q3营收增长5%，好于2023年第二季度", True),
        ("2024Q3营收增长5%", "2024年二季度营收增长5%", False),
        ("公司奥迪Q3销量下降5%", "公司三季度销量下降5%", False),
        ("公司奥迪Q3销量下降5%", "奥迪Q3销量下降了5%", True),
        ("百余家企业", "100余家企业", True),
        ("数百余家企业", "100余家企业", False),
        ("会议下午三点二十分开始", "会议下午3点20分开始", True),
        ("会议下午三点二十分开始", "会议下午3点30分开始", False),
        ("合同3.2億元", "合同3.2亿元", True),
        ("合同3.2億元", "合同3.2万元", False),
    ],
)
def test_figures_are_read_in_their_forms(printed, said, stands):
    body = f"远帆物流公布业绩，{printed}，市场反应平稳。"
    assert (whys(f"远帆物流公布业绩，{said}。", body) == []) is stands


def test_a_figure_of_a_sentence_of_the_same_form_is_a_fault():
    body = "远帆物流的董事长是陆行舟，男，52岁，本科学历。\n云麓科技的董事长是江予白，男，47岁，本科学历。"
    assert whys("远帆物流的董事长是陆行舟，52岁，本科学历。", body) == []
    assert len(whys("远帆物流的董事长是陆行舟，47岁，本科学历。", body)) == 1


def test_phrases_take_the_articles_own_spelling_and_place():
    made = grounded(keywords=("ＡＩ 质检系统", "机器视觉", "oceaneye2.0", "机器视觉", "港口的眼晴"))
    assert made.said.keywords == ("AI质检系统", "机器视觉", "OceanEye 2.0")
    assert [(fault.column, fault.value) for fault in made.faults] == [("keywords", "港口的眼晴")]
    places = {one.value: BODY[one.start : one.end] for one in made.evidence}
    assert places == {"机器视觉": "机器视觉", "OceanEye 2.0": "OceanEye 2.0"}


@pytest.mark.parametrize("phrase", ["上线11月18日", "首批三家码头参与董事长", "合同金额3.2亿元占公司", "参与。\n董事长"])
def test_a_phrase_is_a_piece_of_one_clause(phrase):
    assert not grounded(keywords=(phrase,)).said.keywords


@pytest.mark.parametrize("phrase", ["AI质", "Ocean", "50亿元", "540万元", "72%", "9903", "", "！"])
def test_a_phrase_is_no_part_of_a_word_or_a_figure(phrase):
    stands = phrase == "AI质"
    assert bool(grounded(keywords=(phrase,)).said.keywords) is stands


def test_there_are_at_most_eight_keywords_and_that_is_no_fault():
    phrases = ("云麓科技", "汀州港务集团", "质检系统", "无人集卡", "大模型", "远帆物流", "恒岳资本", "机器视觉", "码头")
    made = grounded(keywords=phrases)
    assert made.said.keywords == phrases[:8]
    assert {one.value for one in made.evidence} == set(phrases[:8])
    assert not made.faults


def test_an_industry_code_has_the_evidence_of_a_word_for_it():
    made = grounded(body="全球白酒销量回升，贵州茅台提价。", industry_codes=("食品饮料", "银行"))
    assert made.said.industry_codes == ("食品饮料", "银行")
    assert [(one.value, one.start, one.end) for one in made.evidence] == [("食品饮料", 2, 4)]


def test_industries_are_worded_as_the_article_words_them():
    made = grounded(industries=("港口行业", "物流", "白酒行业"), industry_codes=("交通运输", "物流业", "交通运输"))
    assert made.said.industries == ("港口", "物流")
    assert made.said.industry_codes == ("交通运输",)
    assert [fault.value for fault in made.faults] == ["白酒行业", "物流业"]
    made = grounded(body="房地产和银行回暖，光伏产能过剩。", industries=("房地产业", "银行业", "光伏产业", "农业"))
    assert made.said.industries == ("房地产", "银行", "光伏")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("009903.SZ", "009903.SZ"),
        ("009903", "009903.SZ"),
        ("sz009903", "009903.SZ"),
        ("009903.SH", None),
        ("009908.SZ", "009908.SZ"),
        ("600519.SH", None),
        ("688123.SH", None),
        ("云麓科技", None),
    ],
)
def test_a_security_is_known_by_its_code_or_a_name_in_the_text(said, kept):
    made = grounded(securities=(said,))
    assert made.said.securities == ((kept,) if kept else ())
    assert len(made.faults) == (kept is None)
    if kept:
        (place,) = made.evidence
        assert BODY[place.start : place.end] in ("云麓科技", "远帆物流")


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("成交600001股，成交额300000元（400800元），电话688123。", False),
        ("公司（688123）公告。", True),
        ("证券代码：688123，公告。", True),
        ("公司代码为 688123，公告。", True),
        ("公司SH688123公告。", True),
        ("公司688123.SH公告。", True),
        ("两家公司（证券代码：000001、688123）公告。", True),
        ("两家公司（000001.SZ/688123.SH）公告。", True),
        ("两家公司（000001、688123）公告。", True),
        ("股票代码“688123”公告。", True),
        ("公司（A股：688123）公告。", True),
        ("公司（上交所：688123）公告。", True),
        ("公司（沪市688123）公告。", True),
        ("公司SSE: 688123公告。", True),
        ("公司【688123】公告。", True),
        ("公司[688123]公告。", True),
        ("预算（500000、688123元）公告。", False),
        ("沪市688123股成交。", False),
    ],
)
def test_six_digits_are_a_code_only_where_the_text_says_so(body, kept):
    made = grounded(body=body, securities=("688123.SH", "600001", "300000", "400800"))
    assert made.said.securities == (("688123.SH",) if kept else ())
    assert len(made.faults) == 4 - kept


def test_digits_of_other_scripts_are_read_too():
    assert whys("公司11月18日签约。", "公司𝟏𝟏月𝟏𝟖日公告签约。") == []
    assert len(whys("公司11月19日签约。", "公司١١月١٨日公告签约。")) == 1
    assert grounded(securities=("００９９０３.SZ",)).said.securities == ("009903.SZ",)


def test_a_quarter_of_a_year_is_found_and_quoted_as_it_is_written():
    made = grounded(body="远帆物流2024Q3盈利，2023 Q2亏损。奥迪Q3热销。", keywords=("2024年Q3", "2023年", "Q2亏损", "q3"))
    assert made.said.keywords == ("2024Q3", "2023", "Q2亏损", "Q3")


def test_a_model_may_not_put_a_year_before_a_day_that_has_none():
    assert len(whys("2023年11月18日公司签约。", "公司11月18日公告签约。")) == 1


def test_line_feeds_are_no_part_of_statements():
    made = grounded(
        major_events=("汀州港务集团签署合同。\n\t合同金额3.2亿元",), summary="云麓科技与汀州港务集团签约\n金额3.2亿元"
    )
    assert made.said.major_events == ("汀州港务集团签署合同。 合同金额3.2亿元",)
    assert made.said.summary == "云麓科技与汀州港务集团签约 金额3.2亿元"


def test_a_summary_is_checked_sentence_by_sentence():
    made = grounded(summary=LEAD + RESULTS.replace("18.3%", "13.8%") + CHANGE)
    assert made.said.summary == LEAD + CHANGE
    (fault,) = made.faults
    assert (fault.column, fault.value) == ("summary", RESULTS.replace("18.3%", "13.8%"))
    assert "13.8%" in fault.why
    assert "\n" not in fault.why


def test_a_summary_is_cut_to_its_bound_and_that_is_no_fault():
    made = grounded(summary="".join(HONEST))
    assert 0 < len(made.said.summary) <= 200
    assert made.said.summary == "".join(HONEST)[: len(made.said.summary)]
    assert made.said.summary.endswith("。")
    assert len(grounded(summary="云麓科技" * 100).said.summary) == 200
    assert not made.faults


def test_evidence_of_a_statement_is_the_sentence_that_supports_it():
    made = grounded(major_events=(LEAD, HOLDING, "公司将继续投入大模型研发"))
    spans = [BODY[one.start : one.end] for one in made.evidence]
    assert spans[0].startswith("11月18日，云麓科技（009903.SZ）")
    assert spans[1].startswith("同日，远帆物流披露")
    assert spans[2] == "公司将继续投入大模型研发"
    assert [one.value for one in made.evidence] == list(made.said.major_events)


def test_blanks_around_a_statement_are_none_of_it_and_an_empty_one_is_a_fault():
    made = grounded(major_events=(f" {CHANGE}\n", " "))
    assert made.said.major_events == (CHANGE,)
    assert [fault.value for fault in made.faults] == [" "]


def test_what_stands_in_the_title_only_has_no_evidence():
    made = grounded(keywords=("汀州港订单",), major_events=("云麓科技签下汀州港订单",))
    assert made.said.keywords == ("汀州港订单",)
    assert made.said.major_events
    assert not made.evidence


def test_places_are_code_points_of_the_body():
    body = "😀😀　云麓科技　ＡＩ　平台上线。"
    made = grounded(body=body, keywords=("AI平台",))
    (place,) = made.evidence
    assert made.said.keywords == ("ＡＩ　平台",)
    assert body[place.start : place.end] == "ＡＩ　平台"


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("短", "短"),
        ("Title", "An English body."),
        ("数字", "1" * 9_000),
        ("数字", "1" * 1_100_000 + "万元"),
        ("一" * 300, "百" * 9_000),
        ("标题", "零分之一"),
        ("残", "半个\ud800字"),
    ],
)
def test_odd_texts_are_read_too(title, body):
    made = grounded(title, body, summary=body[:300], keywords=(title,), major_events=("零分之一，" + body[:100],))
    assert len(made.said.summary) <= 200


def test_an_answer_may_exceed_bounds_have_more_fields_and_null_for_an_empty_list_but_lacks_none():
    assert Said.model_validate(empty().model_dump() | {"summary": "长" * 900, "keywords": ["词"] * 30}).summary
    assert Said.model_validate(empty().model_dump() | {"summary": "短", "mood": "good", "securities": None}).securities == ()
    with pytest.raises(ValidationError):
        Said.model_validate({"summary": "缺"})
    with pytest.raises(ValidationError):
        Said.model_validate(empty().model_dump() | {"summary": None})
