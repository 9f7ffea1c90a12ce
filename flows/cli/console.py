"""Where the commands print for people: on a terminal as wide as that, elsewhere without a cut."""

import os
import sys
from typing import Any

from rich.console import Console as RichConsole
from rich.table import Table

from flows.cli.streams import fall_silent, harmless

_UNCUT = 1000  # columns where no terminal bounds them: what is read by programs has whole names and figures


class Console(RichConsole):
    """Standard output, or standard error; a reader of a pipe that goes away changes neither the work nor the exit status."""

    def __init__(self, *, stderr: bool = False) -> None:
        """Print to standard output, or to standard error."""
        super().__init__(stderr=stderr)
        self.bounded = self.is_terminal or os.environ.get("COLUMNS", "").isdigit()  # whether a width bounds the lines
        if not self.bounded:
            self.width = _UNCUT

    def on_broken_pipe(self) -> None:
        """Go on in silence."""
        self.quiet = True
        fall_silent(sys.stderr if self.stderr else sys.stdout)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as Rich does, texts without control characters: they may be a page's words."""
        super().print(*(harmless(one) if isinstance(one, str) else one for one in objects), **options)


def print_table(table: Table, console: RichConsole) -> None:
    """Print a table, at least as wide as its longest words: on a narrower terminal its lines run on, and nothing is lost.

    Rich cuts, or drops, what does not fit, and without a sign.
    """
    before = console.width
    console.width = max(before, needed(table, console))
    console.print(table)
    console.width = before


def needed(table: Table, console: RichConsole) -> int:
    """Return how many columns the longest words of a table take."""
    return console.measure(table, options=console.options.update(width=_UNCUT)).minimum
