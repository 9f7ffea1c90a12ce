"""Versions: numbers that belong to a name - V3.2, Opus 4.5, 盘古5.5 - and of which an article has another one for that name."""

import re
from collections.abc import Iterator

from transforms.units import UNIT

_NUMBER = r"[ -]?(?P<number>\d+(?:\.\d+)*)(?![\d%a-z]|\.\d)"
_UNCOUNTED = rf"(?![十百千万亿]|{UNIT})"  # GDP 5200亿元 and ETF 3只 are no versions
_VERSIONS = (
    re.compile(
        rf"(?<![a-z])(?P<name>[a-z]{{1,15}}(?:[ -]?(?:pro|max|plus|mini|ultra))?)(?<!gdp)(?<![cp]pi)(?<!pmi)(?<!etf){_NUMBER}{_UNCOUNTED}"
    ),
    re.compile(rf"(?P<name>[\u4e00-\u9fff]{{2}}(?<![至到为报达是升降])){_NUMBER}(?<=\d\.\d){_UNCOUNTED}"),
)
_SCORE = re.compile(r"(?<![\d.:])(\d{1,3})[比:](\d{1,3})(?![\d.:])")
_PAIR = re.compile(r"(?<![\d.])(\d{1,3})[比:-](\d{1,3})(?![\d.])")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[点时](\d{1,2})?分?")


def other_versions(statement: str, article: str) -> Iterator[tuple[int, int]]:
    """Yield the places in a spelled statement of a name with a number that the article has never, and with another number only."""
    for version in _VERSIONS:
        there: dict[str, set[str]] = {}
        for match in version.finditer(article):
            there.setdefault(match["name"], set()).add(match["number"])
        for match in version.finditer(statement):
            if match["number"] not in there.get(match["name"], {match["number"]}):
                yield match.span()


def other_scores(statement: str, article: str) -> Iterator[tuple[int, int]]:
    """Yield the places in a spelled statement of a score or a ratio that the article has in no order; 14:30 is also 14时30分."""
    there = {_pair(*match.groups()) for match in _PAIR.finditer(article)}
    there |= {_pair(match[1], match[2] or "0") for match in _CLOCK.finditer(article)}
    yield from (match.span() for match in _SCORE.finditer(statement) if _pair(*match.groups()) not in there)


def _pair(one: str, other: str) -> frozenset[int]:
    return frozenset((int(one), int(other)))
