"""Titles are of one list, whichever part asks for them."""

import re

import pytest

from tests.transforms.lists import shipped
from transforms.passage import Article
from transforms.shortened import shortened
from transforms.statements import Statement
from transforms.titles import ALIKE, CALLING, OFFICE

PAIRS = [(one, other) for forms in ALIKE for one in forms for other in forms if other not in one and one not in other]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_forms_that_everybody_knows_stand_for_each_other_and_are_titles(one, other):
    assert shortened(f"由{one}决定。", f"由{other}决定。") == [(1, 1 + len(one))]
    assert re.fullmatch(OFFICE, one)
    assert re.fullmatch(CALLING, one)


@pytest.mark.parametrize(
    ("body", "statement"),
    [
        ("云麓科技CFO江予白说，码头开工。", "首席财务官江予白说，码头开工。"),
        ("云麓科技首席运营官江予白说，码头开工。", "云麓科技COO江予白说，码头开工。"),
        ("海州财政大臣江予白说，税率不变。", "海州财长江予白称税率不变。"),
    ],
)
def test_a_title_in_another_form_stands(body, statement):
    assert Statement(statement, Article("标题", body, shipped())).why_not() == ""


def test_a_title_that_the_article_has_as_it_is_hides_no_stranger_behind_it():
    article = "首席执行官江予白说，码头开工。"
    assert shortened("首席执行官韩牧野说，码头开工。", article) == []
