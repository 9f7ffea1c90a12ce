"""Text as text: folding for comparison, hashes, sentences."""

import hashlib
import re
import unicodedata
from functools import lru_cache

HAN = r"[^\W\x00-\xff]"
"""A Chinese character, or another letter beyond Latin; `re` takes a millisecond for each place where their range stands."""

_LINE = 300  # characters
_NO_WORD = re.compile(r"[\W_]+")
_SPACE = re.compile(r"[ \t\r\f\v\xa0\u2000-\u200a\u202f\u205f\u3000]+")
_INVISIBLE = re.compile(r"[\ud800-\udfff\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffc\x00-\x08\x0e-\x1f\x7f-\x9f]")
_SENTENCE_END = re.compile(r"[^。！？!?；;\n]*(?:[。！？!?；;]+[”’」』）)\"']*|(?=\n)|$)")


def tidy(line: str) -> str:
    """Return one line without invisible characters, with single spaces, none at its ends."""
    if line.isprintable() and "  " not in line and "\ufffc" not in line:  # most are so already
        return line.strip(" ")
    return _SPACE.sub(" ", _INVISIBLE.sub("", line).replace("\n", " ")).strip()


def fold(text: str) -> str:
    """Return what makes a text the same text: NFKC, small letters, no spaces, no punctuation."""
    return _folded_line(text) if len(text) <= _LINE else _folded_body(text)


def _folded(text: str) -> str:
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text)).lower()


_folded_line = lru_cache(maxsize=1024)(_folded)  # the same lines are asked for where title, time and body are looked for
_folded_body = lru_cache(maxsize=1)(_folded)  # the same body is asked for where its length and its hash are


def text_hash(body: str) -> str:
    """Return BLAKE2b-128 of the folded body as 32 hex digits."""
    return hashlib.blake2b(fold(body).encode(), digest_size=16).hexdigest()


def sentences(body: str) -> list[tuple[int, int]]:
    """Return start and end (exclusive) of each sentence of a body, in code points; blanks at the edges are left out."""
    spans = []
    for match in _SENTENCE_END.finditer(body):
        text = match[0]
        start = match.start() + len(text) - len(text.lstrip())
        end = match.end() - (len(text) - len(text.rstrip()))
        if end > start:
            spans.append((start, end))
    return spans
