"""How long it takes to plan and to show a year: 365 days of all shipped sources, 100 articles a day each.

    python -m benchmarks.planning [--articles 100] [--folder DIR]

Fills a ledger (0.4 GB at 100 articles; DIR keeps it for the next time), then runs the program five times each as a user does
and prints the median of its wall and CPU time. Exit status 1 when a limit is missed.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from crawlers.clock import day_of, now
from crawlers.fates import Find, Outcome, Verdict
from crawlers.ledger import Ledger
from crawlers.page import Position, article_id
from flows.settings import SHIPPED_CONFIG
from transforms.text import text_hash

LAST = day_of(now()) - timedelta(days=1)
DAYS = [LAST - timedelta(days=back) for back in range(364, -1, -1)]
LIMITS = {"--help": 0.3, "backfill": 2.0, "status": 1.0}  # seconds of wall time on a quiet machine


def fill(ledger: Ledger, articles: int) -> None:
    """Note a year of every source, each ninth day missing."""
    for path in sorted((SHIPPED_CONFIG / "sources").glob("*.yml")):
        for number, day in enumerate(DAYS):
            if number % 9 != 3:
                fill_day(ledger, path.stem, day, articles)


def fill_day(ledger: Ledger, source: str, day: date, articles: int) -> None:
    """Note a complete day as a crawl and a build would."""
    urls = [f"https://{source}.example.com/{day}/content_{number}.htm" for number in range(articles)]
    finds = [Find(article_id(url), url, url, "某公司拟投资建设智能温室", day) for url in urls]
    ledger.find(source, finds, {day}, f"https://{source}.example.com/{day}", "c")
    file = f"date={day}/{source}-c.warc.gz"
    ledger.archive_all(source, [(one.article_id, Position(file, offset), now()) for offset, one in enumerate(finds)])
    ledger.settle(source, [Outcome(one.article_id, "record", day) for one in finds], text_hash(source)[:16])
    ledger.list_day(source, day, Verdict("whole"), "c")


def timed(arguments: list[str]) -> tuple[float, float]:
    """Return the median of wall and CPU seconds of five runs of the program."""
    program = Path(sys.executable).with_name("caixun")
    walls, spent = [], []
    for _ in range(5):
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run([program, *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        walls.append(time.monotonic() - begun)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(walls), statistics.median(spent)


def main() -> int:
    """Fill, measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="caixun-year-") as made:
        folder = options.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        there = (folder / "ledger.sqlite").exists()
        ledger = Ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
        if not there:
            fill(ledger, options.articles)
        ledger.close()
        span, data = [str(DAYS[0]), str(DAYS[-1])], ["--data", str(folder), "--config", str(SHIPPED_CONFIG)]
        missed = 0
        for arguments in (["--help"], ["backfill", *span, "--dry-run", *data], ["status", *span, *data]):
            wall, cpu = timed(arguments)
            limit = LIMITS[arguments[0]]
            missed += wall > limit
            print(f"caixun {arguments[0]:9} {wall:5.2f} s wall, {cpu:5.2f} s CPU; at most {limit} s")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
