"""Every shipped source brings its own test: a listing and an article in its site's markup, in `tests/fixtures/NAME/`."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from crawlers.discovery import discover
from crawlers.page import Page, canonical_url
from crawlers.source import load_sources
from flows.settings import SHIPPED_CONFIG
from transforms.extract import extract

FIXTURES = Path(__file__).parent / "fixtures"
SOURCES = load_sources(SHIPPED_CONFIG / "sources")
SERVED = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_there_is_a_source_for_every_fixture():
    assert {path.name for path in FIXTURES.iterdir()} == set(SOURCES)


def page(name: str, file: str, url: str, kind) -> Page:
    return Page(url, url, 200, (), (FIXTURES / name / file).read_bytes(), SERVED, name, kind, date(2026, 11, 18))


def expected(name: str):
    return yaml.safe_load((FIXTURES / name / "expected.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SOURCES)
def test_the_listing_of_a_source(name):
    source, wanted = SOURCES[name], expected(name)
    found = discover(source.seeds[0], page(name, wanted["listing"]["file"], wanted["listing"]["url"], "seed"), source)
    links = []
    for one in found:
        url = canonical_url(one.url)
        time = f"{one.moment.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if one.moment else None
        if source.allowed.search(url):
            links.append([url, one.title, time, one.publisher])
    assert links == wanted["links"]


@pytest.mark.parametrize("name", SOURCES)
def test_an_article_of_a_source(name):
    source, wanted = SOURCES[name], expected(name)["article"]
    assert source.allowed.search(wanted["url"])
    (article,) = extract(page(name, wanted["file"], wanted["url"], "article"), source)
    local = article.published_at.astimezone(SHANGHAI) if article.published_at else None
    form = {"day": "%Y-%m-%d", "minute": "%Y-%m-%d %H:%M", "second": "%Y-%m-%d %H:%M:%S", "none": ""}[article.published_precision]
    assert (article.title, article.publisher, list(article.authors)) == (
        wanted["title"],
        wanted["publisher"],
        wanted["authors"],
    )
    assert (local.strftime(form) if local else None) == wanted["published_at"]
    assert article.body.startswith(wanted["begins"])
    assert article.body.endswith(wanted["ends"])
