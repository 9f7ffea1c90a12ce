"""Mutated pages: what broken servers, torn connections and hostile authors make of a page. The same seed gives the same bytes."""

import itertools
import random
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from crawlers.page import Page
from tests.transforms.families import load_families, served

_ENCODINGS = ("gb18030", "gbk", "big5", "utf-16", "utf-8-sig", "latin-1", "shift_jis")
# fmt: off
_RUNS = [*"1 　中-、(“：欧|\u200b", "2026-", "记者", "来源：", "张三 ", "11/18 ", "a.", "作者", "&nbsp;"]
_PLACES = [
    "2026年11月18日 09:21", "来源：", "记者 ", "作者：", "</title>", "<title>", "责任编辑", "<p>", "（", "版权", "</h1>", '"pubTime":"',
]
_TAGS = [
    "div", "span", "p", "table><tr><td", "b", "a href=x", "ul><li", "section", "blockquote", "font", "h1", "svg", "math", "form",
]
_ENTITIES = ["&nbsp;", "&#0;", "&#xD800;", "&#1114112;", "&lt;", "&amp;amp;", "&#x202e;", "&bogus;", "&#55357;&#56832;", "&#12288;"]
_REPEATED_TAGS = ["p", "li", "br", "h1", "td", "a href=x", "time", "meta name=pubdate content=x", "script", "article"]
_REPEATED = ["2026-11-18 09:21 来源：样报", "（记者 张三 李四）", "相关阅读", "正文第一段，利润为三亿元。", "云岫智能三季度订单翻番", ""]
_STATES = [b"window.jsonData = ", b"var allData = ", b'<script id="__NEXT_DATA__">', b"window.initialState=", b"window.DATA = "]
# fmt: on
SIZES = (100, 3_000, 100_000, 20_000_000)
_OFTEN = (400, 400, 196, 4)


class Mutant(NamedTuple):
    """A mutated page, how it was made, and from which page."""

    how: str
    family: str
    page: Page


def mutants(seed: int, largest: int) -> Iterator[Mutant]:
    """Yield mutants without end; `largest` bounds what a mutation adds, in bytes, at most the last of SIZES."""
    rng = random.Random(seed)
    families = load_families()
    for number in itertools.count():
        family, other = rng.choice(families), rng.choice(families)
        body, how = family.page.body, []
        for mutate in [MUTATIONS[number % len(MUTATIONS)], *rng.choices(MUTATIONS, k=rng.choice((0, 0, 1, 2)))]:
            # What is large is large once: a page of 20 MB that is doubled twice is another site's problem.
            size = rng.choices(SIZES, _OFTEN)[0] if len(body) < 100_000 else 3_000
            size = min(size, largest)
            body = mutate(rng, body, other.page.body, size)
            how.append(f"{mutate.__name__}({size})")
        yield Mutant(" ".join(how), family.name, served(body, family.want["url"]))


def cut(rng: random.Random, body: bytes, _other: bytes, _size: int) -> bytes:
    return body[: rng.randrange(len(body) + 1)] if rng.random() < 0.7 else body[rng.randrange(len(body) + 1) :]


def splice(rng: random.Random, body: bytes, other: bytes, _size: int) -> bytes:
    return body[: rng.randrange(len(body) + 1)] + other[rng.randrange(len(other) + 1) :]


def swallow(rng: random.Random, body: bytes, other: bytes, _size: int) -> bytes:
    at = rng.randrange(len(body) + 1)
    return body[:at] + other + body[at:]


def reencode(rng: random.Random, body: bytes, _other: bytes, _size: int) -> bytes:
    """Write in one encoding what was read in another: mojibake of all kinds, and pages in encodings that nobody declares."""
    text = body.decode(rng.choice(("utf-8", "gb18030", "latin-1")), "replace")
    return text.encode(rng.choice(_ENCODINGS), rng.choice(("replace", "ignore", "xmlcharrefreplace")))


