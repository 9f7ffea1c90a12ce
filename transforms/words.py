"""Words: an article's text taken apart once, with what is no prose blanked out; keywords, industries and names are read from it."""

import re
from collections.abc import KeysView, Sequence
from functools import cached_property, partial
from itertools import accumulate
from typing import NamedTuple

import rjieba

from transforms.prose import Sentence, blanked
from transforms.taxonomy import Finder, Found, fold_letters

# (12.250,-0.05,-0.41%) and （SZ 000672，收盘价：23.17元） behind a company's name, (微博) behind a person's, and addresses, are no words.
_PRICE = r"[^（）()]{0,16}?-?\d+\.\d+[^（）()]{0,24}[)）]"
_PAGES = r"(?:(?:微博|博客|听歌|专栏|组图|blog)[ 、]?)+[)）]"
_QUOTATION = re.compile(rf"（(?:{_PRICE}|{_PAGES}|维权）|行情)|\((?:{_PRICE}|{_PAGES}|行情)|维权）|https?://[\w./?=&%#-]+")
_RUN = re.compile(r"\n+|[^\n]+")
_BEFORE_NAMES = frozenset("和与由据对向在从被把及跟")
# 中|法, 双|11 and 80|后 are one word each.
_JOINED = (
    dict.fromkeys("中美日俄欧英", frozenset("美日韩俄英法德欧印澳朝越"))
    | {"双": frozenset({"11", "12"})}
    | dict.fromkeys(("60", "70", "80", "90", "95", "00"), frozenset("后"))
)


class Word(NamedTuple):
    """A word with its place in `Words.text` and its part of speech as rjieba names it."""

    start: int
    end: int
    text: str
    tag: str


_word = partial(tuple.__new__, Word)  # what Word._make does, without a call in Python for each of some 450 words


class Words:
    """The words of an article."""

    def __init__(self, title: str, body: str, sentences: Sequence[Sentence], finder: Finder) -> None:
        """Take an article's title, body and the body's sentences, and what finds the phrases of the lists.

        `text` is both, with a line feed between them and for every character that is no prose; places in it are places in them.
        """
        self.title = title
        self.text = _QUOTATION.sub(lambda match: "\n" * len(match[0]), f"{title}\n{blanked(body, sentences)}")
        self._finder = finder

    @cached_property
    def words(self) -> list[Word]:
        """The words in order; line feeds that follow each other are one."""
        tagged: list[tuple[str, str]] = []
        for run in _RUN.findall(self.text):
            tagged += [(run, "x")] if run[0] == "\n" else rjieba.tag(run)
        texts, tags = map(list, zip(*tagged, strict=True))
        cut = [
            place for place, tag in enumerate(tags) if tag == "nr" and texts[place][0] in _BEFORE_NAMES and len(texts[place]) > 2
        ]
        for place in reversed(cut):  # 由赛富 is two words
            texts[place : place + 1] = texts[place][0], texts[place][1:]
            tags[place : place + 1] = "p", "nr"
        halves = [] if _JOINED.keys().isdisjoint(texts) else [place for place, text in enumerate(texts[:-1]) if text in _JOINED]
        for place in reversed(halves):
            if texts[place + 1] in _JOINED[texts[place]]:
                texts[place : place + 2] = [texts[place] + texts[place + 1]]
                tags[place : place + 2] = ["j"]
        ends = list(accumulate(map(len, texts)))
        return list(map(_word, zip([0, *ends[:-1]], ends, texts, tags, strict=False)))

    @cached_property
    def ending(self) -> dict[int, Word | None]:
        """The word that ends at each place where one does; None at the beginning."""
        return {0: None, **{word.end: word for word in self.words}}

    @cached_property
    def edges(self) -> KeysView[int]:
        """The places where a word begins or ends."""
        return self.ending.keys()

    def ends_of(self, phrase: str) -> list[int]:
        """Return where a phrase, which must not be empty, ends each time that it stands in the text; no two overlap."""
        size = len(phrase)
        ends, place = [], self.text.find(phrase)
        while place >= 0:
            ends.append(place + size)
            place = self.text.find(phrase, place + size)
        return ends

    @cached_property
    def folded(self) -> str:
        """The text of `fold_letters`."""
        return fold_letters(self.text)

    @cached_property
    def found(self) -> dict[str, list[Found]]:
        """What the lists' finder finds in the text, by list."""
        return self._finder.find(self.folded)
