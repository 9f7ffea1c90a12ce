"""What days of a source will take: requests, articles, time; from its own past days, else from what its YAML expects."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, sqrt

from crawlers.clock import day_of, now
from crawlers.fates import Day, DayReport
from crawlers.pace import paced
from crawlers.source import Source

SPAN = 14
"""Past days of a source whose mean is expected of the next ones."""
_ASSUMED = 50  # articles of a day of a source of which nothing is known
_PER_PAGE = 25  # articles that a list page names, where no past day tells
_QUICKEST = 0.1  # seconds that a request takes at least, where a source has no delay


@dataclass(frozen=True)
class Habit:
    """What an ordinary day of a source takes; `basis` says in words how that is known."""

    articles: float
    lists: float
    basis: str


@dataclass(frozen=True)
class Effort:
    """What a source's days will take: requests, the articles that are to be fetched, and seconds at its pace."""

    requests: int
    articles: int
    seconds: float
    basis: str


def habit(source: Source, taken: dict[Day, tuple[int, int]]) -> Habit:
    """Return what a day takes, by what past days took (articles and list pages), else by `expect`, else assumed."""
    days = [counts for (name, day), counts in taken.items() if name == source.name and not source.may_be_empty(day)]
    if days:
        articles, lists = (sum(counts) / len(days) for counts in zip(*days, strict=True))
        return Habit(articles, max(lists, 1), f"its last {len(days)} days" if len(days) > 1 else "its last day")
    expect = source.expect
    articles, basis = float(_ASSUMED), f"assumed: {_ASSUMED} articles a day"
    if expect.max or expect.min:
        articles = sqrt(max(expect.min, 1) * expect.max) if expect.max else expect.min
        basis = f"expect: {expect.min} to {expect.max}" if expect.max else f"expect: at least {expect.min}"
    return Habit(articles, sum(_pages(source, number, articles) for number in range(len(source.seeds))), basis)


def _pages(source: Source, number: int, articles: float) -> int:
    """Return how many pages of one seed's lists name a day's articles."""
    seed = source.seeds[number]
    lists = len(source.keywords) if seed.uses("keyword") else 1
    return lists * min(seed.pages.max, ceil(articles / _PER_PAGE)) if seed.pages else lists


def effort(source: Source, todo: Sequence[DayReport], usual: Habit, listed: Container[date] = ()) -> Effort:
    """Return what the days `todo` of a source will take; the lists of those that are `listed` are not asked for again."""
    to_list = [report.day for report in todo if report.day not in listed]
    articles = sum(_articles(source, report, usual, whole=report.day in listed) for report in todo)
    fetched = 0 if all(seed.item and seed.item.text for seed in source.seeds) else articles  # a flash stands in the list
    requests = round(fetched + _lists(source, to_list, usual))
    return Effort(requests, round(articles), requests * max(paced(source.delay), _QUICKEST), usual.basis)


def _articles(source: Source, report: DayReport, usual: Habit, *, whole: bool) -> float:
    """Return how many articles of a day are still to be fetched; what waits for the build alone is there already."""
    tally = report.tally
    left = tally.waiting - tally.unbuilt + tally.failed + tally.blocked
    if whole or report.status in ("complete", "empty") or source.may_be_empty(report.day):
        return left
    return left + max(0, usual.articles - tally.found)


def _lists(source: Source, days: Sequence[date], usual: Habit) -> float:
    """Return how many list pages are asked for: a newest-first list is read from today back to the first of the days."""
    if not days or any(seed.dated for seed in source.seeds):
        return sum(1 if source.may_be_empty(day) else usual.lists for day in days)
    back = max(1, (day_of(now()) - min(days)).days + 1)
    most = [_most(source, number) for number in range(len(source.seeds))]
    return min(usual.lists * back, sum(most))


def _most(source: Source, number: int) -> int:
    seed = source.seeds[number]
    return (len(source.keywords) if seed.uses("keyword") else 1) * (seed.pages.max if seed.pages else 1)


def together(sources: Iterable[tuple[Source, Effort]]) -> float:
    """Return the seconds that the sources take: those of one site one after another, sites side by side.

    Sites that may be private have a crawl of their own, behind that of the others.
    """
    sites: dict[bool, dict[str, float]] = {False: {}, True: {}}
    for source, one in sources:
        of_site = sites[source.private]
        of_site[source.site] = of_site.get(source.site, 0.0) + one.seconds
    return sum(max(of_site.values(), default=0.0) for of_site in sites.values())
