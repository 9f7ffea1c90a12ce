"""The desk: where questions to a model are asked, each of them once, within budget and pace.

An answer is kept in the ledger, with what it cost, before anything else is done with it: a killed run pays for none twice.
Reprints, of one text or of one story, share the answer, also when they ask at the same time, in any process that shares the
ledger: who asks holds the locks of text and story, which are free again soon after it is killed.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from threading import Event, Lock
from typing import Self

from crawlers.errors import ConfigError
from crawlers.inquiries import Inquiry, KeptAnswer
from flows.kept import Asker, Kept, told
from flows.purse import Pace, Paid, Payment, Purse
from flows.settings import Project
from transforms.batching import BatchingClient
from transforms.dialogue import Outcome, Told
from transforms.llm import DownError, LlmError, RefusedError
from transforms.prompt import Message
from transforms.reply import Answer

NOT_OF_USE = "no answer that fits the schema and the article"
"""Why there is no annotation where the model was asked and has answered."""
_IN_A_ROW = 3  # articles that may find the endpoint down
_PATIENCE = 3600.0  # seconds; a question takes a quarter of that when each of its tries does
_LOOK = 1.0  # seconds between two looks at whether a desk that waits for another one's question was closed


@dataclass
class Desk(AbstractContextManager["Desk"]):
    """Asks on behalf of articles, and pays from a purse; may be used by several threads.

    Once `close` is called, kept answers alone are given, and the error is raised for what is not kept.
    """

    project: Project
    purse: Purse
    closed: LlmError | None = None

    def __post_init__(self) -> None:
        """Open the client. Raises ConfigError."""
        self.access = self.project.access
        self.prompt = self.project.prompt
        self._stopped = Event()
        self._longest = self.project.ledger.longest_answer(self.access.model, self.access.terms.most_counted)  # in tokens
        self._first = Lock()
        self._counting = Lock()
        self._down = 0  # articles in a row that found the endpoint so
        self.client = BatchingClient(self.access, self._stopped)
        self.kept = Kept(self.project)
        self._pace = Pace(self.access.terms.requests_per_minute, self._stopped)

    def __enter__(self) -> Self:
        """Return the desk."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the connections back."""
        self.client.close()

    @property
    def paid(self) -> Paid:
        """What was paid from its purse so far."""
        return self.purse.paid

    def close(self, error: LlmError) -> None:
        """Ask no more, for this reason; the first one counts."""
        self.closed = self.closed or error
        self._stopped.set()

    def annotate(self, asker: Asker) -> Outcome:
        """Return what the model says of an article. Raises LlmError where there is no answer to be had.

        The desk closes where three articles in a row find the endpoint down.
        """

        def ask(attempt: int, messages: list[Message]) -> Told:
            return self._ask(asker, attempt, messages)

        try:
            outcome = self.kept.engine.annotate(asker.title, asker.body, ask)
        except DownError as error:
            with self._counting:
                self._down += 1
                down = self._down >= _IN_A_ROW
            if down:
                self.close(error)
            raise
        with self._counting:
            self._down = 0
        return outcome

    def awaits_batches(self) -> bool:
        """Whether a former run has handed in questions whose answers have not been kept."""
        return bool(self.project.ledger.batches(self.prompt.version, self.access.model))

    def most(self, messages: list[Message]) -> float:
        """Return the most that a question can cost where answers are bounded: a token is two bytes at least, 0.7 of a Chinese character.

        Some models think beyond the bound; the longest answer so far is the bound then.
        """
        price, size = self.access.terms.price, sum(len(one["content"].encode()) for one in messages)
        return price.of(size // 2 + 500, max(self.access.terms.most_output or 0, self._longest or 0)) if price else 0.0

    def keep(self, asker: Asker, inquiry: Inquiry, answer: Answer, payment: Payment) -> KeptAnswer:
        """Keep an answer in the ledger, with what it cost, and pay it."""
        price = self.access.terms.price
        cost = price.of(answer.tokens_in, answer.tokens_out) if price else None
        self._longest = max(self._longest or 0, answer.tokens_out)
        kept = KeptAnswer(asker.story, asker.title, answer.text, answer.cut, answer.tokens_in, answer.tokens_out)
        self.project.ledger.book(inquiry, kept, asker.account, cost, price.currency if price else None)
        self.purse.guessed = self.purse.guessed or answer.guessed
        self.purse.book(payment, kept.tokens_in, kept.tokens_out, cost or 0.0)
        return kept

    @contextmanager
    def claimed(self, name: str) -> Iterator[None]:
        """Be the one that asks about the texts of a name, after any other has.

        Raises DownError when that takes an hour, and the error for which the desk is closed.
        """
        locks, deadline = self.project.data.locks, time.monotonic() + _PATIENCE
        while (lock := locks.hold(name, _LOOK)) is None:
            if self.closed:
                raise self.closed
            if time.monotonic() > deadline:
                raise DownError(f"another process has been asking for an hour (it holds {locks.place(name)})")
        try:
            yield
        finally:
            lock.release()

    def _ask(self, asker: Asker, attempt: int, messages: list[Message]) -> Told:
        if answer := self.kept.answer(asker, attempt):
            return answer
        inquiry = self.kept.inquiry(asker, attempt)
        with ExitStack() as held:
            # Always in this order: who waits for a story holds back nobody who has it.
            for kind, name in (("text", inquiry.text_hash), ("story", asker.story)):
                if name:
                    held.enter_context(self.claimed(f"{kind}-{name[:2]}"))
            return self.kept.answer(asker, attempt) or told(self._pay_for(asker, inquiry, messages), own=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let a question within a budget go alone as long as nobody knows how long an answer is: one at most is longer than reckoned."""
        if self._longest is not None or not self.purse.limited:
            yield
            return
        while not self._first.acquire(timeout=_LOOK):
            if self.closed:
                raise self.closed
        try:
            if self._longest is None:
                yield
                return
        finally:
            self._first.release()
        yield

    def _pay_for(self, asker: Asker, inquiry: Inquiry, messages: list[Message]) -> KeptAnswer:
        with self._alone(), self.purse.pay(self.most(messages)) as payment:
            self._pace.wait()
            if self.closed:
                raise self.closed
            try:
                answer = self.client.ask(messages)
            except RefusedError as error:
                if error.for_good:
                    self.project.ledger.refuse(inquiry, str(error))
                raise
            return self.keep(asker, inquiry, answer, payment)


def open_purse(project: Project, budget: float | None = None) -> Purse:
    """Return a purse that holds `budget`, the setting's where it is None.

    Raises ConfigError where that could not be kept: no price is set, or nothing bounds what one answer may cost.
    """
    terms = project.settings.llm
    if budget is not None and terms.price is None:
        raise ConfigError("--budget needs llm.price in settings.yml: what a million tokens of input and of output cost")
    limit = terms.budget if budget is None else budget
    if limit is not None and terms.most_output is None:
        raise ConfigError("a budget needs max_tokens among llm.options in settings.yml: how long one answer may be")
    return Purse(limit, terms.price.currency if terms.price else None)


def open_desk(project: Project, budget: float | None = None) -> Desk:
    """Return a desk with a purse of its own; see `open_purse`. Raises ConfigError where it cannot ask."""
    return Desk(project, open_purse(project, budget))
