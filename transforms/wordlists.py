"""The files of the word lists: which there are, what a row of each must have, and where it stands."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from crawlers.entries import content, entries
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

COLUMNS = {
    "ai_technologies.csv": ("term",),
    "companies.csv": ("code", "name", "level1"),
    "company_aliases.csv": ("alias", "code"),
    "company_industries.csv": ("name", "industry"),
    "event_triggers.csv": ("trigger", "type"),
    "industries.csv": ("term", "level1"),
    "industry_cues.csv": ("cue", "industry"),
    "industry_names.csv": ("term", "name"),
    "subjects.csv": ("term", "kind"),
}
"""What every row of a CSV list needs; the first column is its key."""

LISTS = COLUMNS.keys() | {
    "ambiguous_names.txt",
    "broad_industries.txt",
    "generic_words.txt",
    "industry_exceptions.txt",
    "places.txt",
    "surnames.txt",
}

_LEVEL1 = (frozenset(LEVEL1).__contains__, "is none of the 31 申万 level-1 industries")
_CODE = (re.compile(r"\d{6}\.(?:SH|SZ|BJ)").fullmatch, "is no code with its exchange, such as 600519.SH, 000001.SZ or 430047.BJ")
_TECHNOLOGIES, _SUBJECTS = ("technique", "model", "product", "chip", "platform"), ("organisation", "theme")
_VALUES: dict[str, dict[str, tuple[Callable[[str], object], str]]] = {
    "ai_technologies.csv": {"kind": ({*_TECHNOLOGIES, ""}.__contains__, f"is none of the kinds {', '.join(_TECHNOLOGIES)}")},
    "companies.csv": {"code": _CODE, "level1": _LEVEL1},
    "industries.csv": {"level1": _LEVEL1},
    "subjects.csv": {"kind": (set(_SUBJECTS).__contains__, f"is none of the kinds {', '.join(_SUBJECTS)}")},
}
"""What the values of a column must be, and what is said of others."""


def rows(folders: list[Path], name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV list out of all folders that have it.

    Raises ConfigError with file and line where the first line names other columns or there is none, for a row that is
    incomplete and for a value that its column may not have.
    """
    for path in _files(folders, name):
        for _, row in _numbered(path):
            yield row


def place_of(folders: list[Path], name: str, *keys: str) -> str:
    """Return file and line of the last row of a CSV list that has one of the keys: that of a user rather than a shipped one.

    There must be one.
    """
    column = COLUMNS[name][0]
    return [f"{path}:{line}" for path in _files(folders, name) for line, row in _numbered(path) if row[column] in keys][-1]


def words(folders: list[Path], name: str) -> Iterator[str]:
    """Yield the words of a text list out of all folders that have it. Raises ConfigError for a file that is not UTF-8."""
    for path in _files(folders, name):
        yield from _text(path).split()


def _files(folders: list[Path], name: str) -> list[Path]:
    return [path for folder in folders for path in entries(folder, name, ConfigError)]


def _numbered(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    needed, limits = COLUMNS[path.name], _VALUES.get(path.name, {})
    reader = csv.reader(io.StringIO(_text(path), newline=""))
    header = next(reader, [])
    if not set(needed) <= set(header):  # else the first row would be lost
        raise ConfigError(f"{path}:1: the first line must name the columns: {','.join(dict.fromkeys([*needed, *limits]))}")
    for values in filter(None, reader):
        row = dict(zip(header, values, strict=False))
        if "" in values or len(values) < len(header):  # as hardly any row is; the others need no closer look
            lacking = [column for column in limits if column in header and column not in row]  # an empty cell is none left out
            if lacking or not all(map(row.get, needed)):
                raise ConfigError(f"{path}:{reader.line_num}: each row needs {', '.join(dict.fromkeys([*needed, *lacking]))}")
        for column, (fits, complaint) in limits.items():
            if not fits(row.get(column, "")):
                raise ConfigError(f"{path}:{reader.line_num}: {row[column]} {complaint}")
        yield reader.line_num, row


def _text(path: Path) -> str:
    try:
        return (content(path, ConfigError) or b"").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8; save it as that (in Excel as “CSV UTF-8”)") from error
