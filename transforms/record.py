"""The record: THE schema. The Arrow schema, the README's field table and `show` are derived from these models.

A field's `description` is its documentation. Instants end in `_at` and are UTC; a list is empty, never None; None means
exactly what the description says. New fields come last, so that files written earlier read as null there.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from crawlers.clock import Precision

SCHEMA_VERSION = 1
MAX_SUMMARY = 200
"""Characters of a summary."""

ArticleId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Texts = tuple[str, ...]


class Frozen(BaseModel):
    """A value: unknown fields are refused, nothing changes once it is made."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)  # who annotates needs no model of a whole record


class Evidence(Frozen):
    """Where a value of an annotation stands in the body."""

    column: str = Field(description="name of the record's column that holds the value")
    value: str = Field(description="the value, as that column has it; where it is made of several sentences, one of these")
    start: int = Field(ge=0, description="first character in `body`, in Unicode code points")
    end: int = Field(ge=0, description="character behind the last one")


class Article(Frozen):
    """What stands on a page."""

    article_id: ArticleId = Field(description="BLAKE2b-128 of the canonical URL: stable across runs and machines")
    url: str = Field(description="canonical URL, without tracking parameters")
    source: str = Field(description="name of the source that found it")
    publisher: str | None = Field(description="来源 as printed (证券日报); null when none is printed")
    authors: Texts = Field(description="persons or the account as printed, without 记者, 编辑 and the like")
    title: str = Field(min_length=1, description="headline as printed, without the site's suffix")
    published_at: AwareDatetime | None = Field(
        description="the time that the page prints; null when it prints none, never guessed"
    )
    published_precision: Precision = Field(description="how exactly it is printed: second, minute, day or none")
    published_date: date = Field(
        description="publication day in Asia/Shanghai; where the page prints none, the day by its listing, else that of the crawl"
    )
    crawled_at: AwareDatetime = Field(description="when the response arrived")
    body: str = Field(min_length=1, description="paragraphs joined by a line feed, nothing but the article's text")
    text_hash: ArticleId = Field(description="BLAKE2b-128 of the folded body: equal for exact reprints")
    story_id: ArticleId = Field(
        description="article_id of the first published article of its story, the reprints of one text, word for word or nearly"
    )


class Annotation(Frozen):
    """What an engine says about an article. All but `summary` hold verbatim or grounded values only."""

    summary: str = Field(
        max_length=MAX_SUMMARY, description="what happened, at most 200 characters; empty while it waits for an engine"
    )
    keywords: Texts = Field(description="3 to 8 phrases of title or body, most important first")
    ai_technologies: Texts = Field(description="AI technologies that the article names, as it names them")
    industries: Texts = Field(description="industries concerned, as the article names them, else by their usual name")
    industry_codes: Texts = Field(description="申万 level-1 names (2021) that the article mostly falls under")
    major_events: Texts = Field(
        description="in the article's order, each a sentence or, by the lexicon engine, several that tell of one event; the headline "
        "first where the body tells none of its kind"
    )
    securities: Texts = Field(description="listed companies that the article is about, as 600519.SH")
    evidence: tuple[Evidence, ...] = Field(description="where the values stand in `body`")
    annotator: Literal["lexicon", "llm", "import"] = Field(description="engine; import: taken over from an imported file")
    model: str | None = Field(description="model that the llm engine used; null for the other engines")
    annotator_version: str = Field(description="version of the engine and its lexicons, or hash of the prompt")
    annotated_at: AwareDatetime | None = Field(description="null while the article waits for the llm engine")


class Record(Annotation, Article):
    """One row of the dataset: an article, its annotation, and where its page lies."""

    archive_file: str = Field(description="WARC file that holds the page, relative to the archive")
    archive_offset: int = Field(ge=0, description="offset of the page's WARC record in that file, in bytes")


class Reject(Frozen):
    """One row of the rejects: a page that became no record."""

    article_id: ArticleId = Field(description="identity of the canonical URL, as in the records")
    url: str = Field(description="canonical URL")
    source: str = Field(description="name of the source that found it")
    reason: str = Field(description="code of the reason")
    detail: str | None = Field(description="the reason in words; null when the code says all")
    published_date: date | None = Field(description="publication day, where it was known; else null")
    crawled_at: datetime = Field(description="when the response arrived")
    archive_file: str = Field(description="WARC file that holds the page, relative to the archive")
    archive_offset: int = Field(ge=0, description="offset of the page's WARC record in that file, in bytes")
