"""One process per source: a lock file that the operating system frees when its holder ends, however it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from crawlers.errors import BusyError, StoreError

_PATIENCE = 15.0  # seconds; the child of a killed run needs a few to notice


@contextmanager
def source_lock(data: Path, source: str) -> Iterator[None]:
    """Hold the lock of `source` under the data root. Raises BusyError when another process keeps it."""
    path = data / "locks" / f"{source}.lock"
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=_PATIENCE)
    except Timeout:
        raise BusyError(f"another process works on {source} (it holds {path}); start again when it has ended") from None
    except OSError as error:
        raise StoreError(f"{path}: cannot be locked: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()
