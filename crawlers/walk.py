"""A walk: one list read from its first page on, until it is past the days asked for. Pure: it asks for nothing itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import quote

from crawlers.clock import SHANGHAI, day_of, is_over, start_of
from crawlers.discovery import Candidate, ListingError, discover
from crawlers.fates import Find, Verdict
from crawlers.page import Page, article_id, canonical_url
from crawlers.source import Seed, Source


@dataclass
class Walk:
    """The state of one walk: a dated seed for one day, or a newest-first seed for all `days`, for one keyword."""

    source: Source
    seed: Seed
    days: list[date]
    keyword: str = ""
    _number: int = 0
    _asked_at: datetime | None = None
    _seen: set[str] = field(default_factory=set)
    _per_day: dict[date, int] = field(default_factory=dict)
    _last: date | None = None
    _matched: int = 0
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
        if page.status in (404, 410) or (self.seed.dated and self._says_no_issue(page)):
            self._no_page(page)
            return [], False
        try:
            candidates = discover(self.seed, page, self.source)
        except ListingError as error:
            self._failure = Verdict("failed", str(error))
            return [], False
        self._matched += len(candidates)
        finds, past = self._new(candidates), self._is_past(candidates)
        if self.seed.kind == "api" and not candidates and self._number == 0:
            self._proves_none = True
        self._number += 1
        pages = self.seed.pages
        more = pages is not None and bool(finds) and not past
        if more and pages and self._number >= pages.max:
            self._cut, more = True, False
        return finds, more

    def fail(self, verdict: Verdict) -> None:
        """End the walk: its next page could not be had."""
        self._failure = verdict

    def _says_no_issue(self, page: Page) -> bool:
        """Whether the site answers a day without an issue with a notice page, as e-papers do."""
        return len(page.body) < 20_000 and "<title>提示</title>" in page.text

    def _no_page(self, page: Page) -> None:
        if self._number > 0:  # behind the last page of a list
            return
        if self.seed.dated and self.source.may_be_empty(self.days[0]):
            self._proves_none = True
        else:
            self._failure = Verdict("failed", f"{page.url}: the listing is missing (HTTP {page.status})")

    def _new(self, candidates: Iterable[Candidate]) -> list[Find]:
        finds = []
        for candidate in candidates:
            try:
                url = canonical_url(candidate.url)
            except ValueError:
                continue
            if url in self._seen or not self.source.allowed.search(url):
                continue
            self._seen.add(url)
            listed = day_of(candidate.moment.at) if candidate.moment else None
            if listed is None and self.seed.dated:
                listed = self.days[0]
            if listed:
                self._per_day[listed] = self._per_day.get(listed, 0) + 1
            finds.append(Find(article_id(url), url, candidate.url, candidate.title, listed))
        return finds

    def _is_past(self, candidates: list[Candidate]) -> bool:
        """Whether a newest-first list has got behind the earliest day: no dated item of this page is of it or later."""
        days = [day_of(candidate.moment.at) for candidate in candidates if candidate.moment]
        if days:
            self._last = days[-1]
        return not self.seed.dated and bool(days) and max(days) < min(self.days)

    def verdicts(self) -> dict[date, Verdict]:
        """Return what the walk came to for each of its days, when it has ended."""
        return {day: self._failure or self._verdict(day) for day in self.days}

    def _verdict(self, day: date) -> Verdict:
        if self._asked_at and not is_over(day, self._asked_at):
            return Verdict("partial", f"the day was not over at {self._asked_at.astimezone(SHANGHAI):%H:%M}")
        if self._proves_none:
            return Verdict("none", "the listing shows no issue")
        if not self._matched:
            return Verdict("failed", "no link found in the listing; its layout may have changed")
        if not self._seen:
            return Verdict("failed", f"none of the listing's {self._matched} links fits allow")
        if self._cut and (self.seed.dated or self._last is None or self._last >= day):
            return Verdict("partial", f"the listing goes on behind page {self._number}")
        if self.seed.dated:
            return Verdict("whole")
        if self._last is None:
            return Verdict("partial", "the listing prints no dates")
        if self._last >= day:
            return Verdict("partial", f"listing ends at {self._last}")
        return Verdict(
            "whole" if self._per_day.get(day) else "none",
            None if self._per_day.get(day) else "the listing shows no article",
        )


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
