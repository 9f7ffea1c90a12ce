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
from collections.abc import Iterable
from itertools import pairwise

from crawlers.clock import day_of
from crawlers.page import Page, article_id, canonical_url
from transforms.annotate import evidence_of
from transforms.record import MAX_SUMMARY, Annotation, Article, Record
from transforms.reject import RejectedError
from transforms.text import sentences, text_hash

LABELS = ("标题", "链接", "总结", "关键词", "AI技术", "行业", "重大事件摘要")
LEAD_IN = "这篇文章中的重大事件包括："
_LABEL = re.compile(rf"^({'|'.join(LABELS)})\s*[:：][ \t]?", re.MULTILINE)
_NUMBER = re.compile(r"^\s*\d{1,2}\s*[.、．]\s*")


def format_record(record: Record) -> str:
    """Return a record in the text layout, ending with a line feed."""
    events = "\n".join(f"{number}. {event}" for number, event in enumerate(record.major_events, 1))
    values = (
        record.title,
        record.url,
        record.body.replace("\n", ""),
        ", ".join(record.keywords),
        ", ".join(record.ai_technologies),
        "，".join(record.industries),
        f"{LEAD_IN}\n\n{events}" if events else "",
    )
    return "".join(f"{label}: {value}".rstrip(" ") + "\n" for label, value in zip(LABELS, values, strict=True))


def split_files(text: str) -> list[str]:
    """Return the records of a file that holds one or many in the text layout; each begins with its 标题 line."""
    starts = [match.start() for match in _LABEL.finditer(text) if match[1] == "标题"]
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def link_of(text: str) -> str:
    """Return the canonical URL of one record in the text layout. Raises RejectedError when it has none."""
    link = _fields(text).get("链接", "")
    try:
        return canonical_url(link)
    except ValueError as error:
        raise RejectedError("malformed", f"no usable 链接: {error}") from error


def imported(page: Page) -> tuple[Article, Annotation]:
    """Return the article and the annotation of an imported file. Raises RejectedError when lines are missing."""
    fields = _fields(page.text)
    missing = [label for label in ("标题", "链接", "总结") if not fields.get(label)]
    if missing:
        raise RejectedError("malformed", f"no line {'、'.join(missing)}")
    body = "\n".join(line.strip() for line in fields["总结"].splitlines() if line.strip())
    identity = article_id(url := link_of(page.text))
    article = Article(
        article_id=identity,
        url=url,
        source=page.source,
        publisher=None,
        authors=(),
        title=fields["标题"],
        published_at=None,
        published_precision="none",
        published_date=page.day or day_of(page.fetched_at),
        crawled_at=page.fetched_at,
        body=body,
        text_hash=text_hash(body),
        story_id=identity,
    )
    return article, _annotation(page, body, fields)


def _annotation(page: Page, body: str, fields: dict[str, str]) -> Annotation:
    keywords = _items(fields.get("关键词", ""))
    technologies, industries = _items(fields.get("AI技术", "")), _items(fields.get("行业", ""))
    columns = {"keywords": keywords, "ai_technologies": technologies, "industries": industries}
    return Annotation(
        summary=_lead(body),
        keywords=keywords,
        ai_technologies=technologies,
        industries=industries,
        industry_codes=(),
        major_events=_events(fields.get("重大事件摘要", "")),
        securities=(),
        evidence=evidence_of(body, columns),
        annotator="import",
        model=None,
        annotator_version="layout 1",
        annotated_at=page.fetched_at,
    )


def _fields(text: str) -> dict[str, str]:
    marks = list(_LABEL.finditer(text))
    ends = [*(mark.start() for mark in marks), len(text)][1:]
    return {mark[1]: text[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)}


def _items(line: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.strip() for item in re.split(r"[,，、]", line) if item.strip()))


def _events(text: str) -> tuple[str, ...]:
    lines = [line for line in text.splitlines() if line.strip() and line.strip() != LEAD_IN]
    return tuple(_NUMBER.sub("", line).strip() for line in lines)


def _lead(body: str) -> str:
    """Return the first sentences of a body that fit into a summary; the head of the first one where none fits."""
    end = 0
    for _, stop in sentences(body):
        if stop > MAX_SUMMARY:
            break
        end = stop
    return body[: end or MAX_SUMMARY].replace("\n", "")


def join_records(texts: Iterable[str]) -> str:
    """Return several records in the text layout as one file, an empty line between two."""
    return "\n".join(texts)
