"""Periods: the part of a year that a text tells a figure of - 前三季度, 第三季度, 上半年."""

import re
from collections.abc import Sequence

from transforms.figures import Figure
from transforms.passage import Article, Passage

_PERIOD = re.compile(r"(?P<half>[上下]半年|半年度)|(?P<first>[前首])?第?(?P<quarter>[一二三四1-4])季")
_DIGITS = str.maketrans("一二三四", "1234")


def is_of_another(statement: Passage, figure: Figure, article: Article, found: Sequence[int]) -> bool:
    """Whether a statement tells a figure of one part of a year, and all sentences of an article that state it tell it of others.

    `found` are the numbers of the article's figures that say the same. A sentence that names no period before it may tell of any.
    """
    ours = _period(statement.text.text, 0, figure.start)
    places = (article.figures[one].start for one in found)
    theirs = {_period(article.text.text, article.sentences[article.sentence_at(one)][0], one) for one in places}
    return bool(ours and theirs) and theirs.isdisjoint((ours, ""))


def _period(text: str, begun: int, place: int) -> str:
    """Return the last period that a spelled text names between two places, in one form; nothing where it names none."""
    found = ""
    for match in _PERIOD.finditer(text, begun, place):
        found = match["half"] or f"{match['first'] or ''}{match['quarter']}"
    return found.replace("半年度", "上半年").translate(_DIGITS)
