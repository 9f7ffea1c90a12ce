"""The commands on records: show, export, import, extract."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from flows.cli.options import (
    Config,
    Data,
    End,
    Json,
    Sources,
    print_json,
    print_lines,
    print_parts,
    print_text,
    project_of,
    say,
    say_none,
)
from flows.cli.refused import Refused
from flows.cli.streams import harmless

if TYPE_CHECKING:
    from datetime import date

    from crawlers.source import Source
    from flows.saved import Refuse
    from flows.settings import Project
    from transforms.record import Record


def show(
    day: Annotated[
        str | None, typer.Option("--date", metavar="DAY", help="Publication day (YYYY-MM-DD).", show_default=False)
    ] = None,
    source: Sources = None,
    article: Annotated[
        str | None,
        typer.Option("--id", metavar="ID", help="article_id of one record, or its beginning.", show_default=False),
    ] = None,
    form: Annotated[
        Literal["table", "text", "json"] | None,
        typer.Option(
            "--format", help="table, text (seven labelled lines) or json (lines); by default table.", show_default=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Show records: those of a day, or one by its id; without either, those of the newest day."""
    from crawlers.errors import ConfigError
    from flows.settings import parse_day

    if as_json and form not in (None, "json"):
        raise ConfigError(f"--json means --format json; leave one of --json and --format {form} away")
    form = "json" if as_json else form
    project = project_of(config, data, existing=True)
    wanted = parse_day(day) if day else None
    rows = list(_chosen(project, wanted, project.known(source), article))
    if form == "json":
        print_lines(row.model_dump(mode="json") for row in rows)
    elif form == "text":
        from transforms.layout import format_records

        print_text("".join(format_records(rows)))
    else:
        _print_table(rows)
    if not rows:
        if wanted and not article:
            say_none(wanted, wanted, source)
        else:
            say("no such record")
        raise typer.Exit(1)


def _chosen(project: "Project", day: "date | None", source: list[str] | None, article: str | None) -> Iterator["Record"]:
    from transforms import dataset

    records = dataset.records(project.data)
    days = [day] if day else None
    if article:
        places = sorted(
            {(row["published_date"], row["source"]) for row in project.ledger.why(article) if row["state"] == "record"}
        )
        wanted = [(one, name) for one, name in places if (not days or one in days) and (not source or name in source)]
        yield from (row for place in wanted for row in records.rows(*place) if row.article_id.startswith(article))
        return
    for one in days or reversed(records.days()):
        if rows := list(records.select(one, one, source)):
            yield from rows
            return


def _print_table(rows: list["Record"]) -> None:
    from rich.table import Table
    from rich.text import Text

    from crawlers.clock import SHANGHAI
    from flows.cli.console import Console

    console = Console()
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold", expand=console.bounded)
    table.add_column("time", width=11, no_wrap=True)
    table.add_column("source", width=max([6, *(len(row.source) for row in rows)]), no_wrap=True)
    for name, share in (("title", 5), ("keywords", 3), ("industries", 2)):
        table.add_column(name, no_wrap=True, overflow="ellipsis", ratio=share)
    table.add_column("id", width=8, no_wrap=True)
    for row in rows:
        time = row.published_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M") if row.published_at else str(row.published_date)[5:]
        cells = (time, row.source, row.title, " ".join(row.keywords[:4]), " ".join(row.industries), row.article_id[:8])
        table.add_row(*map(Text, map(harmless, cells)))  # as it is: a headline may hold what Rich takes for markup
    console.print(table)


