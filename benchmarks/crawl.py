"""What a crawl costs: fetch + archive + ledger, beside the limit and beside Scrapy alone, over the same pages on loopback.

    python benchmarks/crawl.py [--urls 5000] [--bytes 60000] [--open 8]

Three programs, each in its own process, ask one server for the same pages: a plain asyncio client that parses nothing (the
limit), Scrapy with no pipeline, and a crawl of this project, which also reads the lists that name the pages. Prints for each
pages per second (from its first page to its last, as the server saw them), CPU time per page (without what a process of it
needs to start), and for the crawl the memory that it holds at each quarter of the way.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ClassVar

from flows.crawl import Crawls, new_crawl_id
from flows.settings import open_project

DAY = date(2026, 11, 18)
PER_LIST = 500
SOURCE = """\
title: benchmark
home: http://127.0.0.1:{port}/
seeds:
  - kind: listing
    url: http://127.0.0.1:{port}/list/{{day:%d}}/{{page}}/{urls}
    links: a
    pages: {{max: 100000}}
allow: ['/crawl/']
delay: 0
private: true
"""


def bodies(size: int) -> list[bytes]:
    """Return a few pages of about `size` bytes, which compress as news pages do."""
    draw = random.Random(7)
    words = ["".join(chr(draw.randint(0x4E00, 0x9000)) for _ in range(draw.randint(2, 4))) for _ in range(3000)]
    pages = []
    for number in range(20):
        parts = []
        while sum(map(len, parts)) * 2 < size:
            text = "".join(draw.choice(words) for _ in range(40))
            parts.append(
                f'<div class="item-{number}"><p style="margin:0;line-height:1.8"><a href="/x/{len(parts)}">{text}</a></p></div>\n'
            )
        pages.append(f"<html><head><title>{number}</title></head><body>{''.join(parts)}</body></html>".encode())
    return pages


def listing(page: int, urls: int) -> bytes:
    """Return a list page that names up to `PER_LIST` pages."""
    numbers = range(page * PER_LIST, min((page + 1) * PER_LIST, urls))
    return "".join(f'<li><a href="/crawl/{number}">{number}</a></li>' for number in numbers).encode()


class Server(asyncio.Protocol):
    """Answers HTTP/1.1 requests with ready-made pages, and notes when each program asked first and last."""

    pages: list[bytes]
    spans: ClassVar[dict[str, list[float]]] = {}
    count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a connection."""
        self.transport, self.held = transport, b""

    def data_received(self, data: bytes) -> None:
        """Answer every whole request."""
        self.held += data
        while (end := self.held.find(b"\r\n\r\n")) >= 0:
            path = self.held[:end].split(b" ", 2)[1].decode()
            self.held = self.held[end + 4 :]
            self.transport.write(self.answer(path))  # type: ignore[attr-defined]

    def answer(self, path: str) -> bytes:
        """Return the answer to one request."""
        _, who, *rest = path.split("/")
        if who == "list":
            body = listing(int(rest[1]) - 1, int(rest[2]))
        elif who == "robots.txt":
            body = b"User-agent: *\nDisallow: /private/\n"
        else:
            Server.count += 1
            now = time.perf_counter()
            Server.spans.setdefault(who, [now, now])[1] = now
            body = Server.pages[Server.count % len(Server.pages)]
        return b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def serve(pipe: Connection, size: int) -> None:
    """Serve for as long as the other process lives; send the port, then, when asked, the spans."""
    Server.pages = bodies(size)

    def tell() -> None:
        try:
            pipe.recv()
        except EOFError:
            sys.exit()
        pipe.send(Server.spans)
        Server.spans.clear()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Server, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        loop.add_reader(pipe.fileno(), tell)
        await asyncio.Event().wait()

    asyncio.run(run())


