"""One run per source, and one process per site: locks that are free again when their holder ends, however it ends.

A source has two: who crawls it holds the first, who builds what a crawl of the same run has archived so far the second. The build
after a crawl, and all else, takes both, in this order.

They are lock files, which the operating system frees; where several machines share a ledger, `leases` has the other kind.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from filelock import FileLock, Timeout

from crawlers.entries import make_inside
from crawlers.errors import BusyError, StoreError

if TYPE_CHECKING:
    from crawlers.root import Root

_PATIENCE = 15.0  # seconds; the child of a killed run needs a few to notice
_SITE_PATIENCE = 3600.0  # seconds; what another process fetches from the site is not done again, but its sources are others
_POLL = 0.2  # seconds
_PACES = "all-paces"  # like that of no source and no site
_LONGEST_DELAY = 3600.0  # seconds; a turn that is longer ago keeps nobody waiting


class Lock(Protocol):
    """A lock that is held."""

    def ensure(self) -> None:
        """Raise BusyError when it may have been lost."""

    def release(self) -> None:
        """Give it back."""


class Locks(Protocol):
    """The locks of a data root, by name."""

    lasting: float
    """Seconds that the lock of a killed process may last."""

    def hold(self, name: str, seconds: float) -> Lock | None:
        """Take a lock, waiting for it so long; None when another one keeps it. Raises StoreError."""

    def place(self, name: str) -> str:
        """Return where one sees who holds it."""

    def turn(self, site: str, wait: float, delay: float) -> float:
        """Take the next turn at a site among all processes, and return the seconds to it, at least `wait`.

        It is `delay` behind the last one, or as many as that one asked for, if these are more. Raises StoreError.
        """

    def shut(self, site: str, seconds: float) -> None:
        """Let no turn at a site be nearer than so many seconds from now on, for any process. Raises StoreError."""


@dataclass(frozen=True)
class FileLocks:
    """Lock files in a folder of the data root."""

    folder: Path
    lasting = 0.0

    def hold(self, name: str, seconds: float) -> Lock | None:
        """Take a lock; see `Locks`. Raises UnwritableError where the data root cannot be written: only who would write takes one."""
        make_inside(self.folder.parent, self.folder)
        lock = FileLock(self.place(name), timeout=seconds, poll_interval=0.01)
        try:
            lock.acquire()
        except Timeout:
            return None
        except OSError as error:
            raise StoreError(f"{self.place(name)}: cannot be locked: {error.strerror}") from error
        return _HeldFile(lock)

    def place(self, name: str) -> str:
        """Return the lock file's path."""
        return str(self.folder / f"{name}.lock")

    def turn(self, site: str, wait: float, delay: float) -> float:
        """Take a turn; see `Locks`."""
        with self._paces() as known:
            now = time.time()
            last, asked = known.get(site, (0.0, 0.0))
            turn = max(now + wait, last + max(asked, delay))
            known[site] = turn, delay
        return turn - now

    def shut(self, site: str, seconds: float) -> None:
        """Keep turns away; see `Locks`."""
        with self._paces() as known:
            last, asked = known.get(site, (0.0, 0.0))
            known[site] = max(last + asked, time.time() + seconds), 0.0

    @contextmanager
    def _paces(self) -> Iterator[dict[str, tuple[float, float]]]:
        """Give the last turn at each site with its delay, to be changed; what a killed process wrote in part counts as nothing."""
        lock, file = self.hold(_PACES, _PATIENCE), self.folder / "paces.json"
        if lock is None:
            raise StoreError(f"{self.place(_PACES)}: another process holds it and does not go on")
        now, known = time.time(), dict[str, tuple[float, float]]()
        try:
            with suppress(FileNotFoundError, ValueError, TypeError, AttributeError, KeyError):
                noted = json.loads(file.read_bytes())
                back = max(0.0, noted["at"] - now)  # by so much at least the clock was set back since then
                turns = {site: (float(last) - back, float(asked)) for site, (last, asked) in noted["turns"].items()}
                known |= {site: one for site, one in turns.items() if one[0] - now > -_LONGEST_DELAY}
            yield known
            file.write_text(json.dumps({"at": now, "turns": known}), encoding="utf-8")
        except OSError as error:
            raise StoreError(f"{file}: cannot be used: {error.strerror}") from error
        finally:
            lock.release()


