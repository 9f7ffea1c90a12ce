"""A crawl of one source: what its spider learns, written to archive and ledger in the order of the facts."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from itertools import chain
from time import monotonic

from crawlers import archive
from crawlers.answers import RobotsVerdict, key_of
from crawlers.clock import is_over, now, start_of
from crawlers.errors import StoreError
from crawlers.fates import MOVED, Fetch, Find, State, Verdict, worst
from crawlers.judgement import failure_reason, is_answer
from crawlers.ledger import Ledger
from crawlers.moved import moved
from crawlers.page import GONE, Kind, Page, Position, article_id, canonical_url
from crawlers.parts import MOST, next_part
from crawlers.root import Root
from crawlers.source import Source
from crawlers.walk import Walk, walks

_TOGETHER = 100  # archived pages that are noted in one transaction …
_SOON = 1.0  # … unless the last ones were noted longer ago, in seconds


def salvage(root: Root, source: str, ledger: Ledger) -> None:
    """Close the archive files that killed crawls of a source left open, and bring the ledger up to what they hold.

    What only another machine holds, which was lost before it could put its file into the bucket, is to be fetched again. Must
    run under the source's lock.
    """
    if root.bucket:
        for file in ledger.unbuilt_files(source):
            if not archive.holds(root, file):
                ledger.lose(source, file)
    taken = ledger.taken_replies(source)
    seen: set[tuple[str, str]] = set()  # lists with the file that has an answer of theirs
    for page in archive.salvage(root, source):
        if page.position is None or not is_answer(page):
            continue
        if page.kind == "seed":
            here, known = (page.position.file, key_of(page.link)), taken.get(key_of(page.link))
            if known is None or known[1] < page.fetched_at:  # the second answer of a list in one crawl is the one to be taken
                ledger.keep_reply(source, page.link, "taken" if here in seen else "seed", page.position, page.fetched_at)
            seen.add(here)
        else:
            _salvage(page, page.position, source, ledger)


def _salvage(page: Page, position: Position, source: str, ledger: Ledger) -> None:
    """Note a page that is no list's."""
    if page.kind == "part" or (page.kind == "article" and next_part(page)):
        ledger.keep_reply(source, page.link, "part", position, page.fetched_at)
    elif page.kind in ("article", "warc"):
        ledger.archive(source, article_id(canonical_url(page.link)), position, page.fetched_at)
    elif page.kind == "robots":
        ledger.keep_reply(source, page.link, page.kind, position, page.fetched_at)


