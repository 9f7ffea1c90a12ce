import pytest

from transforms.prose import blanked, prose


def told(body: str) -> list[str]:
    return [body[one.start : one.end] for one in prose(body)]


def test_sentences_are_spans_of_the_body_in_order():
    body = "第一句，说一件事。“第二句！”　他说。\n  第三句？ 没有句号的一行\n"
    assert told(body) == ["第一句，说一件事。", "“第二句！”", "他说。", "第三句？", "没有句号的一行"]
    assert [one.closed for one in prose(body)] == [True, True, True, True, False]
    assert prose("") == []


def test_an_indent_begins_a_paragraph_where_line_breaks_were_lost():
    body = "原标题：海州新材两股东减持　　样报记者 何一帆　　海州新材11日晚间公告，股东减持股份。　　报道：张　　三，李　　四"
    assert told(body) == ["海州新材11日晚间公告，股东减持股份。", "报道：张　　三，李　　四"]
    whole = "公司董事长王　　军在周一的业绩说明会上表示，公司将增加投资。"
    assert told(f"{whole}　　另外，公司董事会通过了一项议案，有效期两年。") == [
        whole,
        "另外，公司董事会通过了一项议案，有效期两年。",
    ]


def test_a_semicolon_ends_no_sentence_unless_it_is_very_long():
    short = "营业收入3亿元，同比增长；净利润1亿元，同比下降。"
    assert told(short) == [short]
    clauses = [f"第{number}项议案已经股东大会审议通过，并将于近期披露有关文件的全文及其附件和说明；" for number in range(8)]
    assert told("".join(clauses)) == clauses


@pytest.mark.parametrize(
    "line",
    [
        "原标题：远帆物流(12.31,0.42,1.36%)中标大单 来源：样报",
        "来源：样报",
        "责任编辑：何一帆",
        "特此公告。",
        "一、本次交易的基本情况",
        "（二）项目概况：",
        "证券代码：009908 证券简称：远帆物流 公告编号：2026-018",
        "扫码关注样报微信，获取更多资讯",
        "年度评选正在进行，谁是你心中的好公司？【点击投票】",
        "公司及董事会全体成员保证公告内容真实、准确、完整，没有虚假记载、误导性陈述或重大遗漏。",
        "未经书面许可，任何人不得转载本网文章。",
        "敬请广大投资者注意投资风险。",
        "您至少需输入5个字",
        "1. 远帆物流近30日内北向资金持股量增加142.92万股，占流通股比例增加0.52%；",
        "2. 近30日内无机构对远帆物流进行调研。",
        "2. 股份解除质押登记证明；",
        "以上就是关于港口项目怎么投标的相关介绍。",
        "样报AI点评：远帆物流上次发布减持公告是2026年07月08日，远帆物流近一年共发布11次减持类公告。",
        "样报头条（yangbaotoutiao）——海州港扩建获批 三家公司发警告；原油价格大涨3%|一周财经",
    ],
)
def test_what_is_no_prose_is_left_out_and_blanked(line):
    body = f"远帆物流中标港口项目。\n{line}\n项目金额1.36亿元。"
    assert told(body) == ["远帆物流中标港口项目。", "项目金额1.36亿元。"]
    clean = blanked(body, prose(body))
    assert len(clean) == len(body)
    assert clean.split() == ["远帆物流中标港口项目。", "项目金额1.36亿元。"]


def test_what_a_company_is_called_abroad_is_no_teaser():
    news = "云湖科技（yunhutech）——样州最大的公司——11月20日公布财报，净利润增长60%。"
    assert told(news) == [news]


def test_a_notice_takes_no_news_along():
    body = "公司取得新订单1.2亿元，预计明年交付。敬请广大投资者注意投资风险。"
    assert told(body) == ["公司取得新订单1.2亿元，预计明年交付。"]


@pytest.mark.parametrize(
    "dateline",
    [
        "样州时报网讯，",
        "e公司讯，",
        "样州青年报客户端讯 ",
        "样州报·金牛座讯 ",
        "样都讯 记者张三 ",
        "样通财经APP获悉，",
        "样媒体App 11月3日消息，",
        "样报网合肥11月16日电（记者 温以宁）",
        "【样报讯】",
        "样报记者 顾明川 ",
        "本报记者 顾明川 见习记者 许之远",
        "每日样报快讯，",
        "样报网 11月16日，",
        "路透海州11月16日 - ",
        "样视网消息（新闻联播）：",
        "样卫视消息：",
        "样车之家 11 月 16 日消息，",
        "样红资本局11月16日消息，",
        "样地产讯 11月16日，",
        "样车之家11月16日消息，",
        "S114讯 11月16消息（顾明川）",
        "导读：",
    ],
)
def test_the_news_begins_behind_the_dateline(dateline):
    body = f"{dateline}江淮大学团队研制出新型电池，效率达27.4%。"
    (sentence,) = prose(body)
    assert body[sentence.start :] == body
    assert body[sentence.news :] == "江淮大学团队研制出新型电池，效率达27.4%。"


