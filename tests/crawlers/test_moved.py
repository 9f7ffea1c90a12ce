"""Where a redirect from an article's link leads."""

import pytest

from crawlers.moved import moved
from crawlers.page import article_id
from crawlers.seed import Seed
from crawlers.source import Source

LINK = "http://news.e.cn/a/1?id=2"


def source(*allow: str) -> Source:
    seeds = (Seed(kind="feed", url="http://e.cn/rss"),)
    return Source(name="x", title="x", home="http://news.e.cn/a/", seeds=seeds, allow=allow)


@pytest.mark.parametrize("address", ["http://news.e.cn/a/2", "http://tech.e.cn/a/2?id=2", "http://news.e.cn/a/1?id=3"])
def test_another_address_that_fits_allow_is_likely_another_article(address):
    assert moved(source(r"/a/\d"), LINK, address) == (article_id(address), address, True)


@pytest.mark.parametrize(
    "address",
    [
        "https://news.e.cn/a/1?id=2",
        "http://www.e.cn/a/1?id=2",
        "http://news.e.cn/a/1/?id=2",
        "http://news.e.cn/a/1;s=77?id=2",
        "http://news.e.cn/a/1?from=list&id=2",
    ],
)
def test_an_address_that_is_but_spelled_in_another_way_is_not(address):
    target = moved(source(r"/a/\d"), LINK, address)
    assert target is not None
    assert not target.likely


def test_one_of_another_site_is_another_article_though_its_path_is_the_same():
    target = moved(source(r"/a/\d"), LINK, "http://news.f.cn/a/1?id=2")
    assert target is not None
    assert target.likely


@pytest.mark.parametrize(("allow", "address"), [(r"/a/\d", "http://news.e.cn/b/2"), ("^https?://", "http://news.e.cn/404.html")])
def test_one_that_does_not_fit_allow_or_as_any_does_is_not(allow, address):
    assert moved(source(allow), LINK, address) == (article_id(address), address, False)


@pytest.mark.parametrize(
    "address",
    [
        "http://news.e.cn",
        "http://e.cn/index.html",
        "http://news.e.cn/a/#top",
        f"{LINK}&utm_source=a",
        "http://[x",
        "http://e.cn:x/",
    ],
)
def test_a_home_page_the_link_itself_and_what_is_no_address_are_no_article(address):
    assert moved(source("/a/", "/$"), LINK, address) is None
