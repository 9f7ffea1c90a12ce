"""The parts of an article that a site spreads over several pages (下一页)."""

import re
from urllib.parse import parse_qsl, urljoin, urlsplit

from parsel import Selector

from crawlers.page import ContentError, Page

MOST = 30
"""Parts of one article that are fetched at most; what goes on behind them is a list, not an article."""

_DIGITS = 9  # of a part's number at most; Python refuses to read thousands
_TURNED = ("下", "下一", "后", "后一")  # stand before 页
_REST = ("余下全文", "继续阅读")
_NEXT = re.compile(rf"[\W_]*(?:(?:{'|'.join(_TURNED)})[页頁]|{'|'.join(_REST)})[\W_]*")
_NUMBERED = re.compile(r"(?P<stem>.*?)(?:(?<!\d{4}-\d\d)[_-](?P<number>\d{1,3}))?(?P<end>\.\w{3,5})?")
_COUNTERS = frozenset(["p", "page", "pn", "pageno", "page_no", "pageindex"])


def next_part(page: Page) -> str | None:
    """Return the address of the part that follows `page`, as the page links it, or None where it is the last.

    A link 下一页 counts only when its address is this page's with the next number (`c123.html`, `c123_2.html`, `?page=2`); on
    many pages it leads to another article. An article's first page has no number, or begins to count; `news_101.html` is an
    article among others.
    """
    try:
        text = page.text
    except ContentError:
        return None
    if not _may_go_on(text) or (page.kind != "part" and _number(page.url) > 1):
        return None
    for link in Selector(text=text, type="html").css("a[href]"):
        if _NEXT.fullmatch("".join(link.css("::text").getall()).strip()):
            try:
                address = urljoin(page.url, link.attrib["href"].strip())
                if _follows(page.url, address):
                    return address
            except ValueError:
                continue
    return None


def _may_go_on(text: str) -> bool:
    """Whether the words of a link to a next part stand in a page; one character is found far sooner than any word."""
    turned = (before.endswith(_TURNED) for sheet in "页頁" for before in text.split(sheet)[:-1])
    return any(turned) or any(words[0] in text and words in text for words in _REST)


def _follows(this: str, other: str) -> bool:
    one, two = urlsplit(this), urlsplit(other)
    if (one.scheme in ("http", "https"), one.netloc) != (two.scheme in ("http", "https"), two.netloc):
        return False
    if one.path == two.path:
        (rest, number), (other_rest, next_number) = _counted(one.query), _counted(two.query)
        return rest == other_rest and next_number == number + 1
    before, after = _numbered(one.path), _numbered(two.path)
    # The second part of c123.html is c123_2.html; where counting begins at 0 it is c123_1.html.
    return one.query == two.query and before[0] == after[0] and after[1] in (before[1] + 1, *([1] if before[1] == 1 else []))


def _number(address: str) -> int:
    """Return the number of a page among the parts of its article, 1 where its address tells none."""
    parts = urlsplit(address)
    return max(_numbered(parts.path)[1], _counted(parts.query)[1])


def _numbered(path: str) -> tuple[tuple[str, str], int]:
    """Return a path without its part's number, and the number, 1 where it has none."""
    match = _NUMBERED.fullmatch(path)
    assert match is not None  # everything in it is optional
    return (match["stem"], match["end"] or ""), int(match["number"] or 1)


def _counted(query: str) -> tuple[list[tuple[str, str]], int]:
    pairs = parse_qsl(query, keep_blank_values=True)
    rest = [pair for pair in pairs if pair[0].lower() not in _COUNTERS]
    numbers = [value for name, value in pairs if name.lower() in _COUNTERS and value.isdecimal() and len(value) <= _DIGITS]
    return rest, int(numbers[0]) if numbers else 1
