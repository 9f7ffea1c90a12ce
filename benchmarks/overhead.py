"""What the runners cost: `rebuild --all` of 10,000 archived articles by bare calls, by the plain runner, and as a Prefect flow.

    python benchmarks/overhead.py [--pages 10000] [--repeats 2] [--folder DIR]

The articles (those of invented_site.py) are crawled once from loopback (DIR keeps them for the next time); then each
way makes all of them again from the archive, without the network, one way after another, several times, each in a process of its
own. The three ways call the same functions:

- `bare`: with a pool of concurrent.futures, and nothing else;
- `plain`: with the plain runner, as `caixun rebuild` does;
- `prefect`: the same as a flow of the server that PREFECT_API_URL names, else of one that is started here. The import of Prefect counts.

Prints for each the wall and CPU seconds, those of a server started here included, and how many of the CPU seconds went into the
jobs: into extraction and annotation, which are the same in each way. They scatter by more than what is measured here, so the
overhead of a way is what it spends outside of the jobs more than `bare` does, in per cent of all that `bare` spends; of several
repeats the least counts (neighbours only add).
Exit status 1 when that is 2 % or more for `plain`, 5 % for `prefect`; wall times tell on a quiet machine alone.
"""

import argparse
import os
import resource
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import pipeline
from invented_site import serving

from flows.address import api_at
from flows.hosting import environment, own_server
from flows.perform import perform
from flows.rebuild import plan_rebuild, rebuild
from flows.runner import Runner
from flows.settings import Project, open_project
from flows.watch import Watch

MOST = {"plain": 2.0, "prefect": 5.0}  # per cent
REST = 10.0  # seconds in which a server ends what it has to do for a run


class Times(NamedTuple):
    """What a way took, in seconds."""

    wall: float
    cpu: float
    jobs: float  # of `cpu`

    @property
    def outside(self) -> float:
        """The CPU seconds that went elsewhere."""
        return self.cpu - self.jobs


class Bare:
    """Does steps and jobs with no more than a pool."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        """Use a pool."""
        self._pool = pool

    def step(self, _name: str, work: Callable[[], Any]) -> Any:
        """Call it."""
        return work()

    def ready(self, _load: Callable[[], object]) -> None:
        """Let no process start before its first job."""

    def map(self, _name: str, work: Callable[[Any], Any], jobs: Iterable[Any], _split: object) -> Iterator[tuple[Any, Any]]:
        """Map it."""
        listed = list(jobs)
        return zip(listed, self._pool.map(work, listed), strict=True)

    def publish(self, key: str, markdown: str) -> None:
        """Show nothing."""

    def attach(self, key: str, page: Path, html: Callable[[], str]) -> None:
        """Write nothing."""


@dataclass(frozen=True)
class Clocked:
    """The work of jobs, which tells of each what CPU seconds it took."""

    work: Callable[[Any], Any]

    def __call__(self, job: Any) -> tuple[Any, float]:
        """Do a job."""
        begun = time.process_time()
        return self.work(job), time.process_time() - begun


class Counting:
    """Does all by another runner, and adds up what the jobs took."""

    def __init__(self, runner: Runner) -> None:
        """Use a runner."""
        self._runner = runner
        self.step, self.ready, self.publish, self.attach = runner.step, runner.ready, runner.publish, runner.attach
        self.seconds = 0.0

    def map(self, name: str, work: Callable[[Any], Any], jobs: Iterable[Any], split: Any) -> Iterator[tuple[Any, Any]]:
        """Map it."""
        for job, (result, seconds) in self._runner.map(name, Clocked(work), jobs, split):
            self.seconds += seconds
            yield job, result


def make_again(project: Project, runner: Runner) -> float:
    """Make all articles again, and return the CPU seconds of the jobs."""
    days, counting = sorted(project.ledger.asked("bench")), Counting(runner)
    run, changes = rebuild(project, plan_rebuild(project, None, days), counting, Watch(), everything=True)
    assert run.ok, run.findings
    assert [one.changed for one in changes.values()] == [0]
    return counting.seconds


def go(way: str, folder: Path, api: str, done: Connection) -> None:
    """Go one way, in this process and its workers, and send the CPU seconds of the jobs."""
    project = open_project(folder / "config", folder / "data")
    if way == "bare":
        with ProcessPoolExecutor(project.workers, mp_context=get_context("spawn")) as pool:
            done.send(make_again(project, Bare(pool)))
        return
    if way == "prefect":
        os.environ |= {"PREFECT_API_URL": api, "PREFECT_HOME": str(folder / "home"), "PREFECT_LOGGING_LEVEL": "WARNING"}
    done.send(perform("rebuild", project.workers, lambda runner: make_again(project, runner)))


def spent(server: int | None) -> float:
    """Return the CPU seconds of all children that have ended, and of the server, which has not."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    ticks = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[11:13] if server else ()
    return ended.ru_utime + ended.ru_stime + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def timed(way: str, folder: Path, api: str, server: int | None) -> Times:
    """Go one way, and return what it took."""
    before, begun = spent(server), time.monotonic()
    here, there = get_context("spawn").Pipe(duplex=False)
    child = get_context("spawn").Process(target=go, args=(way, folder, api, there))
    child.start()
    child.join()
    assert child.exitcode == 0
    wall = time.monotonic() - begun
    time.sleep(REST if server else 0)
    return Times(wall, spent(server) - before, here.recv())


def crawled(folder: Path, pages: int) -> None:
    """Bring the articles into the archive."""
    with serving(pages) as port:
        seconds, _ = pipeline.caixun(port, pages, folder)
    print(f"{pages} articles crawled and built in {seconds:.0f} s", flush=True)


def free_port() -> int:
    """Return a port of loopback that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    given = os.environ.pop("PREFECT_API_URL", None)
    took: dict[str, list[Times]] = {"bare": [], "plain": [], "prefect": []}
    with tempfile.TemporaryDirectory(prefix="caixun-overhead-") as name:
        folder = options.folder or Path(name)
        if not (folder / "data").exists():
            crawled(folder, options.pages)
        project = open_project(folder / "config", folder / "data")
        place = "127.0.0.1", free_port()
        os.environ |= environment(project, *place, os.environ)
        with nullcontext() if given else own_server(*place, folder / "reports", folder / "server.log") as server:
            for _ in range(options.repeats):
                for way, times in took.items():
                    times.append(timed(way, folder, given or api_at(*place), server.pid if server and way == "prefect" else None))
                    one = times[-1]
                    print(
                        f"{way:8} {one.wall:7.1f} s wall {one.cpu:7.1f} s CPU, {one.jobs:.1f} of them in the jobs, "
                        f"{one.outside:.1f} elsewhere",
                        flush=True,
                    )
    missed = 0
    wall, cpu = (min(getattr(one, name) for one in took["bare"]) for name in ("wall", "cpu"))
    outside = {way: min(one.outside for one in times) for way, times in took.items()}
    for way, most in MOST.items():
        more = 100 * (outside[way] - outside["bare"]) / cpu
        slower = 100 * (min(one.wall for one in took[way]) / wall - 1)
        missed += more >= most
        print(f"{way:8} {more:+6.1f} % CPU over bare calls, at most {most} %; {slower:+6.1f} % wall")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
