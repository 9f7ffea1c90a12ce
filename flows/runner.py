"""Runners: where a step runs. The plain runner needs no server; `orchestration` has the one that is Prefect's."""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Any, Protocol, Self, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
Running = deque[tuple[Job, Future[Any]]]


class Crashed:
    """Stands for the result of a job that ended its worker process."""


class Runner(Protocol):
    """What the flows need to know of the place where they run."""

    def step(self, name: str, work: Callable[[], Result]) -> Result:
        """Do one step here, and return its result."""

    def map(self, name: str, work: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[tuple[Job, Result | Crashed]]:
        """Do jobs in worker processes, and yield each with its result, in the order of the jobs."""

    def publish(self, key: str, markdown: str) -> None:
        """Show a piece of Markdown beside the run, where there is a place for it."""


class Workers:
    """A pool of worker processes that outlives a crash of one of them, and leaves none behind when it is killed."""

    def __init__(self, count: int) -> None:
        """Use up to `count` processes; they start with the first job."""
        self._count = count
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, work: Callable[[Job], Result], job: Job) -> "Future[Result]":
        """Give a job to the pool."""
        if self._pool is None:
            # Not forked: the parent has threads, and a fork of those may stop for ever.
            self._pool = ProcessPoolExecutor(self._count, mp_context=get_context("spawn"), initializer=_end_with_parent)
        return self._pool.submit(work, job)

    def run_alone(self, work: Callable[[Job], Result], job: Job) -> Result | Crashed:
        """Do one job in a fresh pool, where a crash is its own fault."""
        self.close()
        try:
            return self.submit(work, job).result()
        except BrokenProcessPool:
            self.close()
            return Crashed()

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _end_with_parent() -> None:
    """End this worker when its parent is gone, which a pool's pipes alone do not tell it."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class PlainRunner:
    """Steps are calls; jobs go to worker processes on this machine."""

    def __init__(self, workers: int) -> None:
        """Use up to `workers` processes."""
        self._ahead = 2 * workers
        self._workers = Workers(workers)

    def __enter__(self) -> Self:
        """Return the runner."""
        return self

    def __exit__(self, *_: object) -> None:
        """End its worker processes."""
        self._workers.close()

    def step(self, _name: str, work: Callable[[], Result]) -> Result:
        """Do the step."""
        return work()

    def map(self, _name: str, work: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[tuple[Job, Result | Crashed]]:
        """Do the jobs side by side, few ahead of the one that is yielded next, so that memory stays flat."""
        running: Running[Job] = deque()
        for job in jobs:
            running.append((job, self._workers.submit(work, job)))
            if len(running) >= self._ahead:
                yield running[0][0], self._next(work, running)
        while running:
            yield running[0][0], self._next(work, running)

    def _next(self, work: Callable[[Job], Result], running: Running[Job]) -> Result | Crashed:
        job, future = running.popleft()
        try:
            result: Result | Crashed = future.result()
        except BrokenProcessPool:
            # Any of the running jobs may be the culprit: each is done again, alone, until one is found guilty.
            result = self._workers.run_alone(work, job)
            for index, (other, done) in enumerate(running):
                if not done.done() or done.exception() is not None:
                    running[index] = (other, self._workers.submit(work, other))
        return result

    def publish(self, key: str, markdown: str) -> None:
        """Show nothing: the command line prints its own tables."""
