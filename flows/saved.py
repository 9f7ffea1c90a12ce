"""Saved pages: files that stand in for responses, for `extract` and `sources check`."""

import gzip
import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from crawlers.clock import day_of, now
from crawlers.discovery import Candidate, ListingError, discover
from crawlers.errors import CaixunError, ConfigError
from crawlers.page import Kind, Page, blocked_reason, canonical_url
from crawlers.source import Source
from crawlers.walk import Walk
from flows.settings import parse_day


class SavedPage(NamedTuple):
    """A saved page and the id under which its article is printed."""

    id: str
    page: Page


def saved_page(path: Path, url: str, source: str, kind: Kind = "article") -> Page:
    """Return the page that a file holds, as served at the file's time of change. Raises ConfigError."""
    body = read_bytes(path)
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Page(url=url, link=url, status=200, headers=(), body=body, fetched_at=at, source=source, kind=kind)


def read_bytes(path: Path) -> bytes:
    """Return what a file holds, out of gzip where its name ends in `.gz`. Raises ConfigError."""
    try:
        body = path.read_bytes()
        return gzip.decompress(body) if path.suffix == ".gz" else body
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error


def listed_links(source: Source, path: Path, seed: int, day: str | None) -> tuple[list[Candidate], int]:
    """Return the links that a saved answer of a source's seed (counted from 1) lists, and how many its `allow` refuses.

    Raises ConfigError for a seed or day that does not exist, a file that cannot be read, or is a wall or no such list.
    """
    if seed > len(source.seeds):
        raise ConfigError(f"{source.name} has {len(source.seeds)} seeds; there is no seed {seed}")
    chosen = source.seeds[seed - 1]
    walk = Walk(source, chosen, [parse_day(day) if day else day_of(now())], source.keywords[0] if source.keywords else "")
    page = saved_page(path, walk.url, source.name, "seed")
    if wall := blocked_reason(page):
        raise BlockedPageError(f"blocked: {wall}")
    try:
        found = discover(chosen, page, source)
    except ListingError as error:
        raise ConfigError(f"{path}: {error}") from error
    fitting = [one for one in found if source.allowed.search(_canonical(one.url))]
    return fitting, len(found) - len(fitting)


def _canonical(url: str) -> str:
    try:
        return canonical_url(url)
    except ValueError:
        return ""


class BlockedPageError(CaixunError):
    """A saved page that is a wall; the program says so and ends with exit status 1."""


def saved_pages(path: Path, source: str) -> Iterator[SavedPage]:
    """Yield the pages of a file, or of an index: JSON lines with id, file (relative to the index) and url.

    An empty url is replaced by one that names the file. Raises ConfigError with the line that is wrong.
    """
    if path.suffix != ".jsonl":
        yield SavedPage(path.name, saved_page(path, _local_url(path.name), source))
        return
    for number, line in enumerate(read_bytes(path).decode("utf-8", "replace").splitlines(), 1):
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
