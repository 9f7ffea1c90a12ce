"""Kill a command at a point, do it again, and hold what there is then against an undisturbed run."""

import os
import shutil
import signal
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pyarrow.dataset as ds
from filelock import FileLock

from crawlers.archive import Position, read
from crawlers.errors import CaixunError
from crawlers.members import whole_members
from flows.demo import DEMO_DAYS, demo_project
from flows.sample_site import load_site, serving
from flows.settings import SHIPPED_CONFIG, Project, open_project
from tests.conftest import Site, caixun, in_project
from tests.flows.points import Point
from transforms import dataset

# What may differ between two runs: when they ran, and where their pages lie.
_OWN = {"crawled_at", "annotated_at", "archive_file", "archive_offset"}
_IDENTITIES = {"article_id", "story_id"}  # hang on the address, and each site of a test has its own port
RECORDS = 40
TEXTS = "\n\n".join(
    f"标题：第{number}家公司拟建设智能温室\n链接：http://e.cn/{number}\n总结：第{number}家公司公告称，公司拟投资{number}亿元建设温室。\n"
    f"关键词：温室\nAI技术：\n行业：农业\n重大事件摘要：第{number}家公司拟投资{number}亿元。"
    for number in (1, 2, 3)
)


@dataclass
class Undisturbed:
    """What a run that nobody kills gives: its project, and its rows."""

    project: Project
    rows: list[dict]


def undisturbed(place: Path) -> Undisturbed:
    """Return the result of an undisturbed backfill, which is made at `place` unless another process has made it there."""
    made = place / "made"
    with FileLock(f"{place}.lock"):
        if not made.exists():
            shutil.rmtree(place, ignore_errors=True)  # of one that failed, whose site had another port
            with serving(load_site(SHIPPED_CONFIG / "demo"), 0) as port:
                project = demo_project(place, port)
                run = caixun("backfill", DEMO_DAYS[0], DEMO_DAYS[-1], *in_project(project))
            assert run.returncode == 1, run.stderr  # one article is behind a wall
            made.write_text(f"{port} {project.config}")
    port, config = made.read_text().split(" ", maxsplit=1)
    project = open_project(Path(config), place)
    return Undisturbed(project, comparable(project, int(port)))


def rows_of(project: Project) -> list[dict]:
    columns = [name for name in ds.dataset(project.data / "records").schema.names if name not in _OWN]
    table = ds.dataset(project.data / "records").to_table(columns=columns)
    return sorted(table.to_pylist(), key=lambda row: row["article_id"])


def comparable(project: Project, port: int) -> list[dict]:
    rows = [{key: value for key, value in row.items() if key not in _IDENTITIES} for row in rows_of(project)]
    return sorted(({**row, "url": row["url"].replace(f":{port}/", ":PORT/")} for row in rows), key=lambda row: row["url"])


def archived_links(project: Project) -> list[str]:
    """Return the links of all whole pages in the archive, of open files too."""
    while True:
        try:
            return _links_now(project)
        except CaixunError as error:  # the child of a killed run may just have given a file its name
            if not isinstance(error.__cause__, FileNotFoundError):
                raise


def _links_now(project: Project) -> list[str]:
    root = project.data / "archive"
    links = []
    for path in sorted(root.rglob("*.warc.gz*")):
        file = str(path.relative_to(root)).removesuffix(".open")
        links += [read(project.data, Position(file, member.offset)).link for member in list(whole_members(path))[1:]]
    return links


def assert_nothing_left(project: Project) -> None:
    """No open file, no draft, nothing but whole files in the dataset, no lock that is held."""
    assert [path for path in (project.data / "archive").rglob("*") if path.suffix == ".open"] == []
    assert list((project.data / "staging").iterdir()) == []
    assert [path for path in (project.data / "records").rglob("*") if path.is_file() and path.suffix != ".parquet"] == []
    for path in (project.data / "locks").iterdir():
        with FileLock(path, timeout=0):
            pass


