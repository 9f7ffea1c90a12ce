"""The archive: every response as it was received, in WARC files; the only module that knows WARC.

`archive/date=D/SOURCE-CRAWL.warc.gz`, D the crawl's day in Asia/Shanghai. A file is written as `.open` and renamed when
whole. Each record is one gzip member (WARC 1.1, annex D), so that a page can be read by its offset, and a file that lost
its writer can be cut behind its last whole record. Facts of the crawl stand in extension fields `Caixun-…`.

Where the data root is a bucket, files are written in the work folder beside it and put there when they are whole, by one PUT;
a crawl begins a new file after some minutes or megabytes, so that a machine that is lost takes little along.
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
from time import monotonic
from typing import Any, BinaryIO, cast

from isal import isal_zlib
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordbuilder import RecordBuilder
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.clock import day_of, now
from crawlers.entries import entries, is_folder, unreadable
from crawlers.errors import LostError, StoreError
from crawlers.members import member, whole_members
from crawlers.page import Kind, Page, Position
from crawlers.root import Root

_OPEN = ".open"
_MOST = 32 << 20  # bytes of a file …
_LONGEST = 120.0  # … and seconds of writing it, before it is put into a bucket and another is begun
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # would end a header and begin another
_LEVEL = 2  # of ISA-L's gzip: 10 % larger than with zlib's level 4, in a seventh of its time
# What reading a record that is not one of ours, or not whole, may raise.
_DAMAGE = (ArchiveLoadFailed, OSError, zlib.error, EOFError, StopIteration, TypeError, ValueError, AttributeError)


class ArchiveWriter:
    """Appends the pages of one source and one crawl to new WARC files; a file begins to exist with its first page."""

    def __init__(self, root: Root, source: str, crawl: str) -> None:
        """Prepare a file named after `source` and the `crawl` id, which must never have been used before."""
        self._root = root
        self._crawl = crawl
        self._stem = f"date={day_of(now()).isoformat()}/{source}-{crawl}"
        self._out: FileIO | None = None
        self._begun_at = 0.0
        self._files = 0
        self._next()

    def _next(self) -> None:
        self._files += 1
        self.file = f"{self._stem}{f'-{self._files}' if self._files > 1 else ''}.warc.gz"
        self._path = _here(self._root, self.file + _OPEN)

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
        _write_all(out, _packed(_RECORDS.create_warcinfo_record(Path(self.file).name, info)))
        self._begun_at = monotonic()
        return out

    def put_by(self) -> None:
        """Close a file that goes into a bucket once it is large or old. All of its pages must be noted; others go into a new one."""
        if self._root.bucket is None or self._out is None:
            return
        if self._out.tell() > _MOST or monotonic() - self._begun_at > _LONGEST:
            self.close()

    def close(self, *, noted: bool = True) -> None:
        """Make the file durable and give it its final name; one that is not `noted` whole in the ledger stays for `salvage`.

        Raises StoreError when a bucket does not take it; it then stays, too.
        """
        if self._out is not None:
            os.fsync(self._out.fileno())
            self._out.close()
            self._out = None
            if noted:
                _finish(self._root, self._path, self.file)
                self._next()


def _here(root: Root, file: str) -> Path:
    """Return where a file of the archive lies on this machine, if it does."""
    return root / "archive" / file


def _finish(root: Root, path: Path, file: str) -> None:
    """Give a whole file its final name. Doing it again after a kill changes nothing."""
    if root.bucket is None:
        path.rename(_here(root, file))
    else:
        root.bucket.put(f"archive/{file}", path)
        path.unlink()


def _write_all(out: FileIO, content: bytes) -> None:
    """Write everything; a raw file may take less at a time."""
    view = memoryview(content)
    while view:
        view = view[out.write(view) :]


_RECORDS = RecordBuilder(warc_version="1.1")


def _packed(record: Any) -> bytes:
    """Return a WARC record as one gzip member."""
    out = io.BytesIO()
    WARCWriter(out, gzip=False, warc_version="1.1").write_record(record)
    return isal_zlib.compress(out.getbuffer(), _LEVEL, 31)


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
    return _packed(record)


def read(root: Root, position: Position) -> Page:
    """Return the page at `position`. Raises LostError when the file is absent or damaged there, StoreError when it may not be read."""
    try:
        page = _decode(member(_chunks(root, position)))
    except FileNotFoundError as error:
        raise LostError(f"{root}/archive/{position.file}: the archive file is missing") from error
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno is not None:  # of the machine; what warcio raises has no number
            raise unreadable(root / "archive" / position.file, error) from error
        raise LostError(f"{root}/archive/{position.file}: damaged at offset {position.offset}") from error
    return replace(page, position=position)


def holds(root: Root, file: str) -> bool:
    """Whether the archive has a file of this name, whole or still written on this machine. Raises StoreError when it may not be read."""
    if (here := _opened(root, file)) is not None:
        here.close()
        return True
    return root.bucket is not None and root.bucket.holds(f"archive/{file}")


def _opened(root: Root, file: str) -> BinaryIO | None:
    """Open a file that lies on this machine; None where there is none. Raises StoreError when it may not be read."""
    whole = _here(root, file)
    for path in (whole, whole.with_name(whole.name + _OPEN), whole):  # still written, or killed; or finished just now
        try:
            return path.open("rb")
        except FileNotFoundError:
            continue
        except OSError as error:
            raise unreadable(path, error) from error
    return None


def _chunks(root: Root, position: Position) -> Iterator[bytes]:
    """Yield a file from the offset of `position` on. Raises FileNotFoundError."""
    file = _opened(root, position.file)
    if file is None:
        if root.bucket is None:
            raise FileNotFoundError(position.file)
        yield from root.bucket.chunks(f"archive/{position.file}", position.offset)
        return
    with file:
        file.seek(position.offset)
        while chunk := file.read(1 << 16):
            yield chunk


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


def salvage(root: Root, source: str) -> Iterator[Page]:
    """Close what killed crawls of `source` left open, and yield the pages that are whole, oldest file first.

    The torn tail of a file is cut off. Must only run under the source's lock, when no crawl of it is alive. A file is
    renamed after its last page was yielded, so that being killed in here loses nothing either.
    """
    for path in left_open(root, source):
        members = list(whole_members(path))
        end = members[-1].offset + members[-1].length if members else 0
        os.truncate(path, end)
        file = f"{path.parent.name}/{path.name.removesuffix(_OPEN)}"
        for one in members[1:]:  # the first one is the warcinfo record
            yield read(root, Position(file, one.offset))
        if len(members) > 1:
            _finish(root, path, file)
        else:
            path.unlink()


def files(root: Root, source: str) -> list[str]:
    """Return the closed files of `source`, oldest first, by their names in a position."""
    return [f"{path.parent.name}/{path.name}" for path in _listed(root, f"{source}-*.warc.gz")]


def left_open(root: Root, source: str) -> list[Path]:
    """Return the files of `source` that are open: being written, or left by a crawl that was killed."""
    return _listed(root, f"{source}-*.warc.gz{_OPEN}")


def _listed(root: Root, pattern: str) -> list[Path]:
    return [path for day in entries(root / "archive", "date=*") if is_folder(day) for path in entries(day, pattern)]


def sources(root: Root) -> set[str]:
    """Return the sources that files are named by."""
    return {path.name.rpartition("-")[0] for path in _listed(root, "*-*.warc.gz*")}


def pages(root: Root, file: str) -> Iterator[Page]:
    """Yield the pages of a closed file up to the first one that is damaged. Raises StoreError when it may not be read."""
    for one in list(whole_members(root / "archive" / file))[1:]:
        try:
            yield read(root, Position(file, one.offset))
        except LostError:  # whole, and no page of ours
            continue
