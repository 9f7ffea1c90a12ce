"""The headline: the line that the document's title names, or the heading next to the article."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from transforms.document import Document, Line
from transforms.text import fold, tidy

_LONGEST = 100  # characters of a headline
_SHARE = 0.4  # of the document's title that a line has to make up to be what the title names
_BEFORE = 14  # lines before the article among which its heading may stand
_HEADING = {"h1": 4, "h2": 3, "h3": 2, "h4": 1, "h5": 1, "th": 1}
_NAMED = re.compile(r"title|headline|biaoti|(?:^|[-_ ])(?:tit|bt|h1)(?:$|[-_ \d])", re.IGNORECASE)
_PATH = re.compile(r"首页|当前位置|您(?:现在)?(?:所)?在的?位置|>>|»|›|^\s*正文\s*$")
_BREAK = re.compile(r"\s*[_|｜]\s*|\s+[-–—]+\s*|\s*(?:--+|—{2,}|－)\s*|[-–—](?=[^-–—_|]{2,16}$)")
# A label of the medium, as lists show it; [快讯], 【收评】 or 视频丨 are words of the headline.
_MEDIUM = re.compile(r"^\s*(?:\[|［|【|〔)\s*(?:高清)?(?:视频|图文|组图|多图|图集|图片|图|音频)\s*(?:\]|］|】|〕)\s*(?=\S)")
_SITE = re.compile(r"网|报|频道|资讯|门户|中心|在线|客户端|新闻|财经|公众号|Paper|\.com|\.cn", re.IGNORECASE)


class Headline(NamedTuple):
    """A headline and the number of the line that prints it, None where only the document's title has it."""

    text: str
    number: int | None


def without_medium(text: str) -> str:
    """Return a headline without the label that says in which medium its page tells it: [视频], 【组图】."""
    return _MEDIUM.sub("", text)


def find_headline(document: Document, start: int) -> Headline | None:
    """Return the headline of the article whose text begins at line `start`, or None where the page has none."""
    stated = document.title or document.meta("og:title")
    return (
        _named(document.lines, stated, start) or _heading(document.lines[max(0, start - _BEFORE) : start + 2]) or _stem(document)
    )


def _named(lines: Sequence[Line], title: str, start: int) -> Headline | None:
    """Return the longest line that the document's title contains; of several the last one before the article."""
    folded = fold(title)
    best: tuple[int, int] | None = None
    found = None
    for line in lines:
        if line.number > start + 1:
            break
        if not 4 <= len(line.text) <= _LONGEST or line.is_link or _PATH.search(line.text):
            continue
        text = fold(line.text)
        if len(text) < max(4, len(folded) * _SHARE) or text not in folded:
            continue
        rank = (len(text), line.number)
        if best is None or rank > best:
            best, found = rank, Headline(line.text, line.number)
    return _with_second_line(lines, found, folded) if found else None


def _with_second_line(lines: Sequence[Line], found: Headline, folded: str) -> Headline:
    """Return the headline with the line below it, where the document's title goes on with that line."""
    number = found.number
    below = next((line for line in lines if number is not None and line.number == number + 1), None)
    if below and len(fold(below.text)) >= 4 and fold(found.text) + fold(below.text) in folded:
        return Headline(f"{found.text} {below.text}", below.number)
    return found


def _heading(lines: list[Line]) -> Headline | None:
    """Return the heading among the lines before an article: a heading's tag, or a class that says so."""
    best, found = 0.0, None
    for place, line in enumerate(lines):
        if not 5 <= len(line.text) <= _LONGEST or line.is_link or _PATH.search(line.text):
            continue
        names = f"{line.node.get('class') or ''} {line.node.get('id') or ''}"
        rank = max(_HEADING.get(str(line.node.tag), 0), 3.5 if _NAMED.search(names) else 0) + place / len(lines) / 2
        if rank >= 1 and rank > best:
            best, found = rank, Headline(line.text, line.number)
    return found


def _stem(document: Document) -> Headline | None:
    """Return the document's title without the site's name, or None when that is all it has."""
    text = document.meta("og:title") or document.title
    while (breaks := list(_BREAK.finditer(text))) and breaks[-1].start():
        rest = text[breaks[-1].end() :]
        if len(rest) > 16 and not _SITE.search(rest):
            break
        text = text[: breaks[-1].start()]
    text = tidy(text.strip("-_|—"))
    return Headline(text, None) if len(fold(text)) >= 2 else None
