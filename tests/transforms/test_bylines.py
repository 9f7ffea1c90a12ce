"""Publisher and authors in single lines, in the forms that Chinese sites print; names and most papers are invented."""

import pytest

from transforms.bylines import find_authors
from transforms.document import Document
from transforms.persons import is_person
from transforms.publisher import find_publisher
from transforms.zone import Zone

EMPTY = Document("<p>x</p>")
LINES = [
    ("2026年11月18日 10:32 | 来源：样民网-样州日报", "样州日报", []),
    ("来源：样州时报网 2026-11-18 10:32 作者：沈知", "样州时报网", ["沈知"]),
    ("2026-11-18 10:32:06　来源: 样华社 　　责任编辑：何帆", "样华社", []),
    ("2026-11-18 10:32:06来源：样州时报·e公司 责编：何帆", "样州时报·e公司", []),
    ("样州财经 2026-11-18 10:32:06 听新闻 作者：段思 责编：何帆", "样州财经", ["段思"]),
    ("样视网 | 2026年11月18日 10:32:06", "样视网", []),
    ("来源丨样州周报  作者丨徐晓样", "样州周报", ["徐晓样"]),
    ("来源：<样联社>", "样联社", []),
    ("来源：样州证券报2026-11-18 10:32", "样州证券报", []),
    ("来源：样州时报·e公司2026年11月18日", "样州时报·e公司", []),
    ("来源：21世纪样报2026/11/18 10:32:06作者：沈知", "21世纪样报", ["沈知"]),
    ("信息来源：样州发展改革委 发布时间：2026-11-18", "样州发展改革委", []),
    ("发布时间：2026-11-18 10:32 来源：政策研究室 [ 打印 ]", "政策研究室", []),
    ("稿件来源：样州日报  2026-11-18", "样州日报", []),
    ("来自：样嗅", "样嗅", []),
    ("（文章来源：样方财富研究中心）", "样方财富研究中心", []),
    ("记者 张伟样 李娜 上海报道", None, ["张伟样", "李娜"]),
    ("■本报记者 苏诗样", None, ["苏诗样"]),
    ("⊙记者 汤立样 ○编辑 林坚样", None, ["汤立样"]),
    ("⊙本报记者 苏诗样 孙越样", None, ["苏诗样", "孙越样"]),
    ("21世纪样报记者 周潇样 北京报道", "21世纪样报", ["周潇样"]),
    ("样夏时报（www.example.com）记者 吴样 北京报道", None, ["吴样"]),
    ("本报（example.com）记者徐芸样 见习记者 王小样 北京报道", None, ["徐芸样", "王小样"]),
    ("每经记者 李样 每经编辑 陈旭", None, ["李样"]),
    ("样京报财经记者 张晓样 编辑 陈莉 校对 柳宝样", "样京报财经", ["张晓样"]),
    ("记者 / 司马样 编辑 / 诸葛亮", None, ["司马样"]),
    ("界样新闻编辑 | 刘海样", None, []),
    ("文｜本刊记者 欧阳晓样", None, ["欧阳晓样"]),
    ("文 | 何己样  编辑 | 谭样", None, ["何己样"]),
    ("撰文：张 样", None, ["张样"]),
    ("本报讯（记者 刘样）11月18日，样州人民银行发布", None, ["刘样"]),
    ("样华社北京11月18日电（记者申样、王雨样）财政部", None, ["申样", "王雨样"]),
    ("样联社11月18日讯（编辑 赵样）", None, []),
    ("（作者系样州大学教授 刘元样）", None, ["刘元样"]),
    ("（作者：温样，系样生银行首席经济学家）", None, ["温样"]),
    ("（作者温样为样生银行首席经济学家）", None, ["温样"]),
    ("12月4日，记者 从中国人民银行获悉", None, []),
    ("据样华社记者了解，王毅样表示", None, []),
    ("新闻记者 张三样摄", None, []),
    ("样州周刊 2026-11-18 10:32", "样州周刊", []),
    ("2026-11-18 10:32 样洋网-样州日报 陈样 我要评论 ( 0 )", "样州日报", ["陈样"]),
    ("样州卫视 王样 周铭样 北京报道", None, ["王样", "周铭样"]),
    ("样州卫视 王样 周铭样 北京摄影", None, []),
    ("徐样（样州社供本报特稿）", None, ["徐样"]),
    ("徐样（样州大学校友）", None, []),
    ("来源：样州日报 作者：董来孝样", "样州日报", ["董来孝样"]),
    ("作者：董来孝样", None, ["董来孝样"]),
    ("作者：董来孝样等多人", "董来孝样等多人", []),
    ("作者：云南样络", "云南样络", []),
    ("董来孝样，是样州的一个地方", None, []),
    ("来源：周样报", "周样报", []),
    ('来源："样州日报" 2026-11-18', "样州日报", []),
    ('凡本网注明"来源：样州日报"的所有作品，版权均属于样州日报社', None, []),
    ("凡注明来源：样州日报的作品，均为本网原创", None, []),
    ("转载请注明：来源：样州日报", None, []),
    ("来源：样州日报 转载请注明出处", "样州日报", []),
    ("样青在线－样州青年报 2026-11-18 [ 打印 ]", "样州青年报", []),
    ("样州周报 2026-11-18", "样州周报", []),
    ("公司新闻 2026-11-18", None, []),
    ("公司年报 2026-11-18", None, []),
    ("公司官网 2026-11-18", None, []),
    ("据样州日报 2026-11-18报道", None, []),
    ("2026-11-18 8:30 PM", None, []),
    ("2026-11-18 10:32 By Shen", None, []),
    ("本次回购的资金来源于公司自有资金。", None, []),
    ("公司收入来源主要为温室业务。", None, []),
    ("游客主要来源地为广东省。", None, []),
    ("资讯来源 样州日报", "样州日报", []),
    ("《样城》作者余样是作家，昨日举行签售", None, []),
    ("《样城》作者 余样 举行签售", None, []),
    ("论文第一作者李样为样州大学博士生", None, []),
    ("通讯作者：李样", None, []),
    ("作者李样为样州大学教授", None, ["李样"]),
    ("（作者李样系样州大学教授，样州研究院院长）", None, ["李样"]),
    ("样州证券（首席研究员 李样）认为，投资将增长", None, []),
    ("样州研究院研究员 李样", None, ["李样"]),
    ("（样州研究院研究员 李样）", None, ["李样"]),
    ("样讯（马样）与样里（张样）签署协议", None, []),
    ("本报讯（刘样）昨日", None, ["刘样"]),
    ("样华社北京11月18日电（申样、王雨样）财政部", None, ["申样", "王雨样"]),
    ("本报北京专电（王雨样）昨日", None, ["王雨样"]),
    ("记者：谢谢。", None, []),
]


