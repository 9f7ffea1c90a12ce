"""A first guess of how a list is to be read: its kind, where its links stand, which of them are articles. Pure.

Guesses are made from one answer of the list; who adds the source checks them against others.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree
from parsel import Selector

from crawlers.clock import read_moment
from crawlers.discovery import ListingError, discover
from crawlers.page import Page, canonical_url, site_of
from crawlers.source import plain_source

_HEADLINE = 8  # characters from which on a link's text may be a headline
_UP = 4  # how many nodes above a link are looked at
_RUN = re.compile(r"[A-Za-z]*\d[A-Za-z0-9]*")  # what differs from one article's address to the next
_DAY = re.compile(r"(20\d\d)([-/_]?)(0[1-9]|1[0-2])([-/_]?)(0[1-9]|[12]\d|3[01])(?!\d)")
_NAME = re.compile(r"[A-Za-z][\w-]*")
_TIME_MAX = 40  # characters; a longer text beside a link is no time


@dataclass(frozen=True)
class Guess:
    """The values of a source's first seed and its `allow`; `item` is empty where the list needs none."""

    kind: str
    url: str
    allow: str
    links: str | None = None
    item: tuple[tuple[str, str], ...] = ()


def guess(page: Page) -> Guess:
    """Return how the list that answered with `page` may be read. Raises ListingError where nothing in it looks like articles."""
    start = page.text.lstrip("\ufeff \t\r\n")[:500].lower()
    if start.startswith(("{", "[")):
        return _guess_api(page)
    if "<urlset" in start or "<sitemapindex" in start:
        return _guess_xml(page, "sitemap")
    if "<rss" in start or "<feed" in start or "<rdf:rdf" in start:
        return _guess_xml(page, "feed")
    return _guess_listing(page)


def template(url: str) -> str:
    """Return a list's address as a template: a day in it becomes `{day:…}`."""
    escaped = url.replace("{", "{{").replace("}", "}}")
    return _DAY.sub(lambda found: f"{{day:%Y{found[2]}%m{found[4]}%d}}", escaped, count=1)


def article_pattern(urls: Iterable[str]) -> str:
    """Return a pattern that finds the addresses of the most common form among `urls`."""
    forms = Counter(map(_form, urls))
    return rf"^https?://{forms.most_common(1)[0][0]}$"


def _form(url: str) -> str:
    """Return host, path and query of an address as a pattern in which runs with digits stand for any such run."""
    parts = urlsplit(url)
    text = parts.path + (f"?{parts.query}" if parts.query else "")
    pieces, end = [re.escape(parts.netloc)], 0
    for run in _RUN.finditer(text):
        pieces += [re.escape(text[end : run.start()]), r"\d+" if run[0].isdigit() else r"\w+"]
        end = run.end()
    return "".join([*pieces, re.escape(text[end:])]).replace(r"\-", "-").replace(r"\_", "_")


def _guess_xml(page: Page, kind: str) -> Guess:
    source = plain_source("guess")
    found = discover(source.seeds[0].model_copy(update={"kind": kind}), page, source)
    return Guess(kind, template(page.link), article_pattern(_some([one.url for one in found])))


def _some(urls: list[str]) -> list[str]:
    if not urls:
        raise ListingError("nothing there looks like a list of articles")
    return urls


def _guess_api(page: Page) -> Guess:
    try:
        lists = list(_lists(json.loads(page.text), ""))
    except (ValueError, RecursionError) as error:
        raise ListingError(f"not JSON: {error}") from error
    path, rows, url = max(lists, key=lambda one: len(one[1]), default=("", [], ""))
    urls = _some(list(_urls([row[url] for row in rows], page)))
    texts = [key for key, value in rows[0].items() if isinstance(value, str) and key != url]
    title = next((key for key in texts if "title" in key.lower()), max(texts, key=lambda key: len(rows[0][key]), default=url))
    time = next((key for key, value in rows[0].items() if key not in (url, title) and _is_time(value, page)), None)
    item = [("url", url), ("title", title), *([("time", time)] if time else [])]
    return Guess("api", template(page.link), article_pattern(urls), path, tuple(item))


