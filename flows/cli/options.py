"""What the commands share: options, and how they speak."""

import json
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.streams import fall_silent, shown

if TYPE_CHECKING:
    from datetime import date

    from flows.settings import Project

Data = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Data root, a folder or s3://bucket/prefix; else CAIXUN_DATA, else ./data.",
        show_default=False,
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="DIR",
        help="Configuration folder; else CAIXUN_CONFIG, ./config, the shipped one.",
        show_default=False,
    ),
]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="NAME", help="Only this source; may be given several times.", show_default=False),
]
Budget = Annotated[
    float | None,
    typer.Option(
        "--budget",
        metavar="MONEY",
        min=0,
        help="What the llm engine may spend in this run, in the currency of llm.price.",
        show_default=False,
    ),
]
End = Annotated[str | None, typer.Argument(metavar="END", help="Last day, included; START by default.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def project_of(config: Path | None, data: str | None, *, existing: bool = False) -> "Project":
    """Open the project that the options name; `existing` asks for a data root that is there."""
    from crawlers.errors import ConfigError
    from flows.settings import open_project

    project = open_project(config, data)
    try:
        str(project.data).encode()
    except UnicodeEncodeError as error:  # Arrow takes no other name
        raise ConfigError(
            "the data root's path is no text in this locale; set LC_ALL to C.UTF-8, or give the folder another name"
        ) from error
    if existing:
        project.must_exist()
    return project


def print_text(text: str) -> None:
    """Print to standard output, as it is; a reader that goes away changes nothing else."""
    try:
        typer.echo(shown(text), nl=not text.endswith("\n"))
    except BrokenPipeError:
        fall_silent(sys.stdout)


def print_json(value: Any) -> None:
    """Print one JSON value as `print_text` does, see `json_text`."""
    print_text(json_text(value))


def json_text(value: Any) -> str:
    """Return one JSON value as a line; days and instants in ISO 8601."""
    return json.dumps(value, ensure_ascii=False, default=lambda one: one.isoformat()) + "\n"


def print_lines(rows: Iterable[dict[str, Any]]) -> int:
    """Print JSON lines, until a reader has seen enough, and return how many these are."""
    return print_parts(map(json_text, rows))


def print_parts(parts: Iterable[str]) -> int:
    """Print parts of a text that has its own line feeds, as they come, as `print_lines` does."""
    number = 0
    for number, part in enumerate(parts, 1):  # noqa: B007
        typer.echo(shown(part), nl=False)
    return number


def say(text: str) -> None:
    """Print a remark to standard error, where it does not mix with results."""
    typer.echo(shown(text, sys.stderr), err=True)


def say_none(start: "date", end: "date", sources: Iterable[str] | None) -> None:
    """Say that there is no record of the days `start` to `end`, of all sources or the given, and who tells why."""
    days, told = [str(start)], str(start)
    if end != start:
        days, told = [*days, str(end)], f"{start} to {end}"
    names = list(sources or ())
    asking = shlex.join(["caixun", "status", *days, *(word for name in names for word in ("--source", name))])
    say(f"no record of {told}{' by ' if names else ''}{', '.join(names)}; `{asking}` tells why")
