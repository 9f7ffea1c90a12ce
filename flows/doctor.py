"""Doctor: archive, ledger and dataset held against each other, and what disagrees put right from what is left.

The archive is the truth: what it holds is noted and built; what it has lost is fetched again by the next backfill. A file that
cannot be used is moved to `broken/`, nothing is thrown away but drafts.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crawlers import archive
from crawlers.entries import is_folder
from crawlers.errors import CaixunError, ConfigError, StoreError
from crawlers.lock import lock_sources
from flows.build import build, handed_on
from flows.doctor_archive import FOUND_BY, archive_troubles
from flows.doctor_dataset import file_troubles, read, staging_troubles, tables
from flows.doctor_rows import row_troubles
from flows.runner import Runner
from flows.settings import Project
from flows.troubles import Trouble
from flows.watch import Watch
from transforms.dataset import Partitions
from transforms.folder import sweep


@dataclass
class Diagnosis:
    """What was found, and what is wrong yet: without mending all of it.

    `days`: of which the archive has articles that were noted and are no records, as nothing tells that their day was asked for.
    """

    troubles: list[Trouble] = field(default_factory=list)
    left: list[Trouble] = field(default_factory=list)
    days: list[date] = field(default_factory=list)


def doctor(project: Project, runner: Runner, watch: Watch, *, mend: bool) -> Diagnosis:
    """Find what is wrong, and with `mend` put it right and look again.

    Raises ConfigError for a data root in a bucket, StoreError for one whose archive is away or may not be read, or that may not
    be written where it is to be mended.
    """
    try:
        return _examined(project, runner, watch, mend=mend)
    except OSError as error:
        raise StoreError(f"{error.filename or project.data}: cannot be used: {(error.strerror or str(error)).lower()}") from error


def _examined(project: Project, runner: Runner, watch: Watch, *, mend: bool) -> Diagnosis:
    if project.data.bucket:
        raise ConfigError(f"data: {project.data}: doctor looks at a data root that is a folder of this machine")
    _check_archive(project)
    watch.phase("look")
    noted: dict[str, set[str]] = {}
    regained: dict[str, set[str]] = {}
    troubles = list(_look(project, noted, regained, mend=mend))
    if not mend or not troubles:
        return Diagnosis(troubles, troubles)
    watch.phase("build")
    failures = _build(project, regained, runner, watch)
    sweep(project.data / "staging", wait=True)
    watch.phase("look again")
    left = [*failures, *_look(project, {}, {}, mend=False)]
    return Diagnosis(troubles, left, sorted(_off_days(project, noted)))


def _off_days(project: Project, noted: Mapping[str, set[str]]) -> set[date]:
    """Return the days of articles that the build has just refused for their day, which a newest-first list does not tell."""
    days: set[date] = set()
    for name, ids in noted.items():
        found = project.ledger.standings(name, ids).values()
        days |= {one.published_date for one in found if one.published_date} & project.ledger.off_days_published(name)
    return days


def _check_archive(project: Project) -> None:
    """Raise StoreError where the folder of the archive is away, as ledger or dataset tell: all pages would count as lost."""
    place = project.data / "archive"
    if is_folder(place):
        return
    if any(map(project.ledger.files, project.ledger.sources())) or any(map(_has_rows, tables(project))):
        raise StoreError(f"{place}: there is no such folder; put the archive back, or make an empty folder where it is lost")


def _has_rows(table: Partitions[Any]) -> bool:
    return any(rows for day in table.days() for _, rows in read(table, day))


def _look(project: Project, noted: dict[str, set[str]], regained: dict[str, set[str]], *, mend: bool) -> Iterator[Trouble]:
    """Yield the troubles, and with `mend` put each right before the next kind is looked for.

    `noted` and `regained` as in `row_troubles`; `noted` keeps what no file tells of.

    Who may not write the data root, and so not lock, may look nevertheless: what another process has in the making counts as wrong.
    """
    with ExitStack() as stack:
        names, busy = _sources(project), list[str]()
        try:
            busy = lock_sources(project.data.locks, names, stack)
        except StoreError:
            if mend:
                raise
        for name in busy:
            yield Trouble(f"another process works on {name}; it was left out", None)
        noted |= {name: set() for name in names if name not in busy}
        for name, ids in noted.items():
            yield from archive_troubles(project, name, ids, mend=mend)
        if not busy:  # their drafts and files may be in the making
            yield from staging_troubles(project, mend=mend)
            yield from file_troubles(project, mend=mend)
        yield from row_troubles(project, noted, regained, mend=mend)
        for name in noted if mend else ():  # not before: files tell of many a page under which day it counts
            project.ledger.cover(name, FOUND_BY, "doctor")


def _sources(project: Project) -> list[str]:
    """Return all sources that the configuration, the ledger, the archive or the dataset name."""
    names = {*project.sources, *project.ledger.sources()}
    names |= archive.sources(project.data)
    for table in tables(project):
        names |= table.sources()
    return sorted(names)


def _build(project: Project, regained: dict[str, set[str]], runner: Runner, watch: Watch) -> list[Trouble]:
    """Build what waits since it was noted or let wait again, and the `regained` records; return what went wrong.

    Until the turn of their source these count as records, so that no other one makes any of their articles.
    """
    failed: dict[str, Trouble] = {}

    def built(name: str, days: list[date]) -> None:
        try:
            build(project, name, days, runner, watch.tick)
            project.ledger.cover(name, FOUND_BY, "doctor")
        except CaixunError as error:
            failed[name] = Trouble(str(error), None)

    for name in project.ledger.sources():
        project.ledger.wait_again(name, regained.get(name, ()))
        if days := sorted(project.ledger.unbuilt_days(name)):
            built(name, days)
    for name, days in handed_on(project, set(project.in_use) - failed.keys()):
        built(name, days)
    return list(failed.values())
