import pytest

from tests.transforms.lists import shipped, words_of
from transforms.candidates import candidates
from transforms.naming import firms
from transforms.phrases import keywords
from transforms.subject import subject_of
from transforms.vocabulary import is_common


def found(title: str, body: str, technologies: tuple[str, ...] = ()) -> list[str]:
    words = words_of(title, body)
    return keywords(words, shipped(), subject_of(words), technologies)


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("砺芯微电子完成1.2亿元B轮融资", "砺芯微电子"),
        ("贵州茅台前三季度营收增长", "贵州茅台"),
        ("青禾资本：寒冬里募资十亿", "青禾资本"),
        ("Blue Harbor完成种子轮融资", "Blue Harbor"),
        ("2026年工业博览会开幕", ""),
        ("满天星第2026130期开奖", "满天星"),
        ("“萝小快”上路两年 司机愁", "萝小快"),
        ("样网首发｜「椿和照护」获融资", "椿和照护"),
        ("视频丨海岬乐队解散", ""),
        ("样报：海岬乐队解散", "样报"),
        ("江苏多地要求延期开学", "江苏"),
        ("四川麻将文化节开幕", "四川麻将文化节"),
        ("农民夫妇的果园", "农民夫妇"),
        ("项目经理：人手紧缺", "项目经理"),
        ("郑岚教授：要种树", "郑岚"),
        ("从看客到玩家：茶馆十年", ""),
        ("因股权质押未披露，海湾智能被警示", ""),
        ("以方宣布停火", "以方"),
        ("对啊网完成C轮融资", "对啊网"),
        ("多地出台生育补贴", ""),
    ],
)
def test_the_subject_is_what_the_headline_begins_with(title, subject):
    assert subject_of(words_of(title, "")) == subject


def test_a_subject_has_the_words_behind_it_that_it_never_stands_without():
    body = "共享充电柜涨价。记者走访发现，共享充电柜每小时三元。共享充电柜企业回应。"
    assert subject_of(words_of("共享充电柜涨价 多家企业回应", body)) == "共享充电柜"
    for behind in ("：发布新品", "（QH）上市", "2025年净利增长"):
        title = f"青禾鲜达{behind}"
        assert subject_of(words_of(title, f"{title}。{title}。{title}。")) == "青禾鲜达"


def test_a_subject_ends_before_what_it_does_though_the_text_says_the_same_again():
    bought = "特斯拉收购一家仓储设备公司"
    assert subject_of(words_of(bought, f"据外媒消息，{bought}，以扩建新工厂。")) == "特斯拉"
    won = "百度中标今年省内智能交通领域的最大订单"
    assert subject_of(words_of(won, f"{won}。该项目由百度承建。")) == "百度"
    assert "百度中标" not in found(won, f"{won}。该项目由百度承建。")


@pytest.mark.parametrize("subject", ["钻石首饰", "私募对冲基金", "废钢再生企业"])
def test_a_word_that_begins_like_the_end_of_a_subject_is_part_of_it(subject):
    assert subject_of(words_of(f"{subject}消费升温", f"{subject}消费升温。{subject}卖得好，{subject}涨价。")) == subject


@pytest.mark.parametrize("name", ["是德科技有限公司", "它石智航科技有限公司", "绝味食品研究院", "支付清算协会"])
def test_a_name_that_begins_like_a_clause_is_one(name):
    assert name in firms(f"昨日，{name}成立。")


def test_of_a_long_subject_the_name_that_the_text_goes_on_with_is_taken():
    body = "青禾集团软件部门收购澜川科技。青禾集团公告，青禾集团出资三亿元，青禾集团将控股。"
    assert subject_of(words_of("青禾集团软件部门收购澜川科技", body)) == "青禾集团"


def test_what_becomes_of_something_is_given_with_its_noun():
    body = "产业化路径清晰。专家说，产业化的路径不止一条，产业化要有耐心，产业化之后还要出海。"
    made = found("产业化提速", body)
    assert "产业化路径" in made
    assert "产业化" not in made


