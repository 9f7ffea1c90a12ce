"""Spelling: a text in one width, case and spacing, with the way back to its own characters."""

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import pairwise

from transforms.taxonomy import fold_letters

# One code point to one: what is printed in full width, and the many forms of a dash, a quotation mark and a middle dot.
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HALF |= dict.fromkeys(map(ord, "—–―−─‒﹣"), ord("-")) | dict.fromkeys(map(ord, "～〜∼˜"), ord("~"))
_HALF |= dict.fromkeys(map(ord, "“”„‟「」『』＂〝〞"), ord('"')) | dict.fromkeys(map(ord, "‘’＇"), ord("'"))
_HALF |= dict.fromkeys(map(ord, "•・‧∙●"), ord("·")) | {ord("∶"): ord(":")} | {ord("\xa0"): ord(" "), ord("\u3000"): ord(" ")}
_HALF |= {ord(one): ord(fold_letters(one)) for one in map(chr, (*range(0x21, 0x7F), *range(0xFF01, 0xFF5F))) if one.isalnum()}
# Numbers and units in the long characters.
_LONG = "億萬圓個點幣噸兩貳參陸張輛臺戶號時間層筆條塊雙組種級週歲"
_HALF |= {
    ord(one): ord(short) for one, short in zip(_LONG, "亿万元个点币吨两贰叁陆张辆台户号时间层笔条块双组种级周岁", strict=True)
}
_HALF |= dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)  # halves of a pair, which no other library takes
_BLANK = re.compile(r"[^\S\n]+|[\u200b-\u200f\u2060\ufeff]+")
# Punctuation but a percent sign, a plus, the point of a figure, and its minus.
_MARK = re.compile(r"[^\w%+.-]|_|(?<!\d)\.|\.(?!\d)|(?<=[a-z\d])-|-(?!\d)")
# What ends a sentence or a clause; the phrase that a text has over it has at least a mark there.
_BREAK = re.compile(r"[\n。!?;]|(?<!\d),|,(?!\d)")
# Q3 is no quarter behind the make of a car that is called so.
_QUARTER = re.compile(r"(?<![a-z\d])(?<!奥迪)q([1-4])(?![a-z\d])")
_YEARS_QUARTER = re.compile(r"(?<![a-z\d.])(20\d\d)( ?)q(?=[1-4](?![a-z\d]))")  # 2024Q3
# Two characters of one Latin word, or of one figure with its point between them.
_JOINED = re.compile(r"[a-z\d]{2}|\d[.,]\d")
_JOINED_AT_END = re.compile(rf"(?:{_JOINED.pattern})$")


class Spelled:
    """A text to compare: half width, small letters, no blanks but between Latin words.

    Q3 is spelled 3季, 2024Q3 2024年3季. `text` is that; places are places in it, `span` tells where they are in the original.
    """

    def __init__(self, original: str) -> None:
        """Take a text as it is written."""
        self.original = original
        folded = original.translate(_HALF)
        parts: list[str] = []
        places: list[int] = []
        begun = 0
        for blank in _BLANK.finditer(folded):
            start, end = blank.span()
            parts.append(folded[begun:start])
            places += range(begun, start)
            begun = end
            if folded[start].isspace() and _is_latin(folded[start - 1 : start]) and _is_latin(folded[end : end + 1]):
                parts.append(" ")
                places.append(start)
        text = "".join([*parts, folded[begun:]])
        places += range(begun, len(folded))
        for match in reversed(list(_YEARS_QUARTER.finditer(text))):
            places[match.end(1) : match.end(2)] = [places[match.end(1) - 1]]
        self._printed = text
        self.text = _QUARTER.sub(r"\1季", _YEARS_QUARTER.sub(r"\1年q", text))
        self._places = places

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return start and end (exclusive) in the original of a span that is not empty."""
        return self._places[start], self._places[end - 1] + 1

    def place_of(self, original: int) -> int:
        """Return the first place that is not before one of the original."""
        return bisect_left(self._places, original)

    @cached_property
    def _bare(self) -> tuple[str, list[int]]:
        return _unmarked(self.text)

    @cached_property
    def _breaks(self) -> list[int]:
        """The places in the text without punctuation before which a sentence or a clause ends."""
        places = self._bare[1]
        return [bisect_left(places, match.start()) for match in _BREAK.finditer(self.text)]

    def find(self, phrase: str, behind: int = 0) -> tuple[int, int] | None:
        """Return the span where a phrase stands but for width, case, blanks and punctuation, at or behind a place.

        It never begins or ends inside a Latin word or a figure, and never goes on behind the end of a sentence, a clause or a
        line where the phrase has no mark. None where it does not stand.
        """
        spelled = Spelled(phrase)
        found = self._find(spelled.text, behind)
        if found or spelled.text == spelled._printed:
            return found
        return self._find(spelled._printed, behind)  # a phrase alone does not tell which Q3 it is

    def _find(self, phrase: str, behind: int) -> tuple[int, int] | None:
        wanted, ours = _unmarked(phrase)
        if not wanted:
            return None
        marked = {number for number, (one, other) in enumerate(pairwise(ours), 1) if other - one > 1}
        text, places = self._bare
        found = text.find(wanted, bisect_left(places, behind))
        while found >= 0:
            start, end = places[found], places[found + len(wanted) - 1] + 1
            breaks = self._breaks[bisect_right(self._breaks, found) : bisect_left(self._breaks, found + len(wanted))]
            if self._is_whole(start, end) and all(one - found in marked for one in breaks):
                return start, end
            found = text.find(wanted, found + 1)
        return None

    def is_whole(self, start: int, end: int) -> bool:
        """Whether a span of the original neither begins nor ends inside a Latin word or a figure."""
        return self._is_whole(self.place_of(start), self.place_of(end))

    def _is_whole(self, start: int, end: int) -> bool:
        before, behind = self.text[max(0, start - 2) : start + 1], self.text[end - 1 : end + 2]
        return not (_JOINED_AT_END.search(before) or _JOINED.match(behind))


def _unmarked(text: str) -> tuple[str, list[int]]:
    """Return a text without punctuation, and the place of each of its characters."""
    ends = [match.span() for match in _MARK.finditer(text)]
    kept = zip([0, *(end for _, end in ends)], [*(start for start, _ in ends), len(text)], strict=True)
    spans = [(begun, end) for begun, end in kept if end > begun]
    return "".join(text[begun:end] for begun, end in spans), [place for span in spans for place in range(*span)]


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
