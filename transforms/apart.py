"""Apart: what a statement joins and an article has apart - two Latin words, 去年6月 of 今年6月, 下午8点 of 上午8点 or 今早8点."""

import re
from collections.abc import Iterator
from typing import NamedTuple

Span = tuple[int, int]

_WORD = re.compile(r"(?<![a-z\d])[a-z][a-z\d]*(?![a-z\d])")
_PAIRED = (
    re.compile(r"([今去前明后]年)(\d{1,2}月|年[初中底末]|第?[一二三四]季度?|[上下]半年|[春夏秋冬])"),
    re.compile(r"([上下]午|凌晨|清晨|[早晚][间上]?|[今明昨当][早晚])(\d{1,2})[点时:]"),
)


class _Latin(NamedTuple):
    """The Latin words of a text: those that stand alone somewhere, and those that stand beside each other."""

    words: set[str]
    alone: set[str]
    pairs: set[tuple[str, str]]


def apart(statement: str, article: str) -> Iterator[Span]:
    """Yield where a spelled statement joins two words of an article that has one of them always beside others."""
    article_s = _latin(article)
    for start, end, pair in _neighbours(statement):
        if pair not in article_s.pairs and article_s.words.issuperset(pair) and not article_s.alone.issuperset(pair):
            yield start, end
    for pattern in _PAIRED:
        known: dict[str, set[str]] = {}
        for match in pattern.finditer(article):
            known.setdefault(match[2], set()).add(_part(match[1]))
        for match in pattern.finditer(statement):
            if _part(match[1]) not in known.get(match[2], {_part(match[1])}):
                yield match.span()


def _part(time: str) -> str:
    """Return what a time before another one says: 今晚 and 晚间 are one part of a day, and 晚上6点 is 下午6点."""
    if "早" in time or time == "清晨":
        return "上午"
    return "下午" if "晚" in time else time


def _latin(text: str) -> _Latin:
    words = {match[0] for match in _WORD.finditer(text)}
    pairs = {pair for _, _, pair in _neighbours(text)}
    alone = {match[0] for match in _WORD.finditer(text) if not _is_beside(text, *match.span())}
    return _Latin(words, alone, pairs)


def _neighbours(text: str) -> Iterator[tuple[int, int, tuple[str, str]]]:
    """Yield start, end and words of two Latin words with a blank between them."""
    for one in _WORD.finditer(text):
        if text.startswith(" ", one.end()) and (other := _WORD.match(text, one.end() + 1)):
            yield one.start(), other.end(), (one[0], other[0])


def _is_beside(text: str, start: int, end: int) -> bool:
    """Whether a Latin word or a number stands beside a span, with a blank between."""
    return bool(re.fullmatch(r"[a-z\d] ", text[max(0, start - 2) : start]) or re.fullmatch(r" [a-z\d]", text[end : end + 2]))
