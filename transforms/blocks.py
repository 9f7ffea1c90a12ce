"""The text lines of a piece of HTML: one per block, as a reader sees them."""

from collections.abc import Iterator

import lxml.etree
import lxml.html

from transforms.text import tidy

_BLOCKS = frozenset(
    tag
    for line in (
        "address article aside blockquote br center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6",
        "header hr li main nav ol p pre section table tbody td th tr ul",
    )
    for tag in line.split()
)
_HIDDEN = frozenset(["script", "style", "noscript", "select", "template", "textarea", "button", "iframe", "object"])


def lines_of(node: lxml.html.HtmlElement) -> list[str]:
    """Return the tidied, non-empty lines of an element, in their order; scripts and form fields have none."""
    lines = [tidy(line) for line in "".join(_pieces(node)).split("\n")]
    return [line for line in lines if line]


def lines_of_html(fragment: str) -> list[str]:
    """Return the lines of a fragment of HTML; one that holds nothing gives none."""
    try:
        return lines_of(lxml.html.fragment_fromstring(fragment, create_parent="div"))
    except lxml.etree.LxmlError:
        return []


def _pieces(root: lxml.html.HtmlElement) -> Iterator[str]:
    """Yield the text of an element and its descendants, a line feed at every edge of a block. Not recursive."""
    hidden: lxml.html.HtmlElement | None = None
    for event, node in lxml.etree.iterwalk(root, events=("start", "end")):
        tag = node.tag
        if event == "start":
            if hidden is None and (tag in _HIDDEN or not isinstance(tag, str)):
                hidden = node
            elif hidden is None:
                yield ("\n" if tag in _BLOCKS else "") + (node.text or "").replace("\n", " ")
            continue
        if hidden is node:
            hidden = None
        elif hidden is None and tag in _BLOCKS:
            yield "\n"
        if hidden is None and node is not root:
            yield (node.tail or "").replace("\n", " ")
