from tests.transforms.lists import shipped, words_of
from transforms.events import major_events
from transforms.prose import prose
from transforms.summary import summary

TITLE = "远帆物流中标汀州港项目"
LEAD = "11月9日，远帆物流公告，公司中标汀州港无人集卡项目，中标金额1.36亿元。"
SAID = "“这是我们走向港口的第一步。”总经理陆行舟表示，我们会继续努力。"
BACKGROUND = "港口是连接陆地与海洋的门户，历来受到人们的重视。"
DETAIL = "项目包括60台无人集卡和12套系统，总投资2.1亿元，计划于2027年9月前交付。"


def chosen(body: str, title: str = TITLE) -> list[str]:
    _, found = major_events(body, words_of(title, body), prose(body), shipped(), {"远帆物流"}, ["无人集卡"])
    return [body[one.start : one.end] for one in found]


def test_sentences_that_report_are_chosen_in_the_articles_order():
    assert chosen(BACKGROUND + SAID + DETAIL + LEAD + BACKGROUND) == [DETAIL, LEAD]


def test_a_sentence_that_tells_another_one_again_is_left_out():
    again = LEAD.replace("公告，公司", "公告，")
    assert chosen(LEAD + DETAIL + again) == [LEAD, DETAIL]


def test_headings_are_no_events_unless_there_is_nothing_else():
    assert chosen(f"远帆物流中标汀州港项目金额过亿\n{LEAD}") == [LEAD]
    assert chosen("远帆物流中标汀州港项目金额过亿") == ["远帆物流中标汀州港项目金额过亿"]
    assert chosen("") == []


def test_an_announcement_that_leads_over_to_a_table_is_one():
    body = "11月9日，远帆物流接到股东陆行舟的通知，其将480万股公司股份办理了质押，具体情况如下：\n注：合计数为四舍五入所致。"
    assert chosen(body, "远帆物流关于股东质押的公告")[0].endswith("具体情况如下：")
    assert chosen("具体情况如下：\n" + LEAD) == [LEAD]


def test_what_is_of_the_headlines_kind_goes_before_other_events():
    told = [
        f"{name}此前{act}480万股。"
        for name, act in (("汀州港", "回购"), ("青禾控股", "增持"), ("砺芯电子", "质押"), ("陆行舟", "减持"))
    ]
    assert told[-1] in chosen("".join(told), "大股东套现离场")
    assert told[-1] not in chosen("".join(told), "大股东访谈")


def adds(title: str, body: str) -> bool:
    words, sentences = words_of(title, body), prose(body)
    return major_events(body, words, sentences, shipped(), set(), [])[0]


def test_a_headline_adds_an_event_of_which_the_body_tells_nothing():
    result = "远帆物流上半年营业收入8140万元，净利润-390万元。"
    assert adds("远帆物流上半年亏损390万元", result)
    assert not adds("远帆物流上半年亏损390万元吗？", result)
    assert not adds("远帆物流上半年亏损390万元", "远帆物流上半年净亏损390万元。")
    assert not adds("远帆物流半年报", result)


def test_there_are_at_most_seven_events():
    many = [
        f"11月{day}日，{name}公告，公司中标项目{day}个，金额{day}.5亿元。"
        for day, name in enumerate(["甲港", "乙湖", "丙江", "丁河", "戊海", "己山", "庚岭", "辛川", "壬原", "癸野"] * 12, 1)
    ]
    assert len(chosen("\n".join(many))) == 7


def short(body: str) -> str:
    sentences = prose(body)
    text, places = summary(body, sentences, sentences[:1])
    assert all(0 <= start < end <= len(body) for start, end in places)
    return text


def test_a_summary_leaves_out_dateline_and_asides():
    body = "【样报讯】远帆物流（009908.SZ）收购汀州物流有限公司（以下简称“汀州物流”）70%股权（不含现金）。"
    assert short(body) == "远帆物流收购汀州物流有限公司70%股权（不含现金）。"


def test_a_summary_is_never_longer_than_200_characters():
    assert len(short("甲" * 500 + "。")) == 200
    assert short("没有句号") == "没有句号"
    assert summary("责任编辑：何一帆", [], [])[0] == "责任编辑：何一帆"


def test_who_takes_or_leaves_a_post_is_news_without_a_figure():
    left = "副总经理陆行舟因个人原因申请辞去职务。"
    told = "".join(
        f"{BACKGROUND}{place}的港口年吞吐量为{number}万吨。" for number, place in enumerate(("汀州", "汀南", "汀北"), 3)
    )
    assert left in chosen(told + left, "汀州港调整班子")
    assert left.replace("副总经理", "渔民") not in chosen(told + left.replace("副总经理", "渔民"), "汀州港调整班子")


def test_that_a_motion_has_passed_is_procedure():
    passed = "公司召开董事会，审议通过了《关于回购注销部分限制性股票的议案》。"
    told = "".join(f"汀{place}港本次回购{number}万股。" for number, place in enumerate("东西南北中前后", 3))
    assert passed not in chosen(told + passed, "汀州港回购股份")


def test_that_a_law_has_passed_is_news():
    told = "".join(f"汀{place}港去年扩建{number}个泊位。" for number, place in enumerate("东西南北中前后", 3))
    law = "会议审议通过《港口管理条例》。"
    motion = law.replace("条例》", "办法》的议案")
    assert law in chosen(told + law, "停泊新规出台")
    assert motion not in chosen(told + motion, "停泊新规出台")


def test_a_sentence_with_the_headlines_figures_goes_before_others():
    told = "".join(f"汀{place}港去年扩建{number}个泊位。" for number, place in enumerate("东西南北中前后", 3))
    stated = "目标是38座，三年内可以建成。"
    assert stated in chosen(told + stated, "汀州港要扩建到38个")
    assert stated not in chosen(told + stated, "汀州港要扩建到40个")
    assert stated not in chosen(told + stated, "汀州港要扩建到3个")


def test_a_year_is_no_figure_of_the_headlines():
    told = "".join(f"汀{place}港去年扩建{number}个泊位。" for number, place in enumerate("东西南北中前后", 3))
    stated = "防波堤自2026起整修，渔民叫好。"
    assert stated not in chosen(told + stated, "远洋货轮首航归来，汀州渔民迎来新生活，2026见闻录")


def test_a_sum_of_money_counts_more_than_another_figure():
    told = "".join(f"汀{place}港去年扩建{number}个泊位。" for number, place in enumerate("东西南北中前后", 3))
    for money in ("7亿元", "22.8万亿元", "3亿多元", "10余亿元", "3千万元", "8百万元"):
        assert f"整修防波堤用去{money}。" in chosen(told + f"整修防波堤用去{money}。", "汀州港见闻")
    assert "整修防波堤用去7亿吨石料。" not in chosen(told + "整修防波堤用去7亿吨石料。", "汀州港见闻")
