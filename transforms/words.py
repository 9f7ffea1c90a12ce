"""Words: an article's text taken apart once, with what is no prose blanked out; keywords, industries and names are read from it."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import rjieba

from transforms.prose import Sentence, blanked
from transforms.taxonomy import Finder, Found, fold_letters

# (12.250,-0.05,-0.41%) and （SZ 000672，收盘价：23.17元） behind a company's name, and addresses, are no words.
_QUOTATION = re.compile(r"[（(][^（）()]{0,16}?-?\d+\.\d+[^（）()]{0,24}[)）]|（?维权）|[（(]行情|https?://[\w./?=&%#-]+")


_BEFORE_NAMES = frozenset("和与由据对向在从被把及跟")


class Word(NamedTuple):
    """A word with its place in `Words.text` and its part of speech as rjieba names it."""

    start: int
    end: int
    text: str
    tag: str


class Words:
    """The words of an article."""

    def __init__(self, title: str, body: str, sentences: Sequence[Sentence], finder: Finder) -> None:
        """Take an article's title, body and the body's sentences, and what finds the phrases of the lists.

        `text` is both, with a line feed between them and for every character that is no prose; places in it are places in them.
        """
        self.title = title
        self.text = _QUOTATION.sub(lambda match: "\n" * len(match[0]), f"{title}\n{blanked(body, sentences)}")
        self._finder = finder

    @cached_property
    def words(self) -> list[Word]:
        """The words in order."""
        found, place = [], 0
        for text, tag in rjieba.tag(self.text):
            end = place + len(text)
            if tag == "nr" and end - place > 2 and text[0] in _BEFORE_NAMES:
                found.append(Word(place, place + 1, text[0], "p"))
                place, text = place + 1, text[1:]  # noqa: PLW2901 - 由赛富 is two words
            found.append(Word(place, end, text, tag))
            place = end
        return found

    @cached_property
    def edges(self) -> frozenset[int]:
        """The places where a word begins or ends."""
        return frozenset({len(self.text)}.union([word[0] for word in self.words]))

    @cached_property
    def folded(self) -> str:
        """The text of `fold_letters`."""
        return fold_letters(self.text)

    @cached_property
    def found(self) -> dict[str, list[Found]]:
        """What the lists' finder finds in the text, by list."""
        return self._finder.find(self.folded)
