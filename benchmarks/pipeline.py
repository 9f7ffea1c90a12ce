"""The whole path, from HTTP to Parquet, beside its limit and beside two other ways, over the same pages on loopback.

    python benchmarks/pipeline.py [--pages 5000] [--peer /path/to/python]

- `limit`: extraction and annotation of all pages alone, in as many processes as there are processors; no network, no files.
- `caixun`: discovery, fetching, archive, ledger, extraction, annotation, Parquet, checks.
- `scrapy`: fetching alone, by a Scrapy spider that keeps nothing. It and the site take processor time, too: what they leave of the
  limit is printed as the bound, below which is whoever fetches with Scrapy beside such a site.
- `script`: what one would write by hand: requests, trafilatura and pandas, one page after another.
- `news-please`: where `--peer` names a Python that has it; fetching by threads and its own extraction, written with pandas.

Prints for each the seconds, articles per second, and the greatest memory of its processes together. `share of the limit` is the
limit's time through ours. The pages are those of invented_site.py; of more than 5,000, which are a day's, it is a backfill.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread

from invented_site import DAY, PER_DAY, article, serving

from crawlers.page import Page
from crawlers.source import plain_source
from flows.settings import SHIPPED_CONFIG
from transforms.annotate import annotate, open_engine
from transforms.extract import extract
from transforms.reading import read_dataset

SOURCE = """\
title: benchmark
home: http://127.0.0.1:{port}/
seeds:
  - kind: listing
    url: http://127.0.0.1:{port}/list/{{day:%Y%m%d}}/{{page}}
    links: a
    pages: {{max: 100000}}
