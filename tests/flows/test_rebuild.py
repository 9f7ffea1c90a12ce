"""A rebuild makes again what is stale, twice the same, and tells what changed."""

import json
from datetime import date

import pytest

from crawlers import archive
from crawlers.errors import StoreError
from flows.doctor import doctor
from flows.make import make
from flows.rebuild import count_stale, plan_rebuild, rebuild
from flows.settings import SHIPPED_CONFIG, open_project
from flows.watch import Watch
from tests.conftest import caixun, in_project
from tests.loopback import SOURCE, article, collected, links, loopback, make_project
from tests.workers import workers
from transforms import dataset

DAYS = [date(2026, 11, 18), date(2026, 11, 19)]


def files(project) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted((project.data / "records").rglob("*.parquet"))}


def rows_but_for_when(project) -> list[dict]:
    """Return all records without the time at which they were annotated."""
    rows = dataset.records(project.data).select(*DAYS)
    return sorted((row.model_dump(exclude={"annotated_at"}) for row in rows), key=lambda row: row["url"])


def rebuilt(project, plan, **options):
    return rebuild(project, plan, workers(project), Watch(), **options)


def changed_source(project, old: str, new: str):
    path = project.config / "sources" / "paper.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return open_project(project.config, project.data)


@pytest.mark.parametrize("together", [2000, 1])
def test_only_what_other_rules_made_is_made_again_and_the_changes_are_told(tmp_path, monkeypatch, together):
    monkeypatch.setattr("flows.rebuild._PAGES", together)  # 1: each day by itself
    with loopback() as site:
        for kind in ("paper", "wire"):
            site.pages |= {f"/{kind}/18": links(f"/a/{kind}1", f"/a/{kind}2"), f"/{kind}/19": links(f"/a/{kind}3")}
            for number, printed in ((1, "2026-11-18 08:00"), (2, "2026-11-18 21:00"), (3, "2026-11-19 22:30")):
                site.pages[f"/a/{kind}{number}"] = article(number, printed, f"{kind}第{number}家公司拟投资建设智能温室")
        project = make_project(tmp_path, site, paper=SOURCE, wire=SOURCE)
        plan = {"paper": DAYS, "wire": DAYS}
        assert collected(project, plan).ok
    before = files(project)
    assert count_stale(project, plan) == (0, 6)
    run, changes = rebuilt(project, plan)
    assert (run.ok, files(project)) == (True, before)
    assert [one.pages for one in changes.values()] == [0, 0]

    # The times of the paper are read in another zone: one article moves a day on, one to a day that was not asked for.
    project = changed_source(project, "delay: 0", "delay: 0\ntimezone: America/New_York")
    assert count_stale(project, plan) == (3, 6)
    run, changes = rebuilt(project, plan)
    paper = changes["paper"]
    assert (changes["wire"].pages, paper.pages, paper.changed, paper.gained) == (0, 3, 2, 0)
    assert paper.lost == {"off_day": 1}
    # Those that are no longer the first of their story bear the name of the wire's, which printed the same texts.
    counts = {name: one.count for name, one in paper.fields.items() if name != "story_id"}
    assert counts == {"published_at": 2, "published_date": 1}
    (moved,) = paper.fields["published_date"].examples
    assert (moved.old, moved.new, moved.url.rpartition("/")[2]) == ("2026-11-18", "2026-11-19", "paper2")

    once = files(project)
    rebuild(project, plan, workers(project), Watch(), everything=True)
    assert files(project) == once  # names, too

    project = changed_source(project, "\ntimezone: America/New_York", "")
    run, changes = rebuilt(project, plan)
    assert (run.ok, changes["paper"].gained, count_stale(project, plan)) == (True, 1, (0, 6))


def test_what_a_rebuild_depends_on_and_what_not(tmp_path):
    project = open_project(SHIPPED_CONFIG / "demo", tmp_path)
    source, lists = project.sources["sample_paper"], project.taxonomy
    now = make(source, "lexicon", lists)
    assert make(source.model_copy(update={"delay": 9.0, "disabled": "gone", "title": "y"}), "lexicon", lists) == now
    for other in ({"publisher": "y"}, {"timezone": "UTC"}, {"extract": source.extract.model_copy(update={"title": "h1"})}):
        assert make(source.model_copy(update=other), "lexicon", lists) != now
    (tmp_path / "generic_words.txt").write_text("词\n", encoding="utf-8")
    assert make(source, "lexicon", (*lists, tmp_path)) != now


