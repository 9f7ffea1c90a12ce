"""How much of an article's gold answer an extraction gives: the measures of `extraction.py`, one page at a time.

White space, list marks and private characters do not count in a body; titles, names and publishers are compared without
punctuation. Lines that the gold lists as `optional` (an editor's, a caption) count neither way.
"""

import re
import unicodedata
from collections import defaultdict
from datetime import datetime
from statistics import mean, median
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_SPACE = re.compile(r"[\s\u200b-\u200f\ufeff\ue000-\uf8ff|]+")
_MARK = re.compile(r"(?m)^\s*(?:- |\* |#+ |> )")
_NO_WORD = re.compile(r"[\W_]+")
_LEAK = re.compile(
    r"责任编辑|责编|【纠错】|举报|反馈|免责声明|特别声明|版权|原标题|返回搜狐|本文来源|关注公众号|扫描|扫码|二维码|"
    r"延伸阅读|相关阅读|推荐阅读|点击进入|更多精彩|客户端|分享"
)
_LEAK_LONGEST = 90  # characters; a longer line is prose that names such a thing


class Answer(NamedTuple):
    """What an extractor says of a page; a field that it does not know is empty."""

    title: str = ""
    authors: tuple[str, ...] = ()
    published_at: str = ""
    publisher: str = ""
    body: str = ""


def scores(answer: Answer, gold: dict[str, Any]) -> dict[str, float]:
    """Return the scores of one page: 0 or 1, the body's F1, and the counts of names `named` and `right`."""
    found = {
        "body": body_f1(answer.body, gold),
        "title": float(_fold(answer.title) == _fold(gold["title"])),
        "leaks": float(leaks(answer.body, gold["body"])),
    }
    if want := instant(gold["published_at"]):
        have = instant(answer.published_at)
        found["day"] = float(have is not None and have.date() == want.date())
        if len(gold["published_at"]) > 10:
            found["minute"] = float(have is not None and f"{have:%F %R}" == f"{want:%F %R}")
    if gold["publisher"]:
        found["publisher"] = float(_fold(answer.publisher) == _fold(gold["publisher"]))
    return found | _authors(answer, gold)


def _authors(answer: Answer, gold: dict[str, Any]) -> dict[str, float]:
    named = [name for name in map(_fold, answer.authors) if name]
    persons = [_fold(name) for name in gold["authors"]]
    account = "" if gold["account"] == "?" else _fold(gold["account"])
    allowed = {*persons, *([account, _fold(gold["publisher"])] if account else [])}
    found = {"named": float(len(named)), "right": float(sum(name in allowed for name in named))}
    if persons or account:
        found["author"] = float(set(persons) <= set(named) if persons else account in (*named, _fold(answer.publisher)))
    return found


def body_f1(body: str, gold: dict[str, Any]) -> float:
    """Return the harmonic mean of precision and recall of the longest common subsequence of characters."""
    got, want = bare(body), bare(gold["body"])
    for line in sorted(map(bare, gold["optional"]), key=len, reverse=True):
        if len(line) >= 4 and line not in want:
            got = got.replace(line, "", 3)
    return 2 * common(got, want) / (len(got) + len(want)) if got else 0.0


def common(one: str, other: str) -> int:
    """Return the length of the longest common subsequence (bit-parallel, after Hyyrö)."""
    places: dict[str, int] = defaultdict(int)
    for place, character in enumerate(one):
        places[character] |= 1 << place
    whole = row = (1 << len(one)) - 1
    for character in other:
        hit = row & places.get(character, 0)
        row = (row + hit | row - hit) & whole
    return len(one) - row.bit_count()


def leaks(body: str, gold: str) -> bool:
    """Whether a body has a line that belongs to the page's furniture."""
    want = bare(gold)
    return any(0 < len(line) <= _LEAK_LONGEST and line not in want and _LEAK.search(line) for line in map(bare, body.split("\n")))


def bare(text: str) -> str:
    """Return a body's characters that count."""
    return _SPACE.sub("", _MARK.sub("", text))


def _fold(text: str) -> str:
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text)).lower()


def instant(text: str) -> datetime | None:
    """Return a time as printed or in ISO 8601, in Shanghai where it has no offset; None for what is none."""
    try:
        value = datetime.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        return None
    return value.replace(tzinfo=SHANGHAI) if value.tzinfo is None else value.astimezone(SHANGHAI)


def summary(pages: list[dict[str, float]]) -> dict[str, float]:
    """Return the figures of one extractor over all pages."""
    bodies = [page["body"] for page in pages]
    shares = {
        field: mean([page[field] for page in pages if field in page] or [0.0])
        for field in ("title", "day", "minute", "author", "publisher")
    }
    named = sum(page["named"] for page in pages)
    precision = sum(page["right"] for page in pages) / named if named else 0.0
    return {
        "body": mean(bodies),
        "median": median(bodies),
        "below .8": sum(body < 0.8 for body in bodies),
        **shares,
        "precision": precision,
        "leaking": sum(page["leaks"] for page in pages),
    }
