"""Moved: where a redirect leads that was met in place of an article. Pure: what the ledger knows of that address is not asked here."""

from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from crawlers.page import HOMES, article_id, canonical_url, site_of
from crawlers.source import Source


class Target(NamedTuple):
    """Where a redirect leads; `likely`: by its address it is an article, and another one than the link's."""

    article_id: str
    url: str
    likely: bool


def moved(source: Source, link: str, address: str) -> Target | None:
    """Return where a redirect from the link of an article leads, None where that is the link itself, no URL or a home page."""
    try:
        url, asked = canonical_url(address), canonical_url(link)
    except ValueError:
        return None
    if url in (asked, canonical_url(source.home)) or urlsplit(url).path in HOMES:
        return None
    # Where any address fits allow, as of a search, a page that says that nothing is there fits, too.
    telling = not source.allowed.search(urljoin(url, "/"))
    likely = telling and source.allowed.search(url) is not None and not _is_respelled(asked, url)
    return Target(article_id(url), url, likely)


def _is_respelled(asked: str, url: str) -> bool:
    """Whether an address is the same article's in another spelling, as of a whole site: by https, on its other host, with a slash.

    So that what an article is known by does not change with such habits of its site. A session's number is none of it, either.
    """
    one, two = urlsplit(asked), urlsplit(url)
    same_path = _plain(one.path) == _plain(two.path) and site_of(asked) == site_of(url)
    return same_path and set(filter(None, one.query.split("&"))) <= set(two.query.split("&"))


def _plain(path: str) -> str:
    return path.partition(";")[0].rstrip("/")
