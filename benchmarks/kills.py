"""Kill at every named point, several times each, and finish with the same command.

    python -m benchmarks.kills [--repeats 3] [--only WORDS]

Runs over the sample site on loopback. Prints one line a point; exit status 1 when anything was lost, twice, fetched again or
left behind. About ten seconds a kill.
"""

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

from flows.demo import demo_project
from flows.sample_site import load_site, serving
from flows.settings import SHIPPED_CONFIG
from tests.conftest import Site
from tests.flows.killed import Undisturbed, assert_a_killed_backfill_is_finished, assert_a_killed_change_is_finished, undisturbed
from tests.flows.points import POINTS, Point


def once(point: Point, place: Path, whole: Undisturbed) -> None:
    """Kill at a point and finish. Raises AssertionError."""
    if point.command != "backfill":
        assert_a_killed_change_is_finished(point, place, whole)
        return
    content = load_site(SHIPPED_CONFIG / "demo")
    with serving(content, 0) as port:
        project = demo_project(place / "data", port)
        assert_a_killed_backfill_is_finished(point, project, Site(content, port), place, whole)


def tried(point: Point, whole: Undisturbed, repeats: int) -> str | None:
    """Return what went wrong at a point, None when nothing did."""
    for number in range(repeats):
        with tempfile.TemporaryDirectory(prefix="caixun-kill-", ignore_cleanup_errors=True) as folder:
            try:
                once(point, Path(folder), whole)
            except AssertionError as error:
                (*_, last) = traceback.extract_tb(error.__traceback__)
                return f"time {number + 1}: {last.line}: {str(error).strip().partition(chr(10))[0]}"
    return None


def main() -> int:
    """Kill at all points and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default="", help="points whose name or place has these words")
    options = parser.parse_args()
    chosen = [point for point in POINTS if options.only in f"{point.name} {point.at} {point.command}"]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="caixun-kills-") as folder:
        whole = undisturbed(Path(folder) / "undisturbed")
        for point in chosen:
            begun = time.monotonic()
            wrong = tried(point, whole, options.repeats)
            failed += wrong is not None
            print(
                f"{'FAILED' if wrong else 'ok':6} {time.monotonic() - begun:5.1f} s  {point.command:8} {point.name}", flush=True
            )
            if wrong:
                print(f"       {point.at}: {wrong}", flush=True)
    print(f"{len(chosen)} points, {options.repeats} kills each: {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
