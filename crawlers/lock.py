"""One process per source: a lock file that the operating system frees when its holder ends, however it ends."""

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from crawlers.errors import BusyError, StoreError

_PATIENCE = 15.0  # seconds; the child of a killed run needs a few to notice


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
