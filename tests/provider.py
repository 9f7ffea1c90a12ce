"""A model's provider on loopback, as chat completions of OpenAI's shape: tests write what it answers."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from transforms import llm

_ARTICLE = re.compile(r'<article key="(\w+)">\n标题：(.*?)\n\n(.*)\n</article key="\1">', re.DOTALL)
KEY = "sk-loopback-7f3a"


@dataclass
class Asked:
    """One request. `number` counts from 1."""

    number: int
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def article(self) -> tuple[str, str]:
        _, title, body = _ARTICLE.fullmatch(self.body["messages"][1]["content"]).groups()
        return title, body

    @property
    def mode(self) -> str:
        return "schema" if "response_format" in self.body else "tool" if "tools" in self.body else "prompt"

    @property
    def again(self) -> bool:
        """Whether it names the faults of a former answer."""
        return len(self.body["messages"]) > 2


Answer = tuple[int, dict[str, Any] | str, dict[str, str]]


def said(asked: Asked, **changes: Any) -> dict[str, Any]:
    """Return what a truthful model says of the article."""
    title, body = asked.article
    first = re.match(r".*?[。！？\n]|.*", body, re.DOTALL)[0].strip()
    return {
        "summary": first[:150],
        "keywords": [title[:4], title[-4:], title[1:7]],
        "ai_technologies": [],
        "industries": [],
        "industry_codes": [],
        "major_events": [first],
        "securities": [],
        **changes,
    }


def completion(
    asked: Asked, text: str | dict[str, Any], finish: str = "stop", *, tokens: tuple[int, int] = (1000, 200)
) -> Answer:
    """Return an answer with `text`, in the mode that was asked for."""
    text = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if asked.mode == "tool":
        call = {"id": "c", "type": "function", "function": {"name": "annotate", "arguments": text}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    whole = {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": asked.body["model"],
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
        "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)},
    }
    return 200, whole, {}


def failure(status: int, message: str = "no", **headers: str) -> Answer:
    """Return an error; by default it may be tried again at once."""
    return status, {"error": {"message": message, "code": None}}, {"retry-after-ms": "1", **headers}


def deep() -> Answer:
    """Return JSON that is nested more deeply than Python reads."""
    return 200, "[" * 100_000 + "]" * 100_000, {"Content-Type": "application/json"}


def truthful(asked: Asked) -> Answer:
    return completion(asked, said(asked))


@dataclass
class Batches:
    """Batches of questions; `fail` maps a path to the answer that it gets once, after what it asks for is done.

    `never` maps paths to what they get always. A batch is in the state `begins`, and at the second look in the state `ends`;
    `spoil` makes of its answers what is sent. Without `marks` nothing is kept with a batch. The first batch's name comes
    after `lag` seconds.
    """

    files: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    made: list[dict[str, Any]] = field(default_factory=list)
    fail: dict[str, Answer] = field(default_factory=dict)
    never: dict[str, Answer] = field(default_factory=dict)
    begins: str = "in_progress"
    ends: str = "completed"
    spoil: Callable[[str], str] = str
    marks: bool = True
    lag: float = 0.0

    def post(self, path: str, body: bytes, answer: Callable[[Asked], Answer]) -> Answer:
        if path in self.never:
            return self.never[path]
        if path == "/v1/files":
            name = f"file-{len(self.files)}"
            self.names[name] = re.search(rb'filename="(.*?)"', body)[1].decode()
            self.files[name] = re.search(rb"\r\n\r\n(\{.*?)\r\n--", body, re.DOTALL)[1].decode()
            return 200, {"id": name, "object": "file"}, {}
        asked = json.loads(body)
        rows = [json.loads(line) for line in self.files[asked["input_file_id"]].splitlines()]
        lines = [self._line(row, *answer(Asked(number, row["body"], {}))) for number, row in enumerate(rows, 1)]
        number = len(self.made)
        self.files[f"out-{number}"] = self.spoil("\n".join(lines))
        kept = {"input_file_id": asked["input_file_id"], "metadata": asked["metadata"] if self.marks else None}
        self.made.append({"id": f"batch-{number}", "status": self.begins, **kept})
        time.sleep(0 if number else self.lag)
        return self.fail.pop(path, None) or (200, self.made[number], {})

    def get(self, path: str) -> Answer:
        if path in self.never or path in self.fail:
            return self.never.get(path) or self.fail.pop(path)
        if path.endswith("/content"):
            return 200, self.files[path.split("/")[-2]], {}
        if path.startswith("/v1/files/"):
            name = path.rsplit("/", maxsplit=1)[-1]
            return 200, {"id": name, "object": "file", "filename": self.names[name]}, {}
        if path.startswith("/v1/batches?"):
            return 200, {"object": "list", "data": self.made[::-1], "has_more": False}, {}
        (batch,) = (one for one in self.made if path == f"/v1/batches/{one['id']}")
        answer = 200, dict(batch), {}
        batch["status"] = self.ends
        if self.ends == "completed":
            batch["output_file_id"] = f"out-{batch['id'].removeprefix('batch-')}"
        return answer

    @staticmethod
    def _line(row: dict[str, Any], status: int, body: dict[str, Any] | str, _headers: dict[str, str]) -> str:
        # A line ends at a line feed alone: a text may hold what Python takes for the end of one, too.
        answered = {"custom_id": row["custom_id"], "note": "\u2028", "response": {"status_code": status, "body": body}}
        return json.dumps(answered, ensure_ascii=False)


@dataclass
class Provider:
    """A running provider: `answer` may be exchanged, `asked` grows, `most_open` is how many requests were open at a time."""

    port: int = 0
    answer: Callable[[Asked], Answer] = truthful
    asked: list[Asked] = field(default_factory=list)
    seconds: float = 0.0
    open: int = 0
    most_open: int = 0
    lock: Lock = field(default_factory=Lock)
    batches: Batches = field(default_factory=Batches)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def titles(self) -> list[str]:
        return [one.article[0] for one in self.asked]

    def begin(self, body: dict[str, Any], headers: dict[str, str]) -> Asked:
        with self.lock:
            self.open += 1
            self.most_open = max(self.most_open, self.open)
            asked = Asked(len(self.asked) + 1, body, headers)
            self.asked.append(asked)
        return asked

    def end(self) -> None:
        with self.lock:
            self.open -= 1


@contextmanager
def provider() -> Iterator[Provider]:
    running = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path != "/v1/chat/completions":
                self._send(*running.batches.post(self.path, body, running.answer))
                return
            asked = running.begin(json.loads(body), {name.lower(): value for name, value in self.headers.items()})
            time.sleep(running.seconds)
            answer = running.answer(asked)
            running.end()
            self._send(*answer)

        def do_GET(self) -> None:
            self._send(*running.batches.get(self.path))

        def _send(self, status: int, value: dict[str, Any] | str, headers: dict[str, str]) -> None:
            body = (value if isinstance(value, str) else json.dumps(value)).encode()
            self.send_response(status)
            kind = "text/html" if isinstance(value, str) else "application/json"
            for name, text in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Take a client that hangs up for what it is."""

    server = Server(("127.0.0.1", 0), Handler)
    running.port = server.server_port
    for place in [place for place in llm._PROVEN if place[0] == running.url]:
        del llm._PROVEN[place]  # of an earlier provider of this process, which the system had given the same port
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