def _urls(links: Iterable[str], page: Page) -> Iterator[str]:
    """Yield the addresses of links; one that makes no sense is left out."""
    for link in links:
        with suppress(ValueError):
            yield canonical_url(urljoin(page.url, link))


def _lists(value: Any, path: str) -> Iterator[tuple[str, list[dict[str, Any]], str]]:
    """Yield the lists of objects with an address in a JSON value: path, objects, and the key of the address."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _lists(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        keys = [key for key in value[0] if all(_is_address(one.get(key)) for one in value)]
        if keys:
            yield path, value, next((key for key in keys if "url" in key.lower() or "link" in key.lower()), keys[0])


def _is_address(value: object) -> bool:
    return isinstance(value, str) and re.match(r"https?://|//|/\w", value) is not None


def _is_time(value: object, page: Page) -> bool:
    return isinstance(value, str | int) and len(str(value)) <= _TIME_MAX and read_moment(str(value), page.fetched_at) is not None


def _guess_listing(page: Page) -> Guess:
    root = Selector(text=page.text, type="html")
    groups: dict[str, dict[str, Selector]] = defaultdict(dict)
    for link in root.css("a[href]"):
        try:
            url = canonical_url(urljoin(page.url, link.attrib["href"].strip()))
        except ValueError:
            continue
        if len(_text(link)) >= _HEADLINE and site_of(url) == site_of(page.url) and _RUN.search(urlsplit(url).path):
            groups[_form(url)].setdefault(url, link)
    articles = max(groups.values(), key=len, default={})
    allow = article_pattern(_some(list(articles)))
    links = list(articles.values())
    row, time = _rows_with_times(root, links, page)
    if row and time:
        return Guess("listing", template(page.link), allow, row, (("url", "a"), ("title", "a"), ("time", time)))
    return Guess("listing", template(page.link), allow, _selector(root, links, lambda link: link))


def _text(node: Selector) -> str:
    return " ".join("".join(node.css("*::text").getall()).split())


def _rows_with_times(root: Selector, links: list[Selector], page: Page) -> tuple[str | None, str | None]:
    """Return the selector of the rows that hold one article and its time each, and of the time in a row; else None twice."""
    for up in range(1, _UP):
        rows = [parents[-up] for link in links if len(parents := link.xpath("ancestor::*")) >= up]
        times = Counter(css for row in rows if (css := _time_in(row, page)))
        if times and len({row.root for row in rows}) == len(links) and times.most_common(1)[0][1] > len(links) / 2:
            found = _selector(root, links, lambda link, up=up: link.xpath("ancestor::*")[-up])  # type: ignore[misc]
            return found, times.most_common(1)[0][0]
    return None, None


def _time_in(row: Selector, page: Page) -> str | None:
    for node in reversed(row.css("*")):  # the innermost one comes first
        if node.root is not row.root and node.root.tag != "a" and _is_time(_text(node), page):
            return _own_css(node.root)
    return None


def _own_css(node: etree._Element) -> str:
    """Return tag and first class of a node."""
    names = [name for name in (node.get("class") or "").split() if _NAME.fullmatch(name)]
    tag = str(node.tag)
    return f"{tag}.{names[0]}" if names else tag


def _selector(root: Selector, links: list[Selector], of: Callable[[Selector], Selector]) -> str:
    """Return the selector that finds the nodes `of` the links, and as little else as may be."""
    nodes = {of(link).root for link in links}
    candidates: Counter[str] = Counter()
    for node in nodes:
        own = _own_css(node)
        candidates[own] += 1
        for above in list(node.iterancestors())[:_UP]:
            if (name := above.get("id")) and _NAME.fullmatch(name):
                candidates[f"#{name} {own}"] += 1
            if "." in (css := _own_css(above)):
                candidates[f"{css} {own}"] += 1

    def fit(css: str) -> tuple[float, bool, int]:
        found = {node.root for node in root.css(css)}
        named = "." in css or "#" in css  # a bare tag may find others on the next page
        return 2 * len(found & nodes) / (len(found) + len(nodes)), named, -len(css)

    return max((css for css, _ in candidates.most_common(40)), key=fit)
