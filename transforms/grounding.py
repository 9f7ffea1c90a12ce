"""Grounding: what of a model's answer stands in the article. Nothing here asks a model, or reads anything but the two texts."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pydantic import Field

from transforms.passage import Article
from transforms.record import MAX_SUMMARY, Evidence, Frozen, Texts
from transforms.spelling import Spelled
from transforms.statements import support, why_not
from transforms.taxonomy import LEVEL1, Taxonomy
from transforms.text import sentences

_MOST_KEYWORDS = 8
_CODE = re.compile(r"(?i)(?:(SH|SZ|BJ)[.:]?)?(\d{6})(?:\.(SH|SZ|BJ|SS))?")


class Said(Frozen):
    """What a model says of an article: its answer's schema."""

    summary: str = Field(
        description="what happened, in Chinese, 60 to 150 characters, at most 200; no figure, day or name that the article does not state"
    )
    keywords: Texts = Field(description="3 to 8 phrases, most important first, each copied verbatim from title or text")
    ai_technologies: Texts = Field(
        description="AI techniques, models, products and chips that the article names, copied verbatim; empty if it names none"
    )
    industries: Texts = Field(
        description="1 to 4 industries that the article is about, as it words them; empty if it is about none"
    )
    industry_codes: Texts = Field(description=f"the same as 申万 level-1 names, out of: {'、'.join(LEVEL1)}")
    major_events: Texts = Field(
        description="1 to 7 sentences in Chinese, in the article's order: who did what, when, how much; "
        "figures, days and names exactly as the article states them"
    )
    securities: Texts = Field(
        description="codes of the listed companies that the article is about, such as 600519.SH; empty if there are none"
    )


class Fault(NamedTuple):
    """A value that is not grounded; `why` is one sentence that can be sent back to the model."""

    column: str
    value: str
    why: str


class Grounded(NamedTuple):
    """What of an answer stands, where it stands in the body, and what does not."""

    said: Said
    evidence: tuple[Evidence, ...]
    faults: tuple[Fault, ...]


def ground(said: Said, title: str, body: str, lists: Taxonomy) -> Grounded:
    """Return what of an answer stands in the article, in the article's own spelling where that is another.

    A summary is checked sentence by sentence. Bounds are kept by leaving out what is too much: that is no fault.
    """
    article = Article(title, body, lists)
    faults: list[Fault] = []
    evidence: list[Evidence] = []
    kept: dict[str, Texts] = {}
    for column in ("keywords", "ai_technologies", "industries"):
        kept[column] = tuple(_phrases(column, getattr(said, column), article, evidence, faults))
    kept["keywords"] = kept["keywords"][:_MOST_KEYWORDS]
    kept["industry_codes"] = tuple(_known_codes(said.industry_codes, faults))
    kept["securities"] = tuple(_securities(said.securities, article, evidence, faults))
    kept["major_events"] = tuple(_statements("major_events", said.major_events, article, evidence, faults))
    parts = [said.summary[start:end] for start, end in sentences(said.summary)]
    summary = ""
    for part in _statements("summary", parts, article, evidence, faults):
        if len(summary) + len(part) <= MAX_SUMMARY:
            summary += part
    return Grounded(Said(summary=summary, **kept), tuple(evidence), tuple(faults))


def _phrases(
    column: str, values: Iterable[str], article: Article, evidence: list[Evidence], faults: list[Fault]
) -> Iterator[str]:
    seen = set()
    for value in values:
        found = _place(value, article)
        if found is None:
            faults.append(Fault(column, value, f"{value} stands neither in the title nor in the text."))
            continue
        start, end = found
        spelled = article.text.original[start:end]
        if spelled not in seen:
            seen.add(spelled)
            if start >= article.shift:
                evidence.append(Evidence(column=column, value=spelled, start=start - article.shift, end=end - article.shift))
            yield spelled


def _place(value: str, article: Article) -> tuple[int, int] | None:
    """Return where a phrase stands in title and body, rather in the body."""
    start = article.body.find(value)
    if value and start >= 0:
        return start + article.shift, start + article.shift + len(value)
    place = Spelled(article.body).find(value)
    if place:
        start, end = Spelled(article.body).span(*place)
        return start + article.shift, end + article.shift
    place = article.text.find(value)
    return article.text.span(*place) if place else None


def _known_codes(values: Iterable[str], faults: list[Fault]) -> Iterator[str]:
    for value in dict.fromkeys(value.strip() for value in values):
        if value in LEVEL1:
            yield value
        else:
            faults.append(Fault("industry_codes", value, f"{value} is none of the 31 申万 level-1 names."))


def _securities(values: Iterable[str], article: Article, evidence: list[Evidence], faults: list[Fault]) -> Iterator[str]:
    found = article.lists.finder.find(article.text.text)["companies"]
    for value in dict.fromkeys(values):
        match = _CODE.fullmatch(value.strip())
        digits = match[2] if match else ""
        code = next(
            (one for one in (f"{digits}.{exchange}" for exchange in ("SH", "SZ", "BJ")) if one in article.lists.codes), ""
        )
        spans = [(start, end) for start, end, name in found if code and article.lists.companies[name].code == code]
        if place := article.text.find(digits):
            spans.append(place)
        if not spans or not digits:
            faults.append(Fault("securities", value, f"The article names no listed company with the code {value}."))
            continue
        code = code or value.strip().upper()
        places = [article.text.span(*span) for span in spans]
        inside = [(start - article.shift, end - article.shift) for start, end in places if start >= article.shift]
        if inside:
            start, end = min(inside)
            evidence.append(Evidence(column="securities", value=code, start=start, end=end))
        yield code


def _statements(
    column: str, values: Iterable[str], article: Article, evidence: list[Evidence], faults: list[Fault]
) -> Iterator[str]:
    for value in values:
        if why := why_not(value, article):
            faults.append(Fault(column, value, why))
            continue
        if best := support(value, article):
            evidence.append(Evidence(column=column, value=value, start=best[0], end=best[1]))
        yield value
