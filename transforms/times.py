"""The time that a page prints: around the headline, in metadata, on labelled lines behind; never a list, never the URL."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import lxml.html

from crawlers.clock import SHANGHAI, Moment, day_of, read_full_date, read_moment
from transforms.document import Document
from transforms.furniture import unlabelled
from transforms.text import HAN
from transforms.zone import Zone

_META = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "datecreated",
    "publishdate",
    "pubdate",
    "publish_time",
    "publish-date",
    "article:create_at",
    "weibo: article:create_at",
    "og:release_date",
    "og:time",
    "apub:time",
    "_pubtime",
)
_IN_URL = re.compile(r"(?<!\d)(20[0-3]\d)[-/_]?(0[1-9]|1[0-2])[-/_]?(0[1-9]|[12]\d|3[01])")
_FAR = timedelta(days=2)
_ACTS = r"(?:发布|发表|发稿|更新|创建|上传|添加|录入|刊登|刊发)"
_LABELLED = re.compile(  # 当地时间 and 成立时间 are the story's
    rf"(?:{_ACTS}(?:时间|日期|于)?|(?<!{HAN})(?:新闻|文章|稿件|信息)?(?:时间|日期))\s*[:：]?\s*(?:19|20)\d\d"
)
_UPDATED = re.compile(r"更新|修改|修订")
_AT = r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?(?:\s*\d{1,2}:\d\d(?::\d\d)?)?"
_ITSELF = r"(?:(?:本文|文章|稿件|新闻|信息)\s*)?"
_SIGNED = re.compile(  # 发布于 is a word of prose, too
    rf"(?<!{HAN}){_ITSELF}{_ACTS}(?:(?:时间|日期)\s*[:：]?|\s*[:：])\s*(?:19|20)\d\d"
    rf"|^\W*{_ITSELF}{_ACTS}于\s*[:：]?\s*{_AT}\W*$"
)
_UPDATED_AT = re.compile(
    rf"(?:更新|修改|修订)(?:时间|日期|于)?\s*[:：]?\s*{_AT}|(?:已?于\s*)?{_AT}\s*(?:更新|修改|修订)(?!时间|日期|于|\s*[:：])"
)
# A source with the time right behind it makes a line a label, whatever follows.
_SOURCED = re.compile(r"来源\s*[:：]\s*\S{2,16}\s+于?\s*(?:19|20)\d\d")
# The day that a link leads to, and the reader's own.
_NEIGHBOUR = re.compile(rf"(?:[上下前后]一(?:天|日|期|篇)|今[天日]是?)\s*[:：]?\s*{_AT}")
_SHORT_YEAR = re.compile(  # a year of two digits is one behind a label alone
    r"((?:发布|发表|更新|上传|添加)(?:时间|日期)\s*[:：]\s*)(?=\d\d\s?[-年]\s?\d{1,2}\s?[-月]\s?\d{1,2}(?!\d))"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH = re.compile(rf"({'|'.join(_MONTHS)})[a-z]*\.?\s+(\d{{1,2}}),?\s+((?:19|20)\d\d)(?!\d)", re.IGNORECASE)
_COUNTED = re.compile(  # who entered it, and how often it was read
    r"(?:文章|信息|稿件)?(?:录入|上传者|发布者|发布人)\s*[:：]\s*\S{1,12}|(?:点击|浏览|阅读|访问)(?:次数|数|量)\s*[:：]?\s*\d*"
)
_LONGEST = 110  # characters of a line that is a label
_LITTLE = 16  # characters besides times and labels; room for a publisher's name
# Scripts are long: every alternative begins with a character, which is found faster than \b.
_SCRIPTED = re.compile(r'(?:c(?<!\wc)t|p(?<!\wp)ub(?:lish_time|[tT]ime))\s*[=:]\s*["\'](\d{10}|20\d\d-[^"\']{5,20})["\']')
_STATED = ("datePublished", "pubDate", "publishTime", "pubTime", "publish_time")
_UNREAD = re.compile(rf'"(?:{"|".join(_STATED)})"\s*:\s*"?([^",}}]{{6,30}})')  # in what is no sound JSON
_TYPE = re.compile(r'"@type"\s*:\s*"(\w+)"')
_ARTICLE = re.compile(r"(?:Article|Posting|Report|WebPage)\b")  # types of what is one
_NO_ARTICLE = re.compile(r"WebSite|Organization|List|Breadcrumb|Collection|Person|Comment|Image|Book")
_LATER = re.compile(r"updat|modif", re.IGNORECASE)  # in the class of a `<time>`
_FIRST = re.compile(r"publish|create", re.IGNORECASE)
_RANK = {"none": 0, "day": 1, "minute": 2, "second": 3}
_SLACK = 86_400  # seconds; a publication time later than a day after the page was served is none


class _Found(NamedTuple):
    """A time that a line prints, whether a label says that it is the page's, and whether it is but that of an update."""

    moment: Moment
    labelled: bool
    updated: bool


