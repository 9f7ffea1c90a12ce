"""The time that a page prints: metadata, then the zone around the headline, then labelled lines; never a list, never the URL."""

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from crawlers.clock import Moment, read_full_date, read_moment
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
_LABELLED = re.compile(r"(?:发布|发表|发稿|更新|创建|上传|时间|日期)(?:时间|日期|于)?\s*[:：]?\s*(?:19|20)\d\d")
_LONGEST = 110  # characters of a line that is a label
_LITTLE = 16  # characters besides times and labels; room for a publisher's name
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
    same = near.at.astimezone(timezone).strftime(form) == stated.at.astimezone(timezone).strftime(form)
    return stated if same and _RANK[stated.precision] > _RANK[near.precision] else near


def _near(zone: Zone, served_at: datetime, timezone: ZoneInfo) -> Moment | None:
    """Return the time of the zone: a line with a clock time before one without, below the headline before above it."""
    best, found = -1, None
    for lines, bonus in ((zone.below, 2), (zone.above, 1), (zone.head[:1], 0), (zone.tail, 0), (zone.after, 0)):
        for line in lines:
            labelled = _LABELLED.search(line) is not None
            if len(line) > _LONGEST or not (labelled or len(unlabelled(line)) <= _LITTLE):
                continue
            moment = read_full_date(line, timezone)
            if moment is None or not _possible(moment, served_at):
                continue
            # A bare date in or behind the article is the story's, or another article's.
            rank = (4 if moment.precision != "day" else 0) + bonus
            if rank > best and (bonus or labelled):
                best, found = rank, moment
    return found


def _possible(moment: Moment, served_at: datetime) -> bool:
    return (moment.at - served_at).total_seconds() < _SLACK and moment.at.year > 1990


def _first(texts: Iterator[str], served_at: datetime, timezone: ZoneInfo) -> Moment | None:
    for text in texts:
        moment = read_moment(text, served_at, timezone)
        if moment and _possible(moment, served_at):
            return moment
    return None


def _stated(document: Document) -> Iterator[str]:
    if hidden := document.named("pubtime_baidu"):
        yield hidden
    for name in _META:
        if content := document.meta(name):
            yield content
    for node in document.tree.iter("script"):
        if node.get("type") == "application/ld+json" and node.text:
            yield from _STATED.findall(node.text)[:1]
    for node in document.tree.iter("time"):
        yield node.get("datetime") or ""
