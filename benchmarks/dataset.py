"""What the layout costs: writing, upserting, reading a day out of years, scanning a column, adding a day, compacting.

    python benchmarks/dataset.py [--records 20000] [--days 100] [--sources 5]
    python benchmarks/dataset.py --records 1000000 --days 1095

First the same records are kept in four ways, see stores.py. Then each figure stands beside what it is held against, measured in
turns with it: a day's files alone, one big file of the same rows, an empty dataset. Times are medians in milliseconds; files are
in the cache of the operating system.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
from days import Size
from stores import WORKS
from stores import compare as compare_stores
from synthetic import Writer

from transforms import dataset
from transforms.compact import compact
from transforms.delta import keep_in_step
from transforms.folder import sweep
from transforms.gather import gather
from transforms.reading import read_dataset

FIRST = date(2024, 1, 1)
COLUMNS = ["title", "published_at", "industries"]


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
        compare(f"  {name}", 25, work, against, 1.3 if name.startswith("read_dataset") else None)
    for name, columns in (("all columns", None), ("three columns", COLUMNS)):
        plain = partial(lambda some: ds.dataset(alone / "records" / f"date={day}").to_table(columns=some), columns)
        ours = partial(read_dataset, data, start=day, end=day, columns=columns)
        compare(f"  read_dataset, {name}, against pyarrow.dataset", 25, ours, plain, 1.3)


def scan(place: str, big: Path, setting: str, target: float | None = None) -> None:
    """Compare scanning whole columns, with a setting of DuckDB, with scanning those of one big file."""
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    connection.execute(setting)
    places = (place, f"'{big}'")
    for name, what in (
        ("whole column published_at", "sum(epoch(published_at))"),  # no question that the statistics of one file answer
        ("whole column title", "sum(length(title))"),
        ("whole column body", "sum(length(body))"),
        ("whole column industries", "sum(len(industries))"),
        ("all columns", "bit_xor(hash(record))"),
    ):
        works = [
            lambda query=f"select {what} from read_parquet({place}) as record": connection.sql(query).fetchall()  # type: ignore[misc]
            for place in places
        ]
        compare(f"  DuckDB, {name}", 5, *works, target)


def ask(place: str, big: Path, day: date) -> None:
    """Compare what an analyst asks DuckDB of the folders with the same of one big file, which has no `date`."""
    month, year = day + timedelta(days=30), day - timedelta(days=365)
    some = "title, published_at, industries"
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    connection.execute(f"create view days as from read_parquet({place})")
    connection.execute(f"create view big as select *, published_date as date from read_parquet('{big}')")
    for name, query in (
        ("a day, all columns", f"select * from {{}} where date = '{day}'"),
        ("a month, three columns", f"select {some} from {{}} where date between '{day}' and '{month}'"),
        ("a month, all columns", f"select * from {{}} where date between '{day}' and '{month}'"),
        (
            "a year, three columns of an industry",
            f"select {some} from {{}} where date between '{year}' and '{day}' and list_contains(industries, '银行')",
        ),
        ("all, articles by day", "select date, count(*) from {} group by all"),
        ("all, three columns of an industry", f"select {some} from {{}} where list_contains(industries, '银行')"),
        (
            "all, a word in the text, by month",
            "select date_trunc('month', date), count(*) from {} where contains(body, '一') group by all",
        ),
        ("first 100 rows, all columns", "select * from {} limit 100"),
    ):
        works = [partial(lambda text: connection.sql(text).to_arrow_table(), query.format(view)) for view in ("days", "big")]
        compare(f"  DuckDB, {name}", 5, *works, None)


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
    size = Size(days, sources, rows, arguments.characters)
    print(f"{rows * len(days) * len(sources)} records, {len(days)} days, {len(days) * len(sources)} files")
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        data, alone, big = Path(folder) / "caixun", Path(folder) / "alone", Path(folder) / "one_file"
        compare_stores(Path(folder), size)
        print(f"{'':58} {'ms':>10} {'against':>10} {'ratio':>7}")
        day = size.middle
        place = f"records/date={day}"
        shutil.copytree(data / place, alone / place)
        print("one day out of all, against that day alone; by source")
        read_a_day(data, alone, day)
        print("adding a day, against adding it to an empty dataset")
        add_a_day(data, sources, rows, arguments.characters, days[-1])
        compact_all(data, days)
        for one in dataset.records(data).days(start=days[-1] + timedelta(days=1)):
            shutil.rmtree(data / "records" / f"date={one}")
        shutil.rmtree(alone / place)
        shutil.copytree(data / place, alone / place)
        compare_stores(Path(folder), size, ("caixun",), WORKS[WORKS.index("read_a_day") :])
        print("one day out of all, against that day alone; compacted")
        read_a_day(data, alone, day)
        print("all days, compacted, against one big file")
        folders = f"'{data}/records/*/*.parquet', hive_partitioning = true"
        scan(folders, big, "set parquet_metadata_cache = false")
        ask(folders, big, day)
        print("the same with parquet_metadata_cache, on both sides")
        scan(folders, big, "set parquet_metadata_cache = true")
        whole, begun = Path(folder) / "whole.parquet", time.perf_counter()
        gather(dataset.records(data), days[0], days[-1], None, whole)
        print(f"`caixun export --format parquet` in {time.perf_counter() - begun:.0f} s, against one big file")
        scan(f"'{whole}'", big, "set parquet_metadata_cache = false", 1.5)
        keep_a_table(data, Path(folder) / "table", day)


def compact_all(data: Path, days: list[date]) -> None:
    """Compact each day and print what it takes."""
    begun = time.perf_counter()
    for one in days:
        compact(dataset.records(data), one)
    sweep(data / "staging", wait=True)
    taken = time.perf_counter() - begun
    print(f"compacted in {taken:.0f} s, {taken / len(days) * 1000:.0f} ms a day")


def keep_a_table(data: Path, table: Path, day: date) -> None:
    """Make a Delta table, change a day, and bring the table up to date; print what both take."""
    records = dataset.records(data)
    for text in ("made", "brought up to date"):
        begun = time.perf_counter()
        step = keep_in_step(records, table)
        print(f"`caixun delta`: {text} in {time.perf_counter() - begun:.2f} s, {step.added} files added, {step.removed} removed")
        records.apply(day, "new", [Writer(3).record(day, "new", 1)])


if __name__ == "__main__":
    main()
