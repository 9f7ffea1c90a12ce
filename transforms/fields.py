"""The documentation of the record, derived from its model.

python -m transforms.fields                     # the README's field table, as Markdown
python -m transforms.fields page > docs/record.md
"""

import sys

import pyarrow as pa
from pydantic import BaseModel

from transforms.arrow import VERSION_KEY, arrow_schema
from transforms.record import SCHEMA_VERSION, Article, Evidence, Record, Reject

_PAGE = """\
# The record

Made from the model in [transforms/record.py](../transforms/record.py) by `python -m transforms.fields page`; schema version {version}.

One row of `data/records` is one article: what stands on its page, what an engine says about it, and where its page lies.
[loading.md](loading.md) tells how to load it.

- `?` behind a type: the value may be null, which means what its description says. All others are always there. A list is empty, never null.
- Instants end in `_at` and are UTC, to the microsecond. `published_date` is a day in Asia/Shanghai.
- Offsets in texts count Unicode code points, as Python does; their end is exclusive.

## What stands on the page

{article}

## Stories

Records with the same `story_id` are reprints of one text, across sources and days: equal but for punctuation, width, dateline and
closing notes, or with a cut tail, removed or added paragraphs, other words here and there, one corrected number. The next day's
report in the same words with other figures is another story, and so is the same short text (below 120 characters) on another day,
unless it names its day. Two reprints are found for certain when they are up to 7 days apart, and never beyond 13. The story bears
the `article_id` of the article that was out first; one that prints no time counts as out at the end of its day. It does not depend
on the order in which articles are crawled or built: when an earlier one comes later, the records that are there are told.

## What an engine says about it, and where the page lies

All values but `summary` and a model's events stand in title or body, line breaks apart, or are codes of what stands there.

{annotation}

## `evidence`

{evidence}

## Rejects

One row of `data/rejects` is one page that became no record.

{reject}

## How it may change

The version stands in each file's metadata under `{key}`. A new version only adds columns: they come last, may be
null, and read as null in files that do not have them. A file of a newer version than the installed caixun knows is refused;
`caixun migrate` writes files of older versions again. The CHANGELOG has a heading for each version.
"""


def field_table(model: type[BaseModel] = Record, names: set[str] | None = None) -> str:
    """Return a Markdown table of a model's columns, all or those of `names`: name, type (`?` where it may be null), meaning."""
    rows = ["| column | type | meaning |", "|---|---|---|"]
    for field in arrow_schema(model):
        if names is None or field.name in names:
            description = model.model_fields[field.name].description or ""
            rows.append(f"| `{field.name}` | {_type_name(field.type)}{'?' if field.nullable else ''} | {description} |")
    return "\n".join(rows)


def page() -> str:
    """Return docs/record.md."""
    article = set(Article.model_fields)
    return _PAGE.format(
        version=SCHEMA_VERSION,
        key=VERSION_KEY.decode(),
        article=field_table(names=article),
        annotation=field_table(names=set(Record.model_fields) - article),
        evidence=field_table(Evidence),
        reject=field_table(Reject),
    )


def _type_name(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list<{_type_name(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return f"struct<{', '.join(field.name for field in kind)}>"
    return {"timestamp[us, tz=UTC]": "timestamp", "date32[day]": "date"}.get(str(kind), str(kind))


if __name__ == "__main__":
    sys.stdout.write(page() if sys.argv[1:] == ["page"] else field_table() + "\n")
