"""A page as its reader sees it: the lines of text in their order, one per block, each with the place where it stands."""

import json
import re
from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

import lxml.etree
import lxml.html

from transforms.reject import RejectedError
from transforms.text import tidy

_BLOCKS = frozenset(
    tag
    for line in (
        "address article aside blockquote br center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6",
        "header hr li main nav ol p pre section table tbody td th tr ul",
    )
    for tag in line.split()
)
# The parser ends at an early </html>, as templates put together by servers have them; browsers go on.
# The parser needs quadratic time for a tag's attributes; a tag of more is no part of an article.
_OVERLONG = re.compile(r"<[a-zA-Z][^<>]{20000,}>?")
_ATTRIBUTES = 2000
_TAGS = 500_000  # begins and ends of elements; the largest pages have some ten thousand
_HTML = re.compile(r"<(?:!doctype|html|head|body|title)\b", re.IGNORECASE)
_OBJECT = re.compile(r"\{\s*\"")  # a template's bracket in front of HTML is followed by a word
_DECODER = json.JSONDecoder(strict=False)
_END = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_LABEL = 110  # characters; a longer line is prose
_CARD = 160  # characters of a link that is made of blocks: headline, abstract and date of another article
_VOID = frozenset(["br", "hr"])  # they end a line but hold none
_HIDDEN = frozenset(["script", "style", "noscript", "select", "template", "textarea", "button", "iframe", "object", "title"])


_DAY_BEHIND = re.compile(
    r"\s?[\[（(]?(?:\d{4}[-/.年]\d{1,2}[-/.月]|\d{1,2}[-/月])\d{1,2}日?(?:\s\d\d:\d\d(?::\d\d)?)?[\]）)]?$"  # 10.25 is a figure
)


class Line(NamedTuple):
    """One line: its tidied text, how many of its characters are links, the innermost block that holds it, its number.

    `spaced` is the text with a blank between elements that stand side by side, as far as labels are long; else "".
    """

    text: str
    linked: int
    node: lxml.html.HtmlElement
    number: int
    spaced: str = ""

    @property
    def is_link(self) -> bool:
        """Whether the line is hardly more than a link, and the day behind it."""
        return self.linked > 0 and self.linked * 5 >= len(_DAY_BEHIND.sub("", self.text)) * 4


class Document:
    """A parsed page: its tree, the text of its `<title>` and its visible lines."""

    def __init__(self, html: str) -> None:
        """Parse HTML text; a page that is JSON has an empty tree and one script.

        Raises RejectedError: `not_html` for a document that is empty, or nested so deep that the parser leaves out what follows,
        `too_large` for one of more tags than any page has.
        """
        self._json = html if _is_json(html) else None
        if self._json:
            html = "<html></html>"
        if html.count("<") > _TAGS:
            raise RejectedError("too_large", f"the page has more than {_TAGS} tags")
        parser = _parser()
        try:
            sound = _OVERLONG.sub(_without_flood, _END.sub("", html))
            tree = lxml.html.document_fromstring(sound.encode("utf-8", "replace"), parser=parser)
        except lxml.etree.ParserError as error:
            raise RejectedError("not_html", "the document is empty") from error
        if any(error.type == lxml.etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log):
            raise RejectedError("not_html", "the elements of the page are nested too deep")
        self.tree: lxml.html.HtmlElement = tree
        self._nodes = list(tree.iter())  # held, since lxml makes those that nobody holds anew in each walk
        self.title = tidy(tree.findtext(".//title") or "")
        self.lines: list[Line] = []

    def read(self) -> None:
        """Find the visible lines; called when what is not wanted has been taken out of the tree."""
        self.lines = lines_in(self.tree)  # not its body alone: broken pages have text behind it

    def under(self, node: lxml.html.HtmlElement) -> list[Line]:
        """Return the lines that stand inside an element."""
        inside = set(node.iter())
        return [line for line in self.lines if line.node in inside]

    def named(self, *names: str) -> str:
        """Return the text of the first element whose id or one of whose classes is one of the names, or "".

        Elements that are not displayed count: some sites keep hidden fields for search engines (`pubtime_baidu`).
        """
        texts = (tidy(node.text_content()) for name in names for node in self._names.get(name, ()))
        return next(filter(None, texts), "")

    def named_like(self, pattern: re.Pattern[str]) -> str:
        """Return the text of the first element with an id or a class in which `pattern` is found, or ""."""
        texts = (tidy(node.text_content()) for name, nodes in self._names.items() if pattern.search(name) for node in nodes)
        return next(filter(None, texts), "")

    @cached_property
    def _names(self) -> dict[str, list[lxml.html.HtmlElement]]:
        """Elements by each of their names: id and classes."""
        found: dict[str, list[lxml.html.HtmlElement]] = defaultdict(list)
        for node in self.tree.iter("*"):
            identity, classes = node.get("id"), node.get("class")
            if identity or classes:
                for name in {*(identity or "").split(), *(classes or "").split()}:
                    found[name].append(node)
        return found

    @cached_property
    def fields(self) -> list[str]:
        """The texts of fields that are too long to be typed by a reader: some sites keep an article there for a script."""
        return [text for node in self.tree.iter("textarea") if len(text := node.text_content()) >= _LABEL]

    @cached_property
    def scripts(self) -> list[str]:
        """The texts of the page's scripts; of a page that is JSON, its whole text."""
        if self._json is not None:
            return [self._json]
        return [node.text for node in self.tree.iter("script") if node.text]

    def meta(self, *names: str) -> str:
        """Return the content of the first `<meta>` with one of the names (property, name or itemprop), or ""."""
        return next((tidy(content) for name, content in self._metas if name in names), "")

    @cached_property
    def _metas(self) -> list[tuple[str, str]]:
        """Name and content of each `<meta>` that has some content."""
        named = (
            (node.get("property") or node.get("name") or node.get("itemprop") or "", node.get("content", ""))
            for node in self.tree.iter("meta")
        )
        return [(name.strip().lower(), content) for name, content in named if content.strip()]


