"""Lexis: what explains the characters of a sentence - an article's own pieces, common words and particles - and what is left over.

No list knows all names. A run of Chinese characters that neither the article nor the language explains is a name that the article
lacks; so is a word in the very place where the article has a name.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import rjieba

from transforms.taxonomy import Taxonomy

_HAN = re.compile(r"(?:(?!丨)[\u4e00-\u9fff·])+")
_PROPER = frozenset({"nr", "nrt", "nrfg", "ns", "nt", "nz"})
_COMMON = 100  # of rjieba's dictionary: a person's name is rarer, 明星 is not
_IN_VERBS = frozenset({"v", "vg", "vn", "p", "d", "c", "u", "uj", "ul", "r", "f", "y", "m", "q", "zg", "a"})
# Particles, and characters that stand for a whole word in prose; hardly ever parts of names.
_LIGHT = frozenset(
    "的了着过得地之是在和与及或将被把由对从因按拟为等并且但而则也都就又还再已曾仍均各该其此这那你我他她它们称让使至未不没以于向到给"
)
# Surnames that are more often another word.
_NO_SURNAME = frozenset(
    "连于经都曾时应后向从成原常包高安能全同和单解居过关强归仍相重当所是有为在来到让由多还更初计占支位平国公明满"
)
# Words that may take the place of a name.
_PRONOUNS = re.compile(
    r"(?:上述|该|本|这家|双方|其|前述|此|两家|贵)*(?:公司|集团|企业|机构|银行|平台|项目|股东|方|者|双方|其|他|她|人|品牌|政府|部门|学校|医院|基金)?"
)
_ORGANISED = re.compile(
    r"科技|股份|集团|公司|银行|证券|基金|资本|投资|创投|控股|药业|生物|医药|医疗|制药|电子|电气|电器|智能|信息|通信|软件|网络|传媒|文化|能源|实业"
    r"|材料|环保|物流|汽车|食品|地产|重工|机械|化工|保险|大学|学院|医院|研究院|研究所|法院|检察院|公安局|国际|建设|水泥|股权|技术|数控"
)
_CODED = re.compile(r"([\u4e00-\u9fff*]{2,8})(?=\((?:[a-z]{2}[:. ]?)?(?:\d{5,6}|[a-z]{1,5}\.|以下简称|下称|简称|-?\d+\.\d+,))")
_LONGEST_PIECE = 16
_LONGEST_WORD = 4
_LONGEST_NAME = 14
_WORD, _PARTICLE, _STRANGE = 2.0, 3.0, 100.0  # costs; a piece of the article costs 1
_SEEN = 4  # places of a piece that are looked at
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
        self._surnames = lists.surnames
        self._pairs = frozenset(article[place : place + 2] for place in range(len(article) - 1))
        self._named = bytearray(len(article) + 1)
        self._edges = {0}
        for start, end in self._names(lists):
            self._named[start:end] = b"\x01" * (end - start)

    def _names(self, lists: Taxonomy) -> Iterator[tuple[int, int]]:
        """Yield the places of the article's own names, as far as they are known."""
        place, before = 0, 0
        for word, tag in rjieba.tag(self._article):
            start, place = place, place + len(word)
            self._edges.add(place)
            if len(word) > 1 and _is_han(word) and (_kind(word) or not rjieba.has_word(word) or tag in _PROPER):
                yield start, place
            if before < start and _ORGANISED.fullmatch(word):
                yield before, place
            before = start
        found = lists.finder.find(self._article)
        for kind in ("companies", "subjects", "places"):
            yield from ((start, end) for start, end, phrase in found[kind] if lists.subjects.get(phrase) != "theme")
        yield from (match.span(1) for match in _CODED.finditer(self._article))

    def unknown(self, masked: str, sentence: str) -> Iterator[Unknown]:
        """Yield what looks like a name in a sentence and is none of the article's; `masked` has its figures blanked out."""
        for run in _HAN.finditer(masked):
            pieces = self._explained(run[0])
            group: list[_Piece] = []
            for number, piece in enumerate([*pieces, _Piece(len(run[0]), len(run[0]), 1.0)]):
                if piece.cost > 1.0:
                    group.append(piece)
                    around = (pieces[number - 1 : number], pieces[number + 1 : number + 2])
                    if piece.cost >= _STRANGE and self._is_name(run[0], piece, *around):
                        yield Unknown(run.start() + piece.start, run.start() + piece.end, "")
                elif group:
                    start, end = run.start() + group[0].start, run.start() + group[-1].end
                    if instead := self._instead(sentence, start, end):
                        yield Unknown(start, end, instead)
                    group = []

    def _instead(self, sentence: str, start: int, end: int) -> str:
        """Return the article's name in whose place a run of a sentence stands, between the same characters; else nothing."""
        if _PRONOUNS.fullmatch(sentence[start:end]):
            return ""
        for left, right in _SHIFTS:
            before, behind = (
                sentence[max(0, start - left - _ANCHOR) : max(0, start - left)],
                sentence[end + right : end + right + _ANCHOR],
            )
            if len(behind) < _ANCHOR or (len(before) < _ANCHOR and start > left):
                continue
            for place, stop in self._between(before, behind):
                named = self._named[place:stop]
                if any(named) and self._article[place:stop] != sentence[start - left : end + right]:
                    return self._article[place:stop]
        return ""

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

    def _is_name(self, run: str, piece: _Piece, before: Sequence[_Piece], behind: Sequence[_Piece]) -> bool:
        start, end, _ = piece
        text = run[start:end]
        proper = _kind(text)
        if proper is not None and len(text) > 1:
            return proper
        if any(self._cuts(run[one.start : one.end], at_end=True) for one in before) or any(
            self._cuts(run[one.start : one.end], at_end=False) for one in behind
        ):
            return True
        if len(text) == 1:
            return False
        if text[0] in self._surnames - _NO_SURNAME and len(text) <= 3:
            return True
        return bool(_ORGANISED.match(run, end)) or not any(_tag(one) in _IN_VERBS for one in text)

    def _cuts(self, piece: str, *, at_end: bool) -> bool:
        """Whether a piece of the article always breaks off inside one of its names."""
        place, seen = self._article.find(piece), False
        for _ in range(_SEEN):
            if place < 0:
                break
            cut = place + at_end * len(piece)
            if not (cut and cut not in self._edges and self._named[cut - 1] and self._named[cut]):
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
        yield start + 1, _PARTICLE if run[start] in _LIGHT or run[start] == "·" else _STRANGE
        for end in range(start + 2, min(len(run), start + _LONGEST_WORD) + 1):
            if (proper := _kind(run[start:end])) is not None:
                yield end, _STRANGE if proper else _WORD
        end = start + 2
        longest = min(len(run), start + _LONGEST_PIECE)
        while end <= longest and run[end - 2 : end] in self._pairs and run[start:end] in self._article:
            yield end, 1.0
            end += 1


def _is_han(word: str) -> bool:
    return all("\u4e00" <= one <= "\u9fff" for one in word)


@lru_cache(maxsize=1 << 16)
def _kind(word: str) -> bool | None:
    """Return whether a word of the dictionary is a proper noun; None for what is no word of it."""
    if not rjieba.has_word(word):
        return None
    tagged = rjieba.tag(word)
    tag = tagged[0][1] if len(tagged) == 1 else ""
    return tag in _PROPER and (tag in {"ns", "nt"} or rjieba.suggest_freq(word) < _COMMON) and word[0] not in _NO_SURNAME


@lru_cache(maxsize=1 << 14)
def _tag(character: str) -> str:
    return str(rjieba.tag(character)[0][1])
