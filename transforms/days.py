"""Days: the days, months and years that a text states, whatever their form, and whether one is what another one states.

Texts are those of `transforms.spelling`: half width, small letters, no blanks inside a day.
"""

import re
from typing import NamedTuple

from transforms.numerals import DIGIT, value_of

_YEAR = rf"(?:1[89]|20)\d\d|[{DIGIT}]{{4}}"
_UP_TO_31 = rf"\d{{1,2}}|[{DIGIT}十]{{1,3}}"
MONTHS = 100
"""More than any month is: 前7个月 and 1至7月 are month 107."""
_DAY = re.compile(
    rf"""(?=[前\d{DIGIT}十])(?<![\d.])(?:
        (?:(?P<y4>{_YEAR})年)?(?:(?<![提此之目以])前(?P<n1>{_UP_TO_31})个月|(?<![\d.])[1一]月?[-~至到](?P<n2>{_UP_TO_31})月(?:份|(?!\d)))
      | (?P<y1>{_YEAR})[-/.](?P<m1>\d{{1,2}})[-/.](?P<d1>\d{{1,2}})(?![\d.])
      | (?:(?P<y2>{_YEAR})年度?)?(?:(?P<m2>{_UP_TO_31})月(?:份|(?P<d2>{_UP_TO_31})[日号]?)?)
      | (?P<y3>{_YEAR})(?=年|[-~至到](?:{_YEAR})年)
      | (?P<d4>{_UP_TO_31})日(?!元|均)
    )""",
    re.VERBOSE,
)


class Day(NamedTuple):
    """A day, month or year, as far as it is printed: its place and its parts."""

    start: int
    end: int
    year: int | None
    month: int | None
    day: int | None


def days(text: str) -> list[Day]:
    """Return the days, months and years of a text, in order; the first months of a year together are a month of their own."""
    found = []
    for match in _DAY.finditer(text):
        year, month, day = (
            next((_whole(match[name]) for name in names if match[name]), None)
            for names in (("y1", "y2", "y3", "y4"), ("m1", "m2", "n1", "n2"), ("d1", "d2", "d4"))
        )
        if month and (match["n1"] or match["n2"]):
            found.append(Day(*match.span(), year, MONTHS + month, None))
        elif (month is None or 1 <= month <= 12) and (day is None or 1 <= day <= 31):
            found.append(Day(*match.span(), year, month, day))
    return found


def same_day(one: Day, other: Day) -> bool:
    """Whether a day is what another one states, or a part of it: 3月5日 of 2024年3月5日."""
    return all(wanted in (None, given) for wanted, given in zip(one[2:], other[2:], strict=True))


def _whole(digits: str) -> int:
    return int(digits if digits.isdecimal() else value_of(digits))
