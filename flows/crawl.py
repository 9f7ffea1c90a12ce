"""Child processes that crawl, as this one sees them: it gives them jobs, and hears when those have ended."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path
from queue import Empty, SimpleQueue
from subprocess import PIPE
from threading import Lock, Thread
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

from crawlers.clock import now
from crawlers.errors import StoreError
from flows.settings import Project

_TICK = 0.25  # seconds to wait for a crawl's end before the caller may look for other work
_MOST = 5  # children that may die, of all kinds


class Ended(NamedTuple):
    """A crawl that has ended: `trouble` says in a sentence why before its work was done, None where it was done."""

    source: str
    trouble: str | None


def new_crawl_id() -> str:
    """Return a name for a crawl: its first second in UTC and its microseconds, so that names sort by time."""
    return now().strftime("%Y%m%dT%H%M%S%f")


def place_of(project: Project) -> dict[str, Any]:
    """Return the keys of an errand that say where the data and the ledger lie."""
    root = project.data
    bucket = [root.bucket.path, root.bucket.endpoint] if root.bucket else None
    return {"data": str(root.folder), "bucket": bucket, "ledger": project.ledger_url}


class Crawls:
    """Crawls of sources in child processes, sites side by side, until each has been heard of.

    Sources that may reach private addresses have a child of their own, since the address guard holds for a whole process. At
    its end, or when an exception leaves it, no child is left.
    """

    def __init__(self, project: Project, *, again: bool) -> None:
        """Start nothing yet. With `again`, days whose listing is whole are listed once more."""
        self._project = project
        self._again = again
        self._children: list[Child] = []
        self._heard: SimpleQueue[Ended] = SimpleQueue()

    def __enter__(self) -> Self:
        """Return the crawls."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the children; see `Child`."""
        for child in self._children:
            child.__exit__(kind, error, trace)

    def begin(self, source: str, days: Iterable[date], name: str) -> None:
        """Let days of a source be fetched by a crawl of this name; no other one of the source may be under way.

        Where one child after another has died, none is started any more, which is heard.
        """
        private = self._project.sources[source].private
        child = next((one for one in self._children if one.private == private and not one.gone), None)
        if child is None and len(self._children) > _MOST:
            self._heard.put(Ended(source, "one crawl after another has ended early, so no more is begun"))
            return
        if child is None:
            log = self._project.data / "logs" / f"crawl-{name}.err"  # of its first crawl; two runs may take up one backfill
            child = Child(self._errand(name, private=private), log, self._heard.put)
            self._children.append(child)
        child.begin(source, days, name)

    def skip(self, source: str) -> None:
        """Let a source be heard of at once, of which nothing is to be fetched."""
        self._heard.put(Ended(source, None))

    def ended(self) -> Ended | None:
        """Return a crawl that has ended, None where none has for a moment."""
        with suppress(Empty):
            return self._heard.get(timeout=_TICK)
        return None

    def going_on(self) -> set[str]:
        """Return the sources that are being crawled, whose locks a child of this process holds."""
        return {source for child in self._children for source in child.crawling}

    def _errand(self, name: str, *, private: bool) -> dict[str, Any]:
        return {
            **place_of(self._project),
            "name": name,
            "sites": {},
            "sources": str(self._project.config / "sources"),
            "user_agent": self._project.user_agent,
            "concurrency": self._project.settings.concurrency,
            "again": self._again,
            "private": private,
        }


def _begun(log: Path) -> BinaryIO:
    """Open a log, in a folder that may have to be made. Raises StoreError when it cannot be written."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return log.open("wb")
    except OSError as error:
        raise StoreError(f"{log}: cannot be written: {(error.strerror or str(error)).lower()}") from error


def _environment() -> dict[str, str]:
    """Return the environment of a child: this one's, but it writes UTF-8 whatever the locale."""
    return {**os.environ, "PYTHONIOENCODING": "utf-8"}


class Child:
    """A process that does jobs of `crawlers.__main__`; `hear` is called, in a thread, with each that has ended.

    When all has gone well it ends after its work, else as soon as its files are closed.
    """

    def __init__(self, errand: dict[str, Any], log: Path, hear: Callable[[Ended], None]) -> None:
        """Start it; `log` gets what it complains of. Raises StoreError when that cannot be written."""
        # -P: a folder named crawlers in the user's current folder is not meant.
        command = [sys.executable, "-P", "-m", "crawlers"]
        with _begun(log) as errors:
            self._process = subprocess.Popen(  # noqa: S603
                command, stdin=PIPE, stdout=PIPE, stderr=errors, encoding="utf-8", errors="replace", env=_environment()
            )
        self.private: bool = errand["private"]
        self._log = log
        self._hear = hear
        self._odd = ""
        self._under_way: set[str] = set()
        self.crawling: frozenset[str] = frozenset()  # those under way that wait no more for their locks
        self._mutex = Lock()
        self._say(json.dumps(errand))
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def begin(self, source: str, days: Iterable[date], name: str, **options: Any) -> None:
        """Let it crawl days of a source."""
        with self._mutex:
            if self.gone:
                self._hear(Ended(source, self._why()))
                return
            self._under_way.add(source)
        self._say(json.dumps({"source": source, "days": [day.isoformat() for day in days], "crawl": name, **options}))

    @property
    def gone(self) -> bool:
        """Whether it has ended."""
        return self._process.returncode is not None

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let it end, and wait for it."""
        if kind is None:
            self._say("")
            self._listener.join()
        self._close()
        self._listener.join()
        with suppress(OSError):  # somebody may have cleared it away
            if self._process.returncode == 0 and not self._log.stat().st_size:
                self._log.unlink()

    def _say(self, line: str) -> None:
        """Write a line to it; one that is gone has been heard of, or will be."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError, ValueError):  # ValueError: closed here
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()

    def _close(self) -> None:
        """Let it hear that nobody waits for it any more."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()

    def _listen(self) -> None:
        """Hear of each job that has ended; when the process is gone, that all others have: whoever waits for them is waiting."""
        try:
            self._hear_jobs()
        finally:
            self._close()
            self.crawling = frozenset()
            with self._mutex:
                self._process.wait()
                for source in sorted(self._under_way):
                    self._hear(Ended(source, self._why()))

    def _hear_jobs(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                try:
                    said = json.loads(line)
                    ended = None if "begun" in said else Ended(**said)
                except (ValueError, TypeError):  # torn, or a stranger's: there is nothing to rely on any more
                    self._odd = line.strip()
                    break
                if ended is None:
                    self.crawling |= {said["begun"]}
                    continue
                self.crawling -= {ended.source}
                self._under_way.discard(ended.source)
                self._hear(ended)

    def _why(self) -> str:
        # What one complains of that printed something odd follows from not being heard any more.
        odd = f"it printed {self._odd[:100]!r}" if self._odd else ""
        why = odd or self._complaint() or f"exit status {self._process.returncode}"
        return f"the crawl ended early: {why} (see {self._log})"

    def _complaint(self) -> str:
        """Return the last line of its log; "" where that says nothing, or cannot be read."""
        with suppress(OSError):
            lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            return lines[-1] if lines else ""
        return ""
