"""Discovery: from a seed's answer to candidate links."""

import email.utils
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from urllib.parse import urljoin

from lxml import etree
from parsel import Selector

from crawlers import baidu
from crawlers.clock import Moment, read_moment
from crawlers.errors import CaixunError
from crawlers.page import ContentError, Page
from crawlers.source import Item, Seed, Source


class ListingError(CaixunError):
    """A seed's answer is not what its YAML says: no JSON, no such path, no list."""


@dataclass(frozen=True)
class Candidate:
    """A link that a seed lists. `url` is absolute, as listed; the other fields are None where the list has none."""

    url: str
    title: str | None = None
    moment: Moment | None = None
    publisher: str | None = None


def discover(seed: Seed, page: Page, source: Source) -> list[Candidate]:
    """Return the links of a seed's answer in its order; links that are no http(s) URL are left out.

    Raises ListingError where the answer has not the form that the seed declares.
    """
    readers: dict[str, Callable[[Seed, Page, Source], Iterator[Candidate]]] = {
        "listing": _listing,
        "api": _api,
        "feed": _feed,
        "sitemap": _sitemap,
        "search": _search,
    }
    try:
        found = list(readers[seed.kind](seed, page, source))
    except (ContentError, RecursionError) as error:
        raise ListingError(f"{page.url}: {error}") from error
    return [candidate for candidate in found if candidate.url.startswith(("http://", "https://"))]


def _absolute(base: str, link: str) -> str:
    """Return a link as an absolute address, or "" for one that makes no sense."""
    try:
        return urljoin(base, link.strip())
    except ValueError:
        return ""


def _listing(seed: Seed, page: Page, source: Source) -> Iterator[Candidate]:
    root = Selector(text=page.text)
    base = _absolute(page.url, root.css("base::attr(href)").get("")) or page.url
    for node in root.css(seed.links or "a"):
        link = (node.css(seed.item.url) if seed.item else node).css("[href]")
        href = link.attrib.get("href", "").strip()
        if not href:
            continue
        title = _node_text(node, seed.item.title) if seed.item else _node_text(link, None)
        publisher = _node_text(node, seed.item.publisher) if seed.item and seed.item.publisher else None
        printed = _node_text(node, seed.item.time) if seed.item and seed.item.time else None
        moment = read_moment(printed, page.fetched_at, source.zone) if printed else None
        yield Candidate(_absolute(base, href), title or link.attrib.get("title"), moment, publisher)


def _node_text(node: Any, css: str | None) -> str | None:
    found = node.css(css) if css else node
    return " ".join("".join(found[:1].css("*::text").getall()).split()) or None


def _api(seed: Seed, page: Page, source: Source) -> Iterator[Candidate]:
    item = seed.item
    assert item is not None  # Seed refuses an api without item
    rows = _at(read_json(page), seed.links or "")
    if not isinstance(rows, list):
        raise ListingError(f"{page.url}: no list at {seed.links}")
    for row in rows:
        yield _api_candidate(row, item, page, source)


def _api_candidate(row: Any, item: Item, page: Page, source: Source) -> Candidate:
    href, title = (_at(row, path) for path in (item.url, item.title))
    if not isinstance(href, str):
        raise ListingError(f"{page.url}: an item has no text at {item.url}")
    printed = _at(row, item.time) if item.time else None
    publisher = _at(row, item.publisher) if item.publisher else None
    moment = read_moment(str(printed), page.fetched_at, source.zone) if printed else None
    return Candidate(_absolute(page.url, href), str(title) if title else None, moment, str(publisher) if publisher else None)


def read_json(page: Page) -> Any:
    """Return the JSON of an answer, out of its callback where it is JSONP. Raises ListingError."""
    text = page.text.strip()
    if padded := re.fullmatch(r"[\w$.]+\s*\((.*)\)\s*;?", text, re.DOTALL):
        text = padded[1]
    try:
        return json.loads(text)
    except ValueError as error:
        raise ListingError(f"{page.url}: not JSON: {error}") from error


def _at(value: Any, path: str) -> Any:
    """Return what stands at a dotted path (`result.data`, `list.0.url`), or None."""
    for name in filter(None, path.split(".")):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def _feed(_seed: Seed, page: Page, source: Source) -> Iterator[Candidate]:
    """Read RSS 2.0, RSS 1.0 or Atom."""
    for entry in _xml(page).iter("{*}item", "{*}entry"):
        link = next((node for node in entry.iter("{*}link") if node.get("rel", "alternate") == "alternate"), None)
        href = "" if link is None else (link.get("href") or link.text or "").strip()
        printed = next((node.text for node in entry.iter("{*}pubDate", "{*}published", "{*}updated", "{*}date") if node.text), "")
        yield Candidate(_absolute(page.url, href), _child_text(entry, "title"), _feed_moment(printed, page, source))


def _feed_moment(printed: str, page: Page, source: Source) -> Moment | None:
    try:
        at = email.utils.parsedate_to_datetime(printed.strip())
        return Moment((at if at.tzinfo else at.replace(tzinfo=source.zone)).astimezone(UTC), "second")
    except (ValueError, OverflowError):
        return read_moment(printed, page.fetched_at, source.zone)


def _sitemap(_seed: Seed, page: Page, source: Source) -> Iterator[Candidate]:
    """Read a sitemap; a news sitemap's title, name and publication date are taken too."""
    for entry in _xml(page).iter("{*}url"):
        printed = _child_text(entry, "publication_date") or _child_text(entry, "lastmod") or ""
        moment = read_moment(printed, page.fetched_at, source.zone)
        yield Candidate(_child_text(entry, "loc") or "", _child_text(entry, "title"), moment, _child_text(entry, "name"))


def _child_text(entry: etree._Element, name: str) -> str | None:
    node = next(entry.iter(f"{{*}}{name}"), None)
    return (node.text or "").strip() or None if node is not None else None


def _xml(page: Page) -> etree._Element:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    root: etree._Element | None = etree.fromstring(page.content or b"<empty/>", parser)
    if root is None:
        raise ListingError(f"{page.url}: not XML")
    return root


def _search(_seed: Seed, page: Page, source: Source) -> Iterator[Candidate]:
    for result in baidu.results(page.text):
        moment = read_moment(result.time, page.fetched_at, source.zone) if result.time else None
        yield Candidate(result.url, result.title, moment, result.publisher)
