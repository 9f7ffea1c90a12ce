"""Readers in a loop while a writer upserts and compacts and is killed again and again: they must see whole states only.

    python benchmarks/whole_states.py [--kills 200] [--root s3://bucket/prefix] [--rows 8]

There is one process per reading tool, and one writer at a time, which is killed with SIGKILL after a random while and started
anew. The writer goes from day to day: it gives the rows of each source a version, raises it, compacts the day, and raises it
again, and notes each state when it is done. A reader looks up what is done, reads everything, and finds of each source and
day all rows, once, of one version, which is no older than what was done. A tool may say that a file which it had listed is
gone; it then reads again, and that is counted. Arrow, DuckDB and DataFusion list a folder and leave out, without a word, what is
gone when they look at it a moment later; so pyarrow is given the list of files, as docs/loading.md says, and what pandas, DuckDB
and DataFusion leave out is counted. Prints the sums as JSON; the exit status is 1 when anything else was seen.

With `--root`, the dataset lies in an empty place of a bucket (`AWS_ENDPOINT_URL` and the keys come from the environment). A tool
that asks for an object in several parts may then say that it is damaged, when it was replaced between two of them; that is
counted as gone, and never allowed to caixun itself. DuckDB and DataFusion are left out: they read buckets in ways of their own.
"""

import argparse
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event, Semaphore
from pathlib import Path

from synthetic import Writer

from crawlers.root import Root, root_of
from transforms import dataset
from transforms.arrow import to_table
from transforms.compact import compact
from transforms.reading import read_dataset
from transforms.record import Record

SOURCES = ("paper", "radio", "wire")
FIRST = date(2026, 1, 1)
COMPACTED_AT = 2  # versions of a day before it is compacted, and as many after
COLUMNS = ["published_date", "source", "annotator_version"]

TOOLS = ("caixun", "datafusion", "duckdb", "pandas", "polars", "pyarrow")
FORGETFUL = ("datafusion", "duckdb", "pandas")

State = tuple[str, str]
"""A day and a source."""


def note(journal: Path, day: date, source: str, version: int) -> None:
    """Add a line to what is done."""
    with journal.open("a", encoding="utf-8") as out:
        out.write(f"{day} {source} {version}\n")


def noted(journal: Path) -> dict[State, int]:
    """Return the newest version that was done of each source and day; a line that a kill cut short is left out."""
    text = journal.read_text(encoding="utf-8").rpartition("\n")[0] if journal.exists() else ""
    return {(day, source): int(version) for day, source, version in map(str.split, text.splitlines())}


def write(data: Root, made: list[Record]) -> None:
    """Go on where the last writer was killed, until killed; the rows are those that are `made`, with days and versions."""
    records, journal = dataset.records(data), data / "journal"
    done = noted(journal)
    day = max((date.fromisoformat(day) for day, _ in done), default=FIRST)
    while True:
        for version in range(2 * COMPACTED_AT):
            for source in SOURCES:
                if done.get((str(day), source), -1) < version:
                    changes = {"published_date": day, "source": source, "annotator_version": str(version)}
                    records.apply(day, source, [row.model_copy(update=changes) for row in made])
                    note(journal, day, source, version)
                    time.sleep(0.01)
            if version == COMPACTED_AT - 1:
                compact(records, day)
        day += timedelta(days=1)


def rows_of(tool: str, data: Root) -> Callable[[], Iterable[tuple[object, str, str]]]:
    """Return what reads day, source and version of every row with a tool; no other tool is loaded."""
    root = f"{data}/records"
    if tool == "caixun":
        return lambda: zip(*read_dataset(data, columns=COLUMNS).to_pydict().values(), strict=True)
    if tool == "duckdb":
        import duckdb

        connection = duckdb.connect()
        query = f"select {', '.join(COLUMNS)} from read_parquet('{root}/*/*.parquet', hive_partitioning = true)"
        return lambda: connection.sql(query).fetchall()
    if tool == "datafusion":
        import datafusion

        def found() -> Iterable[tuple[object, str, str]]:
            records = datafusion.SessionContext().read_parquet(root)  # a context keeps the list of files that it found
            return zip(*records.select(*COLUMNS).to_pydict().values(), strict=True)

        return found
    if tool == "pandas":
        import pandas as pd

        return lambda: pd.read_parquet(root, columns=COLUMNS).itertuples(index=False, name=None)
    if tool == "polars":
        import polars as pl

        keys = {"aws_endpoint_url": os.environ["AWS_ENDPOINT_URL"], "aws_allow_http": "true"} if data.bucket else None
        query = {"hive_partitioning": True, "storage_options": keys}
        return lambda: pl.scan_parquet(f"{root}/*/*.parquet", **query).select(COLUMNS).collect().rows()
    from glob import glob

    import pyarrow.dataset as ds

    def listed() -> Iterable[tuple[object, str, str]]:
        files = root if data.bucket else sorted(glob(f"{root}/*/*.parquet"))  # noqa: PTH207 - as in the docs
        records = ds.dataset(files, partitioning="hive")
        return zip(*records.to_table(columns=COLUMNS).to_pydict().values(), strict=True)

    return listed


