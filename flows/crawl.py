"""The crawl step: a child process fetches, this one waits and shows what the ledger has learnt so far."""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from crawlers.clock import now
from crawlers.errors import CaixunError
from flows.settings import Project

_TICK = 0.25  # seconds between two looks at the child


class CrawlError(CaixunError):
    """The child process ended before its work; what it had archived is kept, and the next run goes on from there."""


def new_crawl_id() -> str:
    """Return a name for a crawl: its first second in UTC and its microseconds, so that names sort by time."""
    return now().strftime("%Y%m%dT%H%M%S%f")


def crawl(project: Project, plan: dict[str, list[date]], crawl_id: str, tick: Callable[[], None], *, again: bool) -> list[str]:
    """Fetch the days of each source in a child process, and return a sentence for each source that was busy.

    Sources that may reach private addresses have a child of their own, since the address guard holds for a whole process.
    `tick` is called several times a second meanwhile. Raises CrawlError when a child ends early.
    """
    sentences: list[str] = []
    for private in (False, True):
        days = {name: plan[name] for name in plan if project.sources[name].private == private}
        if days:
            log = project.data / "logs" / f"crawl-{crawl_id}{'-private' if private else ''}.err"
            sentences += fetch(_errand(project, days, crawl_id, again=again), log, tick)
    return sentences


def _errand(project: Project, plan: dict[str, list[date]], crawl_id: str, *, again: bool) -> dict[str, Any]:
    return {
        **place_of(project),
        "sites": {},
        "sources": str(project.config / "sources"),
        "user_agent": project.user_agent,
        "concurrency": project.settings.concurrency,
        "crawl": crawl_id,
        "again": again,
        "days": {source: [day.isoformat() for day in days] for source, days in plan.items()},
    }


def place_of(project: Project) -> dict[str, Any]:
    """Return the keys of an errand that say where the data and the ledger lie."""
    root = project.data
    bucket = [root.bucket.path, root.bucket.endpoint] if root.bucket else None
    return {"data": str(root.folder), "bucket": bucket, "ledger": project.ledger_url}


def fetch(errand: dict[str, Any], log: Path, tick: Callable[[], None]) -> list[str]:
    """Let a child process do an errand of `crawlers.__main__`, and return a sentence for each source that was busy.

    `log` gets what the child complains of. Raises CrawlError when it ends early.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w+", encoding="utf-8") as errors:
        # -P: a folder named crawlers in the user's current folder is not meant.
        command = [sys.executable, "-P", "-m", "crawlers"]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True)  # noqa: S603
        try:
            assert child.stdin is not None
            with suppress(BrokenPipeError):  # the child is gone already; its exit status tells
                child.stdin.write(json.dumps(errand) + "\n")
                child.stdin.flush()  # and stays open: the child ends when it closes
            while child.poll() is None:
                tick()
                try:
                    child.wait(_TICK)
                except subprocess.TimeoutExpired:
                    continue
            answer = child.stdout.read() if child.stdout else ""
        finally:
            _end(child)
        errors.seek(0)
        complaint = errors.read().strip()
    if child.returncode != 0:
        last = complaint.splitlines()[-1] if complaint else f"exit status {child.returncode}"
        raise CrawlError(f"the crawl ended early: {last} (see {log})")
    if not complaint:
        log.unlink()
    busy: list[str] = json.loads(answer)["busy"]
    return busy


def _end(child: "subprocess.Popen[str]") -> None:
    """Let the child end its files when this process is interrupted, and wait for it."""
    for pipe in (child.stdin, child.stdout):
        if pipe:
            with suppress(BrokenPipeError):
                pipe.close()
    child.wait()
