"""Estimate: what so many articles will cost at the model, before they are asked about."""

from datetime import date
from itertools import islice
from statistics import mean
from typing import NamedTuple

from flows.settings import Project
from transforms import dataset
from transforms.endpoint import model_of

_LENGTH = 1200  # characters of an article where the dataset has none yet
_SAMPLE = 200  # records whose length is measured
_TOKENS = 0.8  # of a Chinese character
_ANSWER = 600  # tokens


class Estimate(NamedTuple):
    """Tokens and money; `cost` is None where llm.price is not set. `known` is how many articles it rests on, 0 for none."""

    tokens_in: int
    tokens_out: int
    cost: float | None
    currency: str | None
    known: int

    def __str__(self) -> str:
        """Return it in words."""
        money = "" if self.cost is None else f", {self.cost:.2f} {self.currency}"
        basis = f"as {self.known} articles before" if self.known else "by the bodies' length"
        return f"about {self.tokens_in} tokens in, {self.tokens_out} out{money} ({basis})"


def estimate(project: Project, articles: int) -> Estimate:
    """Return what `articles` articles will cost: as those before by the same prompt and model, else by the bodies' length.

    Raises ConfigError where no model is named.
    """
    price = project.settings.llm.price
    known, tokens_in, tokens_out = project.ledger.asked_of(project.prompt.version, model_of(project.settings.llm))
    if known:
        each_in, each_out = tokens_in / known, tokens_out / known
    else:
        each_in, each_out = (len(project.prompt.text) + _length(project)) * _TOKENS, float(_ANSWER)
    whole_in, whole_out = round(articles * each_in), round(articles * each_out)
    cost = price.of(whole_in, whole_out) if price else None
    return Estimate(whole_in, whole_out, cost, price.currency if price else None, known)


def _length(project: Project) -> float:
    """Return the mean length of the newest records' bodies."""
    records = dataset.records(project.data)
    days = records.days(end=date.max)[-3:]
    rows = (row for day in days for row in records.select(day, day))
    return mean([len(row.body) for row in islice(rows, _SAMPLE)] or [_LENGTH])
