"""A source: one site section that we read, described by one YAML file whose stem is its name."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, model_validator
from w3lib.url import safe_url_string

from crawlers.clock import is_holiday
from crawlers.config import Strict, load
from crawlers.entries import entries
from crawlers.errors import ConfigError
from crawlers.fates import Reach
from crawlers.page import site_of
from crawlers.seed import Css, Seed, Web, css


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{text[:200]!r} is not a regular expression: {error}") from error
    return text


STATE = "$."
"""Begins a place that is no CSS but a dotted path into the JSON of a page's scripts: `$.props.detail.title`."""


def _place(text: str) -> str:
    if not text.startswith(STATE):
        return css(text)
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


def _reason(text: str) -> str:
    if not text.strip():
        raise ValueError("write a sentence saying since when and why, or take the key away")
    return text


def _spider(text: str) -> str:
    if not re.fullmatch(r"[a-z]\w{0,60}", text) or not (Path(__file__).parent / "spiders" / f"{text}.py").is_file():
        raise ValueError(f"there is no module {text} in crawlers/spiders; nearly every source does without this key")
    return text


Place = Annotated[str, AfterValidator(_place)]


class Expect(Strict):
    """Bounds of the number of records of one ordinary day: below `min` the day's check fails, above `max` it warns.

    A `min` of 0 that is written down says that a day's list may be empty.
    """

    min: int = Field(default=0, ge=0)
    max: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _some_number_fits(self) -> "Expect":
        if self.max is not None and self.max < self.min:
            raise ValueError(f"no day has at least {self.min} and at most {self.max} records")
        return self

    @property
    def allows_none(self) -> bool:
        """Whether the source says that a day may have no article."""
        return self.min == 0 and "min" in self.model_fields_set


class Override(Strict):
    """Where an article's fields stand on this source's pages; `drop` takes nodes out before anything is read.

    A place is CSS, or a dotted path into the JSON of the page's scripts (`$.props.detail.title`). `each` is for pages that hold
    several articles (flash lists): the node of each; the other places are then looked up inside it, and `url` is the link to
    the address that an article has of its own. One without is known as the page's address, `#` and the node's id, else a
    hash of its text.
    """

    title: Place | None = None
    published_at: Place | None = None
    publisher: Place | None = None
    authors: Place | None = None
    body: Place | None = None
    drop: tuple[Css, ...] = Field(default=(), strict=False)
    each: Css | None = None
    url: Css | None = None

    @model_validator(mode="after")
    def _url_belongs_to_each(self) -> "Override":
        if self.url and not self.each:
            raise ValueError("extract.url is the address of each of several articles on a page; it needs extract.each")
        return self

    def places(self) -> dict[str, str]:
        """Return the places that are given, by field."""
        places = {name: getattr(self, name) for name in ("title", "published_at", "publisher", "authors", "body")}
        return {name: place for name, place in places.items() if place}


class Patterns(NamedTuple):
    """Several regular expressions, each with its own flags and groups, that are asked as if they were one."""

    each: tuple[re.Pattern[str], ...]

    def search(self, text: str) -> re.Match[str] | None:
        """Return what the first one that finds anything in `text` has found, or None."""
        return next(filter(None, (pattern.search(text) for pattern in self.each)), None)


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
    empty_days: tuple[Literal["weekend", "holidays"], ...] = Field(default=(), strict=False)
    spider: Annotated[str, AfterValidator(_spider)] | None = None
    disabled: Annotated[str, AfterValidator(_reason)] | None = None

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
        """The site of the source's first list: sources of one site are crawled one after another."""
        return site_of(safe_url_string(self.seeds[0].expand(date(2026, 1, 2), 1, "", 0, 0)))  # as requests are: 新闻.cn as xn--…

    @cached_property
    def allowed(self) -> Patterns:
        """What finds any URL that `allow` admits."""
        return Patterns(tuple(map(re.compile, self.allow)))

    def keyword_of(self, link: str) -> str | None:
        """Return the keyword for which `link` asks, or None where it asks for none of the source's."""
        parts = re.split(r"[/?&=#]", link)
        return next((keyword for keyword in self.keywords if quote(keyword) in parts), None)

    def lists(self) -> Iterator[tuple[Seed, str]]:
        """Yield the source's lists: each seed with each keyword that it asks for, or with a blank one."""
        for seed in self.seeds:
            for keyword in self.keywords if seed.uses("keyword") else ("",):
                yield seed, keyword

    def lists_end(self, reaches: Iterable[Reach]) -> Reach | None:
        """Return where the source's lists end by what earlier walks saw: none shows an older day than this.

        None where that is not known, and where a list names the day.
        """
        known = {(reach.list, reach.pages): reach for reach in reaches if reach.ended}
        ends = [None if seed.dated else known.get(seed.list_key(keyword)) for seed, keyword in self.lists()]
        whole = [end for end in ends if end]
        return min(whole, key=lambda end: end.day) if len(whole) == len(ends) else None

    def may_be_empty(self, day: date) -> bool:
        """Whether the source may have no issue on a `day` like this one."""
        return ("weekend" in self.empty_days and day.weekday() >= 5) or ("holidays" in self.empty_days and is_holiday(day))


def check_name(name: str, place: str) -> None:
    """Raise ConfigError, which begins with `place`, where no source may have this name: it becomes a part of paths."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", name):
        raise ConfigError(f"{place}: a source's name is 2 to 40 small letters, digits and _, and begins with a letter")
    if name == "imported":
        raise ConfigError(f"{place}: the name imported is kept for records that were imported from files")


def load_source(path: Path) -> Source:
    """Return the source that the YAML file at `path` describes. Raises ConfigError."""
    check_name(path.stem, str(path))
    return load(path, Source, name=path.stem)


def load_sources(folder: Path) -> dict[str, Source]:
    """Return all sources of a folder by name. Raises ConfigError for the first one that is wrong, or where they cannot be read."""
    if strangers := entries(folder, "*.yaml", ConfigError):
        raise ConfigError(f"{strangers[0]}: a source's file ends in .yml; rename it")
    return {path.stem: load_source(path) for path in entries(folder, "*.yml", ConfigError)}


def plain_source(name: str) -> Source:
    """Return a source without rules of its own, for a page that no configured source has listed."""
    return Source(
        name=name,
        title=name,
        home="http://localhost/",
        seeds=(Seed(kind="feed", url="http://localhost/"),),
        allow=(".",),
    )
