"""Crawls in one process: `python -m crawlers` reads an errand and then jobs, as JSON lines from standard input.

A job is a source, days, and the name of their crawl. Jobs of different sites run side by side, those of one site one after
another; where several meet on a further site, also with those of other processes, they share its pace. A line on standard
output says when one has its locks, and when it has ended. An empty line says that no more will come.

Twisted's reactor starts once per process, and a crash in here must not take the flow along; so a flow starts this as a
child. The child ends when its standard input is closed: a killed parent leaves no crawl behind.
"""

import asyncio
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.log import configure_logging
from scrapy.utils.reactor import install_reactor

from crawlers.bucket import Bucket
from crawlers.crawl import Crawl
from crawlers.errors import BusyError, CaixunError
from crawlers.guard import guard
from crawlers.ledger import Ledger, shared_locks
from crawlers.lock import crawl_lock, site_lock
from crawlers.pace import Pace
from crawlers.probe import Probe
from crawlers.root import Root
from crawlers.settings import process_settings, source_settings
from crawlers.source import load_source
from crawlers.spiders.news import spider_class

_GRACE = 10.0  # seconds in which an orphan may end its files properly

Job = dict[str, Any]


def main() -> int:
    """Do the jobs, and return the exit status."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what anybody prints is no answer
    if hasattr(signal, "SIGHUP"):  # a closed terminal sends it to all; the parent says when to end
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor as installed  # noqa: PLC0415 - importing it earlier would install another one

    reactor: Any = installed
    try:
        errand = Errand(json.loads(sys.stdin.readline()), reactor, answers)
    except CaixunError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    reactor.callWhenRunning(lambda: deferred_from_coro(errand.run()))
    reactor.addSystemEventTrigger("before", "shutdown", lambda: deferred_from_coro(errand.stop()))
    threading.Thread(target=_hear, args=[errand.jobs.put_nowait, reactor], daemon=True).start()
    reactor.run()
    return 0


def _hear(take: Callable[[Job | None], None], reactor: Any) -> None:
    """Hand jobs on as they come, None after the last. Stop when standard input is closed: the parent is gone.

    What is on disk by then is enough to go on from.
    """
    for line in sys.stdin:
        reactor.callFromThread(take, json.loads(line) if line.strip() else None)
    if reactor.running:
        reactor.callFromThread(reactor.stop)
        time.sleep(_GRACE)
    os._exit(1)


class Errand:
    """What this process was started for. `jobs` takes what is to be done."""

    def __init__(self, given: dict[str, Any], reactor: Any, answers: TextIO) -> None:
        """Open the ledger. Raises StoreError."""
        self._given = given
        self._reactor = reactor
        self._answers = answers
        self._root = _root(given)
        self._site_locks = _root({**given, **given["sites"]}).locks
        self._ledger = Ledger(given["ledger"])
        log_file = Path(given["data"]) / "logs" / f"crawl-{given['name']}.log"
        log_file.parent.mkdir(parents=True, exist_ok=True)
        self._settings = process_settings(given["user_agent"], log_file, given["concurrency"])
        configure_logging(self._settings)
        if not given["private"]:
            guard(reactor)
        self._runner = AsyncCrawlerRunner(self._settings)
        self.jobs: asyncio.Queue[Job | None] = asyncio.Queue()
        self._stopped = False
        self._pace = Pace(self._site_locks)
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._busy: dict[str, str] = {}  # sites that were not free within an hour are not waited for again

    async def run(self) -> None:
        """Do the jobs until the last one has ended, then stop the reactor."""
        async with asyncio.TaskGroup() as group:
            while job := await self.jobs.get():
                group.create_task(self._do(job))
        if self._reactor.running:
            self._reactor.stop()

    async def _do(self, job: Job) -> None:
        """Do a job, and print how it ended: `trouble` is a sentence, or null."""
        trouble = None
        try:
            await self._crawl(job)
        except CaixunError as error:
            trouble = str(error)
        except Exception as error:  # noqa: BLE001 - the crawls of the other sources go on
            traceback.print_exc()
            trouble = repr(error)
        self._say({"source": job["source"], "trouble": trouble})

    def _say(self, line: dict[str, Any]) -> None:
        self._answers.write(json.dumps(line) + "\n")
        self._answers.flush()

    async def _crawl(self, job: Job) -> None:
        """Crawl the days of a source. Raises BusyError, StoreError."""
        source = load_source(Path(self._given["sources"]) / f"{job['source']}.yml")
        async with AsyncExitStack() as stack:
            # First the source: who waits for its site keeps it, as who crawls it does.
            await stack.enter_async_context(crawl_lock(self._root.locks, source.name))
            await stack.enter_async_context(self._turns[source.site])
            await self._enter(source.site, stack)
            if self._stopped:
                return
            self._say({"begun": source.name})
            kind = partial(Probe, seed=job["seed"]) if "seed" in job else Crawl
            days = [date.fromisoformat(day) for day in job["days"]]
            crawl = kind(source, days, job["crawl"], self._root, self._ledger, again=self._given["again"])
            crawler = Crawler(spider_class(source.spider), source_settings(self._settings, source))
            await self._runner.crawl(crawler, crawl=crawl, pace=self._pace)
            if failure := getattr(crawler.spider, "failure", None):
                raise failure

    async def _enter(self, site: str, stack: AsyncExitStack) -> None:
        """Take the lock of a site until `stack` is closed. Raises BusyError."""
        if site in self._busy:
            raise BusyError(self._busy[site])
        try:
            await stack.enter_async_context(site_lock(self._site_locks, site))
        except BusyError as error:
            self._busy[site] = str(error)
            raise

    async def stop(self) -> None:
        """End the crawls under way as soon as their files are closed, and begin no more."""
        self._stopped = True
        await self._runner.stop()


def _root(errand: dict[str, Any]) -> Root:
    """Return the data root of an errand; `sites` names another one, whose locks of sites hold, where it is a trial."""
    bucket = Bucket(*errand["bucket"]) if errand["bucket"] else None
    return Root(Path(errand["data"]), bucket, shared_locks(errand["ledger"]))


if __name__ == "__main__":
    sys.exit(main())
