"""Imitations of the shipped sources' sites on loopback: each of their hosts is a port, and every list a template.

A source's folder in `fixtures/` has `site.yml` (the addresses that the site has, literally, and which of the invented articles
each list names), `list.*` and `article.html` (Jinja templates in the site's markup).
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import jinja2
import yaml

from flows.settings import SHIPPED_CONFIG

FIXTURES = Path(__file__).parent / "fixtures"
WALLED = 5  # the number of the article that stands behind a wall on every site
_HOST = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)")
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_TEMPLATES = jinja2.Environment(loader=jinja2.FileSystemLoader(FIXTURES), undefined=jinja2.StrictUndefined, autoescape=False)


class Told(NamedTuple):
    """An invented article and its address on one site; `at` is naive Beijing time."""

    number: int
    at: datetime
    title: str
    body: list[str]
    url: str

    @property
    def epoch(self) -> int:
        return int(self.at.replace(tzinfo=_SHANGHAI).timestamp())


@dataclass
class Imitated:
    """One source's site: what it answers at each address, as `(status, body, headers)`."""

    name: str
    site: dict[str, Any]
    articles: dict[int, Told] = field(init=False)

    def __post_init__(self) -> None:
        told = yaml.safe_load((FIXTURES / "articles.yml").read_text(encoding="utf-8"))
        address = self.site["article"]
        self.articles = {one["number"]: Told(**one, url=address.format(day=one["at"], number=one["number"])) for one in told}

    def listed(self, address: str) -> list[Told]:
        """Return the articles that the list at `address` names."""
        shown = self.site["lists"][address]
        return [self.articles[number] for number in (shown if isinstance(shown, list) else shown.get("articles", ()))]

    def list_page(self, address: str) -> bytes:
        """Return the list at `address`."""
        shown = self.site["lists"][address]
        more = {} if isinstance(shown, list) else {key: value for key, value in shown.items() if key != "articles"}
        (default,) = (path.name for path in (FIXTURES / self.name).glob("list.*"))
        rows = [{**one._asdict(), "epoch": one.epoch} for one in self.listed(address)]
        template = _TEMPLATES.get_template(f"{self.name}/{more.pop('file', default)}")
        return self._encoded(template.render(articles=rows, **more))

    def article_page(self, one: Told) -> bytes:
        """Return an article's page."""
        return self._encoded(_TEMPLATES.get_template(f"{self.name}/article.html").render(one._asdict()))

    def _encoded(self, text: str) -> bytes:
        return text.encode(self.site.get("charset", "utf-8"))

    def answers(self) -> Iterator[tuple[str, int, bytes, dict[str, str]]]:
        """Yield everything that the site has: address, status, body, headers."""
        for address in self.site["lists"]:
            yield address, 200, self.list_page(address), {}
        if self.site.get("flashes"):
            return
        wall = self.site.get("wall", {"status": 403, "body": ""})
        for one in self.articles.values():
            if one.number == WALLED:
                location = {"Location": wall["location"]} if "location" in wall else {}
                yield one.url, wall["status"], self._encoded(wall["body"]), location
            else:
                yield one.url, 200, self.article_page(one), {}


def imitated(name: str) -> Imitated:
    """Return the imitation of a source's site."""
    return Imitated(name, yaml.safe_load((FIXTURES / name / "site.yml").read_text(encoding="utf-8")))


@dataclass
class Web:
    """All imitated sites, running. `asked` grows: original addresses, with the headers of each request."""

    ports: dict[str, int]
    asked: list[tuple[str, dict[str, str]]]

    def here(self, text: str) -> str:
        """Return a text with the hosts' names replaced by where they are imitated."""
        return _HOST.sub(lambda found: f"http://127.0.0.1:{self.ports[found[1]]}" if found[1] in self.ports else found[0], text)

    def pattern(self, text: str) -> str:
        """Return an `allow` pattern that finds on loopback what it finds on the web."""
        scheme, _, rest = text.removeprefix("^").partition("://")
        host, slash, path = rest.partition("/")
        if not slash:
            return text
        fitting = [str(port) for name, port in self.ports.items() if re.fullmatch(host, name)]
        assert fitting, f"no imitated host fits {text}"
        assert scheme == "https?"
        return rf"^http://127\.0\.0\.1:(?:{'|'.join(fitting)})/{path}"

    def source(self, name: str) -> dict[str, Any]:
        """Return the shipped YAML of a source with its addresses on loopback, awake, without delay, and with days that may be empty."""
        given = yaml.safe_load((SHIPPED_CONFIG / "sources" / f"{name}.yml").read_text(encoding="utf-8"))
        for seed in given["seeds"]:
            seed["url"] = self.here(seed["url"])
            if "item" in seed:
                seed["item"]["url"] = self.here(seed["item"]["url"])
        given |= {"allow": [self.pattern(one) for one in given["allow"]], "home": self.here(given["home"])}
        return {**given, "delay": 0, "private": True, "disabled": None, "expect": {"min": 0}}


@contextmanager
def imitation(names: list[str]) -> Iterator[Web]:
    """Run the sites of the named sources."""
    sites = [imitated(name) for name in names]
    answers = {answer[0]: answer[1:] for site in sites for answer in site.answers()}
    web = Web({}, [])
    with ExitStack() as stack:
        for host in sorted({urlsplit(address).netloc for address in answers}):
            server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(host, web, answers))
            server.daemon_threads = True
            web.ports[host] = server.server_port
            Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
        yield web


def _handler(host: str, web: Web, answers: dict[str, tuple[int, bytes, dict[str, str]]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = next((one for one in (f"https://{host}{self.path}", f"http://{host}{self.path}") if one in answers), None)
            web.asked.append(
                (address or f"http://{host}{self.path}", {key.lower(): value for key, value in self.headers.items()})
            )
            status, body, headers = answers[address] if address else (404, b"none", {})
            body = web.here(body.decode("latin-1")).encode("latin-1")  # byte by byte: addresses are ASCII
            self.send_response(status)
            for key, value in {"Content-Type": "text/html", **headers}.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    return Handler


def day_of(one: Told) -> date:
    """Return the day on which an article was published."""
    return one.at.date()
