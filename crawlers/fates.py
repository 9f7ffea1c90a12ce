"""What the ledger tells: the fate of URLs, the sums of a source's day, and the day's status. Plain values, no SQL."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from crawlers.clock import SHANGHAI, now
from crawlers.page import Position

State = Literal["discovered", "archived", "record", "reject", "skipped", "blocked", "failed"]
Listing = Literal["open", "whole", "none", "partial", "failed", "blocked"]
Status = Literal["missing", "partial", "failed", "blocked", "empty", "complete", "impossible"]
Again = Literal["missing", "failed", "all"]
"""Which days a backfill takes up."""
Day = tuple[str, date]  # a source's day

UNFETCHED: tuple[State, ...] = ("discovered", "failed", "blocked")
HELD: tuple[State, ...] = ("discovered", "archived", "record", "reject")
"""What another source has or is about to fetch, but for the rejects that are `OPEN`."""
OPEN = ("off_day", "no_body", "no_title", "crashed")
"""Reasons of rejects by a source's own days and rules: another one that lists the article tries the page, too."""
REJECTED: tuple[State, ...] = ("reject", "archived")
"""States of a page with the reason of a reject: it waits for the build again, or does not."""
REDATED = "redated"
"""Reason kept with a record whose page prints a time far from the one that its address gives away."""
UNGROUNDED = "ungrounded"
"""Reason kept with a record that lost values which its article does not bear out; the detail has a line for each."""
OF_RECORDS = (None, REDATED, UNGROUNDED)
"""Reasons of a page that is a record: where it waits for the build with a date, the files have that."""
LEFT = "left"
"""Reason kept with a URL that was found and not fetched when nobody worked on its source: another one need not wait for it."""
UNREADABLE = "archive"  # reason of a failure where the archive does not give the page
MOVED = "moved"  # reason of a link that led to another article's address, which is the detail; that one has a row of its own
UNENDED = "the crawl did not end"  # what the reason of a day begins with whose list was begun and not read to its end
NOT_OVER = "the day was not over at"
"""What the reason of a day begins with of which all was read that there was before it was over."""
COOLDOWN = timedelta(hours=6)
"""How long a list or an article is left alone after a wall was met; asking sooner makes sites block longer."""


@dataclass(frozen=True)
class Find:
    """A candidate as the ledger keeps it; `listed` is the publication day by the listing, None where it gives none.

    `held` says where the archived list lies that holds the whole article, and when it was fetched; None for an ordinary link.
    `at_hand`: its page is there already, so that the site need not be left alone, and others have it by a record alone.
    """

    article_id: str
    url: str
    link: str
    title: str | None
    listed: date | None
    held: tuple[Position, datetime] | None = None
    at_hand: bool = False


@dataclass(frozen=True)
class Fetch:
    """An article that has to be fetched."""

    article_id: str
    link: str
    listed: date | None


@dataclass(frozen=True)
class Waiting:
    """An archived page that waits for the build.

    `published_date` is the day of the record that the files have of it by an earlier build, `claimed` the one whose file may have
    one, too, as a build was about to write it and has not ended. `parts` says where the article's second and further pages lie.
    """

    article_id: str
    link: str
    position: Position
    day: date
    listed: date | None
    published_date: date | None
    parts: tuple[Position, ...] = ()
    claimed: date | None = None

    @property
    def days_of_files(self) -> set[date]:
        """Return the days whose files may have a record of it."""
        return {day for day in (self.published_date, self.claimed) if day}


@dataclass(frozen=True)
class Outcome:
    """What the build made of a page; `published_date` is None where the page was rejected before its date was known.

    It is `skipped` where another source makes a record of the article. Of what is `blocked` or `failed`, the date is that of a
    record which the files keep.
    """

    article_id: str
    state: Literal["record", "reject", "skipped", "blocked", "failed"]
    published_date: date | None = None
    reason: str | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What the listing of one day came to. `none`: it proves that the day has no article."""

    listing: Listing
    reason: str | None = None


def not_over(at: datetime) -> Verdict:
    """Return the verdict on a day that was listed at the instant `at`, before it was over."""
    return Verdict("partial", f"{NOT_OVER} {at.astimezone(SHANGHAI):%H:%M}")


_ORDER = ("blocked", "failed", "open", "partial", "whole", "none")


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the one verdict of a day that several walks list: it is whole only when all are, and not over when no list fails it."""
    return min(verdicts, key=lambda verdict: (_ORDER.index(verdict.listing), (verdict.reason or "").startswith(NOT_OVER)))


BY_DAY = "named articles of the day"  # the reason of a whole listing that is one of this day alone


