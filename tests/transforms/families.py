"""The pages of `tests/pages`: written by us in the markup of real sites, each with what a reader takes from it.

NAME.yml beside NAME.html holds url, `encoding` (in which the page is served; UTF-8 where none is named), `torn` (a text whose first
occurrence lacks its last byte, as sites cut it that count bytes), and either `reject` or title, authors, account (where no person
is named), publisher, published_at as printed, body, and `optional` lines of the body that count neither way.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from crawlers.page import Page
from crawlers.source import plain_source

PAGES = Path(__file__).parents[1] / "pages"
SERVED = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SOURCE = plain_source("family")


class Family(NamedTuple):
    """A page in the markup of one family of sites and what is expected of it."""

    name: str
    page: Page
    want: dict[str, Any]


def load_families() -> list[Family]:
    """Return all pages in the order of their names."""
    return [_load(path) for path in sorted(PAGES.glob("*.html"))]


def _load(path: Path) -> Family:
    want = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))
    body = path.read_text(encoding="utf-8").encode(want.get("encoding", "utf-8"))
    if torn := want.get("torn", "").encode():
        body = body.replace(torn, torn[:-1], 1)
    return Family(path.stem, served(body, want["url"]), want)


def served(body: bytes, url: str) -> Page:
    """Return a page as a site would have answered with these bytes."""
    return Page(url, url, 200, (), body, SERVED, SOURCE.name, "article")
