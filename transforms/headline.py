"""The headline: the line that the document's title names, or the heading next to the article."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from crawlers.clock import read_full_date
from transforms.container import prose_weight
from transforms.document import Document, Line
from transforms.furniture import is_furniture
from transforms.text import fold, tidy

_LONGEST = 100  # characters of a headline
_ROWS = 4  # lines of one heading
_SHARE = 0.4  # of the document's title that a line has to make up to be what the title names
_BEFORE = 14  # lines before the article among which its heading may stand
_HEADING = {"h1": 4, "h2": 3, "h3": 2, "h4": 1, "h5": 1, "th": 1}
_NAMED = re.compile(r"title|headline|biaoti|(?:^|[-_ ])(?:tit|bt|h1)(?:$|[-_ \d])", re.IGNORECASE)
_PATH = re.compile(r"首页|当前位置|您(?:现在)?(?:所)?在的?位置|>>|»|›|^\s*正文\s*$")
_BREAK = re.compile(  # GPT-5 and 2026-2027 are words
    r"\s*[_|｜]\s*|\s+[-–—]+\s*|\s*(?:--+|—{2,}|－)\s*|(?<![A-Za-z\d])[-–—]|[-–—](?![A-Za-z\d])"
)
# A label of the medium, as lists show it; [快讯], 【收评】 or 视频丨 are words of the headline.
_MEDIUM = re.compile(r"^\s*(?:\[|［|【|〔)\s*(?:高清)?(?:视频|图文|组图|多图|图集|图片|图|音频)\s*(?:\]|］|】|〕)\s*(?=\S)")
_SLOGAN = 10  # folded characters; a document's title that is no longer may be the site's
_CENTRED = re.compile(r"text-align:\s*center", re.IGNORECASE)
_TIME_LINE = 110  # characters; a longer line with a date is prose
_BADGE = re.compile(r"(?:已?付费(?:阅读)?|会员(?:专享|免费)?|VIP|原创|转载|独家|推荐|置顶|精华|HOT|NEW)", re.IGNORECASE)
_COUNTER = re.compile(r"\s*[（(]\s*\d{1,3}\s*/\s*\d{1,3}\s*[)）]$")  # of a gallery's pictures
_TITLE = 300  # characters of a document's title that are looked at
_TAIL = 16  # characters; what stands behind a break and is longer is no site's name alone
_TEXT = 5000  # characters of prose in which a title's words are looked for
_NAME = 4  # folded characters; so short a tail is a name, though the text may have its words
_WORDS = 0.75  # of a tail's pairs of characters; one of which the text has so many is part of the headline
_SITE = re.compile(r"网|报|频道|资讯|门户|中心|在线|客户端|新闻|财经|公众号|Paper|\.com|\.cn", re.IGNORECASE)


_OF_SITE = re.compile(r"(?:(?<![电联])[网網]|(?<![通快简财年预喜捷情海公月季])[报報]|[网網]站|频道|在线|客户端|门户|资讯)$")
_CHANNEL = re.compile(r".(?:新闻|财经|新闻中心|公众号|Paper|\.com|\.cn)$", re.IGNORECASE)


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
    found = _named(document.lines, stated, start) or _heading(document.lines[max(0, start - _BEFORE) : start + 2])
    return found or _set_apart(document, start) or _stem(document, start)


def bare_headings(document: Document) -> None:
    """Take out of the headings a badge that is an element of its own, and a counter that the document's title has not."""
    for heading in list(document.tree.iter("h1")):
        printed = text = tidy(heading.text_content())
        *_, last = heading.iter()
        badge = tidy(last.text_content())
        if len(printed) <= _LONGEST and last is not heading and _BADGE.fullmatch(badge):
            text = printed.removesuffix(badge).rstrip()
        counter = _COUNTER.search(text)
        if counter and counter[0].strip() not in document.title:
            text = text[: counter.start()]
        if text and text != printed:
            for child in [*heading]:
                heading.remove(child)
            heading.text = text


def _named(lines: Sequence[Line], title: str, start: int) -> Headline | None:
    """Return the longest line or heading that the document's title contains; of several the last one before the article."""
    folded = fold(title)
    best: tuple[int, int] | None = None
    found = None
    for line in lines[: start + 2]:
        if not _may_be_headline(line, 4) or fold(line.text) not in folded:
            continue
        headline = _of_one_heading(lines, line, folded)
        length = len(fold(headline.text))
        if length < max(4, len(folded) * _SHARE):
            continue
        if best is None or (length, line.number) > best:
            best, found = (length, line.number), headline
    return _with_other_lines(lines, found, folded) if found else None


