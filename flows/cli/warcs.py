"""The command that takes in archives of others: import-warc."""

from typing import Annotated

import typer

from flows.cli.options import Config, Data, Json, print_json, print_text, project_of, say


def import_warc(
    places: Annotated[list[str], typer.Argument(metavar="FILE|URL…", help="WARC files, gzip or plain, here or behind http(s).")],
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="NAME", help="Take every page for this source's.", show_default=False),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--start", metavar="DAY", help="First publication day (YYYY-MM-DD); all by default.", show_default=False),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--end", metavar="DAY", help="Last publication day, included; --start by default.", show_default=False),
    ] = None,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Take pages of the configured sources out of WARC files (CC-NEWS, any web archive) into the dataset."""
    from dataclasses import asdict

    from crawlers.errors import ConfigError
    from flows.import_warc import import_warcs
    from flows.perform import perform
    from flows.settings import day_range, parse_day

    if end and not start:
        raise ConfigError("--end needs --start: name the first publication day, too")
    days = day_range(parse_day(start), parse_day(end or start)) if start else None
    project = project_of(config, data)
    result = perform("import-warc", project.workers, lambda runner: import_warcs(project, places, runner, days, source, say))
    for complaint in result.complaints:
        say(complaint)
    if as_json:
        print_json(asdict(result))
    else:
        print_text(
            f"{result.taken} pages taken in, {result.known} known already, {result.other_hosts} of other hosts, "
            f"{result.too_early} older than --start; built: {result.records} records, {result.rejects} rejects"
        )
    raise typer.Exit(1 if result.complaints else 0)
