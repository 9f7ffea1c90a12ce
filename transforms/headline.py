"""The headline: the heading that the document's title begins with, without the site's suffix."""

import re

import lxml.html

from transforms.text import fold, tidy

_SUFFIX = re.compile(r"\s*(?:[_|｜]|\s[-–—]+\s?|--+|－)\s*")


def headline(tree: lxml.html.HtmlElement) -> str | None:
    """Return a page's headline, or None where the page has neither heading nor title."""
    title = tidy(tree.findtext(".//title") or "")
    heads = [tidy(node.text_content()) for node in tree.iter("h1", "h2", "h3")]
    printed = [head for head in heads if len(head) >= 4]
    for head in printed:
        if fold(head) and fold(title).startswith(fold(head)):
            return head
    shared = _meta(tree, "og:title")
    stem = _SUFFIX.split(shared or title)[0].strip()
    if stem:
        return next((head for head in printed if fold(stem).startswith(fold(head)[:40])), stem)
    return printed[0] if printed else None


def _meta(tree: lxml.html.HtmlElement, name: str) -> str:
    for node in tree.iter("meta"):
        if name in (node.get("property"), node.get("name")):
            return tidy(node.get("content", ""))
    return ""
