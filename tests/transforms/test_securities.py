import pytest

from tests.transforms.lists import keywords_of, shipped, words_of
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
    assert codes("步森股份公告", "步森股份公告，拟收购一家公司。") == ["002569.SZ"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("京东方", "000725.SZ"),
        ("万科", "000002.SZ"),
        ("隆基绿能", "601012.SH"),
        ("招行", "600036.SH"),
        ("中芯国际", "688981.SH"),
        ("康美药业", "600518.SH"),
        ("盛新锂能", "002240.SZ"),
        ("百济神州", "688235.SH"),
    ],
)
def test_a_company_is_known_by_its_short_and_later_names(name, code):
    assert codes(f"{name}发布年报", f"{name}公告称，全年净利润增长。") == [code]


def test_who_lends_takes_in_pledge_or_writes_the_report_is_not_what_an_article_is_about():
    body = "青禾控股公告，向北京银行质押540万股。本次质押由中信建投办理。资金用于扩产。"
    assert codes("青禾控股股东质押股份", body) == []
    assert codes("青禾控股股东质押股份", "青禾控股将540万股质押给贵州茅台。") == []
    body = "白酒批价企稳。中信证券研报认为行业见底。后市料回暖。中信证券维持评级。中信证券看好龙头。"
    assert codes("中信证券：白酒行业见底", body) == []
    assert codes("北京银行发布年报", "北京银行公告，全年净利润增长。") == ["601169.SH"]


@pytest.mark.parametrize(
    "other",
    [
        "中国银行业协会",
        "中国移动支付市场",
        "中国石油大学",
        "中国建筑业",
        "江苏银行业",
        "云南旅游业",
        "青岛啤酒节",
        "重庆水务局",
        "中国稀土出口",
        "中国人寿命",
        "中国建筑物",
        "军演中无人机",
    ],
)
def test_what_only_begins_like_a_company_is_none(other):
    assert codes(f"{other}发布报告", f"{other}发布年度报告，规模增长一成。") == []
    assert codes("中国银行业务增长", "中国银行业务增长，中国银行公告称，全年净利润增长。") == ["601988.SH"]


def test_a_customer_is_not_whom_an_order_is_news_of():
    assert codes("宁德时代中标中国石油储能项目", "宁德时代公告，公司中标中国石油储能项目。") == ["300750.SZ"]


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
    assert codes("峨眉山迎来今冬首场雪", "峨眉山景区今晨降雪，游客登上峨眉山金顶。") == []


def test_a_house_needs_more_than_two_mentions_to_be_what_an_article_is_about():
    body = "青禾控股公告，股票即将发行。网上申购为12日。保荐机构为中信证券。中信证券将包销余股。发行价8元。"
    assert codes("青禾控股公告发行安排", body) == []
    assert codes("青禾控股公告发行安排", body.replace("中信证券", "宁德时代")) == ["300750.SZ"]


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("招商银行：拟向宁德时代(300750.SZ)提供百亿授信", ["600036.SH", "300750.SZ"]),
        ("国泰君安：换股吸收合并海通证券(600837.SH)获批", ["601211.SH", "600837.SH"]),
        ("中信证券：子公司拟参股青禾基金(159915)", ["600030.SH"]),
        ("宁波银行：获准发行金融债(20260101批)", ["002142.SZ"]),
        ("招商银行：三季度业绩超预期(600036)", ["600036.SH"]),
        ("招商银行：三季度业绩超预期(20260101)", ["600036.SH"]),
    ],
)
def test_who_tells_its_own_news_in_a_headline_is_no_reporter(title, wanted):
    assert codes(title, "公告全文如下。") == wanted


def test_a_headline_that_begins_with_whose_report_it_is_is_about_the_other_company():
    body = "华泰证券给予青禾酒业(06899.HK)买入评级。华泰证券目标价上调一成。三季度收入料增长一成。"
    assert codes("华泰证券：青禾酒业(06899.HK)业绩超预期", body) == []
    assert codes("华泰证券：三季度净利润增长一成", "华泰证券公告，三季度净利润增长一成。") == ["601688.SH"]


