"""The state that a page carries in its scripts: where a site renders in the browser, the article stands there."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from transforms.document import lines_of_html
from transforms.text import fold

# Where a script may begin a JSON value: `window.x = {`, `var x = [`, or a script that is nothing but JSON.
_BEGIN = re.compile(r"(?:=\s{0,4}|^\s{0,20})(?=[{\[]\s{0,20}[\"{\[])")
_LEAST = 100  # characters; a smaller script holds no article
_ATTEMPTS = 24  # values that are tried per page
_DECODER = json.JSONDecoder(strict=False)
_PROSE = re.compile(r"[\u4e00-\u9fff，。；：？！“”]")
_MARK = re.compile(r"[，。；：？！]")
_TAG = re.compile(r"<[^<>]*>")
_ENOUGH = 120  # characters of prose that make a text an article's body
_UP = 4  # levels above the body in which its title, time and source may stand
_LITERAL = re.compile(r'(?<!\\)"((?:[^"\\\n]|\\.){120,}+)"')  # a text inside a script that is no JSON

_TITLE = ("title", "name", "headline", "header", "newsTitle", "articleTitle")
_TIME = (
    "pubTime",
    "publishTime",
    "publish_time",
    "pubtime",
    "newsTime",
    "datetime",
    "datePublished",
    "publishDate",
    "createTime",
)
_PUBLISHER = ("source", "mediaName", "media_name", "media", "sourceName", "source_name", "copyfrom", "copyFrom")
# A name has Chinese characters, or is a Latin one with a capital or a stop; pc, APP, WEB_2 or 12345 is a code of the site's own.
_MEDIUM = re.compile(
    r"(?!http).*[\u4e00-\u9fff].*"
    r"|(?!(?i:pc|web|app|wap|h5|[pou]gc|cms|rss|api|none|null)$)(?!(?:\D*\d){4})(?=.*[A-Z]|.*[a-z]\.[a-z])[A-Za-z\d .&'’-]+"
)
_AUTHOR = ("author", "authorName", "author_name", "authors")
_PARAGRAPH = ("content", "data", "text", "html", "paragraph", "value")


@dataclass(frozen=True)
class State:
    """What a page's embedded state says; a field is None or empty where it says nothing."""

    title: str | None
    time: str | None
    publisher: str | None
    body: tuple[str, ...]
    account: str | None = None
    author: str | None = None


def values_in(scripts: Iterable[str]) -> list[Any]:
    """Return the JSON values of a page's scripts, in their order; a page that is JSON as a whole is one script."""
    found: list[Any] = []
    attempts = 0
    for script in scripts:
        at = 0 if len(script) >= _LEAST else len(script)
        while (begin := _BEGIN.search(script, at)) and attempts < _ATTEMPTS:
            attempts += 1
            try:
                value, at = _DECODER.raw_decode(script, begin.end())
                found.append(value)
            except (ValueError, RecursionError):
                at = begin.end() + 1  # JavaScript, not JSON
    return found


def at_path(values: list[Any], path: str) -> str | None:
    """Return the text at a dotted path (`props.detail.title`, `list.0.text`) of the first value that has one there."""
    for value in values:
        node = value
        for name in path.split("."):
            if isinstance(node, list) and name.isdecimal() and int(name) < len(node):
                node = node[int(name)]
            else:
                node = node.get(name) if isinstance(node, dict) else None
        if text := _text(node):
            return text
    return None


def baijiahao(html: str) -> State | None:
    """Return the article in `window.jsonData` of baijiahao.baidu.com (December 2025), or None where there is none."""
    start = html.find("window.jsonData")
    brace = html.find("{", start) if start >= 0 else -1
    if brace < 0:
        return None
    try:
        value, _ = _DECODER.raw_decode(html, brace)
        data = value["bsData"]
        item = data["superlanding"][0]["itemData"]
        body = [line for part in item["sections"] if part.get("type") == "text" for line in lines_of_html(part["content"])]
        account = _text((item.get("infoBaiJiaHao") or {}).get("name"))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return None  # another site's use of the same name
    title = _text(data.get("title")) or _text(item.get("header"))
    return State(title, _text(data.get("datetime")), account, tuple(body), account) if body else None


