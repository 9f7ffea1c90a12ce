"""The gate through which every request goes out, at the pace of its site."""

import asyncio
from time import monotonic
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawlers.crawl import Crawl
from crawlers.manners import RestingError
from crawlers.pace import Pace, shortest


class Gate(HTTP11DownloadHandler):
    """Scrapy's handler of http and https, behind the pace that all crawls of the process share.

    Scrapy's slots know of one crawl's requests alone; here, those of several to one site take turns.
    """

    def __init__(self, crawler: Crawler) -> None:
        """Serve one crawl."""
        super().__init__(crawler)
        spider: Any = crawler.spider
        self._pace: Pace = spider.pace
        self._crawl: Crawl = spider.crawl

    async def download_request(self, request: Request) -> Response:
        """Send `request` in its turn, not while its site asks to be left alone, and return the response.

        Raises RestingError for a site that was found to rest while the request waited.
        """
        site = request.meta["download_slot"]
        await self._turn(site)
        while wait := self._pace.shut_for(site, monotonic()):
            await asyncio.sleep(wait)
            await self._turn(site)
        if reason := self._crawl.resting(site):
            raise RestingError(reason)
        return await super().download_request(request)

    async def _turn(self, site: str) -> None:
        engine: Any = self._crawler.engine
        await asyncio.sleep(self._pace.turn(site, shortest(engine.downloader.slots[site].delay), monotonic()))
