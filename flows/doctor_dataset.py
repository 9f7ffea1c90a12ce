"""Doctor, second part: the dataset's files, and their rows held against the ledger. Must run under the sources' locks."""

import shutil
from collections.abc import Iterable, Iterator
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

_STATES = {"records": "record", "rejects": "reject"}


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
        for path, rows in _read(table, day):
            if source_of(path) != MERGED and {source for source, _ in rows} != {source_of(path)}:
                yield path, "is not named by the source of its rows"
            elif len(seen.union(rows)) < len(seen) + len(rows):
                yield path, "holds rows a second time"
            else:
                seen.update(rows)


def _read(table: Partitions[Any], day: date) -> Iterator[tuple[Path, list[tuple[str, str]]]]:
    for path in map(Path, table.files(day)):
        try:
            yield path, table.identities(path)
        except DamagedError:
            continue


def row_troubles(project: Project, sources: Iterable[str], noted: set[str], *, mend: bool) -> Iterator[Trouble]:
    """Yield rows that the ledger has and no file, and rows of files that the ledger does not have, of the given sources.

    `noted` are articles that are to be noted and built since the archive has them.
    """
    wanted = set(sources)
    for table in tables(project):
        in_files: dict[str, dict[tuple[date, str], Path]] = {name: {} for name in wanted}
        for day in table.days():
            for path, rows in _read(table, day):
                for source, identity in rows:
                    if source in wanted:
                        in_files[source][day, identity] = path
        for source, places in sorted(in_files.items()):
            yield from _differences(project, table, source, places, noted, mend=mend)


def _differences(
    project: Project, table: Partitions[Any], source: str, rows: dict[tuple[date, str], Path], noted: set[str], *, mend: bool
) -> Iterator[Trouble]:
    state = _STATES[table.root.name]
    held = project.ledger.held(source)
    counted = {
        ((row.published_date if state == "record" else row.day), row.article_id) for row in held.values() if row.state == state
    }
    missing = [(day, key) for day, key in counted if (day, key) not in rows and day is not None]
    for day in sorted({day for day, _ in missing}):
        ids = [key for one, key in missing if one == day]
        yield Trouble(f"{some(len(ids), state)} of {source} {day} that the ledger counts are in no file", "built again")
        if mend:
            project.ledger.wait_again(source, ids)
    # A page that failed or was blocked after it was built keeps its row until it is fetched again; one that waits is built.
    spare = {row.article_id for row in held.values() if row.state in ("failed", "blocked", "archived")} | noted
    unknown = [(day, key) for day, key in rows if (day, key) not in counted and key not in spare]
    for day in sorted({day for day, _ in unknown}):
        ids = [key for one, key in unknown if one == day]
        path = rows[day, ids[0]]
        what = f"{path.relative_to(project.data)} holds {some(len(ids), state)} of {source} that the ledger does not count"
        yield Trouble(what, "taken out; a copy of the file is in broken/")
        if mend:
            _take_out(table, day, source, ids, path)


def _take_out(table: Partitions[Any], day: date, source: str, ids: list[str], path: Path) -> None:
    copy = table.root.parent / "broken" / f"{table.root.name}-{day}-{path.name}"
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, copy)
    table.apply(day, source, [], ids)
