"""What a run shows while it works: one line on a terminal, a line per step elsewhere."""

import math
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.text import Text

from crawlers.fates import Tally
from flows.checking import Plan, reports_of
from flows.cli.durations import duration
from flows.settings import Project
from flows.watch import Watch

_TICK = 0.5  # seconds between two looks into the ledger …
_SELDOM = 60.0  # … where each one makes a line
_ENOUGH = 20  # articles after which the speed is known


class Progress(Watch):
    """Reads the ledger's sums of a plan while the run works, and shows how they grow."""

    def __init__(self, project: Project, plan: Plan, console: Console, *, articles: int = 0, seconds: float = 0.0) -> None:
        """Show the progress of `plan` on `console`, which should be standard error.

        `articles` are those that are expected to be fetched, `seconds` the time that this should take; 0: not known.
        """
        self._articles = articles
        self._seconds = seconds
        self._begun = time.monotonic()
        self._before: int | None = None
        self._project = project
        self._plan = plan
        self._console = console
        self._status: Status | None = None
        self._phase = "plan"
        self._shown = 0.0
        self._pause = _TICK

    def __enter__(self) -> Self:
        """Begin to show."""
        if self._console.is_terminal:
            self._status = self._console.status("…")
            self._status.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Clear the line."""
        if self._status:
            self._status.stop()

    def phase(self, text: str) -> None:
        """Show that a step begins."""
        self._phase = text
        self._shown = -math.inf
        self.tick()

    def tick(self) -> None:
        """Show the sums as they are now, twice a second on a terminal, else once a minute."""
        if (begun := time.monotonic()) - self._shown <= self._pause:
            return
        line = f"{self._phase}: {self._sums()}"
        self._shown = time.monotonic()
        self._pause = max(_TICK if self._status else _SELDOM, 20 * (self._shown - begun))  # looking costs a twentieth at most
        if self._status:
            self._status.update(Text(line))  # as it is: a model or a batch may have any name
        else:
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _sums(self) -> str:
        total = Tally.total(report.tally for report in reports_of(self._project, self._plan))
        waiting = f", {total.waiting} to go" if total.waiting else ""
        sums = f"{total.found} found, {total.records} records, {total.rejects.total()} rejects{waiting}"
        return f"{sum(map(len, self._plan.values()))} source-days, {sums}{self._left(total)}"

    def _left(self, total: Tally) -> str:
        """Return in words how long the crawl will take yet: at the speed so far, before there is one by the estimate."""
        had = total.found - total.waiting + total.unbuilt
        if self._before is None:
            self._before = had
        if not self._seconds:
            return ""
        spent, done = time.monotonic() - self._begun, had - self._before
        expected = max(self._articles, total.found - self._before)
        seconds = spent * (expected - done) / done if done >= _ENOUGH else self._seconds - spent
        return f", about {duration(max(seconds, 0))} left" if seconds >= 1 else ""
