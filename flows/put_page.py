"""Pages of the data root's `reports/`: written whole, in one step, as every file that a user opens is."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crawlers.errors import StoreError


def put_page(page: Path, text: str) -> None:
    """Let the file `page` hold `text`; its folder is made, and who reads it meanwhile gets the old one. Raises StoreError."""
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        with draft(page) as file:
            file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StoreError(f"{page}: cannot be written: {error.strerror or error}") from error


@contextmanager
def draft(place: Path, mode: int | None = None) -> Iterator[Path]:
    """Give a file of this process to write to, with a mode; in the end it takes the name `place` in one step. Raises OSError."""
    file = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        file.touch()
        if mode is not None:  # from the first byte on: nobody else may read it meanwhile
            file.chmod(mode)
        yield file
        file.replace(place)
    finally:
        with suppress(OSError):
            file.unlink()
