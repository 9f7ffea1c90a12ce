"""Export: records in other shapes, one day in memory at a time."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date

from flows.settings import Project
from transforms import dataset
from transforms.layout import format_record
from transforms.record import Record


def export_csv(project: Project, start: date, end: date, sources: list[str] | None) -> Iterator[str]:
    """Yield a header and one line per record; the values of a list are joined by `|`, evidence is JSON."""
    yield _csv_line(list(Record.model_fields))
    for record in dataset.records(project.data).select(start, end, sources):
        values = record.model_dump(mode="json")
        values["evidence"] = json.dumps(values["evidence"], ensure_ascii=False)
        yield _csv_line(["|".join(value) if isinstance(value, list) else value for value in values.values()])


def _csv_line(values: list[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()


def export_jsonl(project: Project, start: date, end: date, sources: list[str] | None) -> Iterator[str]:
    """Yield one JSON line per record."""
    for record in dataset.records(project.data).select(start, end, sources):
        yield json.dumps(record.model_dump(mode="json"), ensure_ascii=False)


def export_text(project: Project, start: date, end: date, sources: list[str] | None) -> Iterator[str]:
    """Yield the records in the text layout."""
    for record in dataset.records(project.data).select(start, end, sources):
        yield format_record(record)
