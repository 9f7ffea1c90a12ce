"""The encoding of texts that users bring: UTF-8 or GB18030."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

_HEAD = 1000  # lines that are held before the first one is given


def decoded(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield the lines of a text in UTF-8 or GB18030 without byte order marks; bytes that are neither stay as single surrogates.

    The encoding is the one that most of the first lines are in: a damaged line or two do not make a text another one, and a few
    characters of GB18030 may look like UTF-8.
    """
    rest = iter(lines)
    head = list(islice(rest, _HEAD))
    verdicts = [_is_utf8(line) for line in head if not line.isascii()]
    encoding = "utf-8" if verdicts.count(True) >= verdicts.count(False) else "gb18030"
    for line in chain(head, rest):
        yield line.decode(encoding, "surrogateescape").lstrip("\ufeff")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
