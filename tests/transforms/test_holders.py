"""Which person of an article has a title, told by more than a name right behind it."""

import pytest

from tests.transforms.lists import shipped
from transforms.passage import Article
from transforms.statements import Statement

PAIRS = "江予白与韩牧野出席了签约仪式。江予白在会上致辞。他现任云麓科技董事长。韩牧野介绍了产品。她是云麓科技总经理。"
SEVERAL = "云麓科技董事长兼总经理江予白致辞。海鸥银行行长兼党委书记韩牧野出席。副行长沈知微主持。"
GIVEN = "江予白任云麓科技董事长、总经理，韩牧野任副总经理、董事会秘书。"
CHANGED = "江予白辞去云麓科技董事长职务，由韩牧野接任。总经理是沈知微。"


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
    ],
)
def test_a_title_of_another_person_is_a_fault(body, statement):
    assert Statement(statement, Article("签约", body, shipped())).why_not() != ""
