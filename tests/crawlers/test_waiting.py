"""What the ledger says of many pages at once."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crawlers.fates import Find, Outcome
from crawlers.ledger import Ledger
from crawlers.page import Position, article_id

DAYS = [date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)]
AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
MANY = 2500


def find(number: int) -> Find:
    url = f"http://e.cn/{number}"
    return Find(article_id(url), url, url, f"标题{number}", DAYS[number % 3])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger(request: pytest.FixtureRequest, tmp_path: Path):
    sqlite = request.param == "sqlite"
    made = Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}" if sqlite else request.getfixturevalue("cluster").database())
    finds = [find(number) for number in range(MANY)]
    made.find("a", finds, set(DAYS), "http://e.cn/list", "c1")
    made.archive_all("a", [(one.article_id, Position("f.warc.gz", MANY - at), AT) for at, one in enumerate(finds)])
    yield made
    made.close()


def test_many_pages_wait_in_the_order_of_their_days_and_places(ledger):
    parts = [Position("f.warc.gz", 9000 + number) for number in range(2)]
    for number in (0, 1500, 2498):
        ledger.archive("a", find(number).article_id, Position("f.warc.gz", MANY - number), AT, parts)
    waiting = ledger.waiting("a", DAYS)
    assert len(waiting) == len({one.article_id for one in waiting}) == MANY
    assert waiting == sorted(waiting, key=lambda one: (one.day, one.position.offset))
    assert {one.article_id for one in waiting if one.parts} == {find(number).article_id for number in (0, 1500, 2498)}
    assert all(one.parts in ((), tuple(parts)) for one in waiting)
    assert {one.day for one in ledger.waiting("a", DAYS[:1])} == {DAYS[0]}


def test_how_many_articles_stand(ledger):
    ledger.settle(
        "a", [Outcome(find(1).article_id, "record", DAYS[2]), Outcome(find(2).article_id, "reject", None, "no_body", "x")]
    )
    standings = ledger.standings("a", [*(find(number).article_id for number in range(MANY)), "unknown"])
    assert len(standings) == MANY
    assert standings[find(1).article_id] == ("record", DAYS[2], None)
    assert standings[find(2).article_id] == ("reject", None, "no_body")
    assert standings[find(3).article_id].state == "archived"
    assert ledger.standings("b", [find(1).article_id]) == {}
