"""Which person of an article has a title, told by more than a name right behind it."""

from types import SimpleNamespace

import pytest

from tests.transforms.lists import shipped
from transforms import holders
from transforms.passage import Article
from transforms.statements import Statement

PAIRS = "江予白与韩牧野出席了签约仪式。江予白在会上致辞。他现任云麓科技董事长。韩牧野介绍了产品。她是云麓科技总经理。"
SEVERAL = "云麓科技董事长兼总经理江予白致辞。海鸥银行行长兼党委书记韩牧野出席。副行长沈知微主持。"
GIVEN = "江予白任云麓科技董事长、总经理，韩牧野任副总经理、董事会秘书。"
CHANGED = "江予白辞去云麓科技董事长职务，由韩牧野接任。总经理是沈知微。"
LATER = "王志强今年45岁。他是海州人，毕业于海州大学。2015年至今任公司总经理。李建国任董事长。沈建军曾为总经理。"
RESUME = (
    "江予白，男，58岁，1990年加入公司。此前在海州工作，后在青禾工作。2015年至今任公司总经理。韩牧野为董事长。沈知微曾为总经理。"
)


@pytest.mark.parametrize(
    ("body", "statement"),
    [
        (PAIRS, "云麓科技董事长江予白致辞。"),
        (PAIRS, "总经理韩牧野介绍了产品。"),
        (SEVERAL, "云麓科技总经理江予白致辞。"),
        (SEVERAL, "云麓科技董事长江予白致辞，海鸥银行副行长沈知微主持。"),
        (GIVEN, "韩牧野任云麓科技董事会秘书，总经理江予白没有变。"),
        (CHANGED, "韩牧野任云麓科技董事长，江予白辞职。"),
        (CHANGED, "江予白曾是云麓科技董事长。"),
        (CHANGED, "云麓科技总经理沈知微没有变。"),
        ("汀州大学教授江予白、韩牧野获奖。", "汀州大学教授韩牧野获奖。"),
        ("江予白获奖，他任汀州大学校长期间，韩牧野也在该校。", "汀州大学校长江予白获奖。"),
        ("韩牧野认为，董事长江予白责任重大。", "董事长江予白被韩牧野认为责任重大。"),
        # a person whom the dictionary takes apart with the verb behind
        ("选举江予白为董事长，聘任韩牧野为总经理。", "江予白当选董事长。"),
        ("云湖科技选举江予白为董事长。韩牧野出席。", "云湖科技董事长江予白上任。"),
        # somebody else's title
        ("李建国负责销售，是董事长王志强的学生。", "李建国是董事长的学生。"),
        ("李建国是云湖科技员工，总经理王志强表扬了他。", "李建国是受总经理表扬的员工。"),
        ("韩牧野是董事长江予白的秘书。", "韩牧野任董事长的秘书。"),
        # a title told several sentences behind the name
        (LATER, "王志强2015年至今任公司总经理。"),
        (RESUME, "江予白2015年至今任公司总经理。"),
    ],
)
def test_a_title_stands_with_whom_the_article_gives_it_to(body, statement):
    assert Statement(statement, Article("签约", body, shipped())).why_not() == ""


@pytest.mark.parametrize(
    ("body", "statement"),
    [
        (PAIRS, "云麓科技总经理江予白致辞。"),
        (PAIRS, "董事长韩牧野介绍了产品。"),
        (SEVERAL, "云麓科技董事长韩牧野出席。"),
        (SEVERAL, "云麓科技总经理韩牧野出席。"),
        (SEVERAL, "海鸥银行行长江予白致辞。"),
        (SEVERAL, "海鸥银行行长沈知微主持。"),
        (GIVEN, "云麓科技董事长韩牧野没有变。"),
        (GIVEN, "韩牧野任云麓科技总经理。"),
        (GIVEN, "江予白任云麓科技董事会秘书。"),
        (CHANGED, "云麓科技总经理江予白辞职。"),
        ("选举江予白为董事长，聘任韩牧野为总经理。", "江予白当选总经理。"),
        ("云湖科技选举江予白为董事长，韩牧野任总经理。", "云湖科技董事长韩牧野上任。"),
        ("李建国负责销售，是董事长王志强的学生。", "董事长李建国负责销售。"),
        (LATER, "李建国2015年至今任公司总经理。"),
        (RESUME, "韩牧野2015年至今任公司总经理。"),
        ("王有为任董事长，韩牧野任总经理。", "总经理王有为出席。"),  # who is called so
        # words of somebody else's titles that tell nothing of the kind here
        ("江予白兼任董事长与总经理，韩牧野任副总经理。", "总经理韩牧野出席。"),
        ("江予白任云和科技总经理，韩牧野任董事长。", "云和科技总经理韩牧野出席。"),
        ("任志强被选举为青禾研究院董事长，韩牧野任副董事长。", "韩牧野担任青禾研究院董事长。"),
        ("江予白任总经理的云麓科技今日上市，韩牧野任董事长。", "总经理韩牧野出席。"),
        ("选举江予白为董事长，任命李为民为独立董事。", "董事长李为民上任。"),
    ],
)
def test_a_title_of_another_person_is_a_fault(body, statement):
    assert Statement(statement, Article("签约", body, shipped())).why_not() != ""


def test_of_a_row_twice_as_long_not_four_times_as_many_titles_are_compared(monkeypatch):
    compared = []
    joins = holders._AND.fullmatch

    def counted(*place):
        compared.append(place)
        return joins(*place)

    monkeypatch.setattr(holders, "_AND", SimpleNamespace(fullmatch=counted))
    each = []
    for size in (40, 80):
        article = Article("新闻", f"江予白是云湖科技总经理。{'董事长、总经理、' * size}", shipped())
        compared.clear()
        assert Statement("云湖科技总经理江予白出席。", article).why_not() == ""
        each.append(len(compared))
    assert each[1] < 3 * each[0]
