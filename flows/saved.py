"""Saved pages: files that stand in for responses, for `extract` and `sources`."""

import gzip
import json
import math
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeGuard, cast
from urllib.parse import quote

from crawlers.errors import CaixunError, ConfigError
from crawlers.page import Kind, Page, canonical_url
from crawlers.source import Source
from crawlers.walk import Walk
from flows.charset import decoded

STDIN = Path("-")
"""Stands for standard input where a file is named."""
Id = str | int | float
"""What calls a row: a text or a number, which is given back as it came."""
Refuse = Callable[[ConfigError], None]
"""Is told what cannot be used; what stands behind that is read nevertheless."""

_NOT_PACKED = (gzip.BadGzipFile, EOFError, zlib.error)
_UNREADABLE = (OSError, *_NOT_PACKED)


class SavedPage(NamedTuple):
    """A saved page and the id under which its article is printed."""

    id: Id
    page: Page


class Text(NamedTuple):
    """An article that is in no dataset, and the id under which its annotation is printed."""

    name: Id
    title: str
    body: str


def saved_page(path: Path, url: str, source: str, kind: Kind = "article", day: date | None = None) -> Page:
    """Return the page that a file holds, as served at the file's time of change; `day` is that of a dated list.

    Raises ConfigError for a file that cannot be read, and for a list that is empty.
    """
    body = read_bytes(path)
    if kind == "seed" and not body.strip():
        raise ConfigError(f"{path}: is empty; save there what the list answers")
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Page(url=url, link=url, status=200, headers=(), body=body, fetched_at=at, source=source, kind=kind, day=day)


def read_bytes(path: Path) -> bytes:
    """Return what a file holds, out of gzip where its name ends in `.gz`. Raises ConfigError."""
    try:
        body = path.read_bytes()
        return gzip.decompress(body) if path.suffix == ".gz" else body
    except (*_UNREADABLE, ValueError) as error:  # ValueError: a name that no file can have
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> ConfigError:
    if isinstance(error, _NOT_PACKED):
        return ConfigError(f"{path}: is not a whole gzip file, though its name ends in .gz")
    return ConfigError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}")


def read_lines(path: Path, refuse: Refuse) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file of JSON lines (UTF-8 or GB18030) with their numbers, blank ones left out, as they come in.

    Lines end at line feeds alone: a text may hold other characters that Python takes for the end of a line (U+2028).
    """
    try:
        with _opened(path) as raw:
            for number, line in enumerate(decoded(raw), 1):
                if not _is_text(line):
                    refuse(ConfigError(f"{path}:{number}: is neither UTF-8 nor GB18030 text; save the file as UTF-8"))
                elif line.strip():
                    yield number, line
    except _UNREADABLE as error:
        refuse(_unreadable(path, error))


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    if path == STDIN:
        return nullcontext(sys.stdin.buffer)
    return cast("BinaryIO", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _is_text(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_articles(path: Path, refuse: Refuse) -> Iterator[Text]:
    """Yield the article of each row of a file of JSON lines; a row has an id and the texts title and body."""
    for number, line in read_lines(path, refuse):
        try:
            row = json.loads(line)
            usable = _is_id(row["id"]) and all(isinstance(row[key], str) for key in ("title", "body"))
        except (ValueError, KeyError, TypeError, RecursionError):
            usable = False
        if usable:
            yield Text(*(_without_halves(row[key]) for key in ("id", "title", "body")))
        else:
            refuse(ConfigError(f"{path}:{number}: a row needs an id (a text or a number) and the texts title and body"))


def _is_id(value: Any) -> TypeGuard[Id]:
    if isinstance(value, float):
        return math.isfinite(value)  # JSON knows no other
    return isinstance(value, str | int) and not isinstance(value, bool)


def _without_halves(value: Any) -> Any:
    """Return a value whose text, if it is one, can be written: half of a surrogate pair cannot."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def saved_list(source: Source, path: Path, seed: int, day: date) -> Page:
    """Return the saved answer of a source's seed (counted from 1) for a day. Raises ConfigError."""
    walk = Walk(source, source.seeds[seed - 1], [day], source.keywords[0] if source.keywords else "")
    return saved_page(path, walk.url, source.name, "seed", day if walk.seed.dated else None)


class BlockedPageError(CaixunError):
    """A saved page that is a wall; the program says so and ends with exit status 1."""


def saved_pages(path: Path, source: str, refuse: Refuse) -> Iterator[SavedPage]:
    """Yield the pages of a file, or of an index: JSON lines with id, file (relative to the index) and url.

    A page's id is the path as it is given, or that of its row; an empty url is replaced by one that names it. A row that is wrong
    is refused with its line.
    """
    pages: Iterator[partial[SavedPage]]
    if path.suffix == ".jsonl":
        pages = (partial(_indexed, path, number, line, source) for number, line in read_lines(path, refuse))
    else:
        pages = iter([partial(_alone, path, source)])
    for page in pages:
        try:
            saved = page()
        except ConfigError as error:
            refuse(error)
        else:
            yield saved


def _alone(path: Path, source: str) -> SavedPage:
    name = path.as_posix()
    return SavedPage(name, saved_page(path, _local_url(name), source))


def _indexed(path: Path, number: int, line: str, source: str) -> SavedPage:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}:{number}: is no JSON; a row is an object with id, file and url") from error
    if not isinstance(row, dict):
        raise ConfigError(f"{path}:{number}: is no JSON object; a row needs id, file and url")
    if missing := [key for key in ("id", "file", "url") if key not in row]:
        raise ConfigError(
            f"{path}:{number}: a row needs id, file and url (which may be empty); {' and '.join(missing)} is missing"
        )
    if not _is_id(row["id"]):
        raise ConfigError(f"{path}:{number}: id: is neither a text nor a number")
    file, url = str(row["file"]), str(row["url"] or "")
    try:
        url = canonical_url(url) if url else _local_url(str(row["id"]))
    except ValueError as error:
        raise ConfigError(f"{path}:{number}: url: {error}") from error
    return SavedPage(row["id"], saved_page(path.parent / file, url, source))


def _local_url(name: str) -> str:
    # A name may hold bytes that are no text here.
    return canonical_url(f"http://localhost/{quote(name.lstrip('/'), errors='surrogatepass')}")
