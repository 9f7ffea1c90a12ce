"""Statements: whether an article states what a sentence says - its days, its figures, which way they go, and whom it names."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import combinations, product

from transforms.apart import apart
from transforms.bounds import conflict
from transforms.days import Day, same_day
from transforms.figures import Figure, comparable, differ, rounds, same_figure, stating
from transforms.interchange import interchanged
from transforms.lexis import shares
from transforms.names import Name, marked
from transforms.opposites import opposite
from transforms.pairing import backwards, exchanged, pairs
from transforms.passage import Article, Passage, Span, blanked
from transforms.people import strangers
from transforms.periods import is_called, is_of_another, is_told_in_months
from transforms.ranges import misranged
from transforms.rough import bearing_out, worded
from transforms.shortened import shortened
from transforms.titles import other_titles
from transforms.turns import contradict, turned
from transforms.versions import other_scores, other_versions

_CLAUSE = re.compile(r"[^,;:。!?\n]+")
_NEAR = 0.5  # of the best sentence's score; what stands in none so near tells of something else

_FIRST = re.compile("首位|榜首|居首|之首")
_LONGEST = 1000  # characters of a statement in other words than the article's
_MOST_FIGURES = 24  # of a sentence that are held against each other
_MOST_PLACES = 8  # of the article at which a figure of theirs is looked at
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

    @cached_property
    def _stating(self) -> list[list[int]]:
        """Which of the article's figures say what each figure says."""
        return [stating(one, self._article.figures) for one in self.figures]

    def why_not(self) -> str:
        """Return in one sentence what of it the article does not state; nothing where it states all."""
        if self._verbatim:
            return ""
        if len(self.text.text) > _LONGEST:
            return f"A statement is one sentence, of at most {_LONGEST} characters."
        checks = (
            self._unnamed,
            self._other_days,
            self._other_figures,
            self._rough_figures,
            self._other_numbers,
            self._exchanged,
            self._turned,
            self._displaced,
        )
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
        places += [article.figures[one].start for found in self._stating for one in found]
        scores = [len(wanted & one) for one in article.pairs]
        for place in places:
            scores[article.sentence_at(place)] += 4
        spans = [article.in_body(article.text.span(*one)) for one in article.sentences]
        inside = [(score, -number) for number, score in enumerate(scores) if spans[number]]
        return spans[-max(inside)[1]] if inside else None

    def _unnamed(self) -> Iterator[str]:
        text, lexis, bearers = self.text.text, self._article.lexis, self._article.bearers
        others = shortened(text, self._article.text.text)
        masked = blanked(self.masked, others)
        for name in marked(text, self._article.lists):
            known = any(start <= name.start and name.end <= end for start, end in others)
            if not (known or self._is_quoted(name) or self._article.has(self.quote(name))):
                yield f"The article does not name {self.quote(name)}."
        for place in strangers(masked, self._article.text.text, self._article.names):
            yield f"The article does not name {self.quote(place)}."
        named = (name for name in bearers if name in text and not any(name in text[start:end] for start, end in others))
        displaced = (lexis.displaced(text, name, bearers) for name in named)
        for run in (*lexis.unknown(masked, text), *filter(None, displaced)):
            called = self.quote((run.start, run.end))
            if run.instead:
                yield f"Where the article tells this, it names {run.instead}, not {called}."
            else:
                yield f"The article does not name {called}."

    def _is_quoted(self, name: Name) -> bool:
        """Whether the article has all of a name but for its days and figures, which are looked for by themselves."""
        parts = self.masked[name.start : name.end].split("\n")
        return len(parts) > 1 and any(parts) and all(part in self._article.text.text for part in parts)

    def _other_days(self) -> Iterator[str]:
        for day in self.days:
            found = [other for other in self._article.days if same_day(day, other)]
            if not found and is_called(day, self._article):
                continue
            if not found:
                yield f"The article does not state the day {self.quote(day)}."
            elif rival := self._rival(day, found, self._article.days):
                yield f"Where the article tells this, it states {self._article.quote(rival)}, not {self.quote(day)}."

    def _other_figures(self) -> Iterator[str]:
        article = self._article
        for figure, ours, bound, found in zip(self.figures, self.turns, self.bounds, self._stating, strict=True):
            against = [one for one in found if contradict(ours, article.turns[one])]
            beyond = [one for one in found if conflict(bound, figure, article.bounds[one], article.figures[one])]
            agreed = [article.figures[one] for one in found if one not in against]
            if not against and worded(figure, bound.side, article.rough):
                continue
            if not found and (self._is_article(figure) or is_told_in_months(self, figure, article)):
                continue
            if not found:
                yield f"The article does not state the figure {self.quote(figure)}."
            elif sentence := self._told_by(figure, against, found):
                yield f"The article states {self.quote(figure)} the other way round: {sentence}"
            elif sentence := self._told_by(figure, beyond, found):
                yield f"The article does not bound {self.quote(figure)} so: {sentence}"
            elif rival := self._rival(figure, agreed, article.figures):
                yield f"Where the article tells this, it states {article.quote(rival)}, not {self.quote(figure)}."
            elif owner := self._owner(figure, agreed):
                yield f"The article states {self.quote(figure)} of {owner}."

    def _is_article(self, figure: Figure) -> bool:
        """Whether 一名 and the like say that something is one of its kind, where the article counts no others of it; or 第一 of 首位."""
        others = self._article.figures
        if figure.readings[0] == (Decimal(1), "第") and _FIRST.search(self._article.text.text):
            return True
        return (
            self.text.text[figure.start] == "一"
            and figure.readings[0][0] == 1
            and not any(comparable(figure, one) for one in others)
        )

    def _other_numbers(self) -> Iterator[str]:
        text, article = self.text.text, self._article.text.text
        for place in (*other_versions(text, article), *other_scores(text, article)):
            yield f"The article does not state {self.quote(place)}."

    def _told_by(self, figure: Figure, some: Sequence[int], found: Sequence[int]) -> str:
        """Return the sentence that tells of a figure, where only `some` of the article's figures are such as it tells of it; else nothing.

        That are all that were `found`, or those in the sentence that has the most in common with the statement.
        """
        if not some:
            return ""
        article = self._article
        places = {one: article.sentence_at(article.figures[one].start) for one in found}
        scores = self._scores(figure.start)
        best = max(scores[places[one]] for one in some)
        if any(scores[places[one]] >= best for one in found if one not in some):
            return ""
        return article.quote(article.sentences[next(places[one] for one in some if scores[places[one]] == best)])

    def _rough_figures(self) -> Iterator[str]:
        article = self._article
        for one in self.rough:
            scores = self._scores(one.start)
            near = [scores[article.sentence_at(place)] for place in bearing_out(one, article.figures, article.rough)]
            if not near or max(near) < _NEAR * max(scores):
                yield f"The article does not state {self.quote((one.start, one.end))} where it tells this."

    def _exchanged(self) -> Iterator[str]:
        """Yield the pairs of figures that the article tells the other way round, wherever it has both: in one sentence, or else at all."""
        figures = self.figures[:_MOST_FIGURES]
        for first in misranged(self, self._article, self._stating):
            yield f"The article does not have {self.quote((self.figures[first].start, self.figures[first + 1].end))}."
        for first, second in combinations(range(len(figures)), 2):
            one, other = figures[first], figures[second]
            turned_round = second == first + 1 and backwards(self.text.text, one, other)
            if turned_round or (not differ(one, other) and self._is_exchanged(first, second)):
                yield f"The article does not have {self.quote(one)} and {self.quote(other)} this way round."

    def _is_exchanged(self, first: int, second: int) -> bool:
        article = self._article
        places = (self._stating[number][:_MOST_PLACES] for number in (first, second))
        both = [
            (mine, yours)
            for mine, yours in product(*places)
            if mine != yours and not (article.figures[mine].minus or article.figures[yours].minus)
        ]
        near = [(mine, yours) for mine, yours in both if article.is_together(article.figures[mine], article.figures[yours])]
        told = [(article.labels[mine], article.labels[yours]) for mine, yours in near or both]
        return bool(told) and all(exchanged((self.labels[first], self.labels[second]), theirs) for theirs in told)

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
        if place := opposite(self.text.text, self._article.text.text):
            yield f"The article states another thing than {self.quote(place)}."

    def _displaced(self) -> Iterator[str]:
        for place in other_titles(self.text.text, self._article.text.text):
            yield f"The article does not name {self.quote(place)}."
        for place in self._article.holders.mistitled(self.text.text):
            yield f"The article does not state {self.quote(place)}."
        for place in apart(self.text.text, self._article.text.text):
            yield f"The article does not state {self.quote(place)}."
        stated = zip(self.figures, self._stating, strict=True) if len(self.figures) <= _MOST_FIGURES else ()
        for figure, found in stated:
            if other := interchanged(self, figure, self._article, found, self._scores):
                yield f"Where the article tells this, it states {self._article.quote(other)}, not {self.quote(figure)}."
            elif is_of_another(self, figure, self._article, found):
                yield f"The article states {self.quote(figure)} of another period."
        for slot in self._article.slots.displaced(self.text.text):
            yield f"Where the article tells this, it has {slot.instead}, not {self.quote((slot.start, slot.end))}."

    def _scores(self, place: int) -> list[float]:
        """Return how much each sentence of the article has in common with the statement, and with the clause at a place of it."""
        spans = (one.span() for one in _CLAUSE.finditer(self.text.text))
        clause = next((self.masked[start:end] for start, end in spans if start <= place < end), "")
        whole, part = pairs(self.masked), pairs(clause)
        return [len(whole & one) / (len(whole) or 1) + 2 * len(part & one) / (len(part) or 1) for one in self._article.pairs]

    def _rival(self, stated: Day | Figure, found: Sequence[Day | Figure], others: Sequence[Day | Figure]) -> Day | Figure | None:
        """Return what the article states instead where it tells the same, while `stated` stands far from there; else None."""
        article, whole = self._article, pairs(self.masked)
        scores = self._scores(stated.start)
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
