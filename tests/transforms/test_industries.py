import pytest

from tests.transforms.lists import shipped, words_of
from transforms.industries import industries
from transforms.prose import prose
from transforms.securities import about, mentions
from transforms.subject import subject_of


def found(title: str, body: str) -> tuple[list[str], list[str]]:
    words = words_of(title, body)
    companies = about(mentions(words, f"{title}\n{body}", shipped()), words, prose(body))
    names, codes = industries(words, shipped(), subject_of(words), companies)
    return list(names), list(codes)


def test_an_industry_is_worded_as_the_text_words_it():
    assert found("白酒行业去库存", "白酒行业进入淡季，白酒经销商去库存。") == (["白酒行业"], ["食品饮料"])


def test_what_a_company_does_is_its_industry():
    body = "砺芯微电子公告半年报。公司属于物联网平台建设及运维服务行业的解决方案。"
    assert found("砺芯微电子半年报", body)[0] == ["物联网平台建设及运维服务行业"]


def test_a_passing_mention_is_none():
    assert found("海岬乐队宣布解散", "海岬乐队在社交平台宣布解散，乐迷乘坐高铁赶来，媒体争相报道。") == ([], [])


def test_a_few_words_that_tell_of_an_industry_are_not_enough():
    body = "男子驾驶轿车撞倒两名行人，伤者被送往医院。医生介绍，两名患者经手术后仍在住院观察。车主称车辆已借给朋友。"
    assert found("男子驾车撞人逃逸", body) == ([], [])


def test_what_is_eaten_and_taken_is_no_industry_where_nobody_trades_in_it():
    tip = "菠菜含有维生素C，西兰花的维生素C更多，维生素能抗氧化。应多吃蔬菜，维生素缺乏会乏力。冬季尤其要注意补充。"
    assert found("冬季该吃什么", tip) == ([], [])
    news = "维生素C价格上涨，维生素E报价每公斤80元。维生素厂家停产检修，维生素出口量下降，维生素市场供应趋紧。"
    assert found("维生素价格上涨", news) == (["维生素"], ["基础化工"])


def test_where_a_doctor_works_is_no_industry():
    doctors = "、".join(
        f"{place}大学附属第二医院{name}教授" for place in ("海州", "样州", "云湖", "青禾", "恒岳") for name in ("李岚", "何一帆")
    )
    assert found("血管论坛举行", f"论坛由器械公司赞助，{doctors}认为，市场将扩大。") == ([], [])


def test_the_trade_of_a_company_is_worded_as_the_text_words_a_part_of_it():
    assert found("小鹏汽车裁员", "小鹏汽车将裁员百人，这家造电动汽车的公司资金紧张。")[0] == ["电动汽车"]


def test_a_kind_of_an_industry_that_is_named_often_enough_is_what_the_article_is_about():
    phones = "样米公布手机销量，手机市场回暖，手机价格上涨。智能手机出货量增长，公司看好智能手机。"
    assert found("样米公布销量", phones)[0] == ["智能手机"]
    seldom = phones.replace("智能手机出货量", "手机出货量") + "手机更轻，手机更薄，手机续航更久，手机降价。"
    assert found("样米公布销量", seldom)[0] == ["手机"]


def test_a_verb_before_an_industry_is_no_part_of_its_name():
    assert found("双十一考验物流行业", "双十一考验物流行业，物流行业忙碌。")[0] == ["物流行业"]


def test_a_word_that_only_looks_like_an_industry_is_none():
    body = "证券代码与证券时报都不是行业；公司完成种子轮融资，人民银行发布数据，黄金周客流增长。"
    assert found("青禾完成种子轮融资", body) == ([], [])


def test_an_industry_inside_a_companys_name_counts_only_where_it_is_the_companys():
    assert found("金湾银行行长辞任", "金湾银行公告，行长辞任。") == (["银行"], ["银行"])
    assert found("青禾教育科技完成融资", "青禾教育科技公告，青禾教育科技完成融资。")[1] == []


