"""A page: one HTTP response as it was received, with the facts of its crawl; and the identity of a URL.

Pure: no network, no Scrapy, no WARC. `archive` writes and reads pages, `transforms` make articles of them.
"""

import hashlib
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Literal, NamedTuple
from urllib.parse import urljoin, urlsplit, urlunsplit

from tld import get_fld
from w3lib.url import canonicalize_url

from crawlers.walls import wall_sign

Kind = Literal["seed", "article", "part", "robots", "import", "warc"]

GONE = (404, 410)
"""HTTP statuses that are an answer: what was asked for does not exist."""

MAX_CONTENT = 32 * 1024 * 1024
"""Bytes of one response, compressed or not, above which it is refused (a news page has 0.02 to 0.6 MB)."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PORTS = {"http": 80, "https": 443}
# Parameters that name a reader's way to the page, never the page.
_TRACKING = re.compile(r"utm_\w+|spm|wfr|share_\w+|from_source|hmsr|hmpl|bd_vid|fbclid|gclid")


class ContentError(ValueError):
    """The body does not decompress."""


class TooLargeError(ContentError):
    """The body decompresses to more than `MAX_CONTENT` bytes."""


class Position(NamedTuple):
    """Where a page lies: a file relative to the archive's root and the offset of its record in bytes."""

    file: str
    offset: int


@dataclass(frozen=True)
class Page:
    """One archived HTTP response.

    `url` answered after redirects; `link` is the address that was asked for (a candidate's or a seed's). `body` holds the
    bytes as received, `content` the same without Content-Encoding. `day` is the publication day that the listing gives
    for an article, None where it gives none; for a seed it is the day asked for.
    `position` is None for a page that is not archived.
    """

    url: str
    link: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime
    source: str
    kind: Kind
    day: date | None = None
    position: Position | None = None

    def header(self, name: str) -> str:
        """Return the value of the header `name` (lower case), the last one when it came several times, or ""."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), "")

    @cached_property
    def content(self) -> bytes:
        """Bytes of the document. Raises ContentError for a broken or oversized body or an unknown encoding."""
        body = self.body
        for encoding in reversed(self.header("content-encoding").lower().split(",")):
            body = _decompressed(body, encoding.strip())
        return _decompressed(body, "gzip") if body.startswith(b"\x1f\x8b") else body  # a file that is packed itself: x.xml.gz

    @cached_property
    def text(self) -> str:
        """The document as text; bytes that the encoding does not admit become U+FFFD. Raises ContentError.

        The bytes decide, not the declarations, which are wrong on a tenth of Chinese pages: UTF-8, where no more than a tenth
        of the bytes beyond ASCII speak against it (sites cut texts in the middle of a character), then strict GB 18030 (it
        holds GBK and GB 2312), then strictly what the HTTP header or the document declares, then what leaves fewer errors.
        Big5 alone is believed where it is declared, since nearly all of it is GBK, too.
        """
        return _decoded(self.content, _declared(self))


def _declared(page: Page) -> str:
    found = _CHARSET.search(page.header("content-type").encode() + b"\n" + page.content[:2048])
    return found[1].decode("ascii", "ignore").lower() if found else ""


def _decoded(content: bytes, declared: str) -> str:
    utf8 = content.decode("utf-8-sig", "replace")
    errors = utf8.count("\ufffd")
    if errors == 0 or errors * 10 < len(content.translate(None, delete=_ASCII)):
        return utf8
    for encoding in ("big5hkscs" if declared.startswith("big5") else "gb18030", declared or "gb18030"):
        try:
            return content.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return min(utf8, content.decode("gb18030", "replace"), key=lambda text: text.count("\ufffd"))


_ASCII = bytes(range(128))
_CHARSET = re.compile(rb"""charset=["']?([\w-]+)""", re.IGNORECASE)


_WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}  # deflate may be raw or in a zlib wrapper (RFC 9110, 8.4.1.2)
_UNASKED = ("br", "zstd", "compress", "x-compress")
_MEMBERS = 100  # gzip streams that may follow one another in a body; each costs a copy of what is left


def _decompressed(body: bytes, encoding: str) -> bytes:
    """Return `body` without one Content-Encoding; a word that names none (`utf-8`, `none`) stands for none."""
    if encoding in _UNASKED:
        raise ContentError(f"Content-Encoding {encoding} was never asked for")
    if encoding not in _WINDOWS or not body:
        return body
    for window in _WINDOWS[encoding]:
        with suppress(zlib.error):
            return _unzipped(body, window)
    raise ContentError(f"the body is not {encoding}, or ends before its end")


def _unzipped(body: bytes, window: int) -> bytes:
    """Return what a stream holds, or several of gzip together. Raises zlib.error for another kind or a torn one."""
    pieces, left = [], MAX_CONTENT
    for _ in range(_MEMBERS):
        unzip = zlib.decompressobj(window)
        pieces.append(unzip.decompress(body, left + 1))
        left -= len(pieces[-1])
        if left < 0:
            raise TooLargeError(f"more than {MAX_CONTENT} bytes when decompressed")
        if not unzip.eof:
            raise zlib.error("the end is missing")
        body = unzip.unused_data
        if not body.startswith(b"\x1f\x8b"):  # what else stands behind the end is padding
            return b"".join(pieces)
        window = 31
    raise zlib.error("too many streams")


def canonical_url(url: str) -> str:
    """Return the one form of `url` under which an article is known.

    Control characters, fragment and tracking parameters are dropped, the remaining parameters sorted, escapes and host normalised; a
    baijiahao address keeps only its `id`. Raises ValueError for an address that is no http(s) URL.
    """
    try:
        parts = urlsplit(_CONTROL.sub("", url).strip())
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{url[:200]!r} is not an http(s) URL: {error}") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"{url[:200]!r} is not an http(s) URL")
    # Parameters stay text: decoding them would merge addresses that differ in a GBK escape.
    query = [pair for pair in parts.query.split("&") if not _TRACKING.fullmatch(pair.partition("=")[0])]
    if parts.hostname == "baijiahao.baidu.com" and (ids := [pair for pair in query if pair.startswith("id=")]):
        return f"https://baijiahao.baidu.com/s?{ids[0]}"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port not in (None, _PORTS[parts.scheme]):
        host = f"{host}:{port}"
    return canonicalize_url(urlunsplit((parts.scheme, host, parts.path or "/", "&".join(query), "")))


def article_id(canonical: str) -> str:
    """Return the identity of a canonical URL: BLAKE2b of 128 bits as 32 hex digits."""
    return hashlib.blake2b(canonical.encode(), digest_size=16).hexdigest()


def site_of(url: str) -> str:
    """Return the site that an address belongs to: its registrable domain, or host and port where it has none."""
    domain: str | None = get_fld(url, fail_silently=True)
    return domain or urlsplit(url).netloc.lower()


_CAPTCHA_HOSTS = {"wappass.baidu.com", "verify.baidu.com", "passport.baidu.com", "seccaptcha.baidu.com"}
_SMALL = 100_000  # bytes; a captcha or login wall is small, and marks of it inside a large page prove nothing
_LOGIN = re.compile(r"(?:passport|login|sso|account)s?\..+|.*/(?:login|signin|sign_in|passport)(?:[/.].*)?", re.IGNORECASE)
_BROKEN_SHARE = 0.01  # of the characters; a page with a torn character or two stays below it
# What UTF-8 becomes that was read as GBK or Latin-1 and stored so; none of it stands in ordinary news, as 斤 and 烫 alone do.
_WRONG = ("\ufffd", "锟斤拷", "烫烫", "屯屯", "锘", "鈥", "銆", "鐨", "锛", "ï¼", "ã€", "ï¿½", "â€")
# ÖÐ¹úÒøÐÐ: what GBK becomes that was read as Latin-1, or Latin-9; no text has so many of these in a row.
_LATIN = re.compile(r"[\u00a1-\u00ffŒœŠšŸŽžƒ€]{6,}")
_OFTEN_LATIN = "ÃÂÄÖå"  # some of these are in every such text


