"""The bundled sample site: three small news sites on loopback, with invented articles, for the demo and the tests.

`/paper/` is a dated list in GBK, `/wire/` a JSON list, `/search` a result page as Baidu's that leads to `/s?id=…`. Among
them are an article of another day, a reprint, a captcha page, a missing article, a page without an article, and one that
robots.txt forbids.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import yaml

from crawlers.errors import ConfigError

PORT = 8787
CAPTCHA_ID = 1882269610531625985
MISSING_ISSUE, MISSING_ID = "2026-11-19", 9404
VIDEO, FORBIDDEN = "/wire/2026-11-19/video-5090.html", "/wire/private/2026-11-19/doc-5099.html"
_PER_PAGE = 10


class Answer(NamedTuple):
    """One HTTP answer; `body` in the bytes that the site would send."""

    status: int
    media: str
    body: bytes


@dataclass
class SampleSite:
    """The site's articles, and every path that was asked for, in order."""

    articles: list[dict[str, Any]]
    asked: list[str] = field(default_factory=list)

    def of(self, source: str) -> list[dict[str, Any]]:
        """Return the articles of one of the three sites, newest first."""
        return sorted((one for one in self.articles if one["source"] == source), key=lambda one: one["published"], reverse=True)

    def answer(self, target: str) -> Answer:
        """Return the answer to a request for `target` (path and query)."""
        self.asked.append(target)
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        pages: tuple[tuple[str, Callable[[], Answer | None]], ...] = (
            ("/robots.txt", lambda: Answer(200, "text/plain", b"User-agent: *\nDisallow: /wire/private/\n")),
            ("/paper/", lambda: self._paper(parts.path)),
            ("/wire/api/roll", lambda: self._roll(int(query.get("page", 1)))),
            ("/wire/", lambda: self._wire(parts.path)),
            ("/search", lambda: self._search(int(query.get("pn", 0)))),
            ("/s", lambda: self._account(int(query.get("id", 0)))),
        )
        answer = next((page() for prefix, page in pages if parts.path.startswith(prefix)), None)
        return answer or _html("<title>404</title><h1>页面不存在</h1>", 404)

    def _paper(self, path: str) -> Answer | None:
        folder, _, name = path.removeprefix("/paper/").rpartition("/")
        day = folder.replace("/", "-")
        issue = [one for one in self.of("sample_paper") if one["listed"] == day]
        if name == "node_2.htm" and issue:
            links = [(one["id"], one["title"]) for one in issue]
            if day == MISSING_ISSUE:
                links.append((MISSING_ID, "已撤下的一篇稿件"))
            rows = "".join(f'<li><a href="content_{number}.htm">{escape(title)}</a></li>' for number, title in links)
            return _html(f"<title>样报 {day}</title><ul class=issue>{rows}</ul>", charset="gb2312")
        found = _CONTENT.fullmatch(name)
        one = next((one for one in issue if found and str(one["id"]) == found["id"]), None)
        if one is None or found is None:
            return None
        number, pages = int(found["number"] or 1), one.get("pages", 1)
        shown = {**one, "body": one["body"][(number - 1) * len(one["body"]) // pages : number * len(one["body"]) // pages]}
        further = f"<a href=content_{one['id']}_{number + 1}.htm>下一页</a>" if number < pages else ""
        authors = f"作者：{' '.join(one['authors'])}" if one["authors"] else ""
        return _html(
            f"<title>{escape(one['title'])}-样报</title><div class=nav><a href=/paper/>首页</a> &gt; 正文</div>"
            f"<h1>{escape(one['title'])}</h1><p class=info>{one['published']}　来源：{one['publisher']}　{authors}</p>"
            f"<div id=ozoom>{_paragraphs(shown)}<p class=editor>（责任编辑：{one['editor']}）</p></div>{further}"
            f"<div class=related><h4>相关阅读</h4>{self._links('sample_paper')}</div>{_FOOTER}",
            charset="gb2312",
        )

    def _roll(self, page: int) -> Answer:
        rows = [
            {"url": _wire_path(one), "title": one["title"], "ctime": one["published"], "media_name": one["publisher"]}
            for one in self.of("sample_wire")
        ]
        rows[8:8] = [
            {"url": VIDEO, "title": "视频：走进智能工厂", "ctime": "2026-11-19 18:00:00", "media_name": "样讯社"},
            {"url": FORBIDDEN, "title": "内部资料", "ctime": "2026-11-19 17:00:00", "media_name": "样讯社"},
        ]
        part = rows[(page - 1) * _PER_PAGE : page * _PER_PAGE]
        return Answer(200, "application/json", json.dumps({"result": {"data": part}}, ensure_ascii=False).encode())

    def _wire(self, path: str) -> Answer | None:
        if path == VIDEO:
            return _html("<title>视频：走进智能工厂_样讯社</title><h1>视频：走进智能工厂</h1><video src=/a.mp4></video>")
        one = next((one for one in self.of("sample_wire") if _wire_path(one) == path), None)
        if one is None:
            return None
        stamp = one["published"].replace(" ", "T")
        return _html(
            f"<title>{escape(one['title'])}_样讯社</title><meta property='article:published_time' content='{stamp}+08:00'>"
            f"<h1 class=main-title>{escape(one['title'])}</h1><div class=date-source><span class=date>{one['published']}</span> "
            f"<span class=source>来源：{one['publisher']}</span></div><div class=article id=artibody>{_paragraphs(one)}"
            f"<p class=show_author>责任编辑：{one.get('editor', '样讯')}</p></div>{self._links('sample_wire')}{_FOOTER}"
        )

    def _search(self, offset: int) -> Answer:
        found = self.of("sample_search")
        last = (len(found) - 1) // _PER_PAGE * _PER_PAGE
        part = found[min(offset, last) :][:_PER_PAGE]  # past the end the last page comes again
        cards = [_card(one["id"], one["title"], one["published"], one["publisher"]) for one in part]
        if offset == 0:
            cards.insert(5, _card(CAPTCHA_ID, "人工智能行业观察：谁在为算力买单", "2026-11-19 16:00:00", "算法日签"))
        return _html(f"<title>资讯搜索_人工智能</title><div id=content_left>{''.join(cards)}</div>")

    def _account(self, number: int) -> Answer | None:
        if number == CAPTCHA_ID:
            return _html("<title>百度安全验证</title><div>网络不给力，请稍后重试</div>")
        one = next((one for one in self.of("sample_search") if one["id"] == number), None)
        if one is None:
            return None
        parts = [{"type": "text", "content": f'<span class="bjh-p">{escape(text)}</span>'} for text in one["body"]]
        item = {"header": one["title"], "sections": parts, "infoBaiJiaHao": {"name": one["publisher"], "type": "media"}}
        data = {
            "title": one["title"],
            "datetime": one["published"],
            "superlanding": [{"itemType": "article", "itemData": item}],
        }
        script = json.dumps({"bsData": data}, ensure_ascii=False).replace("</", "<\\/")
        return _html(
            f"<title>{escape(one['title'])}</title><div id=ssr-content><div data-testid=report-btn>举报/反馈</div></div>"
            f"<script>window.jsonData = {script};window.firstScreenTime = 1</script>"
        )

    def _links(self, source: str) -> str:
        return "".join(f"<a href=#>{escape(one['title'])}</a> " for one in self.of(source)[:5])


_CONTENT = re.compile(r"content_(?P<id>\d+)(?:_(?P<number>\d))?\.htm")
_FOOTER = "<div class=footer>样例网站 内容纯属虚构 <a href=#>联系我们</a></div>"


def _html(inner: str, status: int = 200, charset: str = "utf-8") -> Answer:
    document = f"<!DOCTYPE html><html><head><meta charset={charset}></head><body>{inner}</body></html>"
    return Answer(status, "text/html", document.encode("gbk" if charset == "gb2312" else charset))


def _paragraphs(one: dict[str, Any]) -> str:
    return "".join(f"<p>　　{escape(text)}</p>" for text in one["body"])


def _wire_path(one: dict[str, Any]) -> str:
    return f"/wire/{one['published'][:10]}/doc-{one['id']}.html"


def _card(number: int, title: str, published: str, account: str) -> str:
    day = f"{published[:4]}年{published[5:7]}月{published[8:10]}日"
    link = f"http://127.0.0.1:{PORT}/s?id={number}&wfr=spider"
    data = {
        "title": title.replace("人工智能", "<em>人工智能</em>"),
        "titleUrl": link,
        "dispTime": day,
        "sourceName": account,
    }
    return (
        f'<div class="result-op c-container" tpl="news-normal" mu="{escape(link)}"><!--s-data:{json.dumps(data, ensure_ascii=False)}-->'
        f'<h3><a href="{escape(link)}" aria-label="标题：{escape(title)}">{escape(title)}</a></h3></div>'
    )


def load_site(demo: Path) -> SampleSite:
    """Return the site with the articles of the demo folder; a reprint takes its text from the article that it names."""
    articles = yaml.safe_load((demo / "articles.yml").read_text(encoding="utf-8"))
    bodies = {one["id"]: one["body"] for one in articles if "body" in one}
    return SampleSite([{**one, "body": one.get("body") or bodies[one["same_body_as"]]} for one in articles])


@contextmanager
def serving(site: SampleSite, port: int) -> Iterator[int]:
    """Serve `site` on loopback, and give the port (`port`, or a free one for 0). Raises ConfigError when it is in use."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = site.answer(self.path)
            # Absolute links name the port that the site is reached by.
            body = answer.body.replace(f"127.0.0.1:{PORT}".encode(), f"127.0.0.1:{server.server_port}".encode())
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the terminal for the run's own progress."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Take a client that hangs up for what it is."""

    try:
        server = Server(("127.0.0.1", port), Handler)
    except OSError as error:
        raise ConfigError(f"port {port} of 127.0.0.1 cannot be used ({error.strerror}); choose another with --port") from error
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
