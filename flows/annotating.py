"""The annotation of a run that is built part by part, within one budget."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from crawlers.errors import CaixunError
from flows.by_lexicon import take_over
from flows.checking import Plan
from flows.engine import check_engine
from flows.runner import Runner
from flows.settings import Project
from transforms.checks import Finding

if TYPE_CHECKING:
    from flows.annotation import Annotated
    from flows.purse import Purse


class Annotating:
    """Annotates what waits for the llm engine, all from one purse; by the lexicon engine where that is set by now."""

    def __init__(
        self,
        project: Project,
        run: str,
        runner: Runner,
        tell: Callable[[str], None],
        findings: list[Finding],
        budget: float | None,
    ) -> None:
        """Work on the account of `run`; `budget` is what it may spend, the setting's where it is None.

        What goes wrong is added to `findings`. Raises ConfigError where the model cannot be asked.
        """
        check_engine(project, budget)
        self._made: Annotated | None = None
        self._purse: Purse | None = None  # None where there is no model to be paid
        if project.settings.annotator == "llm":
            from flows.desk import open_purse  # noqa: PLC0415 - the model's parts, which most runs do without

            self._purse = open_purse(project, budget)
        self._project = project
        self._run = run
        self._runner = runner
        self._tell = tell
        self._findings = findings
        self._together = self._purse is not None and bool(project.settings.llm.batch)

    @property
    def result(self) -> "Annotated | None":
        """What the parts that did not fail came to, and all that was paid, also for those that did; None where nothing waited."""
        if self._purse is None:
            return None
        from flows.annotation import Annotated  # noqa: PLC0415

        paid = self._purse.paid
        made = self._made or (Annotated(self._project.access.model) if paid.calls else None)
        return replace(made, paid=paid) if made else None

    def take(self, plan: Plan) -> None:
        """Annotate what waits of the days of a plan, and of other days that its sources owe; all of these where there is no model."""
        project = self._project
        try:
            if self._purse is None:
                if any(map(project.ledger.owed, plan)):  # since another engine was set
                    self._tell("annotate")
                    self._runner.step("annotate", partial(take_over, project, plan, self._runner))
                return
            from flows.annotation import annotate_waiting  # noqa: PLC0415

            self._tell("annotate")
            work = partial(annotate_waiting, project, plan, self._run, self._runner, self._findings, self._purse, self._tell)
            made = self._runner.step("annotate", work)
        except CaixunError as error:
            self._findings.append(Finding("failure", str(error)))
            return
        if made:
            self._made = self._made.then(made) if self._made else made

    def take_part(self, plan: Plan) -> None:
        """Annotate what waits of a part of the run, unless questions are handed in together: the run's end is waited for then."""
        if not self._together:
            self.take(plan)

    def take_rest(self, plan: Plan) -> None:
        """Annotate what parts have left, at the run's end."""
        if self._together:
            self.take(plan)