@dataclass
class Tally:
    """The sums of one source's day (or of several): found = fetched + skipped + blocked + failed + waiting.

    `redated` counts those records whose page prints a time that its address contradicts, `unbuilt` the waiting URLs that are
    archived, `lost` the failed ones whose page the archive does not give.
    """

    records: int = 0
    redated: int = 0
    rejects: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    blocked: int = 0
    failed: int = 0
    waiting: int = 0
    blocked_at: datetime | None = None
    unbuilt: int = 0
    lost: int = 0

    def add(self, state: State, reason: str | None, count: int) -> None:
        """Count `count` URLs of one state."""
        if state == "record":
            self.records += count
            self.redated += count if reason == REDATED else 0
        elif state == "reject":
            self.rejects[reason or "?"] += count
        elif state == "skipped":
            self.skipped[reason or "?"] += count
        elif state == "blocked":
            self.blocked += count
        elif state == "failed":
            self.failed += count
            self.lost += count if reason == UNREADABLE else 0
        else:
            self.waiting += count
            self.unbuilt += count if state == "archived" else 0

    def sums(self) -> tuple[int, int, int, int, int, int, int, int]:
        """Return found, fetched, records, rejects, skipped, blocked, failed, waiting."""
        rejects, skipped = self.rejects.total(), self.skipped.total()
        return self.found, self.fetched, self.records, rejects, skipped, self.blocked, self.failed, self.waiting

    @property
    def fetched(self) -> int:
        """Pages that were fetched and built: records + rejects."""
        return self.records + self.rejects.total()

    @property
    def found(self) -> int:
        """All URLs that were found."""
        return self.fetched + self.skipped.total() + self.blocked + self.failed + self.waiting

    @classmethod
    def total(cls, tallies: Iterable["Tally"]) -> "Tally":
        """Return the sum of several tallies."""
        whole = cls()
        for one in tallies:
            whole.records += one.records
            whole.redated += one.redated
            whole.rejects += one.rejects
            whole.skipped += one.skipped
            whole.blocked += one.blocked
            whole.failed += one.failed
            whole.waiting += one.waiting
            whole.unbuilt += one.unbuilt
            whole.lost += one.lost
        return whole


@dataclass(frozen=True)
class DayReport:
    """One source's day: its sums, its status, and in words why it is not complete."""

    source: str
    day: date
    tally: Tally
    status: Status
    reason: str | None
    listed_at: datetime | None

    @classmethod
    def judge(cls, source: str, day: date, tally: Tally, verdict: Verdict | None, listed_at: datetime | None) -> "DayReport":
        """Return the report with the status that follows from the listing's `verdict` (None: never listed)."""
        status, reason = _status(tally, verdict)
        if status == "blocked" and (since := tally.blocked_at or listed_at):
            reason = left_alone(reason or "", since)
        return cls(source, day, tally, status, reason, listed_at)

    def marked(self, text: str | None) -> "DayReport":
        """Return the report with what a check found odd about the day added to its reason."""
        return replace(self, reason="; ".join(filter(None, (self.reason, text)))) if text else self


def _status(tally: Tally, verdict: Verdict | None) -> tuple[Status, str | None]:
    if verdict is None:
        return "missing", None
    missed = f"; {tally.failed} not fetched" if tally.failed else ""
    if verdict.listing == "blocked":
        return "blocked", f"{verdict.reason or 'the list is behind a wall'}{missed}"
    if tally.blocked:
        return "blocked", f"{tally.blocked} article{'s' if tally.blocked > 1 else ''} behind a wall{missed}"
    if verdict.listing == "failed" or tally.failed:
        return "failed", verdict.reason if verdict.listing == "failed" else f"{tally.failed} not fetched"
    if verdict.listing in ("open", "partial"):
        return "partial", UNENDED if verdict.listing == "open" else verdict.reason
    if tally.waiting:
        return "partial", f"{tally.waiting} not fetched or not built yet"
    found = tally.found - tally.skipped[MOVED]  # these are found once more, at their own address
    if verdict.listing == "none" and not found:
        return "empty", verdict.reason
    if tally.rejects["off_day"] == found and (found or verdict.reason == BY_DAY):
        return "failed", "all articles that the listing names are of other days: the site does not list by day"
    return "complete", None


def left_alone(reason: str, since: datetime) -> str:
    """Return `reason` with the time since when, unless that is yet to come, and until when a site is left alone, in Asia/Shanghai."""
    until = (since + COOLDOWN).astimezone(SHANGHAI)
    begun = f"since {since.astimezone(SHANGHAI):%m-%d %H:%M}, " if since <= now() else ""
    return f"{reason}; {begun}left alone until {until:%m-%d %H:%M}"


class Standing(NamedTuple):
    """How an article stands by now: its state, the day of its record or reject if it is known, and why it has that state."""

    state: State
    published_date: date | None
    reason: str | None


class Reach(NamedTuple):
    """How far back a newest-first list reached when it was read.

    `list` is its template with its keyword, `pages` the most that are read of it (0: it has one). `ended`: it showed nothing
    older than `day`, or no more than that many pages are read. One walk may be mistaken: the ledger tells of what two saw.
    """

    list: str
    pages: int
    day: date
    ended: bool
    read_at: datetime


class Backfill(NamedTuple):
    """A backfill as it was asked for: the days `start` to `end` (both included); no `sources` are all that are enabled."""

    id: str
    start: date
    end: date
    sources: tuple[str, ...]
    again: Again
    newest_first: bool
    begun_at: datetime
