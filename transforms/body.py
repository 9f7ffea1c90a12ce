"""The body: the article's container, what trafilatura makes of it, and the lines that a reader sees in it as the check."""

import copy
import re
from itertools import accumulate
from typing import NamedTuple

import lxml.etree
import lxml.html
import trafilatura

from transforms.container import find_container, prose_weight
from transforms.document import Document, Line
from transforms.lines import ENDS, HEADINGS, ROW, clean_lines, with_rows
from transforms.text import fold

_AGREE = 0.02  # share of the characters that trafilatura may leave out
_LARGE = 300_000  # characters; trafilatura is not asked about a larger container
_MANY = 20_000  # elements; nor about what has more of them
_DEEP = 256  # elements inside one another; nor about what is deeper: its time grows with the square
_PROSE = 10.0  # weight of a line with which an article may begin
_SENTENCE = 25  # characters; a shorter line that ends like no sentence may be anything
_SHORTEST = 20  # folded characters of the shortest article
_TEASERS = 3  # lines
_TRIES = 4  # lists of other articles that a page may have before its own
_LISTED = re.compile(r"^\s*- ")  # how trafilatura marks the items of a list; -3.2% is a figure
_TINY = 60  # folded characters; below this the container may be the wrong one


class FoundArticle(NamedTuple):
    """Where the article stands: its container and the container's lines; None and no lines on a page without prose."""

    container: lxml.html.HtmlElement | None
    lines: list[Line]

    @property
    def start(self) -> int:
        """The number of the line that the article's text begins with; 0 where there is none."""
        begun = (line.number for line in self.lines if prose_weight(line) >= _PROSE)
        return next(begun, self.lines[0].number if self.lines else 0)


def find_article(document: Document) -> FoundArticle:
    """Find the article on a page; a list of the beginnings of other articles is none."""
    lines = document.lines
    for _ in range(_TRIES):
        container = find_container(lines)
        found = [] if container is None else document.under(container)
        if not _are_teasers(found):
            return FoundArticle(container, found)
        passed = {line.number for line in found}
        lines = [line for line in lines if line.number not in passed]
    return FoundArticle(None, [])


def _are_teasers(lines: list[Line]) -> bool:
    """Whether lines are but the beginnings of articles: most end with dots, and links to these stand in them or before them."""
    before = [None, *lines]
    linked = (line for line, above in zip(lines, before, strict=False) if line.linked or (above is not None and above.is_link))
    teasers = sum(_is_cut(line.text) for line in linked)
    return teasers >= _TEASERS and 2 * teasers > sum(1 for line in lines if prose_weight(line))


def _is_cut(text: str) -> bool:
    return text.endswith(("…", "..."))


def holds_text(article: FoundArticle) -> bool:
    """Whether the container holds more than a caption."""
    lengths = (len(fold(line.text)) for line in article.lines if not line.is_link)
    return any(length >= _TINY for length in accumulate(lengths))


def body_of(document: Document, article: FoundArticle, title: str) -> list[str]:
    """Return the paragraphs of an article; none where the page has none.

    trafilatura reads the container alone. Its text stands when it is that of the lines that a reader sees there, in their
    order and but for a few that are neither sentences nor headings nor rows of a table; else the lines stand. Where the
    container holds next to nothing, trafilatura reads the whole page.
    """
    lines = with_rows(article.lines)
    own = clean_lines(lines, title)
    if article.container is None or sum(len(fold(line)) for line in own) < _SHORTEST:
        return max(own, _read_page(document, title), key=lambda some: sum(map(len, some)))
    length = sum(map(len, own))
    is_asked = length < _LARGE and not _is_intricate(article.container)
    read = clean_lines(_trafilatura(_alone(article.container)), title) if is_asked else []
    whole = {fold(line.text) for line in lines if line.node.tag in HEADINGS or line.node.tag == ROW}
    lost = _lost(read, own)
    stands = lost is not None and sum(map(len, lost)) <= length * _AGREE
    return read if stands and not any(_counts(line) or fold(line) in whole for line in lost or ()) else own


def _lost(read: list[str], own: list[str]) -> list[str] | None:
    """Return the lines of `own` that are not in `read`; None where `read` has others, or another order."""
    lost, rest = [], iter(own)
    for line in map(fold, read):
        for other in rest:
            if fold(other) == line:
                break
            lost.append(other)
        else:
            return None
    return [*lost, *rest]


def _counts(line: str) -> bool:
    """Whether a line is a sentence."""
    return len(line) >= _SENTENCE or line.endswith(ENDS)


def _read_page(document: Document, title: str) -> list[str]:
    """Return the sentences that trafilatura finds on the whole page, without lines that lead to other articles.

    Where most of them end with dots they are the beginnings of other articles, and there are none.
    """
    if _is_intricate(document.tree):
        return []
    leading = "\n".join(fold(line.text) for line in document.lines if line.linked * 2 >= len(line.text))
    lines = clean_lines(_trafilatura(document.tree), title)
    found = [line for line in lines if _counts(line) and fold(line) not in leading]
    return [] if 2 * sum(map(_is_cut, found)) > len(found) >= _TEASERS else found


def _is_intricate(node: lxml.html.HtmlElement) -> bool:
    """Whether an element holds more elements, or deeper ones, than trafilatura reads in good time."""
    depth = 0
    for number, (event, _) in enumerate(lxml.etree.iterwalk(node, events=("start", "end"))):
        depth += 1 if event == "start" else -1
        if depth > _DEEP or number >= 2 * _MANY:
            return True
    return False


def _alone(node: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """Return a document that has a copy of `node` and nothing else."""
    document = lxml.html.document_fromstring("<html><body></body></html>")
    document[0].append(copy.deepcopy(node))
    return document


def _trafilatura(tree: lxml.html.HtmlElement) -> list[Line]:
    document = trafilatura.bare_extraction(tree, include_comments=False, fast=True)
    text = str(getattr(document, "text", None) or "")
    return [Line(_LISTED.sub("", line).strip("| "), 0, tree, number) for number, line in enumerate(text.split("\n"))]
