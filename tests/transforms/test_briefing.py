"""The briefing: a story once, told by whom it was out first; counts of articles; and the same whatever files the records lie in."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.root import root_of
from tests.transforms.rows import DAY, record
from transforms import dataset
from transforms.briefing import Briefing, brief
from transforms.compact import compact
from transforms.record import Record

NEXT = DAY + timedelta(days=1)


def stored(folder: Path, *rows: Record) -> Path:
    for row in rows:
        dataset.records(folder).apply(row.published_date, row.source, [row])
    return folder


def reprints(number: int, *sources: str, day: date = DAY, **changes) -> list[Record]:
    """Return an article, and its reprints an hour later each, by the given sources."""
    first = record(number, source=sources[0], published_date=day, **changes)
    return [first if place == 0 else _reprint(first, number * 100 + place, source, place) for place, source in enumerate(sources)]


def _reprint(first: Record, number: int, source: str, hours: int) -> Record:
    values = {name: getattr(first, name) for name in ("story_id", "published_date", "annotated_at", *NAMED)}
    return record(number, source=source, published_at=first.published_at + timedelta(hours=hours), **values)


NAMED = ("keywords", "ai_technologies", "industry_codes", "securities", "major_events")


def titles(stories) -> list[str]:
    return [story.title for story in stories]


def names(topics) -> list[tuple[str, int, int]]:
    return [(topic.name, topic.articles, topic.stories) for topic in topics.top]


def test_a_story_stands_once_told_by_its_first_article_and_what_most_reprint_comes_first(tmp_path):
    events = tuple(f"第{number}件事。" for number in range(5))
    late = datetime(2026, 11, 18, 12, tzinfo=UTC)
    rows = [
        *reprints(1, "paper", "paper", major_events=events),
        *reprints(2, "wire", "paper", "agency", major_events=()),
        record(3, published_at=late, major_events=events),
        record(4, major_events=events),
        record(5, major_events=()),
        *reprints(6, "paper", "wire", major_events=()),
    ]
    told = brief(stored(tmp_path, *rows), DAY, DAY)
    assert (told.articles, told.stories, told.waiting) == (10, 6, 0)
    assert titles(told.top) == ["标题2", "标题6", "标题1", "标题3", "标题4", "标题5"]
    assert [(story.in_sources, story.in_articles) for story in told.top] == [(3, 3), (2, 2), (1, 2), (1, 1), (1, 1), (1, 1)]
    assert (told.top[0].source, told.top[0].published_at.isoformat()) == ("wire", "2026-11-18T09:02:00+08:00")
    assert [(one.source, one.articles) for one in told.sources] == [("paper", 7), ("wire", 2), ("agency", 1)]


def test_of_a_story_that_is_older_than_the_briefing_the_first_reprint_in_it_tells(tmp_path):
    old, *new = reprints(1, "paper", "wire", "agency")
    rows = [old, *(row.model_copy(update={"published_date": NEXT}) for row in new)]
    told = brief(stored(tmp_path, *rows, record(2, published_date=NEXT)), NEXT, NEXT)
    assert (told.articles, told.stories) == (3, 2)
    assert [(story.source, story.in_sources, story.in_articles) for story in told.top] == [("wire", 2, 2), ("paper", 1, 1)]
    chosen = brief(tmp_path, DAY, NEXT, ["agency"])
    assert [(story.source, story.in_articles) for story in chosen.top] == [("agency", 1)]


def test_names_are_counted_by_article_and_shown_by_story(tmp_path):
    rows = [
        *reprints(1, "paper", "wire", industry_codes=("银行", "计算机"), ai_technologies=("大模型",), securities=("000001.SZ",)),
        record(2, industry_codes=("银行",), ai_technologies=("大模型", "机器视觉"), keywords=("利率", "利率")),
        record(3, industry_codes=(), securities=()),
    ]
    told = brief(stored(tmp_path, *rows), DAY, DAY)
    assert names(told.industries) == [("银行", 3, 2), ("计算机", 2, 1)]
    assert names(told.ai_technologies) == [("大模型", 3, 2), ("机器视觉", 1, 1)]
    assert titles(told.ai_technologies.top[0].top) == ["标题1", "标题2"]
    assert names(told.securities) == [("000001.SZ", 2, 1), ("600519.SH", 1, 1)]
    assert names(told.keywords)[:3] == [("利润", 3, 2), ("正文", 3, 2), ("利率", 1, 1)]
    assert (told.keywords.total, told.keywords.top[0].top) == (3, [])


def test_a_record_that_waits_has_a_title_alone_and_is_counted(tmp_path):
    bare = {**dict.fromkeys((*NAMED, "industries", "evidence"), ()), "summary": "", "annotated_at": None}
    told = brief(stored(tmp_path, record(1, **bare), record(2)), DAY, DAY)
    assert (told.articles, told.waiting, told.sources[0].waiting) == (2, 1, 1)
    assert [(story.title, story.waiting, story.summary) for story in told.top] == [
        ("标题2", False, "第二段。"),
        ("标题1", True, ""),
    ]


def test_every_day_is_counted_also_one_without_records(tmp_path):
    told = brief(stored(tmp_path, record(1), record(2, published_date=NEXT)), DAY - timedelta(days=1), NEXT)
    assert [(one.day.day, one.articles) for one in told.days] == [(17, 0), (18, 1), (19, 1)]
    empty = brief(tmp_path, date(2020, 1, 1), date(2020, 1, 2))
    assert (empty.articles, empty.stories, empty.top, empty.keywords.total, len(empty.days)) == (0, 0, [], 0, 2)


def test_the_same_records_give_the_same_briefing_in_whatever_order_they_lie(tmp_path):
    rows = [
        *reprints(1, "wire", "paper", "agency"),
        *(record(number, source="zqrb", published_at=None) for number in range(2, 9)),
    ]
    rows = [row.model_copy(update={"published_precision": "none"}) if row.published_at is None else row for row in rows]
    apart = brief(stored(tmp_path / "one", *rows), DAY, DAY)
    assert brief(stored(tmp_path / "other", *reversed(rows)), DAY, DAY) == apart
    compact(dataset.records(root_of(tmp_path / "one")), DAY)
    assert [path.name[:11] for path in dataset.records(tmp_path / "one").files(DAY)] == ["all-sources"]
    assert brief(tmp_path / "one", DAY, DAY) == apart


@pytest.fixture
def flood(tmp_path) -> Briefing:
    """Return the briefing on a thousand stories, one of which names more than is counted."""
    many = [record(number, industry_codes=("银行",), keywords=("利润", f"词{number}")) for number in range(2, 1001)]
    rare = tuple(f"罕见词{number}" for number in range(200_001))
    dataset.records(tmp_path).apply(DAY, "paper", [record(1, keywords=rare), *many])
    return brief(tmp_path, DAY, DAY)


def test_what_is_told_is_bounded_and_what_is_named_most_outlives_a_flood_of_names(flood):
    assert (flood.stories, len(flood.top), len(flood.keywords.top)) == (1000, 20, 60)
    assert names(flood.industries) == [("银行", 999, 999), ("食品饮料", 1, 1)]
    assert [len(topic.top) for topic in flood.industries.top] == [6, 1]
    assert flood.keywords.total is None  # what was forgotten cannot be told
    assert names(flood.keywords)[0] == ("利润", 999, 999)
