"""Figures: the numbers that a text states, whatever their form, and whether two of them say the same.

Texts are those of `transforms.spelling`: half width, small letters, no blanks inside a figure.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from transforms.numerals import DIGIT, NUMERAL, has_tens, scale_of, value_of
from transforms.units import CURRENCY, PER, UNIT, agree, falls_below_zero, ordinal, unit_of

_FIGURE = re.compile(
    rf"""(?=[第\d{NUMERAL}])(?<![a-z\d.])
        (?P<nth>第)?(?:(?P<whole>[{NUMERAL}]{{1,6}})分之|(?P<part>\d{{1,2}})/(?=[2-9]\d?(?![\d/.])))?
        (?:(?P<number>\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)|(?<!周)(?<!星期)(?P<han>[{DIGIT}十拾][{NUMERAL}]{{0,20}}(?:点[{DIGIT}]{{1,20}}(?![{DIGIT}十]))?
            |(?<=分之)百|(?<![数几{NUMERAL}])[百千万](?=[余多])))
        (?P<more>[余多来])?(?P<scale>[十百千]?(?:万亿|亿|万(?!科))|[百千](?![克米瓦分]))?
        (?P<about>[余多来])?(?P<unit>(?!所[需以有在占]|升[至到空]){UNIT})?(?P<half>(?<=成)[{DIGIT}半](?![\u4e00-\u9fff](?<![的是为左以上下多在])))?(?=(?P<per>{PER})?)""",
    re.VERBOSE,
)
_ABOUT = re.compile(r"(?<!不)[约近超逾]过?$")
_CODE = re.compile(r"0\d+")  # 000672 is no 672
_RANGE = re.compile(r"[-~至到或]")
# A dash behind a number, a sum or another dash is none, nor is one that begins a line; 背负3亿元 is no sum below zero.
_MINUS = re.compile(r"(?:(?<![a-z\d%元万亿\n-])-|零下|(?<![担背肩自胜抱])负)$")
_PAID_IN = re.compile(rf"(?:{CURRENCY})$")
_MOST_DIGITS = 60  # of a number that anybody reads
_NOON = 12
_PAST_NOON = re.compile("(?:下午|晚上|[当今昨明]晚|[傍晚]晚|晚间)$")
_SUM = 10_000  # more than numbers in names have: 歼-20
# 一家, 一次 and 十分 are words; a number only where they say 第一家.
_WORDS = frozenset({"一", "十"})
_NO_UNITS = frozenset("个家种次点分起条项段步大度时口手部")


class Figure(NamedTuple):
    """A number with its unit: its place, and what it may say - 2 in 2至3亿元 is 2元 or 2亿元.

    `scale` is 10,000 for 万 and so on, `step` the value of the last digit that is printed; `about` tells that the text marks it
    as not exact: 约, 近, 超, 余. `minus` tells that a minus, 负 or 零下 stands before it: the readings are without it, as a fall by
    5% is told as -5% and as 下降5%.
    """

    start: int
    end: int
    readings: tuple[tuple[Decimal, str], ...]
    scale: int
    step: Decimal
    about: bool
    minus: bool


def figures(text: str) -> list[Figure]:
    """Return the figures of a text, in order. Its days are to be blanked out before, or they are figures, too."""
    found: list[Figure] = []
    for match in _FIGURE.finditer(text):
        if not (match["number"] or _counts(match)):
            continue
        one = _figure(text, match, found[-1].end if found else 0)
        if found and _continues(found[-1], one):
            one = _joined(found.pop(), one)
        found.append(one)
    for place in range(len(found) - 1):
        one, behind = found[place : place + 2]
        if one.readings[0][1] in ("", "第") and _RANGE.fullmatch(text, one.end, behind.start):
            found[place : place + 2] = _ranged(text, one, behind, found[place - 1].end if place else 0)
    return found


def _figure(text: str, match: re.Match[str], begun: int) -> Figure:
    """Return the figure of a match; `begun` is where the one before it ends."""
    number, start = (match["number"] or "")[:_MOST_DIGITS], match.start()
    value = Decimal(number.replace(",", "")) if number else value_of(match["han"])
    if number and _CODE.fullmatch(number):
        value = -Decimal(f"1{number}")  # what no other figure says
    scale = scale_of(match["scale"] or "")
    step = scale * Decimal(1).scaleb(-len(number.partition(".")[2]) if number else 0)
    value, unit = _measured(text, match, value * scale)
    about = bool(match["more"] or match["about"] or _ABOUT.search(text, max(0, start - 3), start))
    sign = _sign(text, start, begun, may_fall=value >= _SUM or falls_below_zero(unit))
    if sign and match["unit"] == "度":
        unit = "℃"
    readings = [(value.normalize(), unit)]
    if unit == "时" and value < _NOON and _PAST_NOON.search(text, max(0, start - 3), start):
        readings.append((value + _NOON, unit))  # 下午2点 is 14时
    if unit == "‰":
        readings.append(((value / 10).normalize(), "%"))
    return Figure(start - len(sign), match.end(), tuple(readings), scale, step, about, bool(sign))


def _sign(text: str, start: int, begun: int, *, may_fall: bool) -> str:
    """Return the minus before a number, which may be below zero; nothing where a dash is between two figures or in a name."""
    sign = _MINUS.search(text, max(begun, start - 2), start)
    if not sign or (sign[0] == "-" and (0 < begun == sign.start() or not may_fall)):
        return ""
    return sign[0]


def _measured(text: str, match: re.Match[str], value: Decimal) -> tuple[Decimal, str]:
    """Return the value and the unit of a number: 30% of 三成, 0.03% of 万分之三."""
    unit, start = unit_of(f"{match['unit']}{match['per'] or ''}" if match["unit"] else ""), match.start()
    if part := match["part"]:
        return Decimal(part) * 100 / value, "%"
    if whole := match["whole"]:
        return value * 100 / (value_of(whole) or 1), "%"
    if unit == "成":  # 八成五
        half = match["half"]
        return value * 10 + (5 if half == "半" else value_of(half) if half else 0), "%"
    if unit == "季度" and text[start - 1 : start] == "前":
        return value, "前季度"  # 前三季度 is not 第三季度
    if unit == "元" and (currency := _PAID_IN.search(text, max(0, start - 3), start)):
        return value, unit_of(currency[0])
    # 连续第三年 is what 连续三年 is.
    return value, ordinal(unit) if match["nth"] and not text.endswith("连续", 0, start) else unit


def _continues(one: Figure, behind: Figure) -> bool:
    """Whether a figure is the rest of the one before it: 2000万元 of 1亿2000万元, 5000元 of 3万5000元."""
    value, unit = behind.readings[0]
    rest = value < one.scale and (behind.scale > 1 or 10 * value >= one.scale)
    return rest and one.end == behind.start and one.scale > 1 and not (one.readings[0][1] or one.about or unit.startswith("第"))


def _joined(one: Figure, rest: Figure) -> Figure:
    value, (more, unit) = one.readings[0][0], rest.readings[0]
    return one._replace(end=rest.end, readings=((value + more, unit),), step=rest.step, about=rest.about)


def _counts(match: re.Match[str]) -> bool:
    """Whether Chinese numerals state a number: 三家, 十二, 第三; not those of 一些, 统一 and 十分."""
    han, unit = match["han"], match["unit"] or ""
    if match["whole"] or match["scale"] or match[0][0] == "第":
        return True
    if han in _WORDS and unit in _NO_UNITS:
        return False
    return bool(unit and not unit.isascii()) or (len(han) > 1 and has_tens(han))


def _ranged(text: str, one: Figure, behind: Figure, begun: int) -> tuple[Figure, Figure]:
    """Return the two figures of a range of which the first shares the unit, and perhaps the scale, of the other: 2 in 2至3亿元."""
    value, unit = one.readings[0]
    if unit:
        behind = behind._replace(readings=tuple((number, ordinal(theirs)) for number, theirs in behind.readings))
    unit = behind.readings[0][1]
    shared = [(value, unit), ((value * behind.scale).normalize(), unit)][: 1 + (behind.scale > 1)]
    sign = "" if one.minus else _sign(text, one.start, begun, may_fall=shared[-1][0] >= _SUM or falls_below_zero(unit))
    one = one._replace(start=one.start - len(sign), readings=(*one.readings, *shared), minus=one.minus or bool(sign))
    return one, behind


def stating(figure: Figure, others: Sequence[Figure]) -> list[int]:
    """Return which of `others` can say what a figure says.

    One without a unit cannot where another one has the same value in another unit. Where there is none, it may be one that
    the figure rounds or cuts.
    """
    same = [number for number, other in enumerate(others) if same_figure(figure, other)]
    if same and figure.readings[0][1] and not any(_same_unit(figure, others[number]) for number in same):
        values = {value for value, _ in figure.readings}
        if any(theirs and value in values for other in others for value, theirs in other.readings):
            return []
    return same or [number for number, other in enumerate(others) if rounds(figure, other)]


def same_figure(one: Figure, other: Figure) -> bool:
    """Whether two figures can say the same: equal values, and units of which neither contradicts the other."""
    return any(value == second and agree(unit, unit2) for value, unit in one.readings for second, unit2 in other.readings)


def _same_unit(one: Figure, other: Figure) -> bool:
    """Whether two figures say the same, and both have a unit."""
    return any(
        value == second and unit and unit2 and agree(unit, unit2)
        for value, unit in one.readings
        for second, unit2 in other.readings
    )


def comparable(one: Figure, other: Figure) -> bool:
    """Whether two figures are of one unit."""
    return any(unit and unit2 and agree(unit, unit2) for _, unit in one.readings for _, unit2 in other.readings)


def differ(one: Figure, other: Figure) -> bool:
    """Whether two figures are of different units, so that neither can stand for the other."""
    return not any(agree(unit, unit2) for _, unit in one.readings for _, unit2 in other.readings)


def rounds(one: Figure, other: Figure) -> bool:
    """Whether a figure is another one rounded or cut to what it prints, in a larger scale: 792.34万 of 7,923,404.34.

    A figure that says that it is not exact (约, 近, 超) may also leave out all decimals in the same scale: 近5亿 of 4.98亿.
    """
    (value, unit), (exact, unit2) = one.readings[0], other.readings[0]
    above = exact - value
    near = -one.step / 2 <= above < one.step or (one.about and abs(above) < one.step and 2 * exact >= value)
    if bool(unit) != bool(unit2) or not agree(unit, unit2) or other.step >= one.step or not near:
        return False
    return one.scale > other.scale or (one.about and one.step >= one.scale == other.scale)