def test_whose_letter_is_received_is_not_whom_it_is_news_of():
    assert codes("宁德时代收到中国移动中标通知书", "宁德时代公告，公司收到中国移动中标通知书。") == ["300750.SZ"]
    assert codes("港交所收到宁德时代上市申请", "港交所收到宁德时代上市申请。") == ["300750.SZ"]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("贵州茅台可以持有吗？", ["600519.SH"]),
        ("贵州茅台现在还能介入吗，最近走势强。", ["600519.SH"]),
        ("贵州茅台的压力位和支撑位在哪里？", ["600519.SH"]),
        ("贵州茅台后市怎么看？", ["600519.SH"]),
        ("现在贵州茅台还能介入吗？", ["600519.SH"]),
        ("贵州茅台走势平稳。", []),
        ("贵州茅台走势如何影响大盘，要看量能。", []),
        ("国债在招商银行可以买吗？", []),
        ("工商银行可以买吗？", []),
        ("新手机在苏宁易购能买吗？", []),
        ("贵州茅台可以买到的酒不多。", []),
        ("贵州茅台继续持有该股权。", []),
    ],
)
def test_the_share_that_a_reader_asks_about_is_what_an_article_is_about(question, wanted):
    assert codes("专家在线", f"专家做客。以下是问答。读者问：老师好！{question}专家答：看量能。") == wanted


REPORT = "猪价止跌。供应仍多。养殖户观望。"


@pytest.mark.parametrize(
    "clause",
    [
        "牧原股份销售生猪308万头",
        "牧原股份在9月经营简报中披露，当月销量同比跌了65%",
        "唯一盈利的是牧原股份，预计盈利65亿元",
        "上市猪企牧原股份跌停",
        "养殖龙头企业牧原股份上涨两成",
        "价格回升，而牧原股份预计全年亏损3亿元",
    ],
)
def test_whom_a_text_tells_a_figure_of_is_whom_it_is_about(clause):
    assert codes("猪价止跌了吗", f"{REPORT}{clause}。") == ["002714.SZ"]


@pytest.mark.parametrize(
    "clause",
    [
        "牧原股份等企业回应称正在调查",
        "一家供应商向牧原股份供货3万吨",
        "2021年，牧原股份总部所在地降雨",
        "牧原股份9月10日回应",
        "牧原股份分析师预计猪价上涨10%",
        "前五大客户为：牧原股份、温氏股份、正邦科技，合计占比60%",
        "参展的有海尔智家、格力电器等100多家企业",
        "供应商中兴通讯提供了30台设备",
        "投资方之一宁德时代此前持股5%",
        "参股公司宁德时代持有12%",
        "其中，五粮液20箱",
        "万科小区的保安今年50岁",
        "比亚迪4S店在招人",
        "牧原股份涨5%，农业银行跌1%。比亚迪跌2%，宁德时代收涨3%，三一重工报20元",
    ],
)
def test_whom_a_text_only_mentions_is_not(clause):
    assert codes("猪价止跌了吗", f"{REPORT}{clause}。") == []


def test_every_item_of_a_list_of_news_is_about_its_company():
    results = "【业绩】\n洋河股份：预计净利润下降。"
    others = "【其他】\n三一重工：拟回购股份。\n【中国国航：航线恢复】公司公告。\n【海航控股】公告。"
    body = f"以下为摘要。\n{results}\n{others}"
    assert codes("晚间公告精选", body) == ["002304.SZ", "600031.SH", "601111.SH", "600221.SH"]
    assert (
        codes("十大券商看后市", f"{REPORT}\n国金证券：下调海州新材盈利预测。\n中信证券：市场短期震荡。\n【华泰证券】看好消费。")
        == []
    )
    assert codes("晚间公告精选", f"{REPORT}\n中信证券：拟发行公司债。") == ["600030.SH"]


def test_banks_count_where_a_text_tells_figures_of_several():
    several = "工商银行披露，模型落地400个场景。建设银行全行有274个场景。交通银行替代坐席1100人。"
    assert codes("半年报里的账本", f"{REPORT}{several}") == ["601398.SH", "601939.SH", "601328.SH"]
    assert codes("猪价止跌了吗", f"{REPORT}工商银行披露，贷款增加3亿元。") == []


ROW = "贵州茅台、宁德时代、三一重工、海螺水泥和伊利股份"


def test_one_of_many_in_a_list_is_not_whom_an_article_is_about():
    body = f"青禾混合基金今年下跌。青禾混合的重仓股为{ROW}。云湖混合的重仓股为{ROW}。云湖混合的经理离任。"
    assert codes("青禾混合基金下跌", body) == []
    assert len(codes(f"{ROW}怎么看", body)) == 5


def test_where_each_of_a_list_has_its_figure_the_article_is_about_all():
    body = "北向资金周五净流入。市场回暖。贵州茅台、宁德时代和三一重工分别获净买入5.2亿元、4.1亿元和3亿元。"
    assert codes("北向资金净流入", body) == ["600519.SH", "300750.SZ", "600031.SH"]


