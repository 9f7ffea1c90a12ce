"""Runners: where a step runs. The plain runner needs no server; `orchestration` has the one that is Prefect's."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import TimeoutError as TooLongError
from concurrent.futures import wait as wait_for
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context, parent_process, resource_tracker
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from crawlers.errors import WorkersError

Job = TypeVar("Job")
Result = TypeVar("Result")
Split = Callable[[Job], Sequence[Job]]
"""Returns the parts of a job that can be done alone; a job that has none is returned as it is."""

AHEAD = 8
"""Jobs for each worker that wait or are done before the next is taken: enough to do while the parent writes what is done."""
_SECONDS_PER_PART = 20.0  # a page takes hundredths of one; a process that needs longer hangs
_SECONDS_TO_START = 60.0
_LOOK = 1.0  # seconds between two looks at whether a pool has given up
_MOST_GIVEN_UP = 3  # pools


@dataclass(frozen=True)
class Crashed:
    """Stands for the result of a job that ended its worker process, or took so long that it was ended; `why` says which."""

    why: str


class Runner(Protocol):
    """What the flows need to know of the place where they run."""

    def step(self, name: str, work: Callable[[], Result]) -> Result:
        """Do one step here, and return its result."""

    def ready(self, load: Callable[[], object]) -> None:
        """Let worker processes start and do `load` while there is nothing else to do; its result and errors are of no account."""

    def map(
        self, name: str, work: Callable[[Job], Result], jobs: Iterable[Job], split: Split[Job]
    ) -> Iterator[tuple[Job, Result | Crashed]]:
        """Do jobs in worker processes, and yield each with its result, in the order of the jobs.

        A job that ends its worker is split, and its parts are done alone: only the part that is at fault is Crashed.
        """

    def publish(self, key: str, markdown: str) -> None:
        """Show a piece of Markdown beside the run, where there is a place for it."""

    def attach(self, key: str, page: Path, html: Callable[[], str]) -> None:
        """Write an HTML page to the file `page` and show it beside the run, where there is a place for it."""


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold back Ctrl-C, and what a closed terminal sends, which are for the parent: a process that starts meanwhile hears neither."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        resource_tracker.ensure_running()  # which the first process that starts would do, and which lets Ctrl-C through again
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    """End this worker when its parent is gone, which a pool's pipes alone do not tell it; Ctrl-C is for the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class _Asked(NamedTuple):
    """A job that a pool was given."""

    pool: ProcessPool
    future: "ProcessFuture[Any]"

    def result(self) -> Any:
        """Wait for the job's end and return its result, or raise its error; BrokenProcessPool where the pool has given up."""
        while not wait_for([self.future], _LOOK).done:
            if not self.pool.active:  # it may have left the job in its queue
                raise BrokenProcessPool
        return self.future.result()


class PlainRunner:
    """Steps are calls; jobs go to worker processes on this machine."""

    def __init__(self, workers: int) -> None:
        """Use up to `workers` processes; they start with the first jobs, no more than those, or when they are to be ready."""
        self._workers = workers
        self._ahead = AHEAD * workers
        self._pool: ProcessPool | None = None
        self._size = 0  # processes of the pool
        self._given_up = 0  # pools, one after another, that gave no result

    def __enter__(self) -> Self:
        """Return the runner."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the worker processes."""
        self._end_pool()

    def step(self, _name: str, work: Callable[[], Result]) -> Result:
        """Do the step."""
        return work()

    def ready(self, load: Callable[[], object]) -> None:
        """Let the processes start, and do `load` once for each."""
        self._provide(self._workers)
        for _ in range(self._workers):
            self._give(load, [], _SECONDS_TO_START)

    def map(
        self, _name: str, work: Callable[[Job], Result], jobs: Iterable[Job], split: Split[Job]
    ) -> Iterator[tuple[Job, Result | Crashed]]:
        """Do the jobs side by side, few ahead of the one that is yielded next, so that memory stays flat.

        Raises WorkersError where the processes end again and again before they have done anything.
        """
        jobs = iter(jobs)
        first = list(islice(jobs, self._workers))
        self._provide(len(first))
        running: deque[tuple[Job, _Asked]] = deque()
        for job in chain(first, jobs):
            running.append((job, self._schedule(work, job, split)))
            if len(running) >= self._ahead:
                yield from self._results(work, *running.popleft(), split)
        while running:
            yield from self._results(work, *running.popleft(), split)

    def _new_pool(self) -> ProcessPool:
        # Not forked: the parent has threads, and a fork of those may stop for ever.
        return ProcessPool(max_workers=self._size, initializer=_end_with_parent, context=get_context("spawn"))

    def _provide(self, size: int) -> None:
        """Have so many processes, or all where some more are needed than the last time; none may have anything to do.

        Each takes a second to load what a batch needs, and 75 MB, which a few pages are not worth.
        """
        if size > self._size:
            self._end_pool()
            self._size = self._workers if self._pool else size
            self._pool = self._new_pool()

    def _end_pool(self) -> None:
        if self._pool:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()

    def _give(self, work: Callable[..., object], arguments: list[Any], seconds: float) -> _Asked:
        """Give a job to the pool. One that has given up, since a process ended that had nothing to do, gives way to a new one."""
        with _interrupts_held():
            assert self._pool, "provided before any job is given"
            if not self._pool.active:
                self._given_up += 1
                if self._given_up > _MOST_GIVEN_UP:
                    raise WorkersError("the worker processes end as soon as they start; is there memory left for them?")
                self._end_pool()
                self._pool = self._new_pool()
            return _Asked(self._pool, self._pool.schedule(work, args=arguments, timeout=seconds))

    def _schedule(self, work: Callable[[Job], Result], job: Job, split: Split[Job]) -> _Asked:
        return self._give(work, [job], _SECONDS_TO_START + _SECONDS_PER_PART * len(split(job)))

    def _results(
        self, work: Callable[[Job], Result], job: Job, asked: _Asked, split: Split[Job]
    ) -> Iterator[tuple[Job, Result | Crashed]]:
        try:
            yield job, asked.result()
            self._given_up = 0
        except BrokenProcessPool:
            yield from self._results(work, job, self._schedule(work, job, split), split)
        except (ProcessExpired, TooLongError) as error:
            parts = split(job)
            if len(parts) == 1:
                took_long = isinstance(error, TooLongError)
                yield job, Crashed("took too long" if took_long else f"ended its process ({error})")
                return
            for part in parts:
                yield from self._results(work, part, self._schedule(work, part, split), split)

    def publish(self, key: str, markdown: str) -> None:
        """Show nothing: the command line prints its own tables."""

    def attach(self, key: str, page: Path, html: Callable[[], str]) -> None:
        """Write nothing: `caixun status --html` and `caixun report` do when asked."""
