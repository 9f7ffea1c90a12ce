"""Where a run's steps run: here or on a cluster; and with `PREFECT_API_URL` set, shown as a Prefect flow."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from crawlers.errors import ConfigError
from flows.address import given_api, reach
from flows.runner import PlainRunner, Runner

Result = TypeVar("Result")


def workforce(workers: int, cluster: str | None = None) -> AbstractContextManager[Runner]:
    """Return the runner whose workers do the jobs: those of a Dask `cluster`, else `workers` processes of this machine.

    Raises ConfigError for a cluster that does not answer, or where Dask is not installed.
    """
    if cluster is None:
        return PlainRunner(workers)
    try:
        from flows.cluster import ClusterRunner  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigError("cluster: Dask is not installed; pip install 'caixun[cluster]' brings it") from error
    return ClusterRunner(cluster)


def perform(name: str, workers: int, work: Callable[[Runner], Result], cluster: str | None = None) -> Result:
    """Do `work` with the runner that settings and environment ask for, and return its result."""
    with workforce(workers, cluster) as runner:
        if api := given_api(os.environ):
            reach(api)
            from flows.orchestration import as_flow  # noqa: PLC0415 - importing Prefect takes seconds

            return as_flow(name, work, runner)
        return work(runner)