def test_a_share_that_somebody_holds_is_not_what_an_article_is_about():
    body = "青禾人寿公告减持。减持已完成。截至目前，青禾人寿持有贵州茅台股份有限公司（贵州茅台，600519.SH）5%的股份。"
    assert codes("青禾人寿减持", body) == []
    assert codes("青禾人寿减持", body.replace("青禾人寿持有", "")) == ["600519.SH"]
    assert codes("马某减持", "马某持有恒生电子股份降至5%以下，套现12亿元。") == ["600570.SH"]
    assert codes("举牌", "某险资持有恒生电子股份达到5%，触发举牌。") == ["600570.SH"]


def test_whom_somebody_has_left_is_not_what_an_article_is_about():
    assert codes("青禾网上市 万科前董秘现身", "青禾网上市。万科前董秘三年前加入青禾网。") == []
    assert codes("万科高管增持", "万科公告，高管增持。") == ["000002.SZ"]
    assert codes("格力电器前董事长去世", "格力电器前董事长去世，享年90岁。") == ["000651.SZ"]
    assert codes("乐视网前高管获刑", "乐视网前高管贾某获刑三年。") == ["300104.SZ"]


@pytest.mark.parametrize(
    "title",
    [
        "深圳比亚迪停产",
        "广东格力电器停产",
        "武汉格力电器停产",
        "湖南三一重工停产",
        "福建宁德时代停产",
        "德国宁德时代停产",
        "美国青岛啤酒停产",
    ],
)
def test_a_company_at_home_or_abroad_is_the_same_one(title):
    assert len(codes(title, f"{title}。公司说，将尽快恢复生产。")) == 1


def test_who_acts_together_in_the_lead_is_whom_an_article_is_about():
    body = "比亚迪、长城汽车、上汽集团、长安汽车四家公司联合发布声明。声明说，反对降价。"
    assert len(codes("四家公司发布声明", body)) == 4


def test_customers_have_no_figures_of_their_own():
    body = "青禾科技申请上市。审核进行。公司客户包括比亚迪、长城汽车等，营收和净利润分别为3.2亿元和1.1亿元。"
    assert codes("青禾科技申请上市", body) == []
    body = "项目开工。资金到位。供应商有贵州茅台、五粮液和泸州老窖，项目投资3亿元和5亿元。"
    assert codes("海州项目开工", body) == []


def test_a_hotel_of_a_companys_name_is_not_the_company():
    assert codes("论坛举行", "论坛在中国国贸大酒店举行。论坛为期两天。") == []


def test_a_firm_of_another_place_is_another_one():
    body = "武汉中恒集团被法院列入名单。名单每月公布。武汉中恒集团说，将履行义务。武汉中恒集团另有三起诉讼。"
    assert codes("法院公布名单", body) == []
    assert codes("法院公布名单", body.replace("武汉", "梧州")) == ["600252.SH"]


def test_many_shares_that_fell_are_news_of_the_market():
    fell = "、".join(f"{name}年内下跌了9.8%" for name in ("贵州茅台", "宁德时代", "三一重工", "海螺水泥"))
    assert codes("基金下跌", f"青禾混合基金下跌。经理离任。今年，{fell}。") == []


def test_a_place_that_begins_like_a_company_is_none():
    assert codes("东湖高新区发布方案", "东湖高新区投资3亿元。") == []
    assert codes("东湖高新发布方案", "东湖高新投资3亿元。") == ["600133.SH"]
    assert codes("农业银行县域贷款增长", "农业银行县域贷款增长一成。") == ["601288.SH"]
    assert codes("茅台机场停航", "茅台机场停航，旅客改签。") == []


def test_a_figure_for_all_of_a_list_is_one_for_each():
    names = "贵州茅台(1800.10,-0.71,-1.13%)、宁德时代(400.20,0.10,0.30%)、三一重工(18.30,0.10,0.30%)、海螺水泥"
    body = f"多家公司公布计划。计划即日生效。{names}等股拟减持金额也均在8000万元以上。"
    assert len(codes("多家公司抛出减持计划", body)) == 4
    assert codes("股市收评", body.replace("拟减持金额也均在8000万元以上", "均上涨5%")) == []
    assert codes("多家公司抛出减持计划", body.replace("也均在8000万元以上", "不详")) == []


