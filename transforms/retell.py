"""Retelling: records that are written already get the story that they belong to by now."""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from transforms.dataset import Partitions
from transforms.record import Record


def retell(records: Partitions[Record], day: date, source: str, stories: Mapping[str, str]) -> dict[str, str]:
    """Let those records of a source and day that are in `stories` bear the story given there, and return these.

    Articles that have no record there are left out. Raises StoreError for a file that cannot be read, BusyError.
    """
    with records.lock(day):
        table = records.load(day, [source])
        articles, before = table["article_id"].to_pylist(), table["story_id"].to_pylist()
        after = [stories.get(article, story) for article, story in zip(articles, before, strict=True)]
        if after != before:
            place = table.schema.get_field_index("story_id")
            table = table.set_column(place, table.schema.field(place), pa.array(after, pa.string()))
            records.replace(day, source, table)
        return {article: story for article, story in zip(articles, after, strict=True) if article in stories}