def _parser() -> lxml.html.HTMLParser:
    """Return a parser that reads 2048 elements inside one another, where others end at 256: pages leave many unclosed."""
    return lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)


def _is_json(text: str) -> bool:
    """Whether a page is JSON: by its beginning, and where it may be HTML behind a bracket by parsing it."""
    text = text.lstrip()
    if _OBJECT.match(text) or text[:1] not in ("{", "[") or not _HTML.search(text):
        return text[:1] in ("{", "[")
    try:
        _, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return not _HTML.search(text, end)


def _without_flood(tag: re.Match[str]) -> str:
    return "" if len(tag[0].split(maxsplit=_ATTRIBUTES)) > _ATTRIBUTES else tag[0]


def lines_in(root: lxml.html.HtmlElement) -> list[Line]:
    """Return the visible lines of an element: without scripts, form fields and what is not displayed. Not recursive."""
    return _Reader(root).lines


def lines_of_html(fragment: str) -> list[str]:
    """Return the text lines of a fragment of HTML; one that holds nothing gives none."""
    try:
        whole = fragment.encode("utf-8", "ignore").decode()  # behind half of an emoji lxml reads nothing
        return [line.text for line in lines_in(lxml.html.fragment_fromstring(whole, create_parent="div", parser=_parser()))]
    except lxml.etree.LxmlError:
        return []


class _Reader:
    """Walks an element once and collects its lines."""

    def __init__(self, root: lxml.html.HtmlElement) -> None:
        self.lines: list[Line] = []
        self._blocks = [root]
        self._pieces: list[str] = []
        self._linked = 0
        self._links: list[lxml.html.HtmlElement] = []  # that are open
        hidden: lxml.html.HtmlElement | None = None
        for event, node in lxml.etree.iterwalk(root, events=("start", "end")):
            if event == "start":
                if hidden is None and node is not root and _is_hidden(node):
                    hidden = node
                elif hidden is None:
                    self._enter(node)
                continue
            if hidden is None:
                self._leave(node)
            elif hidden is node:
                hidden = None
            if hidden is None and node is not root:
                self._text(node.tail)
        self._end_line()

    def _enter(self, node: lxml.html.HtmlElement) -> None:
        if node.tag in _BLOCKS:
            self._end_line()
            if node.tag not in _VOID:
                self._blocks.append(node)
        elif _is_link(node):
            self._links.append(node)
        self._text(node.text)

    def _leave(self, node: lxml.html.HtmlElement) -> None:
        if node.tag in _BLOCKS:
            self._end_line()
            if node.tag not in _VOID:
                self._blocks.pop()
        elif self._links and self._links[-1] is node:
            self._links.pop()

    def _text(self, text: str | None) -> None:
        if not text:
            return
        for number, piece in enumerate(text.split("\n") if self._blocks[-1].tag == "pre" else (text,)):
            if number:
                self._end_line()
            self._pieces.append(piece)
            if self._links:
                self._linked += len(piece.strip())

    def _end_line(self) -> None:
        if self._pieces:
            whole = "".join(self._pieces)
            if not whole.isspace() and (text := tidy(whole)):
                spaced = tidy(" ".join(self._pieces)) if len(self._pieces) > 1 and len(text) <= _LABEL else ""
                self.lines.append(Line(text, min(self._linked, len(text)), self._blocks[-1], len(self.lines), spaced))
            self._pieces.clear()
            self._linked = 0


def _is_hidden(node: lxml.html.HtmlElement) -> bool:
    if node.tag in _HIDDEN or not isinstance(node.tag, str):
        return True
    style = node.get("style")
    return style is not None and "display:none" in style.lower().replace(" ", "")


def _is_link(node: lxml.html.HtmlElement) -> bool:
    """Whether an element is a link; one that was never closed holds half of the page, and is none."""
    if node.tag != "a":
        return False
    holds_blocks = any(child.tag in _BLOCKS for child in node)
    return not (holds_blocks and (not node.get("href") or len(node.text_content()) > _CARD))
