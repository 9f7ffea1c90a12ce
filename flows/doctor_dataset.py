"""Doctor, second part: the dataset's files. Must run under the sources' locks."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from crawlers.entries import entries, is_folder
from flows.settings import Project
from flows.troubles import Trouble, some
from transforms import dataset
from transforms.dataset import DamagedError, Partitions
from transforms.folder import source_of, sweep
from transforms.shelf import MERGED, day_named


def tables(project: Project) -> tuple[Partitions[Any], Partitions[Any]]:
    """Return the dataset's tables."""
    return dataset.records(project.data), dataset.rejects(project.data)


def staging_troubles(project: Project, *, mend: bool) -> Iterator[Trouble]:
    """Yield what killed processes left beside the dataset, and remove it with `mend`."""
    staging = project.data / "staging"
    left = [path.name for path in entries(staging)]
    if not left:
        return
    yield Trouble(f"staging/ holds {some(len(left), 'draft')} of processes that were killed: {', '.join(left[:3])}", "removed")
    if mend:
        with ExitStack() as stack:
            for table in tables(project):
                for number in range(1, 33):  # all locks of days: nobody is at work on a draft then
                    stack.enter_context(table.lock(date.fromordinal(number)))
            sweep(staging)
            for name in left:
                path = staging / name
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def file_troubles(project: Project, *, mend: bool) -> Iterator[Trouble]:
    """Yield files that do not belong into the dataset, cannot be read, bear a wrong name or hold rows twice.

    With `mend` they are moved away.
    """
    for table in tables(project):
        found = {**dict(_spare(table)), **dict(_unreadable(table)), **dict(_foreign(table))}  # of one path the plainest
        for path, what in sorted(found.items()):
            name = path.relative_to(project.data)
            yield Trouble(f"{name} {what}", "moved to broken/")
            if mend:
                table.put_aside(path)


def _foreign(table: Partitions[Any]) -> Iterator[tuple[Path, str]]:
    for path in entries(table.root):
        if not is_folder(path) or day_named(path.name) is None:
            yield path, "does not belong there"
            continue
        for inner in entries(path):
            if inner.is_dir() or inner.suffix != ".parquet" or inner.name.startswith((".", "_")):
                yield inner, "does not belong there"


def _unreadable(table: Partitions[Any]) -> Iterator[tuple[Path, str]]:
    for day in table.days():
        for path in map(Path, table.files(day)):
            try:
                table.identities(path)
            except DamagedError:
                yield path, "is not a whole Parquet file"


def _spare(table: Partitions[Any]) -> Iterator[tuple[Path, str]]:
    """Yield files that no change of their source would replace, and files with rows which they or another of the day have, too."""
    for day in table.days():
        seen: set[tuple[str, str]] = set()
        for path, rows in read(table, day):
            if source_of(path) != MERGED and {source for source, _ in rows} != {source_of(path)}:
                yield path, "is not named by the source of its rows"
            elif len(seen.union(rows)) < len(seen) + len(rows):
                yield path, "holds rows a second time"
            else:
                seen.update(rows)


def read(table: Partitions[Any], day: date) -> Iterator[tuple[Path, list[tuple[str, str]]]]:
    """Yield the files of a day that can be read, each with source and article_id of its rows."""
    for path in map(Path, table.files(day)):
        try:
            yield path, table.identities(path)
        except DamagedError:
            continue
