"""Statements: whether an article states what a sentence says - its days, its figures, which way they go, and whom it names."""

import re
from collections.abc import Iterator, Sequence

from transforms.days import Day, same_day
from transforms.figures import Figure, comparable, rounds, same_figure, stating
from transforms.lexis import shares
from transforms.names import marked
from transforms.passage import Article, Passage, Span, pairs
from transforms.turns import contradict, turned

_CLAUSE = re.compile(r"[^,;:。!?\n]+")
_NEAR = 0.5  # of the best sentence's score; what stands in none so near tells of something else

_VERBATIM = 0.9  # of a statement's pairs that one sentence has: it is taken from there, and so is all that it states


class Statement(Passage):
    """A sentence to check in an article."""

    def __init__(self, original: str, article: Article, *, by_hand: bool = False) -> None:
        """Take a sentence as it is written; a person may put the year before a day that the article has without one."""
        super().__init__(original)
        self._article = article
        if by_hand:
            self.days = [one if any(same_day(one, other) for other in article.days) else self._undated(one) for one in self.days]
        self._verbatim = article.find(original)

    def _undated(self, day: Day) -> Day:
        """Return a day without its year where the article has it in no year: no other one either."""
        years = {other.year for other in self._article.days if (other.month, other.day) == (day.month, day.day)}
        return day._replace(year=None) if day.month and day.day and years == {None} else day

    def why_not(self) -> str:
        """Return in one sentence what of it the article does not state; nothing where it states all."""
        if self._verbatim:
            return ""
        checks = (self._unnamed, self._other_days, self._other_figures, self._turned)
        return next((fault for check in checks for fault in check()), "")

    def support(self) -> Span | None:
        """Return the place in the body that supports it: where it stands, else the sentence that shares the most with it.

        None where it stands in the title only.
        """
        article = self._article
        if self._verbatim:
            return article.in_body(self._verbatim)
        wanted = pairs(self.masked)
        places = [one.start for one in article.days if any(same_day(day, one) for day in self.days)]
        places += [article.figures[one].start for figure in self.figures for one in stating(figure, article.figures)]
        scores = [len(wanted & one) for one in article.pairs]
        for place in places:
            scores[article.sentence_at(place)] += 4
        spans = [article.in_body(article.text.span(*one)) for one in article.sentences]
        inside = [(score, -number) for number, score in enumerate(scores) if spans[number]]
        return spans[-max(inside)[1]] if inside else None

    def _unnamed(self) -> Iterator[str]:
        for name in marked(self.text.text, self._article.lists):
            if not self._article.has(self.quote(name)):
                yield f"The article does not name {self.quote(name)}."
        text, lexis, bearers = self.text.text, self._article.lexis, self._article.bearers
        displaced = (lexis.displaced(text, name, bearers) for name in bearers if name in text)
        for run in (*lexis.unknown(self.masked, text), *filter(None, displaced)):
            called = self.quote((run.start, run.end))
            if run.instead:
                yield f"Where the article tells this, it names {run.instead}, not {called}."
            else:
                yield f"The article does not name {called}."

    def _other_days(self) -> Iterator[str]:
        for day in self.days:
            found = [other for other in self._article.days if same_day(day, other)]
            if not found:
                yield f"The article does not state the day {self.quote(day)}."
            elif rival := self._rival(day, found, self._article.days):
                yield f"Where the article tells this, it states {self._article.quote(rival)}, not {self.quote(day)}."

    def _other_figures(self) -> Iterator[str]:
        article = self._article
        for figure, ours in zip(self.figures, self.turns, strict=True):
            found = stating(figure, article.figures)
            agreed = [article.figures[one] for one in found if not contradict(ours, article.turns[one])]
            if not found:
                yield f"The article does not state the figure {self.quote(figure)}."
            elif not agreed:
                sentence = article.sentences[article.sentence_at(article.figures[found[0]].start)]
                yield f"The article states {self.quote(figure)} the other way round: {article.quote(sentence)}"
            elif rival := self._rival(figure, agreed, article.figures):
                yield f"Where the article tells this, it states {article.quote(rival)}, not {self.quote(figure)}."
            elif owner := self._owner(figure, agreed):
                yield f"The article states {self.quote(figure)} of {owner}."

    def _owner(self, figure: Figure, found: Sequence[Figure]) -> str:
        """Return whom the article names where it states a figure, instead of the statement's subject; nothing where that is near.

        Near is the same sentence and the one before. Where a sentence names nobody, or somebody whom the statement names as
        well, nothing can be told.
        """
        article, text = self._article, self.text.text
        ours = [name for name in article.bearers if name in text[: figure.start]]
        subject = min(ours, key=text.index, default="")
        owner = ""
        for one in found:
            number = article.sentence_at(one.start)
            start, end = article.sentences[number]
            theirs = [name for name in article.bearers if name in article.text.text[start:end]]
            near = article.text.text[article.sentences[max(0, number - 1)][0] : end]
            if not subject or not theirs or shares(subject, near) or any(shares(name, text) for name in theirs):
                return ""
            owner = max(theirs, key=len)
        return owner

    def _turned(self) -> Iterator[str]:
        if word := turned(self.text.text, self._article.text.text):
            yield f"Where the article tells this, it states the opposite of {word}."

    def _rival(self, stated: Day | Figure, found: Sequence[Day | Figure], others: Sequence[Day | Figure]) -> Day | Figure | None:
        """Return what the article states instead where it tells the same, while `stated` stands far from there; else None."""
        article = self._article
        clause = next((one[0] for one in _CLAUSE.finditer(self.masked) if one.start() <= stated.start <= one.end()), "")
        whole, part = pairs(self.masked), pairs(clause)
        scores = [len(whole & one) / (len(whole) or 1) + 2 * len(part & one) / (len(part) or 1) for one in article.pairs]
        best = max(range(len(scores)), key=scores.__getitem__)
        verbatim = len(whole & article.pairs[best]) >= _VERBATIM * len(whole)
        near = (_VERBATIM if verbatim else _NEAR) * scores[best]
        if max(scores[article.sentence_at(one.start)] for one in found) >= near:
            return None
        start, end = article.sentences[best]
        rivals = (other for other in others if start <= other.start < end and _comparable(stated, other))
        ours: list[Day | Figure] = [*self.days, *self.figures]
        return next((other for other in rivals if not any(_same(one, other) for one in ours)), None)


def _comparable(one: Day | Figure, other: Day | Figure) -> bool:
    """Whether two days name the same parts, or two figures are of one unit."""
    if isinstance(one, Day) and isinstance(other, Day):
        return [part is None for part in one[2:]] == [part is None for part in other[2:]]
    if isinstance(one, Figure) and isinstance(other, Figure):
        return comparable(one, other)
    return False


def _same(one: Day | Figure, other: Day | Figure) -> bool:
    if isinstance(one, Day) and isinstance(other, Day):
        return same_day(one, other)
    if isinstance(one, Figure) and isinstance(other, Figure):
        return same_figure(one, other) or rounds(one, other)
    return False
