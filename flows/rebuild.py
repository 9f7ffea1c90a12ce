"""Rebuild: make days again from the archive, without the network, as far as they are stale."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial

from crawlers.errors import CaixunError
from flows.annotating import Annotating
from flows.build import build
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
_PART = 2000  # pages, or those of one day: so many are made again, and compared, at a time


def plan_rebuild(project: Project, sources: Iterable[str] | None, days: list[date]) -> Plan:
    """Return those days of the sources (None: of all that have pages) that were crawled."""
    plan: Plan = {}
    for report in project.ledger.reports(sources or project.ledger.sources(), days):
        if report.status != "missing":
            plan.setdefault(report.source, []).append(report.day)
    return plan


def count_stale(project: Project, plan: Plan) -> tuple[int, int]:
    """Return how many of the plan's built pages were made by other code or rules, and how many there are."""
    stale = built = 0
    for source, days in plan.items():
        for made_by, count in project.ledger.makes(source, days).items():
            built += count
            stale += count if made_by != make_of(project, source) else 0
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
    for source, days in plan.items():
        watch.phase(f"rebuild {source}")
        changes[source] = SourceChanges()
        try:
            make = partial(_make, project, source, runner, watch, annotating)
            findings += _rebuild(project, source, days, make, changes[source], everything=everything)
        except CaixunError as error:
            findings.append(Finding("failure", str(error)))
    run = finish(project, plan, "", runner, findings)
    run.annotated = annotating.result
    return run, changes


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
    everything: bool,
) -> list[Finding]:
    findings = []
    for part in _parts(project, source, days):
        old = Snapshot(dataset.records(project.data), source)
        before = partial(_reopen, project, source, part, changes, old, everything=everything)
        findings += [Finding("warning", sentence) for sentence in make(part, before)]
        for pairs in old.pairs():
            _compare(project, source, pairs, changes)
    return findings


def _parts(project: Project, source: str, days: list[date]) -> Iterator[list[date]]:
    """Yield days in their order, so many together that the worker processes have enough to do."""
    pages = {report.day: report.tally.found for report in project.ledger.reports([source], days)}
    part: list[date] = []
    for day in days:
        part.append(day)
        if sum(pages[one] for one in part) >= _PART:
            yield part
            part = []
    if part:
        yield part


def _reopen(
    project: Project, source: str, days: list[date], changes: SourceChanges, old: Snapshot[Record], *, everything: bool
) -> list[str]:
    """Let what is to be made again wait for the build, and hold the records as they are. Runs under the lock."""
    moved: list[str] = []
    for partitions in (dataset.records(project.data), dataset.rejects(project.data)):
        moved += partitions.set_aside(days, source)
    whole = days if everything else _unsound(project, source, days)
    pages = project.ledger.reopen(source, whole) + project.ledger.reopen(source, days, unless=make_of(project, source))
    changes.pages += pages
    if pages:
        old.take(days)
    return moved


def _unsound(project: Project, source: str, days: Iterable[date]) -> list[date]:
    """Return the days whose files hold other sums than the ledger counts."""
    records, rejects = dataset.records(project.data), dataset.rejects(project.data)
    return [
        report.day
        for report in project.ledger.reports([source], days)
        if any(check_sums(report, records.count(report.day, source), rejects.count(report.day, source)))
    ]


def _compare(project: Project, source: str, pairs: Sequence[tuple[Record | None, Record | None]], changes: SourceChanges) -> None:
    """Count what became of records, each as it was and as it is; one that moved to another day is neither new nor gone."""
    gone: dict[date, list[Record]] = defaultdict(list)
    for old, new in pairs:
        if new is None and old is not None:
            row = next((one for one in project.ledger.why(old.article_id) if one["source"] == source), None)
            if row is not None and row["state"] == "record":
                gone[row["published_date"]].append(old)
            else:
                changes.lost[row["reason"] or row["state"] if row is not None else "unknown"] += 1
        elif old is None:
            changes.gained += 1
        elif new is not None:
            changes.compare(old, new)
    for day, moved in gone.items():
        known = {
            row.article_id: row for row in dataset.records(project.data).rows(day, source, {row.article_id for row in moved})
        }
        for old in moved:
            if old.article_id in known:
                changes.compare(old, known[old.article_id])
            else:
                changes.lost["unknown"] += 1
