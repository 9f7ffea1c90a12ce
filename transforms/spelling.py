"""Spelling: a text in one width, case and spacing, with the way back to its own characters."""

import re
from functools import cached_property

from transforms.taxonomy import fold_letters

# One code point to one: what is printed in full width, and the many forms of a dash, a quotation mark and a middle dot.
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HALF |= dict.fromkeys(map(ord, "—–―−─‒﹣"), ord("-")) | dict.fromkeys(map(ord, "～〜∼˜"), ord("~"))
_HALF |= dict.fromkeys(map(ord, "“”„‟「」『』＂〝〞"), ord('"')) | dict.fromkeys(map(ord, "‘’＇"), ord("'"))
_HALF |= dict.fromkeys(map(ord, "•・‧∙●"), ord("·")) | {ord("\xa0"): ord(" "), ord("\u3000"): ord(" ")}
# A blank counts only between two Latin words or figures.
_BLANK = re.compile(r"[^\S\n]+|[\u200b-\u200f\u2060\ufeff]+")
_MARK = re.compile(r"[^\w%+.]|_")


class Spelled:
    """A text to compare: half width, small letters, no blanks but between Latin words.

    `text` is that; `span` gives the place in the original of a place in it.
    """

    def __init__(self, original: str) -> None:
        """Take a text as it is written."""
        self.original = original
        folded = fold_letters(original).translate(_HALF)
        parts: list[str] = []
        places: list[int] = []
        begun = 0
        for blank in _BLANK.finditer(folded):
            start, end = blank.span()
            parts.append(folded[begun:start])
            places += range(begun, start)
            begun = end
            if _latin(folded[start - 1 : start]) and _latin(folded[end : end + 1]) and folded[start].isspace():
                parts.append(" ")
                places.append(start)
        parts.append(folded[begun:])
        places += range(begun, len(folded))
        self.text = "".join(parts)
        self._places = places

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return start and end (exclusive) in the original of a span of `text` that is not empty."""
        return self._places[start], self._places[end - 1] + 1

    @cached_property
    def bare(self) -> tuple[str, list[int]]:
        """The text without punctuation, and the place in `text` of each of its characters."""
        return bare(self.text)

    def find(self, value: str) -> tuple[int, int] | None:
        """Return the span of `text` where `value`, as it is written, stands but for width, case, blanks and punctuation.

        It never begins or ends inside a Latin word or a figure. None where it does not stand.
        """
        wanted = bare(Spelled(value).text)[0]
        text, places = self.bare
        place = text.find(wanted) if wanted else -1
        while place >= 0:
            start, end = places[place], places[place + len(wanted) - 1] + 1
            if not (_joined(self.text, start) or _joined(self.text, end)):
                return start, end
            place = text.find(wanted, place + 1)
        return None


def bare(text: str) -> tuple[str, list[int]]:
    """Return a spelled text without punctuation, and the place of each character; the point of a figure stays."""
    places = [
        place
        for place, character in enumerate(text)
        if not _MARK.match(character) and (character != "." or _is_point(text, place))
    ]
    return "".join(text[place] for place in places), places


def _is_point(text: str, place: int) -> bool:
    return text[place - 1 : place].isdigit() and text[place + 1 : place + 2].isdigit()


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _joined(text: str, place: int) -> bool:
    """Whether a Latin word or a figure goes on across `place`: 1|5, 5|.2, GPT-4|o."""
    before, behind = text[max(0, place - 1) : place], text[place : place + 1]
    if _latin(before) and _latin(behind):
        return True
    if before in {".", ","} and behind.isdigit():
        return text[place - 2 : place - 1].isdigit()
    return before.isdigit() and behind in {".", ","} and text[place + 1 : place + 2].isdigit()
