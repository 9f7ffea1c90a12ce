"""Export: records in other shapes, one day in memory at a time."""

import csv
import errno
import io
import json
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from crawlers.entries import is_folder
from crawlers.errors import ConfigError, StoreError
from flows.put_page import draft
from flows.settings import Project
from transforms.layout import format_records
from transforms.record import Record

Form = Literal["csv", "jsonl", "text", "xlsx", "parquet"]

PRINTED = ("csv", "jsonl", "text")
"""Formats that are text, line by line; the others are files of their own."""
_ENDINGS: dict[str, Form] = {".csv": "csv", ".jsonl": "jsonl", ".txt": "text", ".xlsx": "xlsx", ".parquet": "parquet"}
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)  # no try will go better there
_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r]")


def format_of(path: Path) -> Form:
    """Return the format that the ending of a file's name says. Raises ConfigError where it says none."""
    if form := _ENDINGS.get(path.suffix.lower()):
        return form
    raise ConfigError(f"{path}: its ending says no format ({', '.join(_ENDINGS)}); name one with --format")


def lines(form: str, records: Iterable[Record]) -> Iterator[str]:
    """Yield the records as text in a format of PRINTED, line by line, each with its line feed.

    csv: a header first; the values of a list are joined by `|`, evidence is JSON, and a text that a spreadsheet would take
    for a formula begins with an apostrophe. jsonl: an object a line. text: the text layout, an empty line between two records.
    """
    if form == "csv":
        yield _csv_line(list(Record.model_fields))
        yield from (_csv_line(["" if cell is None else guarded(cell) for cell in cells(record)]) for record in records)
    elif form == "jsonl":
        yield from (json.dumps(record.model_dump(mode="json"), ensure_ascii=False) + "\n" for record in records)
    else:
        yield from format_records(records)


def write_lines(form: str, records: Iterable[Record], path: Path, mark: str = "") -> int:
    """Write what `lines` yields into a file, behind a mark; return how many records these are. Raises OSError."""
    written = 0

    def counted() -> Iterator[Record]:
        nonlocal written
        for record in records:
            yield record
            written += 1

    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(mark)
        out.writelines(lines(form, counted()))
    return written


def cells(record: Record) -> list[str | int | None]:
    """Return a record's columns as single values."""
    values = record.model_dump(mode="json")
    values["evidence"] = json.dumps(values["evidence"], ensure_ascii=False)
    return ["|".join(value) if isinstance(value, list) else value for value in values.values()]


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula and compute it."""
    return _FORMULA.match(text) is not None


def guarded(cell: str | int) -> str | int:
    """Return a cell with an apostrophe before what a spreadsheet would compute: pages are strangers' texts."""
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell


def _csv_line(values: list[str | int]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()


@contextmanager
def whole_file(project: Project, path: Path) -> Iterator[Path]:
    """Give a place to write to; what stands there in the end takes the name `path` in one step.

    A link is followed, and a file that is there hands on its mode. Raises ConfigError for a place in the data root and for
    one where something else than a file is (a folder, a FIFO, a device), whose folder is missing or that may not be written,
    StoreError when it cannot be.
    """
    try:
        mode = _mode(path)
        outside(project, path)
        target = path.resolve()
        if not is_folder(target.parent):
            raise ConfigError(f"{path}: there is no folder {target.parent}; make it, or name another place")
        with draft(target, mode) as file:
            yield file
    except OSError as error:
        said = f"{path}: cannot be written: {error.strerror or error}"
        if error.errno in _FORBIDDEN:
            raise ConfigError(f"{said}; name another place") from error
        raise StoreError(said) from error


def _mode(path: Path) -> int | None:
    """Return the mode of the file that is there, None where nothing is. Raises ConfigError for what is no file, OSError."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(mode):
        raise ConfigError(f"{path}: is no file that could be replaced; name another one")
    return stat.S_IMODE(mode)


def outside(project: Project, path: Path) -> None:
    """Raise ConfigError for a place in the data root, where readers or the next run would trip over what is put there."""
    if path.resolve().is_relative_to(project.data.folder.resolve()):
        raise ConfigError(f"{path}: lies in the data root; name a place outside of it")
