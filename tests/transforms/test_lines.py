import time

import lxml.html
import pytest

from transforms.document import Line, lines_in
from transforms.lines import clean_lines as clean
from transforms.lines import with_rows

NODE = lxml.html.fragment_fromstring("<p></p>")


def clean_lines(texts: list[str], title: str, linked: int = 0) -> list[str]:
    return clean([Line(text, linked, NODE, number) for number, text in enumerate(texts)], title)


@pytest.mark.parametrize(
    "line",
    [
        "责任编辑：何一帆",
        "（责编：汤诗、丁涛）",
        "[编辑: 王五]",
        "来源：样报",
        "原标题：青穗农业拟投三亿元",
        "举报/反馈",
        "分享到：",
        "免责声明：本文不构成投资建议。",
        "扫描二维码关注我们",
        "更多精彩请关注样报公众号",
        "相关阅读：另一篇新闻",
        "下一篇：另一篇新闻",
        "作者：张三",
        "本报记者 张三 李四光",
        "2026-11-18 09:21",
        "青穗农业拟投三亿元建智能温室",
        "2026-11-18 09:21 来源：样报 作者：沈知远",
        "2026年11月18日 09:21 | 来源：样报",
        "时间：2026-11-18 09:21 浏览：33 字号：大 中 小",
        "【字体：大 中 小】【打印】【关闭】",
        "监 制：沈知远",
        "文字：张三 视频：李四光 编辑：王五",
        "本文为样报原创文章，未经授权不得转载。",
        "文章仅代表作者观点，不代表本网立场。",
        "版权归原作者所有，如有侵权请联系删除。",
        "更多内容请关注样报微信公众号",
        "您所在的位置：首页 > 财经 > 正文",
        "本文原标题：《青穗农业拟投三亿元》",
        "下载样报客户端",
        "本文转自：样州日报",
        "打开微信“扫一扫”，打开网页后点击屏幕右上角分享按钮",
        "投资有风险，入市需谨慎。",
        "以上内容与本站立场无关，不构成投资建议。据此操作，风险自担。",
        "*本文不构成投资建议",
        "样报声明：此消息系转载自合作媒体，登载此文出于传递更多信息之目的。",
        "样州网版权说明：凡注明来源为“样州网”，未经允许禁止转载。",
        "关注样花顺（ys518），获取更多机会",
        "下载“样报”官方APP，或关注官方微信公众号，即可随时了解动态。",
        "海量资讯、精准解读，尽在样报APP",
        "24小时滚动播报财经资讯，更多福利扫描二维码关注（yangbao）",
        "更多精彩内容，请关注样报微信公众号",
        "网友评论仅供其表达个人看法，并不表明样报立场",
        "Copyright © 2026 样报 All Rights Reserved",
        "0条评论",
        "图源：样觉中国",
        "每经编辑 张三",
        "海报制作：张三",
        "读者热线：4008000000",
        "（本文来源：样报 作者：样州研究院研究员沈知远）",
        "点击下载客户端",
        "热门排行",
        "上一篇文章： 青穗农业拟投三亿元",
        "下一条：另一篇新闻",
        "上一页 [1] [2] [3]",
        "来源｜样周刊（ID：yang-weekly）",
        "封面来源｜《样报图志》",
        "《样州》首发，转载请注明出处。(www.yang.example)",
        "网编：小样",
        "语音|徐禾 剪辑|李穗 制图|张青",
        "(网文转载)",
        "微信ID：yang-weekly",
        "长按二维码，关注样样",
        "觉得有用请识别图中二维码关注，并推荐给你的朋友",
        "🙋‍♀️ 关注我们",
        "本期精彩回顾",
        "'正在加载中...'",
        "您的浏览器不支持该视频，请升级后观看。",
        "作者, 沈知远",
        "免責聲明：本文所載資料僅供參考。",
        "(內容由樣報提供。未經授權，不得轉載。)",
        "39样网（www.yang.example）原创内容，未经授权不得转载，违者必究。",
        "延伸閱讀",
        "此观点不代表样州网立场。",
        "声明：图片来自网络，侵删",
        "郑重声明：样方财富发布此信息，与本站立场无关，不构成投资建议。",
        "特别提醒：如果我们使用了您的图片，请作者与本站联系。",
        "未经许可，任何人不得复制、转载本网站的内容。",
        "版权声明 本文版权归样报所有，未经书面许可，不得转载。",
        "本作品未经许可使用，本网将追究责任",
        "安装样报客户端第一时间接收资讯",
        "本报记者：欧阳晓样",
        "09:21",
    ],
)
def test_furniture_goes(line):
    assert clean_lines([line, "正文第一段，利润为三亿元。"], "青穗农业拟投三亿元建智能温室") == ["正文第一段，利润为三亿元。"]


