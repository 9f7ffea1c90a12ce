"""What the layout costs: reading a day out of years, scanning a column, adding a day, compacting.

    python benchmarks/dataset.py [--records 20000] [--days 100] [--sources 5]
    python benchmarks/dataset.py --records 1000000 --days 1095

Each figure stands beside what it is held against, measured in turns with it: a day's files alone, one big file of the same
rows, an empty dataset. Times are medians in milliseconds; files are in the cache of the operating system.
"""

import argparse
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from synthetic import Writer

from transforms import dataset
from transforms.arrow import to_table
from transforms.compact import compact
from transforms.folder import sweep
from transforms.reading import read_dataset
from transforms.record import Record

FIRST = date(2024, 1, 1)
TEMPLATES = 7
COLUMNS = ["title", "published_at", "industries"]


def fill(data: Path, days: list[date], sources: list[str], rows: int, characters: int) -> None:
    """Write `rows` records for each source and day; their texts come again after some days, their identities do not."""
    records, writer, numbers = dataset.records(data), Writer(1, characters), np.random.default_rng(1)
    templates = [
        to_table([writer.record(FIRST, source, number) for number in range(rows)], Record)
        for source in sources
        for _ in range(TEMPLATES)
    ]
    for index, day in enumerate(days):
        for place, source in enumerate(sources):
            template = templates[place * TEMPLATES + index % TEMPLATES]
            with records.lock(day):
                records.put(day, source, moved(template, day, numbers), [])


def moved(table: pa.Table, day: date, numbers: np.random.Generator) -> pa.Table:
    """Return a table of the first day as one of another day, with identities of its own."""
    later = pa.scalar(timedelta(days=(day - FIRST).days), pa.duration("us"))
    identities = pa.array([numbers.bytes(16).hex() for _ in range(len(table))])
    changes = {
        "article_id": identities,
        "story_id": identities,
        "text_hash": identities,
        "published_at": pc.add(table["published_at"], later),
        "published_date": pa.array([day] * len(table), pa.date32()),
    }
    for name, values in changes.items():
        place = table.column_names.index(name)
        table = table.set_column(place, table.schema.field(place), values)
    return table


def in_turns(times: int, *works: Callable[[], object]) -> list[float]:
    """Return the median of each work in milliseconds, done in turns so that a busy moment hits all."""
    taken: list[list[float]] = [[] for _ in works]
    for turn in range(times + 1):
        for place, work in enumerate(works):
            begun = time.perf_counter()
            work()
            if turn:  # the first warms up
                taken[place].append((time.perf_counter() - begun) * 1000)
    return [statistics.median(one) for one in taken]


def compare(name: str, times: int, work: Callable[[], object], against: Callable[[], object], target: float | None) -> None:
    """Print both figures and their ratio, and what it should be at most."""
    figure, other = in_turns(times, work, against)
    bound = f"  (at most {target})" if target else ""
    print(f"{name:58} {figure:10.1f} {other:10.1f} {figure / other:7.2f}{bound}", flush=True)


def read_a_day(data: Path, alone: Path, day: date) -> None:
    """Compare reading one day out of all with reading it where nothing else is."""

    def works(root: Path) -> dict[str, Callable[[], object]]:
        records, folder = str(root / "records"), str(root / "records" / f"date={day}")
        scan = f"from read_parquet('{records}/*/*.parquet', hive_partitioning = true) where date = '{day}'"
        return {
            "read_dataset, all columns": lambda: read_dataset(root, start=day, end=day),
            "read_dataset, three columns": lambda: read_dataset(root, start=day, end=day, columns=COLUMNS),
            "DuckDB, the day's folder": lambda: duckdb.sql(
                f"select {', '.join(COLUMNS)} from read_parquet('{folder}/*.parquet')"
            ).fetchall(),
            "Polars, the day's folder": lambda: pl.scan_parquet(folder).select(COLUMNS).collect(),
            "pandas, the day's folder": lambda: pd.read_parquet(folder, columns=COLUMNS),
            "pandas, filters": lambda: pd.read_parquet(records, columns=COLUMNS, filters=[("date", "=", str(day))]),
            "Polars, scan and filter": lambda: (
                pl.scan_parquet(records, hive_partitioning=True).filter(pl.col("date") == day).select(COLUMNS).collect()
            ),
            "DuckDB, where": lambda: duckdb.sql(f"select {', '.join(COLUMNS)} {scan}").fetchall(),
        }

    for (name, work), against in zip(works(data).items(), works(alone).values(), strict=True):
        compare(f"  {name}", 7, work, against, 1.3 if name.startswith("read_dataset") else None)


