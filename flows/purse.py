"""The purse of a run: what it may spend on questions to a model, what it has paid, and how fast it may ask."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Event, Lock
from typing import NamedTuple

from transforms.llm import LlmError

GUESSED = "counts no tokens, or more than there can be; the characters were taken for them, and the cost is a guess"
"""What to say, behind the model's name, of a purse that `guessed`."""


class OverBudgetError(LlmError):
    """The next question might cost more than is left."""


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


class Purse:
    """Money that several threads spend. What it spends is never more than `limit`, None for as much as is asked for.

    `paid` is what all answers cost that were kept so far, whatever became of them; `guessed` whether tokens of one were a guess.
    """

    def __init__(self, limit: float | None, currency: str | None) -> None:
        """Hold `limit` in the currency of the price, which is None where no price is set."""
        self.spent = 0.0
        self.guessed = False
        self.paid = Paid(cost=None if currency is None else 0.0, currency=currency)
        self._limit = limit
        self._set_aside = 0.0
        self._asked = 0  # questions that money is set aside for
        self._changed = Condition()

    @property
    def limited(self) -> bool:
        """Whether there is a limit."""
        return self._limit is not None

    def allows(self, most: float) -> bool:
        """Whether a question that may cost so much is within the limit."""
        return self._limit is None or self.spent + self._set_aside + most <= self._limit

    def charge(self, cost: float) -> None:
        """Spend what is owed already, whether or not it is within the limit."""
        with self._changed:
            self.spent += cost

    def book(self, payment: "Payment", tokens_in: int, tokens_out: int, cost: float) -> None:
        """Add an answer to what was paid, and what it cost to a payment."""
        with self._changed:
            payment.cost += cost
            old = self.paid
            whole = None if old.cost is None else old.cost + cost
            self.paid = Paid(old.calls + 1, old.tokens_in + tokens_in, old.tokens_out + tokens_out, whole, old.currency)

    @contextmanager
    def pay(self, most: float) -> Iterator["Payment"]:
        """Set aside the most that a question can cost while it is asked; the payment's `cost` is then spent.

        Waits for other questions where these may leave enough. Raises OverBudgetError where there is not enough.
        """
        with self._changed:
            while not self.allows(most):
                if not self._asked:
                    raise OverBudgetError(self._told(most))
                self._changed.wait()
            self._set_aside += most
            self._asked += 1
        payment = Payment()
        try:
            yield payment
        finally:
            with self._changed:
                self._asked -= 1
                self._set_aside = self._set_aside - most if self._asked else 0.0  # not what rounding leaves of sums
                self.spent += payment.cost
                self._changed.notify_all()

    def _told(self, most: float) -> str:
        limit = self._limit or 0.0
        left = "" if self.spent >= limit else f" but for {limit - self.spent:.3g}, and the next question may cost {most:.3g}"
        return f"the budget of {limit:g} is spent{left}"


class Payment:
    """What one question did cost; nothing when it was not answered."""

    cost = 0.0


class Pace:
    """Questions a minute, over all threads of this process."""

    def __init__(self, per_minute: int | None, stopped: Event) -> None:
        """Let `per_minute` questions begin, None for as many as come; `stopped` ends all waiting."""
        self._seconds = 60 / per_minute if per_minute else 0.0
        self._stopped = stopped
        self._lock = Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Wait for the next turn."""
        with self._lock:
            turn = max(time.monotonic(), self._next)
            self._next = turn + self._seconds
        self._stopped.wait(turn - time.monotonic())
