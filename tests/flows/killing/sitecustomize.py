"""Ends a process with SIGKILL at a named point; the kill tests put this folder on PYTHONPATH.

KILL_AT is `ROLE MODULE:NAME COUNT WHEN`: the COUNT-th call of a function in the main process, the crawl's child or a
worker; WHEN is before, after, or torn (after the call, with the last bytes of the newest file under KILL_TORN cut off).
With `fails`, the call raises StoreError, as where the disk is full, and nothing is killed.
With KILL_EAGER, also alone, a crawl notes each page at once, and a run builds what its crawls have archived at every look.
KILL_ONCE names a file that marks that it has happened, so that one process of a role is killed and no other.
"""

import importlib
import os
import signal
import sys
from pathlib import Path


def _role() -> str:
    words = sys.orig_argv
    if "crawlers" in words:
        return "crawl"
    return "worker" if any("multiprocessing" in word for word in words) else "main"


def _die() -> None:
    if _first():
        os.kill(os.getpid(), signal.SIGKILL)


def _fail() -> None:
    if _first():
        raise importlib.import_module("crawlers.errors").StoreError("the ledger cannot be used: disk I/O error")


def _first() -> bool:
    try:
        os.close(os.open(os.environ["KILL_ONCE"], os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def _tear() -> None:
    files = [path for path in Path(os.environ["KILL_TORN"]).rglob("*") if path.is_file()]
    newest = max(files, key=lambda path: path.stat().st_mtime_ns)
    os.truncate(newest, newest.stat().st_size - 20)


def _install(place: str, count: int, when: str) -> None:
    module_name, _, name = place.partition(":")
    owner = importlib.import_module(module_name)
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    original = getattr(owner, last)
    calls = 0

    def wrapped(*arguments, **options):
        nonlocal calls
        calls += 1
        if calls == count and when == "before":
            _die()
        if calls == count and when == "fails":
            _fail()
        result = original(*arguments, **options)
        if calls == count and when == "torn":
            _tear()
        if calls == count and when in ("after", "torn"):
            _die()
        return result

    setattr(owner, last, wrapped)


if "KILL_EAGER" in os.environ and _role() != "worker":
    importlib.import_module("crawlers.crawl")._SOON = 0.0
    gathering = importlib.import_module("flows.gathering")
    gathering._FEW = gathering._MANY = 1
if "KILL_AT" in os.environ:
    role, place, count, when = os.environ["KILL_AT"].split()
    if role == _role():
        _install(place, int(count), when)
