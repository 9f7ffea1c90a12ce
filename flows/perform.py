"""Where a run's steps run: here with worker processes, or as a Prefect flow when `PREFECT_API_URL` is set."""

import os
from collections.abc import Callable
from typing import TypeVar

from flows.runner import PlainRunner, Runner

Result = TypeVar("Result")


def perform(name: str, workers: int, work: Callable[[Runner], Result]) -> Result:
    """Do `work` with the runner that the environment asks for, and return its result."""
    with PlainRunner(workers) as plain:
        if os.environ.get("PREFECT_API_URL"):
            from flows.orchestration import as_flow  # noqa: PLC0415 - importing Prefect takes seconds

            return as_flow(name, work, plain)
        return work(plain)
