"""Migrate: files of an older schema become files of this one, records and rejects alike."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crawlers.errors import StoreError
from flows.settings import Project
from transforms import dataset
from transforms.dataset import Partitions
from transforms.folder import source_of, sweep
from transforms.migrate import is_old, migrate


@dataclass
class Migration:
    """What a migration came to; a failure is one sentence about one file, which stays as it was."""

    files: int = 0
    failures: list[str] = field(default_factory=list)


def migrate_all(project: Project) -> Migration:
    """Rewrite every file of an older schema version. Raises BusyError, and StoreError where days cannot be locked."""
    result = Migration()
    for partitions in (dataset.records(project.data), dataset.rejects(project.data)):
        for day, source in _old(partitions, result.failures):
            with partitions.lock(day):  # what keeps one day from being locked keeps all
                try:
                    result.files += migrate(partitions, day, source)
                except StoreError as error:
                    result.failures.append(str(error))
        sweep(partitions.staging, wait=True)
    return result


def _old(partitions: Partitions[Any], failures: list[str]) -> Iterator[tuple[date, str]]:
    """Yield day and source of each file that is to be rewritten; `failures` get a sentence on each that cannot be."""
    for day in partitions.days():
        for path in partitions.files(day):
            try:
                if is_old(partitions, day, source_of(path)):
                    yield day, source_of(path)
            except StoreError as error:
                failures.append(str(error))
