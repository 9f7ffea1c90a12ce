"""A walk: one list read from its first page on, until it is past the days asked for. Pure: it asks for nothing itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import quote

from crawlers.clock import SHANGHAI, day_of, is_over, start_of
from crawlers.discovery import Candidate, ListingError, discover
from crawlers.fates import Find, Verdict
from crawlers.page import GONE, Page, article_id, canonical_url
from crawlers.source import Seed, Source

_OUTLIER = 60  # days from the middle of a page beyond which an item is no part of the list's order


@dataclass
class Walk:
    """The state of one walk: a dated seed for one day, or a newest-first seed for all `days`, for one keyword."""

    source: Source
    seed: Seed
    days: list[date]
    keyword: str = ""
    _number: int = 0
    _asked_at: datetime | None = None
    _links: set[int] = field(default_factory=set)  # hashes of 64 bits: a list may name a hundred thousand
    _allowed: int = 0
    _days_found: set[date] = field(default_factory=set)
    _reach: date | None = None
    _cut: bool = False
    _failure: Verdict | None = None
    _proves_none: bool = False

    @property
    def url(self) -> str:
        """The address of the page that is to be asked for next."""
        day, zone = self.days[0], self.source.zone
        start, end = (int(start_of(one, zone).timestamp()) for one in (day, day + timedelta(days=1)))
        pages = self.seed.pages
        number = pages.first + pages.step * self._number if pages else 0
        return self.seed.expand(day, number, quote(self.keyword), start, end)

    def take(self, page: Page) -> tuple[list[Find], bool]:
        """Return the new candidates of the answer `page`, and whether the walk goes on to its next page."""
        self._asked_at = self._asked_at or page.fetched_at
        if page.status in GONE:
            self._no_page(page)
            return [], False
        try:
            candidates = discover(self.seed, page, self.source)
            if self.seed.dated and not candidates and _says_no_issue(page):
                self._no_page(page)
                return [], False
        except ListingError as error:
            self._failure = Verdict("failed", str(error))
            return [], False
        if self.seed.kind == "api" and not candidates and self._number == 0:
            self._empty_list(page)
        before = len(self._links)
        finds, past = self._new(candidates), self._is_past(candidates)
        self._number += 1
        pages = self.seed.pages
        more = pages is not None and len(self._links) > before and not past
        if more and pages and self._number >= pages.max:
            self._cut, more = True, False
        return finds, more

    def fail(self, verdict: Verdict) -> None:
        """End the walk: its next page could not be had."""
        self._failure = verdict

    def _no_page(self, page: Page) -> None:
        if self._number > 0:  # behind the last page of a list
            return
        if self.seed.dated and self.source.may_be_empty(self.days[0]):
            self._proves_none = True
        else:
            self._failure = Verdict("failed", f"{page.url}: the listing is missing (HTTP {page.status})")

    def _empty_list(self, page: Page) -> None:
        """Take an empty list for an empty day only where the source expects such days; sites answer so to refuse, too."""
        if self.seed.dated and (self.source.may_be_empty(self.days[0]) or self.source.expect.min == 0):
            self._proves_none = True
        else:
            self._failure = Verdict("failed", f"{page.url}: the list is empty, where articles are expected")

    def _new(self, candidates: Iterable[Candidate]) -> list[Find]:
        finds = []
        for candidate in candidates:
            try:
                url = canonical_url(candidate.url)
            except ValueError:
                continue
            if hash(url) in self._links:
                continue
            self._links.add(hash(url))
            if not self.source.allowed.search(url):
                continue
            self._allowed += 1
            listed = day_of(candidate.moment.at) if candidate.moment else self.days[0] if self.seed.dated else None
            if listed:
                self._days_found.add(listed)
            finds.append(Find(article_id(url), url, candidate.url, candidate.title, listed))
        return finds

    def _is_past(self, candidates: list[Candidate]) -> bool:
        """Whether a newest-first list has got behind the earliest day: no dated item of this page is of it or later."""
        days = [day_of(candidate.moment.at) for candidate in candidates if candidate.moment]
        if days:
            middle = sorted(days)[len(days) // 2]
            # An old article that is pinned to the foot of a page says nothing about how far the list reaches.
            self._reach = [day for day in days if abs((day - middle).days) <= _OUTLIER][-1]
        return not self.seed.dated and bool(days) and max(days) < min(self.days)

    def verdicts(self) -> dict[date, Verdict]:
        """Return what the walk came to for each of its days, when it has ended."""
        return {day: self._failure or self._verdict(day) for day in self.days}

    def _verdict(self, day: date) -> Verdict:
        if self._asked_at and not is_over(day, self._asked_at):
            return Verdict("partial", f"the day was not over at {self._asked_at.astimezone(SHANGHAI):%H:%M}")
        if self._proves_none:
            return Verdict("none", "the listing shows no issue")
        if not self._links:
            return Verdict("failed", "no link found in the listing; its layout may have changed")
        if not self._allowed:
            return Verdict("failed", f"none of the listing's {len(self._links)} links fits allow")
        if self._cut and (self.seed.dated or self._reach is None or self._reach >= day):
            return Verdict("partial", f"the listing goes on behind page {self._number}")
        if self.seed.dated:
            return Verdict("whole")
        if self._reach is None:
            return Verdict("partial", "the listing prints no dates")
        if self._reach >= day:
            return Verdict("partial", f"listing ends at {self._reach}")
        return Verdict("whole") if day in self._days_found else Verdict("none", "the listing shows no article")


def _says_no_issue(page: Page) -> bool:
    """Whether the site answers a day without an issue with a notice page, as e-papers do."""
    return len(page.body) < 20_000 and "<title>提示</title>" in page.text


def walks(source: Source, days: Iterable[date]) -> list[Walk]:
    """Return the walks that list `days` of a source, in the order of the days."""
    wanted = sorted(set(days))
    found = []
    for seed in source.seeds:
        for keyword in source.keywords if seed.uses("keyword") else ("",):
            parts = [[day] for day in wanted] if seed.dated else [wanted]
            found += [Walk(source, seed, part, keyword) for part in parts if part]
    return found


_ORDER = ("blocked", "failed", "open", "partial", "whole", "none")


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the one verdict of a day that several walks list: it is whole only when all are."""
    return min(verdicts, key=lambda verdict: _ORDER.index(verdict.listing))