def test_who_orders_is_not_whom_the_headline_is_about():
    body = "澜川软件公告，公司为“中国石油会议系统项目”的中标单位。项目为期一年。"
    assert codes("澜川软件中标中国石油会议系统项目", body) == []
    body = "中国联通公布结果，澜川软件中标。中国联通说，项目为期一年。"
    assert codes("澜川软件中标中国联通项目", body) == ["600050.SH"]


def test_whose_people_were_there_is_not_whom_an_article_is_about():
    body = "海州县举行表彰大会。县长郑岚，TCL集团海州分公司总监温宁参加了会议。TCL集团公司代表分别发言。"
    assert codes("海州县表彰教师", body) == []


@pytest.mark.parametrize(
    "body", ["昨日，格力电器董事长郑岚出席股东大会。她说，正在培养接班人。", "会议昨日举行，格力电器总裁郑岚参加。会议为期一天。"]
)
def test_a_company_whose_head_attends_may_be_whom_the_article_is_about(body):
    assert codes("谁来接班", body) == ["000651.SZ"]


@pytest.mark.parametrize(
    "what",
    [
        "等客户销售占比均超过10%",
        "等股成交额均超10亿元",
        "等占净值比均超过5%",
        "获净买入均超2亿元",
        "获外资增持金额均超2亿元",
        "被基金减持均超1000万股",
    ],
)
def test_a_figure_for_all_that_is_no_act_of_theirs_makes_none_of_them_matter(what):
    body = f"数据公布。数据每日更新。其中有宁德时代、比亚迪、三一重工、海螺水泥{what}。"
    assert codes("数据公布", body) == []


@pytest.mark.parametrize(
    "body", ["昨日，永辉超市百家门店参与海州购物节，发放消费券。", "三一重工海州分公司参与救援，派出挖掘机。"]
)
def test_what_a_company_itself_does_somewhere_is_about_it(body):
    assert len(codes("海州昨日消息", body)) == 1


def test_whose_shares_a_fund_holds_have_no_figure_of_their_own():
    body = "基金公布季报。季报已经审计。其重仓的宁德时代、比亚迪、三一重工、海螺水泥亏损均超5%。"
    assert codes("基金公布季报", body) == []


def test_a_price_or_an_act_of_its_own_tells_that_a_word_of_everyday_language_is_a_company():
    body = "两家股东减持。祁连山(3.250,0.02,0.62%)股东减持1%的股份。黑芝麻：拟收购一家工厂。"
    assert codes("两家公司股东减持", body) == ["600720.SH", "000716.SZ"]
    assert codes("祁连山连续涨停", "原标题：祁连山(3.250,0.02,0.62%)连续涨停\n公司未回应。") == ["600720.SH"]


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("祁连山终止收购一家工厂 股票周一复牌", "600720.SH"),
        ("祁连山：海州集团减持1116万股", "600720.SH"),
        ("海南发展：股东减持1116万股", "002163.SZ"),  # a later name that is a word
        ("祁连山：预计前三季度净利润增长一成", "600720.SH"),
        ("祁连山遭股东云湖资本减持2%股份", "600720.SH"),
        ("英威腾实控人及部分董事拟减持股份", "002334.SZ"),  # whose name is cut wrongly: 英威腾实|控人
        ("太平洋证券一季度亏损1亿元", "601099.SH"),
        ("中国人寿：预计前三季度净利润增长一成", "601628.SH"),
    ],
)
def test_a_headline_that_says_what_only_a_company_does_is_about_it(title, code):
    assert codes(title, "详情见公告。市场反应平淡。") == [code]


@pytest.mark.parametrize(
    "title",
    [
        "祁连山迎来今冬首场雪",
        "海南发展提速",
        "海南发展拟发行地方债",
        "太平洋：美军向盟友出售军舰",
        "老百姓公告栏成了新风景",
        "甘肃能源消费下降",
        "祁连山：上半年接待游客百万",
        "在祁连山停牌的游客中心今日开放",
        "沿英威腾飞的方向看",
    ],
)
def test_a_headline_of_a_place_is_not(title):
    assert codes(title, "详情见公告。市场反应平淡。") == []


def test_a_company_known_by_an_everyday_word_alone_is_found_by_its_code():
    assert codes("老百姓：拟收购一家药店", "老百姓（603883）公告，拟收购一家药店。") == ["603883.SH"]
    assert keywords_of("老百姓：拟收购一家药店", "老百姓（603883）公告，拟收购一家药店。药店开业两年。药店有八家。")


def test_a_house_that_forecasts_the_profit_of_another_is_not_what_a_headline_is_about():
    assert codes("中信证券：预计贵州茅台净利润增长一成", "详情见研报。市场反应平淡。") == ["600519.SH"]


