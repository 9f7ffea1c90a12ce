"""The ledger's part on models: what they answered, what that cost, and which days wait for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, func, insert, select, update

from crawlers.books import Books
from crawlers.clock import now
from crawlers.tables import model_answers as _answers
from crawlers.tables import model_batches as _batches
from crawlers.tables import model_currencies as _currencies
from crawlers.tables import model_refusals as _refusals
from crawlers.tables import model_usage as _usage
from crawlers.tables import put
from crawlers.tables import unannotated as _unannotated


class Inquiry(NamedTuple):
    """What makes a question the same question. `attempt` is 1, or 2 for the one that names the first answer's faults."""

    text_hash: str
    prompt: str
    model: str
    attempt: int


@dataclass(frozen=True)
class KeptAnswer:
    """A model's answer as it came; `cut` when it was not at its end.

    `title` is the headline of the article asked about, `story` its story then, "" for a text that is in no dataset.
    """

    story: str
    title: str
    text: str
    cut: bool
    tokens_in: int
    tokens_out: int


class Account(NamedTuple):
    """On whose account a question goes: the run, and source and publication day of the article."""

    run: str
    source: str
    day: date


class Usage(NamedTuple):
    """What questions cost; `cost` is None where the price of one of them was not known, `currency` where nobody noted it."""

    calls: int
    tokens_in: int
    tokens_out: int
    cost: float | None
    currency: str | None = None


class Batch(NamedTuple):
    """A batch of questions; `name` is the provider's, None where the process that handed it in ended before it knew.

    `begun_at` is when it was about to be handed in.
    """

    mark: str
    name: str | None
    texts: tuple[str, ...]
    begun_at: datetime


