"""The archive: every response as it was received, in WARC files; the only module that knows WARC.

`archive/date=D/SOURCE-CRAWL.warc.gz`, D the crawl's day in Asia/Shanghai. A file is written as `.open` and renamed when
whole. Each record is one gzip member (WARC 1.1, annex D), so that a page can be read by its offset, and a file that lost
its writer can be cut behind its last whole record. Facts of the crawl stand in extension fields `Caixun-…`.
"""

import io
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from http.client import responses
from io import FileIO
from pathlib import Path
from typing import Any, NamedTuple, cast

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordbuilder import RecordBuilder
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.clock import day_of, now
from crawlers.errors import StoreError
from crawlers.page import Kind, Page, Position

_OPEN = ".open"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # would end a header and begin another
_LEVEL = 4  # of compression: 4 % larger than with level 9, in two fifths of its time
# What reading a record that is not one of ours, or not whole, may raise.
_DAMAGE = (ArchiveLoadFailed, OSError, zlib.error, EOFError, StopIteration, TypeError, ValueError, AttributeError)


class ArchiveWriter:
    """Appends the pages of one source and one crawl to one new WARC file, which begins to exist with the first page."""

    def __init__(self, root: Path, source: str, crawl: str) -> None:
        """Prepare a file named after `source` and the `crawl` id, which must never have been used before."""
        self._root = root
        self.file = f"date={day_of(now()).isoformat()}/{source}-{crawl}.warc.gz"
        self._path = root / (self.file + _OPEN)
        self._crawl = crawl
        self._out: FileIO | None = None

    def append(self, page: Page) -> Position:
        """Write `page` and return where it lies; it is in the operating system's hands when this returns.

        Raises StoreError when it cannot be written; the file then still ends with a whole record.
        """
        record = _encode(page)
        try:
            if self._out is None:
                self._out = self._begin()
            offset = self._out.seek(0, os.SEEK_END)
            try:
                _write_all(self._out, record)
            except OSError:
                self._out.truncate(offset)
                raise
        except OSError as error:
            raise StoreError(f"{self._path}: cannot be written: {error.strerror}") from error
        return Position(self.file, offset)

    def _begin(self) -> FileIO:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered: what a failed write leaves is cut off, and nothing of it waits to be written later.
        out = self._path.open("xb", buffering=0)
        info = {"software": "caixun", "isPartOf": self._crawl}
        _write_all(out, _member(_RECORDS.create_warcinfo_record(Path(self.file).name, info)))
        return out

    def close(self) -> None:
        """Make the file durable and give it its final name."""
        if self._out is not None:
            os.fsync(self._out.fileno())
            self._out.close()
            self._path.rename(self._root / self.file)
            self._out = None


def _write_all(out: FileIO, content: bytes) -> None:
    """Write everything; a raw file may take less at a time."""
    view = memoryview(content)
    while view:
        view = view[out.write(view) :]


_RECORDS = RecordBuilder(warc_version="1.1")


def _member(record: Any) -> bytes:
    """Return a WARC record as one gzip member."""
    out = io.BytesIO()
    WARCWriter(out, gzip=False, warc_version="1.1").write_record(record)
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    return packer.compress(out.getbuffer()) + packer.flush()


def _encode(page: Page) -> bytes:
    """Return the gzip member that holds `page`."""
    fields = {
        "WARC-Date": page.fetched_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "Caixun-Source": page.source,
        "Caixun-Kind": page.kind,
        "Caixun-Link": _CONTROL.sub("", page.link),
    }
    if page.day:
        fields["Caixun-Day"] = page.day.isoformat()
    # The body is stored as it was carried, without the chunks it came in (RFC 9112, 7.1).
    headers = [(name, _CONTROL.sub(" ", value)) for name, value in page.headers if name.lower() != "transfer-encoding"]
    head = StatusAndHeaders(f"{page.status} {responses.get(page.status, '')}".strip(), headers, protocol="HTTP/1.1")
    record = _RECORDS.create_warc_record(
        _CONTROL.sub("", page.url),
        "response",
        payload=io.BytesIO(page.body),
        length=len(page.body),
        http_headers=head,
        warc_headers_dict=fields,
    )
    return _member(record)