def test_what_the_subjects_name_ends_with_is_its_trade():
    body = "恒岳地产公告，未能支付利息，构成违约。恒岳地产将与债权人协商。恒岳地产今年合同销售金额87亿元。房地产市场下行。"
    assert found("恒岳地产美元债违约", body)[1] == ["房地产"]
    body = "青禾人寿公告，减持两家公司的股份，套现百亿元。青禾人寿说，保险资金运用合规。青禾人寿今年第三次减持。"
    assert found("青禾人寿减持股份", body) == (["保险"], ["非银金融"])


def test_a_headline_about_rules_is_about_the_industry_that_they_are_for():
    body = "监管部门24日发布网贷管理办法，规定了借款上限。网贷平台须在一年内整改。"
    assert found("网贷监管办法正式出台", body)[0] == ["网贷"]


def test_whose_department_or_expert_it_is_is_no_topic():
    assert found("青禾集团软件部门换帅", "青禾集团公告，软件部门负责人离任，软件专家陆行舟接任。")[0] == []


def test_companies_lend_their_industry_to_the_codes():
    assert found("贵州茅台公告", "贵州茅台公告，聘任新的总经理。") == (["白酒"], ["食品饮料"])


def test_an_article_about_ai_names_the_industries_that_use_it():
    body = "大模型加速落地。青禾发布旅游行业大模型，朗月发布智能校对领域的大模型，大模型产业前景可期，大模型数量大增。"
    names, codes = found("AI大模型加速落地", body)
    assert {"旅游行业", "智能校对领域"} <= set(names)
    assert "计算机" in codes


def test_what_tells_of_an_industry_names_it():
    body = "周末看房的人多了，楼盘推出新房，购房者排队，房价企稳，开发商加推，楼市回暖。"
    assert found("新房开盘 购房者排队", body) == (["房地产"], ["房地产"])
    body = "多家楼盘推出新房，购房者排队，房价企稳，开发商加推。"
    assert found("新房开盘 购房者排队", body) == (["房地产"], ["房地产"])


@pytest.mark.parametrize(
    ("title", "body", "wanted"),
    [
        (
            "樱桥X3真机图：水滴屏配骁龙芯片",
            "樱桥X3用水滴屏，屏下指纹，后置摄像头有三摄，快充，双卡双待，跑分创新高。",
            ("手机", "电子"),
        ),
        ("远山R8降至1690元", "远山R8有五倍光学变焦，广角端为24mm，光圈F2.8，微距与连拍都好，套机含两只镜头。", ("相机", "电子")),
        ("《雪线》全国公映", "《雪线》昨日首映，领衔主演到场。片方说，影片票房过亿，影迷观影后好评。", ("电影", "传媒")),
        (
            "六级考试备考指南",
            "考生备考六级考试，先做真题。听力看词汇量，阅读理解与作文看语法，考点每年相近。",
            ("教育", "社会服务"),
        ),
    ],
)
def test_news_of_things_for_everyday_life_tells_its_industry(title, body, wanted):
    assert found(title, body) == ([wanted[0]], [wanted[1]])


def test_a_game_is_no_news_of_an_industry():
    body = "两支球队今晚再战，球员悉数到场。火箭上轮大胜，火箭主帅说，联赛还长。火箭球迷坐满球馆，NBA直播本场。"
    assert found("火箭客场取胜 球员庆祝", body) == ([], [])


@pytest.mark.parametrize("title", ["农夫山泉上市首日大涨", "农夫山泉(09633.HK)任命总裁", "大和：看好农夫山泉（09633）"])
def test_a_company_that_is_listed_elsewhere_or_nowhere_lends_its_industry(title):
    assert found(title, "公司回购120万股，耗资2000万港元。今年累计回购3次。") == (["饮料"], ["食品饮料"])


@pytest.mark.parametrize("maker", ["腾讯", "阿里巴巴", "谷歌", "快手", "小米", "智谱", "MiniMax", "DeepSeek", "OpenAI"])
def test_a_model_that_comes_out_is_news_of_ai_whatever_else_its_maker_is_in(maker):
    body = f"12月1日，{maker}发布新一代多模态大模型，参数规模达1万亿，价格下调50%。新模型已向开发者开放。"
    assert found(f"{maker}发布新一代大模型", body) == (["大模型"], ["计算机"])


