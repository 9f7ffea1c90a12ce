"""Files of gzip members, as the archive's are: one that lost its writer can be read up to its last whole member."""

import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from crawlers.entries import unreadable


class Member(NamedTuple):
    """Where a member lies in its file, in bytes."""

    offset: int
    length: int


def member(chunks: Iterable[bytes]) -> bytes:
    """Return what the member that begins there holds; its checksum is verified. Raises zlib.error, EOFError or OSError."""
    unzip = zlib.decompressobj(31)
    content = []
    for chunk in chunks:
        content.append(unzip.decompress(chunk))
        if unzip.eof:
            return b"".join(content)
    raise EOFError("the file ends inside a page")


def whole_members(path: Path) -> Iterator[Member]:
    """Yield the members of a file up to the first one that is not whole; their checksums are verified.

    Raises StoreError when the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            yield from _whole(file)
    except OSError as error:
        raise unreadable(path, error) from error


def _whole(file: BinaryIO) -> Iterator[Member]:
    offset = 0
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
        yield Member(offset, length)
        offset += length
