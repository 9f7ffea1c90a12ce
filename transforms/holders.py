"""Holders: which persons a text gives a title to - 董事长兼总经理江予白, 江予白任总经理 - and whether a statement gives it to others."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from transforms.names import ORGANISED
from transforms.text import HAN
from transforms.titles import BESIDE, OFFICE, forms_of
from transforms.vocabulary import names_person

Span = tuple[int, int]

_TITLE = re.compile(rf"{OFFICE}|{BESIDE}")
# Between two titles of one person.
_AND = re.compile(r"(?:兼任?|暨|、|和|及|/)[\u4e00-\u9fff]{0,8}")
_LIST = re.compile("[、和与及]?")
# Between a person and a title that the person has: it is told in one clause.
_IS = re.compile(r"[^,;:()]{0,12}?(?:(?<![责信主])任|(?<![认因])为|是|系|当选)[^,;:()]{0,20}")
# A person of three characters, before what the person is, or right behind it at a clause's end or before a common verb.
_NAMED = re.compile(
    rf"(?<![\u4e00-\u9fff])({HAN}{{3}})(?=(?:[现曾兼历也将]?任|担任|出任|是|为|系){HAN}{{0,16}}?(?:{OFFICE}))"
    rf"|(?:{OFFICE}|{BESIDE})({HAN}{{3}})(?=[^\u4e00-\u9fff]|出席|主持|致辞|介绍|参加|率|在)"
)
_PRONOUN = re.compile("(?:此前|目前|此外|同时|随后)?,?[他她其]")
_PASSES_ON = re.compile("接任|接替|接棒|继任|辞|卸任|离任|离职|退休|分别|轮值|换届")
"""What a sentence has that tells of several who have a title, one after the other or each another one."""


class _Given(NamedTuple):
    """A title in a text, where it stands, and the places of those who have it; nobody where the text does not tell."""

    title: str
    start: int
    end: int
    holders: tuple[Span, ...]


class Holders:
    """Who has which title in an article."""

    def __init__(self, sentences: Sequence[str], persons: Collection[str]) -> None:
        """Take the spelled sentences of an article and the persons whom it names."""
        self._sentences = sentences
        named_so = (match[1] or match[2] for sentence in sentences for match in _NAMED.finditer(sentence))
        longest_first = sorted({*persons, *filter(names_person, named_so)}, key=lambda name: (-len(name), name))
        self._persons = re.compile(rf"(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?!{ORGANISED.pattern})")
        self._told: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = {}
        """For each title: of each place, those who have it, and those of whom it may be where nobody is sure."""
        before: frozenset[str] = frozenset()
        for sentence in sentences:
            named = frozenset(self._persons.findall(sentence))
            meant = named | before if _PRONOUN.match(sentence) else named or before
            for one in self._given(sentence):
                holders = frozenset(sentence[slice(*place)] for place in one.holders)
                open_to = frozenset() if holders and not _PASSES_ON.search(sentence) else meant
                self._told.setdefault(one.title, []).append((holders, open_to))
            before = named

    def mistitled(self, statement: str) -> Iterator[Span]:
        """Yield where a spelled statement gives a person of the article a title that the article gives to others only.

        A sentence that gives it to nobody may mean anybody whom it names; one that names nobody, or begins with 他, those of
        the sentence before.
        """
        passes_on = _PASSES_ON.search(statement)
        for title, start, end, holders in self._given(statement):
            told = [one for form in forms_of(title) for one in self._told.get(form, ())]
            for begun, stop in holders:
                name = statement[begun:stop]
                known = any(_has(name, having | open_to) for having, open_to in told)
                known = known or any(re.search(rf"(?<!副){re.escape(title + name)}", one) for one in self._sentences)
                if told and not known and not (passes_on and begun < start):
                    yield min(start, begun), max(end, stop)

    def _given(self, text: str) -> Iterator[_Given]:
        """Yield the titles of a text with those who have them."""
        titles = [match.span() for match in _TITLE.finditer(text)]
        persons = [match.span() for match in self._persons.finditer(text)] if titles else []
        for number, (start, end) in enumerate(titles):
            yield _Given(text[start:end], start, end, _behind(text, titles[number:], persons) or _before(text, start, persons))


def _behind(text: str, titles: Sequence[Span], persons: Sequence[Span]) -> tuple[Span, ...]:
    """Return the persons right behind the first of some titles, or behind those that are joined to it."""
    starts = {start: place for place, (start, _) in enumerate(persons)}
    for number, (_, end) in enumerate(titles):
        if end in starts:
            first = last = starts[end]
            while last + 1 < len(persons) and _LIST.fullmatch(text, persons[last][1], persons[last + 1][0]):
                last += 1
            return tuple(persons[first : last + 1])
        joined = number + 1 < len(titles) and _AND.fullmatch(text, end, titles[number + 1][0])
        if not joined or any(end <= start < titles[number + 1][0] for start, _ in persons):
            break
    return ()


def _before(text: str, start: int, persons: Sequence[Span]) -> tuple[Span, ...]:
    """Return the person right before a title, or of whom the clause says that it is the title of."""
    nearest = max((person for person in persons if person[1] <= start), default=None)
    if nearest and (nearest[1] == start or _IS.fullmatch(text, nearest[1], start)):
        return (nearest,)
    return ()


def _has(name: str, names: Collection[str]) -> bool:
    """Whether a person is one of some, by the name or a part of it."""
    return any(name in one or one in name for one in names)
