"""The same records kept in four ways: by caixun, `pyarrow.dataset.write_dataset`, deltalake, and as one Parquet file.

Each work of each way is done in a process of its own, whose peak memory is told beside the time. Reading is measured with
DuckDB over the files of each way, warm, as the median of several times; a day is also read whole.
"""

import multiprocessing
import re
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from days import Size, keyed, upserts

from transforms import dataset
from transforms.arrow import from_table
from transforms.reading import read_dataset
from transforms.record import Record

GROUP = 122_880  # rows of a row group, as DuckDB itself writes
WORKS = ("write", "upsert", "read_a_day", "scan_times", "scan_titles", "look_up")
_AGAIN = 7


class Caixun:
    """Our own way: a file for each source and day, or one for each day when compacted."""

    def __init__(self, place: Path) -> None:
        """Keep it at `place`."""
        self.place = place
        self.records = dataset.records(place)

    def write(self, size: Size) -> None:
        """Write all records."""
        for day, source, table in size.tables():
            with self.records.lock(day):
                self.records.put(day, source, table, [])

    def read(self, day: date) -> pa.Table:
        """Return all columns of a day."""
        return read_dataset(self.place, start=day, end=day)

    def upsert(self, day: date, table: pa.Table) -> Callable[[], None]:
        """Return what puts a table of a day's rows into it."""
        rows: dict[str, list[Record]] = {}
        for row in from_table(table, Record):
            rows.setdefault(row.source, []).append(row)

        def work() -> None:
            for source, mine in rows.items():
                self.records.apply(day, source, mine)

        return work

    def files(self) -> list[str]:
        """Return the files, as DuckDB reads them."""
        return [f"{self.place}/records/*/*.parquet"]


class WriteDataset(Caixun):
    """pyarrow.dataset.write_dataset: Hive partitions by day, compressed alike."""

    def _write(self, tables: Iterator[pa.Table], behaviour: str) -> None:
        schema = self.records.schema.append(pa.field("date", pa.string()))
        keyed = (table.append_column("date", table["published_date"].cast(pa.string())) for table in tables)
        ds.write_dataset(
            (batch for table in keyed for batch in table.cast(schema).to_batches()),
            self.place,
            schema=schema,
            format="parquet",
            partitioning=ds.partitioning(pa.schema([("date", pa.string())]), flavor="hive"),
            file_options=ds.ParquetFileFormat().make_write_options(compression="zstd", compression_level=3),
            existing_data_behavior=behaviour,
            max_partitions=2000,
        )

    def write(self, size: Size) -> None:
        """Write all records."""
        self._write(size.by_day(), "error")

    def read(self, day: date) -> pa.Table:
        """Return all columns of a day."""
        return ds.dataset(self.place, partitioning="hive").to_table(filter=ds.field("date") == str(day))

    def upsert(self, day: date, table: pa.Table) -> Callable[[], None]:
        """Return what puts a table of a day's rows into it: the day is read, merged and written again."""

        def work() -> None:
            there = self.read(day).drop_columns("date").cast(self.records.schema)
            others = there.filter(pc.invert(pc.is_in(there["article_id"], table["article_id"])))
            self._write(iter([pa.concat_tables([others, table])]), "delete_matching")

        return work

    def files(self) -> list[str]:
        """Return the files, as DuckDB reads them."""
        return [f"{self.place}/*/*.parquet"]


class Delta(Caixun):
    """deltalake: written in appends of thirty days, upserted with a merge."""

    def write(self, size: Size) -> None:
        """Write all records."""
        from deltalake import WriterProperties, write_deltalake

        days = size.by_day()
        while waiting := [table for _, table in zip(range(30), days, strict=False)]:
            write_deltalake(
                self.place,
                keyed(pa.concat_tables(waiting)),
                mode="append",
                partition_by=["date"],
                writer_properties=WriterProperties(compression="ZSTD", compression_level=3),
            )

    def read(self, day: date) -> pa.Table:
        """Return all columns of a day."""
        from deltalake import DeltaTable

        files = DeltaTable(self.place).file_uris([("date", "=", str(day))])
        return ds.dataset([uri.removeprefix("file://") for uri in files]).to_table()

    def upsert(self, day: date, table: pa.Table) -> Callable[[], None]:
        """Return what puts a table of a day's rows into it."""
        from deltalake import DeltaTable

        def work() -> None:
            here = f"old.date = '{day}' and old.article_id = new.article_id"
            merge = DeltaTable(self.place).merge(keyed(table), here, source_alias="new", target_alias="old")
            merge.when_matched_update_all().when_not_matched_insert_all().execute()

        return work

    def files(self) -> list[str]:
        """Return the files, as DuckDB reads them."""
        from deltalake import DeltaTable

        return [uri.removeprefix("file://") for uri in DeltaTable(self.place).file_uris()]


