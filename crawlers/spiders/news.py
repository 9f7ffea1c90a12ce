"""The general spider: the seeds of one source, its listings, and the articles that they name."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from importlib import import_module

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider, DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawlers.crawl import Crawl
from crawlers.errors import ConfigError, StoreError
from crawlers.fates import Fetch, State, Verdict
from crawlers.guard import PrivateAddressError
from crawlers.manners import BlockedError, RestingError, site
from crawlers.middlewares import Errand, MovedError, RobotsError
from crawlers.pace import Pace
from crawlers.page import GONE, MAX_CONTENT, Page
from crawlers.walk import Walk

_WALLS = 3  # requests to a site that are blocked one after another, after which it is left alone


class NewsSpider(Spider):
    """Walks the lists of one source and fetches what they name; everything it learns goes to its `crawl`."""

    name = "news"

    def __init__(self, crawl: Crawl, pace: Pace) -> None:
        """Serve one crawl; `pace` is that of all crawls of the process."""
        super().__init__(name=crawl.source.name)
        self.crawl = crawl
        self.pace = pace
        self.failure: StoreError | None = None
        self._walls: Counter[str] = Counter()

    async def start(self) -> AsyncIterator[Request]:
        """Ask for what an earlier crawl left open, then for the first page of every list."""
        with self._storing():
            pending = list(self.crawl.pending())
        for fetch in pending:
            yield self._article_request(fetch)
        for walk in self.crawl.walks:
            yield self._seed_request(walk)

    def _seed_request(self, walk: Walk) -> Request:
        return Request(
            walk.url,
            headers=walk.seed.headers,
            callback=self.parse_listing,
            errback=self.listing_failed,
            cb_kwargs={"walk": walk},
            meta={
                "errand": Errand("seed", walk.url, walk.day if walk.seed.dated else None),
                "handle_httpstatus_list": GONE,
            },
            dont_filter=True,  # the ledger decides what is asked again
        )

    def _article_request(self, fetch: Fetch, part: str = "", before: tuple[Page, ...] = ()) -> Request:
        """Ask for an article, or for the `part` that follows its pages `before`."""
        errand = Errand("part", part, fetch.listed) if part else Errand("article", fetch.link, fetch.listed)
        return Request(
            errand.link,
            callback=self.parse_article,
            errback=self.article_failed,
            cb_kwargs={"fetch": fetch, "before": before},
            meta={"errand": errand, "handle_httpstatus_list": GONE},
            dont_filter=True,
            priority=1,  # before further listings, so that few requests wait in memory
        )

    def parse_listing(self, response: Response, walk: Walk) -> Iterator[Request]:
        """Note a listing's answer and ask for what it names; an answer that cannot be read fails its days, no others."""
        self._passed(response)
        with self._storing():
            self.crawl.judge_robots("allowed")
            fetches, more = self._listed(walk, response.meta["page"])
        yield from map(self._article_request, fetches)
        if more:
            yield self._seed_request(walk)

    def _listed(self, walk: Walk, page: Page) -> tuple[list[Fetch], bool]:
        try:
            return self.crawl.list(walk, page)
        except StoreError:
            raise
        except Exception as error:
            self.logger.exception("cannot read %s", page.url)
            self.crawl.fail_listing(walk, Verdict("failed", f"{walk.url}: cannot be read: {error!r}"))
            return [], False

    def listing_failed(self, failure: Failure) -> None:
        """Note that a listing could not be had."""
        walk = failure.request.cb_kwargs["walk"]  # type: ignore[attr-defined]
        with self._storing():
            state, reason, detail = _explain(failure.value)
            if (state, reason) == ("skipped", "robots"):
                self.crawl.judge_robots("refused")
            said = f"{walk.url}: {detail or reason}"
            self.crawl.fail_listing(walk, Verdict("blocked" if state == "blocked" else "failed", said))
            self._count_wall(failure)

    def parse_article(self, response: Response, fetch: Fetch, before: tuple[Page, ...]) -> Iterator[Request]:
        """Note that an article is archived, the build reads it later; ask for its next part where it goes on."""
        self._passed(response)
        pages = (*before, response.meta["page"])
        with self._storing():
            part = self.crawl.keep(fetch, pages)
        if part:
            yield self._article_request(fetch, part, pages)

    def article_failed(self, failure: Failure) -> Iterator[Request]:
        """Note why an article was not fetched; leave the site alone when it keeps refusing. Ask for the article that it led to."""
        if isinstance(failure.value, MovedError):
            yield from map(self._article_request, failure.value.fetches)
            return
        fetch = failure.request.cb_kwargs["fetch"]  # type: ignore[attr-defined]
        with self._storing():
            self.crawl.miss(fetch, *_explain(failure.value))
            self._count_wall(failure)

    def _passed(self, response: Response) -> None:
        if response.request:
            self._walls[site(response.request)] = 0

    def _count_wall(self, failure: Failure) -> None:
        """Leave a site alone when it has refused one request after another; the crawl ends when it is the source's own."""
        refusing = site(failure.request)  # type: ignore[attr-defined]
        if not isinstance(failure.value, BlockedError):
            self._walls[refusing] = 0
            return
        if not isinstance(failure.value, RestingError):
            self._walls[refusing] += 1
            if self._walls[refusing] < _WALLS:
                return
            self.crawl.rest(refusing, f"{refusing} refused one request after another, the last with {failure.value}")
        if refusing == self.crawl.source.site:
            raise CloseSpider("blocked")

    @contextmanager
    def _storing(self) -> Iterator[None]:
        """Stop the crawl where something cannot be stored: going on would load the site for pages that cannot be kept."""
        try:
            yield
        except StoreError as error:
            self.failure = error
            raise CloseSpider("store") from error

    def closed(self, reason: str) -> None:
        """Close the crawl's files; what goes wrong here would otherwise be heard by the log alone."""
        try:
            self.crawl.close("store" if self.failure else reason)
        except StoreError as error:
            self.failure = self.failure or error


def _explain(error: BaseException | None) -> "tuple[State, str, str | None]":
    """Return state, reason code and detail of a request that came to nothing. Raises StoreError where that is what it met."""
    if isinstance(error, StoreError):
        raise error
    if isinstance(error, BlockedError):
        return "blocked", "wall", str(error)
    if isinstance(error, PrivateAddressError):
        return "skipped", "private", str(error)
    if isinstance(error, RobotsError):
        return "failed", "robots", str(error)
    if isinstance(error, HttpError):
        return "failed", "http", f"HTTP {error.response.status}"
    if isinstance(error, IgnoreRequest) and "robots.txt" in str(error):
        return "skipped", "robots", "robots.txt forbids it"
    if isinstance(error, DownloadCancelledError):
        return "skipped", "size", f"more than {MAX_CONTENT >> 20} MiB"
    return "failed", "network", f"{type(error).__name__}: {error}".strip(": ")


def spider_class(name: str | None) -> type[NewsSpider]:
    """Return the spider of a source: the general one, or the one that the module `crawlers.spiders.NAME` defines.

    Raises ConfigError where the module cannot be imported or defines no spider.
    """
    if name is None:
        return NewsSpider
    try:
        module = import_module(f"crawlers.spiders.{name}")
    except ImportError as error:
        raise ConfigError(f"spider: {name}: crawlers/spiders/{name}.py cannot be imported: {error}") from error
    found = [
        one for one in vars(module).values() if isinstance(one, type) and issubclass(one, NewsSpider) and one is not NewsSpider
    ]
    if not found:
        raise ConfigError(f"spider: crawlers/spiders/{name}.py defines no class that extends NewsSpider")
    return found[0]
