"""Records of no source: invented words in the shape of news, a size for what is measured about files."""

import random
from datetime import UTC, date, datetime, time, timedelta

from crawlers.clock import SHANGHAI
from crawlers.page import article_id
from transforms.record import Evidence, Record

_INDUSTRIES = ("银行", "电子", "计算机", "医药生物", "食品饮料", "电力设备", "汽车", "房地产", "通信", "传媒")
_COMMON = [chr(0x4E00 + number * 7) for number in range(1500)]
_CRAWLED = datetime(2027, 1, 1, tzinfo=UTC)


class Writer:
    """Writes records with words of one invented vocabulary; the same seed gives the same records."""

    def __init__(self, seed: int, characters: int = 900) -> None:
        """Take the length that bodies have, in characters, roughly."""
        self._random = random.Random(seed)
        self._words = ["".join(self._random.choices(_COMMON, k=self._random.choice((1, 2, 2, 3, 4)))) for _ in range(8000)]
        self._ranks = [1 / (rank + 10) for rank in range(len(self._words))]
        for rank in range(1, len(self._ranks)):
            self._ranks[rank] += self._ranks[rank - 1]
        self._paragraphs = max(1, characters // 140)

    def text(self, words: int) -> str:
        """Return so many words, common ones more often."""
        return "".join(self._random.choices(self._words, cum_weights=self._ranks, k=words))

    def record(self, day: date, source: str, number: int) -> Record:
        """Return one record, published at some second of a day."""
        identity = article_id(f"http://{source}.example.com/{day}/{number}")
        body = "\n".join(f"{self.text(60)}。" for _ in range(self._paragraphs))
        keywords = tuple(dict.fromkeys(self._random.choices(self._words[:2000], k=5)))
        industries = tuple(self._random.sample(_INDUSTRIES, 2))
        return Record(
            article_id=identity,
            url=f"http://{source}.example.com/{day}/{number}",
            source=source,
            publisher=f"{source}报",
            authors=(self.text(1), self.text(1)),
            title=self.text(10),
            published_at=datetime.combine(day, time(), SHANGHAI) + timedelta(seconds=self._random.randrange(86_400)),
            published_precision="second",
            published_date=day,
            crawled_at=_CRAWLED,
            body=body,
            text_hash=article_id(body),
            story_id=identity,
            summary=body[:120],
            keywords=keywords,
            ai_technologies=(),
            industries=industries,
            industry_codes=industries,
            major_events=(body[:60], body[70:130]),
            securities=(f"{self._random.randrange(600_000, 604_000)}.SH",),
            evidence=tuple(Evidence(column="keywords", value=word, start=3, end=3 + len(word)) for word in keywords),
            annotator="lexicon",
            model=None,
            annotator_version="synthetic",
            annotated_at=_CRAWLED,
            archive_file=f"date={day}/{source}-c1.warc.gz",
            archive_offset=number * 20_000,
        )