class OneFile(Caixun):
    """One Parquet file with large row groups; an upsert writes it anew."""

    def _write(self, tables: Iterator[pa.Table]) -> None:
        draft = self.place.with_suffix(".new")
        with pq.ParquetWriter(draft, self.records.schema, compression="zstd", compression_level=3) as out:
            waiting: list[pa.Table] = []
            for table in tables:
                waiting.append(table)
                if sum(map(len, waiting)) >= GROUP:
                    out.write_table(pa.concat_tables(waiting))
                    waiting = []
            out.write_table(pa.concat_tables([self.records.schema.empty_table(), *waiting]))
        draft.replace(self.place)

    def write(self, size: Size) -> None:
        """Write all records."""
        self._write(size.by_day())

    def read(self, day: date) -> pa.Table:
        """Return all columns of a day."""
        return ds.dataset(self.place).to_table(filter=ds.field("published_date") == day)

    def upsert(self, _day: date, table: pa.Table) -> Callable[[], None]:
        """Return what puts a table of a day's rows into it."""

        def merged() -> Iterator[pa.Table]:
            for batch in pq.ParquetFile(self.place).iter_batches(10_000):
                rows = pa.Table.from_batches([batch])
                yield rows.filter(pc.invert(pc.is_in(rows["article_id"], table["article_id"])))
            yield table

        return lambda: self._write(merged())

    def files(self) -> list[str]:
        """Return the files, as DuckDB reads them."""
        return [str(self.place)]


STORES: dict[str, type[Caixun]] = {"caixun": Caixun, "write_dataset": WriteDataset, "deltalake": Delta, "one file": OneFile}


def measure(name: str, work: str, place: Path, size: Size, results: "multiprocessing.Queue[tuple[float, float]]") -> None:
    """Do one work of one way, and put its milliseconds and this process's peak memory in MB."""
    store, times = STORES[name](place), 1
    if work == "write":
        do: Callable[[], object] = lambda: store.write(size)  # noqa: E731
    elif work == "upsert":
        do = store.upsert(
            size.middle, upserts(store.read(size.middle).select(store.records.schema.names).cast(store.records.schema))
        )
    elif work == "read_a_day":
        do, times = lambda: store.read(size.middle), _AGAIN
    else:
        do, times = query(work, store, size.middle), _AGAIN
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        do()
        taken.append((time.perf_counter() - begun) * 1000)
    results.put((statistics.median(taken[1:] or taken), most_memory()))


def most_memory() -> float:
    """Return the most memory that this process had, in MB; getrusage would count what its parent had, too."""
    (line,) = re.findall(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    return int(line) / 1024


def query(work: str, store: Caixun, day: date) -> Callable[[], object]:
    """Return what asks DuckDB for something about all records."""
    import duckdb

    some = store.read(day)["article_id"][7].as_py()
    what = {
        "scan_times": "select min(published_at), max(published_at) from {}",
        "scan_titles": "select sum(length(title)) from {}",
        "look_up": f"select title from {{}} where article_id = '{some}'",
    }[work]
    files, connection = store.files(), duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    return lambda: connection.sql(what.format(f"read_parquet({files})")).fetchall()


def compare(folder: Path, size: Size, names: tuple[str, ...] = tuple(STORES), works: tuple[str, ...] = WORKS) -> None:
    """Print a table of works and ways."""
    processes = multiprocessing.get_context("spawn")
    print(f"{'ms, and MB of memory at most':30}" + "".join(f"{name:>22}" for name in names), flush=True)
    for work in works:
        line = f"  {work:28}"
        for name in names:
            results: multiprocessing.Queue[tuple[float, float]] = processes.Queue()
            child = processes.Process(target=measure, args=(name, work, folder / name.replace(" ", "_"), size, results))
            child.start()
            child.join()
            if child.exitcode:
                raise SystemExit(f"{name} failed to {work}")
            taken, memory = results.get()
            line += f"{taken:14.1f} {memory:7.0f}"
        print(line, flush=True)