def states_of(rows: Iterable[tuple[object, str, str]]) -> dict[State, Counter[int]]:
    """Return how many rows of which version a reader got of each source and day."""
    seen: dict[State, Counter[int]] = {}
    for day, source, version in rows:
        seen.setdefault((str(day), source), Counter())[int(version)] += 1
    return seen


def faults(seen: dict[State, Counter[int]], done: dict[State, int], count: int) -> list[str]:
    """Return what is wrong with what a reader got, when this had been done before it began."""
    wrong = [f"{state}: {dict(versions)}" for state, versions in seen.items() if list(versions.values()) != [count]]
    return wrong + [
        f"{state}: version {version} was done, {dict(seen.get(state, {}))} was read"
        for state, version in done.items()
        if max(seen.get(state, {-1: 0})) < version
    ]


def read(
    tool: str, data: Root, count: int, enough: Event, results: "Queue[tuple[str, Counter[str], list[str]]]", ready: Semaphore
) -> None:
    """Read again and again until told that it is enough; put the counts of `reads`, `gone` and `left_out`, and what was wrong."""
    fetch, counts, wrong = rows_of(tool, data), Counter[str](), list[str]()
    while not noted(data / "journal"):
        time.sleep(0.01)
    ready.release()
    while not enough.is_set() and not wrong:
        done = noted(data / "journal")
        try:
            seen = states_of(fetch())
        except Exception as error:  # noqa: BLE001 - each tool has its own
            gone = isinstance(error, FileNotFoundError) or "No such file" in str(error)
            gone |= data.bucket is not None and not isinstance(error, AttributeError | KeyError)
            if not gone or tool == "caixun":
                wrong.append("".join(traceback.format_exception(error)))
            counts["gone"] += 1
            continue
        if tool in FORGETFUL:
            absent = done.keys() - seen.keys()
            counts["left_out"] += len(absent)
            done = {state: version for state, version in done.items() if state not in absent}
        wrong += faults(seen, done, count)
        counts["reads"] += 1
        time.sleep(0.02)  # the writer needs a processor, too
    results.put((tool, counts, wrong))


def main() -> None:
    """Kill so many writers and print what the readers saw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--root", help="a bucket's place; a temporary folder by default")
    parser.add_argument("--rows", type=int, default=8, help="of one source and day")
    arguments = parser.parse_args()
    pauses = random.Random(arguments.seed)
    processes = multiprocessing.get_context("spawn")
    writers = multiprocessing.get_context("fork")  # at work at once: there is no thread yet that it could miss
    with tempfile.TemporaryDirectory() as folder:
        data = root_of(arguments.root or folder, work=Path(folder))
        tools = [tool for tool in TOOLS if tool not in ("datafusion", "duckdb") or data.bucket is None]
        enough, results, ready = processes.Event(), processes.Queue(), processes.Semaphore(0)
        writer = Writer(1, 140)
        made = [writer.record(FIRST, "made", number) for number in range(arguments.rows)]
        to_table(made, Record)  # loads what each writer would load
        first = writers.Process(target=write, args=(data, made))
        first.start()
        readers = [processes.Process(target=read, args=(tool, data, arguments.rows, enough, results, ready)) for tool in tools]
        for reader in readers:
            reader.start()
        for _ in readers:
            ready.acquire()
        while max(noted(data / "journal").values(), default=0) < COMPACTED_AT:
            time.sleep(0.01)
        first.kill()
        first.join()
        for _ in range(arguments.kills):
            victim = writers.Process(target=write, args=(data, made))
            victim.start()
            time.sleep(pauses.uniform(0.05, 0.7))
            victim.kill()
            victim.join()
        enough.set()
        seen = [results.get(timeout=120) for _ in readers]
        states = noted(data / "journal")
    print(
        json.dumps(
            {
                "kills": arguments.kills,
                "states": sum(version + 1 for version in states.values()),
                "compacted": sum(version >= COMPACTED_AT for version in states.values()) // len(SOURCES),
                **{what: {tool: counts[what] for tool, counts, _ in seen} for what in ("reads", "gone", "left_out")},
                "wrong": {tool: wrong for tool, _, wrong in seen if wrong},
            },
            ensure_ascii=False,
        )
    )
    sys.exit(any(wrong or not counts["reads"] for _, counts, wrong in seen))


if __name__ == "__main__":
    main()
