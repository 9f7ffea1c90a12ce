"""Days of synthetic records as tables: as many as wanted, without making each text anew."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from synthetic import Writer

from transforms.arrow import to_table
from transforms.record import Record

TEMPLATES = 7


@dataclass(frozen=True)
class Size:
    """How many records there are: `rows` of each source and day, with bodies of so many characters."""

    days: list[date]
    sources: list[str]
    rows: int
    characters: int

    @property
    def middle(self) -> date:
        """The day that is read and changed."""
        return self.days[len(self.days) // 2]

    def tables(self) -> Iterator[tuple[date, str, pa.Table]]:
        """Yield the rows of each day and source; prose comes again after some days, identities, links and titles do not."""
        writer, numbers = Writer(1, self.characters), np.random.default_rng(1)
        made = {
            source: [
                to_table([writer.record(self.days[0], source, number) for number in range(self.rows)], Record)
                for _ in range(TEMPLATES)
            ]
            for source in self.sources
        }
        for index, day in enumerate(self.days):
            for source in self.sources:
                yield day, source, self._moved(made[source][index % TEMPLATES], day, numbers)

    def _moved(self, table: pa.Table, day: date, numbers: np.random.Generator) -> pa.Table:
        later = pa.scalar(timedelta(days=(day - self.days[0]).days), pa.duration("us"))
        identities = pa.array([numbers.bytes(16).hex() for _ in range(len(table))])
        return changed(
            table,
            article_id=identities,
            story_id=identities,
            text_hash=identities,
            url=pc.binary_join_element_wise("http://e.cn/", identities, ""),
            title=pc.binary_join_element_wise(table["title"], pc.utf8_slice_codeunits(identities, 0, 6), ""),
            published_at=pc.add(table["published_at"], later),
            published_date=pa.array([day] * len(table), pa.date32()),
        )

    def by_day(self) -> Iterator[pa.Table]:
        """Yield the rows of each day, in the dataset's order."""
        waiting: list[pa.Table] = []
        for _, _, table in self.tables():
            waiting.append(table)
            if len(waiting) == len(self.sources):
                yield pa.concat_tables(waiting).sort_by([("published_at", "ascending"), ("article_id", "ascending")])
                waiting = []


def changed(table: pa.Table, **columns: pa.Array) -> pa.Table:
    """Return a table with other values in some columns."""
    for name, values in columns.items():
        place = table.column_names.index(name)
        table = table.set_column(place, table.schema.field(place), values)
    return table


def upserts(table: pa.Table) -> pa.Table:
    """Return what comes for a day that is there: its rows, each tenth changed, and a tenth of new ones."""
    versions = pa.array(["changed" if number % 10 == 0 else "synthetic" for number in range(len(table))])
    again, new = changed(table, annotator_version=versions), table.slice(0, len(table) // 10)
    fresh = pa.array([f"{number:032x}" for number in range(len(new))])
    return pa.concat_tables([again, changed(new, article_id=fresh)])


def keyed(table: pa.Table) -> pa.Table:
    """Return a table with the partition's key."""
    return table.append_column("date", table["published_date"])
