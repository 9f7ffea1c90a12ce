"""Where the files of one table lie, a folder for each day: on this machine, or in a bucket.

On this machine a day has a file per source, and `folder` exchanges them. In a bucket two objects cannot change in one step, so
there a day is one object, whatever its sources, and one PUT replaces it: a reader that lists the days sees each once, as it was
before or is after a change, also when the writer is killed.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, Protocol

import pyarrow as pa

from crawlers.bucket import Bucket
from crawlers.entries import entries, is_folder
from crawlers.root import Root
from transforms import folder

MERGED = "all-sources"
"""Stem of the file that holds all sources of a day; no source can have this name."""
_FEW = 100  # days
_KEY = "date="


class Shelf(Protocol):
    """The files of one table. Methods raise OSError and StoreError when they cannot be read or written."""

    one_a_day: bool
    """Whether a day is one file, whatever its sources."""

    def days(self, start: date, end: date) -> list[date]:
        """Return the days from `start` to `end` that have a folder, in their order; it may be empty."""

    def files(self, day: date) -> list[PurePath]:
        """Return the files of a day, by name."""

    def open(self, file: PurePath) -> Any:
        """Return what pyarrow can read one state of a file from. Raises FileNotFoundError."""

    def change(self, day: date, gone: Collection[PurePath], source: str, write: Callable[[Path], None] | None) -> None:
        """Let a file of `source` that `write` writes, or none, take the place of the files `gone` of a day."""

    def tidy(self, day: date) -> None:
        """Set aside what a killed process left of a change of a day."""

    def set_aside(self, file: PurePath, place: Path) -> None:
        """Move a file to a place of this machine where no reader meets it."""


def shelf(root: Root, name: str) -> Shelf:
    """Return the shelf of a data root's table."""
    staging = root / "staging"
    return BucketShelf(root.bucket, name, staging) if root.bucket else FolderShelf(root / name, staging)


@dataclass(frozen=True)
class FolderShelf:
    """A table in a folder of this machine; drafts are made in `staging` beside it."""

    root: Path
    staging: Path
    one_a_day = False

    def days(self, start: date, end: date) -> list[date]:
        """Return the days that have a folder; see `Shelf`."""
        if (end - start).days < _FEW:  # looking for them is faster than listing years
            days = (start + timedelta(days=number) for number in range((end - start).days + 1))
            return [day for day in days if is_folder(self._folder(day))]
        return _between([path.name for path in entries(self.root, f"{_KEY}*") if is_folder(path)], start, end)

    def files(self, day: date) -> list[PurePath]:
        """Return the files of a day, by name."""
        return [*entries(self._folder(day), "*.parquet")]

    def open(self, file: PurePath) -> Any:
        """Return the file: what is open stays as it was."""
        return file

    def change(self, day: date, gone: Collection[PurePath], source: str, write: Callable[[Path], None] | None) -> None:
        """Exchange files in one step; see `folder.change`."""
        folder.change(self._folder(day), self.staging, [Path(path) for path in gone], source, write)

    def tidy(self, day: date) -> None:
        """Set aside what a killed process left."""
        folder.retire(self._folder(day), self.staging)

    def set_aside(self, file: PurePath, place: Path) -> None:
        """Move a file."""
        Path(file).replace(place)

    def _folder(self, day: date) -> Path:
        return self.root / f"{_KEY}{day}"


@dataclass(frozen=True)
class BucketShelf:
    """A table in a bucket. Files are named from the data root on; they are made in the work folder's `staging`."""

    bucket: Bucket
    name: str
    staging: Path
    one_a_day = True

    def days(self, start: date, end: date) -> list[date]:
        """Return the days that have an object, or had one; see `Shelf`."""
        return _between(self.bucket.names(self.name), start, end)

    def files(self, day: date) -> list[PurePath]:
        """Return the object of a day; where others lie beside it, it holds their rows, or they were copied there from a folder."""
        place = PurePosixPath(self.name, f"{_KEY}{day}")
        names = [name for name in self.bucket.names(str(place)) if name.endswith(".parquet")]
        return [place / name for name in names if name == _OBJECT or _OBJECT not in names]

    def open(self, file: PurePath) -> Any:
        """Return the content of an object, which is of one state."""
        return pa.BufferReader(self.bucket.read(str(file)))

    def change(self, day: date, gone: Collection[PurePath], source: str, write: Callable[[Path], None] | None) -> None:
        """Put the day's object, which must hold all sources; what was copied there beside it is then removed."""
        if source != MERGED:
            raise ValueError(f"a file of {source} alone cannot lie in a bucket")
        place = PurePosixPath(self.name, f"{_KEY}{day}", _OBJECT)
        if write is not None:
            draft = self.staging / f"{self.name}-{day}.parquet"
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.unlink(missing_ok=True)
            write(draft)
            self.bucket.put(str(place), draft)
            draft.unlink()
        for file in gone:
            if write is None or file != place:
                self.bucket.remove(str(file))

    def tidy(self, day: date) -> None:
        """Remove objects whose rows the day's object holds: a killed process was about to."""
        place = f"{self.name}/{_KEY}{day}"
        names = self.bucket.names(place)
        for name in names if _OBJECT in names else ():
            if name != _OBJECT:
                self.bucket.remove(f"{place}/{name}")

    def set_aside(self, file: PurePath, place: Path) -> None:
        """Move an object to this machine."""
        place.write_bytes(self.bucket.read(str(file)))
        self.bucket.remove(str(file))


_OBJECT = f"{MERGED}.parquet"


def day_named(name: str) -> date | None:
    """Return the day whose folder has this name, None where it is no day's."""
    try:
        day = date.fromisoformat(name.removeprefix(_KEY))
    except ValueError:
        return None
    return day if name == f"{_KEY}{day}" else None  # a day has other ISO spellings, too


def _between(names: list[str], start: date, end: date) -> list[date]:
    return sorted(day for day in map(day_named, names) if day is not None and start <= day <= end)
