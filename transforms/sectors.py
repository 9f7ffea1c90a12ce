"""Sectors: an industry with its parts and with what tells of it, and how much an article speaks of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from transforms.taxonomy import Taxonomy

Place = tuple[int, int]
"""Start and end of a span, in code points."""

_MEMBER = 0.7  # of its weight counts for the sector
_HEAD = 1.3  # the sector's own name is preferred to a part of it that is named a little more often
_KIND = 0.34  # of all that the text weighs for a sector: a kind that has so much (智能手机) says more than the head (手机)
_NAMED = 1.0  # weight of a term
_MOST_TOLD = 4.0  # weight of what tells of an industry without naming it


@dataclass(frozen=True)
class Sector:
    """An industry with its parts: what to call it, its weight, its 申万 level-1 name, if known, and where it stands.

    It is `named` where the text names it or a part of it, not where it only tells of it or touches it in a broad word.
    """

    term: str
    spelling: str
    weight: float
    level1: str | None
    named: bool
    places: tuple[Place, ...]


class Tally:
    """Weights, spellings and places of the industries that a text names or tells of."""

    def __init__(self, lists: Taxonomy) -> None:
        """Use the lists' industries and cues to see what belongs together."""
        self._lists = lists
        self._weights: dict[str, float] = defaultdict(float)
        self._told: dict[str, float] = defaultdict(float)
        self._levels: dict[str, str] = {}
        self._spelling: dict[str, str] = {}
        self._places: dict[str, list[Place]] = defaultdict(list)

    def add(self, term: str, weight: float, spelling: str, place: Place, level1: str | None = None) -> None:
        """Count one mention; the longest spelling stays. `level1` is that of a term that the lists do not have."""
        self._weights[term] += weight
        if level1:
            self._levels[term] = level1
        self._places[term].append(place)
        if len(spelling) > len(self._spelling.get(term, "")):
            self._spelling[term] = spelling

    def tell(self, industry: str, weight: float, place: Place) -> None:
        """Count one word that tells of an industry without naming it."""
        self._told[industry] += weight
        self._places[industry].append(place)

    def holding(self, start: int, end: int) -> tuple[str, int] | None:
        """Return a term that stands within a span, and where it first does, or None."""
        for term in self._weights:
            if inside := [left for left, right in self._places[term] if start <= left and right <= end]:
                return term, min(inside)
        return None

    def sectors(self) -> list[Sector]:
        """Return the industries, the heaviest first, each with its parts: 汽车销售 and 新车 belong to 汽车."""
        members: dict[str, list[str]] = {head: [] for head in self._told}
        for term in self._weights:
            members.setdefault(self._head(term), []).append(term)
        return sorted((self._sector(*one) for one in members.items()), key=lambda one: -one.weight)

    def _head(self, term: str) -> str:
        """Return the industry that a term is part of, else itself."""
        level = self._level_of(term)
        stems = (term[:size] for size in range(2, len(term)))
        alike = (stem for stem in stems if level and stem in self._weights and self._lists.industries.get(stem) == level)
        return self._lists.cues.get(term) or next(alike, term)

    def _sector(self, head: str, terms: Sequence[str]) -> Sector:
        """Return a sector under its heaviest term, or its own name where that is hardly lighter; a heavy kind of it goes first."""
        own = {term: self._weights[term] for term in terms}
        if head in own:
            own[head] += _MEMBER * sum(own[term] for term in terms if term != head and head in term and self._is_listed(term))
        name = max(own, key=lambda term: own[term] * (_HEAD if term == head else 1.0), default=head)
        told = min(self._told.get(head, 0.0), _MOST_TOLD)
        least = _KIND * (sum(self._weights[term] for term in terms) + told)
        name = max((term for term in own if term.endswith(name) and self._weights[term] >= least), key=len, default=name)
        heaviest = self._weights.get(name, 0.0)
        parts = sum(self._weights[term] for term in terms) - heaviest
        weight = heaviest + _MEMBER * parts + told
        places = tuple(sorted(place for term in {head, *terms} for place in self._places[term]))
        return Sector(
            name,
            self._spelling.get(name, name),
            weight,
            self._level_of(name) or self._level_of(head),
            any(self._weights[term] >= _NAMED for term in terms),
            places,
        )

    def _is_listed(self, term: str) -> bool:
        """Whether the text names a term no longer than the lists do, but for 行业 or the like behind."""
        return term in self._lists.industries and len(self._spelling[term]) <= len(term) + 2

    def _level_of(self, term: str) -> str | None:
        return self._lists.industries.get(term) or self._levels.get(term)