async def plain(port: int, urls: int, at_once: int) -> None:
    """Fetch every page with a few lines of asyncio."""
    numbers = iter(range(urls))

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            writer.write(f"GET /plain/{number} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.rpartition(b"Content-Length: ")[2].split(b"\r")[0]))
        writer.close()

    await asyncio.gather(*(work() for _ in range(at_once)))


def scrapy_alone(port: int, urls: int, at_once: int) -> None:
    """Fetch every page with Scrapy and do nothing with it."""
    from scrapy import Request, Spider
    from scrapy.crawler import AsyncCrawlerProcess

    class Alone(Spider):
        name = "alone"

        async def start(self):  # noqa: ANN202
            for number in range(urls):
                yield Request(f"http://127.0.0.1:{port}/scrapy/{number}", callback=self.parse, dont_filter=True)

        def parse(self, response) -> None:  # noqa: ANN001
            """Take the page."""

    settings = {"CONCURRENT_REQUESTS": at_once, "CONCURRENT_REQUESTS_PER_DOMAIN": at_once, "LOG_LEVEL": "INFO"}
    process = AsyncCrawlerProcess({**settings, "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False})
    process.crawl(Alone)
    process.start()


def in_child(who: str, port: int, urls: int, at_once: int) -> None:
    """Run one of the two clients in a process of its own."""
    command = [sys.executable, __file__, "--as", who, "--port", str(port), "--urls", str(urls), "--open", str(at_once)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


class Memory:
    """Samples the memory of this process's child by the share of pages that are archived."""

    def __init__(self, data: Path, urls: int) -> None:
        """Watch a crawl of `urls` pages into `data`."""
        self.data, self.urls = data, urls
        self.samples: dict[int, int] = {}
        self._last = 0.0

    def tick(self) -> None:
        """Look, at most once a second."""
        if time.monotonic() - self._last < 1:
            return
        self._last = time.monotonic()
        files = list((self.data / "archive").rglob("*.open"))
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        for pid in children:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"crawlers" in command and files:
                status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
                self.samples[files[0].stat().st_size] = int(status["VmRSS"].split()[0]) // 1024

    def quarters(self) -> list[int]:
        """Return the MiB held at each quarter of the way."""
        whole = max(self.samples, default=0)
        return (
            [self.samples[min(self.samples, key=lambda size: abs(size - whole * part / 4))] for part in (1, 2, 3, 4)]
            if whole
            else []
        )


def crawled(port: int, urls: int, at_once: int) -> Memory:
    """Crawl every page into an archive and a ledger."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config"
        (config / "sources").mkdir(parents=True)
        (config / "sources" / "bench.yml").write_text(SOURCE.format(port=port, urls=urls))
        (config / "settings.yml").write_text(f"concurrency: {at_once}\n")
        project = open_project(config, Path(folder) / "data")
        memory = Memory(project.data, urls)
        with Crawls(project, again=False) as crawls:
            crawls.begin("bench", [DAY], new_crawl_id())
            while (ended := crawls.ended()) is None:
                memory.tick()
            assert ended.trouble is None
        (report,) = project.ledger.reports(["bench"], [DAY])
        assert report.tally.waiting == urls, report
        left = project.ledger.pending("bench", [DAY])
        assert not left, f"{len(left)} pages were not fetched, the first one {left[0].link}"
        return memory


def cpu() -> float:
    """Return the CPU seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(who: str, port: int, urls: int, at_once: int) -> tuple[float, Memory | None]:
    """Run one program, and return its CPU seconds."""
    before = cpu()
    memory = crawled(port, urls, at_once) if who == "crawl" else in_child(who, port, urls, at_once)
    return cpu() - before, memory


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--urls", type=int, default=5000)
    parser.add_argument("--bytes", type=int, default=60_000)
    parser.add_argument("--open", type=int, default=8, help="requests that may be open at a time")
    parser.add_argument("--only", choices=("plain", "scrapy", "crawl"), help="one program instead of all three")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--as", dest="role", choices=("plain", "scrapy"), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role == "plain":
        asyncio.run(plain(options.port, options.urls, options.open))
    elif options.role == "scrapy":
        scrapy_alone(options.port, options.urls, options.open)
    else:
        compare(options)


def compare(options: argparse.Namespace) -> None:
    """Run the programs one after another against one server."""
    ours, theirs = get_context("spawn").Pipe()
    server = get_context("spawn").Process(target=serve, args=(theirs, options.bytes), daemon=True)
    server.start()
    port, results = ours.recv(), {}
    for who in [options.only] if options.only else ["plain", "scrapy", "crawl"]:
        started, _ = measured(who, port, 8, options.open)
        ours.send(None)
        ours.recv()
        used, memory = measured(who, port, options.urls, options.open)
        ours.send(None)
        first, last = ours.recv()[who]
        rate, each = options.urls / (last - first), (used - started) / options.urls * 1000
        results[who] = {"pages_per_second": round(rate, 1), "cpu_ms_per_page": round(each, 2)}
        if memory:
            results[who]["mib_at_quarters"] = memory.quarters()
        if not options.json:
            print(f"{who:7} {rate:8.1f} pages/s {each:7.2f} ms CPU per page", f"MiB {memory.quarters()}" if memory else "")
    server.terminate()
    if {"scrapy", "crawl"} <= results.keys():
        results["share_of_scrapy"] = round(results["crawl"]["pages_per_second"] / results["scrapy"]["pages_per_second"], 2)
        if not options.json:
            print(f"the crawl reaches {results['share_of_scrapy']} of Scrapy alone")
    if options.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
