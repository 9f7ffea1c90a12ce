"""WARC files of others (CC-NEWS, any web archive) as pages, one after another, as they stream in.

A gzip file is read member by member, each verified by its checksum, so that a tear or damage is noticed and an offset to
go on from is known; a plain one record by record.
"""

import io
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed

from crawlers.errors import CaixunError
from crawlers.page import MAX_CONTENT, Page

_CHUNK = 1 << 16
_MAX_MEMBER = 2 * MAX_CONTENT  # bytes of one gzip member that are kept; a record has its headers beside its page
_HEAD = re.compile(rb"WARC/[^\n]*\n(?:[^\r\n]+\r?\n)*?content-length:[ \t]*(\d+)[^\n]*\n(?:[^\r\n]+\r?\n)*\r?\n", re.IGNORECASE)
_MEDIA = ("", "text/html", "application/xhtml+xml", "text/plain")
_FOREIGN = (ArchiveLoadFailed, ValueError, TypeError, AttributeError, IndexError)  # what warcio raises for what is no WARC


class WarcError(CaixunError):
    """A file that is no WARC, or is one no more from some place on; the pages before it were given."""


class Stream(Protocol):
    """What gives the bytes of a file, at most `size` at a time, b"" at its end."""

    def read(self, size: int) -> bytes:
        """Return the next bytes."""


class Step(NamedTuple):
    """One step through a file: a page, or None for what is none, and the offset in bytes of what comes behind it."""

    page: Page | None
    end: int


def read_warc(stream: Stream, start: int) -> Iterator[Step]:
    """Yield the steps through a WARC file whose bytes from offset `start` on `stream` gives.

    A page is an HTML document, or what an archive of ours holds as an article, that was answered with 200. `source` is blank
    unless the file is such an archive; `link` is the address that was asked for. Pages above `MAX_CONTENT` bytes are left out.
    Raises WarcError where the file is torn, damaged, empty or no WARC, and where several records in one gzip
    member take more than twice that many bytes.
    """
    first = stream.read(2)
    if first == b"\x1f\x8b":
        yield from _compressed(stream, first, start)
    elif first:
        yield from _plain(stream, first, start)
    elif not start:
        raise WarcError("the file is empty")


def _compressed(stream: Stream, first: bytes, start: int) -> Iterator[Step]:
    offset = start
    for member, end in _members(stream, first, start):
        try:
            pages = [page for record in ArchiveIterator(io.BytesIO(member or b"")) if (page := _page(record))]
        except _FOREIGN as error:
            raise WarcError(f"what stands at byte {offset} is no WARC record") from error
        for page in pages[:-1]:
            yield Step(page, offset)
        yield Step(pages[-1] if pages else None, end)
        offset = end


def _members(stream: Stream, first: bytes, start: int) -> Iterator[tuple[bytes | None, int]]:
    """Yield what each gzip member holds (None where that is too large to be kept), and the offset of its end."""
    rest, offset = first, start
    while chunk := rest or stream.read(_CHUNK):
        unzip = zlib.decompressobj(31)
        content, size, taken, limit = bytearray(), 0, 0, _MAX_MEMBER
        try:
            while True:
                taken += len(chunk)
                part = unzip.decompress(chunk)
                size += len(part)
                content += part
                if size > _MAX_MEMBER:
                    del content[_CHUNK:]
                    limit = limit if size <= limit else _bound(content, size, offset)
                if unzip.eof:
                    break
                chunk = stream.read(_CHUNK)
                if not chunk:
                    raise WarcError(f"the file ends inside the record at byte {offset}")
        except zlib.error as error:
            raise WarcError(f"damaged in the record at byte {offset}") from error
        rest = unzip.unused_data
        offset += taken - len(rest)
        yield bytes(content) if size <= _MAX_MEMBER else None, offset


def _bound(head: bytearray, size: int, offset: int) -> int:
    """Return how many bytes a member may have that begins with `head` and has reached `size`: those of its one record.

    Raises WarcError where these are exceeded, or where it begins with no record.
    """
    first = _HEAD.match(head)
    if first is None:
        raise WarcError(f"what stands at byte {offset} is no WARC record")
    bound = first.end() + int(first[1]) + len(b"\r\n\r\n")
    if size > bound:
        together = f"the records from byte {offset} on are compressed together and take more than {_MAX_MEMBER >> 20} MiB"
        raise WarcError(f"{together}: unpack the file with gunzip and import that")
    return bound


class _Prefixed:
    """A stream of which the first bytes were read already."""

    def __init__(self, first: bytes, stream: Stream) -> None:
        self._first = first
        self._stream = stream

    def read(self, size: int) -> bytes:
        first, self._first = self._first, b""
        return first or self._stream.read(size)


def _plain(stream: Stream, first: bytes, start: int) -> Iterator[Step]:
    records = ArchiveIterator(_Prefixed(first, stream))
    end = start
    try:
        for record in records:
            page = _page(record)
            records.read_to_end(record)
            if record.raw_stream.limit:
                raise WarcError(f"the file ends inside the record at byte {end}")
            end = start + records.offset
            yield Step(page, end)
    except _FOREIGN as error:
        raise WarcError(f"what stands at byte {end} is no WARC record") from error


def _page(record: Any) -> Page | None:
    """Return the page that a record holds, None where it holds none."""
    fields, http = record.rec_headers, record.http_headers
    if record.format != "warc":
        raise ValueError("an ARC record")
    kind = fields.get_header("Caixun-Kind")
    if record.rec_type != "response" or http is None or http.get_statuscode() != "200" or kind not in (None, "article", "warc"):
        return None
    headers = tuple((name, value or "") for name, value in http.headers if name.lower() != "transfer-encoding")
    url, at = fields.get_header("WARC-Target-URI"), _instant(fields.get_header("WARC-Date"))
    if url is None or at is None:
        return None
    chunked = "chunked" in (http.get_header("Transfer-Encoding") or "").lower()
    body = (ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream).read(MAX_CONTENT + 1)
    link, source = fields.get_header("Caixun-Link") or url, fields.get_header("Caixun-Source") or ""
    page = Page(url=url, link=link, status=200, headers=headers, body=body, fetched_at=at, source=source, kind="warc")
    media = page.header("content-type").partition(";")[0].strip().lower()
    return page if (kind or media in _MEDIA) and len(body) <= MAX_CONTENT else None


def _instant(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