def test_a_verb_that_the_text_keeps_to_is_a_theme():
    body = "留学热度不减。留学中介说，留学要早准备，留学费用上涨，留学签证收紧，很多家庭仍选择留学。"
    assert "留学" in found("留学不等人", body)


def test_a_technology_is_a_keyword_even_where_it_is_named_once():
    made = found("青禾完成B轮融资", "青禾完成B轮融资。公司做图像识别。", ("图像识别",))
    assert "图像识别" in made


def test_a_part_that_seldom_stands_alone_counts_less_than_the_whole():
    made = found("车规芯片仍然紧缺", "车规芯片紧缺，车规芯片涨价，车规芯片厂商扩产。业内称芯片行业承压。")
    assert made[0] == "车规芯片"
    assert "芯片" not in made


def test_the_subject_comes_first_and_short_names_that_the_text_gives_are_taken():
    made = found(
        "砺芯微电子中标智慧农险项目",
        "宁波砺芯微电子有限公司（简称“砺芯微电子”）中标青禾农业保险公司（简称“青禾农险”）的采购项目。",
    )
    assert made[0] == "砺芯微电子"
    assert "青禾农险" in made


def test_a_whole_phrase_beats_its_parts():
    made = found("AI大模型进入群模时代", "AI大模型进入“群模时代”。AI大模型的商业化路径渐明。", ("AI大模型",))
    assert made[0] == "AI大模型"
    assert "群模时代" in made
    assert not {"AI", "模型", "大模型"} & set(made)


def test_a_name_that_was_cut_is_made_whole():
    made = found("海外学子谈创业", "李博灏在剑桥读书。李博灏说，他想回国。同学们都认识李博灏。")
    assert "李博灏" in made


def test_latin_names_of_several_words_stay_together():
    made = found("Blue Harbor完成300万美元种子轮融资", "Blue Harbor完成300万美元种子轮融资，由Stone River Capital领投。")
    assert {"Blue Harbor", "种子轮融资", "Stone River Capital"} <= set(made)


def test_generic_words_papers_and_figures_are_no_keywords():
    made = found(
        "公司公告", "公司公告称，公司项目进展情况良好。《样本日报》记者了解到，《样本日报》记者将继续关注，金额3.5亿元。"
    )
    assert not {"公司", "公告", "项目", "进展情况", "样本日报", "3.5", "3.5亿元"} & set(made)


def test_a_short_notice_has_keywords_too():
    assert 1 <= len(found("停水通知", "城南片区明日停水检修。")) <= 8
    assert found("", "") == []


def test_a_number_with_its_counter_is_no_part_of_a_keyword():
    title = "满天星第2026130期开奖：头奖7注"
    keywords = found(title, "满天星第2026130期开奖，头奖开出7注。满天星第2026131期周四开奖。")
    assert "满天星" in keywords
    assert not any(phrase.startswith("期") or phrase.endswith("第") for phrase in keywords)


@pytest.mark.parametrize(
    "title", ["网络平台算法推荐将受规范", "上市公司高管被查", "第三方支付机构监管再升级", "上市公司股东与高管减持"]
)
def test_a_common_noun_behind_what_a_company_is_is_no_subject(title):
    body = "算法推荐，高管，监管，股东。" * 3
    assert subject_of(words_of(title, body)) not in {"算法推荐", "高管", "监管", "股东"}


@pytest.mark.parametrize("name", ["布什", "克林顿", "列宁", "爱因斯坦", "曾国藩"])
def test_a_known_name_is_one(name):
    assert not is_common(name)


def test_a_common_word_is_no_name_though_the_dictionary_has_it_as_one():
    asked = "记者走访看到，望远镜镜片受欢迎。谈到望远镜，居民各有打算，望远镜靠谁，望远镜花多少，望远镜怎么选？"
    made = found("银发族青睐望远镜镜片", f"望远镜镜片升温。{asked * 2}业内说，望远镜镜片前景好。")
    assert "望远镜镜片" in made
    assert "望远镜" not in made


