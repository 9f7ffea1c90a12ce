"""A source: one site section that we read, described by one YAML file whose stem is its name."""

import re
from datetime import date
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from lxml.cssselect import CSSSelector
from lxml.etree import XPathSyntaxError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from crawlers.config import load
from crawlers.errors import ConfigError
from crawlers.page import canonical_url, site_of


class Strict(BaseModel):
    """A part of a YAML file: unknown keys are refused, values are not converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from error
    return text


def _css(text: str) -> str:
    try:
        CSSSelector(text)
    except (SyntaxError, XPathSyntaxError) as error:
        raise ValueError(f"{text!r} is not a CSS selector: {error}") from error
    return text


STATE = "$."
"""Begins a place that is no CSS but a dotted path into the JSON of a page's scripts: `$.props.detail.title`."""


def _place(text: str) -> str:
    if not text.startswith(STATE):
        return _css(text)
    if not re.fullmatch(r"[\w$@-]+(?:\.[\w$@-]+)*", text.removeprefix(STATE)):
        raise ValueError(f"{text!r} is not a dotted path; $.props.detail.title is one")
    return text


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError(f"{text!r} is not a time zone; Asia/Shanghai is one")
    return text


def _robots(text: str) -> str:
    if text != "obey" and not re.fullmatch(r"ignore: \S.*", text):
        raise ValueError('write obey, or "ignore: the reason, in words" in quotes')
    return text


def _web(text: str) -> str:
    canonical_url(text)
    return text


Css = Annotated[str, AfterValidator(_css)]
Place = Annotated[str, AfterValidator(_place)]
Web = Annotated[str, AfterValidator(_web)]


class Pages(Strict):
    """How `{page}` of a URL template counts: first, first + step, … ; at most `max` pages of one list are read."""

    first: int = 1
    step: int = Field(default=1, ge=1)
    max: int = Field(ge=1)


class Item(Strict):
    """Where url, title, time and publisher stand in one item of a list.

    Dotted paths for `api`, CSS for `listing` (relative to the node that `links` found).
    """

    url: str
    title: str
    time: str | None = None
    publisher: str | None = None


_SAMPLE_DAY = date(2026, 1, 2)


class Seed(Strict):
    """Where a source lists articles.

    `url` is a template: `{day:%Y-%m-%d}` (strftime), `{start}` and `{end}` (the day's bounds as epoch seconds, end
    exclusive), `{page}`, `{keyword}`. A seed whose template names the day is *dated*; any other is *newest-first*.
    """

    kind: Literal["listing", "api", "feed", "sitemap", "search"]
    url: str
    links: str | None = None
    item: Item | None = None
    pages: Pages | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Seed":
        try:
            _web(self.expand(_SAMPLE_DAY, 1, "词", 0, 0))
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise ValueError(f"url is no usable template ({error}); it may name day, start, end, page and keyword") from error
        if self.kind in ("listing", "api") and self.links is None:
            raise ValueError(f"a seed of kind {self.kind} needs links: where the articles stand in its answer")
        if self.kind == "listing" and self.links:
            for selector in (self.links, *filter(None, (self.item.model_dump().values() if self.item else ()))):
                _css(selector)
        if self.kind not in ("listing", "api") and (self.links or self.item):
            raise ValueError(f"a seed of kind {self.kind} has no use for links and item")
        if self.kind == "api" and self.item is None:
            raise ValueError("a seed of kind api needs item: {url: …, title: …, time: …}")
        if self.uses("page") != (self.pages is not None):
            raise ValueError("{page} in url and the key pages belong together")
        return self

    def expand(self, day: date, page: int, keyword: str, start: int, end: int) -> str:
        """Return the URL of one request; values that the template does not name are not used."""
        return self.url.format(day=day, page=page, keyword=keyword, start=start, end=end)

    def uses(self, name: str) -> bool:
        """Whether the URL template names `name`."""
        fields = (field for _, field, _, _ in Formatter().parse(self.url) if field)
        return any(re.split(r"[.\[]", field)[0] == name for field in fields)

    @property
    def dated(self) -> bool:
        """Whether the seed lists the articles of any day asked for."""
        return self.uses("day") or self.uses("start")


class Expect(Strict):
    """Bounds of the number of records of one ordinary day: below `min` the day's check fails, above `max` it warns."""

    min: int = Field(default=0, ge=0)
    max: int | None = Field(default=None, ge=0)


class Override(Strict):
    """Where an article's fields stand on this source's pages; `drop` takes nodes out before anything is read.

    A place is CSS, or a dotted path into the JSON of the page's scripts (`$.props.detail.title`).
    """

    title: Place | None = None
    published_at: Place | None = None
    publisher: Place | None = None
    authors: Place | None = None
    body: Place | None = None
    drop: tuple[Css, ...] = Field(default=(), strict=False)

    def places(self) -> dict[str, str]:
        """Return the places that are given, by field."""
        places = {name: getattr(self, name) for name in ("title", "published_at", "publisher", "authors", "body")}
        return {name: place for name, place in places.items() if place}


class Source(Strict):
    """One source. Durations are in seconds; `allow` holds regular expressions that an article's URL must find."""

    name: str
    title: str
    publisher: str | None = None
    home: Web
    seeds: tuple[Seed, ...] = Field(min_length=1, strict=False)
    allow: tuple[Annotated[str, AfterValidator(_pattern)], ...] = Field(min_length=1, strict=False)
    keywords: tuple[str, ...] = Field(default=(), strict=False)
    robots: Annotated[str, AfterValidator(_robots)] = "obey"
    delay: float = Field(default=2.0, ge=0, le=600, strict=False)
    private: bool = False
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    extract: Override = Override()
    expect: Expect = Expect()
    empty_days: tuple[Literal["weekend"], ...] = Field(default=(), strict=False)
    spider: str | None = None
    disabled: str | None = None

    @model_validator(mode="after")
    def _keywords_are_used(self) -> "Source":
        if any(seed.uses("keyword") for seed in self.seeds) != bool(self.keywords):
            raise ValueError("{keyword} in a seed's url and the key keywords belong together")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the times that the site prints."""
        return ZoneInfo(self.timezone)

    @property
    def site(self) -> str:
        """The site that the source's requests load: sources of one site are crawled one after another."""
        return site_of(self.seeds[0].expand(_SAMPLE_DAY, 1, "", 0, 0))

    @cached_property
    def allowed(self) -> re.Pattern[str]:
        """One pattern that finds any URL that `allow` admits."""
        return re.compile("|".join(f"(?:{pattern})" for pattern in self.allow))

    def may_be_empty(self, day: date) -> bool:
        """Whether the source has no issue on a `day` like this one."""
        return "weekend" in self.empty_days and day.weekday() >= 5


def load_source(path: Path) -> Source:
    """Return the source that the YAML file at `path` describes. Raises ConfigError."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", path.stem):
        raise ConfigError(f"{path}: a source's name is 2 to 40 small letters, digits and _, and begins with a letter")
    if path.stem == "imported":
        raise ConfigError(f"{path}: the name imported is kept for records that were imported from files")
    return load(path, Source, name=path.stem)


def load_sources(folder: Path) -> dict[str, Source]:
    """Return all sources of a folder by name. Raises ConfigError for the first one that is wrong."""
    return {path.stem: load_source(path) for path in sorted(folder.glob("*.yml"))}


def plain_source(name: str) -> Source:
    """Return a source without rules of its own, for a page that no configured source has listed."""
    return Source(
        name=name,
        title=name,
        home="http://localhost/",
        seeds=(Seed(kind="feed", url="http://localhost/"),),
        allow=(".",),
    )
