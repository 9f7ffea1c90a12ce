import pytest

from tests.transforms.lists import shipped, words_of
from transforms.events import major_events
from transforms.prose import prose
from transforms.summary import summary

TITLE = "远帆物流中标汀州港项目"
LEAD = "11月9日，远帆物流公告，公司中标汀州港无人集卡项目，中标金额1.36亿元。"
SAID = "“这是我们走向港口的第一步。”总经理陆行舟表示，我们会继续努力。"
BACKGROUND = "港口是连接陆地与海洋的门户，历来受到人们的重视。"
DETAIL = "项目包括60台无人集卡和12套系统，总投资2.1亿元，计划于2027年9月前交付。"


def told(body: str, title: str = TITLE) -> list[list[str]]:
    """Return the sentences of each event."""
    names = {"远帆物流", "青禾控股", "中国石油", "中国石化"}
    _, found = major_events(body, words_of(title, body), prose(body), shipped(), names, ["无人集卡"])
    return [[body[one.start : one.end] for one in event] for event in found]


def chosen(body: str, title: str = TITLE) -> list[str]:
    return [sentence for event in told(body, title) for sentence in event]


def test_sentences_that_report_are_chosen_in_the_articles_order():
    assert chosen(BACKGROUND + SAID + DETAIL + LEAD + BACKGROUND) == [DETAIL, LEAD]


def test_a_sentence_that_tells_another_one_again_is_left_out():
    again = LEAD.replace("公告，公司", "公告，")
    assert chosen(LEAD + DETAIL + again) == [LEAD, DETAIL]


def test_headings_are_no_events_unless_there_is_nothing_else():
    assert chosen(f"远帆物流中标汀州港项目金额过亿\n{LEAD}") == [LEAD]
    assert chosen("远帆物流中标汀州港项目金额过亿") == ["远帆物流中标汀州港项目金额过亿"]
    assert chosen("") == []


def test_the_headline_again_above_the_body_is_none():
    title = "远帆物流拟引入二股东 实控人套现6.37亿元"
    assert chosen(f"{title} 样报记者 何一帆\n{LEAD}", title) == [LEAD]


def test_what_a_company_assures_of_a_pledge_counts_less():
    acts = "".join(f"11月{day}日，远帆物流公告，李岚质押{day}00万股，用于第{day}个项目。" for day in range(1, 8))
    told = "公司控股股东已知悉此事，11月10日质押的3000万股仍未解除。"
    assured = "公司控股股东资信状况良好，11月10日质押的3000万股不存在平仓风险。"
    assert told in chosen(acts + told, "远帆物流公告")
    assert assured not in chosen(acts + assured, "远帆物流公告")


def test_an_announcement_that_leads_over_to_a_table_is_one():
    body = "11月9日，远帆物流接到股东陆行舟的通知，其将480万股公司股份办理了质押，具体情况如下：\n注：合计数为四舍五入所致。"
    assert chosen(body, "远帆物流关于股东质押的公告")[0].endswith("具体情况如下：")
    assert chosen("具体情况如下：\n" + LEAD) == [LEAD]


def test_what_is_of_the_headlines_kind_goes_before_other_events():
    acts = [
        f"{name}此前{act}480万股。"
        for name, act in (("汀州港", "回购"), ("青禾控股", "增持"), ("砺芯电子", "质押"), ("陆行舟", "减持"))
    ]
    assert acts[-1] in chosen("".join(acts), "大股东套现离场")
    assert acts[-1] not in chosen("".join(acts), "大股东访谈")


def adds(title: str, body: str) -> bool:
    words, sentences = words_of(title, body), prose(body)
    return major_events(body, words, sentences, shipped(), set(), [])[0]


def test_a_headline_adds_an_event_of_which_the_body_tells_nothing():
    result = "远帆物流上半年营业收入8140万元，净利润-390万元。"
    assert adds("远帆物流上半年亏损390万元", result)
    assert not adds("远帆物流上半年亏损390万元吗？", result)
    assert not adds("远帆物流上半年亏损390万元", "远帆物流上半年净亏损390万元。")
    assert not adds("远帆物流半年报", result)


