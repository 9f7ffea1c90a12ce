"""The word lists of the lexicon engine, read from folders of CSV and text files that users extend."""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ahocorasick_rs import AhoCorasick, MatchKind

from crawlers.errors import ConfigError

LEVEL1 = [
    "农林牧渔",
    "基础化工",
    "钢铁",
    "有色金属",
    "电子",
    "家用电器",
    "食品饮料",
    "纺织服饰",
    "轻工制造",
    "医药生物",
    "公用事业",
    "交通运输",
    "房地产",
    "商贸零售",
    "社会服务",
    "综合",
    "建筑材料",
    "建筑装饰",
    "电力设备",
    "国防军工",
    "计算机",
    "传媒",
    "通信",
    "银行",
    "非银金融",
    "汽车",
    "机械设备",
    "煤炭",
    "石油石化",
    "环保",
    "美容护理",
]
"""The 31 industries of the first level of 申银万国行业分类标准 (2021)."""

# One code point to one, so that places in the folded text are places in the text.
_FOLD = {ord(upper): ord(upper) + 32 for upper in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_FOLD |= {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()}
_FOLD |= {code: code - 0xFEE0 + 32 for code in range(0xFF21, 0xFF3B)}


def fold_letters(text: str) -> str:
    """Return `text` with Latin letters and digits in half width and small; its length stays."""
    return text.translate(_FOLD)


class Finder:
    """Finds many phrases in one pass; of those that overlap, the leftmost longest one."""

    def __init__(self, phrases: Sequence[str]) -> None:
        """Take phrases as written; letters match in any case and width."""
        self._phrases = phrases
        self._automaton = AhoCorasick([fold_letters(phrase) for phrase in phrases], MatchKind.LeftmostLongest)

    def find(self, folded: str) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and phrase of each match in a text of `fold_letters`; Latin words match only as whole words."""
        for index, start, end in self._automaton.find_matches_as_indexes(folded):
            if not (_joined(folded, start) or _joined(folded, end)):
                yield start, end, self._phrases[index]


def _joined(text: str, place: int) -> bool:
    """Whether a Latin word or number goes on across `place`."""
    return 0 < place < len(text) and all(character.isascii() and character.isalnum() for character in text[place - 1 : place + 1])


@dataclass(frozen=True)
class Company:
    """A listed company: code with its exchange (600519.SH), and its 申万 level-1 industry."""

    code: str
    level1: str


@dataclass(frozen=True)
class Taxonomy:
    """All word lists. `version` changes with the content of any file."""

    ai_technologies: frozenset[str]
    industries: dict[str, str]
    companies: dict[str, Company]
    codes: dict[str, Company]
    generic: frozenset[str]
    triggers: frozenset[str]
    version: str

    @cached_property
    def ai_finder(self) -> Finder:
        """Finds AI technologies."""
        return Finder(sorted(self.ai_technologies))

    @cached_property
    def industry_finder(self) -> Finder:
        """Finds names of industries."""
        return Finder(sorted(self.industries))

    @cached_property
    def company_finder(self) -> Finder:
        """Finds names of listed companies."""
        return Finder(sorted(self.companies))

    @cached_property
    def trigger_finder(self) -> Finder:
        """Finds the verbs of major events."""
        return Finder(sorted(self.triggers))


def load_taxonomy(folders: Iterable[Path]) -> Taxonomy:
    """Return the lists of all folders together; a later folder's row replaces an earlier one's with the same key.

    Files: `ai_technologies.csv` (term, kind), `industries.csv` (term, level1), `companies.csv` (code, name, full_name,
    level1), `event_triggers.csv` (trigger, type), `generic_words.txt` and `ambiguous_names.txt` (a word a line). A folder may
    lack any of them. A company is known by its name of three or more characters, its full name and its code.
    Raises ConfigError for a row that is incomplete or names an unknown industry.
    """
    places = list(dict.fromkeys(folder.resolve() for folder in folders))
    industries = {row["term"]: row["level1"] for row in _rows(places, "industries.csv", ("term", "level1"))}
    # A name that is a word of everyday language tells nothing by itself; the full name or the code still does.
    words = set(_words(places, "ambiguous_names.txt"))
    companies: dict[str, Company] = {}
    codes: dict[str, Company] = {}
    for row in _rows(places, "companies.csv", ("code", "name", "full_name", "level1")):
        company = Company(row["code"], row["level1"])
        companies |= {name: company for name in (row["name"], row["full_name"]) if name not in words and len(name) > 2}
        codes[row["code"]] = company
    digest = hashlib.blake2b(digest_size=6)
    for path in (path for place in places for path in sorted(place.glob("*.*"))):
        digest.update(path.read_bytes())
    return Taxonomy(
        ai_technologies=frozenset(row["term"] for row in _rows(places, "ai_technologies.csv", ("term",))),
        industries=industries,
        companies=companies,
        codes=codes,
        generic=frozenset(_words(places, "generic_words.txt")),
        triggers=frozenset(row["trigger"] for row in _rows(places, "event_triggers.csv", ("trigger",))),
        version=digest.hexdigest(),
    )


def _rows(folders: list[Path], name: str, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    for path in (folder / name for folder in folders if (folder / name).exists()):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), 2):
                if not all(row.get(column) for column in columns):
                    raise ConfigError(f"{path}:{number}: each row needs {', '.join(columns)}")
                if row.get("level1", LEVEL1[0]) not in LEVEL1:
                    raise ConfigError(f"{path}:{number}: {row['level1']} is none of the 31 申万 level-1 industries")
                yield row


def _words(folders: list[Path], name: str) -> Iterator[str]:
    for path in (folder / name for folder in folders if (folder / name).exists()):
        yield from path.read_text(encoding="utf-8-sig").split()
