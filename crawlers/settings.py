"""Scrapy's settings for the crawl of one source."""

from pathlib import Path
from typing import Any

from scrapy.settings import Settings

from crawlers.pace import JITTER, paced
from crawlers.page import MAX_CONTENT
from crawlers.source import Source


def process_settings(user_agent: str, log_file: Path, concurrency: int) -> dict[str, Any]:
    """Return what all sources of one child process share. `concurrency` bounds the open requests to one site."""
    return {
        "USER_AGENT": user_agent,
        "LOG_FILE": str(log_file),
        "LOG_LEVEL": "INFO",
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,  # Scrapy 2.19 would listen for Python code to run
        # No more are begun than one site may have open: after a wall hardly any follow.
        "CONCURRENT_REQUESTS": concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency,
        "CONCURRENT_ITEMS": 1,  # there are none; Scrapy would begin 100 tasks for each page
        "WARN_ON_GENERATOR_RETURN_VALUE": False,  # Scrapy would read the spider's source anew for each page
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],  # 429 and 503 ask to be left alone: see manners
        "COOKIES_ENABLED": False,
        "METAREFRESH_ENABLED": False,  # portals refresh their pages every few minutes
        "REDIRECT_MAX_TIMES": 5,
        "URLLENGTH_LIMIT": 0,  # Scrapy would drop longer addresses without a word
        "SPIDER_MIDDLEWARES": dict.fromkeys(
            (
                "scrapy.spidermiddlewares.depth.DepthMiddleware",  # how deep a request lies tells nothing here
                "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware",  # looks for a mistake that the spider does not make
            )
        ),
        "DOWNLOAD_HANDLERS": {
            **dict.fromkeys(("http", "https"), "crawlers.gate.Gate"),
            **dict.fromkeys(("data", "file", "ftp", "s3")),  # these are not asked
        },
        "DOWNLOAD_TIMEOUT": 60,
        "DOWNLOAD_MAXSIZE": MAX_CONTENT,
        "DOWNLOAD_WARNSIZE": 0,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.9,*/*;q=0.8",
            "Accept-Language": "zh-CN,zh;q=0.9",
            "Accept-Encoding": "gzip, deflate",  # only what any reader of the archive can undo
        },
        "COMPRESSION_ENABLED": False,  # pages are kept as received; `Page.content` decodes them, within bounds
        "EXTENSIONS": {"crawlers.manners.Throttle": 0, "scrapy.extensions.throttle.AutoThrottle": None},
        "AUTOTHROTTLE_ENABLED": True,
        "DOWNLOAD_DELAY_JITTER": JITTER,
        "DOWNLOADER_MIDDLEWARES": {
            "crawlers.middlewares.MovedMiddleware": 90,  # before robots.txt is asked for what is not followed
            "crawlers.middlewares.RobotsMiddleware": 110,  # right behind Scrapy's, which asks for robots.txt
            "crawlers.guard.AddressGuard": 560,  # before retries: what is refused once is refused again
            "crawlers.middlewares.WallMiddleware": 880,
            "crawlers.manners.MannersMiddleware": 885,
            "crawlers.middlewares.ArchiveMiddleware": 890,
        },
    }


def source_settings(shared: dict[str, Any], source: Source) -> Settings:
    """Return `shared` with what `source` says of itself."""
    delay = paced(source.delay)
    own = {"ROBOTSTXT_OBEY": source.robots == "obey", "DOWNLOAD_DELAY": delay, "AUTOTHROTTLE_START_DELAY": delay}
    return Settings({**shared, **own, "AUTOTHROTTLE_MAX_DELAY": max(delay, 60.0)})
