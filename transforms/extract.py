"""From a page to its articles: what stands on the page, and nothing that is guessed."""

from typing import Any

import lxml.etree
import lxml.html
import trafilatura

from crawlers.clock import day_of, read_moment
from crawlers.page import Page, article_id, blocked_reason, canonical_url
from crawlers.source import Override, Source
from transforms.blocks import lines_of
from transforms.bylines import authors_in, publisher_in
from transforms.decode import decode
from transforms.embedded import State, embedded
from transforms.headline import headline
from transforms.lines import clean_lines
from transforms.record import Article
from transforms.reject import RejectedError
from transforms.text import fold, text_hash, tidy
from transforms.times import printed_moment

_ZONE = 600  # characters of text around the headline in which time, publisher and byline stand
_MIN_BODY = 20  # folded characters; less is a caption, not an article


def extract(page: Page, source: Source) -> list[Article]:
    """Return the articles of a page: one, on ordinary pages.

    Raises RejectedError with the reason for which the page gives none.
    """
    if page.status in (404, 410):
        raise RejectedError("missing", f"HTTP {page.status}")
    if wall := blocked_reason(page):
        raise RejectedError("blocked", wall)
    html = decode(page)
    tree = _parse(html)
    for css in source.extract.drop:
        for node in tree.cssselect(css):
            node.drop_tree()
    return [_article(page, source, tree, embedded(html))]


def _parse(html: str) -> lxml.html.HtmlElement:
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except lxml.etree.ParserError as error:
        raise RejectedError("not_html", "the document is empty") from error
    return tree


def _article(page: Page, source: Source, tree: lxml.html.HtmlElement, state: State | None) -> Article:
    given = _overrides(tree, source.extract)
    title = given.get("title") or (state.title if state else None) or headline(tree)
    if not title:
        raise RejectedError("no_title")
    title = tidy(title)
    zone = _zone_around(tree, title)
    lines = given.get("body", "").split("\n") if given.get("body") else list(state.body) if state else _body_lines(tree)
    body = "\n".join(clean_lines(lines, title))
    if len(fold(body)) < _MIN_BODY:
        raise RejectedError("no_body")
    printed = given.get("published_at") or (state.time if state else None)
    moment = read_moment(printed, page.fetched_at, source.zone) if printed else None
    moment = moment or printed_moment(tree, zone, page.fetched_at, source.zone)
    edges = "\n".join([*lines[:3], *lines[-3:]])
    publisher = given.get("publisher") or (state.publisher if state else None) or publisher_in(zone) or publisher_in(edges)
    authors = given["authors"].split() if given.get("authors") else authors_in(f"{zone}\n{edges}")
    identity = article_id(url := canonical_url(page.link))
    return Article(
        article_id=identity,
        url=url,
        source=source.name,
        publisher=publisher or source.publisher,
        authors=tuple(authors),
        title=title,
        published_at=moment.at if moment else None,
        published_precision=moment.precision if moment else "none",
        published_date=day_of(moment.at) if moment else page.day or day_of(page.fetched_at),
        crawled_at=page.fetched_at,
        body=body,
        text_hash=text_hash(body),
        story_id=identity,
    )


def _overrides(tree: lxml.html.HtmlElement, override: Override) -> dict[str, str]:
    """Return the fields that the source's YAML places by CSS, as far as the page has them."""
    found: dict[str, str] = {}
    for field in ("title", "published_at", "publisher", "authors", "body"):
        css = getattr(override, field)
        nodes = tree.cssselect(css) if css else []
        if nodes:
            found[field] = ("\n" if field == "body" else " ").join(lines_of(nodes[0]))
    return found


def _zone_around(tree: lxml.html.HtmlElement, title: str) -> str:
    """Return the text from a little before the printed headline to `_ZONE` characters behind it."""
    strings = [tidy(text) for text in _visible(tree)]
    wanted = fold(title)
    place = next((index for index, text in enumerate(strings) if fold(text) == wanted), None)
    if place is None:
        place = next((index for index, text in enumerate(strings) if wanted in fold(text)), 0)
    zone = "\n".join(strings[place + 1 :])[:_ZONE]
    return "\n".join([zone, *strings[max(0, place - 6) : place]])


def _visible(tree: lxml.html.HtmlElement) -> list[str]:
    hidden: Any = ("script", "style", "noscript", "select", "template", "title")
    body = tree.find("body")
    texts = []
    for node in (tree if body is None else body).iter():
        if isinstance(node.tag, str) and node.tag not in hidden and node.text and node.text.strip():
            texts.append(node.text)
        if node.tail and node.tail.strip():
            texts.append(node.tail)
    return texts


def _body_lines(tree: lxml.html.HtmlElement) -> list[str]:
    document = trafilatura.bare_extraction(tree, include_comments=False, fast=True)
    text = getattr(document, "text", None)
    if not text:
        raise RejectedError("no_body")
    return str(text).split("\n")
