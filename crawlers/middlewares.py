"""Downloader middlewares: every response goes to the archive; walls and private addresses are stopped.

Responses pass upwards: archive (as received) -> wall (before redirects are followed) -> Scrapy's own -> spider.
"""

import ipaddress
import socket
from dataclasses import dataclass, replace
from datetime import date
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawlers.clock import now
from crawlers.crawl import Crawl
from crawlers.page import Kind, Page, blocked_reason


class BlockedError(IgnoreRequest):
    """The site answered with a wall (captcha, refusal) instead of the page."""


class PrivateAddressError(IgnoreRequest):
    """The address is not on the public web, and the source does not say `private: true`."""


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


class AddressGuard(_Middleware):
    """Refuses to ask hosts that are no public web host, where a link or a redirect leads to one."""

    def process_request(self, request: Request) -> None:
        """Raise PrivateAddressError for such a request."""
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https") or (not self.crawl.source.private and _is_private(parts.hostname or "")):
            raise PrivateAddressError(f"{parts.scheme}://{parts.hostname} is not on the public web")


def _is_private(host: str) -> bool:
    """Whether a host is named by an address that is not global, in any spelling that resolvers take, or by a local name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        try:
            address = ipaddress.ip_address(socket.inet_aton(host))  # 127.1, 0x7f.0.0.1, 2130706433
        except OSError:
            return host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or "." not in host
    return not address.is_global


class ArchiveMiddleware(_Middleware):
    """Archives every response as received, and answers from the archive what an unfinished crawl had asked already."""

    def process_request(self, request: Request) -> Response | None:
        """Return the archived answer to `request`, or None to let it be asked."""
        errand = _errand_of(request)
        page = self.crawl.reply(errand.link, errand.kind) if errand.kind in ("seed", "robots") else None
        if page is None:
            return None
        request.meta["page"] = page
        kind = responsetypes.from_args(url=page.url, body=page.body)
        return kind(page.url, status=page.status, headers=_headers(page), body=page.body, request=request, flags=["archived"])

    def process_response(self, request: Request, response: Response) -> Response:
        """Append `response` to the archive, and leave its page in `request.meta["page"]`."""
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
        request.meta["page"] = page
        if errand.kind == "robots" and page.status < 500 and not 300 <= page.status < 400:
            self.crawl.keep_robots(page)
        return response


class WallMiddleware(_Middleware):
    """Stops at a wall, before a redirect to it is followed."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Raise BlockedError when `response` is a wall."""
        reason = blocked_reason(request.meta["page"])
        if reason:
            raise BlockedError(reason)
        return response


def _errand_of(request: Request) -> Errand:
    errand = request.meta.get("errand")
    return errand if isinstance(errand, Errand) else Errand("robots", request.url)


def _pairs(response: Response) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, values in response.headers.items() for value in values]


def _headers(page: Page) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in page.headers:
        headers.setdefault(name, []).append(value)
    return headers
