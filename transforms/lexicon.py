"""The lexicon engine: word lists and sentence scores; no key, no server, no model. Every value stands in the article."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from importlib.metadata import version

from crawlers.clock import now
from transforms.annotate import evidence_of
from transforms.events import major_events, summary
from transforms.phrases import first_spelling, keywords
from transforms.record import Annotation, Evidence
from transforms.taxonomy import Company, Taxonomy, fold_letters

_SUFFIX = re.compile(r"(?:行业|产业|领域|板块|行业板块)")
# Six digits are a code only where the text says so: （600519）, 代码：600519, SH600519, 600519.SH
_CODE = re.compile(
    r"(?:代码|代碼|[（(](?:SH|SZ|BJ)?|SH|SZ|BJ)\s*[:：.]?\s*(?P<marked>\d{6})(?!\d)|(?<!\d)(?P<dotted>\d{6})(?=\.(?:SH|SZ|BJ))",
    re.IGNORECASE,
)
_MOST_INDUSTRIES = 4
_MOST_CODES = 3

Place = tuple[int, int]
"""Start and end of a span, in code points."""


class LexiconEngine:
    """Annotates with the lists of a taxonomy."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        """Use `taxonomy`; its version is part of the engine's."""
        self._taxonomy = taxonomy
        self._version = f"lexicon {version('caixun')} {taxonomy.version}"

    def annotate(self, title: str, body: str) -> Annotation:
        """Return the annotation of one article; it depends on nothing but the text and the lists."""
        text = f"{title}\n{body}"
        folded = fold_letters(text)
        folded_body = folded[len(title) + 1 :]
        ai = first_spelling(self._taxonomy.ai_finder.find(folded), text)
        companies = self._companies(text, folded)
        names = first_spelling(self._taxonomy.company_finder.find(folded), text)
        industries, codes = self._industries(title, text, folded, companies)
        events = major_events(
            title, body, self._taxonomy.trigger_finder, folded_body, lambda part: any(name in part for name in names)
        )
        short, parts = summary(body, events)
        words = keywords(title, body, [*ai, *names], self._taxonomy.generic)
        securities = _first_places((company.code, (start, end)) for start, end, company in companies)
        evidence = [
            *evidence_of(body, {"keywords": words, "ai_technologies": ai, "industries": industries}),
            *(_span("summary", body[slice(*place)], place) for place in parts),
            *(_span("major_events", body[slice(*place)], place) for place in events),
            *_in_body("industry_codes", codes, len(title) + 1),
            *_in_body("securities", securities, len(title) + 1),
        ]
        return Annotation(
            summary=short,
            keywords=tuple(words),
            ai_technologies=tuple(ai),
            industries=tuple(industries),
            industry_codes=tuple(codes),
            major_events=tuple(body[start:end] for start, end in events),
            securities=tuple(securities),
            evidence=tuple(evidence),
            annotator="lexicon",
            model=None,
            annotator_version=self._version,
            annotated_at=now(),
        )

    def _companies(self, text: str, folded: str) -> list[tuple[int, int, Company]]:
        """Return the places where listed companies are named, by name or by a code that the text marks as one."""
        lists = self._taxonomy
        named = [(start, end, lists.companies[name]) for start, end, name in lists.company_finder.find(folded)]
        for match in _CODE.finditer(text):
            group = "marked" if match["marked"] else "dotted"
            company = next(
                (lists.codes[code] for end in ("SH", "SZ", "BJ") if (code := f"{match[group]}.{end}") in lists.codes), None
            )
            if company:
                named.append((*match.span(group), company))
        return sorted(named, key=lambda one: one[:2])

    def _industries(
        self, title: str, text: str, folded: str, companies: list[tuple[int, int, Company]]
    ) -> tuple[list[str], dict[str, list[Place]]]:
        """Return the industries as the text words them, and their level-1 names with their places, both by weight.

        A mention weighs more in the title and where the text itself says 行业 or the like behind it.
        """
        weights: Counter[str] = Counter()
        spelling: dict[str, str] = {}
        places: dict[str, list[Place]] = defaultdict(list)
        for start, end, term in self._taxonomy.industry_finder.find(folded):
            suffix = _SUFFIX.match(text, end)
            weights[term] += 3 if start < len(title) else 2 if suffix else 1
            places[term].append((start, end))
            if suffix or term not in spelling:
                spelling[term] = text[start : suffix.end() if suffix else end]
        terms = [term for term, weight in weights.most_common(_MOST_INDUSTRIES) if weight >= 2]
        levels: Counter[str] = Counter()
        support: dict[str, list[Place]] = defaultdict(list)
        for term in terms:
            levels[self._taxonomy.industries[term]] += weights[term]
            support[self._taxonomy.industries[term]] += places[term]
        for start, end, company in companies:
            levels[company.level1] += 1
            support[company.level1].append((start, end))
        return [spelling[term] for term in terms], {level: support[level] for level, _ in levels.most_common(_MOST_CODES)}


def _first_places(places: Iterable[tuple[str, Place]]) -> dict[str, list[Place]]:
    """Return all places of each value, the values in the order of their first one."""
    found: dict[str, list[Place]] = {}
    for value, place in places:
        found.setdefault(value, []).append(place)
    return found


def _in_body(column: str, places: dict[str, list[Place]], shift: int) -> Iterator[Evidence]:
    """Yield the first place in the body of each value; places are in title and body, which begins at `shift`."""
    for value, spans in places.items():
        inside = [(start - shift, end - shift) for start, end in spans if start >= shift]
        if inside:
            yield _span(column, value, min(inside))


def _span(column: str, value: str, place: Place) -> Evidence:
    return Evidence(column=column, value=value, start=place[0], end=place[1])
