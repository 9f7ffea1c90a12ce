"""A seed: where a source lists articles, and how its answer is read."""

import re
from datetime import date
from string import Formatter
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector
from pydantic import AfterValidator, Field, model_validator

from crawlers.clock import SHANGHAI
from crawlers.config import Strict
from crawlers.page import canonical_url

_SAMPLE_DAY = date(2026, 1, 2)
_HEADERS = ("Accept", "Origin", "Referer", "X-Requested-With")  # what a list may ask of any reader


def css(text: str) -> str:
    """Return the text when it is a CSS selector. Raises ValueError."""
    try:
        CSSSelector(text)(etree.Element("a"))
    except (SelectorError, SyntaxError, etree.XPathError, RecursionError) as error:
        said = "it names an element, without ::attr or ::text" if re.search("::(attr|text)", text) else error
        raise ValueError(f"{text[:200]!r} is not a CSS selector: {said}") from error
    return text


def _web(text: str) -> str:
    canonical_url(text)
    return text


def _header_name(text: str) -> str:
    if text not in _HEADERS:
        raise ValueError(f"only {', '.join(_HEADERS)} may stand here; logins, tokens and disguises are not supported")
    return text


def _header(text: str) -> str:
    if not re.fullmatch(r"[\x20-\x7e]+", text):
        raise ValueError("a header's value is plain ASCII text in one line")
    return text


Css = Annotated[str, AfterValidator(css)]
Web = Annotated[str, AfterValidator(_web)]
Header = Annotated[str, AfterValidator(_header)]
HeaderName = Annotated[str, AfterValidator(_header_name)]


def fields_of(template: str) -> list[str]:
    """Return the names that a template has in braces, without format and attributes. Raises ValueError for a broken one."""
    return [field for _, field, _, _ in Formatter().parse(template) if field is not None]


def _formats_are_known(template: str) -> None:
    """Raise ValueError for a day's format that strftime leaves as it is, such as %Q, and for one that makes an endless text."""
    for _, field, form, _ in Formatter().parse(template):
        if field != "day" and re.search(r"\d{3}|{", form or ""):
            raise ValueError(f"{form!r} is no usable format; 02d is one")
        if field == "day" and "%" in format(_SAMPLE_DAY, form or ""):
            raise ValueError(f"{form!r} is no format of a day; %Y-%m-%d is one")


class Pages(Strict):
    """How `{page}` counts: first, first + step, … ; at most `max` pages of one list are read, however they are named."""

    first: int = 1
    step: int = Field(default=1, ge=1)
    max: int = Field(ge=1)


class Item(Strict):
    """Where url, title, time and publisher stand in one item of a list; and `text`, where the item is the whole article.

    An item with a text of its own (a flash) is not fetched: it is extracted from the list. Dotted paths for `api`, CSS for
    `listing` (relative to the node that `links` found). For `api` the url may also be a template that names paths:
    `https://finance.example.com/a/{code}.html`.
    """

    url: str
    title: str | None = None
    time: str | None = None
    publisher: str | None = None
    text: str | None = None


class Seed(Strict):
    """Where a source lists articles.

    `url` is a template: `{day:%Y-%m-%d}` (strftime; the site's day), `{start}` and `{end}` (the bounds of the day in Shanghai as
    epoch seconds, end exclusive), `{page}`, `{cursor}` (empty first, then what stands in the answer at the path `cursor`), `{keyword}`. A
    seed whose template names the day is *dated*; any other is *newest-first*. `parts` (CSS) finds the links to the other
    pages of the same list, as e-papers have them; an index of sitemaps needs no such key. `headers` go with its requests.
    """

    kind: Literal["listing", "api", "feed", "sitemap", "search"]
    url: str
    links: str | None = None
    item: Item | None = None
    pages: Pages | None = None
    cursor: str | None = None
    parts: Css | None = None
    headers: dict[HeaderName, Header] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _url_is_a_template(self) -> "Seed":
        try:
            _formats_are_known(self.url)
            _web(self.expand(_SAMPLE_DAY, 1, "词", 0, 0, "1"))
        except (KeyError, IndexError, ValueError, AttributeError, TypeError) as error:
            names = "day, start, end, page, cursor and keyword"
            raise ValueError(f"url is no usable template ({error}); it may name {names}") from error
        return self

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Seed":
        if self.kind in ("listing", "api") and self.links is None:
            raise ValueError(f"a seed of kind {self.kind} needs links: where the articles stand in its answer")
        if self.kind not in ("listing", "api") and (self.links or self.item):
            raise ValueError(f"a seed of kind {self.kind} has no use for links and item")
        if self.kind == "api" and self.item is None:
            raise ValueError("a seed of kind api needs item: {url: …, title: …, time: …}")
        if self.kind == "listing" and self.links:
            for selector in (self.links, *filter(None, (self.item.model_dump().values() if self.item else ()))):
                css(selector)
        if self.kind == "api" and self.item and "{" in self.item.url and not all(fields_of(self.item.url)):
            raise ValueError(f"item.url {self.item.url!r} is no usable template; it names paths of an item, such as {{code}}")
        return self

    @model_validator(mode="after")
    def _pages_belong_to_what_turns_them(self) -> "Seed":
        if self.parts and self.kind != "listing":
            raise ValueError(f"parts is for seeds of kind listing, not {self.kind}")
        if self.uses("cursor") != (self.cursor is not None):
            raise ValueError("{cursor} in url and the key cursor (the path of the next page's value) belong together")
        if self.cursor and self.kind != "api":
            raise ValueError(f"cursor is for seeds of kind api, not {self.kind}")
        if self.uses("page") + self.uses("cursor") + bool(self.parts) > 1:
            raise ValueError("{page}, {cursor} and parts are three ways to turn a list's pages; use one")
        turns = self.uses("page") or self.uses("cursor") or self.parts is not None
        if turns and self.pages is None:
            raise ValueError("{page}, {cursor} or parts needs pages: {max: …}, the most pages that are read of one list")
        if self.pages and not turns and self.kind != "sitemap":
            raise ValueError("{page} in url and the key pages belong together (so do {cursor} or parts, and pages)")
        return self

    def expand(self, day: date, page: int, keyword: str, start: int, end: int, cursor: str = "") -> str:
        """Return the URL of one request; values that the template does not name are not used."""
        return self.url.format(day=day, page=page, keyword=keyword, start=start, end=end, cursor=cursor)

    def uses(self, name: str) -> bool:
        """Whether the URL template names `name`."""
        return any(re.split(r"[.\[]", field)[0] == name for field in fields_of(self.url))

    def list_key(self, keyword: str) -> tuple[str, int]:
        """Return by what a newest-first list is known: its template with its keyword, and how many pages are read of it."""
        return " ".join(filter(None, (self.url, keyword))), self.pages.max if self.pages else 0

    def zone_of_days(self, zone: ZoneInfo) -> ZoneInfo:
        """Return in which zone the days of its lists begin: the site's `zone`, or Shanghai where the URL names a day's bounds."""
        return zone if self.uses("day") else SHANGHAI

    @property
    def dated(self) -> bool:
        """Whether the seed lists the articles of any day asked for."""
        return self.uses("day") or self.uses("start")