class Inquiries(Books):
    """The ledger, as far as it knows of models. Every method raises StoreError when the database cannot be used."""

    def kept_answer(self, inquiry: Inquiry) -> KeptAnswer | None:
        """Return the answer to a question that was asked before, None where it was not."""
        with self._reading() as connection:
            row = connection.execute(select(_answers).filter_by(**inquiry._asdict())).first()
        return _kept(row)

    def kept_of_story(self, inquiry: Inquiry, story: str) -> KeptAnswer | None:
        """Return the first answer to such a question about another text of a story, None where there is none."""
        same = {"prompt": inquiry.prompt, "model": inquiry.model, "attempt": inquiry.attempt, "story": story}
        with self._reading() as connection:
            return _kept(connection.execute(select(_answers).filter_by(**same).order_by(_answers.c.answered_at)).first())

    def refuse(self, inquiry: Inquiry, why: str) -> None:
        """Note that a question was refused for good, and why; nothing was paid for it."""
        with self._writing() as connection:
            put(connection, _refusals, inquiry._asdict(), why=why, refused_at=now())

    def refusal(self, inquiry: Inquiry) -> str | None:
        """Return why a question was refused for good, None where it was not."""
        with self._reading() as connection:
            why: str | None = connection.scalar(select(_refusals.c.why).filter_by(**inquiry._asdict()))
        return why

    def last_refusal(self, text_hash: str) -> tuple[str, str] | None:
        """Return the model that was the last to refuse a text for good, by whatever prompt, and why; None where none did."""
        query = select(_refusals.c.model, _refusals.c.why).filter_by(text_hash=text_hash)
        with self._reading() as connection:
            row = connection.execute(query.order_by(_refusals.c.refused_at.desc())).first()
        return (row.model, row.why) if row else None

    def book(self, inquiry: Inquiry, kept: KeptAnswer, account: Account, cost: float | None, currency: str | None = None) -> None:
        """Keep an answer and book what it cost, both or neither; all costs of a run are in one currency."""
        with self._writing() as connection:
            put(connection, _answers, inquiry._asdict(), **vars(kept), answered_at=now())
            key = {**account._asdict(), "model": inquiry.model}
            mine = and_(*(_usage.c[name] == value for name, value in key.items()))
            more = {
                "calls": _usage.c.calls + 1,
                "tokens_in": _usage.c.tokens_in + kept.tokens_in,
                "tokens_out": _usage.c.tokens_out + kept.tokens_out,
                "cost": _usage.c.cost + cost,  # null where either is
            }
            if connection.execute(update(_usage).where(mine).values(more)).rowcount == 0:
                first = {"calls": 1, "tokens_in": kept.tokens_in, "tokens_out": kept.tokens_out, "cost": cost}
                connection.execute(insert(_usage).values(**key, **first))
            if currency is not None:
                put(connection, _currencies, {"run": account.run}, currency=currency)

    def begin_batch(self, mark: str, prompt: str, model: str, texts: Sequence[str]) -> None:
        """Note that a batch of first questions about texts is about to be handed in."""
        with self._writing() as connection:
            put(connection, _batches, {"mark": mark}, prompt=prompt, model=model, batch=None, texts=list(texts), begun_at=now())

    def name_batch(self, mark: str, batch: str) -> None:
        """Note the name that the provider gave a batch."""
        with self._writing() as connection:
            connection.execute(update(_batches).where(_batches.c.mark == mark).values(batch=batch))

    def batches(self, prompt: str, model: str) -> list[Batch]:
        """Return the batches whose answers have not all been kept, in the order in which they were handed in."""
        query = select(_batches).where(_batches.c.prompt == prompt, _batches.c.model == model)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(_batches.c.begun_at)).all()
        return [Batch(row.mark, row.batch, tuple(row.texts), row.begun_at) for row in rows]

    def end_batch(self, mark: str) -> None:
        """Forget a batch: its answers are kept, or there will be none."""
        with self._writing() as connection:
            connection.execute(delete(_batches).where(_batches.c.mark == mark))

    def usage(self, run: str | None = None) -> dict[tuple[str, str, date, str], Usage]:
        """Return what was asked, of one run or of all, by run, source, publication day and model."""
        query = select(_usage, _currencies.c.currency).outerjoin(_currencies, _currencies.c.run == _usage.c.run)
        if run is not None:
            query = query.where(_usage.c.run == run)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(_usage.c.run, _usage.c.source, _usage.c.day)).all()
        return {
            (row.run, row.source, row.day, row.model): Usage(row.calls, row.tokens_in, row.tokens_out, row.cost, row.currency)
            for row in rows
        }

    def asked_of(self, prompt: str, model: str) -> tuple[int, int, int]:
        """Return how many texts a model was asked about by a prompt, and the tokens of these questions and answers."""
        mine = and_(_answers.c.prompt == prompt, _answers.c.model == model)
        sums = (func.count(_answers.c.text_hash.distinct()), func.sum(_answers.c.tokens_in), func.sum(_answers.c.tokens_out))
        with self._reading() as connection:
            texts, tokens_in, tokens_out = connection.execute(select(*sums).where(mine)).one()
        return texts, tokens_in or 0, tokens_out or 0

    def longest_answer(self, model: str, most: int) -> int | None:
        """Return the tokens of the longest answer of a model, None where it has given none; what counts more than `most` is left out."""
        mine = and_(_answers.c.model == model, _answers.c.tokens_out <= most)
        with self._reading() as connection:
            longest: int | None = connection.scalar(select(func.max(_answers.c.tokens_out)).where(mine))
        return longest

    def owe(self, source: str, days: Iterable[date]) -> None:
        """Note that records of these days wait for their annotation."""
        with self._writing() as connection:
            known = set(connection.scalars(select(_unannotated.c.day).filter_by(source=source)))
            if new := sorted(set(days) - known):
                connection.execute(insert(_unannotated), [{"source": source, "day": day} for day in new])

    def owed(self, source: str) -> set[date]:
        """Return the days of a source some of whose records may wait for their annotation."""
        with self._reading() as connection:
            return set(connection.scalars(select(_unannotated.c.day).filter_by(source=source)))

    def annotated(self, source: str, day: date) -> None:
        """Note that no record of a day waits any more."""
        with self._writing() as connection:
            connection.execute(delete(_unannotated).where(_unannotated.c.source == source, _unannotated.c.day == day))


def _kept(row: Any) -> KeptAnswer | None:
    return row and KeptAnswer(row.story, row.title, row.text, row.cut, row.tokens_in, row.tokens_out)
