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