def test_a_clause_is_no_phrase():
    body = "陆行舟应该连任。专栏作家写道，陆行舟应该连任。"
    assert not any("应该" in one for one in found("样网：陆行舟应该连任", body))


def test_a_foreign_name_is_whole_and_nothing_more():
    body = "哈利·斯通日前说，云船能够减缓变暖。斯通研究了十年，斯通称造价不高，斯通的船队由风驱动。"
    assert "哈利·斯通" in found("云船下水", body)


@pytest.mark.parametrize(
    ("before", "name", "behind"),
    [
        ("", "克里斯塔利娜·格奥尔基耶娃", "日前说"),
        ("总裁", "克里斯塔利娜·格奥尔基耶娃", "日前说"),
        ("主席", "杰罗姆·鲍威尔", "和财长说"),
    ],
)
def test_a_foreign_name_of_several_words_is_whole(before, name, behind):
    surname = name.partition("·")[2]
    body = f"{before}{name}{behind}，经济放缓。{surname}指出，{surname}认为，{surname}呼吁合作。"
    assert [one for one in found("基金组织谈经济", body) if surname in one] == [name]


def test_a_foreigner_is_called_as_in_the_headline():
    body = "首席执行官埃隆·马斯克称，人形机器人明年量产。马斯克表示，产能将达十万台。"
    made = found("马斯克称机器人明年量产", body)
    assert "马斯克" in made
    assert "埃隆·马斯克" not in made


def test_a_place_within_a_place_is_no_person():
    body = "2026中国·贵阳国际大数据博览会开幕。贵阳国际大数据博览会有三百家企业参展。"
    assert not any("·" in one for one in found("2026中国·贵阳国际大数据博览会开幕", body))


def test_the_medium_that_tells_the_news_is_no_keyword():
    body = "青禾智能完成融资。样财动力获悉，投资方为汀州创投。样财动力获悉，青禾智能将扩产机床，机床产能翻番，汀州创投派驻董事。"
    assert not any("样财" in one for one in found("青禾智能完成融资", body))
    assert "汀州创投" in found("青禾智能完成融资", body.replace("样财动力获悉", "记者从汀州创投获悉"))


@pytest.mark.parametrize(
    ("phrase", "body"),
    [
        ("闪存芯片", "闪存芯片涨价，闪存芯片用于手机通讯，需求旺盛。"),
        (
            "阿里巴巴",
            "云计算大会开幕，阿里巴巴和腾讯，均已签约。阿里巴巴将出资，阿里巴巴获益。算力紧缺，算力涨价，服务器涨价，服务器扩产。",
        ),
        ("华为", "算力紧缺，而华为与中兴通讯，均已扩产。华为称订单充足，华为涨价，算力足，服务器涨价，服务器扩产。"),
        ("青禾智能", "工厂投产，青禾智能获悉，订单将增加。青禾智能成立三年，青禾智能将扩产。"),
    ],
)
def test_who_only_stands_before_such_a_word_is_no_medium(phrase, body):
    assert phrase in found("云计算算力紧缺", body)


def test_a_figure_is_not_cut_from_its_unit():
    made = found("澜川亏损800万元", "澜川公告，全年亏损800万元。去年亏损800万元。")
    assert made
    assert not any("800" in one for one in made)


def test_where_an_announcement_is_published_is_a_keyword_in_the_headline_only():
    body = "远帆物流公告，回购已完成。公告刊于上海证券报。深圳证券交易所备案。上海证券报刊登全文，深圳证券交易所可查。"
    assert not {"上海证券报", "深圳证券交易所"} & set(found("远帆物流完成回购", body))
    assert "深圳证券交易所" in found("深圳证券交易所发布新规", body)


def test_an_exchange_that_acts_is_a_keyword():
    body = "深圳证券交易所发布创业板新规。深圳证券交易所表示，新规明日施行。深圳证券交易所将加强监管。"
    assert "深圳证券交易所" in found("A股创业板改革落地", body)
    body = "深交所披露，多家公司撤回上市申请。深交所终止审核。深交所说，企业撤回是正常现象。"
    assert "深交所" in found("多家公司撤回上市申请", body)