@pytest.mark.parametrize(
    ("maker", "act", "wanted"),
    [
        ("特斯拉", "推出新款轿车 升级大模型", "汽车"),
        ("蔚来", "发布世界模型", "汽车"),
        ("微众银行", "上线大模型", "银行"),
        ("腾讯", "发布搭载大模型的门锁", "传媒"),
    ],
)
def test_a_maker_of_other_things_that_have_a_model_in_them_stays_what_it_is(maker, act, wanted):
    assert found(f"{maker}{act}", f"12月1日，{maker}介绍，新品价格不变，{maker}称明年交付。")[1] == [wanted]


def test_such_a_company_lends_none_where_the_headline_is_about_somebody_else():
    assert found("云湖集团与农夫山泉争商标", "法院昨日开庭，双方都不愿调解。") == ([], [])


def test_such_a_companys_industry_gives_way_to_what_the_text_names():
    body = "腾讯发布新手游，游戏玩家破千万。腾讯说，游戏版号已获批，游戏下月公测。"
    assert found("腾讯发布游戏", body)[0] == ["游戏"]


def test_what_earns_a_company_its_money_is_its_industry():
    body = "青禾控股公布，前九个月收入27万元，同比减少88%。收入减少由于贸易业务的收入减少。"
    assert found("青禾控股亏损减少", body) == (["贸易"], ["商贸零售"])
    assert found("青禾控股亏损减少", body.replace("的收入减少。", "的人员离任。"))[0] == []


def test_a_part_of_an_industry_gives_way_to_it():
    body = "汽车业向好，汽车销量大增，汽车销售渠道下沉，汽车出口增长，各地汽车销售门店客流增加。"
    assert found("六月市场观察", body)[0] == ["汽车业"]


def test_industries_side_by_side_are_one():
    assert found("青禾股份半年报", "青禾股份主要从事的业务为计算机系统集成；计算机系统集成收入增长。")[0] == ["计算机系统集成"]


def test_of_several_industries_that_a_text_names_together_each_stands_alone():
    body = "人工智能及自动控制领域的学者江予白加盟。"
    assert found("学者江予白加盟青禾", body)[0] == ["人工智能", "自动控制领域"]


def test_a_company_before_an_industry_is_no_part_of_it():
    body = "青禾船舶设备有限公司获评全球船舶行业示范工厂。船舶行业订单增长，船舶出口增长。"
    assert found("青禾获评示范工厂", body)[0] == ["船舶行业"]


def test_a_bank_that_lends_is_no_topic():
    assert found("青禾控股股份质押", "青禾控股将股份质押给金陵银行，此前质押给金陵银行的股份已解除质押。") == ([], [])


def test_the_industry_of_a_named_company_needs_little():
    body = "贵州茅台拟收购支付公司，切入第三方支付业务，第三方支付牌照稀缺，第三方支付前景好。公司的白酒业务不变。"
    assert found("贵州茅台切入第三方支付业务", body)[0] == ["第三方支付", "白酒"]


def test_what_a_company_earns_its_money_with_is_its_industry():
    body = "股东解除质押。2025年，青禾股份的主营业务为文具用品行业、跨境贸易，占营收比例分别为：63.0%、30.41%。"
    assert found("青禾股份股东解除质押", body) == (["文具用品行业"], ["轻工制造"])


def test_what_a_company_makes_is_its_industry_even_where_the_lists_do_not_know_it():
    assert found("青禾股份半年报", "青禾股份主要从事折光薄片的研发、生产和销售。") == (["折光薄片"], [])


def test_what_belongs_to_shareholders_is_no_business():
    assert found("青禾股份半年报", "归属于上市公司股东的净利润下降，水务补助减少。") == ([], [])


def test_a_headline_that_begins_with_an_industrys_prices_is_about_the_industry():
    body = "光伏组件价格连跌三周，龙头企业减产，硅料库存高企。"
    assert found("光伏组件价格连跌 龙头减产", body) == (["光伏组件"], ["电力设备"])


