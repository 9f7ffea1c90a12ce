import os
import signal
import time
from pathlib import Path

import pytest

from crawlers.errors import WorkersError
from flows import runner as runner_module
from flows.runner import AHEAD, Crashed, PlainRunner


def work(job: tuple[int, ...]) -> int:
    if any(number < 0 for number in job):
        os.kill(os.getpid(), signal.SIGKILL)
    if 999 in job:
        time.sleep(600)
    if 500 in job:
        raise ValueError("a bug")
    return sum(job)


def split(job: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [(number,) for number in job]


def results(jobs: list[tuple[int, ...]], workers: int = 2) -> list[tuple[tuple[int, ...], object]]:
    with PlainRunner(workers) as runner:
        return [(job, "crashed" if isinstance(result, Crashed) else result) for job, result in runner.map("x", work, jobs, split)]


def test_results_come_in_the_order_of_the_jobs():
    assert results([(number, 1) for number in range(30)]) == [((number, 1), number + 1) for number in range(30)]


def test_only_the_part_that_ends_its_process_crashes():
    jobs = [(1, 2), (3, -1, 4), (5,), (-2,), (6, 7)]
    assert results(jobs) == [((1, 2), 3), ((3,), 3), ((-1,), "crashed"), ((4,), 4), ((5,), 5), ((-2,), "crashed"), ((6, 7), 13)]


def test_many_crashes_are_survived():
    jobs = [tuple(-1 if number % 7 == 0 else number for number in range(start, start + 5)) for start in range(0, 60, 5)]
    done = results(jobs)
    assert sum(result == "crashed" for _, result in done) == 9
    assert sum(result for _, result in done if result != "crashed") == sum(number for number in range(60) if number % 7)


def test_a_job_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(runner_module, "_SECONDS_PER_PART", 0.5)
    monkeypatch.setattr(runner_module, "_SECONDS_TO_START", 3.0)
    with PlainRunner(1) as runner:
        ((job, result), (_, after)) = runner.map("x", work, [(999,), (1, 2)], split)
    assert (job, result) == ((999,), Crashed("took too long"))
    assert after == 3


def test_an_error_of_the_work_is_raised():
    with pytest.raises(ValueError, match="a bug"):
        results([(500,)])


def test_a_slow_reader_keeps_few_jobs_in_flight():
    made = []

    def jobs():
        for number in range(100):
            made.append(number)
            yield (number,)

    with PlainRunner(2) as runner:
        for done, _ in enumerate(runner.map("x", work, jobs(), split), 1):
            assert len(made) - done <= 2 * AHEAD


def own_pid(_job: tuple[int, ...]) -> int:
    time.sleep(0.2)  # so that another process takes the next one
    return os.getpid()


def processes_of(runner: PlainRunner, jobs: int) -> set[object]:
    return {pid for _, pid in runner.map("x", own_pid, [(1,)] * jobs, split)}


def test_no_more_processes_start_than_there_are_jobs_unless_they_are_to_be_ready():
    own = Path("/proc/self/task", str(os.getpid()), "children")
    before = set(own.read_text().split())

    def workers() -> int:
        found = set(own.read_text().split()) - before
        return sum("spawn_main" in Path("/proc", pid, "cmdline").read_text() for pid in found)

    with PlainRunner(4) as runner:
        assert len(processes_of(runner, 1)) == workers() == 1
        assert len(processes_of(runner, 1)) == workers() == 1
        processes_of(runner, 2)
        assert workers() == 4
    with PlainRunner(3) as runner:
        processes_of(runner, 2)
        assert workers() == 2
    with PlainRunner(3) as runner:
        runner.ready(os.getpid)
        processes_of(runner, 1)
        assert workers() == 3


def test_a_process_that_ends_while_it_has_nothing_to_do_is_replaced():
    with PlainRunner(1) as runner:
        ((_, first),) = runner.map("x", own_pid, [(1,)], split)
        for _ in range(2):
            os.kill(first, signal.SIGKILL)
            time.sleep(1)  # the pool sees it, and gives up
            ((_, second),) = runner.map("x", own_pid, [(1,)], split)
            assert second != first
            first = second


def end_at_once() -> None:
    os._exit(1)


def test_processes_that_end_as_soon_as_they_start_are_one_sentence(monkeypatch):
    monkeypatch.setattr(runner_module, "_end_with_parent", end_at_once)
    with PlainRunner(2) as runner, pytest.raises(WorkersError, match="end as soon as they start"):
        list(runner.map("x", work, [(1,), (2,)], split))


def held_back(_job: tuple[int, ...]) -> set[int]:
    return signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_ctrl_c_is_for_the_parent_alone():
    with PlainRunner(1) as runner:
        runner.ready(os.getpid)
        ((_, held),) = runner.map("x", held_back, [(1,)], split)
    assert signal.SIGINT in held
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
