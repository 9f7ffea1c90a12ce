"""Places of files: paths here, or http(s) addresses; read as streams, from any offset on."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from crawlers.warc import Stream, WarcError


def name_of(place: str) -> str:
    """Return the one name under which the ledger knows a file."""
    return place if is_url(place) else str(Path(place).resolve())


def is_url(place: str) -> bool:
    """Whether a place is an http(s) address."""
    return re.match(r"https?://", place) is not None


@contextmanager
def opened(place: str, start: int, user_agent: str) -> Iterator[tuple[Stream, int]]:
    """Give the bytes of a file or URL from `start` on, and where they begin: at 0 where a server sends no part."""
    if not is_url(place):
        with Path(place).open("rb") as file:
            file.seek(start)
            yield file, start
        return
    headers = {"User-Agent": user_agent, "Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
    with httpx.stream("GET", place, headers=headers, follow_redirects=True, timeout=60.0) as response:
        if response.status_code == 416:  # taken in to its end
            yield _Incoming(iter(())), start
        elif response.status_code not in (200, 206):
            raise WarcError(f"HTTP {response.status_code}")
        else:
            yield _Incoming(response.iter_raw(1 << 16)), start if response.status_code == 206 else 0


class _Incoming:
    """What comes in over the network, as a stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = b""

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes, b"" at the end."""
        held = self._held or next(self._chunks, b"")
        self._held = held[size:]
        return held[:size]
