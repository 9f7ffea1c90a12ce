"""The word lists of the lexicon engine, read from folders of CSV and text files that users extend."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from sys import intern

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from crawlers.entries import content, entries
from crawlers.errors import ConfigError
from transforms.text import HAN
from transforms.wordlists import LISTS, place_of, rows, words

_SHORT = 2  # characters
_FIRM = 6  # characters

# One code point to one, so that places in the folded text are places in the text.
_FOLD = {ord(upper): ord(upper) + 32 for upper in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_FOLD |= {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()}
_FOLD |= {code: code - 0xFEE0 + 32 for code in range(0xFF21, 0xFF3B)}
_MIXED = re.compile(rf"(?<=[A-Za-z0-9])(?={HAN})|(?<={HAN})(?=[A-Za-z0-9])")  # where some set a blank: AI 芯片
_UNFOLDED = re.compile(f"[{''.join(map(chr, _FOLD))}]+")


Found = tuple[int, int, str]
"""Start and end (exclusive) of a match, in code points, and the phrase as its list has it."""


def fold_letters(text: str) -> str:
    """Return `text` with Latin letters and digits in half width and small; its length stays."""
    return _UNFOLDED.sub(lambda match: match[0].translate(_FOLD), text)


class Finder:
    """Finds the phrases of many lists in one pass; of those of one list that overlap, the leftmost longest one."""

    def __init__(self, lists: Mapping[str, Collection[str]]) -> None:
        """Take phrases by the name of their list, as written; letters match in any case and width.

        Where scripts meet there may be a blank, at all such places or none: AI 芯片.
        """
        self._names = tuple(lists)
        self._phrases = [phrase for phrases in lists.values() for phrase in sorted(phrases)]
        self._owners = [name for name, phrases in lists.items() for _ in phrases]
        folded = _each(fold_letters, self._phrases)
        blanks = _each(partial(_MIXED.sub, " "), folded)
        apart = [number for number, spelling in enumerate(blanks) if spelling != folded[number]]
        self._phrases += [self._phrases[number] for number in apart]
        self._owners += [self._owners[number] for number in apart]
        spellings = folded + [blanks[number] for number in apart]
        self._latin = [one[0].isascii() or one[-1].isascii() for one in spellings]
        self._automaton = AhoCorasick(spellings, MatchKind.Standard, implementation=Implementation.ContiguousNFA)

    def find(self, folded: str) -> dict[str, list[Found]]:
        """Return start, end and phrase of each match in a text of `fold_letters`, by list and in their order.

        Latin words match only as whole words.
        """
        found: dict[str, list[Found]] = {name: [] for name in self._names}
        matches = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        ends = dict.fromkeys(self._names, 0)
        for start, back, index in sorted([(start, -end, index) for index, start, end in matches]):
            name = self._owners[index]
            if start >= ends[name] and not (self._latin[index] and (_joined(folded, start) or _joined(folded, -back))):
                found[name].append((start, -back, self._phrases[index]))
                ends[name] = -back
        return found


def _each(change: Callable[[str], str], phrases: Sequence[str]) -> list[str]:
    """Return phrases changed, all in one call, which is many times as fast; no file of text has the NUL that parts them."""
    return change("\0".join(phrases)).split("\0") if phrases else []


def _joined(text: str, place: int) -> bool:
    """Whether a Latin word or number goes on across `place`."""
    pair = text[place - 1 : place + 1] if place else ""
    return len(pair) == 2 and pair.isascii() and pair.isalnum()


@dataclass(frozen=True, slots=True)
class Company:
    """A listed company: code with its exchange (600519.SH), its 申万 level-1 industry, and what it is in, in plain words, "" if unknown."""

    code: str
    level1: str
    industry: str


@dataclass(frozen=True)
class Taxonomy:
    """All word lists, see `load_taxonomy`. `version` changes with the content of any file.

    `ai_technologies` are kinds by term, "" where a row has none. `everyday` are companies by those of their names that are
    words of everyday language as well; `companies` lacks these.
    """

    ai_technologies: dict[str, str]
    industries: dict[str, str]
    companies: dict[str, Company]
    everyday: dict[str, Company]
    codes: dict[str, Company]
    generic: frozenset[str]
    triggers: dict[str, str]
    subjects: dict[str, str]
    surnames: frozenset[str]
    places: frozenset[str]
    broad_industries: frozenset[str]
    industry_exceptions: frozenset[str]
    cues: dict[str, str]
    industry_names: dict[str, str]
    company_industries: dict[str, str]
    version: str

    @cached_property
    def finder(self) -> Finder:
        """Finds AI technologies, industries with their cues, companies (others: not listed ones), subjects, triggers and places."""
        return Finder(
            {
                "technologies": self.ai_technologies,
                "industries": self.industries.keys() | self.cues.keys() | self.industry_exceptions,
                "companies": self.companies,
                "everyday": self.everyday,
                "others": self.company_industries,
                "subjects": self.subjects,
                "triggers": self.triggers,
                "places": self.places,
            }
        )

    @cached_property
    def called(self) -> dict[str, list[str]]:
        """The names of each company, by its code; none of one that is known by a word of everyday language alone."""
        names: dict[str, list[str]] = {code: [] for code in self.codes}
        for name, company in self.companies.items():
            names[company.code].append(name)
        return names


def load_taxonomy(folders: Iterable[Path]) -> Taxonomy:
    """Return the lists of all folders together; a later folder's row replaces an earlier one's with the same key.

    Files: `ai_technologies.csv` (term, kind), `industries.csv` (term, level1), `industry_cues.csv` (cue, industry: what
    tells of an industry), `industry_names.csv` (term, name: what an industry is called instead), `companies.csv` (code, name,
    level1, and where they are known full_name and industry: what it is in, in plain words), `company_aliases.csv` (alias, code),
    `company_industries.csv` (name, industry: companies that `companies.csv` lacks), `event_triggers.csv` (trigger, type),
    `subjects.csv` (term, kind),
    and with a word a line `generic_words.txt`, `ambiguous_names.txt`, `broad_industries.txt`, `industry_exceptions.txt`,
    `places.txt` and `surnames.txt`. A folder may lack any of them. A company is known by its names (see `_names`), its
    aliases and its code.
    Raises ConfigError for a folder or file that cannot be read, and, with file and line, for a file of another name, for a first
    line without the columns, for a row that is incomplete or names an unknown industry, code or kind, for a cue of a cue, and for
    a name that is called otherwise itself.
    """
    places = list(dict.fromkeys(folder.resolve() for folder in folders))
    lists = [path for place in places for path in entries(place, "*.*", ConfigError)]
    for path in (path for path in lists if path.suffix in (".csv", ".txt")):
        if path.name not in LISTS:
            raise ConfigError(f"{path}: there is no word list of this name; there are {', '.join(sorted(LISTS))}")
    industries = {row["term"]: intern(row["level1"]) for row in rows(places, "industries.csv")}
    # A name that is a word of everyday language tells nothing by itself; the full name or the code still does.
    everyday = set(words(places, "ambiguous_names.txt"))
    companies, homonyms, codes = _companies(places, everyday)
    cues = {row["cue"]: row["industry"] for row in rows(places, "industry_cues.csv")}
    for cue, industry in cues.items():
        if industry not in industries or industry in cues:
            place = place_of(places, "industry_cues.csv", cue, industry)
            raise ConfigError(f"{place}: {cue} tells of {industry}, which must be a term of industries.csv and no cue")
    others = {row["name"]: row["industry"] for row in rows(places, "company_industries.csv")}
    if wrong := next((name for name, industry in others.items() if industry not in industries), ""):
        place = place_of(places, "company_industries.csv", wrong)
        raise ConfigError(f"{place}: {wrong}: {others[wrong]} is no term of industries.csv")
    if odd := next((one for one in codes.values() if one.industry and one.industry not in industries), None):
        place = place_of(places, "companies.csv", odd.code)
        raise ConfigError(f"{place}: {odd.code}: {odd.industry} is no term of industries.csv")
    digest = hashlib.blake2b(digest_size=6)
    for path in lists:
        digest.update(content(path, ConfigError) or b"")
    return Taxonomy(
        ai_technologies={row["term"]: row.get("kind") or "" for row in rows(places, "ai_technologies.csv")},
        industries=industries,
        companies=companies,
        everyday=homonyms,
        codes=codes,
        generic=frozenset(words(places, "generic_words.txt")),
        triggers={row["trigger"]: row["type"] for row in rows(places, "event_triggers.csv")},
        broad_industries=frozenset(words(places, "broad_industries.txt")),
        industry_exceptions=frozenset(words(places, "industry_exceptions.txt")).difference(industries),
        cues=cues,
        industry_names=_industry_names(places, industries),
        company_industries=others,
        subjects={name: "organisation" for name in others if name not in everyday}
        | {row["term"]: row["kind"] for row in rows(places, "subjects.csv")},
        surnames=frozenset(words(places, "surnames.txt")),
        places=frozenset(words(places, "places.txt")),
        version=digest.hexdigest(),
    )


def _companies(
    folders: list[Path], everyday: Collection[str]
) -> tuple[dict[str, Company], dict[str, Company], dict[str, Company]]:
    """Return the listed companies by what they are called, by words of everyday language that are their names, and by code."""
    companies: dict[str, Company] = {}
    homonyms: dict[str, Company] = {}
    codes: dict[str, Company] = {}
    for row in rows(folders, "companies.csv"):
        company = Company(row["code"], intern(row["level1"]), intern(row.get("industry") or ""))
        for name in _names(row["name"], row.get("full_name") or ""):
            (homonyms if name in everyday else companies)[name] = company
        codes[row["code"]] = company
    for row in rows(folders, "company_aliases.csv"):
        if row["code"] not in codes:
            place = place_of(folders, "company_aliases.csv", row["alias"])
            raise ConfigError(f"{place}: {row['alias']} stands for {row['code']}, which companies.csv does not have")
        (homonyms if row["alias"] in everyday else companies)[row["alias"]] = codes[row["code"]]
    return companies, homonyms, codes


def _industry_names(folders: list[Path], industries: Mapping[str, str]) -> dict[str, str]:
    names = {row["term"]: row["name"] for row in rows(folders, "industry_names.csv")}
    for term, name in names.items():
        if term not in industries or name not in industries or name in names:
            place = place_of(folders, "industry_names.csv", term, name)
            raise ConfigError(f"{place}: {term} is called {name}; both must be terms of industries.csv, {name} none of these")
    return names


def _names(name: str, full_name: str) -> Iterator[str]:
    """Yield what a company is called: its name, the same without the letter of its kind of share, and its full name.

    A name of two characters is too often a part of other words: it needs ST before it, or what its full name has behind it.
    """
    firm = full_name.removesuffix("有限责任公司").removesuffix("股份有限公司").removesuffix("(集团)")
    if len(name) > _SHORT:
        yield name
        if len(name) > _SHORT + 1 and name.endswith(("A", "B")):
            yield name[:-1]
    else:
        yield from (f"ST{name}", f"{name}股份")
        own = firm[max(firm.find(name), 0) :]
        if own.startswith(name) and len(own) >= 2 * _SHORT:
            yield own
    goes_on = len(name) > _SHORT and firm.startswith(name) and len(firm) >= len(name) + _SHORT  # 太平洋证券
    if full_name:
        yield firm if goes_on or len(firm) >= _FIRM else full_name
