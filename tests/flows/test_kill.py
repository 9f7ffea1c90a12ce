"""SIGKILL, or a full disk, at any point, then the same command again: nothing lost, nothing twice, nothing fetched again, nothing left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from crawlers.archive import Position, _whole_members, read
from flows.demo import demo_project
from flows.sample_site import load_site, serving
from flows.settings import SHIPPED_CONFIG
from tests.conftest import Site, caixun, in_project

# What may differ between two runs: when they ran, and where their pages lie.
OWN = {"crawled_at", "annotated_at", "archive_file", "archive_offset"}
COMMAND = ["backfill", "2026-11-18", "2026-11-20"]

POINTS = [
    "crawl crawlers.archive:ArchiveWriter.append 6 before",
    "crawl crawlers.archive:ArchiveWriter.append 6 torn",
    "crawl crawlers.archive:ArchiveWriter.close 1 before",
    "crawl crawlers.crawl:Crawl.keep 4 before",
    "crawl crawlers.crawl:Crawl.close 1 before",
    "crawl crawlers.ledger:Ledger.find 2 after",
    "crawl crawlers.ledger:Ledger.find 1 before",
    "crawl crawlers.ledger:Ledger.list_day 3 before",
    "crawl crawlers.ledger:Ledger.keep_reply 3 after",
    "crawl crawlers.ledger:Ledger.keep_reply 3 fails",
    "main flows.cli.progress:Progress.tick 5 after",
    "main flows.build:_store 1 before",
    "main crawlers.stories:Stories.join 2 after",
    "main transforms.folder:make_durable 1 torn",
    "main transforms.folder:make_durable 2 before",
    "main transforms.dataset:Partitions.apply 2 after",
    "main crawlers.ledger:Ledger.settle 2 before",
    "worker flows.build:build_batch 1 before",
]


def rows_of(project):
    columns = [name for name in ds.dataset(project.data / "records").schema.names if name not in OWN]
    table = ds.dataset(project.data / "records").to_table(columns=columns)
    return sorted(table.to_pylist(), key=lambda row: row["article_id"])


def archived_links(project) -> list[str]:
    """Return the links of all whole pages in the archive, of open files too."""
    root = project.data / "archive"
    links = []
    for path in sorted(root.rglob("*.warc.gz*")):
        file = str(path.relative_to(root)).removesuffix(".open")
        members = list(_whole_members(path))[1:]
        links += [read(project.data, Position(file, member.offset)).link for member in members]
    return links


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    content = load_site(SHIPPED_CONFIG / "demo")
    with serving(content, 0) as port:
        project = demo_project(tmp_path_factory.mktemp("undisturbed"), port)
        assert caixun(*COMMAND, *in_project(project)).returncode == 1  # one article is behind a wall
        return [{**row, "url": row["url"].replace(f":{port}/", ":PORT/")} for row in rows_of(project)]


def assert_as_undisturbed(project, site: Site, undisturbed) -> None:
    rows = [{**row, "url": row["url"].replace(f":{site.port}/", ":PORT/")} for row in rows_of(project)]
    # Identities hang on the address, and each site of a test has its own port.
    without = {"article_id", "story_id"}
    plain = [
        sorted(({k: v for k, v in row.items() if k not in without} for row in some), key=lambda row: row["url"])
        for some in (rows, undisturbed)
    ]
    assert plain[0] == plain[1]
    assert len({row["article_id"] for row in rows}) == 40


def assert_nothing_left(project) -> None:
    assert [path for path in (project.data / "archive").rglob("*") if path.suffix == ".open"] == []
    assert list((project.data / "staging").iterdir()) == []
    assert [path for path in (project.data / "records").rglob("*") if path.is_file() and path.suffix != ".parquet"] == []


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_the_same_command_finishes_the_work(point, project, site, tmp_path, undisturbed):
    torn = project.data / ("archive" if point.startswith("crawl") else "staging")
    environment = {
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "killing"), os.environ.get("PYTHONPATH", "")]),
        "KILL_AT": point,
        "KILL_ONCE": str(tmp_path / "killed"),
        "KILL_TORN": str(torn),
    }
    killed = caixun(*COMMAND, *in_project(project), **environment)
    assert (tmp_path / "killed").exists()
    role = point.split()[0]
    assert killed.returncode == {"main": -signal.SIGKILL, "crawl": 1, "worker": 1}[role]
    assert "Traceback" not in killed.stderr
    kept, asked = archived_links(project), len(site.asked)

    again = caixun(*COMMAND, *in_project(project))
    assert again.returncode == 1  # one article is behind a wall
    assert "sample_search 2026-11-19: 1 article behind a wall" in again.stdout
    assert_as_undisturbed(project, site, undisturbed)
    assert_nothing_left(project)
    fetched_again = {site.url(path) for path in site.asked[asked:]} & set(kept)
    assert fetched_again == set()
    assert len(archived_links(project)) == len(set(archived_links(project)))


def test_the_child_of_a_killed_run_ends_and_its_source_is_free(project, site):
    """Kill the parent while the child waits for a slow site: the child must not stay behind."""
    answer = site.content.answer

    def slow(target: str):
        time.sleep(0.3)
        return answer(target)

    site.content.answer = slow  # type: ignore[method-assign]
    program = Path(sys.executable).with_name("caixun")
    run = subprocess.Popen([program, *COMMAND, *in_project(project)], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while len(site.asked) < 8:
        time.sleep(0.05)
    (child,) = (int(path) for path in Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split())
    run.kill()
    run.wait()
    deadline = time.monotonic() + 15
    while Path(f"/proc/{child}").exists() and "Z" not in Path(f"/proc/{child}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline, "the child still runs"
        time.sleep(0.1)
    site.content.answer = answer  # type: ignore[method-assign]
    again = caixun(*COMMAND, *in_project(project), "--json")
    assert again.returncode == 1
    assert len(rows_of(project)) == 40
    assert_nothing_left(project)
