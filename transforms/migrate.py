"""Migrating: files of an older schema are written again with the columns of this one; each is replaced at once."""

from datetime import date
from typing import Any

from transforms.dataset import Partitions
from transforms.folder import source_of
from transforms.parquet import File
from transforms.record import SCHEMA_VERSION


def migrate(partitions: Partitions[Any], day: date) -> int:
    """Rewrite the files of a day that have an older schema version, and return how many they were.

    Columns that they lack become null. Raises StoreError for a file that cannot be read, or that a newer caixun wrote.
    """
    done = 0
    with partitions.lock(day):
        for path in partitions.files(day):
            with File(path) as file:
                if file.version == SCHEMA_VERSION:
                    continue
                table = file.read(partitions.schema)
            partitions.put(day, source_of(path), table, [path])
            done += 1
    return done
