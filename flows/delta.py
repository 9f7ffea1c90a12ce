"""The Delta table of a project, kept in step with its records."""

from pathlib import Path

from crawlers.errors import ConfigError
from crawlers.lock import source_lock
from flows.export import outside
from flows.settings import Project
from transforms import dataset
from transforms.delta import Step, keep_in_step

_LOCK = "delta-table"
"""No source can have this name."""


def keep_table(project: Project, place: Path) -> Step:
    """Make the table at `place` equal to the records.

    Raises ConfigError for a place in the data root and for a data root in a bucket, BusyError, StoreError.
    """
    outside(project, place)
    if project.data.bucket:
        raise ConfigError(f"data: {project.data}: a Delta table is made of links to files of this machine, not of objects")
    with source_lock(project.data, _LOCK):
        return keep_in_step(dataset.records(project.data), place.absolute())
