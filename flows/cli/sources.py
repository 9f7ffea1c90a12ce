"""The commands on sources: list, check, new."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import Config, Data, Json, print_json, print_lines, print_text, project_of, say

if TYPE_CHECKING:
    from flows.sources import Standing

app = typer.Typer(help="The sources: list them (also without a command), try one, begin a new one.")


@app.callback(invoke_without_command=True)
def begin(context: typer.Context, config: Config = None, data: Data = None, as_json: Json = False) -> None:
    """List the sources where no command is named; else the options stand behind the command."""
    command = context.invoked_subcommand
    if command is None:
        list_sources(config, data, as_json)
    elif config or data or as_json:
        from crawlers.errors import ConfigError

        raise ConfigError(f"put the options behind the command: caixun sources {command} …")


@app.command("list")
def list_sources(config: Config = None, data: Data = None, as_json: Json = False) -> None:
    """List the sources of the configuration: state, robots.txt's verdict, last complete day and its records."""
    from flows.sources import standings

    rows = [_row(one) for one in standings(project_of(config, data))]
    if as_json:
        print_json(rows)
        return
    from rich.table import Table
    from rich.text import Text

    from flows.cli.console import Console, print_table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("name", no_wrap=True)
    for head in ("title", "seeds", "robots", "delay", "state", "last good"):
        table.add_column(head, overflow="fold")
    table.add_column("records", justify="right", no_wrap=True)
    for row in rows:
        good, records = row["last_good"] or "-", "-" if row["records"] is None else str(row["records"])
        cells = (row["name"], row["title"], ", ".join(row["seeds"]), row["robots"], f"{row['delay']:g} s")
        # As it is: what people write may hold what Rich takes for markup.
        table.add_row(*map(Text, (*cells, row["state"], str(good), records)))
    console = Console()
    print_table(table, console)
    for row in rows:
        if row["disabled"]:
            console.print(f"{row['name']} is disabled: {row['disabled']}", markup=False, highlight=False)


def _row(standing: "Standing") -> dict[str, Any]:
    source, good = standing.source, standing.good
    facts = source.model_dump(include={"name", "title", "delay", "disabled"})
    seeds = [f"{seed.kind} ({'dated' if seed.dated else 'newest first'})" for seed in source.seeds]
    found = {"last_good": good.day if good else None, "records": good.tally.records if good else None}
    return {**facts, "robots": standing.robots, "state": standing.state, "seeds": seeds, "site": source.site, **found}


@app.command("check")
def check(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The source.")],
    page: Annotated[
        Path | None,
        typer.Option(
            "--page", metavar="FILE", help="A saved list, instead of asking the site; .gz is opened.", show_default=False
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=1, help="Which of the source's seeds.")] = 1,
    day: Annotated[
        str | None,
        typer.Option("--date", metavar="DAY", help="The day that it lists; yesterday by default.", show_default=False),
    ] = None,
    config: Config = None,
    data: Data = None,
) -> None:
    """Print the links of a list as JSON lines (url, title, publisher, time, precision), or why it is blocked."""
    from datetime import timedelta

    from crawlers.clock import SHANGHAI, day_of, now
    from crawlers.errors import ConfigError
    from flows.saved import saved_list
    from flows.settings import check_begun, parse_day
    from flows.sources import fetched_list, listed_links

    project = project_of(config, data)
    source = project.enabled([name])[0]
    if seed > len(source.seeds):
        raise ConfigError(f"{name} has {len(source.seeds)} seeds; there is no seed {seed}")
    wanted = check_begun(parse_day(day)) if day else day_of(now()) - timedelta(days=1)
    folder = project.config / "sources"
    answer = saved_list(source, page, seed, wanted) if page else fetched_list(project, folder, source, seed, wanted, say)
    place = page or answer.url
    links, refused = listed_links(source, answer, seed, place)
    print_lines(
        {
            "url": one.url,
            "title": one.title,
            "publisher": one.publisher,
            "time": one.moment.at.astimezone(SHANGHAI) if one.moment else None,
            "precision": one.moment.precision if one.moment else "none",
        }
        for one in links
    )
    if refused:
        say(f"{refused} more links do not fit allow, or are no web addresses")
    if not links:
        raise ConfigError(f"{place}: seed {seed} of {name} finds no link there that fits allow")


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new source: small letters, digits and _.")],
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Where it lists its articles.")],
    page: Annotated[
        Path | None,
        typer.Option("--page", metavar="FILE", help="That list, saved; else it is fetched once.", show_default=False),
    ] = None,
    config: Config = None,
    data: Data = None,
) -> None:
    """Write a first YAML for a new source, guessed from one answer of its list; it is yours to check and to complete."""
    import shlex
    import tempfile

    from crawlers.clock import day_of, now
    from flows.saved import saved_page
    from flows.sources import fetched_list, new_source, skeleton, write_source

    found = project_of(config, data)
    project = found.own()
    with tempfile.TemporaryDirectory(prefix="caixun-") as folder:
        source = write_source(Path(folder), name, skeleton(url))  # says what is wrong with name or url
        project.free(name)
        asked = (
            saved_page(page, url, name, "seed") if page else fetched_list(project, Path(folder), source, 1, day_of(now()), say)
        )
    path = new_source(project, name, asked, page or asked.url)
    print_text(path.read_text(encoding="utf-8"))
    trial = ["caixun", "sources", "check", name, *(["--page", str(page)] if page else [])]
    say(f"written to {path}; try it: {shlex.join(trial)}")
    if found.shipped:
        shipped = found.config / "sources"
        say(
            f"{project.config} is the configuration here from now on, with this source alone; copy those that you want from {shipped}"
        )