def printed_moment(document: Document, zone: Zone, served_at: datetime, timezone: ZoneInfo) -> Moment | None:
    """Return the publication time of a page, or None where it prints none.

    What is printed around the headline comes first, then metadata, then labelled lines in the article, and behind it unless the
    page prints when it was updated; then a bare day above the headline, which may be the site's; then a time of an update, and
    at last a `<time>` elsewhere on the page. Of several that say the same the most exact one is taken. `served_at` bounds it: a
    page cannot print a later time.
    """
    below, above = (_lines(texts, served_at, timezone) for texts in (zone.below, zone.above))
    sure = [one.moment for one in below if not one.updated]
    also = [one for one in above if not one.updated]
    told = [one.moment for one in also if one.labelled or one.moment.precision != "day"]
    stated = _first(_stated(document, zone), served_at, timezone)
    ranked = [_clock_first(sure), _clock_first(told), stated, _signed(zone, served_at, timezone)]
    if len(sure) == len(below):
        ranked.append(_behind(zone, served_at, timezone))
    ranked.append(_clock_first([one.moment for one in also]))
    found = [moment for moment in ranked if moment]
    if not found:
        updated = _clock_first([one.moment for one in (*below, *above)])
        return updated or _first(_datetimes(zone.spare), served_at, timezone)
    return max(found, key=lambda moment: _RANK[moment.precision] if _same(found[0], moment, timezone) else -1)


def _clock_first(moments: list[Moment]) -> Moment | None:
    """Return the first time with a clock, else the first day, else None."""
    return max(moments, key=lambda moment: moment.precision != "day", default=None)


def _same(told: Moment, other: Moment, timezone: ZoneInfo) -> bool:
    """Whether another moment says the same as one that is told, as far as that goes."""
    form = "%Y-%m-%d %H:%M" if told.precision != "day" else "%Y-%m-%d"
    return _local(told, timezone).strftime(form) == _local(other, timezone).strftime(form)


def _local(moment: Moment, timezone: ZoneInfo) -> datetime:
    """Return a moment as it was printed; a day alone is kept as one of Shanghai."""
    return moment.at.astimezone(SHANGHAI if moment.precision == "day" else timezone)


def stated_moment(text: str, served_at: datetime, timezone: ZoneInfo) -> Moment | None:
    """Return the time that a text states, or None where it states none that a page served then can have."""
    moment = read_moment(text, served_at, timezone)
    return moment if moment and _possible(moment, served_at) else None


def contradicted(url: str, listed: date | None, printed: datetime | None) -> str | None:
    """Return in words that a page prints a time more than two days away from its address's day or its listing's, else None."""
    for said, day in (("its address", _day_in(url)), ("its listing", listed)):
        if printed and day and abs(day_of(printed) - day) > _FAR:
            return f"the page prints {day_of(printed)}, {said} says {day}"
    return None


def _day_in(url: str) -> date | None:
    found = _IN_URL.search(urlsplit(url).path)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _signed(zone: Zone, served_at: datetime, timezone: ZoneInfo) -> Moment | None:
    """Return the time of a labelled line at the article's own beginning or end; a bare date may be the story's."""
    return _of_labels([line for line in (*zone.head[:1], *zone.tail) if _SIGNED.search(line)], served_at, timezone)


