"""A small project is damaged in every way; `doctor` tells of each, mends it, and the sums hold."""

import json
import shutil
import sqlite3
import tracemalloc
from datetime import date

from crawlers.archive import ArchiveWriter, files
from crawlers.clock import now
from crawlers.lock import source_lock
from crawlers.page import Page
from crawlers.root import Root
from flows.daily import collect
from flows.demo import DEMO_DAYS
from flows.doctor import doctor
from flows.doctor_archive import archive_troubles
from flows.settings import open_project
from flows.watch import Watch
from tests.conftest import caixun, in_project
from tests.flows.killed import kill, rows_of
from tests.flows.points import Point
from tests.loopback import SOURCE, article, links, loopback, make_project
from tests.loopback import collected as fetched
from tests.workers import workers
from transforms import dataset
from transforms.checks import check_sums
from transforms.folder import sweep

FIRST, SECOND, THIRD = DEMO_DAYS


def examined(project, *, mend: bool):
    return doctor(project, workers(project), Watch(), mend=mend)


def collected(project):
    plan = {name: list(DEMO_DAYS) for name in project.sources}
    return collect(project, plan, workers(project), Watch())


def sums_hold(project) -> bool:
    tables = dataset.records(project.data), dataset.rejects(project.data)
    reports = project.ledger.reports(project.sources, DEMO_DAYS)
    return not [one for report in reports for one in check_sums(report, *(t.count(report.day, report.source) for t in tables))]


def damage(project) -> None:
    """Do what crashes, full disks, restored backups and helping hands do."""
    data, (records, rejects) = project.data, (dataset.records(project.data), dataset.rejects(project.data))
    (paper,) = (data / "archive" / file for file in files(data, "sample_paper"))
    with paper.open("ab") as file:
        file.write(b"\x1f\x8b\x08torn")
    paper.rename(paper.with_name(f"{paper.name}.open"))
    (wire,) = (data / "archive" / file for file in files(data, "sample_wire"))
    wire.unlink()
    connection = sqlite3.connect(data / "ledger.sqlite")
    with connection:
        found = "SELECT article_id FROM urls WHERE source = 'sample_search' AND state = 'record' ORDER BY url LIMIT 2"
        assert connection.execute(f"DELETE FROM urls WHERE article_id IN ({found})").rowcount == 2
        answer = ("sample_search", "http://e.cn/list", "seed", "date=2026-11-01/gone.warc.gz", 0, "2026-11-20 00:00:00.000000")
        connection.execute("INSERT INTO replies VALUES (?, ?, ?, ?, ?, ?)", answer)
    connection.close()
    records.path(FIRST, "sample_paper").unlink()
    torn = rejects.path(SECOND, "sample_paper")
    torn.write_bytes(torn.read_bytes()[:100])
    another = records.rows(THIRD, "sample_paper")[0]
    records.apply(THIRD, "sample_search", [another.model_copy(update={"source": "sample_search"})])
    sweep(records.staging, wait=True)
    twice = records.path(THIRD, "sample_wire")
    shutil.copy(twice, twice.with_name("sample_wire-00c0ffee.parquet"))
    shutil.copy(twice, twice.with_name("sample_wire (copy).parquet"))
    (records.root / "date=2026-11-18" / "notes.txt").write_text("x", encoding="utf-8")
    (records.root / "_SUCCESS").touch()
    (records.root / "date=2026-13-45").mkdir()
    (records.root / "date=2026-11-18" / "folder.parquet").mkdir()
    (records.staging / "records-date=2026-11-18").mkdir()
    (records.staging / "records-date=2026-11-18" / "half.parquet").touch()


PARTS = [
    "sample_paper-{}.warc.gz.open was left open by a crawl that was killed",
    "does not give 15 pages of sample_wire that the ledger has there",
    "holds 2 pages that the ledger does not have",
    "the archive does not give 1 kept answer of sample_search",
    "staging/ holds 1 draft of processes that were killed: records-date=2026-11-18",
    "records/_SUCCESS does not belong there",
    "records/date=2026-11-18/folder.parquet does not belong there",
    "records/date=2026-13-45 does not belong there",
    "records/date=2026-11-18/notes.txt does not belong there",
    "is not a whole Parquet file",
    "holds rows a second time",
    "records/date=2026-11-20/sample_wire (copy).parquet is not named by the source of its rows",
    "5 records of sample_paper 2026-11-18 that the ledger counts are in no file",
    "holds 1 record of sample_search that the ledger does not count",
]


