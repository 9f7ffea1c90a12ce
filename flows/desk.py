"""The desk: where questions to a model are asked, each of them once, within budget and pace.

An answer is kept in the ledger, with what it cost, before anything else is done with it: a killed run pays for none twice.
Reprints have one text hash and share the answer, also when they ask at the same time, in this process or in another one on
this machine: who asks holds the lock file of the text.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import NamedTuple, Self

from filelock import FileLock

from crawlers.errors import ConfigError
from crawlers.inquiries import Account, Inquiry, Reply
from flows.purse import Pace, Payment, Purse
from flows.settings import Project
from transforms.dialogue import LlmEngine, Outcome, Told
from transforms.llm import Answer, Client, LlmError
from transforms.prompt import Message
from transforms.taxonomy import load_taxonomy
from transforms.text import text_hash


@dataclass(frozen=True)
class Asker:
    """On whose behalf a question is asked: an article's text, and the account that it goes on."""

    title: str
    body: str
    account: Account


class Paid(NamedTuple):
    """What questions cost; `cost` is None where no price is set."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = None
    currency: str | None = None

    def __str__(self) -> str:
        """Return it in words."""
        money = "" if self.cost is None else f", {self.cost:.4f} {self.currency}"
        return f"{self.calls} calls, {self.tokens_in} tokens in, {self.tokens_out} out{money}"


@dataclass
class Desk(AbstractContextManager["Desk"]):
    """Asks on behalf of articles; may be used by several threads. `paid` is what this run cost so far.

    Once `close` is called, kept answers alone are given, and the error is raised for what is not kept.
    """

    project: Project
    purse: Purse
    closed: LlmError | None = None
    paid: Paid = field(default_factory=Paid)

    def __post_init__(self) -> None:
        """Open the client. Raises ConfigError."""
        self.access = self.project.access
        self.prompt = self.project.prompt
        self._client = Client(self.access)
        self._engine = LlmEngine(self.prompt, self.access.model, load_taxonomy(self.project.taxonomy))
        price = self.access.terms.price
        self.paid = Paid(cost=0.0 if price else None, currency=price.currency if price else None)
        self._stopped = Event()
        self._pace = Pace(self.access.terms.requests_per_minute, self._stopped)
        self._lock = Lock()

    def __enter__(self) -> Self:
        """Return the desk."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the connections back."""
        self._client.close()

    def close(self, error: LlmError) -> None:
        """Ask no more, for this reason; the first one counts."""
        self.closed = self.closed or error
        self._stopped.set()

    def annotate(self, asker: Asker) -> Outcome:
        """Return what the model says of an article. Raises LlmError where there is no answer to be had."""
        digest = text_hash(asker.body)

        def ask(attempt: int, messages: list[Message]) -> Told:
            return self._ask(asker, Inquiry(digest, self.prompt.version, self.access.model, attempt), messages)

        return self._engine.annotate(asker.title, asker.body, ask)

    def _ask(self, asker: Asker, inquiry: Inquiry, messages: list[Message]) -> Told:
        ledger = self.project.ledger
        reply = ledger.reply(inquiry)
        if reply is None:
            with FileLock(self.project.data / "locks" / f"text-{inquiry.text_hash[:2]}.lock"):
                reply = ledger.reply(inquiry) or self._pay_for(asker, inquiry, messages)
        return Told(Answer(reply.text, reply.cut, reply.tokens_in, reply.tokens_out), reply.title)

    def _pay_for(self, asker: Asker, inquiry: Inquiry, messages: list[Message]) -> Reply:
        price = self.access.terms.price
        most = price.of(_most_input(messages), self.access.terms.most_output) if price else 0.0
        with self.purse.pay(most) as payment:
            self._pace.wait()
            if self.closed:
                raise self.closed
            answer = self._client.ask(messages)
            cost = price.of(answer.tokens_in, answer.tokens_out) if price else None
            reply = Reply(asker.title, answer.text, answer.cut, answer.tokens_in, answer.tokens_out)
            self.project.ledger.book(inquiry, reply, asker.account, cost)
            self._count(reply, payment, cost or 0.0)
        return reply

    def _count(self, reply: Reply, payment: Payment, cost: float) -> None:
        payment.cost = cost
        with self._lock:
            old = self.paid
            self.paid = old._replace(
                calls=old.calls + 1,
                tokens_in=old.tokens_in + reply.tokens_in,
                tokens_out=old.tokens_out + reply.tokens_out,
                cost=None if old.cost is None else old.cost + cost,
            )


def open_desk(project: Project, budget: float | None = None) -> Desk:
    """Return a desk that may spend `budget`, the setting's where it is None. Raises ConfigError where it cannot ask."""
    if budget is not None and project.settings.llm.price is None:
        raise ConfigError("--budget needs llm.price in settings.yml: what a million tokens of input and of output cost")
    return Desk(project, Purse(project.settings.llm.budget if budget is None else budget))


def _most_input(messages: list[Message]) -> int:
    """Return how many tokens a question may have at most: one for two bytes, which is 1.5 for a Chinese character."""
    return sum(len(one["content"].encode()) for one in messages) // 2 + 500
