"""A walk: one list read from its first page on, until it is past the days asked for. Pure: it asks for nothing itself."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import quote, urlsplit

from crawlers.clock import SHANGHAI, day_of, days_within, is_over, start_of
from crawlers.depth import Depth
from crawlers.discovery import Candidate, ListingError, discover, next_cursor, other_parts, says_no_issue
from crawlers.fates import BY_DAY, Find, Reach, Verdict, not_over
from crawlers.page import GONE, Page, article_id, canonical_url, site_of
from crawlers.seed import Seed
from crawlers.source import Source

_DOUBTS = 3  # first pages that are asked for a second time before one of that source has shown something


@dataclass
class Patience:
    """What the walks of a crawl share: how many first pages were asked for a second time since one has shown something."""

    doubts: int = 0


@dataclass
class Walk:
    """The state of one walk, for one keyword: a newest-first seed for all `days`, or a dated seed for one day of its site.

    That is `of` (None: the only one of `days`), in the source's zone; `days` are those in Shanghai that share hours with it.
    """

    source: Source
    seed: Seed
    days: list[date]
    keyword: str = ""
    of: date | None = None
    patience: Patience = field(default_factory=Patience)
    _number: int = 0
    _doubted: int = -1  # the number of the page that was asked for a second time
    _cursor: str = ""
    _parts: list[str] = field(default_factory=list)  # the list's other pages, in their order, as far as they are known
    _answered: set[str] = field(default_factory=set)
    _asked_at: datetime | None = None
    _links: "array[int]" = field(default_factory=lambda: array("q"))  # sorted hashes: a list may name a hundred thousand
    _allowed: int = 0
    _days_found: Counter[date] = field(default_factory=Counter)
    _depth: Depth = field(default_factory=Depth)
    _cut: bool = False
    _failure: Verdict | None = None
    _proves_none: bool = False

    @property
    def url(self) -> str:
        """The address of the page that is to be asked for next."""
        if self._parts and self._number:
            return self._parts[self._number - 1]
        start, end = (int(start_of(one).timestamp()) for one in (self.day, self.day + timedelta(days=1)))
        pages = self.seed.pages
        number = pages.first + pages.step * self._number if pages else 0
        return self.seed.expand(self.day, number, quote(self.keyword), start, end, quote(self._cursor))

    @property
    def day(self) -> date:
        """The day whose list a dated seed is asked for; of a newest-first one the earliest day that is wanted."""
        return self.of or self.days[0]

    @property
    def span(self) -> list[date]:
        """The days of which a dated seed's list may have articles: two where the site's day is another one than Shanghai's."""
        return days_within(self.day, self.seed.zone_of_days(self.source.zone), SHANGHAI)

    def take(self, page: Page, *, last: bool = False) -> tuple[list[Find], bool]:
        """Return the new candidates of the answer `page`, and whether the walk goes on to its next page, or to this one again.

        An answer that is the `last` one to be had is taken as it is.
        """
        self._doubted = self._number if last else self._doubted
        self._asked_at = self._asked_at or page.fetched_at
        gone = page.status in GONE or self._is_sent_away(page)
        try:
            candidates = [] if gone else discover(self.seed, page, self.source)
            if gone or (self.seed.dated and not candidates and says_no_issue(page)):
                # That a day has no list is said plainly, and so of each day that a site does not have.
                if (self._number or not self.seed.dated) and self._asks_again():
                    return [], True
                self._no_page(page)
                return [], self._turn(page, more=bool(self._parts))
            self._parts += self._new_parts(page)
        except ListingError as error:
            if self._asks_again():
                return [], True
            self._failure = Verdict("failed", f"{page.url}: {error}")
            return [], False
        before = len(self._links)
        finds, past = self._new(candidates, page), self._is_past(candidates)
        new = len(self._links) > before
        if not new and not past and self._asks_again():
            return finds, True
        if self._number == 0:
            self._begin(page, candidates)
        return finds, self._turn(page, more=bool(self._parts) or (new and not past))

    def _asks_again(self) -> bool:
        """Whether a page that has nothing new, or is cut, is asked for once more: one odd answer alone tells nothing of a list.

        Of first pages only a few that follow on one another are, lest each day that a site does not have costs two requests.
        """
        if self._parts or self._number == self._doubted or (not self._number and self.patience.doubts >= _DOUBTS):
            return False
        self.patience.doubts += self._number == 0
        self._doubted = self._number
        return True

    def _is_sent_away(self, page: Page) -> bool:
        """Whether a day's list was asked for and another page has answered: sites without an issue show the newest one."""
        # The address that answered is written as it went over the wire: escaped, and with a path.
        return self.seed.dated and urlsplit(canonical_url(page.url)).path != urlsplit(canonical_url(page.link)).path

    def _turn(self, page: Page, *, more: bool) -> bool:
        """Go to the next page of the list, and return whether there is one to ask for; `more` says whether it is wanted."""
        self._number += 1
        pages = self.seed.pages
        if not more or pages is None:
            return False
        if self.seed.cursor:
            before, self._cursor = self._cursor, next_cursor(self.seed, page)
            if self._cursor in ("", before):
                return False
        elif not self.seed.uses("page") and self._number > len(self._parts):
            return False
        self._cut = self._number >= pages.max
        return not self._cut

    def _new_parts(self, page: Page) -> list[str]:
        """Return the list's other pages that `page` names first: not too old, and beside it.

        That is on its host, for a day's list in its folder; a sitemap may lie on any host of its site.
        """
        here = urlsplit(page.url)
        self._answered |= {page.url, page.link}
        known = self._answered.union(self._parts)
        found = []
        for link, changed in other_parts(self.seed, page).items():
            there = urlsplit(link)
            beside = not self.seed.dated or there.path.rpartition("/")[0] == here.path.rpartition("/")[0]
            near = there.hostname == here.hostname or (self.seed.kind == "sitemap" and site_of(link) == site_of(page.url))
            if link in known or not beside or not (near or self.seed.kind == "sitemap"):
                continue
            if changed and changed < self.days[0]:
                self._depth.goes_to(changed)
            elif near:
                found.append(link)
            else:
                self._failure = self._failure or Verdict("partial", f"{link} lies on another site and was not read")
        return found

    def fail(self, verdict: Verdict) -> None:
        """End the walk: its next page could not be had."""
        self._failure = verdict

    def _no_page(self, page: Page) -> None:
        if self._number > 0 and not self._parts:  # behind the last page of a list
            return
        if self._number == 0 and self.seed.dated and self.source.may_be_empty(self.day):
            self._proves_none = True
            return
        sent = page.status not in GONE and self._is_sent_away(page)
        said = f"sent to {page.url}" if sent else f"the listing is missing (HTTP {page.status})"
        self._failure = (None if self._number else self._yet_to_come) or Verdict("failed", f"{page.link}: {said}")

    def _begin(self, page: Page, candidates: Sequence[Candidate]) -> None:
        """Take the first page as it is, odd or not."""
        if candidates:
            self.patience.doubts = 0
        elif self.seed.kind == "api":
            self._empty_list(page)

    def _empty_list(self, page: Page) -> None:
        """Take an empty list for an empty day only where the source expects such days; sites answer so to refuse, too."""
        if self.seed.dated and (self.source.may_be_empty(self.day) or self.source.expect.allows_none):
            self._proves_none = True
            return
        said = f"{page.url}: the list is empty, where articles are expected"
        hint = "; if such days occur, say so with expect: {min: 0}" if self.seed.dated and not self.source.expect.min else ""
        self._failure = self._yet_to_come or Verdict("failed", said + hint)

    def _new(self, candidates: Iterable[Candidate], page: Page) -> list[Find]:
        finds = []
        for candidate in candidates:
            try:
                url = canonical_url(candidate.url)
            except ValueError:
                continue
            if not self._is_new(url) or not self.source.allowed.search(url):
                continue
            self._allowed += 1
            if listed := self._listed(candidate):
                self._days_found[listed] += 1
            held = (page.position, page.fetched_at) if candidate.text is not None and page.position else None
            finds.append(Find(article_id(url), url, candidate.url, candidate.title, listed, held))
        return finds

    def _is_new(self, url: str) -> bool:
        """Whether the list names `url` for the first time."""
        mark = hash(url)
        place = bisect_left(self._links, mark)
        if place < len(self._links) and self._links[place] == mark:
            return False
        self._links.insert(place, mark)
        return True

    def _listed(self, candidate: Candidate) -> date | None:
        """Return the day of an item by its list: one without a time is of the day that was asked for."""
        if candidate.moment:
            return day_of(candidate.moment.at)
        # Of the list of a neighbouring day, which was asked for its first or last hours, its page tells.
        return (self.day if self.day in self.days else self.days[0]) if self.seed.dated else None

    def _is_past(self, candidates: list[Candidate]) -> bool:
        """Whether a list has left the days asked for: no dated item of this page is of the earliest or later.

        A dated list has left its day when none of them has a day of it.
        """
        days = [day for candidate in candidates if (day := self._listed(candidate))]
        if self.seed.dated:
            return bool(days) and not set(days).intersection(self.span)
        if days:
            self._depth.show(days, len(self._links), ordered=self.seed.kind != "sitemap")
        return bool(days) and max(days) < min(self.days)

    def verdicts(self) -> dict[date, Verdict]:
        """Return what the walk came to for each of its days, when it has ended."""
        return {day: self._failure or self._verdict(day) for day in self.days}

    def reached(self) -> Reach | None:
        """Return how far back a newest-first list reached, when the walk has ended; None where this walk does not tell."""
        reach = self._depth.reach
        if self.seed.dated or self._failure or reach is None or self._asked_at is None:
            return None
        return Reach(*self.seed.list_key(self.keyword), reach, reach >= min(self.days), self._asked_at)

    @property
    def _yet_to_come(self) -> Verdict | None:
        """The verdict on a day's list that shows nothing before the day is over where its site is; None where it is over."""
        at, zone = self._asked_at, self.seed.zone_of_days(self.source.zone)
        return not_over(at) if at and self.seed.dated and not is_over(self.day, at, zone) else None

    def _verdict(self, day: date) -> Verdict:
        verdict = self._shown(day)
        if self._asked_at is None or is_over(day, self._asked_at):
            return (self._yet_to_come if verdict.listing == "failed" else None) or verdict
        # What a list of the day does not show may be yet to come; one that has other days, too, shows that it is broken or cut.
        if verdict.listing == "partial" or (verdict.listing == "failed" and not self.seed.dated):
            return verdict
        return not_over(self._asked_at)

    def _shown(self, day: date) -> Verdict:
        """Return what the list shows of a day, as if that were over."""
        reach = self._depth.reach
        if self._proves_none:
            return Verdict("none", "the listing shows no issue")
        if not self._links:
            return Verdict("failed", "no link found in the listing; its layout may have changed")
        if not self._allowed:
            return Verdict("failed", f"none of the listing's {len(self._links)} links fits allow")
        if self._cut and (self.seed.dated or reach is None or reach >= day):
            return Verdict("partial", f"the listing goes on behind page {self._number}")
        if self.seed.dated and not self._days_found.keys() & set(self.span):
            shown = f"{min(self._days_found)} to {max(self._days_found)}"
            return Verdict("failed", f"the listing shows only articles of {shown}: the site does not list this day")
        if self.seed.dated:
            return Verdict("whole", BY_DAY) if day in self._days_found else Verdict("none", "the listing shows no article")
        if reach is None:
            return Verdict("partial", "the listing prints no dates")
        if reach >= day:
            return self._depth.at_the_foot(day, reach, self._days_found)
        return Verdict("whole") if day in self._days_found else Verdict("none", "the listing shows no article")


def walks(source: Source, days: Iterable[date]) -> list[Walk]:
    """Return the walks that list `days` of a source, in the order in which the days are given.

    Where the site's days are not those of Shanghai, a day lies in two of its lists, and each list is read once.
    """
    wanted = list(dict.fromkeys(days))
    found, patience = list[Walk](), Patience()
    for seed, keyword in source.lists():
        if not seed.dated:
            found += [Walk(source, seed, sorted(wanted), keyword, None, patience)] if wanted else []
            continue
        lists: dict[date, list[date]] = {}
        for day in wanted:
            for of in days_within(day, SHANGHAI, seed.zone_of_days(source.zone)):
                lists.setdefault(of, []).append(day)
        found += [Walk(source, seed, part, keyword, of, patience) for of, part in lists.items()]
    return found
