"""The same steps as a Prefect flow: each step and each batch is a task, tables become artifacts. Only here is Prefect known.

The work itself stays in the plain runner's processes: a task costs the server some 30 ms, a process pool as Prefect's task
runner many times that.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from flows.runner import Crashed, PlainRunner, Runner

Job = TypeVar("Job")
Result = TypeVar("Result")


class PrefectRunner:
    """Shows the steps and batches of a plain runner as tasks of the flow run that it is used in."""

    def __init__(self, plain: PlainRunner) -> None:
        """Let `plain` do the work."""
        self._plain = plain

    def step(self, name: str, work: Callable[[], Result]) -> Result:
        """Do the step as a task."""
        as_task = task(name=name, cache_policy=NO_CACHE, persist_result=False)
        return as_task(work)()

    def map(self, name: str, work: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[tuple[Job, Result | Crashed]]:
        """Do the jobs in the plain runner's processes; a task stands for the wait for each batch."""
        results = self._plain.map(name, work, jobs)
        number = 1
        while (done := self.step(f"{name}: batch {number}", lambda: next(results, None))) is not None:
            yield done
            number += 1

    def publish(self, key: str, markdown: str) -> None:
        """Keep the Markdown as an artifact of the flow run."""
        create_markdown_artifact(markdown=markdown, key=key)


def as_flow(name: str, work: Callable[[Runner], Result], plain: PlainRunner) -> Result:
    """Do `work` as a run of the Prefect flow `name`, and return its result."""

    @flow(name=name, persist_result=False)
    def run() -> Result:
        return work(PrefectRunner(plain))

    return run()
