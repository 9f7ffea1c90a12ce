"""Saved pages: files that stand in for responses, for `extract` and `sources`."""

import gzip
import json
import math
import sys
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard, cast
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
_HEAD = 8192  # bytes at a file's beginning that show whether it is a text
_NO_TEXT = "is neither UTF-8 nor GB18030 text; save the file as UTF-8"


class RowError(ConfigError):
    """A row of a file of JSON lines that cannot be used; `reason` is what is wrong with it, whichever row it is."""

    def __init__(self, path: Path, number: int, reason: str) -> None:
        """Name the row by its file and line."""
        super().__init__(f"{path}:{number}: {reason}")
        self.path, self.reason = path, reason


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

    Lines end at line feeds alone: a text may hold other characters that Python takes for the end of a line (U+2028). A file that
    is no text (a workbook), or that holds blank lines alone, is refused as a whole.
    """
    empty = True
    try:
        with _opened(path) as raw:
            if _is_binary(raw.peek(_HEAD)):
                refuse(ConfigError(f"{path}: {_NO_TEXT}"))
                return
            for number, line in enumerate(decoded(raw), 1):
                if not _is_text(line):
                    empty = False
                    refuse(RowError(path, number, _NO_TEXT))
                elif line.strip():
                    empty = False
                    yield number, line
    except _UNREADABLE as error:
        refuse(_unreadable(path, error))
        return
    if empty:
        refuse(ConfigError(f"{path}: holds no row; a row is a line with a JSON object"))


def _opened(path: Path) -> AbstractContextManager[BufferedReader]:
    if path == STDIN:
        return nullcontext(cast("BufferedReader", sys.stdin.buffer))
    return cast("BufferedReader", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _is_binary(head: bytes) -> bool:
    """Whether a file that begins so is no text: zeros stand in it, and not since a row of JSON is damaged."""
    return b"\0" in head and not head.removeprefix(BOM_UTF8).lstrip(b"\0 \t\r\n").startswith(b"{")


def _is_text(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_articles(path: Path, refuse: Refuse) -> Iterator[Text]:
    """Yield the article of each row of a file of JSON lines; a row has an id and the texts title and body.

    A row without an id, as `export` writes it, has an article_id in its place.
    """
    for number, line in read_lines(path, refuse):
        try:
            row = _row(path, number, line, "id, title and body")
        except RowError as error:
            refuse(error)
            continue
        name, *texts = (row.get(key) for key in ("id" if "id" in row else "article_id", "title", "body"))
        if _is_id(name) and all(isinstance(text, str) for text in texts):
            yield Text(*map(_without_halves, (name, *texts)))
        else:
            refuse(RowError(path, number, "a row needs an id or article_id (a text or a number) and the texts title and body"))


def _row(path: Path, number: int, line: str, keys: str) -> dict[str, Any]:
    """Return the object on a line of a file of JSON lines; `keys` says what it should hold. Raises RowError for what is none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RowError(path, number, f"is no JSON; a row is an object with {keys}") from error
    if not isinstance(row, dict):
        raise RowError(path, number, f"is no JSON object; a row needs {keys}")
    return row


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
    row = _row(path, number, line, "id, file and url")
    if missing := [key for key in ("id", "file", "url") if key not in row]:
        raise RowError(path, number, f"a row needs id, file and url (which may be empty); {' and '.join(missing)} is missing")
    if not _is_id(row["id"]):
        raise RowError(path, number, "id: is neither a text nor a number")
    file, url = str(row["file"]), str(row["url"] or "")
    try:
        url = canonical_url(url) if url else _local_url(str(row["id"]))
    except ValueError as error:
        raise RowError(path, number, f"url: {error}") from error
    return SavedPage(row["id"], saved_page(path.parent / file, url, source))


def _local_url(name: str) -> str:
    # A name may hold bytes that are no text here.
    return canonical_url(f"http://localhost/{quote(name.lstrip('/'), errors='surrogatepass')}")
