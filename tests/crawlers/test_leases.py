import pickle
import signal
import time
from contextlib import ExitStack, closing
from multiprocessing import get_context

import pytest
from sqlalchemy import text

from crawlers import leases
from crawlers.errors import BusyError, ConfigError, StoreError
from crawlers.leases import Leases
from crawlers.ledger import Ledger, shared_locks
from crawlers.lock import lock_sources

pytestmark = pytest.mark.postgres


@pytest.fixture
def url(cluster, monkeypatch) -> str:
    monkeypatch.setattr(leases, "LASTING", 8.0)
    monkeypatch.setattr(leases, "_RENEWAL", 0.5)
    monkeypatch.setattr(Leases, "lasting", 8.0)
    return cluster.database()


@pytest.fixture
def opened(url):
    """Make leases and ledgers that are closed in the end."""
    with ExitStack() as stack:
        yield lambda kind: stack.enter_context(closing(kind(url)))


def test_one_at_a_time_also_in_one_process(opened):
    mine = opened(shared_locks)
    other = opened(lambda _url: pickle.loads(pickle.dumps(mine)))
    held = mine.hold("paper", 0)
    assert held is not None
    assert mine.hold("paper", 0) is None
    assert other.hold("paper", 0.2) is None
    with ExitStack() as stack:
        assert lock_sources(other, ["wire"], stack) == []
        held.ensure()
        held.release()
        assert lock_sources(other, ["paper"], stack) == []
    assert shared_locks("sqlite:////tmp/ledger.sqlite") is None


def test_a_lease_is_kept_for_as_long_as_it_is_renewed(opened):
    other, held = opened(Leases), opened(Leases).hold("paper", 0)
    with ExitStack() as stack:
        began = time.monotonic()
        assert other.hold("paper", leases.LASTING * 1.25) is None
        assert time.monotonic() - began >= leases.LASTING * 1.25
        held.ensure()
        held.release()
        assert lock_sources(other, ["paper"], stack) == []


def hold_and_hang(url: str, pipe, lasting: float) -> None:
    leases.LASTING = lasting
    lock = Leases(url).hold("paper", 0)
    pipe.send(lock is not None)
    time.sleep(600)


def test_a_killed_process_loses_its_lease(url, opened):
    mine = opened(Leases)
    assert mine.hold("wire", 0) is not None  # it is connected before the other's lease begins
    pipe, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=hold_and_hang, args=(url, theirs, leases.LASTING))
    process.start()
    assert pipe.recv()
    process.kill()
    process.join()
    with ExitStack() as stack:
        assert mine.hold("paper", 0) is None
        assert lock_sources(mine, ["paper"], stack) == []


def test_a_process_that_lost_its_lease_is_stopped(opened, monkeypatch, capfd):
    stopped = []
    monkeypatch.setattr(signal, "SIGINT", signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, lambda *_: stopped.append(True))
    away, other = opened(Leases), opened(Leases)
    held = away.hold("paper", 0)
    with away._mutex:  # as if the machine had slept
        taken = other.hold("paper", 60)
        assert taken is not None
        with pytest.raises(BusyError, match="the lease paper in the ledger was not renewed in time"):
            held.ensure()
    deadline = time.monotonic() + 60
    while not stopped and time.monotonic() < deadline:
        time.sleep(0.05)
    assert stopped
    assert "the leases of this process were lost" in capfd.readouterr().err
    held.release()
    assert away.hold("paper", 0) is None
    taken.release()


def test_a_lease_that_cannot_be_given_back_runs_out_and_costs_no_other(opened, monkeypatch, capfd):
    monkeypatch.setattr(signal, "SIGINT", signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, lambda *_: None)
    mine, other = opened(Leases), opened(Leases)
    paper, wire, radio = (mine.hold(name, 0) for name in ("paper", "wire", "radio"))
    with other._engine.begin() as connection:
        connection.execute(text("ALTER TABLE leases RENAME TO away"))
    for one in (wire, radio):
        with pytest.raises(StoreError, match="cannot be used"):
            one.release()
    with other._engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO leases"))
    again = mine.hold("radio", 0)
    assert again is not None  # it need not wait for its own
    assert other.hold("wire", 0) is None
    assert other.hold("wire", 60) is not None
    paper.ensure()
    assert other.hold("paper", 0) is other.hold("radio", 0) is None
    assert "the leases of this process were lost" not in capfd.readouterr().err


def find_many(url: str, number: int) -> None:
    from tests.crawlers.test_ledger import D18, find  # noqa: PLC0415

    ledger = Ledger(url)
    for start in range(0, 300, 10):
        ledger.find(f"s{number}", [find(one) for one in range(start, start + 10)], {D18}, "http://e.cn/list", "c1")
    ledger.close()


def test_writers_of_several_processes_find_each_article_once(url, opened):
    from tests.crawlers.test_ledger import D18  # noqa: PLC0415

    processes = [get_context("spawn").Process(target=find_many, args=(url, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    tallies = [report.tally for report in opened(Ledger).reports(["s0", "s1", "s2"], [D18])]
    assert sum(tally.waiting for tally in tallies) == 300
    assert sum(tally.skipped["seen"] for tally in tallies) == 600


def test_a_server_that_is_not_there_is_one_sentence():
    with pytest.raises(StoreError, match=r"the ledger postgresql.*cannot be used: connection failed"):
        Ledger("postgresql://test@127.0.0.1:9/none")
    with pytest.raises(StoreError, match=r"test:\*\*\*@"):
        Ledger("postgresql://test:secret@127.0.0.1:9/none")
    with pytest.raises(ConfigError, match="begins no URL of a ledger"):
        Ledger("postgresql://127.0.0.1:port/none")


def test_texts_of_pages_that_postgresql_refuses_are_kept_without_their_nul(opened):
    ledger = opened(Ledger)
    ledger.rest("e.cn", "refused\0 by a wall")
    assert (ledger.resting("e.cn") or "").startswith("refused by a wall; since")


def test_processes_take_turns_at_a_site(opened):
    mine, other = opened(shared_locks), opened(shared_locks)
    held = mine.hold("paper", 0)
    assert mine.turn("c.cn", 0.0, 2.0) == 0.0
    assert other.turn("c.cn", 0.0, 5.0) == pytest.approx(5.0, abs=1)
    assert mine.turn("c.cn", 0.0, 2.0) == pytest.approx(10.0, abs=1)
    assert mine.turn("c.cn", 19.0, 2.0) == pytest.approx(19.0, abs=1)
    for seconds in (60.0, 30.0, 60.0):
        mine.shut("d.cn", seconds)
    assert other.turn("d.cn", 0.0, 2.0) == pytest.approx(62.0, abs=1)
    time.sleep(1)  # two renewals, which have nothing to do with turns
    held.ensure()
    held.release()
