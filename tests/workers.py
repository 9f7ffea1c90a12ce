"""Worker processes that the tests of one process use one after another: starting them takes longer than what a test has them do."""

import atexit
from pathlib import Path

from flows.runner import PlainRunner, Runner
from flows.settings import Project

_runners: list[PlainRunner] = []  # one at most
_read: dict[Path, bytes] = {}


def workers(project: Project) -> Runner:
    """Return a runner with two workers; with new ones where the files of the project are not those that these may have read."""
    files = {path: path.read_bytes() for path in project.config.rglob("*") if path.is_file()}
    known = {path: content for path, content in _read.items() if path.is_relative_to(project.config)}
    if not _runners or (known and known != files):
        end()
        _runners.append(PlainRunner(2))
        _read.clear()
    _read.update(files)
    return _runners[0]


@atexit.register
def end() -> None:
    """End the workers."""
    while _runners:
        _runners.pop().__exit__()