def test_a_body_whose_name_begins_like_a_companys_is_not_that_company():
    body = "中国银行业协会发布年度报告。中国银行业协会说，行业利润增长。中国银行业协会还说，坏账率下降。"
    made = found("中国银行业协会发布年度报告", body)
    assert "中国银行业协会" in made
    assert "中国银行" not in made


@pytest.mark.parametrize("name", ["中国东航", "中国国航"])
def test_a_listed_name_stays_as_it_is(name):
    assert name in found(f"{name}发布年报", f"{name}公告，{name}净利润增长。{name}将增加航线。")


def test_a_listed_company_is_called_by_its_short_name():
    body = "贵州茅台酒股份有限公司（以下简称“公司”）回购股份，回购价不超过1800元。"
    made = found("贵州茅台酒股份有限公司关于回购股份的公告", body)
    assert "贵州茅台" in made
    assert not any(one.startswith("贵州茅台酒") for one in made)


def test_an_act_has_no_name():
    body = "公司拟回购股份（以下简称“本次回购”）。本次回购用于激励，本次回购期限一年，本次回购不超过三亿元。"
    assert "本次回购" not in found("青禾拟回购股份", body)


@pytest.mark.parametrize("note", ["（维权）", "（微博）", "(12.250,-0.05,-0.41%)"])
def test_a_short_name_ends_before_a_note_on_it(note):
    body = f"砺芯微电子中标青禾农业保险公司（简称“青禾农险{note}”）的采购项目（简称“{note}”）。青禾农险称将扩产。"
    made = found("砺芯微电子中标智慧农险项目", body)
    assert "青禾农险" in made
    assert not any("\n" in one for one in made)


def test_a_name_that_begins_like_a_reference_is_one():
    words = words_of("芯片新品发布", "北京的一家公司（简称“此芯科技”）发布新品。")
    assert any(phrase == "此芯科技" and kind.named for phrase, kind, _ in candidates(words, shipped(), (), (), "", ()))


@pytest.mark.parametrize("behind", ["成为主流", "日前上市", "家族扩容", "人工智能芯片热销"])
def test_a_model_keeps_its_number_before_a_word_that_only_looks_like_a_unit(behind):
    assert "青禾910" in found(f"青禾910{behind}", f"青禾910{behind}。青禾910{behind}，业内关注。")


def test_a_quarters_report_is_not_taken_from_within_what_it_shows():
    body = "青禾2025年第三季度报告显示，净利润增长。青禾2025年第三季度报告显示，订单增长。"
    assert not any("季度报告" in one for one in found("青禾净利增长", body))


def test_what_every_announcement_says_is_no_keyword():
    body = "样本股份公告，控股股东青禾持有公司股份1000万股，占总股本的3%。青禾累计质押500万股，占其持有公司股份的50%，占总股本的1.5%。"
    assert not {"股本", "持有公司"} & set(found("样本股份：控股股东青禾质押500万股", body))
    body = "样本股份在巨潮资讯网披露公告，拟回购5000万元股份，详见巨潮资讯网。样本股份大涨（来源：智通财经）。订单充足（来源：智通财经）。"
    assert not {"巨潮", "资讯网", "智通", "财经"} & set(found("样本股份拟回购股份", body))


def test_a_word_that_ends_with_what_is_no_keyword_by_itself_is_one():
    body = "样本股份回购注销限制性股票，并以公积金转增股本。限制性股票共5万股，公积金转增股本方案不变。"
    assert {"限制性股票", "公积金转增股本"} <= set(found("样本股份回购注销限制性股票", body))


def test_a_unit_before_a_turn_of_profit_is_no_name():
    title = "样本股份上半年亏损1251.80万由盈转亏"
    assert not any("万由" in one for one in found(title, "样本股份上半年亏损1251.80万元，由盈转亏。"))


def test_a_name_that_begins_like_a_unit_may_stand_behind_a_code():
    assert "亿纬锂能" in found("300014亿纬锂能发布三季报", "亿纬锂能发布三季报，净利润增长。")


