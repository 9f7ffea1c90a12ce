"""What the tests share: the sample site on a free port, a project over it, and the program as a user starts it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.demo import demo_project
from flows.sample_site import SampleSite, load_site, serving
from flows.settings import SHIPPED_CONFIG, Project, open_project
from tests.servers import KEYS, ObjectStore, Postgresql, object_store, postgresql
from tests.starter import start


@dataclass
class Site:
    """A running sample site."""

    content: SampleSite
    port: int

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def asked(self) -> list[str]:
        return self.content.asked


@pytest.fixture
def site() -> Iterator[Site]:
    content = load_site(SHIPPED_CONFIG / "demo")
    with serving(content, 0) as port:
        yield Site(content, port)


@pytest.fixture
def project(site: Site, tmp_path: Path) -> Project:
    """The demo's project, which one worker builds: its pages are one batch, and a worker takes longer to start than that."""
    made = demo_project(tmp_path / "data", site.port)
    settings = made.config / "settings.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("workers: 0 ", "workers: 1 "), encoding="utf-8")
    return open_project(made.config, made.data.folder)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgresql]:
    with postgresql() as running:
        yield running


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with pytest.MonkeyPatch.context() as patch, object_store(tmp_path_factory.mktemp("s3") / "log") as running:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        yield running


def caixun(
    *arguments: object, cwd: Path | None = None, timeout: float = 300, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the program and return what it printed and how it ended.

    Where variables of the environment are given, which may change how Python starts, it is the installed one that is started.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CAIXUN_", "PREFECT_"))}
    words = [*map(str, arguments)]
    if not environment:
        return start(words, clean, cwd or Path.cwd(), timeout)
    return subprocess.run(
        [Path(sys.executable).with_name("caixun"), *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=timeout,
        env={**clean, **environment},
        check=False,
    )


def in_project(project: Project) -> list[str]:
    """Return the options that name a project."""
    return ["--data", str(project.data), "--config", str(project.config)]
