"""Discovery: from a seed's answer to candidate links."""

import email.utils
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any
from urllib.parse import quote, urljoin

from lxml import etree
from parsel import Selector

from crawlers import baidu
from crawlers.clock import SHANGHAI, Moment, day_of, read_moment, start_of
from crawlers.errors import CaixunError
from crawlers.page import ContentError, Page
from crawlers.seed import Item, Seed, fields_of
from crawlers.source import Source


class ListingError(CaixunError):
    """A seed's answer is not what its YAML says: no JSON, no such path, no list. Who reads it knows whence it came."""


@dataclass(frozen=True)
class Candidate:
    """A link that a seed lists. `url` is absolute, as listed; the other fields are None where the list has none.

    `text` is that of an item that is a whole article, as HTML or plain text.
    """

    url: str
    title: str | None = None
    moment: Moment | None = None
    publisher: str | None = None
    text: str | None = None


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
    except (ContentError, RecursionError, etree.XMLSyntaxError) as error:
        raise ListingError(str(error)) from error
    return [candidate for candidate in found if candidate.url.startswith(("http://", "https://"))]


def _absolute(base: str, link: str) -> str:
    """Return a link as an absolute address, or "" for one that makes no sense."""
    try:
        return urljoin(base, link.strip())
    except ValueError:
        return ""


def _listing(seed: Seed, page: Page, source: Source) -> Iterator[Candidate]:
    root = Selector(text=page.text, type="html")
    base = _absolute(page.url, root.css("base::attr(href)").get("")) or page.url
    for node in root.css(seed.links or "a"):
        link = (node.css(seed.item.url) if seed.item else node).css("[href]")
        href = link.attrib.get("href", "").strip()
        if not href:
            continue
        title = _node_text(node, seed.item.title) if seed.item and seed.item.title else _node_text(link, None)
        publisher = _node_text(node, seed.item.publisher) if seed.item and seed.item.publisher else None
        printed = _node_text(node, seed.item.time) if seed.item and seed.item.time else None
        text = "".join(node.css(seed.item.text)[:1].getall()) if seed.item and seed.item.text else None
        yield Candidate(_absolute(base, href), title or link.attrib.get("title"), _moment(printed, page, source), publisher, text)


def _moment(printed: str | None, page: Page, source: Source) -> Moment | None:
    """Read a time against the response's; where the list is of one day, a date without a year is of about that day."""
    latest = start_of(page.day + timedelta(days=2), source.zone) if page.day else None
    return read_moment(printed, page.fetched_at, source.zone, latest) if printed else None


def _node_text(node: Any, css: str | None) -> str | None:
    found = node.css(css) if css else node
    return " ".join("".join(found[:1].css("*::text").getall()).split()) or None


def _api(seed: Seed, page: Page, source: Source) -> Iterator[Candidate]:
    """Read the rows of a JSON list; one without a page of its own (a flash, a hint) is left out, but not all may be so."""
    item = seed.item
    assert item is not None  # Seed refuses an api without item
    rows = _at(read_json(page), seed.links or "")
    if not isinstance(rows, list):
        raise ListingError(f"no list at {seed.links}")
    found = [one for row in rows if (one := _api_candidate(row, item, page, source))]
    if rows and not found:
        raise ListingError(f"no item has text at {item.url}")
    yield from found


def _api_candidate(row: Any, item: Item, page: Page, source: Source) -> Candidate | None:
    href = _filled(row, item.url) if "{" in item.url else _at(row, item.url)
    if not isinstance(href, str) or not href:
        return None
    title, publisher = (_at(row, path) if path else None for path in (item.title, item.publisher))
    printed = _at(row, item.time) if item.time else None
    moment = _moment(str(printed), page, source) if printed else None
    text = str(_at(row, item.text) or "") if item.text else None
    return Candidate(
        _absolute(page.url, href), str(title) if title else None, moment, str(publisher) if publisher else None, text
    )


def _filled(row: Any, template: str) -> str | None:
    """Return a template with what stands in `row` at the paths that it names, or None where one of them is missing."""
    for path in fields_of(template):
        value = _at(row, path)
        if not isinstance(value, str | int) or value == "":
            return None
        template = template.replace(f"{{{path}}}", quote(str(value)))
    return template


def read_json(page: Page) -> Any:
    """Return the JSON of an answer, out of its callback (JSONP) or assignment where it has one. Raises ListingError."""
    text = page.text.strip()
    if padded := _CALLBACK.fullmatch(text) or _ASSIGNMENT.fullmatch(text):
        text = padded[1]
    try:
        value = json.loads(text)
        # Half of an emoji, as a text that was cut off has it, can be kept nowhere.
        return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "ignore")) if _HALF.search(text) else value
    except ValueError as error:
        raise ListingError(f"not JSON: {error}") from error


_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_CALLBACK = re.compile(r"[\w$.]+\s*\((.*)\)\s*;?", re.DOTALL)
_ASSIGNMENT = re.compile(r"(?:var\s+|window\.)?[\w$]+\s*=\s*([\[{].*[\]}])\s*;?", re.DOTALL)


