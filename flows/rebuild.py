"""Rebuild: make days again from the archive, without the network, as far as they are stale."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from functools import partial
from typing import Literal

from crawlers import archive
from crawlers.errors import CaixunError, StoreError
from crawlers.fates import UNREADABLE, DayReport
from flows.annotating import Annotating
from flows.build import build, handed_on
from flows.changes import SourceChanges
from flows.checking import Plan
from flows.crawl import new_crawl_id
from flows.daily import Run, finish
from flows.make import make_of
from flows.runner import Runner
from flows.settings import Project
from flows.watch import Watch
from transforms import dataset
from transforms.checks import Finding, check_sums
from transforms.record import Record
from transforms.snapshot import Snapshot

Before = Callable[[], list[str]]
Which = Literal["all", "stale", "waiting"]
"""Which pages are made again: all that were built, those that are stale, none but those that wait; those that wait always are."""
_PAGES = 2000  # archived pages of the days that are made again, and compared, together; one day may have more …
_DAYS = 50  # … and these are not more, as each takes some memory, too


def plan_rebuild(project: Project, sources: Iterable[str] | None, days: list[date]) -> Plan:
    """Return those days of the sources (None: of all that have pages) that were crawled, or of which the archive has articles.

    A page may turn out to be of a day that was never asked for, also by rules that were other ones when it was made.
    """
    plan: Plan = {}
    names = sources or project.ledger.sources()
    late = {name: project.ledger.off_days_published(name) for name in names}
    for report in project.ledger.reports(names, days):
        tally = report.tally
        if report.status != "missing" or tally.fetched or tally.unbuilt or report.day in late[report.source]:
            plan.setdefault(report.source, []).append(report.day)
    return plan


def count_stale(project: Project, plan: Plan) -> tuple[int, int]:
    """Return how many of the plan's built pages a rebuild makes again, and how many there are.

    Those are the ones that other code or rules made, and those of days whose files do not hold what the ledger counts.
    """
    stale = built = 0
    for source, days in plan.items():
        try:
            unsound = set(_unsound(project, source, days))
        except StoreError:  # the rebuild says what cannot be read
            unsound = set()
        again = project.ledger.makes(source, unsound).total()
        others = project.ledger.makes(source, [day for day in days if day not in unsound])
        built += again + others.total()
        stale += again + others.total() - others[make_of(project, source)]
    return stale, built


def rebuild(
    project: Project, plan: Plan, runner: Runner, watch: Watch, *, everything: bool = False, budget: float | None = None
) -> tuple[Run, dict[str, SourceChanges]]:
    """Extract and annotate archived pages of the days again, and return what came of it and what it changed.

    Those pages are made again that other code or rules made, and days whose files do not hold what the ledger counts; with
    `everything`, all. A file that cannot be read is moved to `broken/`. What a model has answered before costs nothing; `budget`
    is what it may cost beyond that. Raises ConfigError where it cannot be asked.
    """
    findings: list[Finding] = []
    annotating = Annotating(project, new_crawl_id(), runner, watch.phase, findings, budget)
    changes: dict[str, SourceChanges] = {}
    made: dict[str, set[date]] = {}
    for source, days, which in _turns(project, plan, everything=everything):
        watch.phase(f"rebuild {source}")
        made.setdefault(source, set()).update(days)
        make = partial(_make, project, source, runner, watch, annotating)
        try:
            findings += _rebuild(project, source, days, make, changes.setdefault(source, SourceChanges()), which=which)
        except CaixunError as error:
            findings.append(Finding("failure", str(error)))
    run = finish(project, {source: sorted(days) for source, days in made.items()}, "", runner, findings)
    run.annotated = annotating.result
    return run, changes


def went_well(run: Run) -> bool:
    """Whether all went well: what the network has not given is no fault of a rebuild; what the archive does not give is."""
    unread = any(report.tally.lost or report.tally.unbuilt for report in run.reports)
    return not unread and not any(finding.level == "failure" for finding in run.findings)


def _turns(project: Project, plan: Plan, *, everything: bool) -> Iterator[tuple[str, list[date], Which]]:
    """Yield what is to be made again: the plan, and what others have got from its sources, which reject it by now."""
    yield from ((source, days, "all" if everything else "stale") for source, days in plan.items())
    yield from ((source, days, "waiting") for source, days in handed_on(project, {*project.in_use, *plan}))


def _make(
    project: Project, source: str, runner: Runner, watch: Watch, annotating: Annotating, days: list[date], before: Before
) -> list[str]:
    """Build and annotate some days of a source, and return what `before` returns."""
    moved = runner.step(f"rebuild {source}", partial(build, project, source, days, runner, watch.tick, before=before))
    annotating.take({source: days})
    return moved


def _rebuild(
    project: Project,
    source: str,
    days: list[date],
    make: Callable[[list[date], Before], list[str]],
    changes: SourceChanges,
    *,
    which: Which,
) -> list[Finding]:
    _check_archive(project, source)
    findings = []
    for part in _parts(project, source, days):
        old = Snapshot(dataset.records(project.data), source)
        again, rejected = set[str](), set[str]()
        before = partial(_reopen, project, source, part, again, old, rejected, which=which)
        findings += [Finding("warning", sentence) for sentence in make(part, before)]
        unread = sum(one.reason == UNREADABLE for one in project.ledger.standings(source, again).values())
        changes.unread += unread
        changes.pages += len(again) - unread
        try:
            _compare(project, source, part, old, rejected, changes)
        except CaixunError as error:  # which is but the report
            findings.append(Finding("failure", str(error)))
    project.ledger.cover(source, "made from the archive, never listed", new_crawl_id())
    return findings


def _check_archive(project: Project, source: str) -> None:
    """Raise StoreError where the archive is away, or may not be read: all pages that are to be made again would count as lost."""
    files = project.ledger.files(source)
    if files and not any(archive.holds(project.data, file) for file in files):
        raise StoreError(
            f"{project.data}/archive has none of the files with the pages of {source}; put them back, "
            "or let `caixun doctor` note their pages as lost"
        )


def _parts(project: Project, source: str, days: list[date]) -> Iterator[list[date]]:
    """Yield days in their order, so many together that the worker processes have enough to do, and memory stays flat."""
    tallies = {report.day: report.tally for report in project.ledger.reports([source], days)}
    part: list[date] = []
    pages = 0
    for day in days:
        part.append(day)
        pages += tallies[day].fetched + tallies[day].unbuilt
        if pages >= _PAGES or len(part) == _DAYS:
            yield part
            part, pages = [], 0
    if part:
        yield part


def _reopen(
    project: Project,
    source: str,
    days: list[date],
    again: set[str],
    old: Snapshot[Record],
    rejected: set[str],
    *,
    which: Which,
) -> list[str]:
    """Let what is to be made again wait for the build, and hold the records as they are.

    Puts the ids of what waits into `again`, those of rejects into `rejected`. Runs under the source's lock. What a killed rebuild
    had let wait counts, too.
    """
    records, rejects = dataset.records(project.data), dataset.rejects(project.data)
    moved = []
    if which != "waiting":
        moved = [*records.set_aside(days, source), *rejects.set_aside(days, source)]
        project.ledger.reopen(source, days if which == "all" else _unsound(project, source, days))
        project.ledger.reopen(source, days, unless=make_of(project, source))
    again.update(page.article_id for page in project.ledger.waiting(source, days))
    if again:
        old.take(days)
        rejected.update(row.article_id for day in days for row in rejects.rows(day, source))
    return moved


def _unsound(project: Project, source: str, days: Iterable[date]) -> list[date]:
    """Return the days whose files hold other sums than the ledger counts, or are damaged. Raises StoreError for one that is neither."""
    return [report.day for report in project.ledger.reports([source], days) if _is_unsound(project, report)]


def _is_unsound(project: Project, report: DayReport) -> bool:
    tables = dataset.records(project.data), dataset.rejects(project.data)
    try:
        return any(check_sums(report, *(table.count(report.day, report.source) for table in tables)))
    except dataset.DamagedError:
        return True


def _compare(
    project: Project, source: str, days: Collection[date], old: Snapshot[Record], rejected: set[str], changes: SourceChanges
) -> None:
    """Count what became of the records and rejects of some days; a record that moved to another day is neither new nor gone."""
    for pairs in old.pairs():
        changes.gained += sum(before is None for before, _ in pairs)
        gone: dict[str, Record] = {}
        for before, after in pairs:
            if before is not None and after is not None:
                changes.compare(before, after)
            elif before is not None:
                gone[before.article_id] = before
        _compare_gone(project, source, gone, changes)
    now = project.ledger.standings(source, rejected).values()
    changes.gained += sum(one.state == "record" and one.published_date not in days for one in now)


def _compare_gone(project: Project, source: str, gone: dict[str, Record], changes: SourceChanges) -> None:
    """Count what became of records that their day has no more."""
    elsewhere: dict[date, list[str]] = defaultdict(list)
    standings = project.ledger.standings(source, gone)
    for article_id in gone:
        now = standings.get(article_id)
        if now and now.state == "record" and now.published_date:
            elsewhere[now.published_date].append(article_id)
        else:
            changes.lost[(now.reason or now.state) if now else "unknown"] += 1
    for day, moved in elsewhere.items():
        found = {row.article_id: row for row in dataset.records(project.data).rows(day, source, moved)}
        for article_id in moved:
            if article_id in found:
                changes.compare(gone[article_id], found[article_id])
            else:
                changes.lost["unknown"] += 1
