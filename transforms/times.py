"""The time that a page prints: metadata, then the zone around the headline, then labelled lines; never a list, never the URL."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawlers.clock import SHANGHAI, Moment, day_of, read_full_date, read_moment
from transforms.document import Document
from transforms.furniture import unlabelled
from transforms.zone import Zone

_META = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "datecreated",
    "dateupdate",
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
_LABELLED = re.compile(r"(?:发布|发表|发稿|更新|创建|上传|添加|时间|日期)(?:时间|日期|于)?\s*[:：]?\s*(?:19|20)\d\d")
_UPDATED = re.compile(r"更新|修改|修订")
_AT = r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?(?:\s*\d{1,2}:\d\d(?::\d\d)?)?"
_UPDATED_AT = re.compile(rf"(?:更新|修改)(?:时间|于)?\s*[:：]?\s*{_AT}|已?于\s*{_AT}\s*(?:更新|修改)")
# A source with the time right behind it makes a line a label, whatever follows.
_SOURCED = re.compile(r"来源\s*[:：]\s*\S{2,16}\s+于?\s*(?:19|20)\d\d")
_NEIGHBOUR = re.compile(rf"[上下前后]一(?:天|日|期|篇)\s*[:：]?\s*{_AT}")  # the day that a link leads to
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
_SCRIPTED = re.compile(r'\b(?:ct|publish_time|pubtime|pubTime)\s*[=:]\s*["\'](\d{10}|20\d\d-[^"\']{5,20})["\']')
_STATED = re.compile(r'"(?:datePublished|pubDate|publishTime|pubTime|publish_time)"\s*:\s*"?([^",}]{6,30})')
_RANK = {"none": 0, "day": 1, "minute": 2, "second": 3}
_SLACK = 86_400  # seconds; a publication time later than a day after the page was served is none


def printed_moment(document: Document, zone: Zone, served_at: datetime, timezone: ZoneInfo) -> Moment | None:
    """Return the publication time of a page, or None where it prints none.

    What is printed around the headline comes first; metadata make it more exact where they say the same, and stand in
    where nothing is printed. `served_at` bounds it: a page cannot print a later time.
    """
    near, stated = _near(zone, served_at, timezone), _first(_stated(document), served_at, timezone)
    if near is None or stated is None:
        return near or stated
    form = "%Y-%m-%d %H:%M" if near.precision != "day" else "%Y-%m-%d"
    same = _local(near, timezone).strftime(form) == _local(stated, timezone).strftime(form)
    return stated if same and _RANK[stated.precision] > _RANK[near.precision] else near


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


def _near(zone: Zone, served_at: datetime, timezone: ZoneInfo) -> Moment | None:
    """Return the time of the zone: around the headline a clock time before a day; else a labelled one, in or behind the article."""
    found = [(moment, 2) for line in zone.below if (moment := _printed(line, served_at, timezone, labelled=False))]
    found += [(moment, 1) for line in zone.above if (moment := _printed(line, served_at, timezone, labelled=False))]
    if found:
        return max(found, key=lambda one: (one[0].precision != "day", one[1]))[0]
    # A bare date in or behind the article is the story's, or another article's; one of an update may be the site's.
    lines = (line for line in (*zone.head[:1], *zone.tail, *zone.after) if not _UPDATED.search(line))
    return next((moment for line in lines if (moment := _printed(line, served_at, timezone, labelled=True))), None)


def _printed(line: str, served_at: datetime, timezone: ZoneInfo, *, labelled: bool) -> Moment | None:
    """Return the time of a line that is a label, or None for any other line."""
    if len(line) > _LONGEST:
        return None
    line = _SHORT_YEAR.sub(r"\g<1>20", _ENGLISH.sub(_as_digits, _NEIGHBOUR.sub("", line)))
    has_label = _LABELLED.search(line) is not None
    is_label = has_label or _SOURCED.search(line) or len(unlabelled(_COUNTED.sub("", line))) <= _LITTLE
    if not is_label or (labelled and not has_label):
        return None
    moment = read_full_date(_UPDATED_AT.sub("", line), timezone) or read_full_date(line, timezone)
    return moment if moment and _possible(moment, served_at) else None


def _as_digits(english: re.Match[str]) -> str:
    """Return November 21, 2012 as 2012-11-21."""
    return f"{english[3]}-{_MONTHS.index(english[1].lower()) + 1}-{english[2]}"


def _possible(moment: Moment, served_at: datetime) -> bool:
    return (moment.at - served_at).total_seconds() < _SLACK and moment.at.year > 1990


def _first(texts: Iterator[str], served_at: datetime, timezone: ZoneInfo) -> Moment | None:
    return next((moment for text in texts if (moment := stated_moment(text, served_at, timezone))), None)


def _stated(document: Document) -> Iterator[str]:
    if hidden := document.named("pubtime_baidu", "article-time"):
        yield hidden
    for name in _META:
        if content := document.meta(name):
            yield content
    for node in document.tree.iter("script"):
        if node.get("type") == "application/ld+json" and node.text:
            yield from _STATED.findall(node.text)[:1]
    for node in document.tree.iter("time"):
        yield node.get("datetime") or ""
    for script in document.scripts:
        yield from _SCRIPTED.findall(script)[:1]