def test_a_headline_is_the_event_of_a_body_without_a_sentence():
    assert adds("远帆物流将投资5亿元扩建汀州港", "表情\n您至少需输入5个字")
    assert not adds("远帆物流为何投资5亿元扩建汀州港？", "表情\n您至少需输入5个字")
    assert not adds("", "")
    assert not adds(" ", "")


def test_there_are_at_most_seven_events():
    many = [
        f"11月{day}日，{name}公告，公司中标项目{day}个，金额{day}.5亿元。"
        for day, name in enumerate(["甲港", "乙湖", "丙江", "丁河", "戊海", "己山", "庚岭", "辛川", "壬原", "癸野"] * 12, 1)
    ]
    assert [len(event) for event in told("\n".join(many))] == [1] * 7


BOUGHT = "远帆物流公布，于11月9日回购18万股，每股3.13港元至3.15港元，涉资56.59万港元。"
SO_FAR = "本年内至今累计购回373.7万股，占已发行股份的0.188%。"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (BOUGHT, SO_FAR),
        (BOUGHT, "截至2026年11月9日，远帆物流已用去2.1亿港元回购股份。"),
        (BOUGHT, "据港交所披露，公司今年已回购12次。"),
        (BOUGHT, "3.13港元是今年回购的最低价，最高价为3.98港元。"),
        ("11月9日，远帆物流公布了前三季度的业绩预告。", "报告显示，营业收入2.1亿元，净利润3600万元。"),
        ("11月9日，财政部等三部门印发补贴政策的通知。", "通知明确，每辆汽车补贴1.5万元。"),
        ("11月9日，远帆物流签署协议，拟入股汀州港。", "根据协议，汀州港的估值为21亿元。"),
        ("11月9日，远帆物流免去陆行舟副总经理职务。", "同日，任命何一帆为财务总监。"),
        (BOUGHT, "公告显示，资金来自公司账户，占净资产的3.6%。"),
        ("11月9日，远帆物流发布半年度报告。", "半年报显示，营业收入2.1亿元，净利润3600万元。"),
        ("11月9日，青禾控股回购18万股，涉资56万元。", "青禾控股（009907.SZ）今年已回购42万股。"),
    ],
)
def test_what_the_next_sentence_tells_on_belongs_to_the_same_event(first, then):
    assert told(first + then) == told(f"{first}\n{then}") == told(f"{first} {then}") == [[first, then]]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (BOUGHT, "青禾控股公布，于11月9日回购42万股，涉资9.1万港元。"),
        (BOUGHT, "11月9日，青禾控股回购42万股，涉资9.1万港元。"),
        (BOUGHT, "2、本年内至今累计购回373.7万股，占已发行股份的0.188%。"),
        (BOUGHT, "（2）本年内至今累计购回373.7万股，占已发行股份的0.188%。"),
        (BOUGHT, "•本年内至今累计购回373.7万股，占已发行股份的0.188%。"),
        (BOUGHT, "“本年内我们累计购回373.7万股，占已发行股份的0.188%。”"),
        (BOUGHT, "【青禾控股】11月9日回购42万股，涉资9.1万港元。"),
        (BOUGHT, "样报快讯，公司11月9日回购42万股，涉资9.1万港元。"),
        (BOUGHT, "据青禾控股公告，公司11月9日回购42万股。"),
        (BOUGHT, "同时青禾控股宣布，11月9日回购42万股。"),
        (BOUGHT, "本田汽车11月9日回购42万股，涉资9.1万港元。"),
        (BOUGHT, "公告发布后，青禾控股11月9日大跌12%，市值减少2.1亿元。"),
        (BOUGHT, "去年，公司以2.1亿港元回购42万股。"),
        ("11月9日，中国石油回购18万股，涉资56万元。", "中国石化11月9日回购42万股，涉资91万元。"),
        ("11月9日，上海建工回购18万股，涉资56万元。", "上海机场11月9日回购42万股，涉资91万元。"),
        ("11月9日，3家公司回购12亿元股份。", "12家公司11月9日回购股份42万股。"),
        (BOUGHT, "此外，公司11月9日以2.1亿港元回购债券，占其36%。"),
        (BOUGHT, "2023年，公司以2.1亿港元回购股份，占3.6%。"),
        (BOUGHT, "公司今年新开航线12条，覆盖城市31个，运力增加40%。"),
        (BOUGHT, "财报显示，营业收入2.1亿元，净利润3600万元。"),
        (
            "11月9日，远帆物流股东陆行舟将480万股公司股份办理了质押，具体情况如下：",
            "本次质押占其所持股份的3.6%，占总股本的1.2%。",
        ),
        ("汀州中院11月9日一审判处张某有期徒刑10年，罚金50万元。", "江北法院判处李某有期徒刑3年，罚金5万元。"),
        ("星桥智能11月9日完成2亿元B轮融资，由云帆资本领投。", "禾木机器人宣布完成4000万元A轮融资。"),
    ],
)
def test_what_stands_by_itself_is_an_event_of_its_own(first, then):
    assert [then] in told(f"{first}\n{then}")


