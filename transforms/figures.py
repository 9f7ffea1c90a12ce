"""Figures: the numbers that a text states, whatever their form, and whether two of them say the same.

Texts are those of `transforms.spelling`: half width, small letters, no blanks inside a figure.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from transforms.numerals import DIGIT, NUMERAL, has_tens, scale_of, value_of
from transforms.units import UNIT, unit_of

_FIGURE = re.compile(
    rf"""(?=[-第\d{NUMERAL}])(?<![a-z\d.])
        (?:(?<![a-z\d%)元股万亿])-)?第?(?:(?P<whole>[{NUMERAL}]{{1,6}})分之)?
        (?:(?P<number>\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)|(?<!周)(?<!星期)(?P<han>[{DIGIT}十拾][{NUMERAL}]{{0,20}}(?:点[{DIGIT}]+)?))
        (?P<more>[余多来])?(?P<scale>[十百千]?(?:万亿|亿|万(?!科))|[百千](?![克米瓦]))?
        (?P<about>[余多来])?(?P<unit>{UNIT})?""",
    re.VERBOSE,
)
_ABOUT = re.compile(r"(?<!不)[约近超逾]过?$")
_CODE = re.compile(r"0\d+")  # 000672 is no 672
_RANGE = re.compile(r"[-~至到或]")
# 一家, 一次 and 十分 are words; a number only where they say 第一家.
_WORDS = frozenset({"一", "十"})
_NO_UNITS = frozenset("个家种次点分起条项段步大度时口手部")


class Figure(NamedTuple):
    """A number with its unit: its place, and what it may say - 2 in 2至3亿元 is 2元 or 2亿元.

    `scale` is 10,000 for 万 and so on, `step` the value of the last digit that is printed; `about` tells that the text marks it
    as not exact: 约, 近, 超, 余.
    """

    start: int
    end: int
    readings: tuple[tuple[Decimal, str], ...]
    scale: int
    step: Decimal
    about: bool


def figures(text: str) -> list[Figure]:
    """Return the figures of a text, in order. Its days are to be blanked out before, or they are figures, too."""
    found = [_figure(text, match) for match in _FIGURE.finditer(text) if match["number"] or _counts(match)]
    for place, (one, behind) in enumerate(pairwise(found)):
        if not one.readings[0][1] and _RANGE.fullmatch(text, one.end, behind.start):
            found[place] = one._replace(readings=(*one.readings, *_shared(one, behind)))
    return found


def _figure(text: str, match: re.Match[str]) -> Figure:
    number, unit = match["number"], unit_of(match["unit"] or "")
    value = Decimal(number.replace(",", "")) if number else value_of(match["han"])
    if number and _CODE.fullmatch(number):
        value = -Decimal(f"1{number}")  # what no other figure says
    scale = scale_of(match["scale"] or "")
    step = scale * Decimal(1).scaleb(-len(number.partition(".")[2]) if number else 0)
    value *= scale
    if whole := match["whole"]:
        value, unit = (value, "%") if whole == "百" else (value / (value_of(whole) or 1), "")
    if unit == "成":
        value, unit = value * 10, "%"
    if unit == "季度" and text[match.start() - 1 : match.start()] == "前":
        unit = "前季度"  # 前三季度 is not 第三季度
    about = bool(match["more"] or match["about"] or _ABOUT.search(text, max(0, match.start() - 3), match.start()))
    return Figure(*match.span(), ((value.normalize(), unit),), scale, step, about)


def _counts(match: re.Match[str]) -> bool:
    """Whether Chinese numerals state a number: 三家, 十二, 第三; not those of 一些, 统一 and 十分."""
    han, unit = match["han"], match["unit"] or ""
    if match["whole"] or match["scale"] or match[0][0] == "第":
        return True
    if han in _WORDS and unit in _NO_UNITS:
        return False
    return bool(unit and not unit.isascii()) or (len(han) > 1 and has_tens(han))


def _shared(one: Figure, other: Figure) -> Iterator[tuple[Decimal, str]]:
    """Yield what a figure says that shares the unit, and perhaps the scale, of the one behind it."""
    value, unit = one.readings[0][0], other.readings[0][1]
    yield value, unit
    if other.scale > 1:
        yield (value * other.scale).normalize(), unit


def stating(figure: Figure, others: Sequence[Figure]) -> list[int]:
    """Return which of `others` can say what a figure says.

    One without a unit cannot where another one has the same value in another unit. Where there is none, it may be one that
    the figure rounds or cuts.
    """
    same = [number for number, other in enumerate(others) if same_figure(figure, other)]
    unit = figure.readings[0][1]
    if unit and not any(unit == theirs for number in same for _, theirs in others[number].readings):
        values = {value for value, _ in figure.readings}
        if any(theirs and value in values for other in others for value, theirs in other.readings):
            return []
    return same or [number for number, other in enumerate(others) if rounds(figure, other)]


def same_figure(one: Figure, other: Figure) -> bool:
    """Whether two figures can say the same: equal values, and units of which neither contradicts the other."""
    for value, unit in one.readings:
        for second, unit2 in other.readings:
            if value == second and (unit == unit2 or not unit or not unit2):
                return True
    return False


def rounds(one: Figure, other: Figure) -> bool:
    """Whether a figure is another one rounded or cut to what it prints, in a larger scale: 792.34万 of 7,923,404.34.

    A figure that says that it is not exact (约, 近, 超) may also leave out all decimals in the same scale: 近5亿 of 4.98亿.
    """
    (value, unit), (exact, unit2) = one.readings[0], other.readings[0]
    above = exact - value
    near = -one.step / 2 <= above < one.step or (one.about and abs(above) < one.step and 2 * exact >= value)
    if unit != unit2 or other.step >= one.step or not near:
        return False
    return one.scale > other.scale or (one.about and one.step >= one.scale == other.scale)
