"""The plan of a backfill, from the data: how every (source, day) stands, which are to be done, and what that takes."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from crawlers.clock import now
from crawlers.errors import ConfigError, StoreError
from crawlers.fates import Again, Backfill, DayReport
from flows.checking import Plan, foreseen_reports, is_short
from flows.crawl import new_crawl_id
from flows.effort import SPAN, Effort, effort, habit, together
from flows.estimate import estimate
from flows.settings import Project, day_range
from transforms import dataset

_TODO: dict[Again, tuple[str, ...]] = {
    "missing": ("missing", "partial"),
    "failed": ("missing", "partial", "failed", "blocked"),
    "all": ("missing", "partial", "failed", "blocked", "empty", "complete"),
}


@dataclass(frozen=True)
class BackfillPlan:
    """How all days stand, those to be done by source, and what they will take.

    `cost` says in words what annotating costs, None for an engine that costs nothing.
    """

    reports: list[DayReport]
    todo: Plan
    efforts: dict[str, Effort]
    seconds: float
    cost: str | None

    @property
    def requests(self) -> int:
        """Requests of all sources."""
        return sum(one.requests for one in self.efforts.values())

    @property
    def articles(self) -> int:
        """Articles of all sources that are to be fetched."""
        return sum(one.articles for one in self.efforts.values())

    @property
    def impossible(self) -> list[DayReport]:
        """Days that no run can list, each with the reason."""
        return [report for report in self.reports if report.status == "impossible"]

    def planned(self, report: DayReport) -> bool:
        """Whether a day is to be done."""
        return report.day in self.todo.get(report.source, ())


def new_backfill(start: date, end: date, sources: Sequence[str]) -> Backfill:
    """Return a backfill of the days `start` to `end` that is not noted yet; no `sources` are all that are enabled."""
    return Backfill(new_crawl_id(), start, end, tuple(sources), "failed", newest_first=True, begun_at=now())


def find_backfill(project: Project, name: str) -> Backfill:
    """Return the backfill with an id. Raises ConfigError when there is none."""
    known = [one for one, _ in project.ledger.backfills()]
    for one in known:
        if one.id == name:
            return one
    there = ", ".join(f"{one.id} ({one.start} to {one.end})" for one in known[:5])
    raise ConfigError(f"there is no backfill {name}; {f'the last ones are {there}' if there else 'none was begun'}")


def plan_of(project: Project, wanted: Backfill) -> BackfillPlan:
    """Return what is to be done of a backfill now; what it has listed anew already is not listed once more.

    Raises ConfigError where one of its sources is configured no more, or it names none and none is enabled.
    """
    days = day_range(wanted.start, wanted.end)
    names = [one.name for one in project.enabled(list(wanted.sources))]
    return plan_backfill(project, names, days[::-1] if wanted.newest_first else days, wanted.again, wanted.begun_at)


def _listed_since(begun_at: datetime | None, report: DayReport) -> bool:
    since = begun_at is not None and report.listed_at is not None and report.listed_at >= begun_at
    return since and report.status in ("complete", "empty")


def plan_backfill(
    project: Project, sources: Sequence[str], days: Sequence[date], again: Again, begun_at: datetime | None = None
) -> BackfillPlan:
    """Return the plan for `days`, each source's in the order in which they are given.

    `missing` takes up days that were never begun or not ended, `failed` also those that failed or were blocked, `all` lists
    every day once more, also one that no list is known to show; articles that are archived are never fetched again, but for
    those that the site did not have. Days whose records wait for their annotation are always taken up. What was listed since
    `begun_at`, and is done, is left.
    """
    reports = foreseen_reports(project, {name: list(days) for name in sources}, trust_ends=again != "all")
    wanted: dict[str, dict[date, DayReport]] = {name: {} for name in sources}
    for report in reports:
        if report.status in _TODO[again] and not _listed_since(begun_at, report):
            wanted[report.source][report.day] = report
    ended = project.ledger.ended_days(wanted)
    taken = project.ledger.asked_for({name: some[:SPAN] for name, some in ended.items() if some})
    owed = {name: project.ledger.owed(name) for name in sources}
    todo = {name: [day for day in days if day in wanted[name] or day in owed[name]] for name in sources}
    todo = {name: some for name, some in todo.items() if some}
    efforts = {}
    for name in todo:
        short = {report.day for report in wanted[name].values() if is_short(report)}
        source, listed = project.sources[name], () if again == "all" else set(ended[name]) - short
        efforts[name] = effort(source, list(wanted[name].values()), habit(source, taken), listed)
    seconds = together((project.sources[name], one) for name, one in efforts.items())
    unbuilt = sum(report.tally.unbuilt for some in wanted.values() for report in some.values())
    articles = sum(one.articles for one in efforts.values()) + unbuilt  # what is fetched already is not annotated yet
    articles += _waiting(project, {name: owed[name] for name in todo})
    return BackfillPlan(reports, todo, efforts, seconds, annotation_cost(project, articles))


def _waiting(project: Project, owed: Mapping[str, Collection[date]]) -> int:
    """Return how many records wait for the llm engine, which a run of their sources annotates; none where another one is set."""
    if project.settings.annotator != "llm":
        return 0
    records, waiting = dataset.records(project.data), 0
    for name, day in ((name, day) for name, days in owed.items() for day in days):
        with suppress(StoreError):  # the run says what cannot be read
            waiting += dataset.count_waiting(records, day, name)
    return waiting


def annotation_cost(project: Project, articles: int) -> str | None:
    """Return in words what annotating so many articles costs, None for an engine that costs nothing. Raises ConfigError."""
    return str(estimate(project, articles)) if project.settings.annotator == "llm" and articles else None
