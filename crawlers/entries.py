"""What lies in a folder, and in a file: what cannot be read never passes for empty or absent, as it does for `Path.glob`."""

from fnmatch import fnmatchcase
from pathlib import Path

from crawlers.errors import CaixunError, StoreError

Failure = type[CaixunError]


def entries(folder: Path, pattern: str = "*", failure: Failure = StoreError) -> list[Path]:
    """Return what lies in a folder and fits `pattern`, by name; nothing where there is no such folder.

    Raises `failure` for one that cannot be read.
    """
    try:
        return sorted(path for path in folder.iterdir() if fnmatchcase(path.name, pattern))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unreadable(folder, error, failure) from error


def is_folder(path: Path, failure: Failure = StoreError) -> bool:
    """Whether there is a folder at `path`. Raises `failure` when nobody may know."""
    try:
        return path.is_dir()
    except OSError as error:
        raise unreadable(path, error, failure) from error


def unreadable(path: Path, error: OSError, failure: Failure = StoreError) -> CaixunError:
    """Return the failure that says that `path` cannot be read, and why."""
    return failure(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}")
