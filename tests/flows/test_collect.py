from datetime import date, timedelta

import pytest

from crawlers import archive
from crawlers.clock import day_of, now
from flows import crawl as crawl_module
from flows.daily import collect
from flows.demo import DEMO_DAYS, demo_project
from flows.planning import plan_backfill
from flows.rebuild import rebuild
from flows.watch import Watch
from tests.workers import workers
from transforms import dataset
from transforms.folder import source_of

DAYS = list(DEMO_DAYS)


def collected(project, plan, **options):
    return collect(project, plan, workers(project), Watch(), **options)


def statuses(run):
    return {(report.source, report.day.day): report.status for report in run.reports}


def timeless(row):
    return row.model_dump(exclude={"annotated_at"})


def titles(project, source, day):
    return [row.title for row in dataset.records(project.data).rows(day, source)]


def test_an_off_day_article_becomes_a_record_without_being_fetched_again_when_its_day_is_asked_for(project, site):
    collected(project, {"sample_paper": [DAYS[1]]})
    asked = len(site.asked)
    old = date(2026, 11, 16)
    run = collected(project, {"sample_paper": [old]})
    assert titles(project, "sample_paper", old)
    assert site.asked[asked:] == ["/paper/2026-11/16/node_2.htm"]
    # The list of that day does not exist on the site; the day stays failed, the article counts.
    assert statuses(run) == {("sample_paper", 16): "failed"}
    rejects = dataset.rejects(project.data).rows(DAYS[1], "sample_paper")
    assert [reject.reason for reject in rejects] == ["missing"]


def test_days_may_come_one_by_one_or_together(project, site, tmp_path):
    for day in reversed(DAYS):
        collected(project, {name: [day] for name in project.sources})
    together = demo_project(tmp_path / "together", site.port)
    collected(together, dict.fromkeys(together.sources, DAYS))
    for source in project.sources:
        for day in DAYS:
            assert titles(project, source, day) == titles(together, source, day) != []


def test_a_weekend_without_issue_is_empty_and_other_lists_tell_where_they_end(project):
    saturday = date(2026, 11, 21)
    monday = date(2026, 11, 9)
    run = collected(project, {"sample_paper": [saturday], "sample_wire": [monday, date(2026, 11, 22)]})
    assert statuses(run) == {("sample_paper", 21): "empty", ("sample_wire", 9): "partial", ("sample_wire", 22): "failed"}
    # A newest-first list that shows no article of a day on which articles are expected proves nothing.
    (partial,) = [report for report in run.reports if report.status == "partial"]
    assert partial.reason == "listing ends at 2026-11-17"


def test_today_is_never_complete(project):
    today = run = None
    while today != day_of(now()):  # again, should midnight pass meanwhile
        today = day_of(now())
        run = collected(project, {"sample_wire": [today]})
    assert run.reports[0].status == "partial"
    assert "was not over" in (run.reports[0].reason or "")
    assert run.ok, "what is not over has not failed"
    run.reports[0].tally.waiting += 1
    assert not run.ok


def test_robots_txt_and_the_private_rule_hold(project, site):
    collected(project, {"sample_wire": [DAYS[1]]})
    assert site.asked[0] == "/robots.txt"
    assert not [path for path in site.asked if path.startswith("/wire/private/")]
    path = project.config / "sources" / "sample_paper.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("private: true", "private: false"), encoding="utf-8")
    asked = len(site.asked)
    run = collected(project, {"sample_paper": [DAYS[0]]})
    assert site.asked[asked:] == []
    assert run.reports[0].status == "failed"
    assert "not on the public web" in (run.reports[0].reason or "")


def test_every_response_is_archived_with_the_facts_of_its_crawl(project):
    collected(project, {"sample_wire": [DAYS[1]]})
    (file,) = (project.data / "archive").glob("date=*/sample_wire-*.warc.gz")
    file.rename(file.with_name(file.name + ".open"))
    pages = list(archive.salvage(project.data, "sample_wire"))
    assert {page.kind for page in pages} == {"robots", "seed", "article"}
    articles = [page for page in pages if page.kind == "article"]
    assert len(articles) == 6
    assert {(page.source, page.day) for page in articles} == {("sample_wire", DAYS[1])}
    assert all(page.status == 200 and page.link in page.url for page in articles)


