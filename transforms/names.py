"""Names: what a sentence calls by name that shows by its letters, by its marks or by a list."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from transforms.spelling import Spelled
from transforms.taxonomy import Taxonomy

_LATIN = re.compile(r"(?<![a-z\d])[a-z][a-z\d]*(?:[-.&'+][a-z\d]+)*\+*")
_QUOTED = re.compile(r'《([^《》]{1,40})》|"([^"]{1,40})"')
_LISTS = ("companies", "subjects", "places")


class Name(NamedTuple):
    """A name and its place in a spelled text."""

    start: int
    end: int


def names(sentence: Spelled, lists: Taxonomy) -> Iterator[Name]:
    """Yield the Latin words, quotations and listed companies, organisations and places of a sentence; one may hold another."""
    text = sentence.text
    for pattern in (_LATIN, _QUOTED):
        for match in pattern.finditer(text):
            yield Name(*match.span(match.lastindex or 0))
    found = lists.finder.find(text)
    for kind in _LISTS:
        yield from (Name(start, end) for start, end, phrase in found[kind] if lists.subjects.get(phrase) != "theme")
