"""The steps of a run, written once: crawl -> build -> check. Daily, backfill and rebuild differ only in what they plan."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from crawlers.errors import CaixunError
from crawlers.fates import DayReport
from flows.build import build
from flows.crawl import crawl, new_crawl_id
from flows.runner import Runner
from flows.settings import Project
from transforms import dataset
from transforms.checks import Finding, check_bounds, check_sums

Plan = dict[str, list[date]]


@dataclass
class Run:
    """What a run came to. `off_days` counts, by source, the candidates that its listings placed on days not asked for."""

    crawl_id: str
    reports: list[DayReport]
    off_days: dict[str, int]
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every day came to its end and every sum is right."""
        ended = all(report.status in ("complete", "empty") for report in self.reports)
        return ended and not any(finding.level == "failure" for finding in self.findings)


class Watch:
    """What a run tells while it works; the command line shows it, a program may ignore it."""

    def phase(self, text: str) -> None:
        """Hear that a step begins."""

    def tick(self) -> None:
        """Hear that something may have changed; called several times a second while a crawl runs."""


def collect(project: Project, plan: Plan, runner: Runner, watch: Watch, *, again: bool = False) -> Run:
    """Crawl, build and check the days of each source; days that are complete already are left alone unless `again`.

    A source that fails does not stop the others: what went wrong stands in the run's findings.
    """
    crawl_id = new_crawl_id()
    findings: list[Finding] = []
    todo = plan if again else unfinished(project, plan)
    if todo:
        watch.phase("crawl")
        _crawl(project, todo, crawl_id, runner, watch, findings, again=again)
    build_all(project, plan, runner, watch, findings)
    return finish(project, plan, crawl_id, runner, findings)


def unfinished(project: Project, plan: Plan) -> Plan:
    """Return the part of a plan whose days still need a crawl: not listed to their end, or with articles not archived."""
    todo: Plan = {}
    for source, days in plan.items():
        listed = project.ledger.listed(source, days)
        pending = project.ledger.pending_days(source)
        open_days = [day for day in days if day not in listed or day in pending]
        if open_days:
            todo[source] = open_days
    return todo


def _crawl(
    project: Project, todo: Plan, crawl_id: str, runner: Runner, watch: Watch, findings: list[Finding], *, again: bool
) -> None:
    try:
        busy = runner.step("crawl", lambda: crawl(project, todo, crawl_id, watch.tick, again=again))
        findings += [Finding("failure", f"{source}: another process is crawling it; left to that one") for source in busy]
    except CaixunError as error:
        findings.append(Finding("failure", str(error)))


def build_all(project: Project, plan: Plan, runner: Runner, watch: Watch, findings: list[Finding]) -> None:
    """Build the days of each source; what goes wrong with one is added to `findings` and does not stop the others."""
    for source, days in plan.items():
        watch.phase(f"build {source}")
        step = _building(project, source, days, runner, watch.tick)
        try:
            runner.step(f"build {source}", step)
        except CaixunError as error:
            findings.append(Finding("failure", str(error)))


def _building(project: Project, source: str, days: list[date], runner: Runner, tick: Callable[[], None]) -> Callable[[], None]:
    return lambda: build(project, source, days, runner, tick)


def finish(project: Project, plan: Plan, crawl_id: str, runner: Runner, findings: list[Finding]) -> Run:
    """Return the run's result: sums and statuses from the ledger, held against the files and the declared bounds."""
    reports = [report for source, days in plan.items() for report in project.ledger.reports([source], days)]
    records = dataset.records(project.data)
    for report in reports:
        source = project.sources[report.source]
        try:
            in_file = records.count(report.day, report.source)
        except CaixunError as error:
            findings.append(Finding("failure", str(error)))
            continue
        findings += check_sums(report.source, report.day, report.tally.records, report.tally.failed, in_file)
        if report.status == "complete":
            empty = source.may_be_empty(report.day)
            findings += check_bounds(report.source, report.day, report.tally.records, source.expect, may_be_empty=empty)
    run = Run(crawl_id, reports, {source: project.ledger.off_days(source, crawl_id) for source in plan}, findings)
    runner.publish("run", as_markdown(run))
    return run


def as_markdown(run: Run) -> str:
    """Return a run's sums as a Markdown table, with its findings below."""
    head = [
        "| source | day | status | found | fetched | records | rejects | skipped | blocked | failed |",
        "|---|---|---|" + "--:|" * 7,
    ]
    rows = []
    for report in run.reports:
        tally = report.tally
        sums = (
            tally.found,
            tally.fetched,
            tally.records,
            tally.rejects.total(),
            tally.skipped.total(),
            tally.blocked,
            tally.failed,
        )
        rows.append(f"| {report.source} | {report.day} | {report.status} | {' | '.join(map(str, sums))} |")
    return "\n".join([*head, *rows, "", *(f"- {finding.level}: {finding.text}" for finding in run.findings)])