def test_a_backfill_takes_up_what_is_not_done(project):
    collected(project, {"sample_paper": [DAYS[0]], "sample_search": [DAYS[1]]})
    for again, planned in (
        ("missing", {"sample_paper": DAYS[1:], "sample_search": [DAYS[0], DAYS[2]], "sample_wire": DAYS}),
        ("failed", {"sample_paper": DAYS[1:], "sample_search": DAYS, "sample_wire": DAYS}),
        ("all", dict.fromkeys(project.sources, DAYS)),
    ):
        plan = plan_backfill(project, list(project.sources), DAYS, again)
        assert (len(plan.reports), plan.todo) == (9, planned)


def test_listing_again_fetches_no_article_twice(project, site):
    collected(project, {"sample_paper": [DAYS[0]]})
    asked = len(site.asked)
    collected(project, {"sample_paper": [DAYS[0]]}, again=True)
    assert site.asked[asked:] == ["/paper/2026-11/18/node_2.htm"]


def test_a_rebuild_needs_no_network_and_gives_the_same_files(project, site):
    collected(project, {"sample_wire": DAYS})
    asked = len(site.asked)
    files = {path: path.read_bytes() for path in (project.data / "records").rglob("*.parquet")}
    run, _ = rebuild(project, {"sample_wire": DAYS}, workers(project), Watch(), everything=True)
    assert run.ok
    assert len(site.asked) == asked
    assert {path: path.read_bytes() for path in (project.data / "records").rglob("*.parquet")} == files
    for path in files:
        path.unlink()
    rebuild(project, {"sample_wire": DAYS}, workers(project), Watch())
    made = (project.data / "records").rglob("*.parquet")
    assert sorted((path.parent, source_of(path)) for path in made) == sorted((path.parent, source_of(path)) for path in files)


def test_a_source_that_fails_does_not_stop_the_others(project):
    path = project.config / "sources" / "sample_wire.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("result.data", "result.rows"), encoding="utf-8")
    run = collected(project, {name: [DAYS[0]] for name in project.sources})
    assert statuses(run) == {
        ("sample_paper", 18): "complete",
        ("sample_search", 18): "complete",
        ("sample_wire", 18): "failed",
    }
    assert not run.ok


def test_too_few_records_fail_the_check_of_a_day(project):
    path = project.config / "sources" / "sample_paper.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("min: 3, max: 20", "min: 6, max: 6"), encoding="utf-8")
    run = collected(project, {"sample_paper": [DAYS[0]]})
    assert statuses(run) == {("sample_paper", 18): "failed"}
    assert (run.reports[0].reason or "").startswith("5 records where at least 6 are expected")
    assert not run.ok


def test_a_list_that_repeats_its_last_page_ends(project, site):
    run = collected(project, {"sample_search": DAYS})
    offsets = [path.rpartition("=")[2] for path in site.asked if path.startswith("/search")]
    assert offsets == ["0", "10", "20", "20"]  # the third page repeats the second, also when it is asked for once more
    assert {report.status for report in run.reports} == {"complete", "blocked"}


def test_a_run_of_a_day_in_the_future_is_partial(project):
    run = collected(project, {"sample_wire": [day_of(now()) + timedelta(days=30)]})
    assert run.reports[0].status == "partial"


def test_a_crawl_that_dies_is_reported_and_taken_up_again(project, monkeypatch):
    monkeypatch.setattr(crawl_module.sys, "executable", "/bin/false")
    run = collected(project, {"sample_paper": [DAYS[0]]})
    assert not run.ok
    assert "the crawl ended early" in run.findings[0].text
    monkeypatch.undo()
    assert collected(project, {"sample_paper": [DAYS[0]]}).ok


@pytest.mark.parametrize("kind", ["records", "rejects"])
def test_a_torn_file_fails_its_day_and_a_rebuild_mends_it(project, kind):
    collected(project, {"sample_paper": [DAYS[1]]})
    table = getattr(dataset, kind)(project.data)
    path = table.path(DAYS[1], "sample_paper")
    rows, whole = table.rows(DAYS[1], "sample_paper"), path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    run, _ = rebuild(project, {"sample_paper": [DAYS[1]]}, workers(project), Watch())
    assert [timeless(row) for row in table.rows(DAYS[1], "sample_paper")] == [timeless(row) for row in rows]
    assert [finding.level for finding in run.findings] == ["warning"]
    assert [path.read_bytes() for path in (project.data / "broken").iterdir()] == [whole[: len(whole) // 2]]
