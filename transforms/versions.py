"""Versions: numbers that belong to a name - V3.2, Opus 4.5, 盘古5.5 - and of which an article has another one for that name."""

import re
from collections.abc import Iterator

from transforms.units import UNIT

_NUMBER = r"[ -]?(?P<number>\d+(?:\.\d+)*)(?![\d%a-z]|\.\d)"
# Behind a name in Chinese characters nothing may stand that the number could count.
_VERSIONS = (
    re.compile(rf"(?<![a-z])(?P<name>[a-z]{{1,15}}(?:[ -]?(?:pro|max|plus|mini|ultra))?){_NUMBER}"),
    re.compile(rf"(?P<name>[\u4e00-\u9fff]{{2}}){_NUMBER}(?<=\d\.\d)(?![十百千万亿]|{UNIT})"),
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
    there = {frozenset(match.groups()) for match in _PAIR.finditer(article)}
    there |= {frozenset((match[1], match[2] or "00")) for match in _CLOCK.finditer(article)}
    yield from (match.span() for match in _SCORE.finditer(statement) if frozenset(match.groups()) not in there)