@pytest.mark.parametrize(
    "line",
    [
        "责任编辑何一帆在会上说，编辑部将缩短流程，让记者有更多时间留在现场采访，读者反馈普遍良好。",
        "来源复杂的资金正在离开，银行需要更多时间核实。",
        "记者从会上获悉，今年投资三亿元。",
        "他说：“分享经济还会继续增长。”",
        "起诉书称，青穗大量抓取其原创内容，未经许可用于训练大模型，索赔数亿元。",
        "青穗公司表示，第三方未經授權不得銷售其產品，違者將被起訴。",
        "免责条款写得很小。",
        "（一）未经批准、授权处置问题线索，发现重大案情隐瞒不报的；",
        "“每块板都有身份。”负责人掏出扫码枪，轻扫板材上的二维码，屏幕上立刻跳出尺寸。",
        "公司表示，版权收入将成为今年增长最快的业务，全年有望突破三亿元。",
        "会议要求，请各单位通过客户端报名，名额有限，报满为止。",
        "该平台不代表任何一方，只提供技术服务，记者注意到，其用户已超过三百万。",
        "来源于三个方面：一是出口，二是消费，三是投资。",
        "2026年11月18日，公司公告称计划投资。",
        "记者：您怎么看？",
        "记者：请您介绍一下公司的情况。",
        "样报记者：谢谢！",
        "记者：有消息说公司要上市",
        "被告未经原告许可使用涉案商标，法院一审判决其赔偿三万元。",
        "未经用户同意不得使用其个人信息。",
        "法院认定涉案小说著作权归原告所有，被告应赔偿五十万元。",
        "版权归属问题成为本案争议焦点，双方均提交了证据。",
        "这不代表美联储的立场会转变，市场仍预期年内降息两次。",
        "这一销量仅代表其国内市场，公司海外销量同比增长35%。",
        "该言论仅代表其个人观点，不代表公司立场。",
        "声明：公司控股股东未减持股份，生产经营一切正常。",
        "郑重声明：公司从未与该平台合作，将依法追究造谣者责任。",
        "特别提醒：即日起高速公路小型客车免费通行。",
        "关注农产品价格，了解市场供需变化，是各地农业部门的工作。",
        "安装客户端即可体验的新功能已覆盖三百个城市，用户数达2000万。",
        "打开客户端，了解账户余额、办理转账已是多数老人的日常。",
        "下载次数最多的客户端仍是样信。",
        "更多城市的精彩赛事内容，请关注组委会发布的日程安排。",
        "聚焦：三季报透露哪些信号",
        "举报电话公布后，监管部门收到线索120条。",
        "股市有风险，监管部门多次提醒投资者入市需谨慎，但仍有不少新股民跑步进场。",
        "扫描二维码即可点餐，已成为餐饮门店的标配。",
        "不少老人不会识别二维码关注公众号，社区为此开设课程。",
        "合作：双方将共建实验室。",
        "语音识别准确率上升",
        "剪辑：从业者的新饭碗",
        "作者，一个被遗忘的职业",
        "法院认为，转载请注明不等于授权",
        "您的浏览器不支持这种编码，是开发者常见的提示",
        "下载量超过1000万次，日活用户达到200万。",
        "客户端业务收入为3.2亿元，同比增长12%。",
        "风险提示：原材料价格大幅波动；下游需求不及预期。",
        "投资建议：维持买入评级。",
        "新浪财经发布的数据显示，涨幅居前。",
        "声明称，公司目前经营正常。",
        "转载量居前的文章多为短视频脚本。",
        "一、政策背景",
        "（完）",
    ],
)
def test_prose_that_begins_like_furniture_stays(line):
    assert clean_lines([line], "标题") == [line]


def test_spaces_are_tidied_and_a_line_does_not_stand_twice():
    assert clean_lines(["　　第一段，\xa0利润。 ", "", "第一段， 利润。", "第二段。"], "标题") == [
        "第一段， 利润。",
        "第二段。",
    ]


FIGURES = ["+0.5%", "-0.5%", "1.25元", "12.5元"]
RISES = ["指数涨跌幅为+0.5%，成交额为三亿元，资金净流入。", "指数涨跌幅为-0.5%，成交额为三亿元，资金净流入。"]


@pytest.mark.parametrize("lines", [FIGURES, RISES])
def test_figures_that_differ_in_sign_or_point_are_no_copies(lines):
    assert clean_lines([*lines, lines[-1]], "标题") == lines


def test_a_live_report_keeps_its_clock_times():
    lines = ["午后指数走强。", "09:30", "指数高开，半导体领涨。", "10:15", "指数回落，新能源走弱。"]
    assert clean_lines([*lines, "11:00"], "标题") == lines


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["样州央行开展三千亿元逆回购操作。"], ["样州央行开展三千亿元逆回购操作。"]),
        (["样州央行开展三千亿元逆回购操作。", "中标利率1.40%。"], ["中标利率1.40%。"]),
        (["样州央行开展三千亿元逆回购操作"], []),
    ],
)
def test_a_text_that_is_the_headline_as_a_sentence_stays_where_there_is_no_other(lines, kept):
    assert clean_lines(lines, "样州央行开展三千亿元逆回购操作") == kept


def test_a_headline_that_ends_with_a_stop_is_no_text():
    assert clean_lines(["样州央行开展逆回购操作。"], "样州央行开展逆回购操作。") == []