def _at(value: Any, path: str) -> Any:
    """Return what stands at a dotted path (`result.data`, `list.0.url`, `data.-1.id` for the last one), or None."""
    for name in filter(None, path.split(".")):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and re.fullmatch(r"-?\d{1,4}", name) and -len(value) <= int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def says_no_issue(page: Page) -> bool:
    """Whether the site answers a day without an issue with a notice page, as e-papers do."""
    return len(page.body) < 20_000 and "<title>提示</title>" in page.text


def next_cursor(seed: Seed, page: Page) -> str:
    """Return what the template's `{cursor}` is for the next page, by the answer `page`; "" where it names none."""
    value = _at(read_json(page), seed.cursor or "")
    return str(value) if isinstance(value, str | int) else ""


def other_parts(seed: Seed, page: Page) -> dict[str, date | None]:
    """Return the other pages of the list of which `page` is one: address, and the day of the last change where it is told.

    Raises ListingError for an index of sitemaps where the seed does not say how many of them to read.
    """
    if seed.kind == "sitemap":
        return _sitemaps(seed, page)
    if not seed.parts:
        return {}
    root = Selector(text=page.text, type="html")
    base = _absolute(page.url, root.css("base::attr(href)").get("")) or page.url
    links = (_absolute(base, node.attrib.get("href", "")).partition("#")[0] for node in root.css(seed.parts).css("[href]"))
    return {link: None for link in links if link.startswith(("http://", "https://"))}


def _sitemaps(seed: Seed, page: Page) -> dict[str, date | None]:
    found: dict[str, date | None] = {}
    for entry in _xml(page).iter("{*}sitemap"):
        changed = read_moment(_child_text(entry, "lastmod") or "", page.fetched_at)
        if link := _child_text(entry, "loc"):
            found[_absolute(page.url, link)] = day_of(changed.at) if changed else None
    if found and seed.pages is None:
        raise ListingError(f"an index of {len(found)} sitemaps; say with pages: {{max: …}} how many to read")
    return found


def _feed(_seed: Seed, page: Page, source: Source) -> Iterator[Candidate]:
    """Read RSS 2.0, RSS 1.0 or Atom."""
    for entry in _xml(page).iter("{*}item", "{*}entry"):
        link = next((node for node in entry.iter("{*}link") if node.get("rel", "alternate") == "alternate"), None)
        href = "" if link is None else (link.get("href") or link.text or "").strip()
        dates = (_child_text(entry, name) for name in ("pubDate", "published", "date", "updated"))
        printed = next(filter(None, dates), "")
        yield Candidate(_absolute(page.url, href), _child_text(entry, "title"), _feed_moment(printed, page, source))


def _feed_moment(printed: str, page: Page, source: Source) -> Moment | None:
    """Read a feed's time. -0000 means UTC (RFC 5322, 3.3), and CST is the time of China but for an American source."""
    printed = printed.strip()
    try:
        at = email.utils.parsedate_to_datetime(printed)
        if _CST.search(printed) and not source.timezone.startswith(("America/", "US/")):
            at = at.replace(tzinfo=SHANGHAI)
        elif at.tzinfo is None:
            at = at.replace(tzinfo=UTC if printed.endswith("-0000") else source.zone)
        return Moment(at.astimezone(UTC), "second")
    except (ValueError, OverflowError):
        return read_moment(printed, page.fetched_at, source.zone)


_CST = re.compile(r"\d\s+CST\b")


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
    """Return the root of a document; as for any page, its bytes tell their encoding, whatever it declares."""
    declared = _BELIEVED.match(page.content)
    content = _HALVES.sub(_whole, page.content if declared else page.text.encode("utf-8", "ignore"))
    encoding = None if declared else "utf-8"
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False, encoding=encoding)
    root: etree._Element | None = etree.fromstring(content or b"<empty/>", parser)
    if root is None:
        raise ListingError("not XML")
    return root


def _whole(match: re.Match[bytes]) -> bytes:
    """Return the characters whose UTF-16 halves are written as references; half of one can be kept nowhere."""
    codes = (int(code[1:], 16) if code[:1] == b"x" else int(code) for code in re.findall(rb"&#(x?\w+);", match[0]))
    text = "".join(map(chr, codes)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return text.encode("ascii", "xmlcharrefreplace")


_HALVES = re.compile(rb"(?:&#(?:x0*[dD][89a-fA-F][\da-fA-F]{2}|0*5[5-7]\d{3});)+")
# UTF-16, and what passes for GBK.
_BELIEVED = re.compile(rb"""\xff\xfe|\xfe\xff|\s*<\?xml[^>]{1,100}encoding=["'](?:big5|shift_jis|euc-(?:jp|kr))""", re.IGNORECASE)


def _search(_seed: Seed, page: Page, source: Source) -> Iterator[Candidate]:
    for result in baidu.results(page.text):
        yield Candidate(result.url, result.title, _moment(result.time, page, source), result.publisher)
