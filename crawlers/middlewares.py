"""Downloader middlewares: every response goes to the archive, lists are asked for conditionally, walls are stopped.

Responses pass upwards: archive (as received) -> manners (try again later) -> wall (before redirects are followed) ->
Scrapy's own -> spider. Requests pass downwards, so that an answer from the archive costs the site nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.responsetypes import responsetypes
from scrapy.utils.httpobj import urlparse_cached

from crawlers.clock import now
from crawlers.crawl import Crawl
from crawlers.fates import Fetch
from crawlers.judgement import blocked_reason
from crawlers.manners import BlockedError
from crawlers.page import ContentError, Kind, Page


@dataclass(frozen=True)
class Errand:
    """What a request is for; it travels in `request.meta["errand"]`. Requests without one are for robots.txt."""

    kind: Kind
    link: str
    day: date | None = None


class _Middleware:
    def __init__(self, crawl: Crawl) -> None:
        self.crawl = crawl

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of one spider."""
        return cls(crawler.spider.crawl)  # type: ignore[union-attr]


_VALIDATORS = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))


class ArchiveMiddleware(_Middleware):
    """Archives every response as received, and answers from the archive what need not be sent (again) by the site."""

    def process_request(self, request: Request) -> Response | None:
        """Return the archived answer to `request`, or None to let it be asked, conditionally where it was asked before."""
        errand = _errand_of(request)
        if errand.kind not in ("seed", "article", "part", "robots"):
            return None
        if page := self.crawl.reply(errand.link, errand.kind):
            return _served(request, page)
        if "known" not in request.meta and (known := self.crawl.known_list(errand.link)):
            request.meta["known"] = known
            for name, condition in _VALIDATORS:
                if value := known.header(name):
                    request.headers[condition] = value
        return None

    def process_response(self, request: Request, response: Response) -> Response:
        """Append `response` to the archive, and leave its page in `request.meta["page"]`.

        304 means that a list is as it was: it is read again from the archive, as a list of now.
        """
        if "archived" in response.flags:
            return response
        errand = _errand_of(request)
        page = Page(
            url=response.url,
            link=errand.link,
            status=response.status,
            headers=tuple(_pairs(response)),
            body=response.body,
            fetched_at=now(),
            source=self.crawl.source.name,
            kind=errand.kind,
            day=errand.day,
        )
        page = replace(page, position=self.crawl.store(page))
        if page.status == 304 and "known" in request.meta:
            return _served(request, replace(request.meta["known"], fetched_at=page.fetched_at))
        request.meta["page"] = page
        if errand.kind != "robots":
            return response
        if not (_fails(page.status) or 300 <= page.status < 400 or blocked_reason(page)):
            self.crawl.keep_robots(page)
        return _served(request, page)


class WallMiddleware(_Middleware):
    """Stops at a wall, before a redirect to it is followed."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Raise BlockedError when `response` is a wall; one in place of a robots.txt is told as a failure of that."""
        reason = blocked_reason(request.meta["page"])
        if reason and _errand_of(request).kind == "robots":
            request.meta["wall"] = reason
            return response.replace(status=503)
        if reason:
            raise BlockedError(reason)
        return response


class MovedError(IgnoreRequest):
    """A redirect has led from an article's link to another article, so it was not followed; `fetches` is what to ask for instead."""

    def __init__(self, fetches: Sequence[Fetch]) -> None:
        """Take what is to be fetched."""
        super().__init__("moved")
        self.fetches = fetches


class MovedMiddleware(_Middleware):
    """Follows no redirect from one article to another: that one is found by it, and asked for unless it is there."""

    def process_request(self, request: Request) -> None:
        """Raise MovedError for a request that a redirect has made of one for an article, if it is for another article now."""
        if "redirect_urls" not in request.meta or _errand_of(request).kind != "article":
            return
        fetches = self.crawl.move(request.cb_kwargs["fetch"], request.url)
        if fetches is not None:
            raise MovedError(fetches)


class RobotsError(IgnoreRequest):
    """The robots.txt of a host could not be had, so nothing else was asked for."""


class RobotsMiddleware:
    """Lets nothing be asked of a host whose robots.txt fails or cannot be reached (RFC 9309, 2.3.1.4); Scrapy would let all.

    It is asked for again by the next crawl. One that is missing or refused (4xx, but for 429) forbids nothing.
    """

    def __init__(self) -> None:
        """Know of no failure."""
        self._failures: dict[str, str] = {}

    def process_request(self, request: Request) -> None:
        """Raise RobotsError when the robots.txt that covers `request` could not be had."""
        failure = self._failures.get(urlparse_cached(request).netloc)
        if failure and _errand_of(request).kind != "robots":
            raise RobotsError(f"robots.txt cannot be had ({failure}), so nothing may be asked for until it can")

    def process_response(self, request: Request, response: Response) -> Response:
        """Return `response`, the last of several tries; note one that says that the robots.txt fails, the site is busy, or a wall."""
        if _fails(response.status):
            self._note(request, request.meta.get("wall") or f"HTTP {response.status}")
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Note that a robots.txt could not be reached; what was not sent is not sent for the same reason afterwards."""
        if not isinstance(exception, IgnoreRequest):
            self._note(request, f"{type(exception).__name__}: {exception}".strip(": "))

    def _note(self, request: Request, failure: str) -> None:
        if _errand_of(request).kind == "robots":
            asked = request.meta.get("redirect_urls", [request.url])[0]
            self._failures[urlsplit(asked).netloc] = failure


def _fails(status: int) -> bool:
    """Whether a robots.txt of this status says nothing: its site is in trouble, or too busy."""
    return status >= 500 or status == 429


def _errand_of(request: Request) -> Errand:
    errand = request.meta.get("errand")
    return errand if isinstance(errand, Errand) else Errand("robots", request.url)


def _pairs(response: Response) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, values in response.headers.items() for value in values]


def _served(request: Request, page: Page) -> Response:
    """Return a page as Scrapy's response to `request`, its body decoded, since Scrapy itself decodes none here."""
    request.meta["page"] = page
    try:
        body = page.content
    except ContentError:
        body = b""
    headers: dict[str, list[str]] = {}
    for name, value in page.headers:
        if name.lower() != "content-encoding":
            headers.setdefault(name, []).append(value)
    kind = responsetypes.from_args(url=page.url, body=body)
    return kind(page.url, status=page.status, headers=headers, body=body, request=request, flags=["archived"])
