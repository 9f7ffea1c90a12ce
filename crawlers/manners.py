"""Manners towards a site: the pace of requests, waiting when it asks for it, leaving it alone when it refuses.

Scrapy's slots, AutoThrottle and robots.txt do the work; here they are told what a site is (its registrable domain, not a
host), what its robots.txt asks for, and what `Retry-After` means. What several crawls ask of one site goes through `gate`.
"""

import asyncio
import email.utils
import random
from datetime import UTC, datetime
from functools import lru_cache
from time import monotonic
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from crawlers.clock import now
from crawlers.judgement import wall_shown
from crawlers.pace import JITTER, Pace, paced
from crawlers.page import site_of

_LONGEST_WAIT = 60.0  # seconds; a site that wants to be left alone longer is not waited for but rests
_LONGEST_DELAY = 600.0  # seconds; a robots.txt that asks for more is taken to ask for this
_TRIES = 2  # after the first one


class BlockedError(IgnoreRequest):
    """The site answered with a wall (captcha, refusal) instead of the page."""


class RestingError(BlockedError):
    """The site is left alone for now, so it was not asked."""


@lru_cache(maxsize=1000)
def _site(scheme: str, netloc: str) -> str:
    return site_of(f"{scheme}://{netloc}/")


def site(request: Request) -> str:
    """Return the site that a request loads."""
    parts = urlparse_cached(request)
    return _site(parts.scheme, parts.netloc)


def retry_after(value: str, at: datetime) -> float | None:
    """Return for how many seconds from `at` on a Retry-After header asks to wait (RFC 9110, 10.2.3), None when it is none."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = email.utils.parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - at).total_seconds())


def back_off(asked: float | None, delay: float, tries: int) -> float | None:
    """Return how many seconds to wait before the next try, or None when the site is not to be tried again soon.

    `asked` is what the site asks for, `delay` the source's; without a wish of the site it is 5, 10, 20 … delays.
    """
    if tries >= _TRIES or (asked or 0) > _LONGEST_WAIT:
        return None
    return asked if asked is not None else min(5 * delay * 2**tries, _LONGEST_WAIT)


class MannersMiddleware:
    """Holds requests back while their site rests or has asked to wait, and asks again after a 429 or 503."""

    def __init__(self, crawler: Crawler) -> None:
        """Serve one spider."""
        spider: Any = crawler.spider
        self._spider = spider
        self._crawl = spider.crawl
        self._pace: Pace = spider.pace

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of one spider."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let a request go when its site may be asked. Raises RestingError for a site that rests."""
        of_site = request.meta["download_slot"] = site(request)
        while wait := self._pace.shut_for(of_site, monotonic()):
            await asyncio.sleep(wait)
        if reason := self._crawl.resting(of_site):
            raise RestingError(reason)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return a request for another try where the site is only too busy, else `response`. Raises StoreError.

        A 503 that shows a wall (some checks of the browser come with it) is none: asking again soon would be refused again.
        """
        if response.status not in (429, 503):
            return response
        asked = retry_after((response.headers.get("Retry-After") or b"").decode("latin-1"), now())
        if asked is not None and asked > _LONGEST_WAIT:
            of_site = site(request)
            reason = f"{of_site} asks to be left alone for {asked:.0f} seconds (HTTP {response.status})"
            self._crawl.rest(of_site, reason, asked)
            return response
        wait = back_off(asked, self._crawl.source.delay, request.meta.get("retry_times", 0))
        if wait is None or wall_shown(request.meta["page"]):
            return response
        self._pace.shut(site(request), monotonic(), wait * random.uniform(1, 1 + JITTER))  # noqa: S311
        reason = f"HTTP {response.status}"
        again = get_retry_request(request, spider=self._spider, reason=reason, max_retry_times=_TRIES, priority_adjust=0)
        return again or response


class Throttle(AutoThrottle):
    """Slows down with a site's answers, and never goes below its robots.txt's crawl-delay or the source's delay."""

    def __init__(self, crawler: Crawler) -> None:
        """Serve one crawl."""
        super().__init__(crawler)
        self._least: dict[str, float] = {}
        crawler.signals.connect(self._heed, signal=signals.robots_parsed)

    def _heed(self, robotparser: RobotParser, request: Request) -> None:
        """Take over the crawl-delay of a robots.txt for its site."""
        delay = robotparser.crawl_delay(self.crawler.settings["USER_AGENT"])
        if not delay or delay <= 0:
            return
        downloader, of_site = self.crawler.engine.downloader, site(request)
        least = max(self._least.get(of_site, 0.0), self._start_delay(), paced(min(delay, _LONGEST_DELAY)))
        self._least[of_site] = least
        downloader.per_slot_settings[of_site] = {"delay": least}  # for a slot that is made again after a pause
        if slot := downloader.slots.get(of_site):
            slot.delay = max(slot.delay, least)

    def _response_downloaded(self, response: Response, request: Request, spider: Any) -> None:
        """Follow the site's latency; a source without a delay lies in the user's own network and is not slowed down."""
        if self.mindelay:
            super()._response_downloaded(response, request, spider)
        of_site, slot = self._get_slot(request, spider)
        if of_site is not None and slot is not None:
            slot.delay = max(slot.delay, self._least.get(of_site, 0.0))
