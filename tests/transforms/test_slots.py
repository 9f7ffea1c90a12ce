"""Words of an article that a statement puts where the article has others, and titles that it gives to others."""

from itertools import cycle, islice

import pytest

from tests.transforms.lists import shipped
from transforms import slots
from transforms.passage import Article
from transforms.statements import Statement

TITLE = "云麓科技发布Oceana平台 汀州大学与海鸥银行签约"
BODY = (
    "据《港湾日报》报道，云麓科技董事长江予白今年6月在汀州大学表示，该校首次把港口调度写进教材，学生可于每周三上午8点听课。\n"
    "总经理韩牧野随后介绍，Oceana平台的响应时间缩短到了原来的一半，客户对此十分满意。\n"
    "海鸥银行副行长沈知微说，杭州分行本月向12家码头发放贷款3.5亿元，宁波分行向7家船厂发放贷款2.1亿元。\n"
    "德国工程师汉斯·韦伯带来了Harbor Lens系统，法国工程师路易·莫兰带来了Tidal Mind系统。\n"
    "Kestrel公司负责安装，Bluefin公司负责培训，两家公司的合同总额为8000万元。\n"
    "报告称，该市是全球第二大中转港，第三季度吞吐量占全年的31%，第一季度吞吐量占全年的19%。\n"
    "汀州大学校长陆行舟教授认为，最大的困难在于培养人才，而不在于购买设备。"
)


@pytest.fixture(scope="module")
def article() -> Article:
    return Article(TITLE, BODY, shipped())


@pytest.mark.parametrize(
    ("true", "false"),
    [
        # persons, also with a dot in the name
        (
            "江予白今年6月在汀州大学表示，该校首次把港口调度写进教材。",
            "韩牧野今年6月在汀州大学表示，该校首次把港口调度写进教材。",
        ),
        ("韩牧野随后介绍，Oceana平台的响应时间缩短了。", "沈知微随后介绍，Oceana平台的响应时间缩短了。"),
        ("汉斯·韦伯带来了Harbor Lens系统，很受欢迎。", "路易·莫兰带来了Harbor Lens系统，很受欢迎。"),
        # places and organisations
        ("德国工程师带来了系统。", "英国工程师带来了系统。"),
        ("江予白在汀州大学表示，该校首次把港口调度写进教材。", "江予白在海鸥银行表示，该校首次把港口调度写进教材。"),
        # Latin names, whole and in part
        ("Bluefin公司负责培训，合同共8000万元。", "Oceana公司负责培训，合同共8000万元。"),
        ("工程师带来Tidal Mind系统。", "工程师带来Tidal Lens系统。"),
        # titles: of nobody, of a lower rank, of another person
        ("云麓科技董事长江予白谈到教材。", "云麓科技监事长江予白谈到教材。"),
        ("沈知微是海鸥银行副行长。", "沈知微是海鸥银行行长。"),
        ("总经理韩牧野谈到平台。", "董事长韩牧野谈到平台。"),
        ("校长陆行舟谈到人才。", "校长江予白谈到教材。"),
        # ranks, scopes, days without a number
        ("该校首次把港口调度写进教材。", "该校再次把港口调度写进教材。"),
        ("该市为全球第二大中转港。", "该市为全球第三大中转港。"),
        ("该市为全球第二大中转港。", "该市为全国第二大中转港。"),
        ("最大的困难在于培养人才，不是设备。", "最小的困难在于培养人才，不是设备。"),
        ("江予白今年6月到过汀州大学。", "江予白去年6月到过汀州大学。"),
        ("学生上午8点听课。", "学生下午8点听课。"),
        ("学生可于每周三上午听课。", "学生可于每周四上午听课。"),
        ("本月银行向码头发放贷款。", "上月银行向码头发放贷款。"),
        ("江予白今年6月到过汀州大学，年中再来。", "江予白去年6月到过汀州大学，年中再来。"),
        # figures between the same characters, or of another period
        ("报告称，第三季度吞吐量为全年的31%。", "报告称，第一季度吞吐量为全年的31%。"),
        ("该行分别向12家码头和7家船厂发放贷款。", "该行向12家船厂发放贷款2.1亿元。"),
        ("第三季度吞吐量占全年的31%，报告称。", "第三季度吞吐量占全年的19%，报告称。"),
    ],
)
def test_what_stands_in_the_place_of_another_one_is_a_fault(article, true, false):
    assert Statement(true, article).why_not() == ""
    assert Statement(false, article).why_not() != ""