def one_big_file(data: Path, path: Path, days: list[date]) -> None:
    """Write all rows into one file, with row groups of the size that DuckDB itself writes."""
    records = dataset.records(data)
    with pq.ParquetWriter(path, records.schema, compression="zstd", compression_level=3) as out:
        waiting: list[pa.Table] = []
        for day in days:
            waiting.append(records.load(day))
            if sum(map(len, waiting)) >= 122_880 or day == days[-1]:
                out.write_table(pa.concat_tables(waiting))
                waiting = []


def scan(data: Path, big: Path) -> None:
    """Compare scanning whole columns with scanning those of one big file."""
    places = (f"'{data}/records/*/*.parquet', hive_partitioning = true", f"'{big}'")
    for name, what in (
        ("published_at", "max(published_at), min(published_at)"),
        ("title", "sum(length(title))"),
        ("body", "sum(length(body))"),
        ("industries", "sum(len(industries))"),
    ):
        works = [
            lambda query=f"select {what} from read_parquet({place})": duckdb.sql(query).fetchall()  # type: ignore[misc]
            for place in places
        ]
        compare(f"  DuckDB, whole column {name}", 5, *works, 1.5)


def add_a_day(data: Path, sources: list[str], rows: int, characters: int, last: date) -> None:
    """Compare adding new days, source by source, with adding them to a dataset that is empty each time."""
    writer = Writer(2, characters)
    days = [last + timedelta(days=number) for number in range(1, 9)]
    made = {day: {source: [writer.record(day, source, number) for number in range(rows)] for source in sources} for day in days}
    queues = {"full": iter(days), "empty": iter(days)}

    def add(root: Path, which: str) -> None:
        records, day = dataset.records(root), next(queues[which])
        for source in sources:
            records.apply(day, source, made[day][source])

    with tempfile.TemporaryDirectory(dir=data.parent) as folder:
        roots = iter([Path(folder) / str(number) for number in range(len(days))])
        compare(
            "  upsert of a day, source by source",
            len(days) - 1,
            lambda: add(data, "full"),
            lambda: add(next(roots), "empty"),
            1.2,
        )


def main() -> None:
    """Make the dataset and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=100)
    parser.add_argument("--sources", type=int, default=5)
    parser.add_argument("--characters", type=int, default=900, help="of a body")
    parser.add_argument("--folder", type=Path, help="where the data is made, and removed again")
    arguments = parser.parse_args()
    days = [FIRST + timedelta(days=number) for number in range(arguments.days)]
    sources = [f"source_{number}" for number in range(arguments.sources)]
    rows = max(1, arguments.records // (len(days) * len(sources)))
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        data, alone, big = Path(folder) / "data", Path(folder) / "alone", Path(folder) / "big.parquet"
        begun = time.perf_counter()
        fill(data, days, sources, rows, arguments.characters)
        total = rows * len(days) * len(sources)
        size = sum(path.stat().st_size for path in (data / "records").rglob("*.parquet"))
        print(f"{total} records, {len(days)} days, {len(days) * len(sources)} files, {size / 1e6:.0f} MB")
        print(f"written in {time.perf_counter() - begun:.0f} s\n{'':58} {'ms':>10} {'against':>10} {'ratio':>7}")
        day = days[len(days) // 2]
        place = f"records/date={day}"
        shutil.copytree(data / place, alone / place)
        print("one day out of all, against that day alone; by source")
        read_a_day(data, alone, day)
        print("adding a day, against adding it to an empty dataset")
        add_a_day(data, sources, rows, arguments.characters, days[-1])
        begun = time.perf_counter()
        for one in days:
            compact(dataset.records(data), one)
        sweep(data / "staging", wait=True)
        taken = time.perf_counter() - begun
        print(f"compacted in {taken:.0f} s, {taken / len(days) * 1000:.0f} ms a day")
        for one in dataset.records(data).days(start=days[-1] + timedelta(days=1)):
            shutil.rmtree(data / "records" / f"date={one}")
        shutil.rmtree(alone / place)
        shutil.copytree(data / place, alone / place)
        print("one day out of all, against that day alone; compacted")
        read_a_day(data, alone, day)
        one_big_file(data, big, days)
        print("all days, compacted, against one big file")
        scan(data, big)
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


if __name__ == "__main__":
    main()
