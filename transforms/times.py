"""The time that a page prints: embedded state, then metadata, then the zone around the headline."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import lxml.html

from crawlers.clock import Moment, read_full_date, read_moment

_META = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "dateupdate",
    "publishdate",
    "pubdate",
    "publish_time",
    "weibo: article:create_at",
    "og:release_date",
    "apub:time",
    "_pubtime",
)
_LONGEST_LABEL = 80  # characters; a longer line is prose, and its dates are the story's
_RANK = {"none": 0, "day": 1, "minute": 2, "second": 3}


def printed_moment(tree: lxml.html.HtmlElement, zone_text: str, reference: datetime, zone: ZoneInfo) -> Moment | None:
    """Return the publication time of a page, or None where it prints none.

    `zone_text` is the text around the headline. Metadata tell the day; where the zone prints the same day with a clock
    time, that is taken. A time later than a day after `reference` (when the page was served) is no publication time.
    """
    labels = "\n".join(line for line in zone_text.split("\n") if len(line) <= _LONGEST_LABEL)
    near = _usable(read_full_date(labels, zone), reference)
    stated = next((moment for text in _stated(tree) if (moment := _usable(read_moment(text, reference, zone), reference))), None)
    if stated is None or near is None:
        return stated or near
    same_day = stated.at.astimezone(zone).date() == near.at.astimezone(zone).date()
    return near if same_day and _RANK[near.precision] > _RANK[stated.precision] else stated


def _usable(moment: Moment | None, reference: datetime) -> Moment | None:
    return moment if moment and (moment.at - reference).total_seconds() < 86_400 else None


def _stated(tree: lxml.html.HtmlElement) -> Iterator[str]:
    for node in tree.iter("meta"):
        name = (node.get("property") or node.get("name") or node.get("itemprop") or "").strip().lower()
        if name in _META:
            yield node.get("content", "")
    for node in tree.iter("script"):
        if node.get("type") == "application/ld+json" and node.text:
            yield from re.findall(r'"(?:datePublished|pubDate)"\s*:\s*("[^"]*")', node.text)[:1] and [_unquote(node.text)]


def _unquote(text: str) -> str:
    found = re.search(r'"(?:datePublished|pubDate)"\s*:\s*("[^"]*")', text)
    try:
        return str(json.loads(found[1])) if found else ""
    except ValueError:
        return ""
