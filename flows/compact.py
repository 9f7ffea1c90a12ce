"""Compact: the files of days that are over become one file each, so that years load with few of them."""

from dataclasses import dataclass, field
from datetime import date

from crawlers.clock import day_of, now
from crawlers.errors import ConfigError, StoreError, UnwritableError
from flows.settings import Project
from transforms import dataset
from transforms.compact import compact
from transforms.folder import sweep


@dataclass
class Compaction:
    """What a compaction came to; a failure is one sentence about one day, which stays as it was."""

    days: int = 0
    failures: list[str] = field(default_factory=list)


def compact_days(project: Project, before: date) -> Compaction:
    """Merge the files of each day before `before` into one. Raises ConfigError for a day in the future, UnwritableError, BusyError."""
    if before > day_of(now()):
        raise ConfigError(f"{before} is yet to come; compact days that are over")
    records, result = dataset.records(project.data), Compaction()
    for day in (day for day in records.days() if day < before):
        try:
            result.days += compact(records, day)
        except UnwritableError:  # all days have this in common
            raise
        except StoreError as error:
            result.failures.append(str(error))
    sweep(records.staging, wait=True)
    return result
