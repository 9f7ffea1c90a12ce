"""The demo's project: the bundled sources over the sample site, in a data root of its own."""

import shlex
from datetime import date
from pathlib import Path

from crawlers.errors import ConfigError, UnwritableError
from crawlers.root import root_of
from flows.briefing_page import briefing_page
from flows.put_page import put_page
from flows.report import place, report
from flows.sample_site import PORT
from flows.settings import SHIPPED_CONFIG, Project, open_project

_CONFIG = "demo-config"  # a name of its own: the folder may be one that has a config already
DEMO_DAYS = (date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20))


def demo_project(folder: Path, port: int) -> Project:
    """Return the demo's project with its data root at `folder`; its sources name the `port` of the sample site.

    Raises ConfigError for a data root in a bucket, UnwritableError.
    """
    if root_of(folder).bucket:
        raise ConfigError(f"{folder}: the demo keeps its data in a folder")
    config, bundled = folder.absolute() / _CONFIG, SHIPPED_CONFIG / "demo"
    try:
        for path in (one for one in bundled.rglob("*") if one.is_file()):
            place = config / path.relative_to(bundled)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes().replace(b"127.0.0.1:%d" % PORT, b"127.0.0.1:%d" % port))
    except OSError as error:
        raise UnwritableError(folder, error.strerror or str(error)) from error
    return open_project(config, folder)


def write_briefing(project: Project) -> None:
    """Write the page of the briefing on the demo's days. Raises StoreError."""
    put_page(place(project, DEMO_DAYS[0], DEMO_DAYS[-1]), briefing_page(report(project, DEMO_DAYS[0], DEMO_DAYS[-1])))


def loading_lines(project: Project, *, kept: bool) -> str:
    """Return where the data lies, the lines that load it, and where the briefing on it lies."""
    data = _short(project.data.folder) if kept else "DIR"
    show = ["caixun", "show", "--data", data, "--config", f"{data}/{_CONFIG}", "--date", str(DEMO_DAYS[0])]
    lines = [
        f'pandas   import pandas as pd; pd.read_parquet("{data}/records")',
        f'Polars   import polars as pl; pl.read_parquet("{data}/records", hive_partitioning=True)',
        f"DuckDB   select * from read_parquet('{data}/records/*/*.parquet', hive_partitioning = true)",  # noqa: S608 - shown, not run
        f"caixun   {shlex.join(show)}",
    ]
    if kept:
        page = _short(place(project, DEMO_DAYS[0], DEMO_DAYS[-1]))
        return "\n".join([f"\nThe data lies in {data}. Load it:", *lines, f"\nThe briefing on it: {page}"])
    return "\n".join(["\nThe data lay in a temporary folder and is gone; keep it with --data DIR, then load it:", *lines])


def _short(path: Path) -> str:
    """Return a path as one would type it here: relative when it lies below the current folder."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
