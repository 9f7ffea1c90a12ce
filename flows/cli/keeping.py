"""The commands that keep the data in shape: compact, migrate, delta, doctor."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import Config, Data, Json, print_json, print_text, project_of, say


def compact(
    before: Annotated[
        str | None,
        typer.Option(
            "--before", metavar="DAY", help="Days before this one (YYYY-MM-DD); a week ago by default.", show_default=False
        ),
    ] = None,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Merge the files of each day that is over into one; readers and writers may go on meanwhile."""
    from datetime import timedelta

    from crawlers.clock import day_of, now
    from flows.compact import compact_days
    from flows.settings import parse_day

    project = project_of(config, data, existing=True)
    last = parse_day(before) if before else day_of(now()) - timedelta(days=7)
    result = compact_days(project, last)
    _finish(result.failures, {"days": result.days}, f"{result.days} days compacted", as_json=as_json)


def doctor(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what is wrong.")] = False,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Find where archive, ledger and dataset disagree, and put it right."""
    from dataclasses import asdict

    from flows.doctor import doctor as examine
    from flows.perform import perform
    from flows.watch import Watch

    project = project_of(config, data, existing=True)
    found = perform("doctor", project.workers, lambda runner: examine(project, runner, Watch(), mend=not dry_run))
    if as_json:
        print_json(asdict(found))
    else:
        for trouble in found.troubles:
            cure = trouble.cure or "left as it is"
            print_text(f"{trouble.what}: {f'would be {cure}' if dry_run and trouble.cure else cure}")
        for trouble in found.left if not dry_run else ():
            print_text(f"still wrong: {trouble.what}")
        if found.days:
            days = " ".join(map(str, found.days[:1] + found.days[1:][-1:]))
            print_text(f"`caixun rebuild {days}` makes records of articles whose days nothing tells were asked for")
        if not found.troubles:
            print_text("archive, ledger and dataset agree")
    raise typer.Exit(1 if found.left else 0)


def migrate(data: Data = None, config: Config = None, as_json: Json = False) -> None:
    """Rewrite the files that an older caixun wrote, so that every tool finds the newest columns in all of them."""
    from flows.migrate import migrate_all

    result = migrate_all(project_of(config, data, existing=True))
    _finish(result.failures, {"files": result.files}, f"{result.files} files migrated", as_json=as_json)


def delta(
    place: Annotated[Path, typer.Argument(metavar="TABLE", help="Folder of the Delta table, outside the data root.")],
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Make a Delta table of the records, or bring it up to date; only what has changed is looked at."""
    from dataclasses import asdict

    from flows.delta import keep_table

    step = keep_table(project_of(config, data, existing=True), place)
    text = f"{step.added} files added, {step.removed} removed; {place} is at version {step.version}"
    _finish([], asdict(step), text, as_json=as_json)


def _finish(failures: list[str], sums: dict[str, int], text: str, *, as_json: bool) -> None:
    for failure in failures:
        say(failure)
    if as_json:
        print_json({**sums, "failures": failures})
    else:
        print_text(text)
    raise typer.Exit(1 if failures else 0)