def test_who_pays_for_a_financing_round_is_no_industry_of_it():
    body = "青禾公告新进展。投资方是风险投资机构，专注风险投资十年，管理多只风险投资基金，风险投资排名靠前。"
    assert found("青禾迎来新股东", body)[0] == ["风险投资"]
    assert found("青禾完成B轮融资", body)[0] == []


def test_companies_of_many_industries_are_of_none():
    body = "网友问：贵州茅台怎么看？老师答：持有。宁德时代呢？继续持有。招商银行可以补仓。福田汽车观望。中国石油持有。"
    assert found("股民问答：贵州茅台、宁德时代、招商银行、福田汽车、中国石油", body) == ([], [])


def test_a_deal_of_three_companies_is_about_their_industries():
    made = found("宁德时代与中国石油、福田汽车共建换电站", "宁德时代与中国石油、福田汽车签约，共建换电站一千座。")
    assert made[0] == ["石油", "汽车"]


def test_what_a_text_sorts_a_company_under_is_its_industry():
    body = "澜川完成五千万元融资。公司面向商户提供收银软件。据统计，澜川所属领域企业服务本年度共有八笔融资。"
    assert found("澜川完成五千万元融资", body) == (["企业服务"], ["计算机"])
    assert found("澜川完成五千万元融资", body.replace("所属领域企业服务", "所在地区企业服务中心")) == ([], [])


def test_a_skill_is_no_industry():
    body = "青禾收购澜川，以扩大在图像处理领域的优势。澜川有三十名工程师。"
    assert found("青禾收购澜川", body)[0] == []
    assert found("青禾收购澜川", body.replace("图像处理", "智能校对"))[0] == ["智能校对领域"]


def test_schools_and_their_pupils_tell_of_education():
    body = "三所学校今年扩大招生，面向应届生。招生办说，本科生都可选修，学分互认，升学率提高，教研经费增加，班主任到岗。"
    assert found("学校扩大招生", body) == (["教育"], ["社会服务"])


@pytest.mark.parametrize("title", ["清华大学团队研制新型电池", "教育部：高校不得限制企业研发合作"])
def test_research_at_a_university_is_no_news_of_education(title):
    body = "教师与研究生组成的团队说，高校开放平台，学科交叉，课程由高校与企业合开，毕业生与教师可到企业兼职，高校受益。"
    assert "教育" not in found(title, body)[0]


@pytest.mark.parametrize(("name", "wanted"), [("移动金融行业", ["移动金融行业"]), ("金融行业", []), ("移动金融业务", [])])
def test_an_industry_that_the_text_itself_names_more_closely_needs_one_mention(name, wanted):
    filler = "平台上周五发布了新的版本，团队随后说明了各项改动的缘由。" * 46
    assert found("平台升级", f"{filler}自{name}兴起以来，平台持续升级。")[0] == wanted


def test_where_none_weighs_enough_the_one_of_a_known_level_stands_for_it():
    body = "批价企稳，渠道观望。白酒的好年景到头了。" + "老板伸出一个巴掌，又缩了回去。" * 40
    assert found("茅台跌破900", f"茅台一年里跌了不少。{body}") == (["白酒"], ["食品饮料"])
    assert found("海岬乐队宣布解散", body) == ([], [])
    assert found("海岬乐队宣布解散", "海岬乐队宣布解散。成员徐禾此前从事保险行业。")[0] == []


def test_companies_that_a_text_only_reports_of_lend_it_little():
    body = "钢价上涨。钢铁行业减产。钢铁企业盈利。焦炭跟涨。\n中国国航亏损3亿元。"
    words = words_of("钢铁行业减产", body)
    companies = about(mentions(words, body, shipped()), words, prose(body))
    mainly = about(mentions(words, body, shipped()), words, prose(body), mainly=True)
    assert ([one.company.level1 for one in companies], mainly) == (["交通运输"], [])
    assert list(industries(words, shipped(), "钢铁行业", companies, mainly)[1]) == ["钢铁"]
    assert "交通运输" in industries(words, shipped(), "钢铁行业", companies)[1]


