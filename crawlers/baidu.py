"""The items of a Baidu news result page (百度资讯), as its pages were in December 2025.

An item is a `div` with `tpl="news-normal"`. Its facts stand, from sure to less sure, in the JSON of its `s-data` comment
and in the `aria-label`s of its links.
"""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from parsel import Selector

_S_DATA = re.compile(r"<!--s-data:(\{.*?\})-->", re.DOTALL)
_LABELS = {"title": "标题：", "time": "发布于：", "publisher": "新闻来源："}


class Result(NamedTuple):
    """One item; `time` is the text that is shown (昨天09:21), None where none is."""

    url: str
    title: str | None
    time: str | None
    publisher: str | None


def results(html: str) -> Iterator[Result]:
    """Yield the news items of a result page in their order; other cards (videos, lists, hints) are left out."""
    for card in Selector(text=html).css('div.result-op[tpl="news-normal"]'):
        facts = _embedded(card.get()) or _labelled(card)
        url = card.attrib.get("mu") or facts.get("url") or card.css("h3 a::attr(href)").get("")
        yield Result(url.strip(), facts.get("title"), facts.get("time"), facts.get("publisher"))


def _embedded(card: str) -> dict[str, str | None] | None:
    found = _S_DATA.search(card)
    try:
        data = json.loads(found[1]) if found else None
    except ValueError:
        return None
    if not isinstance(data, dict):
        return None
    texts = {name: re.sub(r"</?em>", "", str(data.get(key) or "")).strip() or None for name, key in _KEYS.items()}
    return texts if texts["url"] else None


_KEYS = {"url": "titleUrl", "title": "title", "time": "dispTime", "publisher": "sourceName"}


def _labelled(card: Selector) -> dict[str, str | None]:
    texts: dict[str, str | None] = {}
    for name, mark in _LABELS.items():
        label = card.css(f'[aria-label^="{mark}"]::attr(aria-label)').get()
        texts[name] = label.removeprefix(mark).strip() or None if label else None
    return texts