@pytest.mark.parametrize(("line", "publisher", "authors"), LINES, ids=[line for line, *_ in LINES])
def test_a_line_below_the_headline(line, publisher, authors):
    zone = Zone(below=[line], above=[], head=[], tail=[], after=[])
    assert (find_publisher(EMPTY, zone), find_authors(EMPTY, zone)) == (publisher, authors)


@pytest.mark.parametrize(
    ("zone", "authors"),
    [
        ({"tail": ["(作者：方样北京大学经济学院教授)"]}, ["方样"]),
        ({"tail": ["(作者：方样明中国社会科学院研究员)"]}, ["方样明"]),
        ({"tail": ["(作者：方圆样州一家小店的常客)"]}, []),
        ({"after": ["作者： 记者王敬样", "编辑： 王华样"]}, ["王敬样"]),
        ({"after": ["编辑： 王华样", "王敬样的作者：王华样"]}, []),
        ({"after": ["更多新闻", "读者留言", "作者：王敬样"]}, []),
        ({"tail": ["作者：样州研究院研究员 李样"]}, ["李样"]),
        ({"tail": ["样州市人民政府（公章）"]}, []),
        ({"tail": ["（公章）"]}, []),
        ({"tail": ["公司负责人为总经理（王建样）"]}, []),
        ({"tail": ["该书作者余样是作家。"]}, []),
        ({"tail": ["投资将继续增长。（王建样）"]}, ["王建样"]),
        ({"tail": ["（王建样 李样）"]}, ["王建样", "李样"]),
        ({"below": ["作者：沈知远"], "after": ["作者：王敬样"]}, ["沈知远"]),
    ],
)
def test_a_line_at_the_end_of_the_text_or_behind_it(zone, authors):
    lines = {"below": [], "above": [], "head": [], "tail": [], "after": []}
    assert find_authors(EMPTY, Zone(**lines | zone)) == authors


@pytest.mark.parametrize(
    ("zone", "publisher"),
    [
        ({"tail": ["本次回购的资金来源于公司自有资金，价格不超过10元。"]}, None),
        ({"tail": ["电力来源：太阳能，占比达八成。"]}, None),
        ({"after": ["公司收入来源：温室业务"]}, None),
        ({"tail": ["（本文来源：样州日报）"]}, "样州日报"),
        ({"after": ["编辑：何样 来源：样州日报"]}, "样州日报"),
        ({"after": ["来源 样州日报"]}, "样州日报"),
    ],
)
def test_a_source_that_is_named_at_the_end(zone, publisher):
    lines = {"below": [], "above": [], "head": [], "tail": [], "after": []}
    assert find_publisher(EMPTY, Zone(**lines | zone)) == publisher


@pytest.mark.parametrize(
    ("html", "authors"),
    [
        ("<i id=author_baidu>作者：陈海样</i><i id=editor_baidu>责任编辑：何样</i>", ["陈海样"]),
        ("<i id=author_baidu>作者：陈海样</i><i id=editor_baidu>责任编辑：陈海样</i>", []),  # the editor in both
        (
            "<em id=post-date class='meta rich_media_meta_text'>2026-11-18</em><em class=rich_media_meta_text>样云野鹤</em>",
            ["样云野鹤"],
        ),
        ("<em class=rich_media_meta_text>点击关注</em>", []),
        ("<em id=publish_time class=rich_media_meta_text>样天</em>", []),
    ],
)
def test_an_element_for_the_author(html, authors):
    assert find_authors(Document(html), Zone(below=[], above=[], head=[], tail=[], after=[])) == authors


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("沈知远", True),
        ("欧阳晓样", True),
        ("艾则孜·玉素甫", True),
        ("张", False),
        ("样报记者", False),
        ("图片", False),
        ("的是了", False),
        ("明样报", False),
        ("周刊", False),
        ("路样社", False),
        ("金样网", False),
        ("金融界", False),
        ("江苏台", False),
        ("张建社", True),
        ("张玉台", True),
        ("王法界", True),
    ],
)
def test_what_can_be_a_person(name, person):
    assert is_person(name) is person