class Crawl:
    """One crawl of `source` over `days`. Only one may be alive per source; the source's lock keeps that."""

    def __init__(self, source: Source, days: list[date], crawl_id: str, root: Root, ledger: Ledger, *, again: bool) -> None:
        """Take up what an earlier crawl left. With `again`, days whose listing is whole are listed once more."""
        self.source = source
        self.id = crawl_id
        self._days = set(days)
        self._wanted = self._days | ledger.asked(source.name)  # a late link of a day that was asked for before counts, too
        self._root = root
        self._ledger = ledger
        self._writer = archive.ArchiveWriter(root, source.name, crawl_id)
        salvage(root, source.name, ledger)
        self._crawls = {crawl_id, *ledger.unfinished_crawls(source.name)}  # which this one is, or takes up
        to_list = self._days if again else self._days - ledger.listed(source.name, days)
        ledger.begin(source.name, to_list, crawl_id)
        self._open: dict[date, list[Walk]] = {}
        self._asked: set[str] = set()  # article_ids of what was asked for and is not noted as archived
        self._missed: set[str] = set()  # article_ids of what could not be fetched
        self.walks = walks(source, [day for day in days if day in to_list])
        for walk in self.walks:
            for day in walk.days:
                self._open.setdefault(day, []).append(walk)
        self._ended: set[int] = set()
        self._take_up_lost()
        self._replies = ledger.replies(source.name, self._replies_hold_since())
        self._taken = {position for position, _ in ledger.taken_replies(source.name).values()}
        self._kept: list[tuple[str, Position, datetime]] = []
        self._noted_at = monotonic()
        self._rests: dict[str, str | None] = {}
        self._robots: RobotsVerdict | None = None

    def _take_up_lost(self) -> None:
        """Let only what the archive has lost of an article of several pages be asked for again."""
        lost = self._ledger.lost(self.source.name)
        for page in filter(None, map(self._read, chain.from_iterable(lost.values()))):
            if page.position:
                self._ledger.keep_reply(self.source.name, page.link, "part", page.position, page.fetched_at)
        self._ledger.take_apart(lost)

    def _replies_hold_since(self) -> datetime:
        """Return since when a list's answer is good for all days: it shows them whole once the last one is over."""
        last = max(self._days)
        return start_of(date.fromordinal(last.toordinal() + 1)) if is_over(last, now()) else now()

    def pending(self) -> Iterator[Fetch]:
        """Yield the articles of the days that were found before and are not archived yet."""
        for fetch in self._ledger.pending(self.source.name, self._days):
            if fetch.article_id not in self._asked:
                self._asked.add(fetch.article_id)
                yield fetch

    def reply(self, link: str, kind: Kind) -> Page | None:
        """Return the archived answer of a seed or robots.txt that need not be asked for again, or None."""
        return self._read(self._ledger.robots(link) if kind == "robots" else self._replies.pop(key_of(link), None))

    def known_list(self, link: str) -> Page | None:
        """Return what a feed or sitemap answered when it was last asked, None where that is not known."""
        return self._read(self._ledger.known_list(self.source.name, link) if link in self._conditional() else None)

    def _read(self, position: Position | None) -> Page | None:
        """Return an archived page; None for one that the archive has lost: it is asked for as if it were new."""
        with suppress(StoreError):
            return archive.read(self._root, position) if position else None
        return None

    def _conditional(self) -> list[str]:
        """Return the links of the lists that are asked for conditionally: those that print times as instants."""
        walks = (walk for walk in self.walks if walk.seed.kind in ("feed", "sitemap"))
        return [walk.url for walk in walks if not walk.seed.dated and walk.seed.pages is None]

    def resting(self, site: str) -> str | None:
        """Return why a site is to be left alone now, None when it may be asked."""
        if site not in self._rests:
            self._rests[site] = self._ledger.resting(site)
        return self._rests[site]

    def rest(self, site: str, reason: str, asked: float = 0.0) -> None:
        """Leave a site alone from now on, which has `asked` for so many seconds."""
        self._ledger.rest(site, reason, asked)
        self._rests[site] = self._ledger.resting(site)

    def judge_robots(self, verdict: RobotsVerdict) -> None:
        """Note what robots.txt says of the lists; a refusal of one of them is told."""
        if self.source.robots == "obey" and self._robots not in ("refused", verdict):
            self._robots = verdict
            self._ledger.judge_robots(self.source.name, verdict)

    def store(self, page: Page) -> Position:
        """Append a page to the archive, whatever it is."""
        return self._writer.append(page)

    def _fresh(self, fetches: Sequence[Fetch]) -> list[Fetch]:
        """Return those that this crawl has not asked for, which it does now."""
        fresh = [fetch for fetch in fetches if fetch.article_id not in self._asked]
        self._asked |= {fetch.article_id for fetch in fresh}
        return fresh

    def list(self, walk: Walk, page: Page) -> tuple[list[Fetch], bool]:
        """Note a listing's answer. Return the articles to fetch, and whether the walk goes on to its next page, or to this one again.

        What a killed crawl has taken as it is, the one that takes up its work does, too.
        """
        self._note_kept()
        url = walk.url
        finds, more = walk.take(page, last=page.position in self._taken)
        # What says itself that it is of another day tells how far the list reaches, not that it is of no day.
        span = walk.span
        here = [find for find in finds if find.listed in span]
        if walk.seed.dated and (other := self._ledger.repeated(self.source.name, here, span, self._crawls)):
            self._refuse_repeat(walk, page, other)
            return [], False
        # What could not be fetched before it was listed again stays as it was noted: this crawl asks once.
        listed = [find for find in finds if find.article_id not in self._missed]
        fetches = self._ledger.find(self.source.name, listed, self._wanted, page.link, self.id)
        if page.position:
            kind = page.kind if more and walk.url == url else "taken"
            self._ledger.keep_reply(self.source.name, page.link, kind, page.position, page.fetched_at)
        if not more:
            self._end(walk)
        return self._fresh(fetches), more

    def fail_listing(self, walk: Walk, verdict: Verdict) -> None:
        """Note that a page of a listing could not be had."""
        walk.fail(verdict)
        self._end(walk)

    def _refuse_repeat(self, walk: Walk, page: Page, other: date) -> None:
        """Fail a day whose list names the articles of another one, and that other day until one of its pages bears it out."""
        self.fail_listing(walk, Verdict("failed", f"{page.link} lists the articles of {other}: the site does not list by day"))
        said = f"the same articles are listed for {walk.day}: the site does not list by day"
        if self._ledger.doubt(self.source.name, other, said):
            for one in self._open.get(other, ()):
                one.fail(Verdict("failed", said))

    def _end(self, walk: Walk) -> None:
        """Close the days whose last walk this was."""
        if reach := walk.reached():
            self._ledger.note_reach(self.source.name, reach)
        self._ended.add(id(walk))
        for day in walk.days:
            if all(id(one) in self._ended for one in self._open[day]):
                self._ledger.list_day(self.source.name, day, worst(one.verdicts()[day] for one in self._open[day]), self.id)

    def keep(self, fetch: Fetch, pages: Sequence[Page]) -> str | None:
        """Note that the pages of an article are archived, as far as there are; return the address of its next one, if any.

        An article of one page is noted at once, or with others when many come in a second: until then the archive's file alone
        knows of it, which a later crawl reads when this one is killed. One of several pages is not archived until its last is
        there; what is there already need not be asked for again. One whose last page came empty or in part has failed. What the
        ledger has as an article of its own is no part of another one.
        """
        page = pages[-1]
        if failure := failure_reason(page):
            self.miss(fetch, "failed", "http", failure)
            return None
        following = next_part(page) if len(pages) < MOST and page.status not in GONE else None
        if following and page.position and following not in [one.url for one in pages] and not self._found(following):
            self._ledger.keep_reply(self.source.name, page.link, "part", page.position, page.fetched_at)
            return following
        first, *more = pages
        if first.position and more:
            parts = [one.position for one in more if one.position and one.status not in GONE]
            self._ledger.archive(self.source.name, fetch.article_id, first.position, first.fetched_at, parts)
            self._ledger.forget_parts(self.source.name, [one.link for one in pages])
        elif first.position:
            self._kept.append((fetch.article_id, first.position, first.fetched_at))
            if len(self._kept) >= _TOGETHER or monotonic() - self._noted_at > _SOON:
                self._note_kept()
        return None

    def move(self, fetch: Fetch, address: str) -> Sequence[Fetch] | None:
        """Note that the link of an article has led to the `address` of another one, if it has; return what is to be fetched then.

        That one is an article of its own, found where the link was: whatever leads to it, it is fetched and recorded once. None:
        what is at the address is the link's. First the article is noted and then the link, which is asked again after a kill.
        """
        target = moved(self.source, fetch.link, address)
        origin = target and self._ledger.origin(self.source.name, fetch.article_id, target.article_id, likely=target.likely)
        if target is None or origin is None:
            return None
        self._note_kept()
        missed = target.article_id in self._missed  # as when a list names it: this crawl asks once
        finds = [] if missed else [Find(target.article_id, target.url, address, origin.title, origin.listed)]
        fetches = self._ledger.find(self.source.name, finds, {origin.listed or origin.day}, origin.seed, self.id)
        self.miss(fetch, "skipped", MOVED, target.url)
        return self._fresh(fetches)

    def _found(self, link: str) -> bool:
        """Whether a list has named this address as an article's."""
        return bool(self._ledger.states(self.source.name, [article_id(canonical_url(link))]))

    def _note_kept(self) -> None:
        self._ledger.archive_all(self.source.name, self._kept)
        self._asked.difference_update(article for article, _, _ in self._kept)  # from now on the ledger knows
        self._kept, self._noted_at = [], monotonic()
        self._writer.put_by()

    def keep_robots(self, page: Page) -> None:
        """Note today's robots.txt of a host."""
        if page.position:
            self._ledger.keep_reply(self.source.name, page.link, "robots", page.position, page.fetched_at)

    def miss(self, fetch: Fetch, state: State, reason: str, detail: str | None = None) -> None:
        """Note that an article could not be fetched."""
        self._missed.add(fetch.article_id)
        self._ledger.miss(self.source.name, fetch.article_id, state, reason, detail)

    def close(self, reason: str) -> None:
        """End the crawl: `finished` when nothing was left to ask for, `store` when something could not be noted."""
        self._note_kept()  # before the file gets its final name, which says that all of it is noted
        self._writer.close(noted=reason != "store")
        if reason == "finished":
            self._ledger.forget_replies(self.source.name, self._conditional())
        elif reason != "store":
            self._ledger.doubt_replies(self.source.name)
