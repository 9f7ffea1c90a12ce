"""Rough figures: numbers that a text gives in words only - 上百家, 近千人, 数万元, 一半, 过半, 翻番 - and what bears them out."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from transforms.bounds import Side
from transforms.figures import Figure
from transforms.numerals import scale_of
from transforms.units import UNIT, agree, unit_of

_MANY = re.compile(
    rf"(?<![以网线海路之早晚岸不参])(?P<word>上|近|数|好几|几|逾|超过?|过|突破|站上)(?P<tens>[十百千])?(?P<scale>万亿|万|亿)?(?P<unit>(?!度|分之|里|姓){UNIT})"
)
_NEARLY = Decimal("0.8")  # of what 近 stands before


class Rough(NamedTuple):
    """A rough figure: its place, the number that it names with the side on which the thing itself lies, and its unit.

    `low` to `high`, both included, is what it may be of.
    """

    start: int
    end: int
    value: Decimal
    side: Side
    low: Decimal
    high: Decimal
    unit: str


_SHARES: dict[str, tuple[int, Side, int, int, str]] = {
    "(?<!通)过半(?!导|年|天|小时|个|决赛)数?|超半数|超过?一半|半数以上|一半以上|大半(?!导|年|个|夜)": (50, "above", 50, 100, "%"),
    "(?:近|将近|接近|不到|不足)(?:一半|半数)": (50, "below", 35, 50, "%"),
    "(?:约|大约)(?:一半|半数)": (50, "", 45, 55, "%"),
    "一半(?!导)|半数|减半(?!导)|腰斩|对折(?!叠)": (50, "", 50, 50, "%"),
    "翻番|翻倍|翻(?:了|近)?一[番倍]|(?<!\\d)倍增(?!长|加|至|到)": (1, "", 1, 2, "倍"),
}
"""The words for shares and multiples, with value, side, bounds and unit."""
_SHARE = re.compile("|".join(f"({words})" for words in _SHARES))


def rough(text: str) -> list[Rough]:
    """Return the rough figures of a spelled text."""
    found = []
    for match in _MANY.finditer(text):
        if match["tens"] or match["scale"]:
            size = Decimal(scale_of((match["tens"] or "") + (match["scale"] or "")))
            side: Side = "below" if match["word"] == "近" else "above"
            low, high = (size * _NEARLY, size) if side == "below" else (size, 10 * size)
            found.append(Rough(*match.span(), size, side, low, high, unit_of(match["unit"])))
    for match in _SHARE.finditer(text):
        share, side, least, most, unit = list(_SHARES.values())[(match.lastindex or 1) - 1]
        found.append(Rough(*match.span(), Decimal(share), side, Decimal(least), Decimal(most), unit))
    return found


def bearing_out(one: Rough, figures: Sequence[Figure], others: Sequence[Rough]) -> Iterator[int]:
    """Yield the places of what says the same as a rough figure, among an article's figures and its rough ones."""
    yield from (other.start for other in others if _same(one, other))
    yield from (figure.start for figure in figures if any(_fits(one, *reading) for reading in figure.readings))


def worded(figure: Figure, side: Side, others: Sequence[Rough]) -> bool:
    """Whether one of an article's rough figures is what a figure says: 50% of 一半, 超过50% of 过半, 超过100亿元 of 逾百亿元."""
    exact = [one._replace(low=one.value, high=one.value) for one in others if one.side == side]
    return any(_fits(one, *reading) for one in exact for reading in figure.readings)


def _same(one: Rough, other: Rough) -> bool:
    inside = one.low <= other.low and other.high <= one.high
    return agree(one.unit, other.unit) and (inside or (one.value, one.side) == (other.value, other.side))


def _fits(one: Rough, value: Decimal, unit: str) -> bool:
    """Whether a figure is one that a rough figure may be of; 1倍 is 100%, too."""
    if one.unit == "倍" and unit == "%":
        value, unit = value / 100, "倍"
    return one.low <= value <= one.high and agree(one.unit, unit) and bool(unit or one.unit not in ("%", "倍"))
