"""The annotation step: records that wait for the llm engine are annotated, here and not in worker processes, since it only waits.

Answers are kept as they come (see `desk`), records are written batch by batch. What gets no answer now goes on waiting, and
the next run takes it up: the ledger knows the days that owe an annotation.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, islice
from threading import Lock
from typing import Literal

from crawlers.errors import CaixunError
from crawlers.inquiries import Account
from flows.batches import Batches
from flows.by_lexicon import annotate_by_lexicon
from flows.checking import Plan
from flows.desk import NOT_OF_USE, Desk, open_purse
from flows.engine import settle
from flows.kept import Asker
from flows.purse import GUESSED, OverBudgetError, Paid, Purse
from flows.runner import Runner
from flows.settings import Project
from flows.write_annotations import Hear, write_annotations
from transforms import dataset
from transforms.checks import Finding
from transforms.llm import DeniedError, DownError, LlmError, RefusedError
from transforms.record import Annotation, Record

_BATCH = 200  # records that are annotated before their partitions are written
_MOST_IN_BATCH = 5_000  # records whose questions are handed in together: about 100 MB of memory


Tell = Callable[[str], None]


@dataclass
class Annotated:
    """What an annotation step came to: records by what became of them, and values dropped as not grounded.

    `refused` counts those that the endpoint refuses, now or before: they keep what a model has made of them, or are of `by_lexicon`.
    `left` counts, by source, those that go on waiting; `paid` is what the run has paid by now, also in steps before.
    """

    model: str
    by_model: int = 0
    by_lexicon: int = 0
    refused: int = 0
    left: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    paid: Paid = field(default_factory=Paid)
    findings: list[Finding] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        """How many records go on waiting."""
        return self.left.total()

    def then(self, later: "Annotated") -> "Annotated":
        """Return what this step and a later one of the same run came to, which knows what was paid by both.

        What waited of the sources of the later one was its to take up.
        """
        return Annotated(
            later.model,
            self.by_model + later.by_model,
            self.by_lexicon + later.by_lexicon,
            self.refused + later.refused,
            Counter({**self.left, **later.left}),
            self.dropped + later.dropped,
            later.paid,
            [*self.findings, *later.findings],
        )

    def told(self) -> str:
        """Return it in one line."""
        waiting = f", {self.waiting} wait" if self.waiting else ""
        dropped = f"; {self.dropped.total()} values dropped that the article does not bear out" if self.dropped else ""
        refused = f"; {self.refused} refused by the endpoint" if self.refused else ""
        return f"annotated {self.by_model} by {self.model} ({self.paid}), {self.by_lexicon} by lexicon{waiting}{refused}{dropped}"


def annotate_waiting(
    project: Project,
    plan: Plan,
    run: str,
    runner: Runner,
    findings: list[Finding],
    purse: Purse | None = None,
    tell: Tell = lambda _text: None,
) -> Annotated | None:
    """Annotate what waits of a plan's days, and of earlier days that its sources owe; None where nothing does.

    What goes wrong is added to `findings`; `tell` hears how far it is. `purse` is the run's, None where this is its only
    step. Raises ConfigError, BusyError, StoreError.
    """
    days = [(source, day) for source in plan for day in sorted({*plan[source], *project.ledger.owed(source)})]
    records = dataset.records(project.data)
    waiting = (row for source, day in days for row in dataset.waiting(records, day, source))
    first = next(waiting, None)
    if first is None:
        result = None
    else:
        with Desk(project, purse or open_purse(project)) as desk:
            result = Step(project, desk, run, runner, tell=tell).annotate(chain([first], waiting))
        result.left.update(dict.fromkeys(plan, 0))  # of these nothing waits that an earlier step has left
        findings += result.findings
    settle(project, plan)
    return result


class Step:
    """One annotation of many records."""

    def __init__(
        self,
        project: Project,
        desk: Desk,
        run: str,
        runner: Runner,
        hear: Hear = lambda _row, _made: None,
        tell: Tell = lambda _text: None,
    ) -> None:
        """Ask at `desk`, on the account of `run`.

        `hear` is told each record, as it was, with its new annotation; `tell` how far the work is, after each batch.
        """
        self._project = project
        self._desk = desk
        self._terms = desk.access.terms
        self._run = run
        self._runner = runner
        self._hear = hear
        self._tell = tell
        self._lock = Lock()
        self._unanswered: LlmError | None = None
        self._refused: list[str] = []
        self._kept: list[str] = []
        self._batches = Batches(desk, tell)
        self._guessed = desk.purse.guessed  # as another part of the run has said
        self._result = Annotated(desk.access.model)

    def annotate(self, rows: Iterable[Record]) -> Annotated:
        """Annotate records and write them, batch by batch."""
        rows, desk, result = iter(rows), self._desk, self._result
        with ThreadPoolExecutor(self._terms.concurrency, thread_name_prefix="llm") as pool:
            try:
                while part := list(islice(rows, _MOST_IN_BATCH if self._terms.batch else _BATCH)):
                    self._ask_in_batches(part)
                    for start in range(0, len(part), _BATCH):
                        self._annotate_batch(part[start : start + _BATCH], pool)
            except BaseException:  # also Ctrl-C: what is being asked is waited for and kept, nothing more is asked
                desk.close(DownError("stopped"))
                raise
        result.findings += self._findings()
        return result

    def _ask_in_batches(self, rows: list[Record]) -> None:
        """Get answers by batches, where they are set and the endpoint takes them; what has none is asked one by one."""
        try:
            self._batches.ask([self._asker(row) for row in rows])
        except (DownError, DeniedError, OverBudgetError) as error:
            self._desk.close(error)

    def _asker(self, row: Record) -> Asker:
        return Asker(row.title, row.body, Account(self._run, row.source, row.published_date), row.story_id)

    def _annotate_batch(self, batch: list[Record], pool: ThreadPoolExecutor) -> None:
        by_model: dict[str, Annotation] = {}
        left: list[Record] = []
        for row, made in zip(batch, pool.map(self._ask, batch), strict=True):
            if isinstance(made, Annotation):
                by_model[row.article_id] = made
            elif made == "lexicon":
                left += [] if _is_by_model(row) else [row]  # what a model has said stays where another one says nothing
            else:
                self._result.left[row.source] += 1
        by_lexicon = annotate_by_lexicon(self._project, left, self._runner)
        write_annotations(self._project, batch, by_model | by_lexicon, self._hear)
        self._result.by_model += len(by_model)
        self._result.by_lexicon += len(by_lexicon)
        self._result.left.update(row.source for row in left if row.article_id not in by_lexicon)
        self._result.paid = self._desk.paid
        if len(batch) == _BATCH:
            self._tell(self._result.told())

    def _ask(self, row: Record) -> Annotation | Literal["lexicon", "wait"]:
        """Return a record's annotation by the model, or what becomes of it instead. Runs in several threads."""
        try:
            outcome = self._desk.annotate(self._asker(row))
        except RefusedError as error:
            with self._lock:
                self._result.refused += 1
            return self._gives_way(row, str(error))
        except OverBudgetError as error:
            self._desk.close(error)
            if self._terms.when_over_budget == "lexicon" and _is_by_model(row):
                return self._gives_way(row, str(error))
            return self._terms.when_over_budget
        except DeniedError as error:
            self._desk.close(error)
            return "wait"
        except DownError as error:
            self._unanswered = error
            return "wait"
        except CaixunError:
            raise
        except Exception as error:  # noqa: BLE001 - one odd text must not stop those of all sources
            return self._gives_way(row, f"crashed: {error!r:.200}")
        with self._lock:
            self._result.dropped.update(fault.column for fault in outcome.dropped)
        return outcome.annotation or self._gives_way(row, NOT_OF_USE)

    def _gives_way(self, row: Record, why: str) -> Literal["lexicon"]:
        (self._kept if _is_by_model(row) else self._refused).append(why)
        return "lexicon"

    def _findings(self) -> Iterator[Finding]:
        why, waiting = self._desk.closed or self._unanswered, self._result.waiting
        if isinstance(why, OverBudgetError):
            by_lexicon = "the rest" if not self._kept else f"{self._result.by_lexicon} of the rest"
            rest = f"{waiting} records are left for the next run" if waiting else f"the lexicon engine annotated {by_lexicon}"
            yield Finding("warning", f"{why}: {rest}")
        elif why or waiting:
            text = f"{why or 'the lexicon engine failed'}; {waiting} records are left for the next run"
            yield Finding("failure", text)
        if self._desk.purse.guessed and not self._guessed:
            yield Finding("warning", f"{self._result.model} {GUESSED}")
        for remark in self._batches.remarks:
            yield Finding("warning", remark)
        for reason, count in Counter(self._refused).most_common(3):
            yield Finding("warning", f"the lexicon engine annotated {count} articles in place of {self._result.model}: {reason}")
        for reason, count in Counter(self._kept).most_common(3):
            yield Finding("warning", f"{count} articles keep what another model or prompt made of them: {reason}")


def _is_by_model(row: Record) -> bool:
    return row.annotated_at is not None and row.annotator == "llm"
