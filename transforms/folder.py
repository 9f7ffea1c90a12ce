"""A day's folder of files: how one file takes the place of others, so that no reader ever meets a part of the change.

The new file is written into a draft beside the dataset, the files that stay are linked into it, and draft and folder are
exchanged in one step of the file system (renameat2 with RENAME_EXCHANGE on Linux; ext4, XFS, Btrfs and tmpfs have it, network
file systems mostly do not). No name is used twice: many readers open a file once for its footer and once more for its rows,
and must not get those of another file. So a reader that lists a folder sees the state before or after; what it has open it
can read to the end; and a name that it had listed is its file or is gone.

Where folders cannot be exchanged, a file is renamed over the one that it replaces, which keeps its name; several files
cannot become one there.
"""

import ctypes
import errno
import os
import re
import shutil
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from uuid import uuid4

GRACE = 0.5
"""Seconds that replaced files stay for readers that had opened their folder and were just going to list it."""
_HERE = -100  # AT_FDCWD: paths are taken as they stand
_EXCHANGE = 2  # RENAME_EXCHANGE


def source_of(path: PurePath) -> str:
    """Return the source that a file is named by: SOURCE-TOKEN.parquet, or SOURCE.parquet where names are kept."""
    return re.sub(r"-[0-9a-f]{8}$", "", path.stem)


def change(folder: Path, staging: Path, gone: Collection[Path], source: str, write: Callable[[Path], None] | None) -> None:
    """Let a file of `source` that `write` writes, or none, take the place of the files `gone` of a folder, in one step.

    One process at a time may change a folder, and none may have left a draft: `retire` is to be called before. Raises
    OSError; the folder is then as it was.
    """
    draft = _draft(folder, staging)
    sweep(staging)
    draft.mkdir(parents=True)
    fresh = draft / f"{source}-{uuid4().hex[:8]}.parquet"
    if write is not None:
        write(fresh)
        make_durable(fresh)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if can_exchange(staging):
        _exchange_with(folder, draft, gone)
    else:
        _replace_in(folder, gone, fresh if write is not None else None, source)
    make_durable(folder.parent)
    retire(folder, staging)


def _exchange_with(folder: Path, draft: Path, gone: Collection[Path]) -> None:
    there = folder.exists()
    for path in folder.iterdir() if there else ():
        if path not in gone:
            (draft / path.name).hardlink_to(path)
    make_durable(draft)
    if there:
        _exchange(draft, folder)
    else:
        draft.rename(folder)


def _replace_in(folder: Path, gone: Collection[Path], fresh: Path | None, source: str) -> None:
    if len(gone) > 1:
        raise OSError(errno.ENOTSUP, "this file system cannot exchange two folders in one step")
    folder.mkdir(exist_ok=True)
    place = next(iter(gone), folder / f"{source}.parquet")
    if fresh is None:
        place.unlink()
    else:
        fresh.replace(place)
    make_durable(folder)


@cache
def can_exchange(staging: Path) -> bool:
    """Whether two folders of this file system can be exchanged in one step, and files linked."""
    with TemporaryDirectory(prefix="trial-", dir=staging) as trial:
        one, other = Path(trial) / "one", Path(trial) / "other"
        one.mkdir()
        other.mkdir()
        (one / "file").touch()
        try:
            (other / "file").hardlink_to(one / "file")
            _exchange(one, other)
        except OSError:
            return False
    return True


def _exchange(one: Path, other: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if libc.renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def retire(folder: Path, staging: Path) -> None:
    """Give what is left of a change of a folder, or of one that was killed, a name that `sweep` removes."""
    draft = _draft(folder, staging)
    if draft.exists():
        draft.rename(draft.with_name(f"{draft.name}-{uuid4().hex[:8]}.old"))


def _draft(folder: Path, staging: Path) -> Path:
    return staging / f"{folder.parent.name}-{folder.name}"


def sweep(staging: Path, *, wait: bool = False) -> None:
    """Remove what was replaced more than half a second ago, or with `wait` all that was replaced so far."""
    left: dict[Path, float] = {}  # seconds that they stay yet
    for path in staging.glob("*.old"):
        with suppress(FileNotFoundError):  # another process was faster
            left[path] = path.stat().st_ctime + GRACE - time.time()  # it has had this name since then
    longest = max(left.values(), default=0.0)
    if wait and longest > 0:
        time.sleep(min(longest, GRACE) + 0.05)  # no longer, should a clock have been set back
    for path, seconds in left.items():
        if wait or seconds <= 0:
            shutil.rmtree(path, ignore_errors=True)


def make_durable(path: Path) -> None:
    """Wait until the disk has a file, or the names in a folder. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
