"""The data root: a folder of this machine, or a prefix of a bucket with a work folder of this machine beside it."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from crawlers.bucket import Bucket
from crawlers.entries import is_file, is_folder
from crawlers.errors import ConfigError
from crawlers.lock import FileLocks, Locks


@dataclass(frozen=True)
class Root:
    """Where everything lies.

    `folder` is the data root itself, or the work folder of a bucket: what is in the making (archive files that are written,
    `staging`), logs, `broken/`, and the ledger unless a database URL names another. `shared` are locks that other machines see,
    too; None means lock files.
    """

    folder: Path
    bucket: Bucket | None = None
    shared: Locks | None = None

    def __truediv__(self, name: str) -> Path:
        """Return a place on this machine: below the data root, or below its work folder."""
        return self.folder / name

    def __fspath__(self) -> str:
        """Return the data root's path where it is a folder, so that it is one for the operating system, too."""
        if self.bucket:
            raise TypeError(f"{self} is no folder")
        return str(self.folder)

    def __str__(self) -> str:
        """Return the data root as it is written on a command line."""
        return str(self.bucket or self.folder)

    @property
    def locks(self) -> Locks:
        """The locks of those who work on this root."""
        return self.shared or FileLocks(self.folder / "locks")

    def exists(self) -> bool:
        """Whether there is anything. Raises StoreError when nobody may know, or the object store cannot be used."""
        return is_folder(self.folder) or (self.bucket is not None and bool(self.bucket.names()))


def root_of(place: "Root | Path | str", endpoint: str | None = None, work: Path | None = None) -> Root:
    """Return the data root that a path or `s3://bucket/prefix` names; nothing is made yet.

    A bucket's work folder is `work`, else `~/.local/share/caixun/bucket/prefix`. Raises ConfigError for another kind of place, and
    where a file is in its place.
    """
    if isinstance(place, Root):
        return place
    kind = re.match(r"([a-z0-9]+):/+", str(place))  # a path has one slash there where a URL had two
    if kind is None:
        return Root(_folder(Path(place)))
    path = str(place)[kind.end() :].strip("/")
    if kind[1] != "s3" or not path:
        raise ConfigError(f"data: {place}: a data root is a folder, or s3://bucket/prefix")
    shared = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share") / "caixun" / path
    return Root(_folder(work or shared), Bucket(path, endpoint))


def _folder(place: Path) -> Path:
    folder = place.expanduser().absolute()
    if is_file(folder, ConfigError):
        raise ConfigError(f"{folder}: is no folder, so it is no data root")
    return folder
