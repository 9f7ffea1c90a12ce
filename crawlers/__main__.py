"""One crawl in one process: `python -m crawlers` reads its errand as one JSON line from standard input.

Twisted's reactor starts once per process, and a crash in here must not take the flow along; so a flow starts this as a
child. The child ends when its standard input is closed: a killed parent leaves no crawl behind.
"""

import asyncio
import json
import os
import sys
import threading
import time
from contextlib import ExitStack
from datetime import date
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.log import configure_logging
from scrapy.utils.reactor import install_reactor, is_reactor_installed

from crawlers.bucket import Bucket
from crawlers.crawl import Crawl
from crawlers.errors import BusyError, CaixunError
from crawlers.guard import guard
from crawlers.leases import shared_locks
from crawlers.ledger import Ledger
from crawlers.lock import lock_sources, site_lock
from crawlers.probe import Probe
from crawlers.root import Root
from crawlers.settings import process_settings, source_settings
from crawlers.source import load_source
from crawlers.spiders.news import spider_class

_GRACE = 10.0  # seconds in which an orphan may end its files properly


def main() -> int:
    """Run the errand. Print one JSON line with a sentence for each source that was busy. Return the exit status."""
    errand = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    try:
        with ExitStack() as locks:
            crawls, busy = _prepare(errand, locks)
            if crawls:
                busy += _run(crawls, errand)
    except CaixunError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(json.dumps({"busy": busy}) + "\n")
    return 0


def _root(errand: dict[str, Any]) -> Root:
    """Return the data root of an errand; `sites` names another one, whose locks of sites hold, where it is a trial."""
    bucket = Bucket(*errand["bucket"]) if errand["bucket"] else None
    return Root(Path(errand["data"]), bucket, shared_locks(errand["ledger"]))


def _prepare(errand: dict[str, Any], locks: ExitStack) -> tuple[list[Crawl], list[str]]:
    """Return the crawls whose sources could be locked, and a sentence for each of the others."""
    root, ledger = _root(errand), Ledger(errand["ledger"])
    busy = lock_sources(root.locks, errand["days"], locks)
    crawls = []
    for name in errand["days"]:
        if name not in busy:
            source = load_source(Path(errand["sources"]) / f"{name}.yml")
            wanted = [date.fromisoformat(day) for day in errand["days"][name]]
            kind = partial(Probe, seed=errand["seed"]) if "seed" in errand else Crawl
            crawls.append(kind(source, wanted, errand["crawl"], root, ledger, again=errand["again"]))
    return crawls, [f"{name}: another process is crawling it; left to that one" for name in busy]


def _run(crawls: list[Crawl], errand: dict[str, Any]) -> list[str]:
    """Crawl the sites side by side, the sources of one site one after another. Return a sentence for each busy site."""
    from twisted.internet import reactor as installed  # noqa: PLC0415 - importing it earlier would install another one

    reactor: Any = installed
    if not all(crawl.source.private for crawl in crawls):
        guard(reactor)
    log_file = Path(errand["data"]) / "logs" / f"crawl-{errand['crawl']}.log"
    log_file.parent.mkdir(parents=True, exist_ok=True)
    shared = process_settings(errand["user_agent"], log_file, errand["concurrency"])
    configure_logging(shared)
    runner = AsyncCrawlerRunner(shared)
    failures: list[BaseException] = []
    busy: list[str] = []
    site_locks = _root({**errand, **errand["sites"]}).locks

    async def one_after_another(of_site: list[Crawl]) -> None:
        try:
            async with site_lock(site_locks, of_site[0].source.site):
                for crawl in of_site:
                    crawler = Crawler(spider_class(crawl.source.spider), source_settings(shared, crawl.source))
                    await runner.crawl(crawler, crawl=crawl)
                    failures.extend(filter(None, [getattr(crawler.spider, "failure", None)]))
        except BusyError as error:
            busy.extend(f"{crawl.source.name}: {error}" for crawl in of_site)

    async def all_sites() -> None:
        ordered = sorted(crawls, key=lambda crawl: crawl.source.site)
        sites = [list(of_site) for _, of_site in groupby(ordered, key=lambda crawl: crawl.source.site)]
        results = await asyncio.gather(*map(one_after_another, sites), return_exceptions=True)
        failures.extend(result for result in results if isinstance(result, BaseException))
        if reactor.running:
            reactor.stop()

    reactor.callWhenRunning(lambda: deferred_from_coro(all_sites()))
    reactor.addSystemEventTrigger("before", "shutdown", lambda: deferred_from_coro(runner.stop()))
    reactor.run()
    for failure in failures:
        raise failure
    return busy


def _end_with_parent() -> None:
    """Stop when standard input is closed: the parent is gone. What is on disk by then is enough to go on from."""
    sys.stdin.read()
    if is_reactor_installed():
        from twisted.internet import reactor as installed  # noqa: PLC0415

        reactor: Any = installed
        if reactor.running:
            reactor.callFromThread(reactor.stop)
            time.sleep(_GRACE)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
