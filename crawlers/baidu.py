"""The items of a Baidu news result page (百度资讯), as its pages were in December 2025, and the age of a baijiahao address.

An item is a `div` with `tpl="news-normal"`. Its facts stand, from sure to less sure, in the JSON of its `s-data` comment, in
`aria-label`s, and in elements with certain classes; each fact is taken from the first of these that has it.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from parsel import Selector

from crawlers.clock import SHANGHAI

_S_DATA = re.compile(r"<!--s-data:(\{.*?\})-->", re.DOTALL)
_KEYS = {"url": "titleUrl", "title": "title", "time": "dispTime", "publisher": "sourceName"}
_LABELS = {"title": "标题：", "time": "发布于：", "publisher": "新闻来源："}
_CLASSES = {"title": "h3 a", "time": ".c-color-gray2", "publisher": '[class*="news-source"] .c-color-gray'}
_IDENTITY = re.compile(r"https?://baijiahao\.baidu\.com/s\?(?:.*&)?id=(\d{19})(?!\d)")
_FAR = timedelta(days=2)


class Result(NamedTuple):
    """One item; `time` is the text that is shown (昨天09:21), None where none is."""

    url: str
    title: str | None
    time: str | None
    publisher: str | None


def results(html: str) -> Iterator[Result]:
    """Yield the news items of a result page in their order; other cards (videos, lists, hints) are left out."""
    for card in Selector(text=html, type="html").css('div.result-op[tpl="news-normal"]'):
        data = _embedded(card.get())
        url = card.attrib.get("mu") or data.get("url") or card.css("h3 a::attr(href)").get("")
        title, time, publisher = (data.get(name) or _labelled(card, name) or _shown(card, name) for name in _CLASSES)
        yield Result(url.strip(), title, time, publisher)


def _embedded(card: str) -> dict[str, str | None]:
    """Return the facts of the s-data comment; none where there is no such comment or it is no JSON object."""
    found = _S_DATA.search(card)
    try:
        data = json.loads(found[1]) if found else None
    except ValueError:
        return {}
    if not isinstance(data, dict):
        return {}
    return {name: re.sub(r"</?em>", "", str(data.get(key) or "")).strip() or None for name, key in _KEYS.items()}


def _labelled(card: Selector, name: str) -> str | None:
    mark = _LABELS[name]
    label = card.css(f'[aria-label^="{mark}"]::attr(aria-label)').get("")
    return label.removeprefix(mark).strip() or None


def _shown(card: Selector, name: str) -> str | None:
    return "".join(card.css(_CLASSES[name])[:1].css("*::text").getall()).strip() or None


def minted_at(url: str) -> datetime | None:
    """Return when the identity in a baijiahao address was made, or None for any other address.

    Its bits above the 20th are Unix milliseconds: within 75 minutes of the time that the page prints on 13 pages of 2018 to
    2025. It is no publication time, but a page that prints a time days away from it was dated anew.
    """
    found = _IDENTITY.match(url)
    return datetime.fromtimestamp((int(found[1]) >> 20) / 1000, UTC) if found else None


def redated(url: str, published_at: datetime | None) -> str | None:
    """Return in words that a baijiahao page prints a time more than two days away from its identity's, else None."""
    minted = minted_at(url)
    if minted is None or published_at is None or abs(published_at - minted) <= _FAR:
        return None
    return f"the page prints {_local(published_at)}, its identity was made at {_local(minted)}"


def _local(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
