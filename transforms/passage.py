"""A passage to check against: an article's title and body as one spelled text, and what they state where."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TypeVar

from transforms.figures import Day, Figure, days, figures
from transforms.lexis import Lexis
from transforms.spelling import Spelled
from transforms.taxonomy import Taxonomy
from transforms.text import sentences
from transforms.turns import turns_of_figure

_ASIDE = re.compile(r"[（(][^（）()\n]{0,60}[)）]")
Span = tuple[int, int]
_Stated = TypeVar("_Stated", Day, Figure)


class Passage:
    """A text with its days, figures and sentences; places are those of `text.text`."""

    def __init__(self, original: str) -> None:
        """Take a text as it is written."""
        self.text = Spelled(original)
        self.days = days(self.text.text)
        self.figures = figures(self.text.text, self.days)

    def quote(self, span: Span) -> str:
        """Return what stands at a span, as it is written."""
        return self.text.original[slice(*self.text.span(*span))]

    @cached_property
    def turns(self) -> list[dict[str, int]]:
        """What stands next to each figure, see `turns_of_figure`."""
        ends = [0, *(one.end for one in self.figures)]
        return [
            turns_of_figure(self.text.text, one.start, one.end, begun) for one, begun in zip(self.figures, ends, strict=False)
        ]

    @cached_property
    def masked(self) -> str:
        """The text with line feeds for its days and figures."""
        masked = list(self.text.text)
        for one in (*self.days, *self.figures):
            masked[one.start : one.end] = "\n" * (one.end - one.start)
        return "".join(masked)

    @cached_property
    def sentences(self) -> list[Span]:
        """The sentences, the title among them, in order."""
        return sentences(self.text.text)

    @cached_property
    def pairs(self) -> list[frozenset[str]]:
        """The pairs of characters of each sentence, without figures and marks."""
        return [pairs(self.masked[start:end]) for start, end in self.sentences]

    def sentence_at(self, place: int) -> int:
        """Return the number of the sentence that holds a place."""
        return max(0, bisect_right(self.sentences, (place, len(self.text.text))) - 1)


class Article(Passage):
    """An article; `shift` is where its body begins in the original text."""

    def __init__(self, title: str, body: str, lists: Taxonomy) -> None:
        """Take an article and the word lists."""
        super().__init__(f"{title}\n{body}")
        self.title, self.body, self.lists, self.shift = title, body, lists, len(title) + 1
        self.lexis = Lexis(self.text.text, lists)

    @cached_property
    def _without_asides(self) -> Spelled:
        return Spelled(_ASIDE.sub("", self.text.original))

    def has(self, value: str) -> bool:
        """Whether a phrase stands in title or body, but for width, case, blanks, marks and what is in brackets inside it."""
        return self.text.find(value) is not None or self._without_asides.find(value) is not None


def pairs(text: str) -> frozenset[str]:
    """Return the pairs of letters of a text."""
    return frozenset(pair for place in range(len(text) - 1) if (pair := text[place : place + 2]).isalnum())
