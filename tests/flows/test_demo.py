import json
import platform
import socket
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import caixun


def sums(output: str) -> dict[str, int]:
    (days,) = [json.loads(line)["days"] for line in output.splitlines()]
    return {
        name: sum(day[name] for day in days)
        for name in ("found", "fetched", "records", "rejects", "skipped", "blocked", "failed", "waiting")
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_demo_shows_the_whole_path(tmp_path):
    run = caixun("demo", "--data", tmp_path / "a d", "--port", free_port())
    assert (run.returncode, run.stdout.count("Traceback")) == (0, 0)
    lines = run.stdout.splitlines()
    assert [
        line.split() for line in lines if line.startswith(("sample_paper  2026-11-19", "sample_search 2026-11-19 ", "sum"))
    ] == [
        ["sample_paper", "2026-11-19", "complete", "7", "7", "5", "2", "0", "0", "0"],
        ["sample_search", "2026-11-19", "blocked", "5", "4", "4", "0", "0", "1", "0"],
        ["sum", "45", "43", "40", "3", "1", "1", "0"],
    ]
    assert "found 45 = fetched 43 + skipped 1 + blocked 1 + failed 0 + waiting 0" in lines
    assert "fetched 43 = records 40 + rejects 3" in lines
    assert f'pandas   import pandas as pd; pd.read_parquet("{tmp_path}/a d/records")' in lines
    assert f"caixun   caixun show --data '{tmp_path}/a d' --config '{tmp_path}/a d/demo-config' --date 2026-11-18" in lines
    assert "crawl: 9 source-days" in run.stderr
    page = tmp_path / "a d" / "reports" / "briefing_2026-11-18_2026-11-20.html"
    assert lines[-1] == f"The briefing on it: {page}"
    assert "<li>文章 <b>40</b> 篇</li><li>新闻 <b>39</b> 条</li>" in page.read_text(encoding="utf-8")
    counts = '<td class="n">14</td><td class="n">0</td><td class="n">2</td><td>完整 3</td>'
    assert f"样报电子报（样例） <small>sample_paper</small></td>{counts}" in page.read_text(encoding="utf-8")

    frame = pd.read_parquet(tmp_path / "a d" / "records")
    assert len(frame) == frame["article_id"].nunique() == 40
    assert frame.groupby("date", observed=True).size().to_dict() == {
        "2026-11-18": 14,
        "2026-11-19": 14,
        "2026-11-20": 12,
    }
    assert (frame["story_id"].value_counts() > 1).sum() == 1  # the reprint and what it reprints
    assert set(frame.loc[frame["source"] == "sample_paper", "publisher"]) == {"样报"}
    assert frame["published_precision"].value_counts().to_dict() == {"second": 26, "minute": 14}
    rejects = pd.read_parquet(tmp_path / "a d" / "rejects")
    assert sorted(rejects["reason"]) == ["missing", "no_body", "off_day"]


def test_a_second_demo_fetches_nothing_and_changes_no_file(tmp_path):
    port = free_port()
    first = caixun("demo", "--data", tmp_path, "--port", port, "--json")
    before = {
        path: path.stat().st_mtime_ns
        for folder in ("archive", "records", "rejects", "logs")
        for path in (tmp_path / folder).rglob("*")
    }
    page = (tmp_path / "reports" / "briefing_2026-11-18_2026-11-20.html").read_bytes()
    second = caixun("demo", "--data", tmp_path, "--port", port, "--json")
    after = {
        path: path.stat().st_mtime_ns
        for folder in ("archive", "records", "rejects", "logs")
        for path in (tmp_path / folder).rglob("*")
    }
    assert (first.returncode, second.returncode) == (0, 0)
    assert sums(first.stdout) == sums(second.stdout)
    assert before == after
    assert (tmp_path / "reports" / "briefing_2026-11-18_2026-11-20.html").read_bytes() == page


def test_a_demo_without_a_folder_leaves_nothing_behind(tmp_path):
    run = caixun("demo", "--port", free_port(), TMPDIR=str(tmp_path))
    assert run.returncode == 0
    assert "keep it with --data DIR" in run.stdout
    assert [path for path in tmp_path.iterdir() if "caixun" in path.name] == []


def test_a_port_in_use_is_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        run = caixun("demo", "--port", taken.getsockname()[1])
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert "--port" in run.stderr


PLAN = ["backfill", "2026-11-18", "2026-11-19", "--dry-run"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["show", "--data", "DATA"],
        ["sources", "list"],
        ["status", "--data", "DATA"],
        ["report", "--data", "DATA"],
        [*PLAN, "--data", "DATA"],
    ],
)
def test_what_only_asks_loads_neither_prefect_nor_scrapy(arguments, tmp_path):
    run = caixun(*(tmp_path if word == "DATA" else word for word in arguments), PYTHONPROFILEIMPORTTIME="1")
    imported = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in run.stderr.splitlines() if line.startswith("import time")
    }
    assert "typer" in imported
    assert not imported & {"prefect", "scrapy", "twisted", "trafilatura", "fastapi"}
    if arguments == ["--help"]:
        assert not imported & {"pyarrow", "sqlalchemy", "pandas", "lxml"}


def test_a_worker_process_loads_no_command():
    program = Path(sys.executable).with_name("caixun")
    loads = f"import runpy, sys; runpy.run_path({str(program)!r}, run_name='__mp_main__'); print('typer' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)  # as multiprocessing does
    assert run.stdout == "False\n"


def test_arrow_takes_its_memory_from_where_it_is_given_back(monkeypatch):
    monkeypatch.delenv("ARROW_DEFAULT_MEMORY_POOL", raising=False)
    program = (
        "import atexit, sys; atexit.register(lambda: print(__import__('pyarrow').default_memory_pool().backend_name));"
        "sys.argv = ['caixun', '--help']; from flows.cli.app import main; main()"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    on_linux = (platform.system(), platform.machine()) == ("Linux", "x86_64")
    assert run.stdout.splitlines()[-1] == ("jemalloc" if on_linux else "system")
    assert run.stderr == ""  # where it complains of one that it lacks