@pytest.mark.parametrize("name", ["云湖医疗", "云湖医疗控股", "云湖医疗中国"])
def test_what_a_company_is_in_may_have_its_form_behind_it(name):
    assert found(f"{name}12月3日耗资10万港元回购8万股", f"{name}公布，以10万港元回购8万股。")[0] == ["医疗"]


@pytest.mark.parametrize("what", ["二手房", "经济适用房", "保障性住房", "楼市", "棚改"])
def test_homes_are_the_trade_of_real_estate(what):
    body = f"海州{what}昨日公布新数据。{what}成交增长，{what}均价企稳。业内说，{what}回暖。"
    assert found(f"海州{what}回暖", body) == (["房地产"], ["房地产"])


def test_a_camera_that_cleans_itself_is_no_environmental_technology():
    body = "青禾单反相机支持自动除尘，单反相机机身轻，机身自动除尘，套机优惠。"
    assert found("青禾单反相机新低", body) == (["单反相机"], ["电子"])


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("学校禁止学生戴耳机", "学校昨日规定，学生不得戴耳机。老师说，耳机影响听课。"),
        ("警方捣毁赌场", "警方捣毁一处赌场，抓获三人。赌场设在地下室。"),
    ],
)
def test_everyday_things_are_no_industry(title, body):
    assert found(title, body) == ([], [])


def test_what_the_one_company_is_in_stands_where_the_text_names_nothing():
    body = "金科股份公告，聘任李岚为总裁。任期三年。金科股份说，此事不影响经营。"
    assert found("金科股份：聘任总裁", body) == (["房地产"], ["房地产"])
    assert found("宁德时代：聘任总裁", body.replace("金科股份", "宁德时代")) == (["锂电池"], ["电力设备"])
    two = body.replace("任期三年", "另一家公司宁德时代说，宁德时代不受影响")
    assert found("金科股份、宁德时代：聘任总裁", two) == ([], ["房地产", "电力设备"])


def test_the_trade_in_a_companys_name_is_its_industry_though_the_text_does_not_name_it_otherwise():
    body = "{}公布，公司按每股1.45港元回购5万股，耗资7.25万港元。"
    assert found("海岬制药回购5万股", body.format("海岬制药")) == (["制药"], ["医药生物"])
    assert found("海岬煤业回购5万股", body.format("海岬煤业")) == (["煤炭"], ["煤炭"])
    assert found("海岬信用卡回购5万股", body.format("海岬信用卡")) == ([], [])


@pytest.mark.parametrize(
    ("united", "levels"),
    [
        ("珠宝销售、投资借贷及家具制造", ["纺织服饰", "轻工制造"]),
        ("光伏组件研发、生产、销售", ["电力设备"]),
        ("研发设计、生产制造、销售服务", []),
        ("产品研发、技术服务、售后", []),
        ("党建、人才、科技", []),
    ],
)
def test_what_a_company_unites_under_one_roof_is_its_business(united, levels):
    body = f"云湖控股持股升至0.93%。公司从小商贩变为集{united}为一体的企业，去年起加大投入。"
    assert found("云湖控股获增持", body)[1] == levels


def test_a_group_unites_nothing_and_neither_does_a_mechanism():
    assert found("云湖集团换届", "云湖集团目前已发展成为行业领先、管理一流、文化于一体的企业。") == ([], [])
    assert found("云湖防范腐败", "云湖建起集提醒防范、动态监督、保护挽救为一体的机制。") == ([], [])


def test_the_names_of_sectors_by_older_standards_are_industries():
    body = "公司拟回购9.18万股。从行业动态来看，该股所属的一级行业分类为交运设备，行业指数下跌2.10%。"
    assert found("云湖传感拟回购股份", body) == (["交运设备"], ["汽车"])


def test_whom_the_company_of_the_headline_serves_is_not_what_it_is_in():
    body = "宁德时代公告，前三季度营收增长23%。产品用于白酒行业等。公司称，将继续加大投入，明年扩产。"
    assert found("宁德时代：前三季度营收增长", body) == (["锂电池"], ["电力设备"])
    assert found("宁德时代：切入白酒行业", body)[0] == ["白酒行业"]