@dataclass(frozen=True)
class _HeldFile:
    lock: FileLock

    def ensure(self) -> None:
        """Raise nothing: the operating system keeps it."""

    def release(self) -> None:
        self.lock.release()


@contextmanager
def source_lock(root: "Root", source: str) -> Iterator[None]:
    """Hold both locks of `source` under the data root. Raises BusyError when another process keeps one."""
    with ExitStack() as stack:
        if lock_sources(root.locks, [source], stack):
            place = root.locks.place(source)
            raise BusyError(f"another process works on {source} (see {place}); start again when it has ended")
        yield


@contextmanager
def build_lock(root: "Root", source: str) -> Iterator[None]:
    """Hold the second lock of `source`, while a crawl of this run holds the first. Raises BusyError at once."""
    name = _name_of_build(source)
    lock = root.locks.hold(name, 0)
    if lock is None:
        raise BusyError(f"another process builds {source} (it holds {root.locks.place(name)})")
    try:
        yield
    finally:
        lock.release()


def lock_sources(locks: Locks, sources: Iterable[str], stack: ExitStack) -> list[str]:
    """Take both locks of each source, held until `stack` is closed, and return those that another process keeps.

    All are tried first; then the busy ones are waited for, in all 15 seconds longer than a killed process keeps them.
    """
    deadline = time.monotonic() + _PATIENCE + locks.lasting
    waiting = [source for source in sources if not _lock(locks, source, stack, 0)]
    return [source for source in waiting if not _lock(locks, source, stack, deadline)]


def _lock(locks: Locks, source: str, stack: ExitStack, deadline: float) -> bool:
    with ExitStack() as both:
        for name in (source, _name_of_build(source)):
            lock = locks.hold(name, max(0, deadline - time.monotonic()))
            if lock is None:
                return False
            both.callback(lock.release)
        stack.enter_context(both.pop_all())
    return True


def is_loaded(locks: Locks, site: str) -> bool:
    """Whether a process holds the lock of a site now, so that `site_lock` would wait for it."""
    try:
        lock = locks.hold(_name_of(site), 0)
    except StoreError:  # `site_lock` says what is wrong
        return False
    if lock is not None:
        lock.release()
    return lock is None


def _name_of_build(source: str) -> str:
    return f"build-{source}"  # no source has a hyphen in its name


def _name_of(site: str) -> str:
    return f"site-{re.sub(r'[^a-z0-9.-]', '_', site)}"


@asynccontextmanager
async def site_lock(locks: Locks, site: str) -> AsyncIterator[None]:
    """Hold the lock of a site, so that no two processes load it side by side; wait for one that does.

    Raises BusyError when it is not free within an hour.
    """
    name = _name_of(site)
    busy = f"another process has been loading {site} for an hour (it holds {locks.place(name)})"
    async with _held(locks, name, _SITE_PATIENCE, busy):
        yield


@asynccontextmanager
async def crawl_lock(locks: Locks, source: str) -> AsyncIterator[None]:
    """Hold the first lock of a source, waiting for it as `source_lock` does, but without keeping the event loop from other crawls."""
    busy = "another process is crawling it; left to that one"
    async with _held(locks, source, _PATIENCE + locks.lasting, busy):
        yield


@asynccontextmanager
async def _held(locks: Locks, name: str, seconds: float, busy: str) -> AsyncIterator[None]:
    """Hold a lock, letting others work while it is waited for."""
    deadline = time.monotonic() + seconds
    while (lock := locks.hold(name, 0)) is None:
        if time.monotonic() > deadline:
            raise BusyError(busy)
        await asyncio.sleep(_POLL)
    try:
        yield
    finally:
        lock.release()
