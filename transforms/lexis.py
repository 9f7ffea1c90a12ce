"""Lexis: what explains the characters of a sentence - an article's own pieces, common words and particles - and what is left over.

No list knows all names. A run of Chinese characters that neither the article nor the language explains is a name that the article
lacks; so is a word in the very place where the article has a name.
"""

import re
from collections.abc import Collection, Iterator
from itertools import groupby, pairwise
from typing import NamedTuple

import rjieba

from transforms.names import ORGANISED, likely
from transforms.taxonomy import Taxonomy
from transforms.vocabulary import is_noun, names_person, proper, tag_of

_HAN = re.compile(r"(?:(?!丨)[\u4e00-\u9fff·])+")
_IN_VERBS = frozenset({"v", "vg", "vn", "p", "d", "c", "u", "uj", "ul", "r", "f", "y", "m", "q", "zg", "a"})
NO_NOUN = frozenset({"v", "vg", "vn", "vd", "p", "d", "c", "u", "uj", "ul", "r", "y", "q"})
# Particles, and characters that stand for a whole word in prose; hardly ever parts of names.
LIGHT = frozenset(
    "的了着过得地之是在和与及或将被把由对从因按拟为等并且但而则也都就又还再已曾仍均各该其此这那你我他她它们称让使至未不没以于向到给比较只年·"
)
_NO_NAMES = frozenset({"d", "p", "c", "f", "zg"})
"""Parts of speech of characters that are no rest of a name: 须, 后, 轮."""
_COMPANY = re.compile(r"科技|股份|集团|资本|药业|控股|生物|电子|汽车|传媒|重工")
_RARE = 100  # of the dictionary's counts
_AFFIXES = frozenset("化性度率型级类")  # what is no name by itself: 智慧|化
# What may take the place of a name.
_PRONOUN = re.compile(
    r"(?:上述|该|本|这家|双方|其|前述|此|两家|贵)*"
    r"(?:公司|集团|企业|机构|银行|平台|项目|股东|方|者|双方|其|他|她|人|品牌|政府|部门|学校|医院|基金|当地|本地|国内|我国)?"
)
_PLAIN = re.compile(r"[\u4e00-\u9fff·*a-z&-]+")
_LONGEST_PIECE = 16
_LONGEST_WORD = 4
_LONGEST_NAME = 14
_PIECE, _WORD, _PARTICLE, _STRANGE = 1.0, 2.0, 3.0, 100.0  # costs
_NO_ANCHOR = re.compile(r"[\d年月日.%]+")
_SEEN = 4  # places of a piece that are looked at
_MOSTLY = 0.6  # of a span's characters that belong to names
_ANCHOR = 3  # characters on either side that tell where a word stands
_SHIFTS = ((0, 0), (0, 1), (1, 0), (0, 2), (2, 0), (1, 1), (0, 3))


class Unknown(NamedTuple):
    """A run of a sentence that looks like a name the article lacks; `instead` is the name that it has there, if that is known."""

    start: int
    end: int
    instead: str


class _Piece(NamedTuple):
    start: int
    end: int
    cost: float