def garbled(text: str) -> bool:
    """Whether more than one character in a hundred comes of a wrong decoding (mojibake)."""
    most = len(text) * _BROKEN_SHARE
    if sum(text.count(wrong) * len(wrong) for wrong in _WRONG if wrong[0] in text) > most:  # a character is found far sooner
        return True
    latin = sum(text.count(letter) for letter in _OFTEN_LATIN if letter in text) > most / 10  # a look at all takes its time
    return latin and sum(map(len, _LATIN.findall(text))) > most


def blocked_reason(page: Page) -> str | None:
    """Return why `page` is a wall instead of the answer that was asked for (captcha, login, refusal), or None.

    Only sure signs count: a captcha host as the place or the target of a redirect, a redirect to a login, a blank 403, a
    429, a 503 that says when to come again, a small page that shows little and whose title is that of a check or a login, that
    says before all else that it refuses, that says nothing but that the site is busy, broken or being maintained, whose only
    links lead to a captcha, or whose script checks the browser, and a list that makes no sense in any encoding.
    """
    host, path = _destination(page)
    if host in _CAPTCHA_HOSTS:
        return f"sent to the captcha at {host}"
    if 300 <= page.status < 400 and _LOGIN.fullmatch(f"{host}{path}"):
        return f"sent to the login at {host}{path}"
    return _refusal(page) or wall_shown(page)


def _refusal(page: Page) -> str | None:
    """Return the refusal that the status tells; what one means for a robots.txt is another matter (RFC 9309, 2.3.1)."""
    if page.kind == "robots":
        return None
    if page.status == 429:
        return "HTTP 429, too many requests"
    if page.status == 503 and (after := page.header("retry-after")):
        return f"HTTP 503, asks to be left alone ({after[:40]})"
    return "blank 403" if page.status == 403 and len(page.body) < 64 else None


def wall_shown(page: Page) -> str | None:
    """Return the sign of a wall that the document shows, None where it shows none; a robots.txt that is refused needs none.

    A page that is gone is none, in whatever words: 您访问的页面已被屏蔽.
    """
    if page.status in GONE or (page.kind == "robots" and 400 <= page.status < 500):
        return None
    try:
        if page.kind == "seed" and page.status == 200 and garbled(page.text):
            return "a list that makes no sense in any encoding (mojibake)"
        text = page.text if len(page.content) <= _SMALL else ""
    except ContentError as error:
        return f"a robots.txt that cannot be read: {error}" if page.kind == "robots" else None
    return wall_sign(text, page.status) if text else None


def _destination(page: Page) -> tuple[str, str]:
    """Return host and path at which a response ends or to which it sends; blank for an address that makes no sense."""
    try:
        parts = urlsplit(urljoin(page.url, page.header("location")))
    except ValueError:
        return "", ""
    return parts.hostname or "", parts.path


def failure_reason(page: Page) -> str | None:
    """Return why a response is none, or half of one, though its status is that of an answer, or None: it may come whole later."""
    if page.status in GONE:
        return None
    try:
        empty = not page.content.strip()
    except TooLargeError:
        return None
    except ContentError as error:
        return str(error)
    if page.status == 206:
        return "HTTP 206, a part of the page that was not asked for"
    # A robots.txt with nothing in it forbids nothing.
    return f"HTTP {page.status} with nothing in it" if empty and page.kind != "robots" else None


def is_answer(page: Page) -> bool:
    """Whether a response settles what was asked: a document, or that there is none; not a wall, a redirect or a failure."""
    settles = 200 <= page.status < 300 or page.status in GONE
    return settles and blocked_reason(page) is None and failure_reason(page) is None
