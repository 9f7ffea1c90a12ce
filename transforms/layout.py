"""The text layout of records: seven labelled lines, the major events as a lead-in and a numbered list.

标题: …
链接: …
总结: … (the whole body on one line)
关键词: …, …
AI技术: …, …
行业: …，…
重大事件摘要: 这篇文章中的重大事件包括：

1. …
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from crawlers.clock import day_of
from crawlers.page import Page, article_id, canonical_url
from transforms.grounding import Fault, Said, ground
from transforms.passage import Span
from transforms.record import MAX_SUMMARY, Annotation, Article, Evidence, Record
from transforms.reject import RejectedError
from transforms.taxonomy import Taxonomy
from transforms.text import sentences, text_hash, tidy

LABELS = ("标题", "链接", "总结", "关键词", "AI技术", "行业", "重大事件摘要")
LEAD_IN = "这篇文章中的重大事件包括："
_LISTS = {"keywords": "关键词", "ai_technologies": "AI技术", "industries": "行业"}
_BEGINS = ("标题", "链接")
"""Labels that begin a record, when what comes before has them or later ones already; the second where a 标题 is missing."""
_NEEDED = ("标题", "链接", "总结")
_LABEL = re.compile(rf"^[ \t\u3000]*({'|'.join(LABELS).replace('AI', 'AI ?')})[ \t]*[:：][ \t]?", re.MULTILINE)
_NUMBER = re.compile(r"^\s*\d{1,2}\s*[.、．](?!\d|$)\s*|^\s*\d{1,2}[.、．](?=(?:19|20)\d\d年)")  # 1.2亿元 has none
_BETWEEN = re.compile(r"(?<!\d),|,(?!\d{3}(?!\d))|[，、;；]")  # a comma in 1,000 separates nothing
_UNDECODED = re.compile(r"[\ud800-\udfff]")


class LayoutError(RejectedError):
    """A record that has not the layout; `line` counts from its first line, which is 0."""

    def __init__(self, line: int, detail: str) -> None:
        """Say what is wrong with which line."""
        super().__init__("malformed", detail)
        self.line = line


@dataclass(frozen=True)
class Entry:
    """One record of a file in the text layout: the number of its first line, and its lines."""

    line: int
    text: str


class Imported(NamedTuple):
    """An imported record: its article, what of its annotation stands there, and a sentence for each value that does not."""

    article: Article
    annotation: Annotation
    dropped: tuple[str, ...]


def format_record(record: Record) -> str:
    """Return a record in the text layout, ending with a line feed.

    No value but the list of events has a line feed: one in a value would make its rest the next labelled line, or record.
    """
    values = (
        record.title,
        record.url,
        "".join(record.body.splitlines()),
        ", ".join(record.keywords),
        ", ".join(record.ai_technologies),
        "，".join(record.industries),
        LEAD_IN if record.major_events else "",
    )
    lines = [f"{label}: {_one_line(value)}".rstrip(" ") for label, value in zip(LABELS, values, strict=True)]
    events = [f"{number}. {_one_line(event)}" for number, event in enumerate(record.major_events, 1)]
    return "\n".join([*lines, *([""] if events else []), *events]) + "\n"


def _one_line(value: str) -> str:
    return " ".join(value.splitlines())


def split(lines: Iterable[str]) -> Iterator[Entry]:
    """Yield the records of a file's lines, which end with line feeds; what stands before the first one is an entry, too.

    A record begins with its 标题, or with its 链接 where that is missing.
    """
    first, part, last = 1, list[str](), -1
    for number, line in enumerate(lines, 1):
        mark = _LABEL.match(line)
        place = LABELS.index(_name(mark)) if mark else len(LABELS)
        if place < len(_BEGINS) and (place <= last or last < 0):
            yield from _entry(first, part)
            first, part, last = number, [], -1
        part.append(line)
        last = place if mark else last
    yield from _entry(first, part)


def _entry(first: int, part: list[str]) -> Iterator[Entry]:
    for number, line in enumerate(part):
        if line.strip():
            yield Entry(first + number, "".join(part[number:]).rstrip() + "\n")
            return


def link_of(text: str) -> str:
    """Return the canonical URL of one record in the text layout. Raises LayoutError for whatever is wrong with the record."""
    return _fields(text)["链接"]


def imported(page: Page, lists: Taxonomy) -> Imported:
    """Return an imported record; names are checked by the word lists. Raises LayoutError as `link_of` does."""
    fields = _fields(page.text)
    body = fields["总结"]
    identity = article_id(url := fields["链接"])
    article = Article(
        article_id=identity,
        url=url,
        source=page.source,
        publisher=None,
        authors=(),
        title=_one_line(fields["标题"]),
        published_at=None,
        published_precision="none",
        published_date=page.day or day_of(page.fetched_at),
        crawled_at=page.fetched_at,
        body=body,
        text_hash=text_hash(body),
        story_id=identity,
    )
    grounded = ground(_said(fields), article.title, body, lists, by_hand=True)
    lead = _lead(body)
    annotation = Annotation(
        **grounded.said.model_dump(exclude={"summary"}),
        summary=body[: lead[-1][1]].replace("\n", ""),
        evidence=(
            *(Evidence(column="summary", value=body[start:end], start=start, end=end) for start, end in lead),
            *grounded.evidence,
        ),
        annotator="import",
        model=None,
        annotator_version="layout 2",
        annotated_at=page.fetched_at,
    )
    return Imported(article, annotation, tuple(map(_told, grounded.faults)))


def _said(fields: dict[str, str]) -> Said:
    """Return what a record says of its article; the layout has no line for a summary, codes and securities."""
    return Said(
        summary="",
        **{column: _items(fields.get(label, "")) for column, label in _LISTS.items()},
        industry_codes=(),
        major_events=_events(fields.get("重大事件摘要", "")),
        securities=(),
    )


def _told(fault: Fault) -> str:
    label = _LISTS.get(fault.column, "重大事件摘要")
    return tidy(f"{label}: {fault.why if fault.value in fault.why else f'{fault.value} – {fault.why}'}")


def _fields(text: str) -> dict[str, str]:
    """Return what stands behind each label, line by line without what nobody sees; the link is canonical."""
    marks = list(_LABEL.finditer(text))
    _check(text, marks)
    ends = [*(mark.start() for mark in marks), len(text)][1:]
    fields = {_name(mark): _tidied(text[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)}
    if missing := [label for label in _NEEDED if not fields.get(label)]:
        raise LayoutError(0, f"a record without {'、'.join(missing)}")
    try:
        return {**fields, "链接": canonical_url(fields["链接"])}
    except ValueError as error:
        (line,) = (text.count("\n", 0, mark.start()) for mark in marks if _name(mark) == "链接")
        raise LayoutError(line, f"no usable 链接: {error}") from error


def _tidied(text: str) -> str:
    return "\n".join(filter(None, map(tidy, text.splitlines())))


def _check(text: str, marks: list[re.Match[str]]) -> None:
    if wrong := _UNDECODED.search(text):
        raise LayoutError(text.count("\n", 0, wrong.start()), "a line that is neither UTF-8 nor GB18030 text")
    if before := text[: marks[0].start() if marks else None].strip():
        raise LayoutError(0, f"no record: {before.splitlines()[0][:40]!r} stands before a line with 标题:")
    for one, other in pairwise(marks):
        if LABELS.index(_name(other)) <= LABELS.index(_name(one)):
            raise LayoutError(text.count("\n", 0, other.start()), f"{_name(other)} behind {_name(one)}: twice, or out of order")


def _name(mark: re.Match[str]) -> str:
    return mark[1].replace(" ", "")


def _items(line: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_values(_BETWEEN.split(line))))


def _events(text: str) -> tuple[str, ...]:
    lines = text.splitlines()
    if lines and lines[0].endswith((":", "：")) and not _NUMBER.match(lines[0]):
        del lines[0]  # the lead-in, in whatever words
    return tuple(_values(_NUMBER.sub("", line) for line in lines))


def _values(values: Iterable[str]) -> Iterator[str]:
    """Yield the values that say something: 无 says that there is none."""
    return (value for value in map(str.strip, values) if value.removesuffix("。") not in ("", "无"))


def _lead(body: str) -> list[Span]:
    """Return the first sentences of a body that fit into a summary; the head of the first one where none fits."""
    return [one for one in sentences(body) if one[1] <= MAX_SUMMARY] or [(0, MAX_SUMMARY)]


def format_records(records: Iterable[Record]) -> Iterator[str]:
    """Yield the records in the text layout as parts of one file, an empty line between two."""
    for number, record in enumerate(records):
        yield ("\n" if number else "") + format_record(record)
