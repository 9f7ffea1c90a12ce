"""A flash (快讯): an article that stands whole in a list, without a page of its own."""

import re
from typing import NamedTuple

from crawlers.clock import Moment, day_of
from crawlers.page import Page, article_id, canonical_url
from crawlers.source import Source
from transforms.decode import refuse_mojibake
from transforms.document import Document, Line, lines_of_html
from transforms.headline import without_medium
from transforms.lines import clean_lines
from transforms.record import Article
from transforms.reject import RejectedError
from transforms.text import fold, sentences, text_hash, tidy

_BRACKETED = re.compile(r"\s*【([^】]{4,60})】")
_LONGEST = 60  # characters of a headline that is made of the first sentence
_LEAST = 6  # folded characters of a flash


class Told(NamedTuple):
    """What a list tells of one flash: its address, and the texts as they stand there, HTML or plain."""

    url: str
    title: str | None
    text: str
    moment: Moment | None
    publisher: str | None
    authors: tuple[str, ...] = ()


def flash(page: Page, source: Source, told: Told) -> Article:
    """Return the article that an item of the archived list `page` is.

    Its headline is the item's, else the text in 【】 at its beginning, else its first sentence, cut at 60 characters. Raises
    RejectedError where the item has no text.
    """
    lines = lines_of_html(told.text) if "<" in told.text else told.text.splitlines()
    empty = Document("<html></html>").tree
    texts = clean_lines([Line(tidy(line), 0, empty, number) for number, line in enumerate(lines)], "")
    body = "\n".join(texts)
    if len(fold(body)) < _LEAST:
        raise RejectedError("no_body", "the item of the list has no text")
    refuse_mojibake(body)
    identity = article_id(url := canonical_url(told.url))
    return Article(
        article_id=identity,
        url=url,
        source=source.name,
        publisher=told.publisher or source.publisher,
        authors=told.authors,
        title=tidy(without_medium(told.title or "")) or _headline(body),
        published_at=told.moment.at if told.moment else None,
        published_precision=told.moment.precision if told.moment else "none",
        published_date=day_of(told.moment.at) if told.moment else page.day or day_of(page.fetched_at),
        crawled_at=page.fetched_at,
        body=body,
        text_hash=text_hash(body),
        story_id=identity,
    )


def _headline(body: str) -> str:
    if bracketed := _BRACKETED.match(body):
        return tidy(bracketed[1])  # it may stand on two lines
    start, end = sentences(body)[0]
    return body[start : min(end, start + _LONGEST)].rstrip("。")
