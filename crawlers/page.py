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
from urllib.parse import urlsplit, urlunsplit

from tld import get_fld
from w3lib.url import canonicalize_url

Kind = Literal["seed", "article", "part", "robots", "import", "warc"]

GONE = (404, 410)
"""HTTP statuses that are an answer: what was asked for does not exist."""

MAX_CONTENT = 32 * 1024 * 1024
"""Bytes of one response, compressed or not, above which it is refused (a news page has 0.02 to 0.6 MB)."""

HOMES = ("", "/", "/index.html", "/index.htm", "/index.shtml", "/index.php")
"""Paths of a site's home page, which is no article."""

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
