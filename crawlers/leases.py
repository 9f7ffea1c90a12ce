"""Locks that every machine sees: rows of the ledger's PostgreSQL that their holder renews; one that stops renewing loses them.

Times are the database's, so that clocks of machines need not agree.
"""

import os
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, Float, and_, cast, delete, func, or_, update
from sqlalchemy.dialects.postgresql import insert

from crawlers.database import errors_as_one_sentence, open_engine
from crawlers.errors import BusyError, StoreError
from crawlers.lock import Lock
from crawlers.tables import leases as _leases

LASTING = 20.0
"""Seconds that a lease lasts; it is renewed every five."""
_RENEWAL = LASTING / 4
_POLL = 0.5  # seconds between two tries to take one


class Leases:
    """The leases of one process. They are taken, renewed and given back under a name that is this object's alone."""

    lasting = LASTING

    def __init__(self, url: str) -> None:
        """Prepare for the ledger at `url`, which is opened with the first lease."""
        self._url = url
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._held: set[str] = set()
        self._renewed = 0.0
        self._renewing = False
        self._mutex = threading.Lock()

    def __reduce__(self) -> tuple[type["Leases"], tuple[str]]:
        """Let another process make its own."""
        return Leases, (self._url,)

    @cached_property
    def _engine(self) -> Engine:
        return open_engine(self._url)

    def _change(self, statement: Any) -> int:
        """Execute a statement and return how many rows it changed. Raises StoreError."""
        with errors_as_one_sentence(self._engine), self._engine.begin() as connection:
            return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount

    def hold(self, name: str, seconds: float) -> Lock | None:
        """Take a lock; see `Locks`."""
        deadline = time.monotonic() + seconds
        while not self._take(name):
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            time.sleep(min(_POLL, left))
        return _Lease(self, name)

    def place(self, name: str) -> str:
        """Return the row."""
        return f"the lease {name} in the ledger"

    def turn(self, site: str, wait: float, delay: float) -> float:
        """Take a turn; see `Locks`. The row of a site has the last one, and the delay in place of a holder."""
        gap = func.greatest(cast(_leases.c.holder, Float), delay)
        turn = func.greatest(_in(wait), _leases.c.until + gap * timedelta(seconds=1))
        return self._note(site, {"holder": str(delay), "until": _in(wait)}, {"holder": str(delay), "until": turn})

    def shut(self, site: str, seconds: float) -> None:
        """Keep turns away; see `Locks`."""
        until = _leases.c.until + cast(_leases.c.holder, Float) * timedelta(seconds=1)
        opens = {"holder": "0", "until": _in(seconds)}
        self._note(site, opens, {**opens, "until": func.greatest(opens["until"], until)})

    def _note(self, site: str, first: dict[str, Any], again: dict[str, Any]) -> float:
        """Note the last turn at a site, and return the seconds to it. Raises StoreError."""
        noted = insert(_leases).values(name=f"pace-{site}", **first)
        noted = noted.on_conflict_do_update(index_elements=[_leases.c.name], set_=again)
        seconds = func.extract("epoch", _leases.c.until - func.clock_timestamp())
        with errors_as_one_sentence(self._engine), self._engine.begin() as connection:
            return max(0.0, float(connection.execute(noted.returning(seconds)).scalar_one()))

    def _take(self, name: str) -> bool:
        with self._mutex:
            if name in self._held:
                return False
            _ = self._engine  # opening it may take its time, which is none of the lease's
            began = _uptime()
            mine = insert(_leases).values(name=name, holder=self.holder, until=_later())
            # One of our own is left of an answer of the database that was lost, when it was taken or given back.
            free = or_(_leases.c.until < func.clock_timestamp(), _leases.c.holder == self.holder)
            values = {"holder": self.holder, "until": _later()}
            taken = mine.on_conflict_do_update(index_elements=[_leases.c.name], set_=values, where=free)
            if self._change(taken) == 0:
                return False
            if not self._held:
                self._renewed = began
            self._held.add(name)
            if not self._renewing:
                self._renewing = True
                threading.Thread(target=self._keep_renewing, daemon=True).start()
            return True

    def ensure(self, name: str) -> None:
        """Raise BusyError when this process was away for so long that the lease may be another's."""
        if _uptime() - self._renewed > LASTING - _RENEWAL:
            raise BusyError(f"{self.place(name)} was not renewed in time; another process may have it: start again")

    def give_back(self, name: str) -> None:
        """Let others take a lease; where the ledger is out of reach it runs out."""
        with self._mutex:
            self._held.discard(name)
            self._change(delete(_leases).where(_leases.c.name == name, _leases.c.holder == self.holder))

    def close(self) -> None:
        """Give the database's connections back."""
        self._engine.dispose()

    def _keep_renewing(self) -> None:
        """Renew for as long as anything is held; stop the process when it was lost, as Ctrl-C does."""
        while True:
            time.sleep(_RENEWAL)
            with self._mutex:
                if self._held and not self._renew():
                    sys.stderr.write("the leases of this process were lost, so it stops; the same command goes on from here\n")
                    self._held.clear()
                    os.kill(os.getpid(), signal.SIGINT)
                if not self._held:
                    self._renewing = False
                    return

    def _renew(self) -> bool:
        """Renew what is held, and return whether it still is."""
        began = _uptime()
        try:
            held = and_(_leases.c.holder == self.holder, _leases.c.name.in_(self._held))
            renewed = self._change(update(_leases).where(held).values(until=_later()))
        except StoreError:
            return began - self._renewed < LASTING
        self._renewed = began
        return renewed == len(self._held)


@dataclass(frozen=True)
class _Lease:
    leases: Leases
    name: str

    def ensure(self) -> None:
        self.leases.ensure(self.name)

    def release(self) -> None:
        self.leases.give_back(self.name)


def _later() -> Any:
    return _in(LASTING)


def _in(seconds: float) -> Any:
    return func.clock_timestamp() + timedelta(seconds=seconds)


def _uptime() -> float:
    """Return seconds that go on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