def stated_article(scripts: list[str], titled: str) -> State | None:
    """Return the article that the values of a page's scripts hold: their longest prose, with what stands around it.

    `scripts` are the texts of scripts, and of fields that hold text for a script. Prose whose title stands in `titled`, the
    document's own title, goes before any other; of two that are as long, one that has a title. Where no value holds prose, the
    longest text inside a script that is no JSON is taken. None where there is no prose at all.
    """
    folded = fold(titled)
    best, state = (False, 0, False), None
    for texts, around in (one for value in values_in(scripts) for one in _texts(value)):
        title = _near(around, _TITLE)
        rank = (bool(title) and fold(title or "") in folded, sum(map(_weight, texts)), bool(title))
        if rank > best:
            author = _near(around, _AUTHOR)
            best, state = rank, State(title, _near(around, _TIME), _publisher(around), _lines(texts), author=author)
    if state:
        return state
    literals = [_unescaped(text) for script in scripts for text in _LITERAL.findall(script)]
    fields = [script for script in scripts if script.lstrip().startswith("<")]
    longest = max([*literals, *fields], key=_weight, default="")
    return State(None, None, None, _lines((longest,))) if _weight(longest) >= _ENOUGH else None


def stated_facts(values: list[Any], title: str) -> tuple[str | None, str | None]:
    """Return time and publisher that stand beside the page's own headline in a value of its scripts; None for what does not."""
    folded = fold(title)
    own = [one for value in values for one in _objects(value) if any(_is_titled(one.get(name), folded) for name in _TITLE)]
    times = (text for one in own if (text := _near((one,), _TIME)))
    names = (name for one in own if (name := _publisher((one,))))
    return next(times, None), next(names, None)


def _is_titled(value: object, folded: str) -> bool:
    return isinstance(value, str) and fold(value) == folded


def _objects(root: Any) -> Iterator[dict[str, Any]]:
    todo = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            yield node
        todo += [one for one in (node.values() if isinstance(node, dict) else node) if isinstance(one, dict | list)]


def _texts(root: Any) -> Iterator[tuple[tuple[str, ...], tuple[dict[str, Any], ...]]]:
    """Yield each prose of a value, as the texts that make it up, with the objects around it, the nearest first."""
    todo: list[tuple[Any, tuple[dict[str, Any], ...]]] = [(root, ())]
    while todo:
        node, around = todo.pop()
        texts: list[tuple[str, ...]] = []
        if isinstance(node, dict):
            around = (node, *around[: _UP - 1])
            texts = [(value,) for value in node.values() if isinstance(value, str)]
            todo += [(value, around) for value in node.values() if isinstance(value, dict | list)]
        elif isinstance(node, list):
            texts = [tuple(value for value in node if isinstance(value, str)), *_parts(node)]
            todo += [(value, around) for value in node if isinstance(value, dict | list)]
        yield from ((one, around) for one in texts if sum(map(_weight, one)) >= _ENOUGH)


def _parts(rows: list[Any]) -> Iterator[tuple[str, ...]]:
    """Yield the texts of a list of paragraphs; a list of other articles, whose items have addresses, has none."""
    parts = [row for row in rows if isinstance(row, dict) and not ("title" in row and "url" in row)]
    for key in _PARAGRAPH:
        yield tuple(row[key] for row in parts if isinstance(row.get(key), str))


def _weight(text: str) -> int:
    """Return how many characters of prose a text has; 0 for one without sentences."""
    if len(text) < 20:
        return 0
    plain = _TAG.sub("", text)
    return len(_PROSE.findall(plain)) if _MARK.search(plain) else 0


def _lines(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for text in texts for line in (lines_of_html(text) if "<" in text else text.splitlines()) if fold(line))


def _near(around: tuple[dict[str, Any], ...], names: tuple[str, ...]) -> str | None:
    return next((text for one in around for name in names if (text := _text(one.get(name))) and len(text) <= 120), None)


def _publisher(around: tuple[dict[str, Any], ...]) -> str | None:
    texts = (text for one in around for name in _PUBLISHER if (text := _text(one.get(name))))
    return next((text for text in texts if 2 <= len(text) <= 24 and _MEDIUM.fullmatch(text)), None)


def _unescaped(literal: str) -> str:
    try:
        text: str = json.loads(f'"{literal}"', strict=False)
    except ValueError:
        return ""
    return text


def _text(value: object) -> str | None:
    """Return a text that can be stored, or None: scripts hold numbers, null and halves of emoji as well."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value).encode("utf-8", "ignore").decode().strip() or None
    return None
