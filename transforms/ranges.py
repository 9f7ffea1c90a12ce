"""Ranges: whether an article has two figures as the ends of one range - 8亿元至10亿元 - where a statement has them so."""

import re
from collections.abc import Iterator, Sequence

from transforms.figures import Figure, comparable
from transforms.passage import Article, Passage

_TO = re.compile("[-~至到]")
_FROM = re.compile(r"[由从自][^,。;:!?\n()、\d]{0,8}$|[上下]限$")
_FAR = 9  # characters before a figure that may say 由
_TIMES = frozenset(["时", "分", "秒", "点", "点钟", "分钟", "小时"])  # 22时至6时


def misranged(statement: Passage, article: Article, stating: Sequence[Sequence[int]]) -> Iterator[int]:
    """Yield the number of each first figure of a range of a statement that the article has not, but its ends otherwise.

    `stating` are, for each figure of the statement, the numbers of those of the article that say the same. An article has them
    otherwise where one of them is an end of another range there; a range that falls from its first end is one as well.
    """
    ends: object = None
    for number in range(len(statement.figures) - 1):
        one, other = statement.figures[number : number + 2]
        firsts, seconds = stating[number], stating[number + 1]
        below = one.minus or any(article.figures[first].minus for first in firsts)  # -3亿元至-2亿元 is a loss of 2亿元至3亿元
        # The second end of one range begins no other: 2亿元至4亿元到3亿元至5亿元.
        ends = not ends and number and _TO.fullmatch(statement.text.text, statement.figures[number - 1].end, one.start)
        if below or ends or not _is_range(statement.text.text, one, other) or any(first + 1 in seconds for first in firsts):
            continue
        if firsts and seconds and (_falls(one, other) or _is_end(article, firsts) or _is_end(article, seconds)):
            yield number


def _is_range(text: str, one: Figure, other: Figure) -> bool:
    """Whether two neighbouring figures are the ends of a range of what is no time; from one to the other is a change."""
    changes = _FROM.search(text, max(0, one.start - _FAR), one.start)
    joined = _TO.fullmatch(text, one.end, other.start) and comparable(one, other)
    return bool(joined) and not changes and other.readings[0][1] not in _TIMES


def _falls(one: Figure, other: Figure) -> bool:
    """Whether the first end of a range is above the other one in whatever way it is read."""
    value, unit = other.readings[0]
    return all(first > value for first, its in one.readings if its == unit)


def _is_end(article: Article, found: Sequence[int]) -> bool:
    """Whether figures of an article are all ends of ranges, as far as they are of a statement's."""
    last = len(article.figures) - 1
    return all((one and article.is_range(one - 1, one)) or (one < last and article.is_range(one, one + 1)) for one in found)
