"""Interchange: which other figure an article has between the characters that a statement has around one of its figures."""

import re
from collections.abc import Callable, Sequence

from transforms.figures import Figure, comparable, rounds, same_figure
from transforms.pairing import pairs
from transforms.passage import Article, Passage
from transforms.slots import alike

_BREAK = r"[,。;:!?\n]"
_FAR = 60  # characters of a clause on either side that are looked at
_LEAST = 7  # characters around another figure that are those around the statement's …
_MORE = 2  # … and so many more than those around this figure in the article


def interchanged(
    statement: Passage, figure: Figure, article: Article, found: Sequence[int], scores_at: Callable[[int], Sequence[float]]
) -> Figure | None:
    """Return the article's figure in the place of one of a statement; None where it is the same, or none is.

    `found` are the numbers of the article's figures that say the same, `scores_at` tells how much each of its sentences has
    in common with the statement at a place of it: one that has less than those of `found` tells of something else in the same
    words, and so does one whose clause has no more pairs of characters in common with the statement's. The other end of a
    range of one of them is none.
    """
    slot, known = (figure.start, figure.end), article.figures

    def likeness(number: int) -> int:
        return alike(statement.text.text, slot, article.text.text, known[number][:2])

    others = (
        number
        for number, one in enumerate(known)
        if comparable(figure, one) and not (same_figure(figure, one) or rounds(figure, one))
    )
    best = max(others, key=likeness, default=None)
    if best is None or likeness(best) < max(_LEAST, _MORE + max(map(likeness, found), default=0)):
        return None
    scores = scores_at(figure.start)
    told = max((scores[article.sentence_at(known[one].start)] for one in found), default=0)
    less = scores[article.sentence_at(known[best].start)] < told
    said = _clause(statement.text.text, figure)
    own = max((len(said & _clause(article.text.text, known[one])) for one in found), default=-1)
    less = less or len(said & _clause(article.text.text, known[best])) <= own
    return None if less or any(article.is_range(best, one) for one in found) else known[best]


def _clause(text: str, figure: Figure) -> frozenset[str]:
    """Return the pairs of characters of the clause that a figure stands in, without it."""
    before, behind = (
        re.split(_BREAK, text[max(0, figure.start - _FAR) : figure.start])[-1],
        re.split(_BREAK, text[figure.end : figure.end + _FAR])[0],
    )
    return pairs(before) | pairs(behind)
