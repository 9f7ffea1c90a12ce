"""The command that writes the briefing: report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import Config, Data, End, Sources, json_text, print_text, project_of, say, say_none

if TYPE_CHECKING:
    from flows.report import Report

_PRINTED = Path("-")


def report(
    start: Annotated[
        str | None,
        typer.Argument(
            metavar="START", help="First publication day (YYYY-MM-DD); the newest with records by default.", show_default=False
        ),
    ] = None,
    end: End = None,
    source: Sources = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "--output",
            metavar="FILE",
            help="Write this file, or print (-); by default a page in reports/ of the data root.",
            show_default=False,
        ),
    ] = None,
    data: Data = None,
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Give the same as JSON; printed unless --out names a file.")] = False,
) -> None:
    """Write the briefing on a range of days as one HTML page in Chinese, and print where it lies."""
    from crawlers.errors import ConfigError, StoreError
    from flows.export import whole_file
    from flows.put_page import put_page
    from flows.report import newest_day, place
    from flows.report import report as report_on
    from flows.settings import check_begun, parse_day

    project = project_of(config, data, existing=True)
    sources = project.known(source)
    first = check_begun(parse_day(start)) if start else newest_day(project, sources)
    if first is None:
        say("no such record")
        raise typer.Exit(1)
    if not start:
        say(f"{first} is the newest day with records")
    last = parse_day(end) if end else first

    def text() -> str:
        return _text(report_on(project, first, last, sources), sources, as_json=as_json)

    if out == _PRINTED or (as_json and out is None):
        print_text(text())
        return
    if out:
        with whole_file(project, out) as draft:
            draft.write_text(text(), encoding="utf-8", newline="\n")
    else:
        out = place(project, first, last, sources)
        page = text()
        try:
            put_page(out, page)
        except StoreError as error:
            raise ConfigError(f"{error}; name another place with --out") from error
    print_text(str(out))


def _text(made: "Report", sources: list[str] | None, *, as_json: bool) -> str:
    """Return the report as text, and say how much it tells of."""
    from flows.briefing_page import briefing_page
    from flows.troubles import some

    told = made.briefing
    say(f"{told.start} to {told.end}: {some(told.articles, 'record')}, {told.stories:,} without reprints")
    if not told.articles:
        say_none(told.start, told.end, sources)
    return json_text(made.values()) if as_json else briefing_page(made)
