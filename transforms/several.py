"""Several articles on one page: a flash list, a page of notices. The source's YAML says which node each of them is."""

from contextlib import suppress
from urllib.parse import quote, urljoin

import lxml.html

from crawlers.clock import Moment, read_clock
from crawlers.page import Page, article_id, canonical_url
from crawlers.source import STATE, Override, Source
from transforms.document import Document, lines_in
from transforms.flash import Told, flash
from transforms.override import override
from transforms.record import Article
from transforms.reject import RejectedError
from transforms.times import stated_moment

_LABEL = 40  # characters; a longer line that holds a time is prose
_HEADINGS = "h1, h2, h3, h4, h5, h6"


def several(document: Document, page: Page, source: Source) -> list[Article]:
    """Return the article of each node that the source's `extract.each` finds, in the page's order.

    Empty where the source has no such rule, or the page no such node. A node inside another is an article of its own and no part
    of that one's; two with one address are one article when their texts are the same. A node without text (an advertisement)
    is none; raises RejectedError where all are.
    """
    nodes = document.tree.cssselect(source.extract.each) if source.extract.each else []
    for node in reversed(nodes):  # the inner ones before those that hold them
        if node.getparent() is not None:
            node.drop_tree()
    articles: dict[str, Article] = {}
    for node in nodes:
        with suppress(RejectedError):
            article = _article(node, page, source)
            twin = articles.get(article.article_id)
            if twin and twin.text_hash != article.text_hash:
                article = _named(article, page, article.text_hash[:12])
            articles.setdefault(article.article_id, article)
    if nodes and not articles:
        raise RejectedError("no_body", f"no node that {source.extract.each!r} finds has text")
    return list(articles.values())


def _article(node: lxml.html.HtmlElement, page: Page, source: Source) -> Article:
    part = Document(lxml.html.tostring(node, encoding="unicode", with_tail=False))
    link = _link(part, page, source.extract)  # before `drop` takes it out
    given = override(part, source.extract)
    title = given.get("title") or " ".join(line.text for head in part.tree.cssselect(_HEADINGS)[:1] for line in lines_in(head))
    moment = _moment(given.get("published_at") or "", page, source)
    text = given.get("body")
    if text is None:
        _take_out(part, source.extract)
        moment, text = _rest(part, moment, page, source)
    told = Told(link or page.link, title, text, moment, given.get("publisher"), tuple(given.get("authors", "").split()))
    article = flash(page, source, told)
    return article if link else _named(article, page, node.get("id") or article.text_hash[:12])


def _link(part: Document, page: Page, rules: Override) -> str | None:
    """Return the address that an article has of its own, or None: a place on its page (`#…`) is none."""
    for node in part.tree.cssselect(rules.url)[:1] if rules.url else ():
        for link in node.cssselect("[href]")[:1]:
            href = link.get("href", "").strip()
            with suppress(ValueError):
                return canonical_url(urljoin(page.url, href)) if href and not href.startswith("#") else None
    return None


def _take_out(part: Document, rules: Override) -> None:
    """Take the fields that stand beside the text out of it."""
    places = [place for place in (*rules.places().values(), _HEADINGS) if not place.startswith(STATE)]
    for found in [node for place in places for node in part.tree.cssselect(place)[:1]]:
        if found is not part.tree and found.getparent() is not None:  # two places may be one node
            found.drop_tree()


def _rest(part: Document, moment: Moment | None, page: Page, source: Source) -> tuple[Moment | None, str]:
    """Return the text lines of a node, without the label that prints its time, and the time."""
    lines = [line.text for line in lines_in(part.tree)]
    label = next((line for line in lines if len(line) <= _LABEL and _moment(line, page, source)), None)
    if moment is None and label is not None:
        moment = _moment(label, page, source)
        lines.remove(label)
    return moment, "\n".join(lines)


def _moment(text: str, page: Page, source: Source) -> Moment | None:
    """Return the time that a text prints; a bare clock time is one of the day that the listing gives the page, where it gives one."""
    moment = stated_moment(text, page.fetched_at, source.zone)
    return moment or (read_clock(text, page.day, page.fetched_at, source.zone) if page.day else None)


def _named(article: Article, page: Page, name: str) -> Article:
    """Return an article that has no address of its own as a fragment of its page."""
    url = f"{canonical_url(page.link)}#{quote(name)}"
    identity = article_id(url)
    return article.model_copy(update={"url": url, "article_id": identity, "story_id": identity})
