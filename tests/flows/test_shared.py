"""Two machines, each with a work folder of its own, share a PostgreSQL and a bucket."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from flows.daily import collect
from flows.demo import DEMO_DAYS
from flows.runner import PlainRunner
from flows.settings import Project, open_project
from flows.watch import Watch
from tests.conftest import caixun
from transforms.reading import read_dataset

pytestmark = [pytest.mark.s3, pytest.mark.postgres]

# What may differ between two runs: when they ran, and where their pages lie.
OWN = ("crawled_at", "annotated_at", "archive_file", "archive_offset")
COMMAND = ["backfill", "2026-11-18", "2026-11-20"]


@pytest.fixture
def machines(project, cluster, s3, tmp_path) -> list[Project]:
    """Return the same project as two machines have it."""
    ledger, bucket = cluster.database(), s3.bucket()
    made = []
    for name in ("one", "other"):
        config = tmp_path / name / "config"
        shutil.copytree(project.config, config)
        work = tmp_path / name / "work"
        (config / "settings.yml").write_text(
            f"data: s3://{bucket}/news\nledger: {ledger}\nendpoint: {s3.endpoint}\nwork: {work}\n"
        )
        made.append(open_project(config))
    yield made
    for one in made:
        if "ledger" in vars(one):
            one.ledger.close()


def rows_of(project: Project) -> list[dict]:
    table = read_dataset(project.data)
    rows = table.select([name for name in table.column_names if name not in OWN]).to_pylist()
    return sorted(rows, key=lambda row: row["article_id"])


def plain_rows(project: Project) -> list[dict]:
    """Return what the plain runner makes of the same site, in a folder."""
    with PlainRunner(1) as runner:
        collect(project, {name: list(DEMO_DAYS) for name in project.sources}, runner, Watch())
    return rows_of(project)


def begun(project: Project) -> subprocess.Popen:
    program = Path(sys.executable).with_name("caixun")
    command = [program, *COMMAND, "--config", project.config]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True)


def pages(asked: list[str]) -> Counter[str]:
    return Counter(path for path in asked if path.endswith(".html") and "/list" not in path)


def test_two_workers_make_the_dataset_that_the_plain_runner_makes(project, machines, site):
    plain = plain_rows(project)
    asked = len(site.asked)
    for worker in [begun(one) for one in machines]:
        assert worker.wait(300) == 1  # one article is behind a wall
    assert rows_of(machines[0]) == rows_of(machines[1]) == plain
    assert len(plain) == 40
    assert max(pages(site.asked[asked:]).values()) == 1
    assert machines[0].data.bucket.names("records/date=2026-11-19") == ["all-sources.parquet"]
    status = caixun("status", "2026-11-18", "2026-11-20", "--json", "--config", machines[1].config)
    assert status.stdout.count('"status": "complete"') == 8
    text = caixun("show", "--config", machines[1].config, "--date", "2026-11-18", "--format", "json").stdout
    assert text.count("\n") == 14
    rebuilt = caixun("rebuild", "2026-11-18", "2026-11-20", "--all", "--config", machines[1].config)
    assert "failure" not in rebuilt.stdout
    assert rows_of(machines[0]) == plain
    assert caixun("compact", "--before", "2026-11-24", "--config", machines[0].config).returncode == 0
    url = plain[0]["url"]
    assert "record in records/date=" in caixun("why", url, "--config", machines[0].config).stdout


def test_a_lost_machine_costs_what_it_had_not_put_by(project, machines, site):
    plain = plain_rows(project)
    lost, other = machines
    asked, answer = len(site.asked), site.content.answer

    def slow(target: str):
        time.sleep(0.3)
        return answer(target)

    site.content.answer = slow
    worker = begun(lost)
    while sum(pages(site.asked[asked:]).values()) < 8:
        assert worker.poll() is None
        time.sleep(0.05)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    time.sleep(5)  # until the site has answered what is on its way
    site.content.answer = answer
    assert list((lost.data / "archive").rglob("*.open"))
    before = pages(site.asked[asked:])
    asked = len(site.asked)
    assert caixun(*COMMAND, "--config", other.config, timeout=180).returncode == 1
    assert rows_of(other) == plain
    assert set(before) <= set(pages(site.asked[asked:]))
    assert max(pages(site.asked[asked:]).values()) == 1
    # The machine comes back: what it had goes into the archive, and changes nothing.
    asked = len(site.asked)
    assert caixun("rebuild", *COMMAND[1:], "--config", lost.config, timeout=180).returncode == 0
    assert rows_of(lost) == plain
    assert pages(site.asked[asked:]) == Counter()
    assert not list((lost.data / "archive").rglob("*.open"))