@pytest.mark.parametrize(
    ("title", "none"),
    [
        ("中央收储冻猪肉 猪价止跌", "猪价止跌"),
        ("油烟机长出脑子 展会观众更关心价格", "油烟机长出"),
        ("雪佛龙完成收购赫斯后裁员", "收购赫斯后"),
        ("钛白粉再涨价 每吨上调500元", "每吨上调"),
    ],
)
def test_a_noun_with_its_verb_that_stands_once_is_no_keyword(title, none):
    assert not any(none in one for one in found(title, "当天上午，多名代表参加了会议，气氛热烈。会议由负责人主持。"))


@pytest.mark.parametrize("phrase", ["退市新规", "碳排放权"])
def test_a_noun_that_a_verb_makes_specific_is_a_keyword_though_it_stands_once(phrase):
    assert any(phrase in one for one in found(f"{phrase}交易启动", "当天上午，多名代表参加了会议，气氛热烈。会议由负责人主持。"))


def test_where_there_is_nothing_better_a_noun_with_its_verb_will_do():
    assert "高考报名" in found("高考报名开始", "报名今天上午九点开始。")


def test_two_verbs_that_say_the_same_twice_are_a_keyword():
    assert "抢收抢种" in found("市里研究抢收抢种", "会议由负责人主持，多名代表参加。")


def test_somebody_without_a_name_and_words_of_a_foreign_sentence_are_no_keywords():
    body = "养猪户老邱说，行情不好。老邱说，群里都在卖。原题：Chip price rally tests PC and phone makers。老邱还在等。"
    assert not {"老邱", "tests PC", "PC"} & set(found("养猪户等行情", body))


def test_who_stands_before_a_bar_is_the_subject_where_the_text_is_about_it():
    assert subject_of(words_of("海岬乐队｜宣布解散", "海岬乐队在社交平台宣布解散。")) == "海岬乐队"


def test_quantities_are_no_keywords_though_names_may_begin_like_them():
    body = "行情每公斤涨一元，每公斤多卖一元，同一个老板说。每日优鲜说，每日优鲜不涨价。"
    keys = found("每日优鲜：行情每公斤涨一元", body)
    assert not any("每公斤" in one or one.startswith("同一") for one in keys)
    assert "每日优鲜" in keys


def test_a_rate_is_called_without_its_turn():
    assert "漏检率" in found("青禾发布质检模型 漏检率降至万分之三", "青禾介绍，漏检率降至万分之三，漏检率降幅明显。")


def test_what_somebody_plans_is_no_plan_of_that_name():
    body = "云湖水泥完成融资，用于新窑。云湖水泥计划通过新线扩产。云湖水泥说，新窑明年点火。"
    assert "水泥计划" not in found("云湖水泥完成融资", body)
    assert "水泥计划" in found("云湖水泥完成融资", body.replace("计划通过", "计划，即通过"))


def test_a_clause_that_ends_like_an_institute_is_none():
    body = "施兰接受采访。她还是云湖理工大学的教师，没有考取理想大学的人很多，就是属于私立大学的也多。"
    keys = found("施兰谈留学", body)
    assert "云湖理工大学" in keys
    assert not any("还是" in one or "考取" in one or "属于" in one for one in keys)


@pytest.mark.parametrize("said", ["其实挺好笑", "没有想好"])
def test_what_somebody_says_is_no_name_for_all_its_marks(said):
    assert not any(
        "好笑" in one or "想好" in one for one in found("新展厅开放", f"“{said}”，施兰说。“{said}”，她又说。展厅很大。")
    )


def test_a_common_word_goes_behind_a_name_and_what_is_only_done_is_none():
    body = (
        "物体飘来，物体很轻，物体落下。测试开始，测试顺利，测试结束。斗茶擂台摆开，斗茶擂台热闹，茶馆戏台搭好，茶馆戏台不空，"
        "新茶拍卖师吆喝，新茶拍卖师落槌。"
    )
    keys = found("海州过节", body)
    assert "测试" not in keys
    assert keys.index("海州") < keys.index("物体")