@pytest.mark.parametrize(
    "statement",
    [
        "法国工程师路易·莫兰、德国工程师汉斯·韦伯分别带来Tidal Mind和Harbor Lens。",
        "汀州大学的陆行舟教授说，最大的困难是培养人才。",
        "云麓科技与该校合作，今年6月其董事长江予白到过那里。",
        "培训由Bluefin负责，安装由Kestrel负责。",
        "海鸥银行的沈知微说，宁波分行贷款2.1亿元，杭州分行贷款3.5亿元。",
    ],
)
def test_another_order_and_other_words_are_none(article, statement):
    assert Statement(statement, article).why_not() == ""


@pytest.mark.parametrize(
    ("body", "statement"),
    [
        ("韩牧野任云麓科技副董事长、总经理。", "韩牧野任云麓科技总经理。"),
        ("法国财政部长路易·莫兰称，税率为3%。", "法国财长莫兰称税率为3%。"),
        ("首席执行官江予白辞职。", "CEO江予白辞职。"),
        ("云麓科技副总裁韩牧野说，工厂开工。", "云麓科技副总韩牧野说，工厂开工。"),
        ("公司召开第一次临时股东大会，此前召开了第三次董事会会议。", "公司召开首次临时股东大会。"),
        ("云湖港是全国首个无人码头，全球罕见。", "云湖港是国内首个无人码头。"),
        ("甲公司净利润5亿元，同比增长20%；乙公司的净利润为12亿元，同比增长8%。", "乙公司净利润12亿元，同比增长8%。"),
        ("云麓科技在海鸥银行长期存款，董事长是江予白。", "江予白为云麓科技董事长，公司在海鸥银行长期存款。"),
        ("公司营收21,437,462.64元，成本30,437,462.64元。", "公司营收2143.75万元，成本3043.75万元。"),
        ("活动名列第1至第3名的队伍晋级。", "第3名的队伍晋级。"),
        # words that are no names, verbs of speech, figures or units
        ("教学楼后是操场，审议结果要公布，公司引入甲轮资金。", "教学楼后面是操场，审议结果还须公布。"),
        ("外交部门劝阻了沈知微，她没有离开。", "沈知微劝说无效，没有离开。"),
        ("韩牧野劝说沈知微留下。", "韩牧野游说沈知微留下。"),
        ("合格率超过90%，近70%的产品出口。", "合格率超过百分之九十，近百分之七十的产品出口。"),
        # one name, one part of a day
        ("Meta Platforms Inc发布了新耳机，售价299美元。", "Meta发布了新耳机，售价299美元。"),
        ("Meta Platforms Inc发布了新耳机，Snap Inc发布了新眼镜。", "Snap发布了新眼镜。"),
        ("国际机构Ocean Fund Asia（OFA）买入了债券。", "OFA买入了债券。"),
        ("发布会今晚8点开始，彩排上午8点结束。", "发布会晚间8点开始。"),
        ("发布会今晚8点开始，彩排上午8点结束。", "发布会晚上8点开始。"),
        ("发布会晚间8点开始。", "发布会晚上8点开始。"),
        ("发布会早上8点开始。", "发布会今早8点开始。"),
        # the first months of a year, and what they are called
        ("云麓科技上半年营收48.2亿元，同比增长12.6%。", "云麓科技前6个月营收48.2亿元。"),
        ("云麓科技2024年半年度营收48.2亿元。", "云麓科技2024年1-6月营收48.2亿元。"),
        ("云麓科技1至9月营收48.2亿元，同比增长12.6%。", "云麓科技前三季度营收48.2亿元。"),
        ("云麓科技前3个月营收48.2亿元，同比增长12.6%。", "云麓科技一季度营收48.2亿元。"),
        ("云麓科技上半年营收48.2亿元，占全年目标的60%。", "云麓科技上半年完成全年目标的60%，营收48.2亿元。"),
        ("云麓科技上半年营收48.2亿元，占全年的60%。", "云麓科技上半年的48.2亿元占全年的60%。"),
        ("云麓科技一季度营收5亿元，全年目标为30亿元。", "云麓科技一季度营收5亿元，全年要达到30亿元。"),
        ("云麓科技二季度投产，全年产能30万吨。", "云麓科技二季度投产，产能30万吨。"),
        ("云麓科技前四季度营收40亿元。", "云麓科技全年营收40亿元。"),
        ("云麓科技上半年营收5亿元。全年可生产30万吨。", "云麓科技上半年营收5亿元，全年产能30万吨。"),
        ("有个工程师设计了图纸，共5张。", "一名工程师设计了5张图纸。"),
        ("会议下午2点开始。", "会议14时开始。"),
        ("该市的产量居全国首位。", "该市的产量是全国第一。"),
        ("他称之为“6位制导”。", "他称之为“六位制导”。"),
        ("韩牧野11月2日回应了提问，云麓科技12月3日发布公告。", "韩牧野12月3日看到公告。"),
    ],
)
def test_other_forms_stand(body, statement):
    assert Statement(statement, Article("标题", body, shipped())).why_not() == ""


