"""What records are made by: a digest of code, libraries, word lists and a source's rules. A page that another one made is stale."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

from crawlers.entries import content, entries
from crawlers.errors import ConfigError
from crawlers.source import Source, plain_source
from flows.settings import Project

_ROOT = Path(__file__).resolve().parents[1]
_READING = ("baidu", "clock", "discovery", "page", "parts", "seed", "source")  # modules of crawlers that read pages
_KEEPING = {  # modules of transforms that only store, read or compare rows
    *("arrow", "checks", "compact", "dataset", "delta", "drift", "fields", "folder", "gather", "migrate", "parquet", "reading"),
    *("retell", "shelf"),
}
_LIBRARIES = ("trafilatura", "htmldate", "lxml", "rjieba", "ahocorasick-rs")


def make_of(project: Project, name: str) -> str:
    """Return by what pages of a source are made now."""
    return make(project.sources.get(name) or plain_source(name), project.settings.annotator, project.taxonomy)


def make(source: Source, annotator: str, taxonomy: Sequence[Path]) -> str:
    """Return 16 hex digits that change with whatever an article of `source` and its annotation depend on, the page aside.

    `taxonomy` are the folders of word lists.
    """
    rules = source.model_dump_json(include={"publisher", "home", "timezone", "extract"})
    told = [seed.model_dump_json(include={"kind", "links", "item"}) for seed in source.seeds if seed.item and seed.item.text]
    parts = [_code(), _lists(tuple(taxonomy)), annotator, rules, *told]
    return _digest(part.encode() for part in parts)


@cache
def _code() -> str:
    paths = [path for path in sorted((_ROOT / "transforms").glob("*.py")) if path.stem not in _KEEPING]
    paths += [_ROOT / "crawlers" / f"{name}.py" for name in _READING]
    return _digest([*(path.read_bytes() for path in paths), *(version(name).encode() for name in _LIBRARIES)])


@cache
def _lists(folders: tuple[Path, ...]) -> str:
    files = [path for folder in folders for path in entries(folder, failure=ConfigError) if path.is_file()]
    return _digest(part for path in files for part in (path.name.encode(), content(path, ConfigError) or b""))


def _digest(parts: Iterable[bytes]) -> str:
    whole = hashlib.blake2b(digest_size=8)
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()
