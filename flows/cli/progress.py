"""What a run shows while it works: one line on a terminal, a line per step elsewhere."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status

from crawlers.fates import Tally
from flows.checking import Plan
from flows.daily import Watch
from flows.settings import Project

_TICK = 0.5  # seconds between two looks into the ledger


class Progress(Watch):
    """Reads the ledger's sums of a plan while the run works, and shows how they grow."""

    def __init__(self, project: Project, plan: Plan, console: Console) -> None:
        """Show the progress of `plan` on `console`, which should be standard error."""
        self._project = project
        self._plan = plan
        self._console = console
        self._status: Status | None = None
        self._phase = "plan"
        self._shown = 0.0

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
        if self._status is None:
            self._console.print(f"{text}: {self._sums()}", markup=False, highlight=False)
        self._shown = 0.0
        self.tick()

    def tick(self) -> None:
        """Show the sums as they are now, twice a second."""
        if self._status and time.monotonic() - self._shown > _TICK:
            self._shown = time.monotonic()
            self._status.update(f"{self._phase}: {self._sums()}")

    def _sums(self) -> str:
        days = [(source, day) for source, days in self._plan.items() for day in days]
        reports = [report for source, days in self._plan.items() for report in self._project.ledger.reports([source], days)]
        total = Tally.total(report.tally for report in reports)
        waiting = f", {total.waiting} to go" if total.waiting else ""
        return f"{len(days)} source-days, {total.found} found, {total.records} records, {total.rejects.total()} rejects{waiting}"
