"""Migrating: files of an older schema are written again with the columns of this one."""

from datetime import date
from typing import Any

from transforms.dataset import Partitions
from transforms.record import SCHEMA_VERSION


def migrate(partitions: Partitions[Any], day: date, source: str) -> bool:
    """Rewrite the file of a source and day if it has an older schema version, and return whether it had.

    Columns that it lacks become null. Raises StoreError for a file that cannot be read, or that a newer caixun wrote.
    """
    with partitions.lock(day):
        path = partitions.path(day, source)
        if path is None:
            return False
        with partitions.open(path) as file:
            if file.version == SCHEMA_VERSION:
                return False
        partitions.replace(day, source, partitions.load(day, [source]))
        return True