def test_a_sentence_between_parts_what_would_be_one_event():
    assert told(BOUGHT + "港口是连接陆地与海洋的门户。" + SO_FAR) == [[BOUGHT], [SO_FAR]]


def test_an_event_of_several_sentences_has_up_to_200_characters():
    fits = SO_FAR.replace("累计", "累计" + "亿" * (200 - len(BOUGHT + SO_FAR)))
    assert told(BOUGHT + fits) == [[BOUGHT, fits]]
    longer = fits.replace("累计", "累计亿")
    assert told(BOUGHT + longer) == [[BOUGHT], [longer]]
    third = "累计回购涉资2.1亿港元。"
    assert told(BOUGHT + SO_FAR + third) == [[BOUGHT, SO_FAR, third]]
    assert told(BOUGHT + fits + third) == [[BOUGHT, fits], [third]]
    profit = "公告显示，公司前三季度净利润3600万元，同比增长12%。"  # of another kind than what stands on both sides of it
    assert told(BOUGHT + profit + third) == [[BOUGHT, profit, third]]


def test_what_is_told_on_takes_no_events_place():
    others = "".join(f"汀{place}港去年扩建{number}个泊位。" for number, place in enumerate("东西南北", 3))
    assert len(told(BOUGHT + others)) == len(told(BOUGHT + SO_FAR + others)) < 5
    assert chosen(BOUGHT + SO_FAR + others) == [*chosen(BOUGHT + others)[:1], SO_FAR, *chosen(BOUGHT + others)[1:]]


def test_that_a_company_is_listed_is_no_event():
    issue = "远帆物流拟于11月19日上市，发行价为7.36元。"
    for parent in ("归属于上市公司股东的净资产为2.1亿元。", "归属于赴美上市公司的净资产为2.1亿元。"):
        assert told(issue + parent) == [[issue], [parent]]
    assert told(issue + "公司上市以来未曾分红，净资产为2.1亿元。") == [[issue, "公司上市以来未曾分红，净资产为2.1亿元。"]]


def short(body: str) -> str:
    sentences = prose(body)
    parts = summary(body, sentences, sentences[:1])
    assert all(0 <= start < end <= len(body) for _, (start, end) in parts)
    return "".join(text for text, _ in parts)


def test_a_summary_leaves_out_dateline_and_asides():
    body = "【样报讯】远帆物流（009908.SZ）收购汀州物流有限公司（以下简称“汀州物流”）70%股权（不含现金）。"
    assert short(body) == "远帆物流收购汀州物流有限公司70%股权（不含现金）。"


