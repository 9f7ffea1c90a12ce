"""Holders: which persons a text gives a title to - 董事长兼总经理江予白, 江予白任总经理 - and whether a statement gives it to others."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import itemgetter
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
_IS = re.compile(r"[^,;:()]{0,12}?(?:(?<![责信主])任|(?<![认因])为|(?P<is>[是系])|当选)[^,;:()]{0,20}")
_OF_ANOTHER = re.compile("(?:[受被由向]|(?<![长理裁官监事席任记])[与和])$")
"""What right before a title tells that it is somebody else's: 是受总经理表扬的员工, but not 任董事长和总经理."""
_WHOSE = re.compile("[的之](?:秘书|助理|顾问|学生|徒弟|司机|夫人|妻子|丈夫|儿子|女儿|弟弟|哥哥|亲属)")
"""What behind a title tells the same, though somebody 任 or 当选 it; 任总经理的云湖科技 does not."""
# A person of three characters, before what the person is, or right behind it at a clause's end or before a common verb.
_NAMED = re.compile(
    rf"(?:(?<![\u4e00-\u9fff])|(?<=选举|聘任|推选|任命|提名))({HAN}{{3}})(?=(?:[现曾兼历也将]?[任为是]|担任|出任|系){HAN}{{0,16}}?(?:{OFFICE}))"
    rf"|(?:{OFFICE}|{BESIDE})({HAN}{{3}})(?=[^\u4e00-\u9fff]|出席|主持|致辞|介绍|参加|率|在)"
)
_PRONOUN = re.compile("(?:此前|目前|此外|同时|随后)?,?[他她其]")
_PASSES_ON = re.compile("接任|接替|接棒|继任|辞|卸任|离任|离职|退休|分别|轮值|换届")
"""What a sentence has that tells of several who have a title, one after the other or each another one."""

_APPOINT = ("任命", "聘任")  # 任命李|为民, whose first character is a surname, too
_VERBS = frozenset("为任是系")
"""What stands behind a person, and is cut off as the end of the name: 江予|白为."""


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
        seen = (name for name in named_so if names_person(name) and not name.startswith(_APPOINT))
        names = _whole({*persons, *seen}, sentences)
        self._persons = re.compile(rf"(?:{_any(names)})(?!{ORGANISED.pattern})")
        self._told: dict[str, set[frozenset[str]]] = {}
        """For each title: those who have it at a place, or of whom it may be where nobody is sure."""
        before: frozenset[str] = frozenset()
        for sentence in sentences:
            named = frozenset(self._persons.findall(sentence))
            meant = named | before if _PRONOUN.match(sentence) else named or before
            passes_on = _PASSES_ON.search(sentence)
            for one in self._given(sentence):
                told = self._told.setdefault(one.title, set())
                told.add(frozenset(sentence[slice(*place)] for place in one.holders))
                if passes_on or not one.holders:
                    told.add(meant)
            before = named or before

    def mistitled(self, statement: str) -> Iterator[Span]:
        """Yield where a spelled statement gives a person of the article a title that the article gives to others only.

        A sentence that gives it to nobody may mean anybody whom it names; one that names nobody, or begins with 他, those whom
        the last sentence before that names somebody does.
        """
        passes_on = _PASSES_ON.search(statement)
        for title, start, end, holders in self._given(statement):
            told = [one for form in forms_of(title) for one in self._told.get(form, ())]
            for begun, stop in holders:
                name = statement[begun:stop]
                known = any(_has(name, having) for having in told)
                known = known or any(re.search(rf"(?<!副){re.escape(title + name)}", one) for one in self._sentences)
                if told and not known and not (passes_on and begun < start):
                    yield min(start, begun), max(end, stop)

    def _given(self, text: str) -> Iterator[_Given]:
        """Yield the titles of a text with those who have them."""
        titles = [match.span() for match in _TITLE.finditer(text)]
        persons = [match.span() for match in self._persons.finditer(text)] if titles else []
        for (start, end), holders in zip(titles, _behind(text, titles, persons), strict=True):
            yield _Given(text[start:end], start, end, holders or _before(text, (start, end), persons))


def _any(names: Iterable[str]) -> str:
    """Return a pattern of any of some names, the longest first."""
    return "|".join(map(re.escape, sorted(names, key=lambda name: (-len(name), name)))) or "(?!)"


def _whole(names: Collection[str], sentences: Iterable[str]) -> set[str]:
    """Return those of some persons who are cut rightly: none crosses another one, or begins right behind one and ends in a verb.

    Of two that cross each other the one that ends in a verb is cut amiss, else both are.
    """
    places = re.compile(f"(?=({_any(names)}))")
    cut: set[str] = set()
    for sentence in sentences:
        end, last = 0, ""
        for match in places.finditer(sentence):
            name = match[1]
            if last and match.start() <= end < match.end(1) and name[-1] in _VERBS:
                cut.add(name)
                continue
            if match.start() < end < match.end(1):
                cut |= {last, name}
            if match.end(1) > end:
                end, last = match.end(1), name
    return set(names) - cut


def _behind(text: str, titles: Sequence[Span], persons: Sequence[Span]) -> list[tuple[Span, ...]]:
    """Return, for each of the titles of a text, the persons right behind it, or behind those that are joined to it."""
    places = {start: place for place, (start, _) in enumerate(persons)}
    starts = list(places)
    found: list[tuple[Span, ...]] = []
    behind, row = len(text), tuple[Span, ...]()  # where the title behind begins, and the persons behind that one
    for start, end in reversed(titles):
        if end in places:
            row = _listed(text, persons, places[end])
        elif bisect_left(starts, end) < bisect_left(starts, behind) or not _AND.fullmatch(text, end, behind):
            row = ()
        found.append(row)
        behind = start
    return found[::-1]


def _listed(text: str, persons: Sequence[Span], first: int) -> tuple[Span, ...]:
    """Return a person, by number, and those who stand behind in one list."""
    last = first
    while last + 1 < len(persons) and _LIST.fullmatch(text, persons[last][1], persons[last + 1][0]):
        last += 1
    return tuple(persons[first : last + 1])


def _before(text: str, title: Span, persons: Sequence[Span]) -> tuple[Span, ...]:
    """Return the person right before a title, or of whom the clause says that it is the title of."""
    start, end = title
    number = bisect_right(persons, start, key=itemgetter(1))
    if not number:
        return ()
    nearest = persons[number - 1]
    between = nearest[1], start
    told = _IS.fullmatch(text, *between)
    whose = (told and told["is"] and text.startswith(("的", "之"), end)) or _WHOSE.match(text, end)
    anothers = whose or _OF_ANOTHER.search(text, *between)
    return (nearest,) if nearest[1] == start or (told and not anothers) else ()


def _has(name: str, names: Collection[str]) -> bool:
    """Whether a person is one of some, by the name or a part of it."""
    return any(name in one or one in name for one in names)
