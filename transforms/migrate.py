"""Migrating: files of an older schema are written again with the columns of this one."""

from datetime import date
from typing import Any

from transforms.dataset import Partitions
from transforms.record import SCHEMA_VERSION


def migrate(partitions: Partitions[Any], day: date, source: str) -> bool:
    """Rewrite the file of a source and day if it has an older schema version, and return whether it had.

    Columns that it lacks become null. Raises StoreError for a file that cannot be read, or that a newer caixun wrote. Must run
    under the day's lock.
    """
    if not is_old(partitions, day, source):
        return False
    partitions.replace(day, source, partitions.load(day, [source]))
    return True


def is_old(partitions: Partitions[Any], day: date, source: str) -> bool:
    """Whether the file of a source and day has an older schema version; False where there is none. Raises StoreError."""
    with partitions.opened(day, [source]) as files:
        return any(file.version != SCHEMA_VERSION for file in files)
