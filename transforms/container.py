"""The container: the element that holds the article, found by where prose stands, not by names of classes."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

import lxml.html

from transforms.document import Line
from transforms.furniture import is_furniture

_MARK = re.compile(r"[，。；：！？、“”（）「」]")
_STOP = re.compile(r"[，。；：！？]")  # a cloud of links has none
# A paragraph's weight counts for what holds the paragraph, not for itself.
_BESIDE_TAGS = ("footer", "aside", "nav")
_BESIDE = re.compile(
    r"(?<![a-z])(?:comments?|pinglun|repl(?:y|ies)|foot(?:er)?|copyright|recommend(?:ed)?|related|sidebar|rank(?:ing)?)(?![a-z])",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"(?<![a-z])about(?:[-_]?us)?(?![\w-])", re.IGNORECASE)
_PARAGRAPHS = frozenset(["p", "blockquote", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "pre", "center", "figcaption"])
_DECAY = 0.6  # per level: the innermost element that holds most paragraphs wins over all that is around it
_LEAST = 0.02  # below this share of its weight a line is no longer passed on
_PART = 0.25  # of the container's weight: a sibling of that much holds a part of the article
_SHORT = 10  # characters that are no link; a shorter line is no prose


def find_container(lines: Sequence[Line]) -> lxml.html.HtmlElement | None:
    """Return the element that most prose stands in, or None for a page without prose.

    Prose in what calls itself a footer, a comment or a recommendation counts only on a page that has no other; notices never do.
    """
    beside: dict[lxml.html.HtmlElement, bool] = {}
    own = [line for line in lines if prose_weight(line) and not _is_beside(line.node, beside)]
    weights: dict[lxml.html.HtmlElement, float] = defaultdict(float)
    for line in own or lines:
        weight = prose_weight(line)
        if weight and is_furniture(line.text):
            continue
        node: lxml.html.HtmlElement | None = line.node
        while node is not None and node.tag in _PARAGRAPHS:
            node = node.getparent()
        share = 1.0
        while weight and node is not None and share > _LEAST:
            weights[node] += weight * share
            share *= _DECAY
            node = node.getparent()
    return _with_siblings(max(weights, key=lambda one: weights[one]), weights) if weights else None


def _is_beside(node: lxml.html.HtmlElement | None, known: dict[lxml.html.HtmlElement, bool]) -> bool:
    """Whether an element, or one around it, is beside the article by its own name; `known` holds what was found out."""
    path = []
    while node is not None and node not in known:
        path.append(node)
        node = node.getparent()
    answer = node is not None and known[node]
    for one in reversed(path):
        names = f"{one.get('id') or ''} {one.get('class') or ''}"
        answer = answer or one.tag in _BESIDE_TAGS or (len(names) > 1 and _is_named_beside(names, one))
        known[one] = answer
    return answer


def _is_named_beside(names: str, node: lxml.html.HtmlElement) -> bool:
    """Whether an element is beside the article by its names; what is called about may be about the site, or hold the headline."""
    return _BESIDE.search(names) is not None or (_ABOUT.search(names) is not None and node.find(".//h1") is None)


def _with_siblings(node: lxml.html.HtmlElement, weights: Mapping[lxml.html.HtmlElement, float]) -> lxml.html.HtmlElement:
    """Return the parent where the article goes on in siblings of the same make, with pictures between them; else the node."""
    parent = node.getparent()
    if parent is None or not node.get("class"):
        return node
    same = [one for one in parent if one is not node and one.tag == node.tag and one.get("class") == node.get("class")]
    return parent if any(weights.get(one, 0) >= weights[node] * _PART for one in same) else node


def prose_weight(line: Line) -> float:
    """Return how much a line looks like prose: its length and punctuation; 0 for short lines and for links."""
    plain = len(line.text) - line.linked
    if plain < _SHORT or line.linked >= plain:
        return 0.0
    marks = len(_MARK.findall(line.text)) if not line.linked or _STOP.search(line.text) else 0
    return 3 * marks + plain / 10 if marks else plain / 50
