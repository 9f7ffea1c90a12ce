"""Whose an article is that several sources list: what one cannot use another one gets, and none is recorded twice."""

import json
import re
import time
from datetime import date

import pytest

from crawlers.clock import day_of, now
from crawlers.fates import Find
from crawlers.lock import source_lock
from crawlers.page import article_id
from flows.doctor import doctor
from flows.import_warc import import_warcs
from flows.planning import plan_backfill
from flows.rebuild import plan_rebuild, rebuild, went_well
from flows.watch import Watch
from tests.conftest import caixun, in_project
from tests.loopback import SOURCE, article, collected, links, loopback, make_project
from tests.workers import workers
from transforms import dataset

D17, D18, D19 = DAYS = [date(2026, 11, day) for day in (17, 18, 19)]
STRICT = SOURCE + "extract: {{drop: ['p']}}\n"  # leaves no text


@pytest.fixture
def site():
    with loopback() as running:
        running.pages |= {f"/{name}/18": links("/a/1") for name in ("aa", "bb", "cc")}
        running.pages["/a/1"] = article(1)
        yield running


def archived(site, folder, day: date) -> str:
    """Return the archive file of another project, which has crawled the list /zz/ of a day."""
    elsewhere = make_project(folder / "elsewhere", site, zz=SOURCE)
    collected(elsewhere, {"zz": [day]})
    (file,) = (elsewhere.data / "archive").rglob("zz-*.warc.gz")
    return str(file)


def owners(project) -> list[str]:
    """Return the sources of all records."""
    return sorted(row.source for row in dataset.records(project.data).select(D17, D19))


def troubles(project) -> list[str]:
    return [one.what for one in doctor(project, workers(project), Watch(), mend=False).troubles]


def told(run) -> dict[str, tuple[str, int, int]]:
    return {one.source: (one.status, one.tally.records, one.tally.rejects.total()) for one in run.reports}


def assert_one_has_it(project, site, owner: str) -> None:
    assert owners(project) == [owner]
    assert site.asked.count("/a/1") == 1
    assert troubles(project) == []
    asked = len(site.asked)
    run = collected(project, {name: [D18] for name in project.sources})
    assert (run.ok, site.asked[asked:], owners(project)) == (True, [], [owner])


@pytest.mark.parametrize("strict", ["aa", "bb"])
@pytest.mark.parametrize("together", [True, False])
def test_what_the_rules_of_one_source_reject_is_built_for_another_without_being_fetched_again(site, tmp_path, strict, together):
    free = "bb" if strict == "aa" else "aa"
    project = make_project(tmp_path, site, **{strict: STRICT, free: SOURCE})
    for plan in [{"aa": [D18], "bb": [D18]}] if together else [{strict: [D18]}, {free: [D18]}]:
        run = collected(project, plan)
    assert told(run)[free] == ("complete", 1, 0)
    assert_one_has_it(project, site, free)


def found_by(project, site, source: str, day: date = D18) -> None:
    """Let a source have found the article, as if another process were about to fetch it."""
    url = f"http://127.0.0.1:{site.port}/a/1"
    project.ledger.begin(source, [day], "other")
    project.ledger.find(source, [Find(article_id(url), url, url, None, day)], {day}, "seed", "other")


def test_a_day_that_was_complete_is_partial_until_what_another_source_has_rejected_is_built(site, tmp_path):
    project = make_project(tmp_path, site, aa=STRICT, bb=SOURCE, cc=SOURCE)
    found_by(project, site, "aa")
    with source_lock(project.data, "aa"):
        assert set(told(collected(project, {"bb": [D18], "cc": [D18]})).values()) == {("complete", 0, 0)}
    collected(project, {"aa": [D18]})
    assert [one.status for one in project.ledger.reports(["bb", "cc"], [D18])] == ["partial", "complete"]
    told_by = caixun("why", f"127.0.0.1:{site.port}/a/1", *in_project(project)).stdout
    assert ("waits to be built" in told_by, "skipped (seen): bb" in told_by) == (True, True)
    assert plan_backfill(project, ["aa", "bb", "cc"], [D18], "missing").todo == {"bb": [D18]}
    assert told(collected(project, {"bb": [D18]})) == {"bb": ("complete", 1, 0)}
    assert_one_has_it(project, site, "bb")