@pytest.mark.parametrize(
    "body",
    [
        "宁德时代最新消息：公司拟回购股份10亿元。",
        "据国家统计局消息：10月份工业增长5%。",
        "央行官网消息：10月份贷款增加3000亿元。",
        "贵州茅台财报消息：前三季度净利润增长15%。",
        "数码视讯（300079）公告，公司拟发行债券3亿元。",
        "失联三天仍无音讯 家人报警求助，警方介入。",
        "法院审讯 10月1日开始，公众可旁听。",
        "样之家10月1日，公布第三季度财报。",
    ],
)
def test_who_acts_is_no_dateline(body):
    (sentence,) = prose(body)
    assert body[sentence.news :] == body


@pytest.mark.parametrize("query", ["id=18&page=2", "utm_source=wx", "p1=2"])
def test_an_address_ends_no_sentence(query):
    body = f"公示见http://zb.example.cn/info?{query}的公告栏，为期三天。第二句！"
    assert told(body) == [f"公示见http://zb.example.cn/info?{query}的公告栏，为期三天。", "第二句！"]
    assert told("谁来买单？AI=未来吗。") == ["谁来买单？", "AI=未来吗。"]


def test_an_article_ends_where_the_beginnings_of_others_are_printed():
    others = (
        "砺芯微电子高管被曝套现十亿\n新社讯 近日，砺芯微电子公告，高管减持...\n2026-11-03 21:33:42\n又一家公司的消息\n又讯..."
    )
    assert told(f"远帆物流回购1万股。\n{others}") == ["远帆物流回购1万股。"]
    assert told(f"远帆物流回购1万股。\n{others.replace('十亿', '十亿……', 1)}") == ["远帆物流回购1万股。"]
    headed = "谁是年度人物？我们拭目以待。点击投票【我要投票】\n原标题：远帆物流(12.31,0.42,1.36%)回购 来源：样报\n"
    assert told(f"{headed}远帆物流回购1万股。\n{others}") == ["远帆物流回购1万股。"]
    assert told("新闻标题一则\n导语一段。\n2026-11-03 21:33:42\n正文。") == [
        "新闻标题一则",
        "导语一段。",
        "2026-11-03 21:33:42",
        "正文。",
    ]


def test_an_article_ends_where_others_begin_that_are_told_in_a_paragraph_each():
    one = "一杯茶，一个月涨了三倍，稀缺就可以为所欲为了吗？\n云湖茶业今年以来涨了七成。这样的故事还能讲多久！\n2026-11-03 18:00:12\n"
    assert told(f"远帆物流回购1万股。\n{one}又一家公司的消息\n又讯，它也涨了。") == ["远帆物流回购1万股。"]


@pytest.mark.parametrize(
    "own",
    [
        "远帆物流回购1万股。\n稀缺就可以为所欲为了吗？\n远帆物流涨了七成。\n2026-11-03 18:00:12",  # behind its last section
        "远帆物流回购1万股。\n后市还能涨吗？\n远帆物流涨了七成。\n2026-11-03 18:00:12\n（责任编辑：李岚）",
        "快讯滚动更新。\n央行开展逆回购操作\n央行开展2000亿元操作。\n2026-11-03 09:20\n云湖科技回购股份\n云湖公告。\n2026-11-03 12:00",
        "远帆快讯滚动更新。\n业绩反转时间表来了！\n说是明年。\n2026-11-18 14:00:01\n回购开始\n公司回购。\n2026-11-18 15:00:02",
        "远帆物流答投资者问。\n请问公司今年还回购吗？\n公司拟回购1亿元。\n2026-11-03 09:20\n您好，谢谢关注。",
    ],
)
def test_an_article_goes_on_behind_a_time_of_its_own(own):
    assert [one for one in told(own) if "编辑" not in one] == [one for one in own.split("\n") if "编辑" not in one]


def test_lines_above_a_time_that_are_not_cut_are_the_articles_own():
    body = "远帆物流发布年报。\n三大业务板块全面增长超出预期\n收入增长三成。\n冷链业务收入翻番。\n2026-11-03 21:33"
    assert told(body) == body.split("\n")


def test_what_a_site_prints_above_the_headline_as_it_was_is_no_prose():
    body = "谁是你心中的优秀董秘？样本财经第六届评选进行中。\n原标题：远帆物流中标大单\n远帆物流公告，中标大单。"
    assert [body[one.start : one.end] for one in prose(body)] == ["远帆物流公告，中标大单。"]


def test_a_lead_that_asks_is_prose_though_the_headline_as_it_was_stands_below():
    assert told("油价为何连跌？分析人士说，供应过剩。\n原标题：油价连跌背后\n来源：样报") == [
        "油价为何连跌？",
        "分析人士说，供应过剩。",
    ]


@pytest.mark.parametrize("when", ["立刻", "立即"])
def test_a_measure_in_force_is_no_offer(when):
    line = f"样本国宣布，对进口钢铁加征25%的关税（{when}生效），涉及金额260亿元。"
    assert told(line) == [line]


@pytest.mark.parametrize(
    "news",
    [
        "1、云湖科技与青禾股份签订30亿元收购协议。",
        "2、大会11月2日通过投资决议。",
        "以上就是远帆物流11月2日发布的季报内容，净利润增长20%。",
    ],
)
def test_news_that_ends_like_a_paper_or_begins_like_a_notice_is_prose(news):
    assert told(f"公司早报如下。\n{news}") == ["公司早报如下。", news]