@pytest.mark.parametrize(
    "body",
    [
        "祁连山的雪线今年退了1%。黑芝麻：一种很香的食物。",
        "张家界：前三季度接待游客增长一成。连云港：完成重大项目投资100亿元。太阳能：上半年新增装机2亿千瓦。",
        "国新文化(10.250,-0.05,-0.49%)：控股股东减持1%的股份。信义太阳能(3.250,-0.05,-1.52%)上涨1%。",
        "会议在北京金融街(6.520,0.05,0.77%)海州大厦举行，有100人参加。中国长城(13.520,0.05,0.37%)资产入股1亿元。",
    ],
)
def test_such_a_word_alone_or_within_a_longer_name_is_none(body):
    assert codes("两家公司股东减持", f"两家股东减持。{body}") == []


def test_who_announces_something_or_has_a_figure_behind_its_price_is_reported_of():
    lead = "早间资讯汇总。市场平稳。批价企稳。"
    assert codes("早间资讯", f"{lead}25日晚间，宁德时代发布公告称，决定中止收购一家公司。") == ["300750.SZ"]
    assert codes("早间资讯", f"{lead}宁德时代(180.250,0.02,0.62%)股东减持1%的股份。") == ["300750.SZ"]
    assert codes("早间资讯", f"{lead}据说宁德时代的公告栏换了颜色。") == []
    assert codes("早间资讯", f"{lead}推荐关注如下。\n宁德时代\n今日沪指下跌1%，成交1.2万亿元。") == []


def test_items_of_one_paragraph_each_have_their_heading():
    body = "快讯。市场平稳。贵州茅台：收到监管部门的决定书。宁德时代：收到中标通知。"
    assert codes("午间公告", body) == ["600519.SH", "300750.SZ"]
    assert codes("券商晨会", "要点如下。市场震荡。中信证券：三季度将是配置良机。中金公司：前三季度出口强劲。") == []


def test_a_banks_chief_of_something_is_no_analyst():
    title = "招商银行披露进展"
    assert codes(title, "招商银行首席信息官表示，成果好于预期。") == ["600036.SH"]
    assert codes("海州新材收入增长", "海州新材收入增长。招商银行首席分析师表示，好于预期。") == []


def test_every_name_of_a_listed_company_tells_of_it():
    lists = shipped()
    lost = [
        name for name, one in lists.companies.items() if one.code not in codes(f"{name}公告业绩", f"{name}公告，净利润增长。")
    ]
    assert lost == []


@pytest.mark.parametrize(
    "name",
    [
        "上海中芯国际学校",
        "马来西亚亚太科技大学",
        "中石油希望小学",
        "量子生物学",
        "上海临港管委会",
        "新华联控股",
        "深圳华强北",
        "中国航天科技集团",
    ],
)
def test_what_only_begins_or_ends_like_a_company_is_none(name):
    assert codes(f"{name}有新进展", f"{name}公布了新进展，{name}将继续推进。") == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("中公教育学费", "002607.SZ"),
        ("中公教育学校", "002607.SZ"),
        ("科大讯飞学情分析", "002230.SZ"),
        ("红星美凯龙家居", "601828.SH"),
    ],
)
def test_what_a_company_does_is_no_other_institution(name, code):
    assert codes(f"{name}有新进展", f"{name}公布了新进展，{name}将继续推进。") == [code]


def test_a_long_run_of_digits_behind_a_house_costs_no_time():
    assert codes("浦发银行：预计" + "1" * 5000 + "股", "详情见公告。市场反应平淡。") == []


def test_one_of_many_names_in_the_lead_is_not_what_an_article_is_about():
    names = "拜尔、万样、壳牌、样油、ABB、伊样、云湖、青禾、海岬、"
    assert codes("样钢任命总裁", f"{names}宁德时代、舍弗勒等一周要闻回顾。样钢任命总裁。") == []
    assert codes("样钢任命总裁", "宁德时代、舍弗勒与样钢签约。样钢任命总裁。") == ["300750.SZ"]


def test_each_of_a_digest_of_announcements_is_what_it_is_about():
    body = "多家公司发布公告，宁德时代预计上半年净利为10亿元。蓝海华腾与样车签署合作协议。其供货商还有比亚迪。"
    assert set(codes("午间公告：样车参股公司上市", body)) == {"300750.SZ", "300484.SZ"}
    assert codes("样车参股公司上市", f"样车参股公司上市。样车说，将扩产。{body}") == ["300750.SZ"]
