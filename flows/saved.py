"""Saved pages: files that stand in for responses, for `extract` and `sources check`."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from crawlers.errors import ConfigError
from crawlers.page import Kind, Page, canonical_url


class SavedPage(NamedTuple):
    """A saved page and the id under which its article is printed."""

    id: str
    page: Page


def saved_page(path: Path, url: str, source: str, kind: Kind = "article") -> Page:
    """Return the page that a file holds, as served at the file's time of change. Raises ConfigError."""
    try:
        body = path.read_bytes()
        if path.suffix == ".gz":
            body = gzip.decompress(body)
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    return Page(url=url, link=url, status=200, headers=(), body=body, fetched_at=at, source=source, kind=kind)


def saved_pages(path: Path, source: str) -> Iterator[SavedPage]:
    """Yield the pages of a file, or of an index: JSON lines with id, file (relative to the index) and url.

    An empty url is replaced by one that names the file. Raises ConfigError with the line that is wrong.
    """
    if path.suffix != ".jsonl":
        yield SavedPage(path.name, saved_page(path, _local_url(path.name), source))
        return
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _indexed(path, number, line, source)


def _indexed(path: Path, number: int, line: str, source: str) -> SavedPage:
    try:
        row = json.loads(line)
        name, file, url = str(row["id"]), str(row["file"]), str(row["url"] or "")
        url = canonical_url(url) if url else _local_url(name)
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path}:{number}: a row needs id, file and url: {error!r}") from error
    return SavedPage(name, saved_page(path.parent / file, url, source))


def _local_url(name: str) -> str:
    return canonical_url(f"http://localhost/{name}")
