"""The commands that only ask: status, why."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import Config, Data, Json, Sources, print_json, print_text, project_of

if TYPE_CHECKING:
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
    as_json: Json = False,
) -> None:
    """Show how each source's day stands: missing, partial, failed, blocked, empty or complete, with counts."""
    from datetime import timedelta

    from crawlers.clock import day_of, now
    from flows.checking import checked_reports
    from flows.cli.tables import print_reports, report_values
    from flows.settings import day_range, parse_day

    project = project_of(config, data, existing=True)
    last = parse_day(end) if end else parse_day(start) if start else day_of(now()) - timedelta(days=1)
    first = parse_day(start) if start else last - timedelta(days=_DEFAULT_SPAN - 1)
    names = project.known(source) or [one.name for one in project.enabled()]
    reports = checked_reports(project, dict.fromkeys(names, day_range(first, last)))
    if as_json:
        print_json([report_values(report) for report in reports])
        return
    from rich.console import Console

    print_reports(reports, Console())


def why(
    url: Annotated[str, typer.Argument(metavar="URL", help="An article's address, in any spelling.")],
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Tell what became of a URL, stage by stage."""
    from crawlers.errors import ConfigError
    from crawlers.page import article_id, canonical_url

    try:
        canonical = canonical_url(url)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    project = project_of(config, data, existing=True)
    fragment = url.partition("#")[2]  # it names one of several articles of a page
    rows = (fragment and project.ledger.why(article_id(f"{canonical}#{fragment}"))) or project.ledger.why(article_id(canonical))
    if as_json:
        print_json(rows)
    elif not rows:
        print_text(f"{canonical} was never found by any source")
    else:
        print_text("\n\n".join("\n".join(_stages(project, row)) for row in rows))
    raise typer.Exit(0 if rows else 1)


def _stages(project: "Project", row: dict[str, Any]) -> list[str]:
    from crawlers.clock import SHANGHAI
    from transforms import dataset
    from transforms.reject import REASONS

    def at(name: str) -> str:
        value = row[name]
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if value else "-"

    listed = f", listed for {row['listed']}" if row["listed"] else ""
    lines = [
        row["url"],
        f"  found      {at('discovered_at')}  by {row['source']} on {row['seed']}{listed}; counted under {row['day']}",
    ]
    if row["archive_file"]:
        lines.append(f"  archived   {at('fetched_at')}  {row['archive_file']} at offset {row['archive_offset']}")
    fates = {"discovered": "waits to be fetched", "archived": "waits to be built"}
    if row["state"] == "record":
        path = dataset.records(project.data).path(row["published_date"], row["source"])
        fates["record"] = (
            f"record in {path.relative_to(project.data)}" if path else "a record, but its file is gone; rebuild the day"
        )
    explained = REASONS.get(row["reason"] or "", row["reason"])
    fate = fates.get(row["state"]) or f"{row['state']} ({row['reason']}): {row['detail'] or explained}"
    return [*lines, f"  now        {at('settled_at')}  {fate}"]
