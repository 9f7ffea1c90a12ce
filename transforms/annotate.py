"""Annotate: what an engine says about articles. One protocol; `lexicon` is the engine that needs nothing.

The `llm` engine asks over the network: records wait for it (`Waits`), and a step of its own asks (see `dialogue`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from crawlers.errors import ConfigError
from transforms.record import Annotation, Article, Evidence


class Engine(Protocol):
    """What makes annotations of texts."""

    def annotate(self, title: str, body: str) -> Annotation:
        """Return the annotation of one article."""


class Waits:
    """Stands for an engine that is asked later: each article gets the annotation of a record that waits for it."""

    def __init__(self, waiting: Annotation) -> None:
        """Give every article the annotation `waiting`."""
        self._waiting = waiting

    def annotate(self, _title: str, _body: str) -> Annotation:
        """Return the annotation of a record that waits."""
        return self._waiting


def open_engine(name: str, taxonomy: Sequence[Path]) -> Engine:
    """Return the engine `name` with the word lists of the given folders, a later one adding to an earlier one.

    Raises ConfigError for an unknown engine or a wrong list.
    """
    if name != "lexicon":
        raise ConfigError(f"unknown engine {name}; lexicon is one")
    from transforms.taxonomy import load_taxonomy  # noqa: PLC0415 - an engine is loaded when it is used

    lists = load_taxonomy(taxonomy)
    _ = lists.finder  # made before rjieba's dictionary is loaded, which then takes the memory that making it needed: 7 MB
    from transforms.lexicon import LexiconEngine  # noqa: PLC0415

    return LexiconEngine(lists)


def annotate(articles: Iterable[Article], engine: Engine) -> Iterator[Annotation]:
    """Yield the annotation of each article, in their order."""
    for article in articles:
        yield engine.annotate(article.title, article.body)


def evidence_of(body: str, columns: Mapping[str, Sequence[str]]) -> tuple[Evidence, ...]:
    """Return where each value first stands in the body, by column and value; a value that is not in it has no evidence."""
    places = ((column, value, body.find(value)) for column, values in columns.items() for value in values)
    return tuple(
        Evidence(column=column, value=value, start=start, end=start + len(value)) for column, value, start in places if start >= 0
    )