def test_a_reject_that_is_a_record_now_is_gained_whatever_its_day(tmp_path, monkeypatch):
    monkeypatch.setattr("flows.rebuild._PAGES", 1)
    with loopback() as site:
        site.pages |= {"/paper/18": links("/a/1", "/a/2"), "/paper/19": links("/a/3")}
        for number, printed in ((1, "2026-11-18 08:00"), (2, "2026-11-19 22:30"), (3, "2026-11-19 09:00")):
            site.pages[f"/a/{number}"] = article(number, printed, f"第{number}家公司拟投资建设智能温室")
        project = make_project(tmp_path, site, paper=f"{SOURCE}timezone: America/New_York\n")
        collected(project, {"paper": DAYS})  # the second is of a day that was not asked for
    project = changed_source(project, "timezone: America/New_York\n", "")
    _, changes = rebuilt(project, {"paper": DAYS})
    assert (changes["paper"].pages, changes["paper"].changed, changes["paper"].gained) == (3, 2, 1)


def test_what_a_killed_rebuild_has_let_wait_is_told_by_the_next_one(tmp_path):
    with loopback() as site:
        site.pages |= {"/paper/18": links("/a/1"), "/paper/19": links("/a/3")}
        for number, printed in ((1, "2026-11-18 08:00"), (3, "2026-11-19 22:30")):
            site.pages[f"/a/{number}"] = article(number, printed, f"第{number}家公司拟投资建设智能温室")
        project = make_project(tmp_path, site, paper=SOURCE)
        assert collected(project, {"paper": DAYS}).ok
    project = changed_source(project, "delay: 0", "delay: 0\ntimezone: Asia/Tokyo")
    project.ledger.reopen("paper", DAYS)  # where it was killed before the first page was made
    _, changes = rebuilt(project, {"paper": DAYS})
    assert (changes["paper"].pages, changes["paper"].changed, changes["paper"].gained) == (2, 2, 0)


@pytest.mark.parametrize("how", ["away", "unreadable"])
def test_a_rebuild_without_the_archive_changes_nothing(tmp_path, how):
    with loopback() as site:
        site.pages |= {
            "/paper/18": links("/a/1"),
            "/paper/19": links("/a/3"),
            "/a/1": article(1),
            "/a/3": article(3, "2026-11-19 08:00"),
        }
        project = make_project(tmp_path, site, paper=SOURCE)
        assert collected(project, {"paper": DAYS}).ok
    before, held, place = files(project), project.ledger.held("paper"), project.data / "archive"
    place.rename(tmp_path / "elsewhere")
    if how == "unreadable":
        place.touch()
    run, changes = rebuilt(project, {"paper": DAYS}, everything=True)
    (finding,) = run.findings
    said = {"away": "has none of the files with the pages of paper", "unreadable": "cannot be read: not a directory"}
    assert (said[how] in finding.text, finding.level, changes["paper"].pages) == (True, "failure", 0)
    with pytest.raises(StoreError, match="archive: there is no such folder; put the archive back"):
        doctor(project, workers(project), Watch(), mend=True)
    assert (files(project), project.ledger.held("paper")) == (before, held)

    place.unlink(missing_ok=True)
    (tmp_path / "elsewhere").rename(place)
    run, changes = rebuilt(project, {"paper": DAYS}, everything=True)
    assert (run.ok, changes["paper"].pages, files(project)) == (True, 2, before)


def test_pages_that_were_lost_are_built_again_when_the_archive_gives_them_again(tmp_path):
    with loopback() as site:
        part = b'<a href="/a/1_2.html">\xe4\xb8\x8b\xe4\xb8\x80\xe9\xa1\xb5</a>'
        site.pages |= {"/paper/18": links("/a/1.html", "/a/2"), "/paper/19": links("/a/3")}
        site.pages |= {"/a/1.html": (200, article(1)[1] + part), "/a/1_2.html": article(4)}
        site.pages |= {"/a/2": article(2, title="第二家"), "/a/3": article(3, "2026-11-19 08:00")}
        project = make_project(tmp_path, site, paper=SOURCE)
        for day in DAYS:
            assert collected(project, {"paper": [day]}).ok
    before = files(project)
    lost = project.data / "archive" / archive.files(project.data, "paper")[0]
    away = lost.rename(tmp_path / lost.name)
    run, _ = rebuilt(project, {"paper": DAYS}, everything=True)
    assert (run.ok, [report.tally.failed for report in run.reports]) == (False, [2, 0])

    away.rename(lost)
    found = doctor(project, workers(project), Watch(), mend=True)
    assert [trouble.what for trouble in found.troubles] == [
        f"archive/{lost.parent.name}/{lost.name} gives 2 pages of paper again that the ledger has as lost"
    ]
    assert (found.left, files(project)) == ([], before)
    assert {row.state for row in project.ledger.held("paper").values()} == {"record"}


