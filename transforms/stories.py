"""Stories: which articles are reprints of one text, told from small sketches of their bodies alone.

A sketch is made once, where the article is extracted, and compared ever after; so it is plain arithmetic (MinHash over
character 5-shingles, NumPy) that gives the same bytes on every machine and with every version of every library.

Two articles are reprints of one another when they appeared within the same or adjacent periods of `PERIOD` days and

- their bodies are equal but for punctuation, width, dateline and a closing note in brackets; or
- both are long (`_LONG` characters and more), nearly all of the shorter stands in the longer, which is at most three times
  as long, and hardly a number of the shorter is missing in the longer. Numbers tell a reprint from the next day's report in
  the same template, whose words are the same: one changed number in a long text is a correction, several are news.

Short texts must be equal, and be of one day unless they name theirs: 沪指午后翻红 is news again each time.

A story is what such pairs hold together, directly or by way of others, and bears the name of its first article. Neither
pairs nor the first depend on the order in which articles come.
"""

import hashlib
import re
import struct
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from crawlers.clock import SHANGHAI, Precision
from transforms.text import fold

PERIOD = 7
"""Days of a period: two reprints are at most 13 days apart, and found for certain up to 7."""

_LONG = 120  # folded characters; a text has to say this much for being nearly the same to mean anything
_SHINGLE = 5  # characters
_HASHES = 128
_BLOCK = 1_000  # shingles that are hashed at once, in the half MB that a processor has at hand
_ROWS = 3  # hashes of a band: texts that share one are compared
_BANDS = 40
_NUMBERS = 48  # distinct numbers kept of a text, those with the smallest hashes: a fair sample of all
_NEARLY_ALL = 0.92  # of the shorter text's shingles: enough for texts with hardly a number, as notices in one template are
_NEAR = 0.8  # enough for texts with numbers, or of length
_FEW, _TELLING = 5, 800  # numbers; characters
_LEAD = 24  # characters with which a text begins …
_LEAD_HASHES = 16  # … and hashes of these, of which twelve must be equal where words and numbers do not tell
_HEAD = struct.Struct("<IH")  # shingles, numbers
_SIZE = np.dtype("<u4")  # the first of them

_Words = npt.NDArray[np.uint32]
_Bytes = npt.NDArray[np.uint8]

_DATELINE = re.compile(
    r"\W*?(?:【[^】]{2,60}】)?(?:[^，。：；、（(]{0,16}\d{1,2}月\d{1,2}日(?:电|讯|消息)|[^，。：；、（(]{2,8}讯(?=[（(:：，,]))?"
    r"(?:[（(][^）)]{0,30}(?:记者|通讯员|编辑)[^）)]{0,30}[）)])?[:：，,丨|]?"
)
_SPACE = re.compile(r"\s+")
_NOTE = re.compile(r"[（(【\[][^（(【\[）)】\]]{1,40}[）)】\]]\W{0,20}$")
_NUMBER = re.compile(r"(?<!\d)\d++(?!$)[年月日元亿万千百个家股点倍]?")  # folded, with its unit; the last one of a text may be cut
_DATED = re.compile(r"\d{1,2}月\d{1,2}日")


class Mark(NamedTuple):
    """What tells an article's story: `text` is equal for equal texts (32 hex digits), `sketch` for near ones (b"": none are)."""

    text: str
    sketch: bytes


def mark(body: str, day: date) -> Mark:
    """Return the mark of an article with this body that was published on `day`."""
    news = fold(_news(body))
    if len(news) >= _LONG:
        return Mark(_digest(news), _sketch(news))
    return Mark(_digest(news if _DATED.search(news) else f"{day} {news}"), b"")


def first(printed: datetime | None, precision: Precision, day: date) -> datetime:
    """Return by when an article was out: the printed time, or the end of its day where none is printed."""
    if printed is not None and precision in ("second", "minute"):
        return printed
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)


def period(day: date) -> int:
    """Return the number of the period that a day lies in."""
    return day.toordinal() // PERIOD


def keys(sketch: bytes) -> list[int]:
    """Return the keys of a sketch, below 2**30: whatever is to be compared with it has one of them."""
    bands = _hashes(sketch)[: _BANDS * _ROWS].reshape(_BANDS, _ROWS).astype(np.uint32)
    numbers = np.arange(_BANDS, dtype=np.uint32) << np.uint32(24)
    return [int(key) for key in numbers | bands[:, 0] << np.uint32(16) | bands[:, 1] << np.uint32(8) | bands[:, 2]]


def reprints(sketch: bytes, others: Sequence[bytes]) -> list[bool]:
    """Return for each of `others` whether its text is a reprint of the text of `sketch`, or the other way round."""
    if not others:
        return []
    heads = np.frombuffer(b"".join(other[: _HEAD.size + _HASHES] for other in others), np.uint8).reshape(len(others), -1)
    size, sizes = _size(sketch), heads[:, : _SIZE.itemsize].copy().view(_SIZE)[:, 0].astype(np.int64)
    shorter, longer = np.minimum(size, sizes), np.maximum(size, sizes)
    equal = _hashes(sketch) == heads[:, _HEAD.size :]
    banded = equal[:, : _BANDS * _ROWS].reshape(-1, _BANDS, _ROWS).all(axis=2).any(axis=1)
    common = np.clip((equal.mean(axis=1) - 1 / 256) / (1 - 1 / 256), 0, 1)  # of all shingles; one byte in 256 is equal by chance
    within = common * (shorter + longer) / (1 + common) / shorter
    slack = within + 0.15 * (1 - shorter / longer)  # the estimate is the coarser, the more the sizes differ
    near = banded & (3 * shorter >= longer) & (slack >= _NEAR)
    return [
        bool(maybe) and _same_news(*sorted((sketch, other), key=_by_size), sure=bool(certain))
        for maybe, certain, other in zip(near, slack >= _NEARLY_ALL, others, strict=True)
    ]


