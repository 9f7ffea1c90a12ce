"""The state that a page carries in its scripts: where a site renders in the browser, the article stands there."""

import json
from dataclasses import dataclass
from typing import Any

from transforms.document import lines_of_html


@dataclass(frozen=True)
class State:
    """What a page's embedded state says; a field is None or empty where it says nothing."""

    title: str | None
    time: str | None
    publisher: str | None
    body: tuple[str, ...]


def embedded(html: str) -> State | None:
    """Return the article in a page's embedded state, or None where no known one is found."""
    for mark, read in _READERS.items():
        start = html.find(mark)
        brace = html.find("{", start) if start >= 0 else -1
        if brace < 0:
            continue
        try:
            value, _ = json.JSONDecoder().raw_decode(html, brace)
            state = read(value)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            continue  # another site's use of the same name
        if state.body:
            return state
    return None


def _baijiahao(value: dict[str, Any]) -> State:
    """Read `window.jsonData` of baijiahao.baidu.com (December 2025)."""
    data = value["bsData"]
    item = data["superlanding"][0]["itemData"]
    body = [line for part in item["sections"] if part.get("type") == "text" for line in lines_of_html(part["content"])]
    account = (item.get("infoBaiJiaHao") or {}).get("name")
    return State(_text(data.get("title")) or _text(item.get("header")), _text(data.get("datetime")), _text(account), tuple(body))


def _text(value: object) -> str | None:
    """Return a text that can be stored, or None: scripts hold numbers, null and halves of emoji as well."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value).encode("utf-8", "ignore").decode().strip() or None
    return None


_READERS = {"window.jsonData": _baijiahao}
