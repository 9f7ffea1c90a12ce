"""A passage: a text with the days and figures that it states, and an article with what is needed to check others against it."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

from transforms.bounds import Bound, bound_of
from transforms.days import Day, days
from transforms.figures import Figure, figures
from transforms.holders import Holders
from transforms.lexis import Lexis
from transforms.names import bearers
from transforms.pairing import Label, labels, pairs
from transforms.people import misspellable
from transforms.rough import Rough, rough
from transforms.slots import Slots
from transforms.spelling import Spelled
from transforms.taxonomy import Taxonomy
from transforms.text import sentences
from transforms.turns import turns_of_figures

Span = tuple[int, int]
"""Start and end (exclusive) in code points."""

_RANGE = re.compile("[-~至到]")
_ASIDE = re.compile(r"[（(][^（）()\n]{0,60}[)）]")


class Passage:
    """A text; all places are those of its spelled form `text.text`, but where it is said otherwise."""

    def __init__(self, original: str) -> None:
        """Take a text as it is written."""
        self.text = Spelled(original)
        self.days = days(self.text.text)
        undated = blanked(self.text.text, self.days)
        self.figures = figures(undated)
        self.masked = blanked(undated, self.figures)
        """The text with line feeds for its days and figures."""

    def quote(self, place: Day | Figure | Span) -> str:
        """Return what stands at a place, as it is written."""
        return self.text.original[slice(*self.text.span(place[0], place[1]))]

    @cached_property
    def turns(self) -> list[dict[str, int]]:
        """The words that turn each figure, see `turns_of_figures`."""
        return turns_of_figures(self.text.text, ((one.start, one.end, one.minus) for one in self.figures))

    @cached_property
    def bounds(self) -> list[Bound]:
        """How each figure is bounded."""
        return [bound_of(self.text.text, one) for one in self.figures]

    @cached_property
    def labels(self) -> list[Label]:
        """What stands beside each figure."""
        return labels(self.text.text, self.figures)

    @cached_property
    def rough(self) -> list[Rough]:
        """The rough figures of the text."""
        return rough(self.text.text)


class Article(Passage):
    """Title and body as one passage."""

    def __init__(self, title: str, body: str, lists: Taxonomy) -> None:
        """Take an article and the word lists."""
        super().__init__(f"{title}\n{body}")
        self.lists = lists
        self._shift = len(title) + 1

    @cached_property
    def lexis(self) -> Lexis:
        """What explains the characters of a sentence."""
        return Lexis(self.text.text, self.lists)

    @cached_property
    def slots(self) -> Slots:
        """The words that another one may take the place of."""
        return Slots(self.text.text, self.lists)

    @cached_property
    def holders(self) -> Holders:
        """Who has which title."""
        return Holders(self.told, self.slots.persons)

    @cached_property
    def names(self) -> frozenset[str]:
        """Names that are long enough to be known when they are misspelt."""
        return frozenset(misspellable(self.text.text))

    @cached_property
    def sentences(self) -> list[Span]:
        """The sentences, the title among them, in order."""
        return sentences(self.text.text)

    @cached_property
    def told(self) -> list[str]:
        """The texts of the sentences."""
        return [self.text.text[start:end] for start, end in self.sentences]

    @cached_property
    def pairs(self) -> list[frozenset[str]]:
        """The pairs of characters of each sentence but for its figures."""
        return [pairs(self.masked[start:end]) for start, end in self.sentences]

    @cached_property
    def bearers(self) -> frozenset[str]:
        """The companies and persons that figures can belong to, as far as they are sure."""
        return frozenset(self.text.text[start:end] for start, end in bearers(self.text.text, self.lists))

    @cached_property
    def level1(self) -> dict[str, Span]:
        """The place in the body of a word for each 申万 level-1 industry that has one there, or of a company of it."""
        found, places = self.lists.finder.find(self.text.text), dict[str, Span]()
        terms = [(start, end, self.lists.industries.get(term, "")) for start, end, term in found["industries"]]
        terms += [(start, end, self.lists.companies[name].level1) for start, end, name in found["companies"]]
        for start, end, name in terms:
            if place := self.in_body(self.text.span(start, end)):
                places.setdefault(name, place)
        return places

    @cached_property
    def industries(self) -> frozenset[str]:
        """The industries of the lists that title or body name or tell of by a cue, and their 申万 level-1 names."""
        lists = self.lists
        words = (lists.cues.get(word, word) for _, _, word in lists.finder.find(self.text.text)["industries"])
        named = {lists.industry_names.get(word, word) for word in words}
        return frozenset(named | {lists.industries[one] for one in named if one in lists.industries})

    def sentence_at(self, place: int) -> int:
        """Return the number of the sentence that holds a place."""
        return max(0, bisect_right(self.sentences, (place, len(self.text.text))) - 1)

    def is_together(self, one: Figure, other: Figure) -> bool:
        """Whether two figures stand in one sentence."""
        return self.sentence_at(one.start) == self.sentence_at(other.start)

    def is_range(self, one: int, other: int) -> bool:
        """Whether two figures, by number, are the ends of a range: 第1至第3名."""
        first, second = (self.figures[number] for number in sorted((one, other)))
        return abs(one - other) == 1 and bool(_RANGE.fullmatch(self.text.text, first.end, second.start))

    def find(self, phrase: str) -> Span | None:
        """Return where a phrase stands in the original title and body, rather in the body and as it is written; else None.

        See `Spelled.find` for what does not count.
        """
        exact = self.text.original.find(phrase, self._shift) if phrase else -1
        if exact >= 0 and self.text.is_whole(exact, exact + len(phrase)):
            return exact, exact + len(phrase)
        found = self.text.find(phrase, self.text.place_of(self._shift)) or self.text.find(phrase)
        return self.text.span(*found) if found else None

    def has(self, phrase: str) -> bool:
        """Whether a phrase stands in title or body; what stands in brackets inside it may be left out."""
        return self.text.find(phrase) is not None or self._without_asides.find(phrase) is not None

    @cached_property
    def _without_asides(self) -> Spelled:
        return Spelled(_ASIDE.sub("", self.text.original))

    def in_body(self, span: Span) -> Span | None:
        """Return the place in the body of a span of the original title and body; None where it is not inside the body."""
        start, end = span[0] - self._shift, span[1] - self._shift
        return (start, end) if start >= 0 else None


def blanked(text: str, places: Sequence[Day] | Sequence[Figure] | Sequence[Span]) -> str:
    """Return a text with line feeds for what stands at places."""
    characters = list(text)
    for start, end, *_ in places:
        characters[start:end] = "\n" * (end - start)
    return "".join(characters)
