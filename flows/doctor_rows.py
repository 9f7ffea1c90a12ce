"""Doctor, third part: the dataset's rows held against the ledger. Must run under the sources' locks.

What the archive has is believed: a row whose page is there is noted again where the ledger has lost it, be it a page that another
source has fetched, or one that holds several articles. A row whose page both have lost stays, as it does where the ledger has it
and the archive does not: nothing else could bring it back. A row is taken out where the ledger knows better.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from crawlers import archive
from crawlers.census import Held
from crawlers.errors import LostError
from crawlers.fates import UNFETCHED, UNREADABLE, Outcome
from crawlers.page import Position, article_id, canonical_url
from crawlers.parts import next_part
from flows.doctor_archive import Stray, fetched_again, take_in
from flows.doctor_dataset import read, tables
from flows.settings import Project
from flows.troubles import Trouble, some
from transforms.dataset import Partitions

_STATES: dict[str, Literal["record", "reject"]] = {"records": "record", "rejects": "reject"}


def row_troubles(
    project: Project, noted: Mapping[str, set[str]], regained: dict[str, set[str]], *, mend: bool
) -> Iterator[Trouble]:
    """Yield rows that the ledger has and no file, and rows of files that the ledger does not have.

    `noted` has, for each source that is looked at, the article_ids of pages that the ledger has got from the archive just now,
    or would get; with `mend` those stay of which no file tells. `regained` gets, by source, the records that it has again: what
    else it has lost of them, a build brings back.
    """
    for table in tables(project):
        places: dict[str, dict[tuple[date, str], Path]] = {name: {} for name in noted}
        for day in table.days():
            for path, rows in read(table, day):
                for source, identity in rows:
                    if source in places:
                        places[source][day, identity] = path
        for source in sorted(places):
            rows_of = _Rows(project, table, source, places[source], noted[source], mend)
            held = project.ledger.held(source)
            yield from rows_of.missing(held.values())
            yield from rows_of.unknown(held, regained.setdefault(source, set()))


@dataclass(frozen=True)
class _Rows:
    """The rows of one source in one table: the file of each, by day and article_id."""

    project: Project
    table: Partitions[Any]
    source: str
    places: Mapping[tuple[date, str], Path]
    noted: set[str]
    mend: bool

    @property
    def state(self) -> Literal["record", "reject"]:
        """What the ledger calls such a row's page."""
        return _STATES[self.table.root.name]

    def missing(self, held: Iterable[Held]) -> Iterator[Trouble]:
        """Yield what the ledger counts and no file has."""
        missing: dict[date, list[str]] = defaultdict(list)
        for day, key in self._counted(held) - self.places.keys():
            missing[day].append(key)
        for day, ids in sorted(missing.items()):
            yield Trouble(
                f"{some(len(ids), self.state)} of {self.source} {day} that the ledger counts are in no file", "built again"
            )
            if self.mend:
                self.project.ledger.wait_again(self.source, ids)

    def unknown(self, held: Mapping[str, Held], regained: set[str]) -> Iterator[Trouble]:
        """Yield what files have and the ledger does not count."""
        unknown: dict[Path, set[str]] = defaultdict(set)
        days: dict[Path, date] = {}
        found = self.places.keys() - self._counted(held.values())
        twice = self._recorded({key for _, key in found})
        for day, key in found:
            if key in twice or not self._is_spare(key, held.get(key)):
                path = self.places[day, key]
                unknown[path].add(key)
                days[path] = day
        for path, ids in sorted(unknown.items()):
            yield from self._judged(days[path], path, ids, held, regained)

    def _counted(self, held: Iterable[Held]) -> set[tuple[date, str]]:
        days = ((row.published_date if self.state == "record" else row.day, row) for row in held if row.state == self.state)
        return {(day, row.article_id) for day, row in days if day is not None}

    def _recorded(self, ids: set[str]) -> set[str]:
        """Return the records of which another source has made one, maybe since their page was lost: an article is in the dataset once."""
        return self.project.ledger.recorded(ids, self.source) if self.state == "record" else set()

    def _is_spare(self, key: str, row: Held | None) -> bool:
        """Whether a row may stay: of what was or is to be fetched again it stays until then, and what waits is built."""
        if key in self.noted and not self.mend:
            return True
        return row is not None and (row.state in UNFETCHED or (row.state == "archived" and not self._is_noted(key, row)))

    def _is_noted(self, key: str, row: Held | None) -> bool:
        """Whether the ledger has the page alone, be it by a doctor or a build that was killed: what came of it the files tell.

        A reject that waits to be built again is none of these; a record is one until it is built, lest another source makes it.
        """
        untold = key in self.noted or self.state == "record" or (row is not None and not row.settled)
        return row is not None and row.state == "archived" and untold

    def _judged(self, day: date, path: Path, ids: set[str], held: Mapping[str, Held], regained: set[str]) -> Iterator[Trouble]:
        name = path.relative_to(self.project.data)
        taken = self.project.ledger.recorded(ids, self.source)
        mine = ids - taken if self.state == "record" else ids
        known = {key for key in mine if self._is_noted(key, held.get(key))}
        begun = {key for key in known if held[key].settled} - self.noted
        unknown = {key for key in mine - known if key not in held or held[key].state == "skipped"}
        read, lost = self._strays(day, path, unknown)
        strays = [one for one in read if not (one.goes_on and one.article_id in taken)]
        lost = [one for one in lost if one.article_id not in taken and self._is_unknown(held.get(one.article_id))]
        if begun:  # by a rebuild that was killed: a record counts as one until it is built, lest another source makes it
            what = f"{name} holds {some(len(begun), self.state)} of {self.source} that the ledger lets wait for the build"
            yield Trouble(what, "built again")
        if new := len(known - self.noted - begun) + len(strays):
            what = f"{name} holds {some(new, self.state)} of {self.source} that the ledger does not have"
            yield Trouble(what, "noted, and built" if self.state == "record" else "noted")
        if lost:
            what = f"{name} holds {some(len(lost), self.state)} of {self.source} that neither ledger nor archive has"
            yield Trouble(what, f"kept, and noted as failed{fetched_again(self.project, self.source, len(lost))}")
        gone = ids - known - {one.article_id for one in (*strays, *lost)}
        if gone:
            what = f"{name} holds {some(len(gone), self.state)} of {self.source} that the ledger does not count"
            yield Trouble(what, "taken out; a copy of the file is in broken/")
        if self.mend:
            whole = known | {one.article_id for one in strays if not one.goes_on}
            self._note(day, path, [*strays, *lost], whole)
            if self.state == "record":
                regained |= whole
            if gone:
                self._take_out(day, path, gone)
            self.noted.difference_update(whole)

    def _is_unknown(self, row: Held | None) -> bool:
        """Whether the ledger tells nothing of an article; that a list named it for another day says nothing of what was made of it."""
        return row is None or row.reason == "off_day"

    def _note(self, day: date, path: Path, strays: Iterable[Stray], whole: set[str]) -> None:
        """Let the ledger have rows of a file: those that are `whole` as what they are, the others as failed or to be fetched."""
        ledger, lost = self.project.ledger, set[str]()
        for stray in strays:
            take_in(self.project, self.source, stray)
            if not stray.goes_on and stray.article_id not in whole:
                lost.add(stray.article_id)
        # A page alone tells when it was fetched, its file under which day it is.
        ledger.count_under(self.source, day, whole | lost)
        ledger.settle(self.source, [*self._outcomes(day, path, whole), *self._failures(day, path, lost)])

    def _rows(self, day: date, path: Path, ids: set[str]) -> Iterator[Any]:
        """Yield those of a file's rows, few in memory at a time."""
        if ids:
            with self.table.open(path) as file:
                content = file.read(self.table.schema)
            for row in self.table.parsed(day, content):
                if row.source == self.source and row.article_id in ids:
                    yield row

    def _strays(self, day: date, path: Path, ids: set[str]) -> tuple[list[Stray], list[Stray]]:
        """Return where the pages of rows lie, as far as the archive gives them, and where those lay that it does not give."""
        read, lost = [], []
        for row in self._rows(day, path, ids):
            position = Position(row.archive_file, row.archive_offset)
            try:
                page = archive.read(self.project.data, position)
            except LostError:
                lost.append(Stray(row.article_id, row.url, row.url, position, day, row.crawled_at, goes_on=False))
                continue
            own = article_id(canonical_url(page.link)) == row.article_id  # else the page holds several articles
            goes_on = own and next_part(page) is not None
            read.append(Stray(row.article_id, row.url, page.link if own else row.url, position, day, page.fetched_at, goes_on))
        return read, lost

    def _outcomes(self, day: date, path: Path, ids: set[str]) -> Iterator[Outcome]:
        """Yield what the build made of rows' pages, as far as the files tell."""
        if self.state == "record":
            yield from (Outcome(key, "record", day) for key in sorted(ids))
        else:
            for row in self._rows(day, path, ids):
                yield Outcome(row.article_id, "reject", row.published_date, row.reason, row.detail)

    def _failures(self, day: date, path: Path, ids: set[str]) -> Iterator[Outcome]:
        """Yield that rows' pages are lost; they keep the day under which the file of a record lies, so that the next one replaces it."""
        for row in self._rows(day, path, ids):
            detail = f"archive/{row.archive_file} does not give it"
            kept = row.published_date if self.state == "record" else None
            yield Outcome(row.article_id, "failed", kept, UNREADABLE, detail)

    def _take_out(self, day: date, path: Path, ids: set[str]) -> None:
        copy = self.table.root.parent / "broken" / f"{self.table.root.name}-{day}-{path.name}"
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
        self.table.apply(day, self.source, [], ids)
