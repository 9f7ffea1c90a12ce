"""Pairing: whether two figures of a text are of the same things as two of another text, by the words on either side of each."""

import re
from collections.abc import Sequence
from itertools import pairwise

from transforms.figures import Figure

_LONGEST = 12  # characters on either side of a figure that tell what it is of
_BREAK = re.compile(r"[,。;:!?\n()、]")
_BEYOND = 2  # by so much the labels must be more alike when the figures are exchanged …
_FAR_BEYOND = 3  # … or by so much those of one of them, where the other one's tell nothing
_EACH = "分别"
_ROUGHLY = frozenset(["", *"约近超逾"])

_RISES = re.compile(r"(?:上?升|增[加长]?|提[高升]|上[调浮涨行]|[扩放增加]大|扩[充展张]|涨|走[高强])[至到为](?:约|近|超过)?$")
_FALLS = re.compile(r"(?:下?降低?|减[少至]?|下[调滑跌浮行]|缩[小减短]|收窄|跌|回落|走[低弱]|稀释)[至到为](?:约|近|超过)?$")
_FROM = re.compile(r"[由从自](?:[^,。;:!?\n()、\d]{0,8})$")
_RANKS = frozenset("级名位第")

Label = tuple[str, str]
"""What stands before and behind a figure, up to its clause's end or the next figure."""


def labels(text: str, figures: Sequence[Figure]) -> list[Label]:
    """Return the label of each figure of a spelled text."""
    ends = [0, *(one.end for one in figures)]
    starts = [*(one.start for one in figures), len(text)]
    return [
        (
            _BREAK.split(text[max(ends[number], one.start - _LONGEST) : one.start])[-1],
            _BREAK.split(text[one.end : min(starts[number + 1], one.end + _LONGEST)])[0],
        )
        for number, one in enumerate(figures)
    ]


def backwards(text: str, one: Figure, other: Figure) -> bool:
    """Whether a text lets a thing rise from a figure to a lower one, or fall to a higher one: 由26%升至18%. Ranks may do so."""
    (value, unit), (then, unit2) = one.readings[-1], other.readings[0]
    between = text[one.end : other.start]
    if (
        unit != unit2
        or _BREAK.search(between)
        or set(unit) & _RANKS
        or one.minus
        or other.minus
        or not _FROM.search(text[max(0, one.start - _LONGEST) : one.start])
    ):
        return False
    return bool((then < value and _RISES.search(between)) or (then > value and _FALLS.search(between)))


def exchanged(ours: tuple[Label, Label], theirs: tuple[Label, Label]) -> bool:
    """Whether two figures bear each other's labels: each is told of as the other one is in the article."""
    (first, second), (one, other) = ours, theirs
    if _EACH in first[0] + second[0] + one[0] + other[0]:  # A、B分别为5%、3%: their order tells
        return False
    gains = _likeness(first, other) - _likeness(first, one), _likeness(second, one) - _likeness(second, other)
    return min(gains) >= 0 and sum(gains) >= (_BEYOND if min(gains) else _FAR_BEYOND)


def _likeness(one: Label, other: Label) -> int:
    """Return how much two labels have in common: pairs of characters, and what stands right beside the figure."""
    (before, behind), (before2, behind2) = one, other
    shared = len((pairs(before) | pairs(behind)) & (pairs(before2) | pairs(behind2)))
    return shared + (before[-1:] == before2[-1:] not in _ROUGHLY) + (behind[:1] == behind2[:1] != "")


def pairs(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters of a text."""
    return frozenset(map("".join, pairwise(text)))
