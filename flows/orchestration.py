"""The same steps as a Prefect flow: each step and each batch is a task, tables become artifacts. Only here is Prefect known.

The work itself stays in the plain runner's processes: a task costs the server some 30 ms, a process pool as Prefect's task
runner many times that.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import httpx
from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from crawlers.errors import ConfigError
from flows.runner import Crashed, Runner, Split

Job = TypeVar("Job")
Result = TypeVar("Result")


class PrefectRunner:
    """Shows the steps and batches of another runner as tasks of the flow run that it is used in."""

    def __init__(self, plain: Runner) -> None:
        """Let `plain` do the work."""
        self._plain = plain

    def step(self, name: str, work: Callable[[], Result]) -> Result:
        """Do the step as a task."""
        as_task = task(name=name, cache_policy=NO_CACHE, persist_result=False)
        return as_task(work)()

    def map(
        self, name: str, work: Callable[[Job], Result], jobs: Iterable[Job], split: Split[Job]
    ) -> Iterator[tuple[Job, Result | Crashed]]:
        """Do the jobs by the other runner's workers; a task stands for the wait for each batch."""
        results = self._plain.map(name, work, jobs, split)
        number = 1
        while (done := self.step(f"{name}: batch {number}", lambda: next(results, None))) is not None:
            yield done
            number += 1

    def publish(self, key: str, markdown: str) -> None:
        """Keep the Markdown as an artifact of the flow run."""
        create_markdown_artifact(markdown=markdown, key=key)


def as_flow(name: str, work: Callable[[Runner], Result], plain: Runner) -> Result:
    """Do `work` as a run of the Prefect flow `name`, and return its result. Raises ConfigError when no server answers."""
    _reach_server()

    @flow(name=name, persist_result=False)
    def run() -> Result:
        return work(PrefectRunner(plain))

    return run()


def _reach_server() -> None:
    url = os.environ["PREFECT_API_URL"]
    try:
        httpx.get(f"{url.rstrip('/')}/health", timeout=10).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ConfigError(f"PREFECT_API_URL: no Prefect server answers at {url} ({type(error).__name__})") from error