def test_many_headings_of_related_links_take_no_more_time_than_other_lines():
    texts = ["正文第一段，利润为三亿元。", *["相关阅读", "样州新闻"] * 4000]
    began = time.process_time()
    assert clean_lines(texts, "标题")[0] == texts[0]
    assert time.process_time() - began < 2


def test_a_line_that_is_a_link_goes_and_prose_with_a_link_stays():
    assert clean_lines(["另一篇新闻的标题", "正文第一段，利润为三亿元。"], "标题", linked=8) == ["正文第一段，利润为三亿元。"]


def test_what_follows_a_heading_of_related_links_goes():
    lines = [
        Line(text, linked, NODE, number)
        for number, (text, linked) in enumerate(
            [
                ("正文第一段，利润为三亿元。", 0),
                ("为你推荐", 0),
                ("另一篇新闻的标题", 8),
                ("它的摘要，说的是别的事。", 0),
                ("又一篇新闻", 5),
            ]
        )
    ]
    assert clean(lines, "标题") == ["正文第一段，利润为三亿元。"]


def test_a_heading_inside_an_article_ends_nothing():
    texts = ["正文第一段，利润为三亿元。", "更多阅读", "正文第二段，利润为四亿元。", "正文第三段，利润为五亿元。"]
    assert clean_lines(texts, "标题") == [texts[0], texts[2], texts[3]]


def test_an_editor_at_the_end_of_a_paragraph_goes_alone():
    assert clean_lines(["利润为三亿元。（责任编辑：何一帆）", "同比增长。返回搜狐，查看更多"], "标题") == [
        "利润为三亿元。",
        "同比增长。",
    ]


def kept(html: str) -> list[str]:
    return clean(with_rows(lines_in(lxml.html.fragment_fromstring(f"<div>{html}</div>"))), "标题")


PROSE = "<p>正文第一段，利润为三亿元。</p>"
LINKS = "<ul><li><a href=/1>另一篇新闻的标题</a></li><li><a href=/2>又一篇新闻</a></li></ul>"


@pytest.mark.parametrize(
    "box",
    [
        f"<div><p>证券要闻</p>{LINKS}</div>",
        f"<div><h3>行业动态</h3>{LINKS}<h3>公司新闻</h3>{LINKS}</div>",
        "<section><h2>热读</h2><a href=/1>另一篇新闻的标题</a></section>",
    ],
)
def test_a_list_of_links_goes_with_its_heading(box):
    assert kept(f"{PROSE}{box}<p>正文第二段。</p>") == ["正文第一段，利润为三亿元。", "正文第二段。"]


@pytest.mark.parametrize(
    "end",
    [
        "<p>样州市人民政府</p><p>2026年11月18日</p>",
        "<p>春风又绿</p><p>江南岸</p><p>照我还</p>",
        "<p>全文完</p>",
        "<p>获奖名单</p><p>一等奖 沈知远</p>",
        "<h3>新技术</h3>",
        "<table><tr><td>月份</td><td>销量</td></tr><tr><td>6月</td><td>10</td></tr></table>",
    ],
)
def test_what_only_stands_before_links_stays(end):
    alone = kept(f"{PROSE}{end}")
    assert len(alone) > 1
    assert kept(f"{PROSE}{end}{LINKS}") == alone


def rows_of(table: str) -> list[str]:
    return [line.text for line in with_rows(lines_in(lxml.html.fragment_fromstring(table)))]


def test_a_tables_row_is_one_line_and_a_layout_is_none():
    row = "<tr><th>月份</th><th>销量（万头）</th></tr><tr><td><p>6月</p></td><td>10.4</td></tr>"
    assert rows_of(f"<table>{row}</table>") == ["月份 | 销量（万头）", "6月 | 10.4"]
    long = "正文第一段，利润为三亿元，同比增长一成，公司预计全年利润为五亿元，比上年多两成，分红不变。"
    assert rows_of(f"<table><tr><td>栏目</td><td>{long}</td></tr></table>") == ["栏目", long]
    assert rows_of("<table><tr><td><a href=/1>股票</a></td><td><a href=/2>基金</a></td></tr></table>") == ["股票", "基金"]
    assert rows_of("<table><tr><td><a href=/1>青穗</a></td><td>3.2%</td></tr></table>") == ["青穗 | 3.2%"]
    assert rows_of("<table><tr><td><div><p>青穗<br>农业</p></div></td><td>-3.2%</td></tr></table>") == ["青穗 农业 | -3.2%"]


def test_a_row_is_furniture_where_every_cell_is():
    table = "<tr><td>编辑</td><td>3</td></tr><tr><td>设计</td><td>5人</td></tr><tr><td>视频</td><td>5人</td></tr>"
    label = "<table><tr><td>来源：样报</td><td>2026-11-18 09:21</td></tr></table>"
    assert kept(f"<table>{table}{table}</table>{label}") == ["编辑 | 3", "设计 | 5人", "视频 | 5人"] * 2
