"""Compacting: the source files of one closed day become one file, without a moment in which a reader sees both or neither.

The merged file is written into a folder of its own, and this folder and the day's are exchanged in one step of the file
system (renameat2 with RENAME_EXCHANGE, Linux; ext4, XFS, Btrfs, tmpfs and others have it, network file systems mostly do
not). Whoever lists the day's folder sees the old names or the new one. Whoever has opened files keeps reading them. Whoever
has listed the old names and opens them only then finds no such file - never other rows - and has to list again; `opened`
does. An object store has no such step: there a day cannot be compacted.
"""

import ctypes
import errno
import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any

from crawlers.errors import StoreError
from transforms.dataset import MERGED, Partitions, make_durable

_HERE = -100  # AT_FDCWD: paths are as they stand
_EXCHANGE = 2  # RENAME_EXCHANGE
_UNABLE = "this file system cannot exchange two folders in one step"


def compact(partitions: Partitions[Any], day: date) -> Path | None:
    """Merge the files of a day into one and return the folder that its old files are in now; None when it has only one.

    The old files should stay until readers that were listing them have done so; `sweep` removes them. Raises StoreError
    for a file that cannot be read or is not ours, and where the file system cannot exchange folders.
    """
    folder = partitions.folder(day)
    draft = partitions.staging / f"{_drafts(partitions)}{day.isoformat()}"
    with partitions.lock(day):
        old = sorted(folder.glob("*"))
        if len(old) < 2:
            return None
        if strange := [path for path in old if path.suffix != ".parquet"]:
            raise StoreError(f"{strange[0]}: is no file of the dataset; move it away, then compact {day} again")
        table = partitions.load(day)
        if sum(partitions.count(day, path.stem) for path in old) != len(table):
            raise StoreError(
                f"{folder}: has rows of a source in the file of another; `caixun rebuild {day} {day}` puts that right"
            )
        try:
            partitions.write(table, draft / f"{MERGED}.parquet")
            make_durable(draft)
            _exchange(draft, folder)
            make_durable(folder.parent)
        except OSError as error:
            raise StoreError(f"{folder}: cannot be compacted: {error.strerror or error}") from error
    return draft


def sweep(partitions: Partitions[Any]) -> None:
    """Remove what compactions left in `staging/`: old files, or drafts. Must run while no other process compacts."""
    for folder in partitions.staging.glob(f"{_drafts(partitions)}*"):
        shutil.rmtree(folder)


def _drafts(partitions: Partitions[Any]) -> str:
    return f"{partitions.root.name}-compact-"


def _exchange(one: Path, other: Path) -> None:
    """Let two folders change places, in one step. Raises OSError where there is no such step."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError as error:
        raise OSError(errno.ENOSYS, _UNABLE) from error
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, _UNABLE if number in (errno.EINVAL, errno.ENOSYS) else os.strerror(number))
