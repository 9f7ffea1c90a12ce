"""Slots: where a statement has one name, title, rank or day and the article, between the same characters, another one of its kind.

Such a statement may have no word that the article lacks. What tells is the place of a word: the article has it nowhere among the
characters that the statement has around it, and has another one of its kind there.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

from transforms.lexis import is_pronoun, shares
from transforms.names import ORGANISED, listed
from transforms.people import persons_in
from transforms.taxonomy import Taxonomy
from transforms.text import HAN
from transforms.titles import TITLE, forms_of
from transforms.vocabulary import PERSONS, PROPER, is_foreign, names_person, tagged

Span = tuple[int, int]
_Word = tuple[str, int, int]
"""A word's kind, start and end."""
_Side = tuple[bool, str]
"""Characters beside a place, and whether they stand before it."""

_LATIN = re.compile(r"(?<![a-z\d])(?=[a-z\d ]{3})[a-z][a-z\d]*(?: [a-z][a-z\d]*)*(?![a-z\d])")
"""Latin words with blanks between are one name."""
_CLOSED = {
    "title": re.compile(TITLE),
    "rank": re.compile(
        "[首再][次度]|首[个家款例届批位席]|(?<!连续)第[一二三四五六七八九十](?![一二三四五六七八九十百千])[次个家款例届批位大名]?"
        "|次席|唯一|独家|联合|之一|最[大小高低新多少早]"
    ),
    "scope": re.compile("全球|全国|全省|全市|世界|国内|国际|海外|国外"),
    "year": re.compile("[今去前明后]年|本年|上年"),
    "period": re.compile("[上下]半年|前?第?[一二三四1-4]季度|半年度|(?<![一二三四1-4])季度|(?<!半)年度"),
    "month": re.compile("[上下本当]月|[上下本]周|本季度|上季度"),
    "week": re.compile("(?:周|星期)[一二三四五六日天]"),
    "day": re.compile("[昨今明前当次][日天]|[昨今明当]晚"),
    "hour": re.compile(r"[上下中]午|凌晨|早间|晚间|傍晚|早上|晚上|[早晚](?=\d)"),
}
"""Words of which one never stands for another one of its kind."""
_FORMS = tuple(
    (re.compile(form), plain)
    for form, plain in (
        ("^首", "第一"),
        ("(?<=^第.)[次度个家款例届批位席大名]$", ""),
        ("度$", "次"),
        ("世界|国际", "全球"),
        ("国外", "海外"),
        ("国内", "全国"),
        ("本年", "今年"),
        ("上年", "去年"),
        ("当月", "本月"),
        ("星期", "周"),
        ("(?<=^[昨今明前当次])[日天晚]$", ""),
        ("早[间上]|^早$", "上午"),
        ("[傍晚]晚|晚[间上]", "晚"),
        ("半年度", "上半年"),
        ("^第(?=.季度)", ""),
    )
)
"""The forms of one rank, scope or time."""
_APART = frozenset("前副")
"""What makes another word of one: 前三季度 of 三季度, 副行长 of 行长."""
_NOUNS = frozenset({*PROPER, "n", "j"})
_NO_NAMES = frozenset(["m", "q", "p", "c", "d", "r", "u", "uj", "ul", "v", "x", ""])
"""Parts of speech of what stands before 公司 or 银行 and is no part of its name."""
_MOST = 16  # characters on either side that are looked at
_LEAST = 5  # characters around a place that have to be the same …
_MORE = 3  # … and so many more than those around any place where the article has the word itself
_BREAKS = ",。;:!?\n"
_LIST = frozenset("、和与及或兼/")


class Slot(NamedTuple):
    """The place of a word in a statement, and what the article has in its stead."""

    start: int
    end: int
    instead: str


