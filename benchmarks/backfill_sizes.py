"""Backfill 30 days with 10,000 articles of a dated list and of a newest-first one, and count what each day got.

    python benchmarks/backfill_sizes.py [--days 30] [--articles 10000]

Both sites are imitated on loopback, with invented articles. Prints for each day how many articles the site has and how many
records each source has, the requests of three runs of the same range, and wall times. Exit status 1 when a count is off.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from flows.daily import Run, collect
from flows.perform import perform
from flows.settings import Project, open_project
from flows.watch import Watch
from transforms import dataset

FIRST = date(2026, 9, 20)
AROUND = 2  # days on either side of the range that the sites have, too
PER_PAGE = 100
COMMON = "title: x\nhome: http://127.0.0.1:{port}/\nallow: ['/a/']\ndelay: 0\nprivate: true\nseeds:\n"
SOURCES = {
    "dated": "  - {{kind: listing, url: 'http://127.0.0.1:{port}/dated/{{day:%Y-%m-%d}}', links: a}}\n",
    "newest": "  - {{kind: api, url: 'http://127.0.0.1:{port}/newest?page={{page}}', links: data, pages: {{max: 2000}}, item: "
    "{{url: u, title: t, time: c}}}}\n",
}


@dataclass
class Site:
    """The two sites: how many articles each day has, and how often each kind of address was asked for."""

    counts: dict[date, int]
    asked: Counter[str] = field(default_factory=Counter)

    def rows(self) -> list[str]:
        """Return the addresses of all articles of the newest-first site, newest first."""
        return [
            f"/a/newest/{day}/{number}"
            for day in sorted(self.counts, reverse=True)
            for number in reversed(range(self.counts[day]))
        ]

    def answer(self, target: str) -> bytes | None:
        """Return the answer to a request, or None for what does not exist."""
        parts = urlsplit(target)
        kind = parts.path.split("/")[1]
        self.asked[kind] += 1
        if kind == "a":
            return page(parts.path)
        if kind == "dated":
            day = date.fromisoformat(parts.path.split("/")[2])
            return "".join(f"<a href=/a/dated/{day}/{number}>x</a>" for number in range(self.counts.get(day, 0))).encode()
        if kind == "newest":
            start = (int(parse_qs(parts.query)["page"][0]) - 1) * PER_PAGE
            rows = [{"u": one, "t": "x", "c": printed(one)} for one in self.listed[start : start + PER_PAGE]]
            return json.dumps({"data": rows}).encode()
        return None

    def __post_init__(self) -> None:
        """List the articles once."""
        self.listed = self.rows()


def printed(path: str) -> str:
    """Return the time that an article prints: its day, and a minute by its number."""
    _, _, _, day, number = path.split("/")
    return f"{datetime.fromisoformat(day) + timedelta(minutes=int(number) % 1440):%Y-%m-%d %H:%M}"


def page(path: str) -> bytes:
    """Return an article's page."""
    name = path.replace("/", " ").strip()
    text = f"样例公司{name}公告称，公司计划投资建设智能温室，占地约260亩，预计明年年底投产，届时年产番茄{len(name)}万吨。"
    head = f"样例公司拟投资建设智能温室（{name}）"
    body = f"<div>{printed(path)} 来源：样报</div><div><p>{text}</p><p>{text[::-1]}</p></div>"
    return f"<title>{head}_样报网</title><h1>{head}</h1>{body}".encode()


def serve(site: Site) -> ThreadingHTTPServer:
    """Serve the sites on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = site.answer(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def counts_of(days: list[date], articles: int) -> dict[date, int]:
    """Spread `articles` over `days` unevenly, the same way every time, and give the days around them some more."""
    chance = random.Random(1)
    counts = Counter(chance.choices(days, weights=[chance.randint(1, 5) for _ in days], k=articles))
    for away in range(1, AROUND + 1):
        counts[days[0] - timedelta(days=away)] = counts[days[-1] + timedelta(days=away)] = 50
    return dict(counts)


def backfill(project: Project, days: list[date], site: Site) -> Run:
    """Run the range once and print its requests and its time."""
    before, begun = site.asked.copy(), time.perf_counter()
    run = perform("backfill", project.workers, lambda runner: collect(project, dict.fromkeys(SOURCES, days), runner, Watch()))
    asked = site.asked - before
    print(f"{time.perf_counter() - begun:.0f} s: {asked['a']} article requests, {asked['dated'] + asked['newest']} list requests")
    return run


def main() -> None:
    """Run the range three times and compare the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--articles", type=int, default=10_000)
    arguments = parser.parse_args()
    days = [FIRST + timedelta(days=number) for number in range(arguments.days)]
    site = Site(counts_of(days, arguments.articles))
    server = serve(site)
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config"
        (config / "sources").mkdir(parents=True)
        for name, seeds in SOURCES.items():
            (config / "sources" / f"{name}.yml").write_text((COMMON + seeds).format(port=server.server_port), encoding="utf-8")
        project = open_project(config, Path(folder) / "data")
        runs = [backfill(project, days, site) for _ in range(3)]
        right = compare(project, days, site)
    server.shutdown()
    statuses = Counter(report.status for report in runs[-1].reports)
    print(f"statuses after the third run: {dict(statuses)}")
    sys.exit(0 if right and set(statuses) == {"complete"} else 1)


def compare(project: Project, days: list[date], site: Site) -> bool:
    """Print the counts of each day, and return whether all are right."""
    records = dataset.records(project.data)
    print(f"{'day':10} {'site':>6} " + " ".join(f"{name:>6}" for name in SOURCES))
    totals: Counter[str] = Counter()
    right = True
    for day in days:
        found = {name: records.count(day, name) for name in SOURCES}
        totals.update({"site": site.counts[day], **found})
        right = right and set(found.values()) == {site.counts[day]}
        print(f"{day} {site.counts[day]:>6} " + " ".join(f"{count:>6}" for count in found.values()))
    print(f"{'sum':10} {totals['site']:>6} " + " ".join(f"{totals[name]:>6}" for name in SOURCES))
    return right


if __name__ == "__main__":
    main()
