"""Migrate: files of an older schema become files of this one, records and rejects alike."""

from dataclasses import dataclass, field

from crawlers.errors import StoreError
from flows.settings import Project
from transforms import dataset
from transforms.folder import source_of, sweep
from transforms.migrate import migrate


@dataclass
class Migration:
    """What a migration came to; a failure is one sentence about one file, which stays as it was."""

    files: int = 0
    failures: list[str] = field(default_factory=list)


def migrate_all(project: Project) -> Migration:
    """Rewrite every file of an older schema version. Raises BusyError."""
    result = Migration()
    for partitions in (dataset.records(project.data), dataset.rejects(project.data)):
        for day in partitions.days():
            for path in partitions.files(day):
                try:
                    result.files += migrate(partitions, day, source_of(path))
                except StoreError as error:
                    result.failures.append(str(error))
        sweep(partitions.staging, wait=True)
    return result