class Slots:
    """The words of an article that another one may take the place of."""

    def __init__(self, article: str, lists: Taxonomy) -> None:
        """Take an article's spelled text and the word lists."""
        self._article = article
        self._lists = lists
        self._sides: dict[tuple[str, int], dict[_Side, list[tuple[int, str]]]] = {}

    @cached_property
    def _places(self) -> dict[str, dict[str, list[int]]]:
        """The places of each word of each kind."""
        text = self._article
        found: dict[str, dict[str, list[int]]] = {}
        for kind, start, end in _words(text, self._lists):
            found.setdefault(kind, {}).setdefault(text[start:end], []).append(start)
        for words in (found.get("person", {}), found.get("organisation", {})):
            words |= {word: [start for start, _ in _all(word, text)] for word in words}
        return found

    @property
    def persons(self) -> Collection[str]:
        """The persons whom the article names."""
        return self._places.get("person", {}).keys()

    def displaced(self, statement: str) -> Iterator[Slot]:
        """Yield the words of a spelled statement in whose place the article has another one of their kind."""
        for kind, words in self._places.items():
            for start, end in _occurrences(statement, kind, words):
                begun = max(statement.rfind(mark, 0, start) for mark in _BREAKS) + 1
                if statement[max(begun, start - _MOST) : end + _MOST] in self._article:  # nothing can be more alike
                    continue
                noun = _noun_behind(statement, end) if kind == "place" else ""
                if noun and statement[start:end] + noun in self._article:
                    continue
                if instead := self._instead(statement, (start, end), kind, begun, len(noun) or _LEAST):
                    yield Slot(start, end, instead)

    def _instead(self, statement: str, slot: Span, kind: str, begun: int, least: int) -> str:
        """Return the word of a kind that the article has in a place of a statement, and not the statement's own; else nothing."""
        word, article = statement[slice(*slot)], self._article
        others = [
            (same, (start, start + len(other)))
            for start, other in self._near(statement, slot, kind, (least + 1) // 2)
            if other != word
            and (same := alike(statement, slot, article, (start, start + len(other)), begun)) >= least
            and not _is_same(word, other)
        ]
        if not others:
            return ""
        own = max((alike(statement, slot, article, place, begun) for place in self._own(kind, word)), default=0)
        best = max(
            (one for one in others if one[0] >= own + min(_MORE, least) and not self._is_listed(one[1], word)),
            key=itemgetter(0),
            default=None,
        )
        return article[slice(*best[1])] if best else ""

    def _own(self, kind: str, word: str) -> Iterator[Span]:
        """Yield the places where the article has a word of a kind in any form; names are also parts of others."""
        for form in (word, *(other for other in self._places[kind] if other != word and _is_same(word, other))):
            if kind == "latin" and form.count(" ") < word.count(" "):  # Einhorn is no proof of Telstra Einhorn
                continue
            if kind in _CLOSED:  # 三季度 is none of 前三季度
                yield from ((start, start + len(form)) for start in self._places[kind].get(form, ()))
            else:
                yield from _all(form, self._article)

    def _near(self, statement: str, slot: Span, kind: str, size: int) -> Iterator[tuple[int, str]]:
        """Yield the words of a kind, each with its start, that have so many characters on one side that a statement has there.

        Of two sides that have twice as many alike, or one less, at least one is such.
        """
        if (kind, size) not in self._sides:
            found = self._sides[kind, size] = {}
            for word, starts in self._places[kind].items():
                for start in starts:
                    for side in _sides(self._article, (start, start + len(word)), size):
                        found.setdefault(side, []).append((start, word))
        sides = self._sides[kind, size]
        yield from (one for side in _sides(statement, slot, size) for one in sides.get(side, ()))

    def _is_listed(self, place: Span, word: str) -> bool:
        """Whether a word stands near a place where a list is: either of A、B may stand first, or alone."""
        start, end = place
        around = self._article[max(0, start - 1) : start] + self._article[end : end + 1]
        return not _LIST.isdisjoint(around) and word in self._article[max(0, start - _MOST) : end + _MOST]


def alike(one: str, slot: Span, other: str, place: Span, begun: int = 0) -> int:
    """Return how many letters and digits on either side of a place of one text, from `begun` on, are those of a place of another one."""
    before = _same(one[max(begun, slot[0] - _MOST) : slot[0]][::-1], other[max(0, place[0] - _MOST) : place[0]][::-1])
    return before + _same(one[slot[1] : slot[1] + _MOST], other[place[1] : place[1] + _MOST])


def _sides(text: str, slot: Span, size: int) -> tuple[_Side, _Side]:
    """Return the characters right before and right behind a place of a text."""
    return (True, text[max(0, slot[0] - size) : slot[0]]), (False, text[slot[1] : slot[1] + size])


def _same(one: str, other: str) -> int:
    same = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        same += left.isalnum()
    return same


def _all(word: str, text: str) -> Iterator[Span]:
    """Yield the places of a word in a text."""
    start = text.find(word)
    while start >= 0:
        yield start, start + len(word)
        start = text.find(word, start + len(word))


def _occurrences(statement: str, kind: str, words: dict[str, list[int]]) -> Iterator[Span]:
    """Yield where a statement has a word of a kind: of a closed or Latin one any, of names those of the article."""
    if pattern := _LATIN if kind == "latin" else _CLOSED.get(kind):
        yield from (match.span() for match in pattern.finditer(statement))
    else:
        yield from (place for word in words for place in _all(word, statement))


def _noun_behind(statement: str, end: int) -> str:
    """Return the noun right behind the name of a place: with it, less has to be the same."""
    words = tagged(statement)
    starts = accumulate((len(word) for word, _ in words), initial=0)
    noun = next((word for start, (word, tag) in zip(starts, words, strict=False) if start == end and tag in _NOUNS), "")
    return noun if len(noun) > 1 else ""


@lru_cache(maxsize=1 << 14)
def _is_same(one: str, other: str) -> bool:
    """Whether two words may stand for the same: one short for the other, or two forms of one title, rank or time."""
    if one.isascii() and other.isascii():
        return _is_same_latin(one.split(), other.split())
    if (one[0] in _APART or other[0] in _APART) and one[0] != other[0]:
        return False
    if set(one) <= set(other) or set(other) <= set(one):
        return True
    if shares(ORGANISED.sub("\n", other), one) and not (len(one) == len(other) and names_person(one) and names_person(other)):
        return True
    return _plain(one) == _plain(other) or other in forms_of(one)


def _is_same_latin(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether of two Latin names one has all words of the other, or is their first letters, or the same without blanks."""
    shorter, longer = sorted((one, other), key=len)
    initials = "".join(word[0] for word in longer)
    return set(shorter) <= set(longer) or "".join(shorter) in (initials, "".join(longer))


def _plain(word: str) -> str:
    """Return a rank, a scope or a time in the one form that stands for all of it."""
    for form, plain in _FORMS:
        word = form.sub(plain, word)
    return word


def _words(text: str, lists: Taxonomy) -> Iterator[_Word]:
    """Yield the words that are of a kind; some several times."""
    yield from (("latin", *match.span()) for match in _LATIN.finditer(text))
    yield from _called(text)
    yield from (("person", *name) for name in persons_in(text))
    yield from (("place", *name) for name in listed(text, lists, ("places",)))
    yield from (("organisation", *name) for name in listed(text, lists, ("companies", "others", "subjects")))
    yield from ((kind, *match.span()) for kind, pattern in _CLOSED.items() for match in pattern.finditer(text))


def _called(text: str) -> Iterator[_Word]:
    """Yield persons, and organisations that are called 某某银行, as the dictionary takes a text apart."""
    place = before = dotted = 0
    last = ""
    for word, tag in tagged(text):
        start, place = place, place + len(word)
        if text[start - 1 : start] == "·" and dotted < start - 1 and re.match(HAN, word):
            yield "person", dotted, place
        elif (
            tag in PERSONS
            and len(word) > 1
            and "·" not in word
            and not text.startswith("·", place)
            and (names_person(word) or is_foreign(word))
        ):
            yield "person", start, place
        if ORGANISED.fullmatch(word) and last not in _NO_NAMES and not is_pronoun(text[before:place]):
            yield "organisation", before, place
        before, last = start, tag
        dotted = dotted if word == "·" else start
