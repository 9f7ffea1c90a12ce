"""From the pydantic models to Arrow: one schema, derived, never written twice."""

import types
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import pyarrow as pa
from pydantic import BaseModel

from transforms.record import SCHEMA_VERSION

Model = TypeVar("Model", bound=BaseModel)

VERSION_KEY = b"caixun.schema_version"

_SCALARS: dict[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    date: pa.date32(),
    datetime: pa.timestamp("us", tz="UTC"),
}


def arrow_schema(model: type[BaseModel]) -> pa.Schema:
    """Return the Arrow schema of a model: its fields in their order, the version in the schema's metadata."""
    fields = [_field(name, info.annotation) for name, info in model.model_fields.items()]
    return pa.schema(fields, metadata={VERSION_KEY: str(SCHEMA_VERSION).encode()})


def _field(name: str, annotation: Any) -> pa.Field:
    optional = get_origin(annotation) in (Union, types.UnionType)
    if optional:
        (annotation,) = (part for part in get_args(annotation) if part is not type(None))
    return pa.field(name, _type(annotation), nullable=optional)


def _type(annotation: Any) -> pa.DataType:
    origin = get_origin(annotation)
    if origin is tuple:
        return pa.list_(_type(get_args(annotation)[0]))
    if origin is Literal:
        return pa.string()
    if hasattr(annotation, "__metadata__"):  # Annotated
        return _type(get_args(annotation)[0])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return pa.struct([_field(name, info.annotation) for name, info in annotation.model_fields.items()])
    return _SCALARS[datetime if getattr(annotation, "__name__", "") == "AwareDatetime" else annotation]


def to_table(rows: Sequence[BaseModel], model: type[BaseModel]) -> pa.Table:
    """Return the rows as a table with the model's schema."""
    return pa.Table.from_pylist([row.model_dump() for row in rows], schema=arrow_schema(model))


def from_table(table: pa.Table, model: type[Model]) -> Iterable[Model]:
    """Yield the rows of a table as models. Raises pydantic's ValidationError for a row that does not fit."""
    for row in table.to_pylist():
        yield model.model_validate(row)
