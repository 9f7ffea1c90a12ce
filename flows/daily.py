"""The steps of a run, written once: crawl -> build -> stories -> annotate -> check.

Daily, backfill and rebuild differ only in what they plan.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from crawlers.clock import day_of, is_over, now
from crawlers.errors import CaixunError
from crawlers.fates import NOT_OVER, DayReport
from flows.alerts import alert
from flows.annotating import Annotating
from flows.artifacts import publish
from flows.checking import Plan, checked_reports, mark_drift
from flows.crawl import new_crawl_id
from flows.gathering import Gathering
from flows.runner import Runner
from flows.settings import Project
from flows.stories import tell_stories
from flows.watch import Watch
from transforms import dataset
from transforms.checks import Finding, check_sums
from transforms.folder import sweep

if TYPE_CHECKING:
    from flows.annotation import Annotated


@dataclass
class Run:
    """What a run came to.

    `yields` counts, by source, the URLs of its days that each keyword brought; `off_days` the candidates that its listings
    placed on days not asked for; `annotated` is what the llm engine did, None where it had nothing to do.
    """

    name: str
    reports: list[DayReport]
    findings: list[Finding] = field(default_factory=list)
    yields: dict[str, dict[str, int]] = field(default_factory=dict)
    off_days: dict[str, int] = field(default_factory=dict)
    annotated: "Annotated | None" = None

    @property
    def ok(self) -> bool:
        """Whether every day came to its end, one that was not over as far as it went, and every sum is right."""
        return self.ok_before(date.max)

    def ok_before(self, day: date) -> bool:
        """Whether every day before `day` came to its end and every sum is right."""
        ended = all(_is_done(report) for report in self.reports if report.day < day)
        return ended and not any(finding.level == "failure" for finding in self.findings)

    def brought(self) -> Iterator[tuple[str, str]]:
        """Yield each search source, and in words how many URLs of its days each keyword brought."""
        for source, counts in self.yields.items():
            yield source, ", ".join(f"{count} by {keyword}" for keyword, count in counts.items())


def _is_done(report: DayReport) -> bool:
    """Whether nothing is left to do by now: the day is complete or empty, or was read as far as it went and is not over yet."""
    read = report.status == "partial" and not report.tally.waiting and (report.reason or "").startswith(NOT_OVER)
    return report.status in ("complete", "empty") or (read and not is_over(report.day, now()))


def collect(
    project: Project,
    plan: Plan,
    runner: Runner,
    watch: Watch,
    *,
    again: bool = False,
    budget: float | None = None,
    today: date | None = None,
) -> Run:
    """Crawl, build, annotate and check the days of each source; days that are complete already are left alone unless `again`.

    A source that fails does not stop the others: what went wrong stands in the run's findings. `budget` is the money that
    a model may cost this run, the setting's where it is None. `today`, of which nobody is told since it is not over, is the
    day on which this is called where it is None. Raises ConfigError where the model cannot be asked.
    """
    name, today = new_crawl_id(), today or day_of(now())
    findings: list[Finding] = []
    annotating = Annotating(project, name, runner, watch.phase, findings, budget)
    gathering = Gathering(project, {source: [days] for source, days in plan.items()}, runner, watch, findings, again=again)
    gathering.run()
    annotating.take(plan)
    run = finish(project, gathering.plan(), name, runner, findings)
    run.off_days = gathering.off_days()
    run.annotated = annotating.result
    run.findings += alert(project, run.reports, run.findings, today)
    return run


def finish(project: Project, plan: Plan, name: str, runner: Runner, findings: list[Finding]) -> Run:
    """Return the run's result: sums and statuses from the ledger, held against the files and the declared bounds.

    Before that, records that were there already are told of their stories, also those that a killed run has not told.
    """
    findings += [Finding("failure", sentence) for sentence in runner.step("stories", partial(tell_stories, project))]
    try:
        mark_drift(project, plan)
    except CaixunError as error:
        findings.append(Finding("failure", str(error)))
    reports = checked_reports(project, plan)
    records, rejects = dataset.records(project.data), dataset.rejects(project.data)
    for report in reports:
        tally = report.tally
        try:
            in_files = records.count(report.day, report.source), rejects.count(report.day, report.source)
        except CaixunError as error:
            findings.append(Finding("failure", str(error)))
            continue
        findings += check_sums(report, *in_files)
        if crashed := tally.rejects["crashed"]:
            text = f"{report.source} {report.day}: {crashed} pages made the extraction fail; `caixun why URL` tells how"
            findings.append(Finding("failure", text))
    sweep(records.staging, wait=True)
    run = Run(name, reports, list(dict.fromkeys(findings)), _yields(project, plan))
    publish(project, run, runner)
    return run


def _yields(project: Project, plan: Plan) -> dict[str, dict[str, int]]:
    yields: dict[str, dict[str, int]] = {}
    for name, days in plan.items():
        source = project.sources.get(name)
        if source is None or not source.keywords:
            continue
        yields[name] = dict.fromkeys(source.keywords, 0)
        for link, count in project.ledger.found_by(name, days).items():
            if keyword := source.keyword_of(link):
                yields[name][keyword] += count
    return yields


def as_sentence(run: Run) -> str:
    """Return what a run came to in one sentence: records, and how many of its days stand how."""
    stand = Counter(report.status for report in run.reports)
    records = sum(report.tally.records for report in run.reports)
    return f"{records} records; days: " + (", ".join(f"{count} {status}" for status, count in stand.items()) or "none to do")
