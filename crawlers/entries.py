"""What lies in a folder, and in a file: what cannot be read never passes for empty or absent, as it does for `Path.glob`."""

import os
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from stat import S_ISDIR, S_ISREG

from crawlers.errors import ConfigError, StoreError, UnwritableError

Failure = type[StoreError] | type[ConfigError]


def entries(folder: Path, pattern: str = "*", failure: Failure = StoreError) -> list[Path]:
    """Return what lies in a folder and fits `pattern`, by name; nothing where there is no such folder.

    Raises `failure` for one that cannot be read.
    """
    try:
        return sorted(path for path in folder.iterdir() if fnmatchcase(path.name, pattern))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise failure(_said(folder, error)) from error


def is_folder(path: Path, failure: Failure = StoreError) -> bool:
    """Whether there is a folder at `path`. Raises `failure` when nobody may know."""
    return S_ISDIR(_mode(path, failure))


def is_file(path: Path, failure: Failure = StoreError) -> bool:
    """Whether there is a file at `path`. Raises `failure` when nobody may know."""
    return S_ISREG(_mode(path, failure))


def _mode(path: Path, failure: Failure) -> int:
    """Return the mode of what is at `path`, 0 where nothing is."""
    try:
        return path.stat().st_mode  # Path.is_dir answers as if nothing were there, from Python 3.14 on
    except (FileNotFoundError, NotADirectoryError):
        return 0
    except OSError as error:
        raise failure(_said(path, error)) from error


def make_inside(root: Path, folder: Path) -> None:
    """Make a folder inside a data root, and the root itself, where they are missing. Raises UnwritableError, also for one that is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableError(root, error.strerror or str(error)) from error
    if not os.access(root, os.W_OK):
        raise UnwritableError(root)


def content(path: Path, failure: Failure = StoreError) -> bytes | None:
    """Return what a file holds, None where there is no such file. Raises `failure` for one that cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise failure(_said(path, error)) from error


def unreadable(path: PurePath, error: OSError) -> StoreError:
    """Return the failure that says that `path` cannot be read, and why."""
    return StoreError(_said(path, error))


def _said(path: PurePath, error: OSError) -> str:
    why = os.strerror(error.errno) if error.errno else str(error)  # pyarrow says the path once more
    return f"{path}: cannot be read: {why.lower()}"