def test_ai_that_an_industry_uses_is_not_the_industry():
    body = "招商银行今日披露，大模型已用于信贷、客服。招商银行把大模型接入网点，银行业务提速，大模型调用量翻倍。"
    assert found("招商银行披露大模型进展", body) == (["银行"], ["银行"])
    body = "工业富联公告，AI服务器收入翻倍，AI服务器出货增长。AI服务器占比过半，消费电子平稳。"
    assert found("工业富联AI服务器收入翻倍", body)[0] == ["AI服务器"]


def test_by_industry_is_no_industry():
    assert found("调查：近七成企业已试用", "分行业看，受访企业中有七成已经试用，分行业的差别不大。") == ([], [])


def test_an_article_that_names_many_technologies_is_about_ai():
    body = "它用混合专家架构、线性注意力、强化学习、思维链、量化感知训练和MCP，与Claude、DeepSeek-R1和GPT-4o比试。"
    assert found("朗月发布Kimi K2", body) == (["人工智能"], ["计算机"])
    assert found("朗月被诉", body) == ([], [])
    assert found("男子用ChatGPT写假简历", "他用ChatGPT、DeepSeek、Kimi、豆包、文心一言、通义千问、Claude、Gemini写假简历。") == (
        [],
        [],
    )


def test_a_house_that_speaks_of_others_lends_them_no_industry_and_one_whose_head_changes_has_its_own():
    assert found("富国银行：看好明年市场", "富国银行说，明年的市场不错。") == ([], [])
    assert found("富国银行：净利润下降", "富国银行说，净利润下降了三成。") == (["银行"], ["银行"])
    assert found("陆行舟出任锦州银行行长", "锦州银行公告，陆行舟出任行长。") == (["银行"], ["银行"])
    assert found("富国银行首席策略师：美股将回调", "富国银行首席策略师说，美股将回调。") == ([], [])


def test_what_becomes_of_shares_tells_no_industry_that_the_text_does_not_name():
    body = "贵州茅台公告，股东李岚解除质押200万股，占公司总股本的0.02%。"
    assert found("贵州茅台：股东李岚解除质押200万股", body) == ([], [])
    assert found("贵州茅台：股东李岚解除质押200万股", f"{body}公司主营白酒。") == (["白酒"], ["食品饮料"])
    assert found("贵州茅台：半年报净利润增长", "贵州茅台公告，上半年净利润增长。")[1] == ["食品饮料"]


def test_a_file_of_who_broke_rules_is_no_business():
    body = "证监局对李岚出具警示函，并记入证券期货市场诚信档案数据库。证监局说，数据将记入诚信档案数据库。"
    assert found("李岚被出具警示函", body) == ([], [])


def test_where_somebody_worked_before_is_not_what_an_article_is_about():
    body = "样网宣布，副总裁柳岚离职。柳岚{0}Uber中国负责人。她{0}Uber中国法务，后{0}Uber亚太区负责人。"
    assert found("样网副总裁柳岚离职 曾任Uber中国负责人", body.format("曾任"))[0] == []
    assert found("样网副总裁柳岚离职 今任Uber中国负责人", body.format("现任"))[0] == ["网约车"]


def test_level_1_names_stand_beside_an_industry_or_a_company():
    body = "李岚说，这是往事，她至今记得那一天的天气。" * 60 + "她穿着汉服走过街头，人们看着。"
    assert found("一袭汉服，一段往事", body) == ([], [])


def test_a_trust_that_holds_houses_is_of_real_estate():
    assert "房地产" in found("春泉产业信托回购0.5万股", "春泉产业信托公布，回购0.5万个单位，物业租金增长。")[1]


def test_the_field_that_a_company_pursues_is_an_industry_however_short_its_name():
    body = "青禾图科完成A轮融资。青禾图科是{0}地图领域的科技公司，日前完成A轮融资。"
    assert found("青禾图科完成A轮融资", body.format("专注于"))[0] == ["地图领域"]
    assert found("青禾图科完成A轮融资", body.format("了解"))[0] == []
