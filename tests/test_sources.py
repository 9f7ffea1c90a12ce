"""Every shipped source brings its own test: `tests/fixtures/NAME/` imitates its site, and the real spider crawls it."""

import re
from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import yaml

from crawlers.discovery import discover
from crawlers.page import Page, canonical_url
from crawlers.source import load_sources
from flows.settings import SHIPPED_CONFIG, open_project
from tests.imitation import FIXTURES, WALLED, day_of, imitated, imitation
from tests.loopback import collected
from transforms import dataset

SOURCES = load_sources(SHIPPED_CONFIG / "sources")
SERVED = datetime(2026, 11, 24, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
D18, D19, EMPTY = date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 22)
DAYS = [D18, D19, EMPTY]
FORMS = {"second": "%Y-%m-%d %H:%M:%S", "minute": "%Y-%m-%d %H:%M", "day": "%Y-%m-%d"}


def test_every_source_has_a_fixture_and_every_fixture_a_source():
    assert {path.name for path in FIXTURES.iterdir() if path.is_dir()} == set(SOURCES)


def test_the_readme_lists_every_source():
    readme = (FIXTURES.parents[1] / "README.md").read_text(encoding="utf-8")
    table = readme.partition("### The shipped sources")[2].partition("\n\n###")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == sorted(SOURCES)


def printed(at: datetime, precision: str) -> str:
    return at.strftime(FORMS[precision])


def test_some_sources_are_dated_and_some_newest_first():
    dated = {name for name, source in SOURCES.items() if all(seed.dated for seed in source.seeds)}
    assert len(SOURCES) >= 16
    assert len(dated) >= 8
    assert len(set(SOURCES) - dated) >= 8


@pytest.mark.parametrize("name", SOURCES)
def test_the_lists_of_a_source_are_read_as_its_site_writes_them(name):
    source, site = SOURCES[name], imitated(name)
    shows = site.site.get("list_prints", {})
    for address in site.site["lists"]:
        told, shown = site.listed(address), site.site["lists"][address]
        seed = next(seed for seed in source.seeds if urlsplit(seed.url).netloc == urlsplit(address).netloc)
        day = day_of(told[0]) if seed.dated and told else None
        page = Page(address, address, 200, (), site.list_page(address), SERVED, name, "seed", day)
        found = {canonical_url(one.url): one for one in reversed(discover(seed, page, source))}
        found = {url: one for url, one in reversed(found.items()) if source.allowed.search(url)}
        assert list(found) == [canonical_url(one.url) for one in told]
        for one, candidate in zip(told, found.values(), strict=True):
            if shows.get("title", True):
                assert (candidate.title or "").removeprefix("[视频]") == one.title
            if "time" in shows:
                assert candidate.moment is not None
                assert candidate.moment.precision == shows["time"]
                local = candidate.moment.at.astimezone(ZoneInfo("Asia/Shanghai"))
                assert printed(local, shows["time"]) == printed(one.at, shows["time"])
            if "publisher" in shows and not (isinstance(shown, dict) and "file" in shown):
                assert candidate.publisher == shows["publisher"]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """Crawl all imitated sites at once, in one child process."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "config" / "sources").mkdir(parents=True)
    with imitation(list(SOURCES)) as web:
        for name in SOURCES:
            text = yaml.safe_dump(web.source(name), allow_unicode=True)
            (folder / "config" / "sources" / f"{name}.yml").write_text(text, encoding="utf-8")
        project = open_project(folder / "config", folder / "data")
        run = collected(project, dict.fromkeys(SOURCES, DAYS))
        yield project, run, web


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_is_crawled_over_two_days_an_empty_one_and_a_wall(name, crawled):
    project, run, web = crawled
    site = imitated(name)
    reports = {report.day: report for report in run.reports if report.source == name}
    flashes = site.site.get("flashes", False)
    assert (reports[D18].status, reports[D18].reason) == ("complete", None)
    assert (reports[D19].status, reports[D19].tally.blocked) == (("complete", 0) if flashes else ("blocked", 1))
    assert reports[EMPTY].status == site.site["empty_day"]
    assert not [finding for finding in run.findings if finding.level == "failure"]
    for day in DAYS:
        told = [one for one in site.articles.values() if day_of(one) == day and (flashes or one.number != WALLED)]
        assert_records(dataset.records(project.data).rows(day, name), told, site.site["article_prints"], web)
        assert reports[day].tally.rejects.total() == 0
    assert_asked(site, web)


def assert_records(rows, told, prints, web):
    rows = {row.title: row for row in rows}
    assert sorted(rows) == sorted(one.title for one in told)
    for one in told:
        row = rows[one.title]
        local = row.published_at.astimezone(ZoneInfo("Asia/Shanghai"))
        assert (row.published_precision, printed(local, prints["precision"])) == (
            prints["precision"],
            printed(one.at, prints["precision"]),
        )
        assert (row.publisher, list(row.authors)) == (prints["publisher"], prints.get("authors", []))
        begins = f"【{one.title}】" if prints.get("headline") else prints.get("begins", "")
        assert row.body == begins + "\n".join(one.body)
        assert row.url == canonical_url(web.here(one.url))


def assert_asked(site, web):
    """Every list and every article of the days is asked once, and nothing else but robots.txt and the empty day's list.

    The page past a list's end is asked twice, and so is a list that is empty: that may be odd.
    """
    hosts = {urlsplit(address).netloc for address in site.site["lists"]} | {
        urlsplit(one.url).netloc for one in site.articles.values()
    }
    links = {one.url: one for one in site.articles.values()}
    asked = [(address, headers) for address, headers in web.asked if urlsplit(address).netloc in hosts]
    lists = [address for address, _ in asked if address in site.site["lists"]]
    twice = {*site.site.get("past_the_end", []), *(address for address, shown in site.site["lists"].items() if not shown)}
    assert sorted(lists) == sorted([*site.site["lists"], *twice])
    articles = [address for address, _ in asked if address in links]
    wanted = [one.url for one in links.values() if day_of(one) in (D18, D19)]
    assert sorted(articles) == ([] if site.site.get("flashes") else sorted(wanted))
    others = imitated_elsewhere(site.name)
    strange = [
        address for address, _ in asked if address not in site.site["lists"] and address not in links and address not in others
    ]
    assert [address for address in strange if not re.search(r"/robots\.txt$|2026-?/?11/?-?22", address)] == []
    for address, headers in asked:
        if address in site.site["lists"]:
            assert site.site.get("headers", {}).items() <= headers.items()


def imitated_elsewhere(name):
    """Return the addresses of the other sources' sites, since two may share a host."""
    others = [imitated(other) for other in SOURCES if other != name]
    return {address for site in others for address in (*site.site["lists"], *(one.url for one in site.articles.values()))}
