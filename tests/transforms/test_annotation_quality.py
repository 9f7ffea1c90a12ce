"""What the lexicon engine makes of invented articles, against labels; the floors only rise."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
import yaml

from flows.settings import SHIPPED_CONFIG
from transforms.annotate import open_engine
from transforms.text import fold

ARTICLES = Path(__file__).parent / "labelled_articles.yml"
FLOORS = {
    "keywords": 0.62,
    "ai_technologies": 0.93,
    "industries": 0.68,
    "industry_codes": 1.0,
    "securities": 1.0,
    "major_events": 0.91,
    "summary": 0.69,
}


def same(one: str, other: str) -> bool:
    return fold(one) == fold(other)


def close(one: str, other: str) -> bool:
    """Whether one holds the other and is not twice as long."""
    short, long = sorted((fold(one), fold(other)), key=len)
    return short in long and len(long) < 2 * len(short)


def begins(event: str, label: str) -> bool:
    """Whether an event begins as labelled, and holds what else its label names behind …"""
    first, *others = label.split("…")
    return event.startswith(first) and all(other in event for other in others)


def f1(given: Iterable[Sequence[str]], wanted: Iterable[Sequence[str]], equal: Callable[[str, str], bool]) -> float:
    """Return F1 over all articles together."""
    right = of_given = of_wanted = 0
    for made, labels in zip(given, wanted, strict=True):
        left = list(labels)
        for value in made:
            if hit := next((label for label in left if equal(value, label)), None):
                left.remove(hit)
                right += 1
        of_given += len(made)
        of_wanted += len(labels)
    return 2 * right / (of_given + of_wanted)


def shared_pairs(one: str, other: str) -> float:
    """Return how many pairs of characters two texts share, as F1."""
    pairs = [{text[place : place + 2] for place in range(len(text) - 1)} for text in (fold(one), fold(other))]
    return 2 * len(pairs[0] & pairs[1]) / (len(pairs[0]) + len(pairs[1]))


@pytest.fixture(scope="module")
def scores() -> dict[str, float]:
    engine = open_engine("lexicon", [SHIPPED_CONFIG / "taxonomy", SHIPPED_CONFIG / "demo" / "taxonomy"])
    articles = yaml.safe_load(ARTICLES.read_text(encoding="utf-8"))
    made = [engine.annotate(row["title"], "\n".join(row["body"])) for row in articles]
    columns = {"keywords": same, "ai_technologies": close, "industries": close, "industry_codes": same, "securities": same}
    figures = {
        column: f1([getattr(one, column) for one in made], [row[column] for row in articles], equal)
        for column, equal in columns.items()
    }
    figures["major_events"] = f1([one.major_events for one in made], [row["events"] for row in articles], begins)
    figures["summary"] = sum(shared_pairs(one.summary, row["summary"]) for one, row in zip(made, articles, strict=True)) / len(
        made
    )
    return figures


@pytest.mark.parametrize("column", FLOORS)
def test_no_field_sinks(scores, column):
    assert scores[column] >= FLOORS[column]


def test_the_labels_stand_in_their_articles():
    for row in yaml.safe_load(ARTICLES.read_text(encoding="utf-8")):
        text = row["title"] + "\n" + "\n".join(row["body"])
        events = (part for label in row["events"] for part in label.split("…"))
        for value in (*row["keywords"], *row["ai_technologies"], *row["industries"], *events):
            assert value in text, (row["title"], value)