@pytest.mark.parametrize(
    ("body", "statement"),
    [
        ("两名工程师设计了图纸。", "一名工程师设计了图纸。"),
        ("会议下午2点开始。", "会议15时开始。"),
        ("该市的产量居全国前列。", "该市的产量是全国第一。"),
        ("公司首次排名全国第二。", "公司再次居全国第二。"),
        ("公司要求今年年底完工，明年运营。", "公司要在明年年底完工并运营。"),
        ("他称之为“6位制导”。", "他称之为“七位制导”。"),
        ("云麓科技发布公告。", "南开大学发布公告。"),
        ("Metaverse Labs发布了新耳机，售价299美元。", "Meta发布了新耳机，售价299美元。"),
        ("Meta Platforms Inc发布了智能耳机，Metaverse Labs买下工厂。", "Metaverse Labs发布了智能耳机。"),
        ("据德国媒体Kestrel的消息，Oceana手机将更新。", "据德国媒体Oceana的消息，手机将更新。"),
        ("发布会今晚8点开始。", "发布会早上8点开始。"),
        ("发布会晚间8点开始。", "发布会今早8点开始。"),
        ("今年前三季度，公司的出口大幅增长；三季度，进口下降。", "今年三季度，公司的出口大幅增长。"),
        ("今年前三季度，公司的出口大幅增长；今年三季度，进口明显下降。", "今年前三季度，进口明显下降。"),
        # a part of a period, and more than it
        ("云麓科技上半年营收48.2亿元，第二季度毛利率为26.1%。", "云麓科技第二季度营收48.2亿元。"),
        ("云麓科技上半年营收48.2亿元，同比增长12.6%。", "云麓科技全年营收48.2亿元。"),
        ("云麓科技上半年营收48.2亿元，前9个月订单充足。", "云麓科技前三季度营收48.2亿元。"),
        ("云麓科技2023年全年产量达30万吨，同比增长5%。", "云麓科技上半年产量达30万吨，同比增长5%。"),
        ("云麓科技一季度产量8万吨。", "云麓科技全年产量8万吨。"),
        ("云麓科技2024年上半年营收48.2亿元，去年更少。", "云麓科技2023年1-6月营收48.2亿元。"),
        ("云麓科技三季度营收48.2亿元，同比增长12.6%。", "云麓科技前9个月营收48.2亿元。"),
        ("银行副行长主持了签约仪式，行长没有来。", "银行行长主持了签约仪式。"),
        ("云麓科技发布公告，股价平稳。", "天枢科技发布公告，股价平稳。"),
    ],
)
def test_such_forms_excuse_nothing(body, statement):
    assert Statement(statement, Article("标题", body, shipped())).why_not() != ""


def test_of_a_list_twice_as_long_not_four_times_as_many_places_are_compared(monkeypatch):
    compared = []

    def counted(*places):
        compared.append(places)
        return alike(*places)

    alike = slots.alike
    monkeypatch.setattr(slots, "alike", counted)
    each = []
    for size in (30, 60, 120):
        people = [
            f"{title}{surname}{given}"
            for title, surname, given in islice(
                zip(cycle(("董事长", "总经理", "行长")), cycle("江韩沈陆周吴郑"), cycle("予白牧野知微行舟明辉文"), strict=False),
                size,
            )
        ]
        article = Article("标题", f"出席会议的有：{'、'.join(people)}。", shipped())
        compared.clear()
        assert Statement(f"参加会议的是{'、'.join(people[: size // 2] + people[size // 2 + 1 :])}。", article).why_not() == ""
        each.append(len(compared))
    assert each[1] < 3 * each[0] + 50
    assert each[2] < 3 * each[1] + 50