def _may_be_headline(line: Line, shortest: int = 5) -> bool:
    return shortest <= len(line.text) <= _LONGEST and not line.is_link and not _PATH.search(line.text)


def _of_one_heading(lines: Sequence[Line], line: Line, folded: str) -> Headline:
    """Return a line with those behind it in the same heading, as far as the document's title goes on with them."""
    text, last = line.text, line.number
    for other in lines[line.number + 1 : line.number + _ROWS] if line.node.tag in _HEADING else ():
        if other.node is not line.node or fold(text + other.text) not in folded:
            break
        text, last = f"{text} {other.text}", other.number
    return Headline(text, last)


def _with_other_lines(lines: Sequence[Line], found: Headline, folded: str) -> Headline:
    """Return the headline with the line below it, or the heading above, where the document's title has both together."""
    text, number = found
    below = lines[number + 1] if number is not None and number + 1 < len(lines) else None
    if below and len(fold(below.text)) >= 4 and fold(text) + fold(below.text) in folded:
        return Headline(f"{text} {below.text}", below.number)
    above = lines[number - 1] if number else None
    if above and above.node.tag in _HEADING and _may_be_headline(above, 4) and fold(above.text) + fold(text) in folded:
        return Headline(f"{above.text} {text}", number)
    return found


def _heading(lines: list[Line]) -> Headline | None:
    """Return the heading among the lines before an article: a heading's tag, or a class that says so."""
    best, found = 0.0, None
    for place, line in enumerate(lines):
        if not _may_be_headline(line):
            continue
        names = f"{line.node.get('class') or ''} {line.node.get('id') or ''}"
        rank = max(_HEADING.get(str(line.node.tag), 0), 3.5 if _NAMED.search(names) else 0) + place / len(lines) / 2
        if rank >= 1 and rank > best:
            best, found = rank, Headline(line.text, line.number)
    return found


def _set_apart(document: Document, start: int) -> Headline | None:
    """Return the centred or bold line right before the time or the text, where the document's title is not the headline.

    A title that no line prints, that is short and tells less of the text than the line does, is a site's name or slogan.
    """
    stem = _stem(document, start)
    if stem and len(fold(stem.text)) > _SLOGAN:
        return None
    lines = document.lines[max(0, start - _BEFORE) : start]
    times = (place for place, line in enumerate(lines) if len(line.text) <= _TIME_LINE and read_full_date(line.text))
    above = [line for line in lines[: max(times, default=len(lines))] if not is_furniture(line.text)]
    if not above or not _may_be_headline(above[-1]) or not _is_set_apart(above[-1]):
        return None
    text = fold("".join(line.text for line in document.lines[start:]))
    other = stem.text if stem and not _OF_SITE.search(stem.text) else ""  # the text may name 样州新闻网 as its source
    tells_more = _told(above[-1].text, text) > _told(other, text)
    return Headline(above[-1].text, above[-1].number) if tells_more else None


def _is_set_apart(line: Line) -> bool:
    """Whether a line is centred, or bold as a whole."""
    node = line.node
    centred = node.tag == "center" or node.get("align") == "center" or _CENTRED.search(node.get("style") or "")
    return bool(centred) or any(tidy(bold.text_content()) == line.text for bold in node.iter("b", "strong"))


def _told(title: str, text: str) -> float:
    """Return the share of a title's pairs of characters that stand in a text."""
    pairs = ["".join(pair) for pair in pairwise(fold(title))]
    return sum(pair in text for pair in pairs) / max(1, len(pairs))


def _stem(document: Document, start: int) -> Headline | None:
    """Return the document's title without the site's name, or None when that is all it has."""
    text = (document.meta("og:title") or document.title)[:_TITLE]
    told = ""
    for mark in reversed([*_BREAK.finditer(text)]):
        told = told or fold("".join(line.text for line in document.lines[start:] if prose_weight(line))[:_TEXT])
        if not mark.start() or not _is_of_site(text[: mark.start()], mark[0], text[mark.end() :], told):
            break
        text = text[: mark.start()]
    text = tidy(text.strip("-_|—"))
    return Headline(text, None) if len(fold(text)) >= 2 else None


def _is_of_site(head: str, mark: str, tail: str, text: str) -> bool:
    """Whether the last part of a document's title names the site or a channel: it is short, and the text tells nothing of it."""
    short = len(tail) <= _TAIL or _SITE.search(tail) is not None
    if "_" in mark or _OF_SITE.search(tail) or _CHANNEL.search(tail):
        return short
    length = len(fold(tail))
    return short and length < len(fold(head)) and (length <= _NAME or _told(tail, text) < _WORDS)
