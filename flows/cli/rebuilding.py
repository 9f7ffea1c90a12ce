"""The command that makes days again from the archive: rebuild."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import Budget, Config, Data, End, Json, Sources, print_json, project_of, say

if TYPE_CHECKING:
    from flows.changes import SourceChanges
    from flows.daily import Run

_LONGEST = 60  # characters of an example
_UNSHOWN = ("evidence", "text_hash", "story_id")  # follow from other fields, and tell a reader nothing


def rebuild(
    start: Annotated[str, typer.Argument(metavar="START", help="First day (YYYY-MM-DD).")],
    end: End = None,
    source: Sources = None,
    everything: Annotated[bool, typer.Option("--all", help="Make all pages again, not only those that are stale.")] = False,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="Extract nothing; annotate what another engine, model or prompt annotated.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how much is stale, and what annotating it will cost.")] = False,
    budget: Budget = None,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Make days again from the archive, without the network, and tell what changed."""
    from crawlers.errors import ConfigError
    from flows.cli.console import Console
    from flows.cli.progress import Progress
    from flows.cli.reannotating import print_stale, reannotate_days
    from flows.doctor_archive import check_ledger
    from flows.engine import check_budget
    from flows.perform import perform
    from flows.rebuild import count_stale, plan_rebuild, went_well
    from flows.rebuild import rebuild as rebuild_days
    from flows.settings import check_begun, day_range, parse_day

    if annotate and everything:
        raise ConfigError("--annotate takes up what is stale, and --all makes all pages again; name one of them")
    project = project_of(config, data, existing=True)
    check_ledger(project)
    check_budget(project, budget)
    days = day_range(check_begun(parse_day(start)), parse_day(end or start))
    if annotate:
        if dry_run:
            print_stale(project, days, project.known(source), as_json=as_json)
        else:
            reannotate_days(project, days, project.known(source), budget, as_json=as_json)
        return
    plan = plan_rebuild(project, project.known(source), days)
    stale, built = count_stale(project, plan)
    again = f", all {built} are made again" if everything else ""
    told = f"rebuild {days[0]} to {days[-1]}: {stale} of {built} pages are stale{again}"
    none = f"nothing to rebuild: no source was crawled for {days[0]}..{days[-1]}, and the archive has no article of these days"
    say(told if plan else none)
    if dry_run and as_json:
        print_json({"pages": built, "stale": stale})
    if dry_run or not (plan or as_json):
        return
    with Progress(project, plan, Console(stderr=True)) as watch:
        run, changes = perform(
            "rebuild",
            project.workers,
            lambda runner: rebuild_days(project, plan, runner, watch, everything=everything, budget=budget),
            project.settings.cluster,
        )
    _print(run, changes, as_json=as_json)
    raise typer.Exit(0 if went_well(run) else 1)


def _print(run: "Run", changes: "dict[str, SourceChanges]", *, as_json: bool) -> None:
    from flows.cli.console import Console
    from flows.cli.tables import print_run, run_values

    if as_json:
        print_json({**run_values(run), "changes": {name: _values(one) for name, one in changes.items()}})
    else:
        print_run(run, Console())
        _print_changes(changes)


def _values(changes: "SourceChanges") -> dict[str, Any]:
    fields = {
        name: {"count": one.count, "examples": [example._asdict() for example in one.examples]}
        for name, one in changes.fields.items()
    }
    sums = {"pages": changes.pages, "unread": changes.unread, "changed": changes.changed, "gained": changes.gained}
    return {**sums, "lost": changes.lost.total(), "lost_by_reason": dict(changes.lost), "fields": fields}


def _print_changes(changes: "dict[str, SourceChanges]") -> None:
    from flows.cli.console import Console

    console = Console()
    for line in _lines(changes):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _lines(changes: "dict[str, SourceChanges]") -> Iterator[str]:
    """Yield what changed, by source and field, with examples."""
    for source, one in changes.items():
        if not (one.pages or one.unread):
            continue
        unread = f", {one.unread} not given by the archive (their records stay as they were)" if one.unread else ""
        lost = f" ({', '.join(f'{count} {reason}' for reason, count in one.lost.most_common())})" if one.lost else ""
        yield (
            f"{source}: {one.pages} pages made again{unread}; records: {one.changed} changed, {one.gained} gained, "
            f"{one.lost.total()} lost{lost}"
        )
        for name, change in sorted(one.fields.items(), key=lambda item: -item[1].count):
            yield f"  {name}: {change.count} changed"
            for example in change.examples if name not in _UNSHOWN else ():
                old, new = _from_where_they_differ(_text(example.old), _text(example.new))
                yield f"    {old} → {new}  {example.url}"
    if not any(one.pages or one.unread for one in changes.values()):
        yield "nothing was stale"


def _text(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _from_where_they_differ(old: str, new: str) -> tuple[str, str]:
    """Return two texts from a little before their first difference on, cut to one line."""
    same = next((place for place, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), min(len(old), len(new)))
    start = max(0, same - 10)
    return _cut(old, start), _cut(new, start)


def _cut(text: str, start: int) -> str:
    shown = text[start : start + _LONGEST]
    return f"{'…' if start else ''}{shown}{'…' if start + _LONGEST < len(text) else ''}" or "(nothing)"
