"""Compact: the files of days that are over become one file each, so that years load with few of them."""

import time
from collections import deque
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from shutil import rmtree

from crawlers.clock import day_of, now
from crawlers.errors import ConfigError, StoreError
from crawlers.lock import source_lock
from flows.settings import Project
from transforms import dataset
from transforms.compact import compact, sweep

UPKEEP = "records-upkeep"
"""Name of the lock of whoever rewrites the dataset; no source can have it."""
_GRACE = 1.0  # seconds that a day's old files stay for readers that were just listing them


@dataclass
class Compaction:
    """What a compaction came to; a failure is one sentence about one day, which stays as it was."""

    days: int = 0
    failures: list[str] = field(default_factory=list)


def compact_days(project: Project, before: date) -> Compaction:
    """Merge the files of each day before `before` into one.

    Raises ConfigError for a day in the future, BusyError when another process compacts or migrates.
    """
    if before > day_of(now()):
        raise ConfigError(f"{before} is yet to come; compact days that are over")
    records, result = dataset.records(project.data), Compaction()
    replaced: deque[tuple[float, Path]] = deque()
    with source_lock(project.data, UPKEEP):
        sweep(records)
        for day in records.days(end=before - timedelta(days=1)):
            try:
                old = compact(records, day)
            except StoreError as error:
                result.failures.append(str(error))
                continue
            if old is not None:
                replaced.append((time.monotonic(), old))
                result.days += 1
            while replaced and time.monotonic() - replaced[0][0] > _GRACE:
                rmtree(replaced.popleft()[1])
        if replaced:
            time.sleep(_GRACE)
        sweep(records)
    return result
