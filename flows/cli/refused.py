"""What commands on files of rows say of what they cannot use."""

from collections import Counter
from typing import TYPE_CHECKING

import typer

from flows.cli.options import say

if TYPE_CHECKING:
    from pathlib import Path

    from crawlers.errors import ConfigError

_TOLD = 3  # rows of a file that are told one by one for the same reason


class Refused:
    """Tells of what cannot be used, and counts it; of many rows that a file has for one reason it tells the first ones."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._any = False
        self._rows: Counter[tuple[Path, str]] = Counter()

    def __call__(self, error: "ConfigError") -> None:
        """Tell of it."""
        from flows.saved import RowError

        self._any = True
        if isinstance(error, RowError):
            self._rows[error.path, error.reason] += 1
            if self._rows[error.path, error.reason] > _TOLD:
                return
        say(f"caixun: {error}")

    def end(self, printed: int) -> None:
        """End the command: where anything was refused with exit status 1, or with 2 when nothing but that was there."""
        from flows.troubles import some

        for (path, reason), count in self._rows.items():
            if count > _TOLD:
                say(f"caixun: {path}: {some(count - _TOLD, 'more row')} like that: {reason}")
        if self._any:
            raise typer.Exit(1 if printed else 2)