def read(root: Path, position: Position) -> Page:
    """Return the page at `position`. Raises StoreError when the file is absent or damaged there."""
    path = root / position.file
    if not path.exists() and not (path := path.with_name(path.name + _OPEN)).exists():  # .open: still written, or killed
        raise StoreError(f"{root / position.file}: the archive file is missing")
    try:
        page = _decode(_member_at(path, position.offset))
    except _DAMAGE as error:
        raise StoreError(f"{path}: damaged at offset {position.offset}") from error
    return replace(page, position=position)


def _member_at(path: Path, offset: int) -> bytes:
    """Return what the gzip member at `offset` holds; its checksum is verified. Raises zlib.error, EOFError or OSError."""
    unzip = zlib.decompressobj(31)
    content = []
    with path.open("rb") as file:
        file.seek(offset)
        while not unzip.eof:
            chunk = file.read(1 << 16)
            if not chunk:
                raise EOFError("the file ends inside a page")
            content.append(unzip.decompress(chunk))
    return b"".join(content)


def _decode(member: bytes) -> Page:
    record = next(ArchiveIterator(io.BytesIO(member)))
    body = record.raw_stream.read()
    fields = record.rec_headers
    day = fields.get_header("Caixun-Day")
    return Page(
        url=fields.get_header("WARC-Target-URI"),
        link=fields.get_header("Caixun-Link"),
        status=int(record.http_headers.get_statuscode()),
        headers=tuple(record.http_headers.headers),
        body=body,
        fetched_at=datetime.fromisoformat(fields.get_header("WARC-Date")),
        source=fields.get_header("Caixun-Source"),
        kind=cast("Kind", fields.get_header("Caixun-Kind")),
        day=date.fromisoformat(day) if day else None,
    )


def salvage(root: Path, source: str) -> Iterator[Page]:
    """Close what killed crawls of `source` left open, and yield the pages that are whole, oldest file first.

    The torn tail of a file is cut off. Must only run under the source's lock, when no crawl of it is alive. A file is
    renamed after its last page was yielded, so that being killed in here loses nothing either.
    """
    for path in left_open(root, source):
        final = path.with_name(path.name.removesuffix(_OPEN))
        members = list(_whole_members(path))
        end = members[-1].offset + members[-1].length if members else 0
        os.truncate(path, end)
        file = f"{path.parent.name}/{final.name}"
        for member in members[1:]:  # the first one is the warcinfo record
            yield read(root, Position(file, member.offset))
        if len(members) > 1:
            path.rename(final)
        else:
            path.unlink()


def files(root: Path, source: str) -> list[str]:
    """Return the closed files of `source`, oldest first, by their names in a position."""
    return [f"{path.parent.name}/{path.name}" for path in sorted(root.glob(f"date=*/{source}-*.warc.gz"))]


def left_open(root: Path, source: str) -> list[Path]:
    """Return the files of `source` that are open: being written, or left by a crawl that was killed."""
    return sorted(root.glob(f"date=*/{source}-*.warc.gz{_OPEN}"))


def pages(root: Path, file: str) -> Iterator[Page]:
    """Yield the pages of a closed file up to the first one that is damaged."""
    for member in list(_whole_members(root / file))[1:]:
        try:
            yield read(root, Position(file, member.offset))
        except StoreError:  # whole, and no page of ours
            continue


class _Member(NamedTuple):
    offset: int
    length: int


def _whole_members(path: Path) -> Iterator[_Member]:
    """Yield the gzip members of a file up to the first one that is not whole; their checksums are verified."""
    offset = 0
    with path.open("rb") as file:
        while True:
            file.seek(offset)
            unzip = zlib.decompressobj(31)
            length = 0
            try:
                while not unzip.eof:
                    chunk = file.read(1 << 16)
                    if not chunk:
                        return
                    unzip.decompress(chunk)
                    length += len(chunk)
            except zlib.error:
                return
            length -= len(unzip.unused_data)
            yield _Member(offset, length)
            offset += length
