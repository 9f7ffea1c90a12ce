"""The runner whose worker processes are those of a Dask cluster, on this machine or many. Only here is Dask known.

The workers read the archive by the same path, or in the same bucket, as this process; what they make comes back here to be written.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

from distributed import Client, Future
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker

from crawlers.errors import ConfigError, WorkersError
from flows.runner import AHEAD, Crashed, Split

Job = TypeVar("Job")
Result = TypeVar("Result")

_client: Any = Client  # it has no types
_WAIT = 30.0  # seconds for the scheduler to answer


class ClusterRunner:
    """Steps are calls here; jobs go to the workers of a cluster."""

    def __init__(self, address: str) -> None:
        """Join the cluster whose scheduler is at `address`. Raises ConfigError where none answers or it has no worker."""
        try:
            self._client = _client(address, timeout=_WAIT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ConfigError(f"cluster: no Dask scheduler answers at {address} ({type(error).__name__})") from error
        self._address = address
        self._ahead = AHEAD * sum(self._client.nthreads().values())
        if not self._ahead:
            self._client.close()
            raise ConfigError(f"cluster: the Dask scheduler at {address} has no worker; `dask worker {address}` starts one")

    def __enter__(self) -> Self:
        """Return the runner."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the cluster; its workers go on."""
        self._client.close()

    def step(self, _name: str, work: Callable[[], Result]) -> Result:
        """Do the step here."""
        return work()

    def ready(self, load: Callable[[], object]) -> None:
        """Do nothing: the workers of a cluster run already."""

    def map(
        self, _name: str, work: Callable[[Job], Result], jobs: Iterable[Job], split: Split[Job]
    ) -> Iterator[tuple[Job, Result | Crashed]]:
        """Do the jobs on the workers, few ahead of the one that is yielded next.

        A worker that dies costs the batch that it was at: another does it again. A batch that has ended several is split.
        Raises WorkersError where the scheduler is gone.
        """
        running: deque[tuple[Job, Future[Any]]] = deque()
        with self._scheduled():
            for job in jobs:
                running.append((job, self._submit(work, job)))
                if len(running) >= self._ahead:
                    yield from self._next(work, running, split)
            while running:
                yield from self._next(work, running, split)

    @contextmanager
    def _scheduled(self) -> Iterator[None]:
        """Raise WorkersError for what Dask raises where its scheduler is gone."""
        try:
            yield
        except (CancelledError, CommClosedError) as error:
            raise WorkersError(self._gone) from error

    @property
    def _gone(self) -> str:
        return f"cluster: the Dask scheduler at {self._address} is gone; start it again"

    def _submit(self, work: Callable[[Job], Result], job: Job) -> "Future[Result]":
        if self._client.status not in ("running", "connecting"):  # it has given up, and would not tell of what it is given
            raise WorkersError(self._gone)
        future: Future[Result] = self._client.submit(work, job, pure=False)
        return future

    def _next(
        self, work: Callable[[Job], Result], running: "deque[tuple[Job, Future[Any]]]", split: Split[Job]
    ) -> Iterator[tuple[Job, Result | Crashed]]:
        job, future = running.popleft()
        try:
            yield job, future.result()
        except KilledWorker:
            # Dask blames whatever lay at a worker that died: alone, only the part that is at fault ends one.
            for _, other in running:
                other.exception()  # type: ignore[no-untyped-call] # waits for its end, however it ends
            for part in split(job):
                yield part, self._alone(work, part)

    def _alone(self, work: Callable[[Job], Result], part: Job) -> Result | Crashed:
        try:
            return self._submit(work, part).result()
        except KilledWorker as error:
            return Crashed(f"ended its process ({error.task})")

    def publish(self, key: str, markdown: str) -> None:
        """Show nothing: the command line prints its own tables."""

    def attach(self, key: str, page: Path, html: Callable[[], str]) -> None:
        """Write nothing: `caixun status --html` and `caixun report` do when asked."""
