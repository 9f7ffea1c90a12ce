"""What a run leaves beside it: as Markdown its sums, the source × day matrix and its rejects by reason, and two pages.

These are the matrix of its days, and the briefing on them.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from crawlers.errors import CaixunError
from flows.briefing_page import briefing_page
from flows.checking import foreseen_reports
from flows.matrix import LETTERS, by_source, daily, weekly
from flows.matrix_page import matrix_page
from flows.report import place
from flows.report import report as report_on
from flows.runner import Runner
from flows.settings import Project, day_range
from transforms.checks import Finding

if TYPE_CHECKING:
    from flows.daily import Run

_BY_DAY = 31  # days; the matrix of a longer span has a column per week, and there is no briefing on it


def publish(project: Project, run: "Run", runner: Runner) -> None:
    """Show what a run came to, where its runner has a place for it; the pages have all enabled sources, as those of the commands.

    There is a briefing on at most a month. A page that cannot be made is a finding of the run, whose records are there.
    """
    for key, page, html in _pages(project, run):
        try:
            runner.attach(key, page, html)
        except CaixunError as error:
            run.findings.append(Finding("warning", f"there is no page {page.name}: {error}"))
    for key, lines in (("run", sums(run)), ("matrix", matrix(run)), ("rejects", rejects(run))):
        runner.publish(key, "\n".join(lines))


def _pages(project: Project, run: "Run") -> Iterator[tuple[str, Path, Callable[[], str]]]:
    """Yield key, place and maker of each page that there is of a run."""
    if not run.reports:
        return
    days = day_range(min(report.day for report in run.reports), max(report.day for report in run.reports))
    names = {name for name, source in project.sources.items() if not source.disabled} | {report.source for report in run.reports}
    page = project.data / "reports" / f"{days[0]}_{days[-1]}.html"
    yield "report", page, partial(_page, project, sorted(names), days)
    if len(days) <= _BY_DAY:
        yield "briefing", place(project, days[0], days[-1]), partial(_briefing, project, days)


def _page(project: Project, names: list[str], days: list[date]) -> str:
    return matrix_page(foreseen_reports(project, dict.fromkeys(names, days)))


def _briefing(project: Project, days: list[date]) -> str:
    return briefing_page(report_on(project, days[0], days[-1]))


def sums(run: "Run") -> Iterator[str]:
    """Yield the sums of each source's day as a table, with the findings below."""
    yield "| source | day | status | found | fetched | records | rejects | skipped | blocked | failed |"
    yield "|---|---|---|" + "--:|" * 7
    for report in run.reports:
        counts = " | ".join(map(str, report.tally.sums()[:7]))
        yield f"| {report.source} | {report.day} | {report.status} | {counts} |"
    yield ""
    for source, brought in run.brought():
        yield f"- {source} found {brought}"
    for finding in run.findings:
        yield f"- {finding.level}: {finding.text}"


def matrix(run: "Run") -> Iterator[str]:
    """Yield one letter for each source and day, or for the worst day of each week where there are many."""
    days = sorted({report.day for report in run.reports})
    cells = daily(run.reports) if len(days) <= _BY_DAY else weekly(run.reports)
    columns = sorted({day for _, day in cells})
    yield "| source | " + " | ".join(f"{day:%m-%d}" for day in columns) + " |"
    yield "|---|" + ":-:|" * len(columns)
    for source in by_source(run.reports):
        letters = (LETTERS[cells[source, day]] if (source, day) in cells else "" for day in columns)
        yield f"| {source} | " + " | ".join(letters) + " |"
    yield ""
    yield ", ".join(f"{letter} {status}" for status, letter in LETTERS.items())


def rejects(run: "Run") -> Iterator[str]:
    """Yield how many pages of each source were rejected or skipped, by reason."""
    yield "| source | reason | pages |"
    yield "|---|---|--:|"
    for source, some in by_source(run.reports).items():
        counts = sum((report.tally.rejects + report.tally.skipped for report in some), Counter[str]())
        for reason, count in counts.most_common():
            yield f"| {source} | {reason} | {count} |"
