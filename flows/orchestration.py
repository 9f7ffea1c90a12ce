"""The same steps as a Prefect flow: steps, and batches ten seconds together, are tasks; tables become artifacts.

The work itself stays in the plain runner's processes: a task costs the server some 50 ms, as much as two pages cost us, and a
process pool as Prefect's task runner many times that.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from prefect import flow, task
from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL

from flows.address import shown_at, shows
from flows.put_page import put_page
from flows.runner import Crashed, Runner, Split

Job = TypeVar("Job")
Result = TypeVar("Result")

_SECONDS_PER_TASK = 10.0


class PrefectRunner:
    """Shows the steps and batches of another runner as tasks of the flow run that it is used in."""

    def __init__(self, plain: Runner) -> None:
        """Let `plain` do the work."""
        self._plain = plain

    def step(self, name: str, work: Callable[[], Result]) -> Result:
        """Do the step as a task."""
        as_task = task(name=name, cache_policy=NO_CACHE, persist_result=False)
        return as_task(work)()

    def ready(self, load: Callable[[], object]) -> None:
        """Let the other runner's workers do it."""
        self._plain.ready(load)

    def map(
        self, name: str, work: Callable[[Job], Result], jobs: Iterable[Job], split: Split[Job]
    ) -> Iterator[tuple[Job, Result | Crashed]]:
        """Do the jobs by the other runner's workers; a task stands for the wait for those of ten seconds."""
        results = self._plain.map(name, work, jobs, split)
        first, more = 1, True
        while more:
            some, more = self.step(f"{name}: from batch {first}", partial(_some, results))
            yield from some
            first += len(some)

    def publish(self, key: str, markdown: str) -> None:
        """Keep the Markdown as an artifact of the flow run."""
        create_markdown_artifact(markdown=markdown, key=key)

    def attach(self, key: str, page: Path, html: Callable[[], str]) -> None:
        """Write the page, and keep a link to it as an artifact: to the server where that shows it, else to the file."""
        text = html()
        put_page(page, text)
        # The UI's name may mean nothing here.
        places = (shown_at(server.value() or "", page.name) for server in (PREFECT_UI_URL, PREFECT_API_URL))
        link = next((place for place in places if shows(place, text)), page.as_uri())
        create_link_artifact(link=link, link_text=page.name, key=key)


def _some(results: Iterator[Result]) -> tuple[list[Result], bool]:
    """Return the results that come within ten seconds, and whether more may come."""
    some, end = [], time.monotonic() + _SECONDS_PER_TASK
    for one in results:
        some.append(one)
        if time.monotonic() > end:
            return some, True
    return some, False


def as_flow(name: str, work: Callable[[Runner], Result], plain: Runner) -> Result:
    """Do `work` as a run of the Prefect flow `name` on the server that PREFECT_API_URL names, and return its result."""

    @flow(name=name, persist_result=False)
    def run() -> Result:
        return work(PrefectRunner(plain))

    return run()
