"""Grounding: what of a model's answer stands in the article. Nothing here asks a model, or reads anything but the two texts."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from unicodedata import normalize

from pydantic import Field, model_validator

from transforms.codes import exchange_of
from transforms.passage import Article, Span
from transforms.record import MAX_SUMMARY, Evidence, Frozen, Texts
from transforms.statements import Statement
from transforms.taxonomy import Taxonomy
from transforms.text import sentences, tidy
from transforms.wordlists import LEVEL1

_MOST_KEYWORDS = 8
_FIELD = re.compile(r"(?<=..)(?:行业|产业|领域|市场|板块|业)$")
_CODE = re.compile(r"(?:(SH|SZ|BJ)[.:]?)?([0-9]{6})(?:\.(SH|SZ|BJ))?", re.IGNORECASE)
# What makes six digits of a spelled text a code: 代码:600519, 代码为"600519", sh600519; (600519), (沪市600519), a股:600519,
# behind which nothing is counted; 600519.sh; and what stands in a list behind one of these: (000001、600519)
_OTHERS = r"(?:[0-9]{6}(?:\.(?:s[hz]|bj))?[、,;/和及]){0,9}"
_MARKED = (
    rf"(?:(?:代[码碼][:为是]*\"?|行情:?|(?<![a-z])(?:s[hz]|bj|sz?se|bse)[:.]?){_OTHERS}(?=DIGITS(?!\d))"
    rf"|(?:[(\[【]|(?:[沪深京]市|[上深北]交所|证券交易所|[ab]股):)(?:[沪深京]市|[上深北]交所|[ab]股)?:?{_OTHERS}"
    r"(?=DIGITS(?![\d\u4e00-\u9fff%]|\.\d))"
    r"|(?<![\d.])(?=DIGITS\.(?:s[hz]|bj)(?![a-z])))DIGITS"
)
_SHARE = re.compile(r"^\*?ST|[AB]$")


class Said(Frozen):
    """What a model says of an article: the schema of its answer."""

    summary: str = Field(
        description="What happened, in Chinese, 60 to 150 characters. Figures, days and names only as the article states them."
    )
    keywords: Texts = Field(
        description="3 to 8 phrases that an editor would index the article under, most important first: companies, products, "
        "persons, policies, themes. Each copied character by character from the title or the text."
    )
    ai_technologies: Texts = Field(
        description="AI techniques, models, products and chips that the article names, copied character by character; "
        "empty if it names none."
    )
    industries: Texts = Field(
        description="1 to 4 industries that the article is about, copied as the article words them; empty if it is about none."
    )
    industry_codes: Texts = Field(description=f"The same as 申万 level-1 names, 0 to 3 out of: {'、'.join(LEVEL1)}.")
    major_events: Texts = Field(
        description="1 to 7 sentences in Chinese, in the article's order: who did what, when, how much. Figures, days and names "
        "exactly as the article states them, each with those that it belongs to."
    )
    securities: Texts = Field(
        description="Codes of the listed companies that the article is about, with their exchange, as 600519.SH; empty if there are none."
    )

    @model_validator(mode="before")
    @classmethod
    def _as_it_is_meant(cls, value: object) -> object:
        """Leave out what was not asked for, and take a list that is null for an empty one: the answer is paid for."""
        if not isinstance(value, dict):
            return value
        asked = {name: value[name] for name in cls.model_fields if name in value}
        return {name: () if given is None and name != "summary" else given for name, given in asked.items()}


class Fault(NamedTuple):
    """A value that is not grounded; `why` is one sentence that can be sent back to the model."""

    column: str
    value: str
    why: str


class Grounded(NamedTuple):
    """What of an answer stands, where it stands in the body, and what does not stand."""

    said: Said
    evidence: tuple[Evidence, ...]
    faults: tuple[Fault, ...]


_Checked = tuple[str, Span | None] | Fault
"""A value with its place in the body, if it has one there, or its fault."""


def ground(said: Said, title: str, body: str, lists: Taxonomy, *, by_hand: bool = False) -> Grounded:
    """Return what of an answer stands in the article, phrases in the article's own spelling.

    A summary is checked sentence by sentence. What exceeds the bounds of a record is left out, and is no fault; neither is
    what was said twice. With `by_hand`, where a person has put down the values, keywords have no bound and an industry that the
    article names without 行业 or the like behind keeps it; one of which it has only other words stands without evidence.
    """
    article = Article(title, body, lists)
    summary = tidy(said.summary)
    parts = [summary[start:end] for start, end in sentences(summary)]
    checked: dict[str, Iterator[_Checked]] = {
        "summary": (_statement("summary", part, article) for part in parts),
        "keywords": (_phrase("keywords", value, article) for value in said.keywords),
        "ai_technologies": (_phrase("ai_technologies", value, article) for value in said.ai_technologies),
        "industries": (_industry(value, article, by_hand=by_hand) for value in said.industries),
        "industry_codes": (_level1(value, article) for value in said.industry_codes),
        "major_events": (_statement("major_events", value, article, by_hand=by_hand) for value in said.major_events),
        "securities": (_security(value, article) for value in said.securities),
    }
    kept: dict[str, list[str]] = {}
    evidence: list[Evidence] = []
    faults: list[Fault] = []
    for column, found in checked.items():
        standing = _distinct(found, faults)
        if column == "keywords" and not by_hand:
            standing = standing[:_MOST_KEYWORDS]
        if column == "summary":
            standing = _within(standing)
        kept[column] = [value for value, _ in standing]
        evidence += (Evidence(column=column, value=value, start=place[0], end=place[1]) for value, place in standing if place)
    texts = {column: tuple(values) for column, values in kept.items() if column != "summary"}
    return Grounded(Said(summary="".join(kept["summary"]), **texts), tuple(evidence), tuple(faults))


def _distinct(found: Iterable[_Checked], faults: list[Fault]) -> list[tuple[str, Span | None]]:
    """Return the values that stand, each once, and add the others to `faults`."""
    standing: dict[str, Span | None] = {}
    for one in found:
        if isinstance(one, Fault):
            faults.append(one)
        else:
            standing.setdefault(*one)
    return list(standing.items())


def _within(parts: list[tuple[str, Span | None]]) -> list[tuple[str, Span | None]]:
    """Return the first sentences of a summary that it has room for; where not even one fits, the first one cut."""
    kept: list[tuple[str, Span | None]] = []
    for part, place in parts:
        if sum(len(one) for one, _ in kept) + len(part) > MAX_SUMMARY:
            break
        kept.append((part, place))
    return kept or [(part[: MAX_SUMMARY - 1] + "…", place) for part, place in parts[:1]]


def _statement(column: str, value: str, article: Article, *, by_hand: bool = False) -> _Checked:
    line = tidy(value)
    statement = Statement(line, article, by_hand=by_hand)
    why = statement.why_not() if line else "An empty sentence states nothing."
    return Fault(column, value, why) if why else (line, statement.support())


def _phrase(column: str, value: str, article: Article) -> _Checked:
    if not any(map(str.isalnum, value)):
        return Fault(column, value, f"{value or 'An empty phrase'} is no phrase.")
    place = article.find(value)
    printed = article.text.original[slice(*place)] if place else ""
    if not place or "\n" in printed or "。" in printed:  # a phrase is a piece of one line and of one sentence
        return Fault(column, value, f"{value} stands neither in the title nor in the text.")
    return printed, article.in_body(place)


def _industry(value: str, article: Article, *, by_hand: bool) -> _Checked:
    """Check an industry; the article may name it without 行业, 领域 or the like behind.

    A person may give its usual name instead, where the article has other words of that industry.
    """
    whole = _phrase("industries", value, article)
    if not isinstance(whole, Fault):
        return whole
    called = value.strip()
    short = called.removesuffix("业")  # 房地产 of 房地产业, but 光伏 of 光伏产业
    stem = short if short in article.lists.industries else _FIELD.sub("", called)
    found = _phrase("industries", stem, article)
    if isinstance(found, Fault):
        return (called, None) if by_hand and any(_is_told_of(one, article) for one in (called, stem)) else whole
    return (called, found[1]) if by_hand else found


def _is_told_of(industry: str, article: Article) -> bool:
    """Whether an industry of the lists is one that the article tells of; a whole trade, 药业, is by any part of its level-1 name."""
    lists = article.lists
    if industry not in lists.industries:
        return False
    names = {lists.industry_names.get(industry, industry)} | ({lists.industries[industry]} if industry.endswith("业") else set())
    return not names.isdisjoint(article.industries)


def _level1(value: str, article: Article) -> _Checked:
    name = value.strip()
    if name in LEVEL1:
        return name, article.level1.get(name)
    return Fault("industry_codes", value, f"{value} is none of the 31 申万 level-1 names: {'、'.join(LEVEL1)}.")


def _security(value: str, article: Article) -> _Checked:
    """Check a code: itself, marked as one, or a name of that company stands in the article."""
    match = _CODE.fullmatch(normalize("NFKC", value).strip())
    if not match:
        return Fault("securities", value, f"{value} is no code of a listed company, such as 600519.SH.")
    digits, exchange = match[2], (match[1] or match[3] or "").upper()
    listed = [code for code in (f"{digits}.{one}" for one in ("SH", "SZ", "BJ")) if code in article.lists.codes]
    code = listed[0] if listed else f"{digits}.{exchange or exchange_of(digits) or 'BJ'}"
    if exchange and not code.endswith(exchange):
        return Fault("securities", value, f"{digits} is listed as {code}.")
    names = {name for one in article.lists.called.get(code, ()) for name in (one, _SHARE.sub("", one)) if len(name) > 1}
    places = [place for name in sorted(names) if (place := article.find(name))]
    places += [article.text.span(*place) for place in _marked(digits, article.text.text)]
    if not places:
        return Fault("securities", value, f"The article names no company with the code {value}.")
    inside = [place for one in places if (place := article.in_body(one))]
    return code, min(inside, default=None)


def _marked(digits: str, text: str) -> Iterator[Span]:
    """Yield the places of a code in a spelled text that marks it as one: neither a sum nor a telephone number."""
    for match in re.finditer(_MARKED.replace("DIGITS", digits), text):
        yield match.end() - len(digits), match.end()