def _news(body: str) -> str:
    """Return a body in one width, without dateline, and without a note in brackets at its end."""
    text = _SPACE.sub("", unicodedata.normalize("NFKC", body))
    for _ in range(2):  # 据新华社电 may stand in front of the dateline that the text has already
        dateline = _DATELINE.match(text)
        assert dateline is not None  # everything in it is optional
        text = text[dateline.end() :] or text
    return _NOTE.sub("", text) or text


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _sketch(news: str) -> bytes:
    letters = np.frombuffer(news.encode("utf-32-le"), np.uint32)
    shingles = np.zeros(len(letters) - _SHINGLE + 1, np.uint32)
    for place in range(_SHINGLE):
        shingles = _mixed(shingles ^ letters[place : len(letters) - _SHINGLE + 1 + place])
    least, lead = _least(shingles), _least(shingles[: _LEAD - _SHINGLE + 1])[:_LEAD_HASHES]
    sample = np.array(sorted({int(_digest(number)[:4], 16) for number in set(_NUMBER.findall(news))})[:_NUMBERS], "<u2")
    shingles.sort()
    distinct = 1 + int(np.count_nonzero(shingles[1:] != shingles[:-1]))  # np.unique takes twenty times as long
    return _HEAD.pack(distinct, len(sample)) + least.tobytes() + lead.tobytes() + sample.tobytes()


def _least(shingles: _Words) -> _Bytes:
    least = np.full(_HASHES, np.iinfo(np.uint32).max, np.uint32)
    for start in range(0, len(shingles), _BLOCK):
        hashes = shingles[start : start + _BLOCK] * _FACTORS
        hashes ^= _MASKS  # in its place: fresh memory for it would cost more than all the arithmetic
        np.minimum(least, hashes.min(axis=1), out=least)
    return _mixed(least).astype(np.uint8)


def _mixed(words: _Words) -> _Words:
    """Return each word with its bits mixed well (the finalizer of MurmurHash3, after a step that lets zero move)."""
    words = words * np.uint32(0x9E3779B1) + np.uint32(0x7F4A7C15)
    words = (words ^ words >> np.uint32(16)) * np.uint32(0x85EBCA6B)
    words = (words ^ words >> np.uint32(13)) * np.uint32(0xC2B2AE35)
    return words ^ words >> np.uint32(16)


_FACTORS = _mixed(np.arange(1, _HASHES + 1, dtype=np.uint32))[:, np.newaxis] | np.uint32(1)
_MASKS = _mixed(np.arange(1001, _HASHES + 1001, dtype=np.uint32))[:, np.newaxis]


def _hashes(sketch: bytes) -> _Bytes:
    return np.frombuffer(sketch, np.uint8, _HASHES, _HEAD.size)


def _same_news(shorter: bytes, longer: bytes, *, sure: bool) -> bool:
    """Whether texts that have most words in common have hardly a number of their own: none, one, in long texts a tenth of all.

    What the longer text says more may bring more. Short texts with hardly a number in common must say the same by nearly all
    their words (`sure`), and begin alike: what is the same may be a template, or the notice with which a site ends all.
    """
    sizes = [_size(sketch) for sketch in (shorter, longer)]
    mine, theirs = _comparable(_sampled(shorter), _sampled(longer))
    if sizes[0] < _TELLING and len(mine & theirs) < _FEW and not (sure and _begin_alike(shorter, longer)):
        return False
    bound = min(sizes[0] // 200, max(1, min(len(mine), len(theirs)) // 10))
    more = 3 * len(theirs) * (1 - sizes[0] / sizes[1])
    return len(mine - theirs) <= bound and bool(len(theirs - mine) <= bound + more)


def _begin_alike(one: bytes, other: bytes) -> bool:
    leads = (np.frombuffer(sketch, np.uint8, _LEAD_HASHES, _HEAD.size + _HASHES) for sketch in (one, other))
    return bool(np.equal(*leads).sum() >= 12)


def _comparable(one: set[int], other: set[int]) -> tuple[set[int], set[int]]:
    """Return of both samples the part below which both are whole."""
    bound = min((max(sample) for sample in (one, other) if len(sample) == _NUMBERS), default=1 << 16)
    return {number for number in one if number <= bound}, {number for number in other if number <= bound}


def _by_size(sketch: bytes) -> tuple[int, bytes]:
    return _size(sketch), sketch


def _size(sketch: bytes) -> int:
    shingles, _ = _HEAD.unpack_from(sketch)
    return int(shingles)


def _sampled(sketch: bytes) -> set[int]:
    count = _HEAD.unpack_from(sketch)[1]
    return set(np.frombuffer(sketch, "<u2", count, _HEAD.size + _HASHES + _LEAD_HASHES).tolist())