class Lexis:
    """What an article and the language explain."""

    def __init__(self, article: str, lists: Taxonomy) -> None:
        """Take an article's spelled text and the word lists."""
        self._article = article
        self._pairs = frozenset(map("".join, pairwise(article)))
        self._named = bytearray(len(article) + 1)
        for name in {article[start:end] for start, end in likely(article, lists)}:
            place = article.find(name)
            while place >= 0:
                self._named[place : place + len(name)] = b"\x01" * len(name)
                place = article.find(name, place + len(name))

    def unknown(self, masked: str, sentence: str) -> Iterator[Unknown]:
        """Yield what looks like a name in a sentence and is none of the article's; `masked` has its figures blanked out."""
        for run in _HAN.finditer(masked):
            text, shift = run[0], run.start()
            if text in self._article:
                continue
            pieces = self._explained(text)
            for number, piece in enumerate(pieces):
                around = (pieces[number - 1] if number else None, pieces[number + 1] if number + 1 < len(pieces) else None)
                if piece.cost >= _STRANGE and self._is_name(text, piece, *around):
                    yield Unknown(shift + piece.start, shift + piece.end, "")
            for foreign, group in groupby(pieces, key=lambda piece: piece.cost > _PIECE):
                if foreign:
                    parts = list(group)
                    start, end = shift + parts[0].start, shift + parts[-1].end
                    noun = any(one.cost >= _STRANGE and _may_be_noun(text[one.start : one.end]) for one in parts)
                    noun = noun or is_noun(sentence[start:end])
                    if instead := self._instead(sentence, start, end, noun=noun):
                        yield Unknown(start, end, instead)

    def displaced(self, sentence: str, name: str, others: Collection[str]) -> Unknown | None:
        """Return where a name of the article stands in a sentence in the place of another one; None if it does not.

        At a sentence's beginning, with nothing to anchor it, the other one has to be one of `others`.
        """
        start = sentence.find(name)
        end = start + len(name)
        before, behind = sentence[max(0, start - _ANCHOR) : end], sentence[start : end + _ANCHOR]
        if behind in self._article or (start >= _ANCHOR and before in self._article):
            return None
        instead = self._instead(sentence, start, end, noun=True)
        other = start >= _ANCHOR or any(one in instead and len(instead) - len(one) < 2 for one in others)
        return Unknown(start, end, instead) if instead and other and not shares(name, instead) else None

    def _instead(self, sentence: str, start: int, end: int, *, noun: bool) -> str:
        """Return the article's name in whose place a run of a sentence stands, between the same characters; else nothing.

        Where only a part of the name is another, any character betrays it; a whole name has to give way to a noun.
        """
        for left, right in _SHIFTS:
            before = sentence[max(0, start - left - _ANCHOR) : max(0, start - left)]
            behind = sentence[end + right : end + right + _ANCHOR]
            if len(behind) < _ANCHOR or _NO_ANCHOR.fullmatch(before + behind) or (len(before) < _ANCHOR and start > left):
                continue
            for place, stop in self._between(before, behind):
                said, name = _different(sentence[start - left : end + right], self._article[place:stop])
                begun = place + self._article[place:stop].index(name)
                plain = said and name and _PLAIN.fullmatch(name) and not (is_pronoun(said) or is_pronoun(name))
                if plain and self._gives_way(begun, begun + len(name), said, noun=noun):
                    return self._article[place:stop]
        return ""

    def _gives_way(self, place: int, stop: int, text: str, *, noun: bool) -> bool:
        """Whether a span of the article is a name, or a part of one, that a text displaces."""
        named = self._named[place:stop]
        part = (place and self._named[place - 1] and named[0]) or (named[-1] and self._named[stop])
        if (part and all(named)) or (noun and sum(named) >= _MOSTLY * len(named)):
            return True
        return len(text) == stop - place == 1 and tag_of(text) not in NO_NOUN

    def _between(self, before: str, behind: str) -> Iterator[tuple[int, int]]:
        """Yield the spans of the article between two anchors; no anchor before them is the beginning of a sentence."""
        article = self._article
        place = article.find(behind)
        for _ in range(_SEEN):
            if place < 0:
                return
            if before:
                start = article.rfind(before, max(0, place - _LONGEST_NAME - len(before)), place)
                start += len(before) if start >= 0 else 0
            else:
                start = max(article.rfind(mark, 0, place) for mark in "\n。!?;,: ") + 1
            if 0 <= start < place <= start + _LONGEST_NAME and not set(article[start:place]) & set("\n。!?;,"):
                yield start, place
            place = article.find(behind, place + 1)

    def _is_name(self, run: str, piece: _Piece, before: _Piece | None, behind: _Piece | None) -> bool:
        """Whether strange characters are a name: a proper noun, built like one, or the rest of one that the article has."""
        text = run[piece.start : piece.end]
        if text in _AFFIXES or (len(text) == 1 and tag_of(text) in _NO_NAMES):
            return False
        if len(text) > 1 and (known := proper(text)) is not None:
            return known or _names_company(run, piece.start, piece.end)
        if len(text) <= 2 and (
            (before and self._cuts(run[before.start : before.end], at_end=True))
            or (behind and self._cuts(run[behind.start : behind.end], at_end=False))
        ):
            return True
        if len(text) == 1:
            return False
        if names_person(text) and len(text) <= 3:
            return True
        return bool(ORGANISED.match(run, piece.end)) or not any(tag_of(one) in _IN_VERBS for one in text)

    def _cuts(self, piece: str, *, at_end: bool) -> bool:
        """Whether a piece of the article always breaks off inside one of its names."""
        place, seen = self._article.find(piece), False
        for _ in range(_SEEN):
            if place < 0:
                break
            cut = place + at_end * len(piece)
            if not (cut and self._named[cut - 1] and self._named[cut]):
                return False
            place, seen = self._article.find(piece, place + 1), True
        return seen and len(piece) > 1

    def _explained(self, run: str) -> list[_Piece]:
        """Return the cheapest pieces that a run is made of, in order; strange characters that meet are one piece."""
        costs = [0.0, *[float("inf")] * len(run)]
        begins = [0] * (len(run) + 1)
        for start in range(len(run)):
            for end, cost in self._pieces(run, start):
                if costs[start] + cost < costs[end]:
                    costs[end], begins[end] = costs[start] + cost, start
        pieces: list[_Piece] = []
        end = len(run)
        while end:
            start = begins[end]
            cost = costs[end] - costs[start]
            if pieces and cost >= _STRANGE and pieces[-1].cost >= _STRANGE:
                pieces[-1] = _Piece(start, pieces[-1].end, cost)
            else:
                pieces.append(_Piece(start, end, cost))
            end = start
        return pieces[::-1]

    def _pieces(self, run: str, start: int) -> Iterator[tuple[int, float]]:
        """Yield the end and the cost of each piece that may explain what begins at `start`."""
        yield start + 1, _PARTICLE if run[start] in LIGHT else _STRANGE
        for end in range(start + 2, min(len(run), start + _LONGEST_WORD) + 1):
            if (known := proper(run[start:end])) is not None:
                yield end, _STRANGE if known or _names_company(run, start, end) else _WORD
        end = start + 2
        longest = min(len(run), start + _LONGEST_PIECE)
        while end <= longest and run[end - 2 : end] in self._pairs and run[start:end] in self._article:
            yield end, _PIECE
            end += 1


def _different(one: str, other: str) -> tuple[str, str]:
    """Return two texts without what they begin and end with alike."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return one, other


def is_pronoun(text: str) -> bool:
    """Whether a text may stand for any name."""
    return bool(_PRONOUN.fullmatch(text)) or all(one in LIGHT for one in text)


def _may_be_noun(text: str) -> bool:
    return len(text) > 1 or tag_of(text) not in NO_NOUN or tag_of(text) == "q"


def shares(name: str, text: str) -> bool:
    """Whether a text has two neighbouring characters of a name, as a short form of it does."""
    return any(name[place : place + 2] in text for place in range(len(name) - 1))


def _names_company(run: str, start: int, end: int) -> bool:
    """Whether a rare word stands before what companies are called: 天枢|科技, but not 民营|银行."""
    word = run[start:end]
    return len(word) == 2 and is_noun(word) and rjieba.suggest_freq(word) < _RARE and bool(_COMPANY.match(run, end))