def test_what_one_after_another_rejects_comes_to_the_one_that_keeps_it_in_the_same_run(site, tmp_path):
    site.pages["/a/1"] = lambda _count: time.sleep(0.5) or article(1)  # all lists are read while the first one fetches it
    project = make_project(tmp_path, site, aa=STRICT, bb=STRICT, cc=SOURCE)
    run = collected(project, {"aa": [D18], "bb": [D18], "cc": [D18]})
    assert told(run) == {"aa": ("complete", 0, 1), "bb": ("complete", 0, 1), "cc": ("complete", 1, 0)}
    assert_one_has_it(project, site, "cc")


def test_what_turns_out_to_be_of_another_day_comes_to_the_source_that_was_asked_for_that_day(site, tmp_path):
    site.pages |= {"/aa/18": links("/a/1", "/a/2"), "/bb/19": links("/a/1"), "/a/2": article(2)}
    site.pages["/a/1"] = article(1, "2026-11-19 08:00")
    project = make_project(tmp_path, site, aa=SOURCE, bb=SOURCE)
    found_by(project, site, "aa")
    with source_lock(project.data, "aa"):
        collected(project, {"bb": [D19]})
    run = collected(project, {"aa": [D18], "bb": [D19]})
    assert told(run) == {"aa": ("complete", 1, 1), "bb": ("complete", 1, 0)}
    assert (owners(project), site.asked.count("/a/1"), troubles(project)) == (["aa", "bb"], 1, [])


def test_what_turns_out_to_be_of_another_day_comes_to_the_source_that_is_asked_for_that_day_later(site, tmp_path):
    site.pages |= {"/aa/18": links("/a/1", "/a/2"), "/bb/18": links("/a/1", "/a/3"), "/bb/19": links("/a/4")}
    site.pages |= {"/a/1": article(1, "2026-11-19 08:00"), "/a/4": article(4, "2026-11-19 09:00")}
    site.pages |= {f"/a/{number}": article(number) for number in (2, 3)}
    project = make_project(tmp_path, site, aa=SOURCE, bb=SOURCE)
    found_by(project, site, "aa")
    with source_lock(project.data, "aa"):
        collected(project, {"bb": [D18]})
    collected(project, {"aa": [D18]})
    assert told(collected(project, {"bb": [D19]})) == {"bb": ("complete", 2, 0)}
    assert sorted(row.url[-4:] for row in dataset.records(project.data).select(D19, D19)) == ["/a/1", "/a/4"]
    assert [one.status for one in project.ledger.reports(["aa", "bb"], [D18])] == ["complete", "complete"]
    assert (site.asked.count("/a/1"), troubles(project)) == (1, [])


def test_what_one_source_could_not_fetch_is_built_from_the_page_that_another_has_rejected(site, tmp_path):
    site.pages["/a/1"] = lambda count: (400, b"no") if count == 1 else article(1)
    project = make_project(tmp_path, site, aa=STRICT, bb=SOURCE)
    assert told(collected(project, {"bb": [D18]})) == {"bb": ("failed", 0, 0)}
    collected(project, {"aa": [D18]})
    assert told(collected(project, {"bb": [D18]})) == {"bb": ("complete", 1, 0)}
    assert (owners(project), site.asked.count("/a/1"), troubles(project)) == (["bb"], 2, [])


@pytest.mark.parametrize("names", [("aa", "bb"), ("bb", "aa")])
def test_what_new_rules_reject_comes_to_another_source_by_the_same_rebuild(site, tmp_path, names):
    first, second = names
    project = make_project(tmp_path, site, **{first: SOURCE, second: SOURCE})
    for name in names:
        collected(project, {name: [D18]})
    assert owners(project) == [first]
    project = make_project(tmp_path, site, **{first: STRICT, second: SOURCE})
    run, changes = rebuild(project, plan_rebuild(project, None, [D18]), workers(project), Watch())
    assert went_well(run)
    assert (changes[first].lost.total(), changes[second].gained) == (1, 1)
    assert_one_has_it(project, site, second)


