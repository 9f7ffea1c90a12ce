"""The program's streams: what they show, and what happens where nothing more can be written."""

import io
import os
import sys
import unicodedata
from typing import Any, TextIO


def open_streams() -> None:
    """Print UTF-8, whatever the locale; on a terminal what it can show, and any other character by its number.

    A stream that is closed goes nowhere, so that no file of ours gets its number. What is said on standard error is lost where
    it cannot be written, and nothing else is.
    """
    if isinstance(sys.stderr, io.TextIOWrapper) and sys.platform != "win32":
        sys.stderr = io.TextIOWrapper(io.BufferedWriter(_Remarks(sys.stderr.fileno(), "wb", closefd=False)), line_buffering=True)
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


class _Remarks(io.FileIO):
    """A stream whose disk may be full, or whose reader may have gone: no reason to leave work undone."""

    def write(self, data: Any, /) -> int:
        """Write what can be written; the rest is gone."""
        try:
            return super().write(data) or len(data)
        except OSError:
            return len(data)


def fall_silent(stream: TextIO) -> None:
    """Let a stream go nowhere from now on: its reader (head) has seen enough, which is no reason to leave work undone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def takes_more(stream: TextIO) -> bool:
    """Whether a stream can be written to."""
    try:
        stream.write("\n")
        stream.flush()
    except OSError:
        return False
    return True


def harmless(text: str) -> str:
    """Return a text without the control characters (but line feeds and tabs) by which a page's words would steer a terminal."""
    if text.isprintable():
        return text
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) != "Cc")


def shown(text: str, stream: TextIO | None = None) -> str:
    """Return a text as it may go to a stream, standard output by default: harmless on a terminal, as it is elsewhere."""
    return harmless(text) if (stream or sys.stdout).isatty() else text
