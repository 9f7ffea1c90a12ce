"""One process per source, and one per site: lock files that the operating system frees when their holder ends, however it ends."""

import re
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from filelock import AsyncFileLock, FileLock, Timeout

from crawlers.errors import BusyError, StoreError

_PATIENCE = 15.0  # seconds; the child of a killed run needs a few to notice
_SITE_PATIENCE = 3600.0  # seconds; what another process fetches from the site is not done again, but its sources are others


@contextmanager
def source_lock(data: Path, source: str) -> Iterator[None]:
    """Hold the lock of `source` under the data root. Raises BusyError when another process keeps it."""
    with ExitStack() as stack:
        if lock_sources(data, [source], stack):
            path = data / "locks" / f"{source}.lock"
            raise BusyError(f"another process works on {source} (it holds {path}); start again when it has ended")
        yield


def lock_sources(data: Path, sources: Iterable[str], stack: ExitStack) -> list[str]:
    """Take the locks of sources, held until `stack` is closed, and return those that another process keeps.

    All are tried first; then the busy ones are waited for, 15 seconds in all.
    """
    deadline = time.monotonic() + _PATIENCE
    waiting = [source for source in sources if not _lock(data, source, stack, 0)]
    return [source for source in waiting if not _lock(data, source, stack, max(0, deadline - time.monotonic()))]


def _lock(data: Path, source: str, stack: ExitStack, seconds: float) -> bool:
    path = data / "locks" / f"{source}.lock"
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=seconds)
    except Timeout:
        return False
    except OSError as error:
        raise StoreError(f"{path}: cannot be locked: {error.strerror}") from error
    stack.callback(lock.release)
    return True


def is_loaded(data: Path, site: str) -> bool:
    """Whether a process holds the lock of a site now, so that `site_lock` would wait for it."""
    try:
        with FileLock(_site_path(data, site), timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # `site_lock` says what is wrong
        return False


def _site_path(data: Path, site: str) -> Path:
    return data / "locks" / f"site-{re.sub(r'[^a-z0-9.-]', '_', site)}.lock"


@asynccontextmanager
async def site_lock(data: Path, site: str) -> AsyncIterator[None]:
    """Hold the lock of a site, so that no two processes load it side by side; wait for one that does.

    Raises BusyError when it is not free within an hour.
    """
    path = _site_path(data, site)
    lock = AsyncFileLock(path, timeout=_SITE_PATIENCE, poll_interval=0.2, run_in_executor=False)
    try:
        await lock.acquire()
    except Timeout as error:
        raise BusyError(f"another process has been loading {site} for an hour (it holds {path})") from error
    except OSError as error:
        raise StoreError(f"{path}: cannot be locked: {error.strerror}") from error
    try:
        yield
    finally:
        await lock.release()
