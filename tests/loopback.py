"""A small site on loopback whose answers a test writes itself, and a project with sources over it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from flows.daily import collect
from flows.settings import Project, open_project
from flows.watch import Watch
from tests.workers import workers

Answer = tuple[int, bytes] | tuple[int, bytes, dict[str, str]]


@dataclass
class Loopback:
    """A running site: `pages` maps targets to answers (or to a function of the count of askings), `asked` grows.

    `headers` holds those of each asking, in the order of `asked`.
    """

    port: int
    pages: dict[str, Answer | Callable[[int], Answer]]
    asked: list[str]
    headers: list[Message]


@contextmanager
def loopback(host: str = "127.0.0.1") -> Iterator[Loopback]:
    pages: dict[str, Answer | Callable[[int], Answer]] = {}
    asked: list[str] = []
    headers: list[Message] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers.append(self.headers)
            asked.append(self.path)
            answer = pages.get(self.path, (404, b"none"))
            status, body, *more = answer(asked.count(self.path)) if callable(answer) else answer
            self.send_response(status)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **(more[0] if more else {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Take a client that hangs up for what it is."""

    server = Server((host, 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    pages["/robots.txt"] = (404, b"")
    try:
        yield Loopback(server.server_port, pages, asked, headers)
    finally:
        server.shutdown()
        server.server_close()


SOURCE = """\
title: x
home: http://127.0.0.1:{port}/
seeds:
  - {{kind: listing, url: 'http://127.0.0.1:{port}/{name}/{{day:%d}}', links: a}}
allow: ['/a/']
delay: 0
private: true
"""


def make_project(tmp_path: Path, site: Loopback, **sources: str) -> Project:
    """Return a project with sources; each is the text of its YAML, where `{port}` and `{name}` are filled in."""
    folder = tmp_path / "config" / "sources"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in sources.items():
        (folder / f"{name}.yml").write_text(text.format(port=site.port, name=name), encoding="utf-8")
    return open_project(tmp_path / "config", tmp_path / "data")


def collected(project: Project, plan, **options):
    return collect(project, plan, workers(project), Watch(), **options)


def article(number: int, printed: str = "2026-11-18 09:21", title: str | None = None) -> Answer:
    """Return an ordinary article page."""
    text = f"第{number}家公司公告称，公司计划投资{number}亿元建设智能温室，占地约260亩，预计2027年底投产，利润将增长{number}%。"
    head = title or f"第{number}家公司拟投资建设智能温室"
    html = (
        f"<title>{head}_样报网</title><h1>{head}</h1><div>{printed} 来源：样报</div><div><p>{text}</p><p>{text[::-1]}</p></div>"
    )
    return 200, html.encode()


def links(*targets: str) -> Answer:
    """Return a list page."""
    return 200, "".join(f'<li><a href="{target}">标题</a></li>' for target in targets).encode()