def flip(rng: random.Random, body: bytes, _other: bytes, size: int) -> bytes:
    flipped = bytearray(body)
    for _ in range(min(size, len(flipped)) // 20 + 1 if flipped else 0):
        flipped[rng.randrange(len(flipped))] = rng.randrange(256)
    return bytes(flipped)


def nest(rng: random.Random, body: bytes, _other: bytes, size: int) -> bytes:
    tag, depth = rng.choice(_TAGS), min(size, 10_000)
    closing = "".join(f"</{name}>" for name in re.findall(r"\w+", tag.replace("href=x", ""))[::-1])
    return insert(rng, body, f"<{tag}>" * depth + (closing * depth if rng.random() < 0.5 else ""))


def attributes(rng: random.Random, body: bytes, _other: bytes, size: int) -> bytes:
    if rng.random() < 0.5:
        return insert(rng, body, "<div " + " ".join(f"a{number}=1" for number in range(size // 9)) + ">")
    long = f"class='{'title time source ' * (size // 18)}' style='{'display:none;' * 9}'"
    return insert(rng, body, f"<p {long}>2026-11-18 09:21 来源：样报</p>")


def nulls(rng: random.Random, body: bytes, _other: bytes, size: int) -> bytes:
    return body.replace(b">", b">\0") if rng.random() < 0.3 else insert(rng, body, "\0" * size)


def entities(rng: random.Random, body: bytes, _other: bytes, size: int) -> bytes:
    if rng.random() < 0.3:
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
        return f'<!DOCTYPE html [<!ENTITY l0 "哈">{laughs}]><p>&l8;</p>'.encode() + body
    entity = rng.choice(_ENTITIES)
    return insert(rng, body, entity * (size // len(entity)))


def one_line(_rng: random.Random, body: bytes, _other: bytes, size: int) -> bytes:
    text = re.sub(rb"<[^>]*>|\s+", b"", body)
    return b"<title>x</title><h1>y</h1><p>" + text * (size // (len(text) + 1) + 1)


def unclose(rng: random.Random, body: bytes, _other: bytes, _size: int) -> bytes:
    return rng.choice((re.compile(rb"</\w+>"), re.compile(rb"[<>]"), re.compile(rb"""["']"""), re.compile(rb"-->|\*/"))).sub(
        b"", body
    )


def blanks(rng: random.Random, body: bytes, _other: bytes, size: int) -> bytes:
    blank = rng.choice((" ", "\n", "\t", "　", "\xa0", "\r\n", " \n", "<br>", "<p></p>", "<p>　</p>"))
    return insert(rng, body, blank * (size // len(blank.encode())))


def surrogates(rng: random.Random, body: bytes, _other: bytes, size: int) -> bytes:
    lone = rng.choice(("\\ud83d", "&#xdc00;", "\ufffe", "\U0010ffff", "\ue000", "😀"))
    torn = rng.choice((b"\xed\xa0\xbd", b"\xf4\x90\x80\x80", b"\xff\xfe", b""))
    return insert(rng, body, lone * (size // 20 + 1)) + torn


def run_near_label(rng: random.Random, body: bytes, _other: bytes, size: int) -> bytes:
    """Put a long run of one thing where a pattern begins to look: behind a date, a byline, a heading."""
    place, run = rng.choice(_PLACES), rng.choice(_RUNS)
    return insert(rng, body, place + run * (min(size, 300_000) // len(run.encode())) + rng.choice(("", place, "！", "\n")))


def many_lines(rng: random.Random, body: bytes, _other: bytes, size: int) -> bytes:
    tag, text = rng.choice(_REPEATED_TAGS), rng.choice(_REPEATED)
    return insert(rng, body, f"<{tag}>{text}" * (size // (len(tag) + len(text.encode()) + 2)))


def state(rng: random.Random, body: bytes, _other: bytes, size: int) -> bytes:
    """Break a page's embedded state: nested without end, of other types, torn."""
    deep, text = b'{"a":' * min(size, 10_000), b'{"a":"' + b"\\u4e2d" * (size // 6)
    other_types = [b'{"bsData":null}', b'{"docData":[]}', b'{"props":{"pageProps":1}}', b"[" * size]
    value = rng.choice([deep, deep + b"1" + b"}" * 10_000, text, text + b'"}', *other_types, re.sub(rb"\d+", b"null", body)])
    return body + b"<script>" + rng.choice(_STATES) + value + b"</script>"


def insert(rng: random.Random, body: bytes, text: str) -> bytes:
    """Return the page with a text at some place of it, mostly between two elements."""
    places = [match.end() for match in re.finditer(b">", body)] if rng.random() < 0.8 else []
    at = rng.choice(places) if places else rng.randrange(len(body) + 1)
    return body[:at] + text.encode("utf-8", "surrogatepass") + body[at:]


Mutation = Callable[[random.Random, bytes, bytes, int], bytes]
MUTATIONS: tuple[Mutation, ...] = (
    cut, splice, swallow, reencode, flip, nest, attributes, nulls, entities, one_line, unclose, blanks, surrogates,
    run_near_label, many_lines, state,
)  # fmt: skip
