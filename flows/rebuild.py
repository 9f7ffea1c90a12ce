"""Rebuild: make days again from the archive, without the network, as far as they are stale."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial

from crawlers.errors import CaixunError
from flows.annotating import Annotating
from flows.build import build
from flows.changes import SourceChanges, Unpaired
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

Before = Callable[[], list[str]]
_PART = 10  # days whose records are held in memory, to be compared


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
    unpaired, findings = Unpaired(), []
    for start in range(0, len(days), _PART):
        part = days[start : start + _PART]
        old: dict[str, Record] = {}
        before = partial(_reopen, project, source, part, changes, old, everything=everything)
        pages = changes.pages
        findings += [Finding("warning", sentence) for sentence in make(part, before)]
        if changes.pages > pages:
            unpaired.take(old, _rows(project, source, part), changes)
    _tell_unpaired(project, source, unpaired, changes)
    return findings


def _reopen(
    project: Project, source: str, days: list[date], changes: SourceChanges, old: dict[str, Record], *, everything: bool
) -> list[str]:
    """Let what is to be made again wait for the build, and put the records as they are into `old`. Runs under the lock."""
    moved: list[str] = []
    for partitions in (dataset.records(project.data), dataset.rejects(project.data)):
        moved += partitions.set_aside(days, source)
    whole = days if everything else _unsound(project, source, days)
    pages = project.ledger.reopen(source, whole) + project.ledger.reopen(source, days, unless=make_of(project, source))
    changes.pages += pages
    if pages:
        old |= _rows(project, source, days)
    return moved


def _unsound(project: Project, source: str, days: Iterable[date]) -> list[date]:
    """Return the days whose files hold other sums than the ledger counts."""
    records, rejects = dataset.records(project.data), dataset.rejects(project.data)
    return [
        report.day
        for report in project.ledger.reports([source], days)
        if any(check_sums(report, records.count(report.day, source), rejects.count(report.day, source)))
    ]


def _rows(project: Project, source: str, days: Iterable[date]) -> dict[str, Record]:
    return {row.article_id: row for day in days for row in dataset.records(project.data).rows(day, source)}


def _tell_unpaired(project: Project, source: str, unpaired: Unpaired, changes: SourceChanges) -> None:
    """Count records that are new or gone; one that moved to a day that was not rebuilt is neither."""
    changes.gained += len(unpaired.new)
    for key, record in unpaired.old.items():
        row = next((one for one in project.ledger.why(key) if one["source"] == source), None)
        if row is not None and row["state"] == "record":
            changes.compare(record, _rows(project, source, [row["published_date"]])[key])
        else:
            changes.lost[row["reason"] or row["state"] if row is not None else "unknown"] += 1
