"""A day that is odd is marked: its report says why, in every command that tells of it."""

from datetime import UTC, datetime, timedelta

from crawlers.clock import day_of, now
from crawlers.fates import Find, Outcome, Verdict
from crawlers.page import Position, article_id
from flows.checking import checked_reports, mark_drift
from tests.loopback import SOURCE, loopback, make_project


def have(ledger, day, numbers) -> None:
    """Let the ledger know of a day with a record of each number."""
    finds = [Find(article_id(url), url, url, None, day) for url in (f"http://e.cn/{day}/{number}" for number in numbers)]
    ledger.list_day("paper", day, Verdict("whole"), "c1")
    ledger.find("paper", finds, {day}, "http://e.cn/list", "c1")
    ledger.archive_all("paper", [(find.article_id, Position("f.warc.gz", 0), datetime.now(UTC)) for find in finds])
    ledger.settle("paper", [Outcome(find.article_id, "record", day) for find in finds])


def test_a_day_that_drops_is_marked_until_it_is_mended(tmp_path):
    with loopback() as site:
        project = make_project(tmp_path, site, paper=SOURCE)
    yesterday = day_of(now()) - timedelta(days=1)
    days = [yesterday - timedelta(days=back) for back in range(15)]
    for day in (day for day in days if (day.weekday() >= 5) == (yesterday.weekday() >= 5)):
        have(project.ledger, day, range(3) if day == yesterday else range(30))
    mark_drift(project, {"paper": [yesterday]})
    (report,) = checked_reports(project, {"paper": [yesterday]})
    assert (report.status, report.reason) == ("complete", "3 records, 30 on such days before")
    have(project.ledger, yesterday, range(3, 30))
    mark_drift(project, {"paper": [yesterday]})
    assert checked_reports(project, {"paper": [yesterday]})[0].reason is None


def test_a_day_is_not_odd_of_which_nobody_knows_yet_what_it_has(tmp_path):
    with loopback() as site:
        project = make_project(tmp_path, site, paper=SOURCE)
    yesterday = day_of(now()) - timedelta(days=1)
    alike = [
        day for back in range(1, 15) if ((day := yesterday - timedelta(days=back)).weekday() >= 5) == (yesterday.weekday() >= 5)
    ]
    for day in alike:
        have(project.ledger, day, range(30))

    def told() -> tuple:
        mark_drift(project, {"paper": [yesterday]})
        (report,) = checked_reports(project, {"paper": [yesterday]})
        return report.status, report.reason

    assert told() == ("missing", None)
    project.ledger.begin("paper", [yesterday], "c2")
    assert told() == ("partial", "the crawl did not end")
    one = Find(article_id("http://e.cn/x"), "http://e.cn/x", "http://e.cn/x", None, yesterday)
    project.ledger.find("paper", [one], {yesterday}, "http://e.cn/list", "c2")
    project.ledger.list_day("paper", yesterday, Verdict("whole"), "c2")
    assert told() == ("partial", "1 not fetched or not built yet")
    project.ledger.miss("paper", one.article_id, "failed", "HTTP 500")
    assert told() == ("failed", "1 not fetched; 0 records, 30 on such days before")


def test_a_day_that_may_be_empty_is_not_odd_when_it_is(tmp_path):
    with loopback() as site:
        project = make_project(tmp_path, site, paper=SOURCE + "empty_days: [weekend]\n")
    yesterday = day_of(now()) - timedelta(days=1)
    saturday = yesterday - timedelta(days=(yesterday.weekday() - 5) % 7)
    for back in (14, 13, 7, 6):
        have(project.ledger, saturday - timedelta(days=back), range(30))
    project.ledger.list_day("paper", saturday, Verdict("none"), "c1")
    mark_drift(project, {"paper": [saturday]})
    (report,) = checked_reports(project, {"paper": [saturday]})
    assert (report.status, report.reason) == ("empty", None)
