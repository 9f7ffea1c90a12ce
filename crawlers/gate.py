"""The gate through which every request goes out, at the pace of its site."""

import asyncio
from time import monotonic
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response

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

    async def download_request(self, request: Request) -> Response:
        """Send `request` in its turn, not while its site asks to be left alone, and return the response."""
        engine: Any = self._crawler.engine
        site = request.meta["download_slot"]
        await asyncio.sleep(self._turn(site, shortest(engine.downloader.slots[site].delay)))
        while wait := self._pace.shut_for(site, monotonic()):
            await asyncio.sleep(wait)
            await asyncio.sleep(self._turn(site, shortest(engine.downloader.slots[site].delay)))
        return await super().download_request(request)

    def _turn(self, site: str, delay: float) -> float:
        return self._pace.turn(site, delay, monotonic())
