"""Records and rejects for tests."""

from datetime import UTC, date, datetime

from crawlers.page import article_id
from transforms.record import Evidence, Record, Reject
from transforms.text import text_hash

DAY = date(2026, 11, 18)


def record(number: int, **changes) -> Record:
    url = f"http://e.cn/{number}"
    body = f"第{number}段正文。\n第二段，利润为{number}亿元。"
    values = {
        "article_id": article_id(url),
        "url": url,
        "source": "paper",
        "publisher": "样报",
        "authors": ("张三", "李四光"),
        "title": f"标题{number}",
        "published_at": datetime(2026, 11, 18, 1, number % 60, tzinfo=UTC),
        "published_precision": "minute",
        "published_date": DAY,
        "crawled_at": datetime(2026, 11, 19, 1, 2, 3, 456789, tzinfo=UTC),
        "body": body,
        "text_hash": text_hash(body),
        "story_id": article_id(url),
        "summary": "第二段。",
        "keywords": ("利润", "正文"),
        "ai_technologies": (),
        "industries": ("白酒行业",),
        "industry_codes": ("食品饮料",),
        "major_events": (f"第二段，利润为{number}亿元。",),
        "securities": ("600519.SH",),
        "evidence": (Evidence(column="keywords", value="正文", start=3, end=5),),
        "annotator": "lexicon",
        "model": None,
        "annotator_version": "lexicon test",
        "annotated_at": datetime(2026, 11, 19, 1, 2, 4, tzinfo=UTC),
        "archive_file": "date=2026-11-19/paper-c1.warc.gz",
        "archive_offset": number,
    }
    return Record.model_validate({**values, **changes})


def reject(number: int, **changes) -> Reject:
    url = f"http://e.cn/{number}"
    values = {
        "article_id": article_id(url),
        "url": url,
        "source": "paper",
        "reason": "no_body",
        "detail": None,
        "published_date": None,
        "crawled_at": datetime(2026, 11, 19, 1, 2, 3, tzinfo=UTC),
        "archive_file": "date=2026-11-19/paper-c1.warc.gz",
        "archive_offset": number,
    }
    return Reject.model_validate({**values, **changes})