def test_a_project_that_is_damaged_in_every_way_is_mended(project, site):
    collected(project)
    whole = rows_of(project)
    assert examined(project, mend=False).troubles == []
    damage(project)

    told = caixun("doctor", "--dry-run", "--json", *in_project(project))
    assert told.returncode == 1
    found = [one["what"] for one in json.loads(told.stdout)["troubles"]]
    assert {path.name for path in (project.data / "staging").iterdir()} == {"records-date=2026-11-18"}  # only told

    mended = caixun("doctor", *in_project(project))
    assert (mended.returncode, mended.stderr) == (0, ""), mended.stdout
    for part in PARTS:
        assert all(piece in mended.stdout for piece in part.split("{}")), part
    assert len(mended.stdout.splitlines()) == len(found)
    assert rows_of(project) == whole  # the pages that are lost keep their records until they are fetched again
    assert sums_hold(project)
    assert {path.name.partition("-")[0] for path in (project.data / "broken").iterdir()} == {"records", "rejects"}
    again = caixun("doctor", *in_project(project))
    assert (again.returncode, again.stdout) == (0, "archive, ledger and dataset agree\n")

    asked = len(site.asked)
    collected(project)
    assert {path.split("/")[1] for path in site.asked[asked:] if path != "/robots.txt"} == {"wire"}
    assert (rows_of(project), sums_hold(project)) == (whole, True)
    assert examined(project, mend=False).troubles == []


def test_an_archive_whose_ledger_is_lost_is_not_held_in_memory(tmp_path):
    data, size, count = Root(tmp_path / "data"), 100_000, 300
    writer = ArchiveWriter(data, "sample_wire", "c1")
    for number in range(count):
        url, body = f"http://e.cn/{number}", b"<title>x</title>" + b"<p>x</p>\n" * (size // 9)
        headers = (("Content-Type", "text/html"),)
        writer.append(
            Page(
                url=url, link=url, status=200, headers=headers, body=body, fetched_at=now(), source="sample_wire", kind="article"
            )
        )
    writer.close()
    project = open_project(None, data)
    tracemalloc.start()
    (trouble,) = archive_troubles(project, "sample_wire", noted := set(), mend=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (f"holds {count} pages that the ledger does not have" in trouble.what, len(noted)) == (True, count)
    assert peak < count * size / 2


def test_a_source_that_is_worked_on_is_left_out(project, monkeypatch):
    monkeypatch.setattr("crawlers.lock._PATIENCE", 0.1)
    with source_lock(project.data, "sample_wire"):
        found = examined(project, mend=True)
    assert [trouble.what for trouble in found.left] == ["another process works on sample_wire; it was left out"] * len(found.left)
    assert found.left


def test_records_that_a_killed_rebuild_was_to_make_again_are_told_as_waiting(tmp_path):
    with loopback() as site:
        site.pages |= {"/aa/18": links("/a/1", "/a/2"), "/a/1": article(1), "/a/2": article(2)}
        project = make_project(tmp_path, site, aa=SOURCE)
        fetched(project, {"aa": [date(2026, 11, 18)]})
    before = rows_of(project)
    waits = Point("pages wait to be made again", "main crawlers.ledger:Ledger.reopen 1 after", "rebuild")
    kill(waits, ["rebuild", "2026-11-18", "--all"], project, tmp_path)
    file = dataset.records(project.data).path(date(2026, 11, 18), "aa").relative_to(project.data)
    what = f"{file} holds 2 records of aa that the ledger lets wait for the build"
    told = caixun("doctor", "--dry-run", *in_project(project))
    assert (told.returncode, told.stdout.splitlines()[0]) == (1, f"{what}: would be built again")
    mended = caixun("doctor", *in_project(project))
    assert (mended.returncode, mended.stdout.splitlines()[0]) == (0, f"{what}: built again")
    assert rows_of(project) == before
    assert caixun("doctor", *in_project(project)).stdout == "archive, ledger and dataset agree\n"