allow: ['/a/']
delay: 0
private: true
"""


def both(numbers: range) -> int:
    """Extract and annotate some pages; return how many articles they gave."""
    source, engine = plain_source("bench"), open_engine("lexicon", [SHIPPED_CONFIG / "taxonomy"])
    at, made = datetime.now(UTC), 0
    for number in numbers:
        url = f"http://127.0.0.1/a/{number}"
        made += sum(
            1
            for _ in annotate(
                extract(Page(url, url, 200, (), PAGES[number - numbers.start], at, "bench", "article"), source), engine
            )
        )
    return made


PAGES: list[bytes] = []


def prepare(numbers: range) -> None:
    """Hold the pages in this process, so that making them costs the limit nothing."""
    PAGES[:] = [article(number) for number in numbers]


def limit(pages: int) -> float:
    """Return the seconds that extraction and annotation take with all processors."""
    count, chunk = os.cpu_count() or 1, 250
    context = get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context) as pool:
        spent = sum(pool.map(timed, [range(start, min(start + chunk, pages)) for start in range(0, pages, chunk)]))
    return spent / count


def timed(numbers: range) -> float:
    """Return the seconds of processor time that some pages take, once the engine is there."""
    prepare(range(numbers.start, numbers.start + 2))
    both(range(numbers.start, numbers.start + 2))
    prepare(numbers)
    begin = time.process_time()
    made = both(numbers)
    assert made == len(numbers), f"{made} articles of {len(numbers)} pages"
    return time.process_time() - begin


def watched(command: list[str], **options) -> tuple[float, int]:  # noqa: ANN003
    """Run a program, and return its seconds and the greatest memory of it and its children together, in MiB."""
    begin, most, done = time.perf_counter(), 0, Event()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options)

    def watch() -> None:
        nonlocal most
        while not done.wait(0.5):
            most = max(most, sum(map(held, family(process.pid))))

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    _, errors = process.communicate()
    done.set()
    watcher.join()
    assert process.returncode == 0, errors[-2000:]
    return time.perf_counter() - begin, most >> 10


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def held(pid: int) -> int:
    """Return the KiB of memory that a process alone has (what it shares with others counts by share)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def caixun(port: int, pages: int, folder: Path) -> tuple[float, int]:
    """Run the daily job over the site, or a backfill where it has more than a day."""
    (folder / "config" / "sources").mkdir(parents=True)
    (folder / "config" / "sources" / "bench.yml").write_text(SOURCE.format(port=port))
    (folder / "config" / "settings.yml").write_text("concurrency: 8\n")
    program = str(Path(sys.executable).with_name("caixun"))
    options = ["--config", str(folder / "config"), "--data", str(folder / "data")]
    first = DAY - timedelta(days=(pages - 1) // PER_DAY)
    job = ["run", "--date", str(DAY)] if first == DAY else ["backfill", str(first), str(DAY)]
    result = watched([program, *job, *options])
    made = read_dataset(folder / "data", columns=["article_id"]).num_rows
    assert made == pages, f"{made} records of {pages} pages"
    return result


SCRIPT = """
import sys, requests, trafilatura, pandas
port, pages, out = sys.argv[1:]
session, rows = requests.Session(), []
for number in range(int(pages)):
    url = f"http://127.0.0.1:{port}/a/{number}"
    page = trafilatura.bare_extraction(session.get(url).content, url=url, with_metadata=True)
    rows.append({"url": url, "title": page.title, "date": page.date, "body": page.text})
pandas.DataFrame(rows).to_parquet(out)
"""
SCRAPY = """
import sys, scrapy
from scrapy.crawler import CrawlerProcess
port, pages = sys.argv[1:]

class Bare(scrapy.Spider):
    name, fetched = "bare", 0

    async def start(self):
        for number in range(int(pages)):
            yield scrapy.Request(f"http://127.0.0.1:{port}/a/{number}")

    def parse(self, response):
        Bare.fetched += len(response.body) > 0

process = CrawlerProcess({"LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS_PER_DOMAIN": 8, "DOWNLOAD_DELAY": 0, "TELNETCONSOLE_ENABLED": False})
process.crawl(Bare)
process.start()
assert Bare.fetched == int(pages), Bare.fetched
"""
# Its `from_urls` gives {} for a page that it fails on.
NEWSPLEASE = """
import sys, pandas
from newsplease import NewsPlease
port, pages, out = sys.argv[1:]
urls = [f"http://127.0.0.1:{port}/a/{number}" for number in range(int(pages))]
found = NewsPlease.from_urls(urls)
rows = [{"url": url, "title": one.title, "date": str(one.date_publish), "body": one.maintext} for url, one in found.items() if one]
pandas.DataFrame(rows).to_parquet(out)
"""


def fetching(port: int, pages: int) -> tuple[float, float]:
    """Return the seconds that Scrapy takes to fetch all pages, and those of processor time that it and the site take."""
    before = spent()
    seconds, _ = watched([sys.executable, "-c", SCRAPY, str(port), str(pages)])
    return seconds, spent() - before


def spent() -> float:
    """Return the seconds of processor time of this process's children, those that have ended with them."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    ticks = 0
    for pid in family(os.getpid())[1:]:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # in its own code and in the system's
    return ended.ru_utime + ended.ru_stime + ticks / os.sysconf("SC_CLK_TCK")


def by_hand(python: str, text: str) -> Callable[[int, int, Path], tuple[float, int]]:
    """Return what runs a script that is given the port, the number of pages and the file to write."""
    return lambda port, pages, folder: watched([python, "-c", text, str(port), str(pages), str(folder / "out.parquet")])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--peer", help="a Python that has news-please")
    parser.add_argument("--script-pages", type=int, default=500, help="pages for the other ways, whose time grows evenly")
    parser.add_argument("--only", action="store_true", help="caixun alone")
    options = parser.parse_args()
    with serving(options.pages) as port:
        compare(options, port)


def compare(options: argparse.Namespace, port: int) -> None:
    """Measure all ways that are asked for, and print."""
    few = min(options.script_pages, options.pages)
    ways = [("caixun", caixun, options.pages)]
    if not options.only:
        ways += [("script", by_hand(sys.executable, SCRIPT), few)]
        ways += [("news-please", by_hand(options.peer, NEWSPLEASE), few)] if options.peer else []
        least = limit(options.pages)
        print(f"{'limit':12} {least:8.1f} s {options.pages / least:8.1f} articles/s")
        seconds, used = fetching(port, options.pages)
        print(f"{'scrapy':12} {seconds:8.1f} s {options.pages / seconds:8.1f} pages/s")
        print(
            f"{'':12} bound {least / (least + used / (os.cpu_count() or 1)):.2f}: {used:.1f} s of processor time with the site's"
        )
    for name, run, pages in ways:
        with tempfile.TemporaryDirectory() as folder:
            seconds, memory = run(port, pages, Path(folder))
        print(f"{name:12} {seconds:8.1f} s {pages / seconds:8.1f} articles/s {memory:6} MiB", flush=True)
        if name == "caixun" and not options.only:
            print(f"{'':12} share of the limit {least / seconds:.2f}")


if __name__ == "__main__":
    main()
