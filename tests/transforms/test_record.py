import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.transforms.rows import record
from transforms.arrow import arrow_schema, from_table, to_table
from transforms.fields import field_table, page
from transforms.record import Record

ROOT = Path(__file__).parents[2]


def test_the_schema_is_the_frozen_one():
    frozen = (Path(__file__).parent / "schema_v1.txt").read_text(encoding="utf-8").splitlines()
    schema = arrow_schema(Record)
    assert [f"{field.name}: {field.type}{'' if field.nullable else ' not null'}" for field in schema] == frozen
    assert schema.metadata == {b"caixun.schema_version": b"1"}


def test_the_readmes_field_table_is_derived_from_the_record():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- fields -->\n(.*?)\n<!-- /fields -->", readme, re.DOTALL)
    assert found
    assert found[1] == field_table()


def test_the_page_of_the_record_is_made_from_the_model():
    assert (ROOT / "docs" / "record.md").read_text(encoding="utf-8") == page(), (
        "python -m transforms.fields page > docs/record.md"
    )


def test_every_field_is_documented():
    assert [name for name, info in Record.model_fields.items() if not info.description] == []


def test_rows_survive_arrow():
    rows = [
        record(1),
        record(2, published_at=None, published_precision="none", publisher=None, evidence=(), authors=()),
    ]
    assert list(from_table(to_table(rows, Record), Record)) == rows


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"body": ""},
        {"article_id": "x"},
        {"published_at": "2026-11-18 09:00:00"},
        {"summary": "字" * 201},
        {"annotator": "guess"},
        {"surprise": 1},
    ],
)
def test_a_record_that_breaks_the_contract_is_refused(wrong):
    with pytest.raises(ValidationError):
        record(1, **wrong)
