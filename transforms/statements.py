"""Statements: whether an article states what a sentence says - its days, its figures, and whom it names."""

import re
from collections.abc import Iterator, Sequence

from transforms.figures import Day, Figure, same_day, same_figure, stating
from transforms.names import names
from transforms.passage import Article, Passage, Span, pairs
from transforms.turns import contradict, turned

_CLAUSE = re.compile(r"[^,;:。!?\n]+")
_NEAR = 0.6  # of the best sentence's score; where a figure stands in none so near, it tells of something else


def why_not(statement: str, article: Article) -> str:
    """Return in one sentence what of a statement the article does not state; nothing where it states all."""
    said = Passage(statement)
    scores = _Scores(said, article)
    faults = (_names(said, article), _days(said, article, scores), _figures(said, article, scores), _turns(said, article))
    return next((fault for some in faults for fault in some), "")


def _names(said: Passage, article: Article) -> Iterator[str]:
    for name in names(said.text, article.lists):
        if not article.has(said.text.text[name.start : name.end]):
            yield f"The article does not name {said.quote(name)}."
    for run in article.lexis.unknown(said.masked, said.text.text):
        name = said.quote(run[:2])
        yield (
            f"Where the article tells this, it names {run.instead}, not {name}."
            if run.instead
            else f"The article does not name {name}."
        )


def _days(said: Passage, article: Article, scores: "_Scores") -> Iterator[str]:
    for day in said.days:
        found = [other for other in article.days if same_day(day, other)]
        if not found:
            yield f"The article does not state the day {said.quote(day[:2])}."
        elif rival := scores.rival(day, found, article.days):
            yield f"Where the article tells this, it states {article.quote(rival[:2])}, not {said.quote(day[:2])}."


def _figures(said: Passage, article: Article, scores: "_Scores") -> Iterator[str]:
    for figure, sides in zip(said.figures, said.turns, strict=True):
        stated = said.quote(figure[:2])
        found = stating(figure, article.figures)
        agreed = [article.figures[one] for one in found if not contradict(sides, article.turns[one])]
        if not found:
            yield f"The article does not state the figure {stated}."
        elif not agreed:
            place = article.sentence_at(article.figures[found[0]].start)
            yield f"The article states {stated} the other way round: {article.quote(article.sentences[place])}"
        elif rival := scores.rival(figure, agreed, article.figures):
            yield f"Where the article tells this, it states {article.quote(rival[:2])}, not {stated}."


def _turns(said: Passage, article: Article) -> Iterator[str]:
    if word := turned(said.text.text, article.text.text):
        yield f"The article states the opposite of {word} there."


class _Scores:
    """How much of a statement and of its clauses each sentence of an article holds."""

    def __init__(self, said: Passage, article: Article) -> None:
        self._said, self._article = said, article
        self._whole = pairs(said.masked)
        self._shares = [len(self._whole & one) / max(len(self._whole), 1) for one in article.pairs]
        self.best = max(range(len(self._shares)), key=self._shares.__getitem__, default=-1)
        self.share = self._shares[self.best] if self._shares else 0.0

    def rival(
        self, stated: Day | Figure, found: Sequence[Day | Figure], others: Sequence[Day] | Sequence[Figure]
    ) -> Day | Figure | None:
        """Return what the sentence that a clause is taken from states instead of `stated`, which stands in `found` only; else None."""
        clause = next((one for one in _CLAUSE.finditer(self._said.masked) if one.start() <= stated.start <= one.end()), None)
        wanted = pairs(clause[0]) if clause else frozenset()
        scores = [
            share + len(wanted & one) / max(len(wanted), 1) for share, one in zip(self._shares, self._article.pairs, strict=True)
        ]
        best = max(range(len(scores)), key=scores.__getitem__)
        places = {self._article.sentence_at(one.start) for one in found}
        if max(scores[place] for place in places) >= _NEAR * scores[best]:
            return None
        start, end = self._article.sentences[best]
        for other in others:
            if (
                start <= other.start < end
                and _like(stated, other)
                and not any(_same(one, other) for one in (*self._said.days, *self._said.figures))
            ):
                return other
        return None


def _like(one: Day | Figure, other: Day | Figure) -> bool:
    """Whether two days or figures could stand for each other."""
    if isinstance(one, Day):
        return isinstance(other, Day) and [part is None for part in one[2:]] == [part is None for part in other[2:]]
    return isinstance(other, Figure) and bool({unit for _, unit in one.readings} & {unit for _, unit in other.readings})


def _same(one: Day | Figure, other: Day | Figure) -> bool:
    if isinstance(one, Day):
        return isinstance(other, Day) and same_day(one, other)
    return isinstance(other, Figure) and same_figure(one, other)


def support(statement: str, article: Article) -> Span | None:
    """Return the place in the body of the sentence that supports a statement best; None for an empty body."""
    said = Passage(statement)
    wanted = pairs(said.text.text)
    inside = [one for one in article.sentences if article.text.span(*one)[0] >= article.shift]
    best = max(
        inside,
        key=lambda one: (
            len(wanted & pairs(article.text.text[slice(*one)]))
            + 2
            * sum(
                one[0] <= other.start < one[1] and any(_same(ours, other) for ours in (*said.days, *said.figures))
                for other in (*article.days, *article.figures)
            )
        ),
        default=None,
    )
    if best is None:
        return None
    start, end = article.text.span(*best)
    return start - article.shift, end - article.shift
