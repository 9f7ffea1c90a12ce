"""The command that keeps the schedule: serve."""

from typing import Annotated

import typer

from flows.cli.options import Config, Data, project_of, say


def serve(
    host: Annotated[str, typer.Option("--host", help="Address at which the Prefect server listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the Prefect server.")] = 4200,
    data: Data = None,
    config: Config = None,
) -> None:
    """Keep the daily schedule, with Prefect: start its server, or join the one that PREFECT_API_URL names."""
    from flows.alerts import check_addresses
    from flows.serve import serve as keep_schedule

    project = project_of(config, data)
    project.enabled()
    check_addresses(project)
    _ = project.ledger  # what is wrong with the stores is told now, not at the first run
    keep_schedule(project, host, port, say)
