"""What `rebuild --annotate` does: annotate records again without extracting their pages."""

from typing import TYPE_CHECKING

import typer

from flows.cli.options import print_json, print_text

if TYPE_CHECKING:
    from datetime import date

    from flows.reannotate import Reannotated
    from flows.runner import Runner
    from flows.settings import Project


def print_stale(project: "Project", days: list["date"], source: list[str] | None, *, as_json: bool) -> None:
    """Print how many records of the days are stale, and what a model will cost for them."""
    from flows.estimate import estimate
    from flows.reannotate import stale

    found = stale(project, days[0], days[-1], source)
    cost = estimate(project, found.to_ask) if project.waiting else None
    if as_json:
        told = cost._asdict() if cost else None
        print_json({"records": found.records, "stale": found.stale, "to_ask": found.to_ask, "estimate": told})
        return
    asked = f", {found.to_ask} of them to be asked about" if cost and found.to_ask < found.stale else ""
    print_text(f"{found.stale} of {found.records} records are stale{asked}{f': {cost}' if found.to_ask else ''}")


def reannotate_days(
    project: "Project", days: list["date"], source: list[str] | None, budget: float | None, *, as_json: bool
) -> None:
    """Annotate the stale records of the days, and print what changes."""
    from flows.cli.console import Console
    from flows.cli.tables import print_reannotated, reannotated_values
    from flows.perform import perform
    from flows.reannotate import reannotate

    def work(runner: "Runner") -> "Reannotated":
        return runner.step("annotate", lambda: reannotate(project, days[0], days[-1], source, runner, budget))

    result = perform("reannotate", project.workers, work)
    if as_json:
        print_json(reannotated_values(result))
    else:
        print_reannotated(result, Console())
    raise typer.Exit(1 if any(finding.level == "failure" for finding in result.findings) else 0)
