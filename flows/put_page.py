"""Pages of the data root's `reports/`: written whole, in one step."""

import os
from contextlib import suppress
from pathlib import Path

from crawlers.errors import StoreError


def put_page(page: Path, text: str) -> None:
    """Let the file `page` hold `text`; its folder is made, and who reads it meanwhile gets the old one. Raises StoreError."""
    draft = page.with_name(f"{page.name}.{os.getpid()}")
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.write_text(text, encoding="utf-8", newline="\n")
            draft.replace(page)
        finally:
            with suppress(OSError):
                draft.unlink()
    except OSError as error:
        raise StoreError(f"{page}: cannot be written: {error.strerror or error}") from error
