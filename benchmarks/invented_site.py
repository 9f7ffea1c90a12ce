"""A site of invented articles on loopback, for benchmarks of the whole path.

Its pages are of 60 KB each, an article of about 1,300 characters among navigation and lists of links, 5,000 a day: more are of
the days before. They are written to files first, so that the site takes little of the processors.
"""

import asyncio
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from crawl import Server

DAY = date(2026, 11, 18)
PER_DAY = 5000
PER_LIST = 500
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
        words = "".join(draw.choices(LETTERS, k=draw.randint(16, 48)))
        # So few sentences in common let one pair of articles in 500 share a key of the stories, as pairs of real announcements do.
        return f"{words}，{draw.choice(SENTENCES).format(**figures, **names)}" if draw.random() < 0.5 else f"{words}。"

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


@contextmanager
def serving(pages: int) -> Iterator[int]:
    """Serve so many articles from a process of its own; give its port."""
    ours, theirs = get_context("spawn").Pipe()
    with tempfile.TemporaryDirectory() as folder:
        server = get_context("spawn").Process(target=_serve, args=(pages, Path(folder), theirs), daemon=True)
        server.start()
        try:
            yield ours.recv()
        finally:
            server.terminate()
            server.join()


def _serve(pages: int, folder: Path, pipe: Connection) -> None:
    Site.count, Site.folder = pages, folder
    for number in range(pages):
        (folder / str(number)).write_bytes(article(number))

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Site, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    asyncio.run(run())
