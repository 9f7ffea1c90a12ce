"""The command that fetches past days: backfill."""

import shlex
import tempfile
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from flows.cli.options import Budget, Config, Data, End, Json, Sources, print_json, project_of, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawlers.fates import Backfill
    from flows.planning import BackfillPlan
    from flows.settings import Project

Again = Literal["missing", "failed", "all"]


def backfill(
    start: Annotated[str | None, typer.Argument(metavar="START", help="First day (YYYY-MM-DD).", show_default=False)] = None,
    end: End = None,
    source: Sources = None,
    again: Annotated[
        Again | None,
        typer.Option(
            "--again",
            show_default="failed",
            help="missing: days not begun or not ended; failed: also failed and blocked ones; all: list every day once more.",
        ),
    ] = None,
    newest_first: Annotated[
        bool | None, typer.Option("--newest-first/--oldest-first", show_default="newest-first", help="Which days come first.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and stop.")] = False,
    budget: Budget = None,
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="ID", help="Take up a backfill by its id.", show_default=False)
    ] = None,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Fetch and build past days: plan, print the plan and how to resume, run."""
    from flows.alerts import check_addresses
    from flows.cli.console import Console
    from flows.cli.matrix import print_reasons
    from flows.doctor_archive import check_ledger
    from flows.engine import check_budget, check_engine
    from flows.planning import plan_of

    project = project_of(config, data, existing=resume is not None)
    check_ledger(project)

    def wanted_of(project: "Project") -> "Backfill":
        if resume is not None:
            return _taken_up(project, resume, (start, end, source, again, newest_first))
        return _new(project, start, end, source)._replace(again=again or "failed", newest_first=newest_first is not False)

    if dry_run:
        check_budget(project, budget)
        _show_plan(project, wanted_of, as_json=as_json)
        return
    check_addresses(project)  # before a backfill is begun that cannot go on
    check_engine(project, budget)
    wanted = wanted_of(project) if resume is not None else project.ledger.begin_backfill(wanted_of(project))
    plan = plan_of(project, wanted)
    say(f"backfill {wanted.id}, {wanted.start} to {wanted.end}: {_summary(plan)}")
    print_reasons(plan.impossible, Console(stderr=True))
    given = (("--budget", budget), ("--data", data), ("--config", config))
    options = [word for option, value in given if value is not None for word in (option, str(value))]
    resuming = shlex.join(["caixun", "backfill", "--resume", wanted.id, *options])
    say(f"stop it at any time; resume with: {resuming}")
    _run(project, wanted, plan, resuming, budget, as_json=as_json)


def _new(project: "Project", start: str | None, end: str | None, source: list[str] | None) -> "Backfill":
    """Return the backfill of the days and sources that the arguments name."""
    from crawlers.errors import ConfigError
    from flows.planning import new_backfill
    from flows.settings import check_begun, day_range, parse_day

    if start is None:
        raise ConfigError("name START (YYYY-MM-DD) and END, or take up a backfill with --resume ID")
    days = day_range(check_begun(parse_day(start)), parse_day(end or start))
    enabled = project.enabled(source)
    return new_backfill(days[0], days[-1], [one.name for one in enabled] if source else [])


def _taken_up(project: "Project", name: str, others: tuple[object, ...]) -> "Backfill":
    """Return the backfill with an id."""
    from crawlers.errors import ConfigError
    from flows.planning import find_backfill

    if any(one is not None for one in others):
        raise ConfigError(
            "--resume ID goes on as it was begun; leave START, END, --source, --again and --newest-first or --oldest-first away"
        )
    return find_backfill(project, name)


def _run(
    project: "Project", wanted: "Backfill", plan: "BackfillPlan", resuming: str, budget: float | None, *, as_json: bool
) -> None:
    from flows.backfill import backfill as backfill_days
    from flows.cli.console import Console
    from flows.cli.progress import Progress
    from flows.cli.tables import print_run, report_values, run_values
    from flows.perform import perform

    try:
        with Progress(project, plan.todo, Console(stderr=True), articles=plan.articles, seconds=plan.seconds) as watch:
            run = perform(
                "backfill",
                project.workers,
                lambda runner: backfill_days(project, wanted, plan.todo, runner, watch, budget),
                project.settings.cluster,
            )
    except KeyboardInterrupt:
        say(f"{_done(project, plan)}. Go on with: {resuming}")
        raise
    if as_json:
        print_json({"backfill": wanted.id, **run_values(run), "impossible": list(map(report_values, plan.impossible))})
    else:
        print_run(run, Console())
        if left := sum(report.status not in ("complete", "empty") for report in run.reports):
            say(f"{left} source-days are not complete; try them again with: {resuming}")
    raise typer.Exit(0 if run.ok else 1)


def _done(project: "Project", plan: "BackfillPlan") -> str:
    from flows.checking import checked_reports

    reports = checked_reports(project, plan.todo)
    done = sum(report.status in ("complete", "empty") for report in reports)
    kept = sum(report.tally.unbuilt for report in reports)
    return f"stopped: {done} of {len(reports)} source-days are done, {kept} fetched pages are kept and wait to be built"


def _summary(plan: "BackfillPlan") -> str:
    from flows.cli.durations import duration

    todo = sum(map(len, plan.todo.values()))
    words = [f"{todo} of {len(plan.reports)} source-days to do"]
    if todo:
        words.append(f"about {plan.requests:,} requests in {duration(plan.seconds)}")
    if plan.impossible:
        words.append(f"{len(plan.impossible)} impossible")
    if plan.cost:
        words.append(plan.cost)
    return ", ".join(words)


def _show_plan(project: "Project", wanted_of: "Callable[[Project], Backfill]", *, as_json: bool) -> None:
    """Print a plan; where there is no data root, a folder that is gone afterwards stands in for it."""
    from dataclasses import replace

    from crawlers.root import root_of
    from flows.planning import plan_of

    with tempfile.TemporaryDirectory(prefix="caixun-") as folder:
        project = project if project.begun() else replace(project, data=root_of(folder))
        wanted = wanted_of(project)
        _print_plan(wanted, plan_of(project, wanted), as_json=as_json)
        project.ledger.close()


def _print_plan(wanted: "Backfill", plan: "BackfillPlan", *, as_json: bool) -> None:
    from flows.cli.console import Console
    from flows.cli.matrix import print_matrix
    from flows.cli.tables import print_efforts

    if as_json:
        print_json(_values(wanted, plan))
        return
    console = Console()
    print_matrix(plan.reports, console)
    console.print()
    print_efforts(plan, console)
    console.print(f"{wanted.start} to {wanted.end}: {_summary(plan)}", highlight=False, soft_wrap=True)


def _values(wanted: "Backfill", plan: "BackfillPlan") -> dict[str, Any]:
    from dataclasses import asdict

    from flows.cli.tables import report_values

    sources = {name: {"days": len(plan.todo[name]), **asdict(one)} for name, one in plan.efforts.items() if name in plan.todo}
    return {
        "start": wanted.start,
        "end": wanted.end,
        "again": wanted.again,
        "newest_first": wanted.newest_first,
        "days": [{**report_values(report), "planned": plan.planned(report)} for report in plan.reports],
        "sources": sources,
        "requests": plan.requests,
        "articles": plan.articles,
        "seconds": plan.seconds,
        "cost": plan.cost,
    }