def test_what_the_site_did_not_give_is_no_fault_of_a_rebuild_and_what_the_archive_does_not_give_is(tmp_path):
    with loopback() as site:
        site.pages |= {"/paper/18": links("/a/1", "/a/2"), "/a/1": article(1), "/a/2": (500, b"")}
        project = make_project(tmp_path, site, paper=SOURCE)
        (report,) = collected(project, {"paper": DAYS[:1]}).reports
        assert (report.status, report.tally.records, report.tally.failed) == ("failed", 1, 1)
    again = ["rebuild", DAYS[0], DAYS[0], "--all", *in_project(project)]
    assert caixun(*again).returncode == 0
    for file in archive.files(project.data, "paper"):
        path = project.data / "archive" / file
        path.write_bytes(path.read_bytes()[:200])
    before = files(project)
    told = caixun(*again)
    said = "paper: 0 pages made again, 1 not given by the archive (their records stay as they were); records: 0 changed"
    assert (told.returncode, said in told.stdout, files(project)) == (1, True, before), told.stdout


@pytest.mark.parametrize("harm", ["gone", "damaged"])
def test_pages_of_days_whose_files_are_gone_or_damaged_count_as_stale(tmp_path, harm):
    with loopback() as site:
        site.pages |= {"/paper/18": links("/a/1", "/a/2"), "/paper/19": links("/a/3"), "/a/1": article(1), "/a/2": article(2)}
        site.pages["/a/3"] = article(3, "2026-11-19 08:00")
        project = make_project(tmp_path, site, paper=SOURCE)
        assert collected(project, {"paper": DAYS}).ok
    before = rows_but_for_when(project)
    path = dataset.records(project.data).path(DAYS[0], "paper")
    path.unlink() if harm == "gone" else path.write_bytes(b"PAR1")
    told = caixun("rebuild", *DAYS, "--dry-run", "--json", *in_project(project))
    assert json.loads(told.stdout) == {"pages": 3, "stale": 2}
    made = caixun("rebuild", *DAYS, *in_project(project))
    assert "2 of 3 pages are stale" in made.stderr
    assert "paper: 2 pages made again; records: 0 changed, 2 gained, 0 lost" in made.stdout
    assert count_stale(project, {"paper": DAYS}) == (0, 3)
    assert rows_but_for_when(project) == before


@pytest.mark.parametrize(
    ("listed", "rules", "first"),
    [
        ({18: (1, 2)}, "", date(2026, 11, 17)),  # a list that runs on into the day before
        ({17: (1,), 18: (2,)}, "timezone: Pacific/Kiritimati\n", date(2026, 11, 16)),  # new rules put each a day back
    ],
)
def test_a_day_that_was_never_asked_for_is_made_of_what_the_archive_has_of_it(tmp_path, listed, rules, first):
    days = [date(2026, 11, day) for day in listed]
    with loopback() as site:
        for day, numbers in listed.items():
            site.pages[f"/paper/{day}"] = links(*(f"/a/{number}" for number in numbers))
        site.pages |= {"/a/1": article(1, "2026-11-17 03:00"), "/a/2": article(2, "2026-11-18 03:00")}
        project = make_project(tmp_path, site, paper=SOURCE)
        collected(project, {"paper": days})
    project = changed_source(project, "delay: 0\n", f"delay: 0\n{rules}")
    rebuilt(project, plan_rebuild(project, None, days))
    assert dataset.records(project.data).count(first, "paper") == 0

    told = caixun("rebuild", first, "--dry-run", *in_project(project))
    assert f"rebuild {first} to {first}: 1 of 1 pages are stale" in told.stderr
    made = caixun("rebuild", first, *in_project(project))
    assert (made.returncode, "1 pages made again; records: 0 changed, 1 gained, 0 lost" in made.stdout) == (0, True), made.stdout
    assert dataset.records(project.data).count(first, "paper") == 1
    (report,) = project.ledger.reports(["paper"], [first])
    assert (report.status, report.reason, report.tally.records) == ("partial", "made from the archive, never listed", 1)
    again = caixun("rebuild", first, *in_project(project))
    assert (again.returncode, "nothing was stale" in again.stdout) == (0, True)


def test_a_day_of_which_the_archive_has_nothing_is_no_day_to_rebuild(tmp_path):
    with loopback() as site:
        site.pages |= {"/paper/18": links("/a/1"), "/wire/17": links("/a/1"), "/a/1": article(1, "2026-11-17 08:00")}
        project = make_project(tmp_path, site, paper=SOURCE, wire=SOURCE)
        collected(project, {"paper": [date(2026, 11, 18)]})
        collected(project, {"wire": [date(2026, 11, 17)]})
    assert plan_rebuild(project, ["paper"], [date(2026, 11, 17)]) == {}  # it is a record of the wire
    told = caixun("rebuild", "2026-11-16", *in_project(project))
    assert (told.returncode, "and the archive has no article of these days" in told.stderr) == (0, True)