@pytest.mark.parametrize(("strict", "names"), [("aa", ["aa"]), ("aa", ["bb", "aa"]), ("aabb", ["cc", "bb", "aa"])])
def test_what_a_rebuild_rejects_is_built_for_others_that_were_not_to_be_made_again_or_had_their_turn(
    site, tmp_path, strict, names
):
    site.pages["/cc/18"] = links("/a/1", "/a/2")
    site.pages["/a/2"] = article(2)
    project = make_project(tmp_path, site, aa=SOURCE, bb=SOURCE, cc=SOURCE)
    for name in ("aa", "bb", "cc"):
        collected(project, {name: [D18]})
    heir = "cc" if strict == "aabb" else "bb"
    project = make_project(tmp_path, site, **{name: STRICT if name in strict else SOURCE for name in ("aa", "bb", "cc")})
    run, changes = rebuild(project, plan_rebuild(project, names, [D18]), workers(project), Watch())
    assert (went_well(run), owners(project), told(run)[heir][0]) == (True, [heir, "cc"], "complete")
    assert (changes[heir].gained, changes["aa"].lost.total(), site.asked.count("/a/1")) == (1, 1, 1)


def test_what_a_rebuild_rejects_is_built_for_a_source_that_counts_it_under_another_day(site, tmp_path):
    site.pages["/bb/19"] = links("/a/1")
    project = make_project(tmp_path, site, aa=SOURCE, bb=SOURCE)
    collected(project, {"aa": [D18]})
    site.pages["/bb/18"] = links()
    collected(project, {"bb": [D18, D19]})
    project = make_project(tmp_path, site, aa=STRICT, bb=SOURCE)
    run, _ = rebuild(project, plan_rebuild(project, None, [D18]), workers(project), Watch())
    assert (went_well(run), owners(project)) == (True, ["bb"])
    assert {(report.source, report.day) for report in run.reports} == {("aa", D18), ("bb", D18), ("bb", D19)}


def test_what_one_source_rejects_does_not_stand_in_for_a_page_of_a_web_archive(site, tmp_path):
    site.pages["/zz/18"] = links("/a/1")
    file = archived(site, tmp_path, D18)
    site.pages["/a/1"] = (200, "<h1>第1家公司拟投资</h1><div>2026-11-18 09:21</div>".encode())
    project = make_project(tmp_path, site, aa=SOURCE, bb=SOURCE)
    assert told(collected(project, {"aa": [D18]})) == {"aa": ("complete", 0, 1)}
    result = import_warcs(project, [file], workers(project), None, "bb")
    assert (result.taken, result.records, owners(project)) == (1, 1, ["bb"])


def test_what_an_import_rejects_is_built_for_another_source_that_lists_it(site, tmp_path):
    site.pages["/zz/18"] = links("/a/1")
    file = archived(site, tmp_path, D18)
    project = make_project(tmp_path / "here", site, aa=STRICT, bb=SOURCE)
    found_by(project, site, "aa")
    with source_lock(project.data, "aa"):
        collected(project, {"bb": [D18]})
    asked = site.asked.count("/a/1")
    result = import_warcs(project, [file], workers(project), None, "aa")
    assert (result.records, result.rejects, result.complaints, owners(project)) == (1, 1, [], ["bb"])
    assert site.asked.count("/a/1") == asked


def test_an_import_leaves_alone_what_waits_for_others_since_before(site, tmp_path):
    site.pages |= {"/zz/18": links("/a/7"), "/a/7": article(7)}
    file = archived(site, tmp_path, D18)
    project = make_project(tmp_path / "here", site, aa=STRICT, bb=SOURCE, cc=SOURCE)
    found_by(project, site, "aa")
    with source_lock(project.data, "aa"):
        collected(project, {"bb": [D18]})
    collected(project, {"aa": [D18]})
    assert project.ledger.handed_days("bb") == {D18}
    with source_lock(project.data, "bb"):
        result = import_warcs(project, [file], workers(project), None, "cc")
    assert (result.records, result.rejects, result.complaints, owners(project)) == (1, 0, [], ["cc"])


def test_what_doctor_builds_for_another_source_counts_for_its_day(site, tmp_path):
    today = day_of(now())
    site.pages |= {f"/{name}/{today:%d}": links("/a/1") for name in ("aa", "zz")}
    site.pages["/a/1"] = article(1, f"{today} 00:01")
    file = archived(site, tmp_path, today)
    project = make_project(tmp_path / "here", site, aa=SOURCE, bb=SOURCE)
    collected(project, {"aa": [today]})
    import_warcs(project, [file], workers(project), None, "bb")  # which only sees that the other one has it
    project = make_project(tmp_path / "here", site, aa=STRICT, bb=SOURCE)
    project.ledger.lose_pages("aa", [article_id(f"http://127.0.0.1:{site.port}/a/1")], "lost")
    assert doctor(project, workers(project), Watch(), mend=True).left == []
    (report,) = project.ledger.reports(["bb"], [today])
    assert (report.status, report.tally.records) == ("partial", 1)