def export(
    start: Annotated[str, typer.Argument(metavar="START", help="First publication day (YYYY-MM-DD).")],
    end: End = None,
    form: Annotated[
        Literal["csv", "jsonl", "text", "xlsx", "parquet"] | None,
        typer.Option(
            "--format",
            help="The last two need --output; by default csv, or what the ending of --output says (.txt: text).",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Write this file instead of printing (-).", show_default=False),
    ] = None,
    bom: Annotated[bool, typer.Option("--bom", help="Begin csv with a byte order mark; without, Excel garbles Chinese.")] = False,
    source: Sources = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print or write the records of a range of days; in csv and xlsx the values of a list are joined by |."""
    from crawlers.errors import ConfigError
    from flows.export import PRINTED, format_of, lines, whole_file, write_lines
    from flows.saved import STDIN
    from flows.settings import day_range, parse_day
    from flows.troubles import some
    from transforms import dataset

    days = day_range(parse_day(start), parse_day(end or start))
    output = None if output == STDIN else output  # its name is that of standard output, too
    project = project_of(config, data, existing=True)
    records, sources = dataset.records(project.data), project.known(source)
    rows = records.select(days[0], days[-1], sources)
    form = form or (format_of(output) if output else "csv")
    if bom and form != "csv":
        raise ConfigError(f"--bom is for csv, not for {form}")
    mark = "\ufeff" if bom else ""
    if output is None:
        if form not in PRINTED:
            raise ConfigError(f"{form} is nothing to print; name a file with --output")
        written = print_parts(chain([mark], lines(form, rows))) - len([mark, *lines(form, ())])
    else:
        with whole_file(project, output) as path:
            if form == "parquet":
                from transforms.gather import gather

                written = gather(records, days[0], days[-1], sources, path)
            elif form == "xlsx":
                written = _write_workbook(rows, path, output)
            else:
                written = write_lines(form, rows, path, mark)
        say(f"{some(written, 'record')} written to {output}")
    if not written:
        say_none(days[0], days[-1], sources)


def _write_workbook(rows: "Iterator[Record]", path: Path, output: Path) -> int:
    """Write records to the workbook `path`, which will be `output`, and return how many these are."""
    from flows.workbook import write_workbook

    book = write_workbook(rows, path)
    if book.cut:
        say(f"{output}: {book.cut} texts are longer than a cell holds and end with … there; jsonl and parquet have them whole")
    return book.rows


def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files in the text layout, one or many records each.")],
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Read records in the text layout (seven labelled lines) into the dataset, as far as their values stand in their articles."""
    from flows.importing import import_texts
    from flows.perform import perform

    project = project_of(config, data)
    result = perform("import", 1, lambda runner: import_texts(project, files, runner))
    for complaint in result.complaints:
        say(complaint)
    for lost in result.dropped:
        for value in lost.values:
            say(f"{lost.place}: {lost.url}: dropped: {value}")
    if as_json:
        dropped = [lost._asdict() for lost in result.dropped]
        print_json({"records": result.records, "known": result.known, "refused": result.complaints, "dropped": dropped})
    else:
        print_text(str(result))
    used = result.records or result.known
    raise typer.Exit((1 if used else 2) if result.complaints else 0)


def extract(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="Saved pages, or one INDEX.jsonl with rows of id, file and url."),
    ],
    config: Config = None,
    data: Data = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="NAME", help="Use this source's rules.", show_default=False)
    ] = None,
) -> None:
    """Print the article of each saved page as a JSON line: its id and the article's columns, or why it was rejected."""
    from crawlers.errors import ConfigError
    from crawlers.source import plain_source
    from flows.saved import STDIN

    if STDIN in files:
        raise ConfigError("- is no file; name saved pages, or an INDEX.jsonl that names them")
    rules, refused = project_of(config, data).enabled([source])[0] if source else plain_source("file"), Refused()
    refused.end(print_lines(_extracted(files, rules, refused)))


def _extracted(files: list[Path], rules: "Source", refuse: "Refuse") -> Iterator[dict[str, Any]]:
    from flows.saved import saved_pages
    from transforms.extract import extract as extract_page
    from transforms.reject import RejectedError

    for file in files:
        for name, page in saved_pages(file, rules.name, refuse):
            try:
                for article in extract_page(page, rules):
                    yield {"id": name, **article.model_dump(mode="json")}
            except RejectedError as error:
                yield {"id": name, "reject": error.reason, "detail": error.detail}
