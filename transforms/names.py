"""Names: what a sentence calls by name - persons, companies, places, works - and whether an article has it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import rjieba

from transforms.spelling import Spelled
from transforms.taxonomy import Taxonomy

_LATIN = re.compile(r"[a-z][a-z\d]*(?:[-.&'+][a-z\d]+)*\+*|\d+[a-z][a-z\d]*")
_QUOTED = re.compile(r'《([^《》]{1,40})》|"([^"]{1,40})"')
_NAMES = frozenset({"nr", "nrt", "nrfg", "ns", "nt", "nz"})


class Name(NamedTuple):
    """A name and its place in a spelled text."""

    start: int
    end: int
    text: str


def names(sentence: Spelled, lists: Taxonomy) -> Iterator[Name]:
    """Yield what looks like a name in a sentence, in no order; one may hold another."""
    text = sentence.text
    for pattern in (_LATIN, _QUOTED):
        for match in pattern.finditer(text):
            yield Name(*match.span(match.lastindex or 0), match[match.lastindex or 0])
    found = lists.finder.find(text)
    for kind in ("companies", "subjects", "technologies"):
        for start, end, _ in found[kind]:
            yield Name(start, end, text[start:end])
    yield from _words(text)


def _words(text: str) -> Iterator[Name]:
    """Yield the words that are names by their part of speech, and those that no dictionary has."""
    place = 0
    for word, tag in rjieba.tag(text):
        start, place = place, place + len(word)
        han = len(word) > 1 and all("\u4e00" <= one <= "\u9fff" for one in word)
        if han and (tag in _NAMES or not rjieba.has_word(word)):
            yield Name(start, place, word)