def test_what_doctor_builds_and_one_source_rejects_is_built_for_another(site, tmp_path):
    project = make_project(tmp_path, site, aa=SOURCE, bb=SOURCE)
    for name in ("bb", "aa"):
        collected(project, {name: [D18]})
    assert owners(project) == ["bb"]
    project = make_project(tmp_path, site, aa=SOURCE, bb=STRICT)
    project.ledger.lose_pages("bb", [article_id(f"http://127.0.0.1:{site.port}/a/1")], "lost")
    assert doctor(project, workers(project), Watch(), mend=True).left == []
    assert_one_has_it(project, site, "aa")


def test_a_flash_without_text_in_one_list_is_fetched_as_a_page_for_another_source(site, tmp_path):
    rows = [{"u": "/a/1", "t": "标题", "b": ""}]
    site.pages["/aa/18"] = (200, json.dumps({"data": rows}).encode())
    flashes = "{{kind: api, url: 'http://127.0.0.1:{port}/{name}/{{day:%d}}', links: data, item: {{url: u, title: t, text: b}}}}"
    project = make_project(tmp_path, site, bb=SOURCE, aa=re.sub(r"\{\{kind: .*", flashes, SOURCE))
    assert told(collected(project, {"aa": [D18]})) == {"aa": ("complete", 0, 1)}
    for _ in range(2):  # the first one learns that the list has nothing for it
        run = collected(project, {"bb": [D18]})
    assert told(run) == {"bb": ("complete", 1, 0)}
    assert_one_has_it(project, site, "bb")


def lost(project, source: str) -> None:
    """Let the archive lose the pages of a source, and doctor note so."""
    for file in (project.data / "archive").rglob(f"{source}-*.warc.gz"):
        file.unlink()
    doctor(project, workers(project), Watch(), mend=True)


def test_a_record_whose_page_was_lost_gives_way_to_that_of_another_source(site, tmp_path):
    site.pages |= {"/aa/18": links("/a/1", "/a/2"), "/a/2": article(2)}
    project = make_project(tmp_path, site, aa=SOURCE, bb=SOURCE)
    collected(project, {"aa": [D18]})
    lost(project, "aa")
    assert owners(project) == ["aa", "aa"]  # they stay: the site may have them no more
    assert told(collected(project, {"bb": [D18]})) == {"bb": ("complete", 1, 0)}
    assert owners(project) == ["aa", "bb"]
    assert troubles(project) == []
    run = collected(project, {"aa": [D18], "bb": [D18]})
    assert told(run) == {"aa": ("complete", 1, 0), "bb": ("complete", 1, 0)}
    assert (owners(project), site.asked.count("/a/1"), run.findings) == (["aa", "bb"], 2, [])


def test_a_record_whose_page_was_lost_stays_where_another_source_can_make_none(site, tmp_path):
    project = make_project(tmp_path, site, aa=SOURCE, bb=STRICT)
    collected(project, {"aa": [D18]})
    lost(project, "aa")
    collected(project, {"bb": [D18]})
    assert (owners(project), troubles(project)) == (["aa"], [])
    assert told(collected(project, {"aa": [D18], "bb": [D18]}))["aa"] == ("complete", 1, 0)
    assert (owners(project), site.asked.count("/a/1")) == (["aa"], 2)


def test_an_article_that_is_given_back_is_built_from_the_page_of_the_other_source_not_from_the_lost_one(site, tmp_path):
    site.pages |= {"/aa/18": links("/a/1", "/a/2"), "/a/2": article(2)}
    project = make_project(tmp_path, site, aa=SOURCE, bb=SOURCE)
    collected(project, {"aa": [D18]})
    lost(project, "aa")
    for name in ("bb", "aa"):  # the second one fetches what the other does not list
        collected(project, {name: [D18]})
    assert owners(project) == ["aa", "bb"]
    project = make_project(tmp_path, site, aa=SOURCE, bb=STRICT)
    run, _ = rebuild(project, plan_rebuild(project, None, [D18]), workers(project), Watch())
    assert (went_well(run), owners(project), site.asked.count("/a/1")) == (True, ["aa", "aa"], 2)
    assert troubles(project) == []
