"""The lexicon engine: word lists and sentence scores; no key, no server, no model. Every value stands in the article."""

import re
from collections import Counter
from importlib.metadata import version

from crawlers.clock import now
from transforms.annotate import evidence_of
from transforms.events import major_events, summary
from transforms.phrases import first_spelling, keywords
from transforms.record import Annotation, Evidence
from transforms.taxonomy import Taxonomy, fold_letters

_SUFFIX = re.compile(r"(?:行业|产业|领域|板块|行业板块)")
_MOST_INDUSTRIES = 4
_MOST_CODES = 3


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
        companies = list(self._taxonomy.company_finder.find(folded))
        names = first_spelling(companies, text)
        industries, codes = self._industries(title, text, folded, companies)
        events = major_events(
            title, body, self._taxonomy.trigger_finder, folded_body, lambda part: any(name in part for name in names)
        )
        short, parts = summary(body, events)
        words = keywords(title, body, [*ai, *names], self._taxonomy.generic)
        evidence = [
            *evidence_of(body, {"keywords": words, "ai_technologies": ai, "industries": industries}),
            *(_span(body, "summary", place) for place in parts),
            *(_span(body, "major_events", place) for place in events),
        ]
        return Annotation(
            summary=short,
            keywords=tuple(words),
            ai_technologies=tuple(ai),
            industries=tuple(industries),
            industry_codes=tuple(codes),
            major_events=tuple(body[start:end] for start, end in events),
            securities=tuple(dict.fromkeys(self._taxonomy.companies[name].code for _, _, name in companies)),
            evidence=tuple(evidence),
            annotator="lexicon",
            model=None,
            annotator_version=self._version,
            annotated_at=now(),
        )

    def _industries(
        self, title: str, text: str, folded: str, companies: list[tuple[int, int, str]]
    ) -> tuple[list[str], list[str]]:
        """Return the industries as the text words them, and their level-1 names, both by weight.

        A mention weighs more in the title and where the text itself says 行业 or the like behind it.
        """
        weights: Counter[str] = Counter()
        spelling: dict[str, str] = {}
        for start, end, term in self._taxonomy.industry_finder.find(folded):
            suffix = _SUFFIX.match(text, end)
            weights[term] += 3 if start < len(title) else 2 if suffix else 1
            if suffix or term not in spelling:
                spelling[term] = text[start : suffix.end() if suffix else end]
        terms = [term for term, weight in weights.most_common(_MOST_INDUSTRIES) if weight >= 2]
        levels: Counter[str] = Counter()
        for term in terms:
            levels[self._taxonomy.industries[term]] += weights[term]
        for _, _, name in companies:
            levels[self._taxonomy.companies[name].level1] += 1
        return [spelling[term] for term in terms], [level for level, _ in levels.most_common(_MOST_CODES)]


def _span(body: str, column: str, place: tuple[int, int]) -> Evidence:
    start, end = place
    return Evidence(column=column, value=body[start:end], start=start, end=end)
