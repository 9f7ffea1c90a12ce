"""Batches on a real Dask cluster of two worker processes, which this module starts.

By hand: `dask scheduler`, twice `dask worker tcp://127.0.0.1:8786`, then `cluster: tcp://127.0.0.1:8786` in settings.yml.
"""

import os
import signal
import time
from pathlib import Path

import dask
import pytest
from distributed import LocalCluster

from crawlers.errors import ConfigError, WorkersError
from flows.cluster import ClusterRunner
from flows.runner import Crashed
from tests.conftest import caixun, in_project
from tests.flows.killed import rows_of


@pytest.fixture(scope="module")
def cluster():
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50) as running,
    ):
        yield running.scheduler_address


def work(job: tuple[str | int, ...]) -> int:
    for one in job:
        if isinstance(one, str) and not Path(one).exists():
            Path(one).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if one == -1:
            os.kill(os.getpid(), signal.SIGKILL)
    return sum(one for one in job if isinstance(one, int))


def results(cluster: str, jobs: list) -> list:
    with ClusterRunner(cluster) as runner:
        done = runner.map("x", work, jobs, lambda job: [(one,) for one in job])
        return [(job, "crashed" if isinstance(result, Crashed) else result) for job, result in done]


def test_a_worker_that_dies_costs_its_batch_alone_which_another_does_again(cluster, tmp_path):
    once = str(tmp_path / "died once")
    assert results(cluster, [(1, 2), (3, once), (4,), (5, 6)]) == [((1, 2), 3), ((3, once), 3), ((4,), 4), ((5, 6), 11)]


def test_only_the_part_that_ends_its_workers_crashes(cluster):
    """Neither one that lies beside it at the worker that it ends, nor one that follows, is blamed."""
    done = results(cluster, [(1, 2), (3, -1), *((number,) for number in range(4, 9))])
    assert [number for job, _ in done for number in job] == [1, 2, 3, -1, *range(4, 9)]  # some alone, who were beside it
    assert all(result == ("crashed" if job == (-1,) else sum(job)) for job, result in done)


def test_a_cluster_gives_the_dataset_that_this_machine_gives(cluster, project):
    settings = project.config / "settings.yml"
    plain = settings.read_text().replace("workers: 0", "workers: 1")
    settings.write_text(plain + f"\ncluster: {cluster}\n")
    assert caixun("backfill", "2026-11-18", "2026-11-20", *in_project(project)).returncode == 1  # one article is behind a wall
    rows = rows_of(project)
    assert len(rows) == 40
    settings.write_text(plain)
    assert caixun("rebuild", "2026-11-18", "2026-11-20", "--all", *in_project(project)).returncode == 0
    assert rows_of(project) == rows


def test_a_cluster_that_is_not_there_is_one_sentence(monkeypatch):
    monkeypatch.setattr("flows.cluster._WAIT", 0.5)
    with pytest.raises(ConfigError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        ClusterRunner("tcp://127.0.0.1:9")


def test_a_scheduler_that_goes_away_is_one_sentence(monkeypatch):
    monkeypatch.setattr("flows.cluster._WAIT", 2.0)
    jobs = [(number,) for number in range(9)]
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50) as running,
        ClusterRunner(running.scheduler_address) as runner,
    ):
        done = runner.map("x", slow, jobs, lambda job: [job])
        assert next(done) == ((0,), 0)
        running.close()
        gone = f"the Dask scheduler at {running.scheduler_address} is gone"
        for left in (done, *(runner.map("x", slow, jobs, lambda job: [job]) for _ in range(2))):
            with pytest.raises(WorkersError, match=gone):
                list(left)


def slow(job: tuple[int]) -> int:
    time.sleep(0.2)
    return job[0]