def processes_with(mark: str) -> list[int]:
    """Return the processes that have a text in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            alive = path.joinpath("stat").read_text().rpartition(")")[2].split()[0] != "Z"
            if alive and mark.encode() in path.joinpath("environ").read_bytes():
                found.append(int(path.name))
        except OSError:  # it has ended meanwhile, or belongs to somebody else
            continue
    return [number for number in found if number != os.getpid()]


def kill(point: Point, command: list, project: Project, place: Path) -> None:
    """Let a command be killed at a point."""
    role = point.at.split()[0]
    mark = place / "killed"
    run = caixun(
        *command,
        *in_project(project),
        PYTHONPATH=f"{Path(__file__).parent / 'killing'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
        KILL_AT=point.at,
        KILL_ONCE=str(mark),
        **({"KILL_EAGER": "1"} if point.eager else {}),
        KILL_TORN=str(project.data / ("archive" if "append" in point.at else "staging")),
    )
    assert mark.exists(), f"never came to: {point.name}\n{run.stderr}"
    assert run.returncode == {"main": -signal.SIGKILL, "crawl": 1, "worker": run.returncode}[role], run.stderr
    assert "Traceback" not in run.stderr
    assert point.command != "backfill" or role != "worker" or run.returncode == 1


def slow_down(site: Site) -> None:
    """Let a site take its time for each answer."""
    answer = site.content.answer

    def slow(target: str):
        time.sleep(0.1)
        return answer(target)

    site.content.answer = slow  # type: ignore[method-assign]


def assert_a_killed_backfill_is_finished(point: Point, project: Project, site: Site, place: Path, whole: Undisturbed) -> None:
    command = ["backfill", DEMO_DAYS[0], DEMO_DAYS[-1]]
    if point.eager:
        slow_down(site)  # so that there is something to build before the crawl has ended
    kill(point, command, project, place)
    kept, asked = archived_links(project), len(site.asked)
    again = caixun(*command, *in_project(project))
    assert again.returncode == 1, again.stderr  # one article is behind a wall
    assert "sample_search 2026-11-19: 1 article behind a wall" in again.stdout
    assert comparable(project, site.port) == whole.rows
    assert len(whole.rows) == RECORDS
    # Nothing is fetched again, but for a page that repeats another one, which is asked for once more: before the kill or behind it.
    odd = {link for link, times in Counter(kept).items() if times == 1 and link.endswith("&pn=20")}
    assert {site.url(path) for path in site.asked[asked:]} & set(kept) <= odd
    twice = {link: times for link, times in Counter(archived_links(project)).items() if times > 1}
    assert all(times == 2 and link.endswith("&pn=20") for link, times in twice.items()), twice
    ended = [at is not None for _, at in project.ledger.backfills()]
    assert ended == (
        [True] if point.at.startswith("main") else [True, True]
    )  # what was killed is taken up, what failed has ended
    assert_nothing_left(project)
    assert processes_with(str(place)) == []


def assert_a_killed_change_is_finished(point: Point, place: Path, whole: Undisturbed) -> None:
    """Kill what works on the data alone; no site is there to be asked."""
    shutil.copytree(whole.project.data, place / "data", dirs_exist_ok=True)
    project = Project(whole.project.config, place / "data", whole.project.settings)
    texts = place / "texts.txt"
    texts.write_text(TEXTS, encoding="utf-8")
    command = {
        "rebuild": ["rebuild", DEMO_DAYS[0], DEMO_DAYS[-1], "--all"],
        "compact": ["compact", "--before", DEMO_DAYS[-1] + timedelta(days=1)],
        "import": ["import", texts],
    }[point.command]
    before, pages = rows_of(project), archived_links(project)
    kill(point, command, project, place)
    again = caixun(*command, *in_project(project))
    assert again.returncode == 0, again.stderr
    now = rows_of(project)
    if point.command == "import":
        assert sorted(row["url"] for row in now if row["source"] == "imported") == [f"http://e.cn/{n}" for n in (1, 2, 3)]
    assert [row for row in now if row["source"] != "imported"] == before
    assert [link for link in archived_links(project) if not link.startswith("http://e.cn/")] == pages
    if point.command == "compact":
        assert [len(dataset.records(project.data).files(day)) for day in DEMO_DAYS] == [1, 1, 1]
    assert_nothing_left(project)
    assert processes_with(str(place)) == []
