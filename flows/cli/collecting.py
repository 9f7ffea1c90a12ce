"""The commands that make data: demo, run."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import Budget, Config, Data, Json, Sources, print_json, project_of, say

if TYPE_CHECKING:
    from flows.checking import Plan
    from flows.daily import Run
    from flows.runner import Runner
    from flows.settings import Project
    from flows.watch import Watch

Work = Callable[["Runner", "Watch"], "Run"]


def _perform(project: "Project", name: str, plan: "Plan", work: Work, *, as_json: bool) -> "Run":
    """Do `work` with progress on standard error, print its result, and return it."""
    from flows.cli.console import Console
    from flows.cli.progress import Progress
    from flows.cli.tables import print_run, run_values
    from flows.perform import perform

    with Progress(project, plan, Console(stderr=True)) as watch:
        run = perform(name, project.workers, lambda runner: work(runner, watch), project.settings.cluster)
    if as_json:
        print_json(run_values(run))
    else:
        print_run(run, Console())
    return run


def run(
    day: Annotated[
        str | None,
        typer.Option("--date", metavar="DAY", help="The day (YYYY-MM-DD); yesterday by default.", show_default=False),
    ] = None,
    source: Sources = None,
    budget: Budget = None,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Do the daily job now: crawl one day of every enabled source and add it to the dataset."""
    from datetime import timedelta

    from crawlers.clock import day_of, now
    from flows.alerts import check_addresses
    from flows.daily import collect
    from flows.doctor_archive import check_ledger
    from flows.settings import check_begun, parse_day

    project = project_of(config, data)
    wanted = check_begun(parse_day(day)) if day else day_of(now()) - timedelta(days=1)
    check_addresses(project)
    check_ledger(project)
    plan = {one.name: [wanted] for one in project.enabled(source)}
    result = _perform(
        project, "daily", plan, lambda runner, watch: collect(project, plan, runner, watch, budget=budget), as_json=as_json
    )
    raise typer.Exit(0 if result.ok else 1)


def demo(
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Keep the result in this folder.", show_default=False)
    ] = None,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the sample site on 127.0.0.1.")] = 8787,
    as_json: Json = False,
) -> None:
    """Run the whole path over a bundled sample site on loopback: no network, no key."""
    from flows.daily import collect
    from flows.demo import DEMO_DAYS, demo_project, loading_lines, write_briefing
    from flows.sample_site import load_site, serving

    with ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="caixun-demo-", ignore_cleanup_errors=True)))
        project = demo_project(folder, port)
        stack.enter_context(serving(load_site(project.config), port))
        plan = {name: list(DEMO_DAYS) for name in project.sources}
        say(f"sample site on http://127.0.0.1:{port}/, {len(plan)} sources, {DEMO_DAYS[0]} to {DEMO_DAYS[-1]}")
        result = _perform(project, "demo", plan, lambda runner, watch: collect(project, plan, runner, watch), as_json=as_json)
        if data is not None:  # else it would be gone with the folder
            write_briefing(project)
        if not as_json:
            typer.echo(loading_lines(project, kept=data is not None))
        # The sample site blocks one article on purpose; anything else that is not complete is a failure.
        statuses = {report.status for report in result.reports}
        failed = any(finding.level == "failure" for finding in result.findings)
        raise typer.Exit(1 if failed or not statuses <= {"complete", "blocked"} else 0)
