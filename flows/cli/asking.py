"""The commands that only ask: status, why, costs."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from flows.cli.options import Config, Data, End, Json, Sources, print_json, print_text, project_of, say

if TYPE_CHECKING:
    from datetime import date, datetime

    from crawlers.fates import DayReport
    from flows.settings import Project

_DEFAULT_SPAN = 7  # days that `status` shows when none are named


def status(
    start: Annotated[
        str | None,
        typer.Argument(metavar="START", help="First day (YYYY-MM-DD); a week ago by default.", show_default=False),
    ] = None,
    end: Annotated[
        str | None,
        typer.Argument(metavar="END", help="Last day, included; START by default, else yesterday.", show_default=False),
    ] = None,
    source: Sources = None,
    data: Data = None,
    config: Config = None,
    by: Annotated[
        Literal["day", "week"] | None,
        typer.Option(
            "--by", help="A letter for each day, or for the worst day of each week; by default what fits.", show_default=False
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the matrix as one HTML file.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Show how each source's day stands: missing, partial, failed, blocked, empty, complete or impossible, with counts."""
    from datetime import timedelta

    from crawlers.clock import day_of, now
    from flows.checking import foreseen_reports
    from flows.settings import day_range, parse_day

    project = project_of(config, data, existing=True)
    last = parse_day(end) if end else parse_day(start) if start else day_of(now()) - timedelta(days=1)
    first = parse_day(start) if start else last - timedelta(days=_DEFAULT_SPAN - 1)
    names = project.known(source) or [one.name for one in project.enabled()]
    days = day_range(first, last)
    reports = foreseen_reports(project, dict.fromkeys(names, days))
    lost = _said_lost(project)
    if html:
        _write_page(project, html, reports)
    if as_json:
        from flows.cli.tables import report_values

        print_json([report_values(report) for report in reports])
    else:
        from flows.cli.console import Console
        from flows.cli.matrix import print_matrix

        print_matrix(reports, console := Console(), by)
        if not source and (others := _others(project, names, days)):
            console.print(f"also in the data root: {others}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1 if lost else 0)


def _said_lost(project: "Project") -> bool:
    """Say where the ledger was lost, so that what it does not know is not taken for what is not there, and return whether it was."""
    from flows.doctor_archive import lost_ledger

    if lost := lost_ledger(project):
        say(f"caixun: {lost}")
    return lost is not None


def _others(project: "Project", names: list[str], days: "list[date]") -> str:
    """Return in words what records there are of sources that are not shown: disabled, configured no more, or imported."""
    from flows.checking import reports_of
    from flows.troubles import some

    counts: Counter[str] = Counter()
    for report in reports_of(project, dict.fromkeys(sorted({*project.ledger.sources()} - {*names}), days)):
        counts[report.source] += report.tally.records
    return ", ".join(f"{some(count, 'record')} of {name}" for name, count in counts.items() if count)


def _write_page(project: "Project", path: Path, reports: "list[DayReport]") -> None:
    from flows.export import whole_file
    from flows.matrix_page import matrix_page

    with whole_file(project, path) as draft:
        draft.write_text(matrix_page(reports), encoding="utf-8")
    say(f"written to {path}")


def costs(
    start: Annotated[
        str | None,
        typer.Argument(metavar="START", help="First publication day (YYYY-MM-DD); all by default.", show_default=False),
    ] = None,
    end: End = None,
    by: Annotated[Literal["run", "source", "day", "model"], typer.Option("--by", help="What a line sums up.")] = "run",
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show what the llm engine has cost: calls, tokens and money by run, source, publication day of the articles, or model."""
    from datetime import date

    from flows.costs import costs as booked
    from flows.settings import parse_day

    project = project_of(config, data, existing=True)
    first = parse_day(start) if start else date.min
    last = parse_day(end) if end else first if start else date.max
    rows = booked(project, first, last)
    if as_json:
        print_json([row.values() for row in rows])
    elif rows:
        from flows.cli.console import Console, print_table
        from flows.cli.tables import costs_table

        print_table(costs_table(rows, by), Console())
    else:
        print_text("no model was asked")


def why(
    url: Annotated[str, typer.Argument(metavar="URL", help="An article's address, in any spelling, also without https://.")],
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Tell what became of a URL, stage by stage, with times, files and reasons."""
    from crawlers.errors import ConfigError
    from flows.life import life

    try:
        meant = _meant(url)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    project = project_of(config, data, existing=True)
    rows = next(filter(None, (_rows(project, one, url.partition("#")[2]) for one in meant)), [])
    if as_json:
        print_json([{**row, "stages": [stage._asdict() for stage in life(project, row)]} for row in rows])
    elif not rows:
        print_text(f"{' or '.join(meant)} was never found by any source")
    else:
        print_text("\n\n".join("\n".join(_told(project, row)) for row in rows))
    if not rows:
        _said_lost(project)
    raise typer.Exit(0 if rows else 1)


def _meant(url: str) -> list[str]:
    """Return the addresses that a URL may mean: itself (by https where it has no scheme) and the same by the other of http and https."""
    from crawlers.page import canonical_url

    bare = "://" not in url and "." in url.partition("/")[0]
    scheme, sign, rest = (f"https://{url}" if bare else url).partition("://")
    schemes = (scheme, {"http": "https", "https": "http"}.get(scheme.lower(), scheme))
    return list(dict.fromkeys(canonical_url(f"{one}{sign}{rest}") for one in schemes))


def _rows(project: "Project", canonical: str, fragment: str) -> list[dict[str, Any]]:
    """Return what is known of an article; a fragment names one of several of a page."""
    from crawlers.page import article_id

    one = project.ledger.why(article_id(f"{canonical}#{fragment}")) if fragment else []
    return one or project.ledger.why(article_id(canonical))


def _told(project: "Project", row: dict[str, Any]) -> list[str]:
    from crawlers.clock import SHANGHAI
    from flows.life import life

    def at(moment: "datetime | None") -> str:
        return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if moment else ""

    return [row["url"], *(f"  {stage.name:9}  {at(stage.at):19}  {stage.text}" for stage in life(project, row))]
