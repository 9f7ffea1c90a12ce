"""Quality and CPU time of the extraction beside those of other extractors, on the same pages in one run.

    python benchmarks/extraction.py INDEX.jsonl [--rounds N]
    python benchmarks/extraction.py INDEX.jsonl --memory 20000

INDEX.jsonl has rows of id, file (relative to the index; `.gz` is opened), url and gold (title, authors, account, published_at,
publisher, body, optional). Every extractor gets the bytes as served and decodes them in the same way; they take turns page by
page, and the least CPU time of N rounds counts. The others are no dependencies of this project: one that is not installed is left
out (`pip install readability-lxml newspaper4k[zh] gne`). `--memory` extracts that many pages in one process and prints its size.
"""

import argparse
import gc
import gzip
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from scoring import Answer, scores, summary

from crawlers.page import Page
from crawlers.source import plain_source
from transforms.document import lines_of_html
from transforms.extract import extract
from transforms.reject import RejectedError

SOURCE = plain_source("benchmark")
Extractor = Callable[[Page], Answer]


class Row(NamedTuple):
    """A page of the index and what it should give."""

    page: Page
    gold: dict[str, Any]


def load(index: Path) -> list[Row]:
    """Return the pages of an index with their gold answers."""
    rows = [json.loads(line) for line in index.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Row(load_page(index.parent / row["file"], row["url"] or f"http://localhost/{row['id']}"), row["gold"]) for row in rows
    ]


def load_page(path: Path, url: str) -> Page:
    """Return a saved page as served now."""
    body = path.read_bytes()
    content = gzip.decompress(body) if path.suffix == ".gz" else body
    return Page(url, url, 200, (), content, datetime.now(UTC), SOURCE.name, "article")


def fresh(page: Page) -> Page:
    """Return the page without what was decoded before: decoding is part of everybody's work."""
    return Page(*(getattr(page, name) for name in Page.__dataclass_fields__))


def caixun(page: Page) -> Answer:
    """Ours."""
    try:
        article, *_ = extract(page, SOURCE)
    except RejectedError:
        return Answer()
    at = article.published_at.astimezone(ZoneInfo("Asia/Shanghai")).isoformat() if article.published_at else ""
    return Answer(article.title, article.authors, at, article.publisher or "", article.body)


def with_trafilatura() -> Extractor:
    """Return trafilatura with its defaults, metadata, and no comments."""
    import trafilatura

    def read(page: Page) -> Answer:
        document = trafilatura.bare_extraction(page.text, with_metadata=True, include_comments=False)
        if document is None:
            return Answer()
        authors = tuple(filter(None, (document.author or "").split("; ")))
        return Answer(document.title or "", authors, document.date or "", document.sitename or "", document.text or "")

    return read


def with_readability() -> Extractor:
    """Return readability-lxml, which gives title and body."""
    from readability import Document

    def read(page: Page) -> Answer:
        document = Document(page.text)
        return Answer(title=document.short_title(), body="\n".join(lines_of_html(document.summary(html_partial=True))))

    return read


def with_newspaper() -> Extractor:
    """Return newspaper4k, which gives all but the publisher."""
    import jieba  # noqa: F401 - newspaper4k needs it for Chinese (`pip install newspaper4k[zh]`)
    import newspaper

    def read(page: Page) -> Answer:
        article = newspaper.Article(page.url, language="zh", fetch_images=False)
        article.download(input_html=page.text)
        article.parse()
        at = article.publish_date.isoformat() if article.publish_date else ""
        return Answer(article.title or "", tuple(article.authors), at, "", article.text or "")

    return read


def with_gne() -> Extractor:
    """Return GNE, which gives all but the publisher."""
    from gne import GeneralNewsExtractor

    extractor = GeneralNewsExtractor()

    def read(page: Page) -> Answer:
        found = extractor.extract(page.text)
        authors = tuple(found["author"].replace("、", " ").split())
        return Answer(found["title"] or "", authors, found["publish_time"] or "", "", found["content"] or "")

    return read


PEERS = {"trafilatura": with_trafilatura, "readability-lxml": with_readability, "newspaper4k": with_newspaper, "gne": with_gne}


def installed() -> Iterator[tuple[str, Extractor]]:
    """Yield the extractors that can be had, and say which cannot."""
    yield "caixun", caixun
    for name, make in PEERS.items():
        try:
            yield name, make()
        except ImportError as error:
            print(f"{name} is left out: {error}")


def compare(rows: list[Row], rounds: int) -> None:
    """Run all extractors over all pages and print the table."""
    extractors = dict(installed())
    quality: dict[str, list[dict[str, float]]] = {name: [] for name in extractors}
    cpu = dict.fromkeys(extractors, 0.0)
    for name, read in extractors.items():
        timed(name, read, rows[0].page)  # what is loaded at the first call is no page's cost
    for row in rows:
        taken: dict[str, list[float]] = {name: [] for name in extractors}
        for number in range(rounds):
            for name, read in extractors.items():
                seconds, answer = timed(name, read, row.page)
                taken[name].append(seconds)
                if number == 0:
                    quality[name].append(scores(answer, row.gold))
        for name, seconds_each in taken.items():
            cpu[name] += min(seconds_each)
    show({name: summary(pages) for name, pages in quality.items()}, {name: cpu[name] / len(rows) for name in extractors})


def timed(name: str, read: Extractor, page: Page) -> tuple[float, Answer]:
    """Return the CPU seconds and the answer of one extractor for one page; who raises has no answer."""
    page = fresh(page)
    gc.collect()
    begun = time.process_time()
    try:
        answer = read(page)
    except Exception as error:  # noqa: BLE001
        print(f"{name} on {page.url}: {error!r}"[:200])
        answer = Answer()
    return time.process_time() - begun, answer


def show(quality: dict[str, dict[str, float]], cpu: dict[str, float]) -> None:
    """Print one line per extractor."""
    columns = list(next(iter(quality.values())))
    table = Table("extractor", *columns, "ms CPU", "ratio", box=None)
    for name, figures in quality.items():
        ratio = f"{cpu[name] / cpu['trafilatura']:.2f}" if "trafilatura" in cpu else "-"
        cells = [f"{value:.0f}" if column in ("below .8", "leaking") else f"{value:.3f}" for column, value in figures.items()]
        table.add_row(name, *cells, f"{cpu[name] * 1000:.1f}", ratio)
    Console(width=160).print(table)


def watch_memory(rows: list[Row], pages: int) -> None:
    """Extract that many pages, one after the other, and print the size of the process at every tenth."""
    step = max(pages // 10, 1)
    for number, row in enumerate(islice(cycle(rows), pages), 1):
        caixun(fresh(row.page))
        if number == 1 or number % step == 0:
            print(f"{number:>7} pages  {resident() / 2**20:7.1f} MiB", flush=True)


def resident() -> int:
    """Return the resident size of this process in bytes (Linux)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--memory", type=int, metavar="PAGES")
    arguments = parser.parse_args()
    logging.disable(logging.ERROR)
    rows = load(arguments.index)
    if arguments.memory:
        watch_memory(rows, arguments.memory)
    else:
        compare(rows, arguments.rounds)


if __name__ == "__main__":
    main()
