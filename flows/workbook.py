"""A workbook of records (xlsx): texts stay texts, days and times are Excel's, and memory does not grow with the rows."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crawlers.clock import SHANGHAI
from crawlers.errors import ConfigError
from flows.export import cells, is_formula
from transforms.record import Record

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_CELL = 32_767  # characters (UTF-16 units) that a cell holds
_ROWS = 1_048_576  # of a sheet, its header among them


@dataclass
class Written:
    """What a workbook came to: rows, and texts that were too long for a cell and end with … there."""

    rows: int = 0
    cut: int = 0


def write_workbook(records: Iterable[Record], path: Path, sheet_rows: int = _ROWS) -> Written:
    """Write records into a workbook; after `sheet_rows` rows a sheet, a further sheet begins.

    Instants stand in the time of Shanghai. Raises ConfigError when XlsxWriter is not installed, OSError.
    """
    try:
        from xlsxwriter import Workbook  # noqa: PLC0415 - an extra, which only this needs
        from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError(
            f"xlsx needs XlsxWriter, which is not installed: `{sys.executable} -m pip install xlsxwriter`"
        ) from error
    written = Written()
    book = Workbook(str(path), {"constant_memory": True})
    book.use_zip64()
    sheets = _Sheets(book)
    for record in records:
        sheet, row = sheets.place(written.rows, sheet_rows)
        written.cut += sheets.write(sheet, row, record)
        written.rows += 1
    if not written.rows:
        sheets.place(0, sheet_rows)
    try:
        book.close()
    except FileCreateError as error:
        raise OSError(f"{error}") from error
    return written


class _Sheets:
    """The sheets of a workbook, and how values stand in them."""

    def __init__(self, book: "Workbook") -> None:
        self._book = book
        self._bold = book.add_format({"bold": True})
        self._text = book.add_format({"quote_prefix": True})  # it stays a text when somebody edits the cell
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._instant = book.add_format({"num_format": 'yyyy-mm-dd hh:mm:ss "+08:00"'})

    def place(self, number: int, sheet_rows: int) -> tuple["Worksheet", int]:
        """Return the sheet and its row for the record of a number, which counts from 0; a full sheet gets a successor."""
        sheet_number, row = divmod(number, sheet_rows - 1)
        if row == 0:
            sheet = self._book.add_worksheet(f"records {sheet_number + 1}" if sheet_number else "records")
            sheet.freeze_panes(1, 0)
            for column, name in enumerate(Record.model_fields):
                sheet.write_string(0, column, name, self._bold)
        return self._book.worksheets()[-1], row + 1

    def write(self, sheet: "Worksheet", row: int, record: Record) -> int:
        """Write one record and return how many of its texts were cut."""
        cut = 0
        for column, (name, plain) in enumerate(zip(Record.model_fields, cells(record), strict=True)):
            value = getattr(record, name)
            if isinstance(value, datetime):
                sheet.write_datetime(row, column, value.astimezone(SHANGHAI).replace(tzinfo=None), self._instant)
            elif isinstance(value, date):
                sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), self._day)  # noqa: DTZ001 - a day
            elif isinstance(plain, str) and plain:
                text = _fit(plain)
                cut += text != plain
                sheet.write_string(row, column, text, self._style(text))
            elif isinstance(plain, int):
                sheet.write_number(row, column, plain)
        return cut

    def _style(self, text: str) -> "Format | None":
        return self._text if is_formula(text) else None


def _fit(text: str) -> str:
    units = text.encode("utf-16-le")
    return text if len(units) <= 2 * _CELL else units[: 2 * (_CELL - 1)].decode("utf-16-le", "ignore") + "…"
