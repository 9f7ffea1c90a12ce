"""Crawl and build, each source at its own pace: its next days are fetched when the last ones are built.

Of a crawl that brings much or takes long, what it has archived so far is built while it goes on.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import chain
from time import monotonic

from crawlers.errors import CaixunError, StoreError
from flows.build import build, build_ahead, handed_on
from flows.build_batch import prepare
from flows.checking import Plan, checked_reports, is_short
from flows.crawl import Crawls, Ended, new_crawl_id
from flows.runner import Runner
from flows.settings import Project
from flows.watch import Watch
from transforms.checks import Finding

_FEW = 100  # archived pages of a source that are first built while its crawl goes on; each time twice as many are waited for, …
_MANY = 1000  # … but not more than these, …
_PART = 4  # … or, where that is more, this part of what is built, as each build writes all files of its days anew, …
_MOST = 10_000  # … but never more than these, as other sources wait meanwhile, …
_LONG = 600.0  # … and not longer than so many seconds


@dataclass
class _Ahead:
    """How the builds of a source stand that are done while its crawl goes on."""

    enough: int  # pages that are to be there before the next one
    built_at: float = field(default_factory=monotonic)
    settled: int = 0  # pages that were built
    passed_over: int = 0  # pages that the last one left


class Gathering:
    """Fetches and builds days of sources, part by part. What goes wrong with one source does not stop the others."""

    def __init__(
        self,
        project: Project,
        parts: Mapping[str, Sequence[list[date]]],
        runner: Runner,
        watch: Watch,
        findings: list[Finding],
        built: Callable[[Plan], None] = lambda _plan: None,
        *,
        again: bool,
    ) -> None:
        """Take the parts of each source's days. `built` hears of each that is built; what goes wrong is added to `findings`.

        With `again`, days that are complete already are listed once more.
        """
        self._project = project
        self._asked = {source: frozenset(chain.from_iterable(days)) for source, days in parts.items()}
        self._left = {source: iter(days) for source, days in parts.items()}  # each is taken further when a part is done
        self._runner = runner
        self._watch = watch
        self._findings = findings
        self._built = built
        self._again = again
        self._under_way: Plan = {}
        self._late: dict[str, set[date]] = {source: set() for source in parts}
        self._crawls: list[tuple[str, str]] = []
        self._ahead: dict[str, _Ahead] = {}

    def run(self) -> None:
        """Do all parts."""
        self._free_others()
        with Crawls(self._project, again=self._again) as crawls:
            for source in self._left:
                self._begin(source, crawls)
            if self._crawls:  # the workers start while the first pages are fetched
                annotator = None if self._project.waiting else self._project.settings.annotator
                self._runner.ready(partial(prepare, annotator, self._project.taxonomy))
            while self._under_way:
                self._watch.phase("crawl")
                news = self._runner.step("crawl", partial(self._wait, crawls))
                if isinstance(news, Ended):
                    self._finish(news, crawls)
                else:
                    self._watch.phase(f"build {news}")
                    self._runner.step(f"build {news} ahead", partial(self._build_ahead, news))
        self._build_handed()

    def plan(self) -> Plan:
        """Return the days of each source, and those that were listed to their end before and got new articles meanwhile."""
        ledger, late = self._project.ledger, {source: set(days) for source, days in self._late.items()}
        for source, crawl in self._crawls:
            late[source] |= ledger.found_under(source, crawl)
        return {source: sorted(days | ledger.listed(source, late[source])) for source, days in self._asked.items()}

    def off_days(self) -> dict[str, int]:
        """Return, by source, how many candidates its listings placed on days not asked for."""
        counts = Counter(dict.fromkeys(self._left, 0))
        for source, crawl in self._crawls:
            counts[source] += self._project.ledger.off_days(source, crawl)
        return dict(counts)

    def _wait(self, crawls: Crawls) -> Ended | str:
        """Return the next crawl that has ended, or a source whose crawl goes on and has archived enough to be built."""
        while True:
            self._watch.tick()
            if ended := crawls.ended():
                return ended
            with suppress(StoreError):  # who needs the ledger says what is wrong with it
                for source, unbuilt in self._project.ledger.unbuilt(crawls.going_on()).items():
                    ahead = self._ahead[source]
                    fresh = unbuilt - ahead.passed_over
                    if fresh >= ahead.enough or (fresh > 0 and monotonic() - ahead.built_at > _LONG):
                        return source

    def _free_others(self) -> None:
        """Let the sources of this run have what others have found and not fetched on which nobody works: killed, disabled, removed.

        So may one of its own have, on days that are not asked of it now.
        """
        for source in self._project.ledger.holding():
            if lock := self._project.data.locks.hold(source, 0):
                try:
                    self._project.ledger.leave(source, self._asked.get(source, frozenset()))
                finally:
                    lock.release()

    def _begin(self, source: str, crawls: Crawls) -> None:
        """Let the next part of a source be fetched, as far as it needs a crawl and its site may be asked."""
        days = next(self._left[source], None)
        if days is None:
            return
        self._under_way[source] = days
        self._ahead[source] = _Ahead(_FEW)
        self._project.ledger.take_up(source, days)
        self._project.ledger.give_way(source)
        short = {report.day: report.reason for report in checked_reports(self._project, {source: days}) if is_short(report)}
        self._project.ledger.list_anew(source, short)
        self._project.ledger.ask_again(source, days if self._again else short)
        todo = days if self._again else unfinished(self._project, source, days)
        if todo and self._awake(source, todo, name := new_crawl_id()):
            self._crawls.append((source, name))
            crawls.begin(source, todo, name)
        else:
            crawls.skip(source)

    def _finish(self, ended: Ended, crawls: Crawls) -> None:
        """Build what is fetched of a part, and let the source's next part be fetched."""
        source, trouble = ended
        if trouble:
            self._fail(source, trouble)
        days = self._under_way.pop(source)
        # What a list names late of a day that was asked for before was fetched, too.
        late = self._project.ledger.unbuilt_days(source, new=True) & self._project.ledger.asked(source) - set(days)
        self._late[source] |= late
        self._build(source, [*days, *sorted(late)])
        self._begin(source, crawls)
        self._built({source: days})

    def _build_handed(self) -> None:
        """Build what sources of this run have got from others, which made no record of it by their own rules; each once."""
        for source, days in handed_on(self._project, self._asked, self._asked):
            self._build(source, days)
            self._built({source: days})

    def _awake(self, source: str, days: list[date], name: str) -> bool:
        """Whether a source's site may be asked now; where it is left alone, the days are begun, and that is a finding."""
        ledger = self._project.ledger
        if reason := ledger.resting(self._project.sources[source].site):
            self._fail(source, reason)
            ledger.begin(source, set(days) - ledger.asked(source), name)
        return reason is None

    def _build(self, source: str, days: list[date]) -> None:
        self._watch.phase(f"build {source}")
        work = partial(build, self._project, source, days, self._runner, self._watch.tick)
        try:
            self._runner.step(f"build {source}", work)
        except CaixunError as error:
            self._findings.append(Finding("failure", str(error)))

    def _build_ahead(self, source: str) -> None:
        """Build what a crawl has archived so far. What can't be done now is done, or told of, when it has ended."""
        ahead = self._ahead[source]
        with suppress(CaixunError):
            waiting = ahead.passed_over = self._project.ledger.unbuilt([source])[source]
            settled = build_ahead(self._project, source, self._under_way[source], self._runner, self._watch.tick)
            ahead.passed_over = max(0, waiting - settled)
            ahead.settled += settled
        ahead.enough = max(min(2 * ahead.enough, _MANY), min(ahead.settled // _PART, _MOST))
        ahead.built_at = monotonic()

    def _fail(self, source: str, reason: str) -> None:
        self._findings.append(Finding("failure", f"{source}: {reason}"))


def unfinished(project: Project, source: str, days: list[date]) -> list[date]:
    """Return the days that still need a crawl: not listed to their end, or with articles not archived."""
    listed, pending = project.ledger.listed(source, days), project.ledger.pending_days(source)
    return [day for day in days if day not in listed or day in pending]