def _behind(zone: Zone, served_at: datetime, timezone: ZoneInfo) -> Moment | None:
    """Return the time of a labelled line behind the article, which may be another article's."""
    return _of_labels([line for line in zone.after if _LABELLED.search(line)], served_at, timezone)


def _of_labels(lines: list[str], served_at: datetime, timezone: ZoneInfo) -> Moment | None:
    """Return the first time of labelled lines; an update may be the site's."""
    found = _lines([line for line in lines if not _UPDATED.search(line)], served_at, timezone)
    return next((one.moment for one in found), None)


def _lines(texts: list[str], served_at: datetime, timezone: ZoneInfo) -> list[_Found]:
    found = (_printed(text, timezone) for text in texts if len(text) <= _LONGEST)
    return [one for one in found if one and _possible(one.moment, served_at)]


def _printed(line: str, timezone: ZoneInfo) -> _Found | None:
    """Return the time of a line that is a label, or None for any other line."""
    line = _SHORT_YEAR.sub(r"\g<1>20", _ENGLISH.sub(_as_digits, _NEIGHBOUR.sub("", line)))
    labelled = _LABELLED.search(line) is not None
    if not labelled and not _SOURCED.search(line) and len(unlabelled(_COUNTED.sub("", line))) > _LITTLE:
        return None
    first = read_full_date(_UPDATED_AT.sub("", line), timezone)
    moment = first or read_full_date(line, timezone)
    return _Found(moment, labelled, first is None) if moment else None


def _as_digits(english: re.Match[str]) -> str:
    """Return November 21, 2012 as 2012-11-21."""
    return f"{english[3]}-{_MONTHS.index(english[1].lower()) + 1}-{english[2]}"


def _possible(moment: Moment, served_at: datetime) -> bool:
    return (moment.at - served_at).total_seconds() < _SLACK and moment.at.year > 1990


def _first(texts: Iterator[str], served_at: datetime, timezone: ZoneInfo) -> Moment | None:
    return next((moment for text in texts if (moment := stated_moment(text, served_at, timezone))), None)


def _stated(document: Document, zone: Zone) -> Iterator[str]:
    if hidden := document.named("pubtime_baidu", "article-time"):
        yield hidden
    for name in _META:
        if content := document.meta(name):
            yield content
    for node in document.tree.iter("script"):
        if node.get("type") == "application/ld+json" and node.text:
            yield from _of_article(node.text)
    yield from _datetimes(zone.times)
    yield document.meta("dateupdate")  # all that some sites state
    for script in document.scripts:
        yield from _SCRIPTED.findall(script)[:1]


def _datetimes(nodes: Iterable[lxml.html.HtmlElement]) -> Iterator[str]:
    """Yield what elements `<time>` state, without those of an update."""
    for node in nodes:
        names = f"{node.get('class') or ''} {node.get('itemprop') or ''}"
        if _FIRST.search(names) or not _LATER.search(names):
            yield node.get("datetime") or ""


def _of_article(text: str) -> Iterator[str]:
    """Yield the publication times of a page's linked data: of what has no type, or is an article, then of other works.

    A site, a list, a person or a comment is none; an article may be a part of a site.
    """
    try:
        root: Any = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        kind = _TYPE.search(text)
        yield from _UNREAD.findall(text)[:1] if not kind or not _NO_ARTICLE.search(kind[1]) else []
        return
    objects = _objects([root])
    objects += [part for one in objects for part in _objects([one.get("@graph"), one.get("mainEntity")])]
    parts = [part for one in objects for part in one.values() if isinstance(part, dict) and _ARTICLE.search(_kinds(part))]
    own = [one for one in (*objects, *parts) if "@type" not in one or _ARTICLE.search(_kinds(one))]
    others = [one for one in objects if not _NO_ARTICLE.search(_kinds(one))]
    yield from (str(one[name]) for one in (*own, *others) for name in _STATED if name in one)


def _kinds(one: dict[str, Any]) -> str:
    return " ".join(map(str, _flat([one.get("@type", "")])))


def _objects(values: list[Any]) -> list[dict[str, Any]]:
    return [one for one in _flat(values) if isinstance(one, dict)]


def _flat(values: list[Any]) -> list[Any]:
    return [one for value in values for one in (value if isinstance(value, list) else [value])]
