"""The field table of the documentation, derived from the record: `python -m transforms.fields` prints it as Markdown."""

import sys

import pyarrow as pa
from pydantic import BaseModel

from transforms.arrow import arrow_schema
from transforms.record import Record


def field_table(model: type[BaseModel] = Record) -> str:
    """Return a Markdown table of a model's columns: name, Arrow type (`?` where it may be null) and meaning."""
    rows = ["| column | type | meaning |", "|---|---|---|"]
    for field in arrow_schema(model):
        description = model.model_fields[field.name].description or ""
        rows.append(f"| `{field.name}` | {_type_name(field.type)}{'?' if field.nullable else ''} | {description} |")
    return "\n".join(rows)


def _type_name(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list<{_type_name(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return f"struct<{', '.join(field.name for field in kind)}>"
    return {"timestamp[us, tz=UTC]": "timestamp", "date32[day]": "date"}.get(str(kind), str(kind))


if __name__ == "__main__":
    sys.stdout.write(field_table() + "\n")
