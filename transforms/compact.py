"""Compacting: the source files of one closed day become one file, without a moment in which a reader sees both or neither.

`folder` tells how that is kept. In a bucket a day is one object from the beginning; only what was copied there from a folder can
be compacted, and that in two steps: the day's object is put, then the others are removed.
"""

from datetime import date
from typing import Any

from crawlers.errors import StoreError
from transforms.dataset import Partitions
from transforms.folder import source_of
from transforms.shelf import MERGED


def compact(partitions: Partitions[Any], day: date) -> bool:
    """Merge the files of a day into one and return whether there was more than one.

    Raises StoreError for a file that cannot be read, and where the file system has no step for it; BusyError.
    """
    with partitions.lock(day):
        old = partitions.files(day)
        if len(old) < 2:
            return False
        table = partitions.load(day)
        if sum(partitions.count(day, source_of(path)) for path in old) != len(table):
            raise StoreError(
                f"{partitions.name} of {day}: a file has rows of another source; `caixun rebuild {day} {day}` puts that right"
            )
        partitions.put(day, MERGED, table, old)
        return True
