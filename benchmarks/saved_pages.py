"""Run saved pages through the whole path, as one dated source on loopback, beside trafilatura alone on the same pages.

    python benchmarks/saved_pages.py INDEX.jsonl [--out ARTICLES.jsonl]

INDEX.jsonl has rows of id, file (relative to the index; `.gz` is opened) and gold.published_at, which says under which day
the page is listed. Prints the sums, the rejects with their reasons, and wall times; `--out` gets the articles.
"""

import argparse
import gzip
import json
import tempfile
import time
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import trafilatura

from crawlers.clock import now
from crawlers.fates import Tally
from crawlers.page import Page
from crawlers.source import plain_source
from flows.daily import collect
from flows.perform import perform
from flows.settings import open_project
from flows.watch import Watch
from transforms import dataset
from transforms.extract import extract
from transforms.record import Article, Record
from transforms.reject import RejectedError

UNDATED = "2001-01-01"
SOURCE = """\
title: saved pages
home: http://127.0.0.1:{port}/
seeds:
  - kind: listing
    url: http://127.0.0.1:{port}/list/{{day:%Y-%m-%d}}
    links: a
allow: ['/page/']
delay: 0
private: true
"""


def load(index: Path) -> tuple[dict[str, bytes], dict[str, list[str]]]:
    """Return the bytes of each page by id, and the ids that each day lists."""
    pages: dict[str, bytes] = {}
    days: dict[str, list[str]] = {}
    for line in index.open(encoding="utf-8"):
        row = json.loads(line)
        body = (index.parent / row["file"]).read_bytes()
        pages[row["id"]] = gzip.decompress(body) if row["file"].endswith(".gz") else body
        day = row["gold"]["published_at"] or told_by_its_script(row["id"], pages[row["id"]])
        days.setdefault(day[:10], []).append(row["id"])
    return pages, days


def told_by_its_script(name: str, body: bytes) -> str:
    """Return the day of a page that prints no time: its script may tell one, under which a site would list it."""
    link = f"http://127.0.0.1/page/{name}"
    page = Page(link, link, 200, (), body, now(), "file", "article")
    try:
        (article,) = extract(page, plain_source("file"))
    except RejectedError:
        return UNDATED
    return article.published_date.isoformat() if article.published_at else UNDATED


def serve(pages: dict[str, bytes], days: dict[str, list[str]]) -> ThreadingHTTPServer:
    """Serve lists and pages on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            _, kind, name = (self.path + "/").split("/")[:3]
            links = "".join(f"<a href=/page/{one}>{one}</a>" for one in days.get(name, ())) if kind == "list" else ""
            body = pages.get(name, b"") if kind == "page" else links.encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def main() -> None:
    """Run both and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    pages, days = load(arguments.index)
    with tempfile.TemporaryDirectory() as folder:
        server = serve(pages, days)
        config = Path(folder) / "config"
        (config / "sources").mkdir(parents=True)
        (config / "sources" / "saved.yml").write_text(SOURCE.format(port=server.server_port), encoding="utf-8")
        project = open_project(config, Path(folder) / "data")
        plan = {"saved": sorted(map(date.fromisoformat, days))}
        begun = time.perf_counter()
        run = perform("saved pages", project.workers, lambda runner: collect(project, plan, runner, Watch()))
        whole = time.perf_counter() - begun
        server.shutdown()
        total = Tally.total(report.tally for report in run.reports)
        print(
            f"{len(pages)} pages = {total.records} records + {total.rejects.total()} rejects ({whole:.1f} s, {project.workers} workers)"
        )
        for report in run.reports:
            for reject in dataset.rejects(project.data).rows(report.day, "saved"):
                print(f"  rejected {reject.url.rpartition('/')[2]}: {reject.reason}: {reject.detail}")
        if arguments.out:
            write(dataset.records(project.data), arguments.out)
    begun = time.perf_counter()
    for body in pages.values():
        trafilatura.bare_extraction(body, with_metadata=True, include_comments=False)
    print(f"trafilatura alone, one process: {time.perf_counter() - begun:.1f} s")


def write(records: dataset.Partitions[Record], path: Path) -> None:
    """Write the articles of all records as JSON lines, under the ids of the index."""
    with path.open("w", encoding="utf-8") as out:
        for row in records.select(date.min, date.max):
            article = row.model_dump(mode="json", include=set(Article.model_fields))
            out.write(json.dumps({"id": row.url.rpartition("/")[2], **article}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