def test_a_summary_is_never_longer_than_200_characters():
    assert len(short("甲" * 500 + "。")) == 200
    assert short("没有句号") == "没有句号"
    assert short("责任编辑：何一帆") == "责任编辑：何一帆"


def test_who_takes_or_leaves_a_post_is_news_without_a_figure():
    left = "副总经理陆行舟因个人原因申请辞去职务。"
    works = "".join(
        f"{BACKGROUND}{place}的港口年吞吐量为{number}万吨。" for number, place in enumerate(("汀州", "汀南", "汀北"), 3)
    )
    assert left in chosen(works + left, "汀州港调整班子")
    assert left.replace("副总经理", "渔民") not in chosen(works + left.replace("副总经理", "渔民"), "汀州港调整班子")


def test_that_a_motion_has_passed_is_procedure():
    passed = "公司召开董事会，审议通过了《关于回购注销部分限制性股票的议案》。"
    works = "".join(f"汀{place}港本次回购{number}万股。" for number, place in enumerate("东西南北中前后", 3))
    assert passed not in chosen(works + passed, "汀州港回购股份")


@pytest.mark.parametrize(
    "profile",
    [
        "2025年年报显示，远帆物流的主营业务为港口物流、仓储，占营收比例分别为：78.21%、19.36%。",
        "远帆物流的董事长、总经理均是陆行舟，男，51岁，本科学历。",
    ],
)
def test_what_a_company_is_in_and_who_leads_it_is_no_event(profile):
    assert chosen(f"{LEAD}\n{profile}") == [LEAD]
    assert chosen(profile) == [profile]  # there is nothing else


@pytest.mark.parametrize(
    "news",
    [
        "海州港拟以20亿元收购主营业务为锂矿开采的云湖矿业100%股权。",
        "海外收入占营收比例升至60%，同比提高10个百分点。",
    ],
)
def test_news_that_tells_of_a_business_or_a_leader_is_an_event(news):
    assert news in chosen(f"{LEAD}{news}")


def test_a_buy_back_that_reduces_the_capital_is_an_event():
    bought = "此外，公司拟以不超过15.37亿元回购股份，用于减少注册资本。"
    assert bought in chosen(f"{LEAD}{bought}")


def test_that_a_law_has_passed_is_news():
    works = "".join(f"汀{place}港去年扩建{number}个泊位。" for number, place in enumerate("东西南北中前后", 3))
    law = "会议审议通过《港口管理条例》。"
    motion = law.replace("条例》", "办法》的议案")
    assert law in chosen(works + law, "停泊新规出台")
    assert motion not in chosen(works + motion, "停泊新规出台")


def test_a_sentence_with_the_headlines_figures_goes_before_others():
    works = "".join(f"汀{place}港去年扩建{number}个泊位。" for number, place in enumerate("东西南北中前后", 3))
    stated = "目标是38座，三年内可以建成。"
    assert stated in chosen(works + stated, "汀州港要扩建到38个")
    assert stated not in chosen(works + stated, "汀州港要扩建到40个")
    assert stated not in chosen(works + stated, "汀州港要扩建到3个")


def test_a_year_is_no_figure_of_the_headlines():
    works = "".join(f"汀{place}港去年扩建{number}个泊位。" for number, place in enumerate("东西南北中前后", 3))
    stated = "防波堤自2026起整修，渔民叫好。"
    assert stated not in chosen(works + stated, "远洋货轮首航归来，汀州渔民迎来新生活，2026见闻录")


def test_a_sum_of_money_counts_more_than_another_figure():
    works = "".join(f"汀{place}港去年扩建{number}个泊位。" for number, place in enumerate("东西南北中前后", 3))
    for money in ("7亿元", "22.8万亿元", "3亿多元", "10余亿元", "3千万元", "8百万元"):
        assert f"整修防波堤用去{money}。" in chosen(works + f"整修防波堤用去{money}。", "汀州港见闻")
    assert "整修防波堤用去7亿吨石料。" not in chosen(works + "整修防波堤用去7亿吨石料。", "汀州港见闻")
