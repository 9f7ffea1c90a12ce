"""Periods: the part of a year that a text tells a figure of - 前三季度, 第三季度, 上半年, 前9个月."""

import re
from collections.abc import Sequence

from transforms.days import MONTHS, Day
from transforms.figures import Figure
from transforms.passage import Article, Passage

_PERIOD = re.compile(
    r"(?P<half>[上下]半年|半年度)|(?P<first>[前首])?第?(?P<quarter>[一二三四1-4])季"
    r"|(?P<plan>(?<!占)全年(?:计划|目标|任务|预算|预期|预测|指引|产能))|(?P<whole>(?<!占)全年)(?!的)"
)
_DIGITS = str.maketrans("一二三四", "1234")
_FIRST = {MONTHS + 3: "1", MONTHS + 6: "上半年", MONTHS + 9: "前3", MONTHS + 12: "全年"}
"""What the first months of a year are called together."""


def is_of_another(statement: Passage, figure: Figure, article: Article, found: Sequence[int]) -> bool:
    """Whether a statement tells a figure of one part of a year, and all sentences of an article that state it tell it of others.

    `found` are the numbers of the article's figures that say the same. A sentence that names no period before it may tell of any,
    and so may what one of an article tells of the plan for a year; a statement's plan is of the whole year, or of what is named before.
    """
    named = sorted(_named(statement, 0, figure.start), reverse=True)
    ours = next((name for _, name in named if name), "")
    planned = "全年" if named and not named[0][1] else ""
    places = (article.figures[one].start for one in found)
    theirs = {_period(article, article.sentences[article.sentence_at(one)][0], one) for one in places}
    return bool(ours and theirs) and theirs.isdisjoint((ours, planned, ""))


def is_called(day: Day, article: Article) -> bool:
    """Whether an article has the first months of a year, 前6个月, under their other name, 上半年; of that year, if one is told."""
    years = {one.year for one in article.days}
    return (
        day.month in _FIRST
        and day.year in (None, *years)
        and _FIRST[day.month] in {name for _, name in _named(article, 0, len(article.text.text))}
    )


def is_told_in_months(statement: Passage, figure: Figure, article: Article) -> bool:
    """Whether a figure is a number of quarters, 前三季度, that an article has as the first months of a year, 前9个月."""
    name = _period(statement, max(0, figure.start - 1), figure.end)
    return name in {_FIRST[one.month] for one in article.days if one.month in _FIRST}


def _period(passage: Passage, begun: int, place: int) -> str:
    """Return the last period that a passage names between two places, in one form; nothing where it names none."""
    return max(_named(passage, begun, place), default=(0, ""))[1]


def _named(passage: Passage, begun: int, place: int) -> list[tuple[int, str]]:
    """Return the periods that a passage names between two places, each with its place, in one form."""
    months = ((one.start, one.month) for one in passage.days if begun <= one.start < place)
    found = [(start, _FIRST.get(month, str(month))) for start, month in months if month and month > MONTHS]
    return found + [(match.start(), _form(match)) for match in _PERIOD.finditer(passage.text.text, begun, place)]


def _form(match: re.Match[str]) -> str:
    """Return the one form of a period; nothing for the plan of a year, which is of no part of it."""
    if match["plan"]:
        return ""
    found = match["half"] or match["whole"] or f"{match['first'] or ''}{match['quarter']}".translate(_DIGITS)
    return {"半年度": "上半年", "前2": "上半年", "前4": "全年"}.get(found, found)
