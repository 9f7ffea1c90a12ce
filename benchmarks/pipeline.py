"""The whole path, from HTTP to Parquet, beside its limit and beside two other ways, over the same pages on loopback.

    python benchmarks/pipeline.py [--pages 5000] [--peer /path/to/python]

- `limit`: extraction and annotation of all pages alone, in as many processes as there are processors; no network, no files.
- `caixun`: discovery, fetching, archive, ledger, extraction, annotation, Parquet, checks.
- `script`: what one would write by hand: requests, trafilatura and pandas, one page after another.
- `news-please`: where `--peer` names a Python that has it; fetching by threads and its own extraction, written with pandas.

Prints for each the seconds, articles per second, and the greatest memory of its processes together. `share of the limit` is the
limit's time through ours. The pages are invented, 60 KB each, an article of about 1,300 characters among navigation and lists of
links, 5,000 a day: more are a backfill. They are written to files first, so that the site takes little of the processors.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Thread

from crawl import Server

from crawlers.page import Page
from crawlers.source import plain_source
from flows.settings import SHIPPED_CONFIG
from transforms.annotate import annotate, open_engine
from transforms.extract import extract
from transforms.reading import read_dataset

DAY = date(2026, 11, 18)
PER_LIST = 500
PER_DAY = 5000
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
PLACES = ("临江", "云湖", "海川", "青原", "南屿", "北岭")
THINGS = (
    "储能电站",
    "智能仓储",
    "大模型平台",
    "动力电池",
    "光伏组件",
    "存储芯片",
    "云计算中心",
    "创新药",
    "工业机器人",
    "数字人民币",
)
SENTENCES = (
    "{place}{thing}项目{verb}，总投资{a}亿元，预计{year}年投产。",
    "公司公告，前三季度营业收入{a}.{b}亿元，同比增长{b}%，净利润{c}亿元。",
    "记者从{place}市获悉，当地已有{c}家企业把{thing}用于生产，覆盖银行、物流和制造业。",
    "业内人士认为，{thing}的成本一年内下降了{b}%，明年的需求仍会增加，行业集中度将进一步提高。",
    "{place}证券研究员说，{thing}产业链上的公司订单饱满，产能利用率在{b}%以上。",
    "根据规划，到{year}年，{place}将建成{c}个{thing}基地，带动就业{a}千人。",
)
LETTERS = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平"
    "形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党"
)
VERBS = ("开工", "获批", "签约", "投产", "完成验收")


LINK = '<li class="item"><a href="/x/{0}.html" target="_blank" data-report="c={0}">{1}相关的一条旧闻标题</a><span>11-1{2}</span></li>\n'
LISTS = ["".join(LINK.format(one, THINGS[one * turn % 10], one % 9) for one in range(330)) for turn in range(1, 20)]


def article(number: int) -> bytes:
    """Return the page of one article."""
    draw = random.Random(number)

    def sentence() -> str:
        figures = {"a": draw.randint(2, 99), "b": draw.randint(5, 95), "c": draw.randint(2, 40), "year": draw.randint(2027, 2031)}
        names = {"place": draw.choice(PLACES), "thing": draw.choice(THINGS), "verb": draw.choice(VERBS)}
        words = "".join(draw.choices(LETTERS, k=draw.randint(8, 24)))  # real articles have few sentences in common
        return f"{words}，{draw.choice(SENTENCES).format(**figures, **names)}"

    title = f"{draw.choice(PLACES)}{draw.choice(THINGS)}{draw.choice(VERBS)}（{number}）"
    text = "".join(f"<p>{''.join(sentence() for _ in range(3))}</p>\n" for _ in range(8))
    links = LISTS[number % len(LISTS)]
    few = "\n".join(links.split("\n")[:100])
    head = f"<html><head><meta charset='utf-8'><title>{title}_样本财经</title></head><body><div class='nav'><ul>{few}</ul></div>"
    day = DAY - timedelta(days=number // PER_DAY)
    printed = f"{day:%Y年%m月%d日} {number % 24:02}:{number % 60:02}"
    info = f"<div class='info'><span class='date'>{printed}</span> <span>来源：样本日报</span></div>"
    end = f"<p class='editor'>责任编辑：王编</p></div><div class='rank'><ul>{links}</ul></div></body></html>"
    return f"{head}<div class='main'><h1>{title}</h1>{info}<div id='artibody' class='article'>{text}{end}".encode()


class Site(Server):
    """Answers with lists of pages, and with the pages, which lie in a folder."""

    count = 0  # of pages
    folder = Path()

    def answer(self, path: str) -> bytes:
        """Return the answer to one request."""
        _, what, *rest = path.split("/")
        if what == "a":
            body = (Site.folder / rest[0]).read_bytes()
        elif what == "list":
            first = (DAY - datetime.strptime(rest[0], "%Y%m%d").date()).days * PER_DAY  # noqa: DTZ007 - a day
            start, end = (first + (int(rest[1]) - back) * PER_LIST for back in (1, 0))
            numbers = range(start, min(end, first + PER_DAY, Site.count))
            body = "".join(f'<li><a href="/a/{number}">{number}</a></li>' for number in numbers).encode()
        else:
            body = b""
        return b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def serve(pages: int, folder: Path, pipe: Connection) -> None:
    """Write the pages into a folder, and serve the site until the process is ended."""
    Site.count, Site.folder = pages, folder
    for number in range(pages):
        (folder / str(number)).write_bytes(article(number))

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Site, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    asyncio.run(run())


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
    with tempfile.TemporaryDirectory() as site:
        ours, theirs = get_context("spawn").Pipe()
        server = get_context("spawn").Process(target=serve, args=(options.pages, Path(site), theirs), daemon=True)
        server.start()
        compare(options, ours.recv())
        server.terminate()


def compare(options: argparse.Namespace, port: int) -> None:
    """Measure all ways that are asked for, and print."""
    few = min(options.script_pages, options.pages)
    ways = [("caixun", caixun, options.pages)]
    if not options.only:
        ways += [("script", by_hand(sys.executable, SCRIPT), few)]
        ways += [("news-please", by_hand(options.peer, NEWSPLEASE), few)] if options.peer else []
        least = limit(options.pages)
        print(f"{'limit':12} {least:8.1f} s {options.pages / least:8.1f} articles/s")
    for name, run, pages in ways:
        with tempfile.TemporaryDirectory() as folder:
            seconds, memory = run(port, pages, Path(folder))
        print(f"{name:12} {seconds:8.1f} s {pages / seconds:8.1f} articles/s {memory:6} MiB", flush=True)
        if name == "caixun" and not options.only:
            print(f"{'':12} share of the limit {least / seconds:.2f}")


if __name__ == "__main__":
    main()
