"""A probe: the crawl of one list's first page and of nothing else, for a look at a source."""

from collections.abc import Iterator
from typing import Any

from crawlers.crawl import Crawl
from crawlers.fates import Fetch
from crawlers.page import Page
from crawlers.walk import Walk


class Probe(Crawl):
    """Asks for the first page of the source's seed number `seed` (counted from 1); what it lists is not fetched."""

    def __init__(self, *arguments: Any, seed: int, **options: Any) -> None:
        """Take the arguments of a crawl."""
        super().__init__(*arguments, **options)
        self.walks = [walk for walk in self.walks if walk.seed is self.source.seeds[seed - 1]][:1]
        self._open = dict.fromkeys(self._open, self.walks)  # no other walk is waited for: a failure of this one is the day's

    def pending(self) -> Iterator[Fetch]:
        """Yield nothing."""
        return iter(())

    def list(self, walk: Walk, page: Page) -> tuple[list[Fetch], bool]:
        """Note the answer, and go no further."""
        super().list(walk, page)
        return [], False

    def close(self, reason: str) -> None:  # noqa: ARG002 - as of any crawl
        """Close the archive; the answer stays known."""
        self._writer.close()
