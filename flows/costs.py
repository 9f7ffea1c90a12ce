"""Costs: what questions to models came to, by run, source, publication day or model."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

from crawlers.inquiries import Usage
from flows.settings import Project, check_order

By = Literal["run", "source", "day", "model"]


class Cost(NamedTuple):
    """What one run's questions to one model cost about articles of one source and publication day."""

    run: str
    source: str
    day: date
    model: str
    usage: Usage

    def values(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"run": self.run, "source": self.source, "day": self.day, "model": self.model, **self.usage._asdict()}


class Sum(NamedTuple):
    """What many questions cost, by currency ("" where nobody noted it); `known` whether the price of each of them was."""

    calls: int
    tokens_in: int
    tokens_out: int
    costs: Mapping[str, float]
    known: bool


def costs(project: Project, start: date, end: date) -> list[Cost]:
    """Return what is booked for articles that were published from `start` to `end`. Raises ConfigError when these are swapped."""
    check_order(start, end)
    booked = (Cost(*key, usage) for key, usage in project.ledger.usage().items())
    return [cost for cost in booked if start <= cost.day <= end]


def summed_by(by: By, rows: Iterable[Cost]) -> dict[str, Sum]:
    """Return the sums of each run, source, day or model, in their order."""
    groups: dict[str, list[Usage]] = {}
    for row in sorted(rows, key=lambda row: str(getattr(row, by))):
        groups.setdefault(str(getattr(row, by)), []).append(row.usage)
    return {name: summed(usages) for name, usages in groups.items()}


def summed(usages: Iterable[Usage]) -> Sum:
    """Return the sum."""
    rows = list(usages)
    costs: dict[str, float] = {}
    for row in rows:
        if row.cost is not None:
            costs[row.currency or ""] = costs.get(row.currency or "", 0.0) + row.cost
    known = all(row.cost is not None for row in rows)
    return Sum(
        sum(row.calls for row in rows), sum(row.tokens_in for row in rows), sum(row.tokens_out for row in rows), costs, known
    )
