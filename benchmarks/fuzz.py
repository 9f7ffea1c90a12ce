"""Extract mutated pages by the thousand: how they end, how long the slowest takes, how much memory the process keeps.

    python -m benchmarks.fuzz [--pages 10000] [--seed 1] [--save FOLDER]

The mutations are those of tests/transforms/test_fuzz.py, here up to 20 MB of attributes, blanks, entities … in one page. A page that
takes more than a minute of CPU time is given up as a hang; one that hangs inside a C library for five minutes ends the run.
`--save` keeps the pages that crash, hang or take more than two seconds. The exit status is 1 when one crashes or hangs.
"""

import argparse
import faulthandler
import logging
import os
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from itertools import islice
from pathlib import Path

from tests.transforms.families import SOURCE
from tests.transforms.mutations import SIZES, Mutant, mutants
from transforms.extract import extract
from transforms.reject import RejectedError

HANGS = 60.0  # seconds of CPU time
SLOW = 2.0
LARGE = 1_000_000  # bytes; such a page is named before it is tried


class HangError(BaseException):
    """Raised by the timer; no `except Exception` on the way catches it."""


def outcome(mutant: Mutant) -> str:
    """Return how the extraction of a page ends."""
    signal.setitimer(signal.ITIMER_PROF, HANGS)
    try:
        extract(mutant.page, SOURCE)
    except RejectedError as rejection:
        return rejection.reason
    except HangError:
        return "HANG"
    except Exception:  # noqa: BLE001
        traceback.print_exc(limit=-3)
        return "CRASH"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return "article"


def hang(*_: object) -> None:
    """End the extraction of a page that takes too long."""
    raise HangError


def resident() -> float:
    """Return the resident size of this process in MiB (Linux)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> int:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path)
    arguments = parser.parse_args()
    logging.disable(logging.ERROR)
    signal.signal(signal.SIGPROF, hang)
    outcomes: Counter[str] = Counter()
    slowest = (0.0, "")
    begun = resident()
    for number, mutant in enumerate(islice(mutants(arguments.seed, max(SIZES)), arguments.pages), 1):
        if len(mutant.page.body) > LARGE:
            print(f"page {number}, {mutant.family} after {mutant.how}, begins", flush=True)
        faulthandler.dump_traceback_later(5 * HANGS, exit=True)
        start = time.process_time()
        outcomes[ended := outcome(mutant)] += 1
        taken = time.process_time() - start
        told = f"{taken:.1f} s, {ended}: page {number}, {mutant.family} after {mutant.how}, {len(mutant.page.body):,} bytes"
        slowest = max(slowest, (taken, told))
        if taken > SLOW or ended in ("CRASH", "HANG"):
            print(told, flush=True)
            if arguments.save:
                arguments.save.mkdir(parents=True, exist_ok=True)
                (arguments.save / f"{arguments.seed}-{number}.html").write_bytes(mutant.page.body)
        if number % max(arguments.pages // 10, 1) == 0:
            print(f"{number:>7} pages  {resident():7.1f} MiB", flush=True)
    print(*(f"{reason} {count}" for reason, count in outcomes.most_common()), sep=", ")
    print(f"slowest: {slowest[1]}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory: {begun:.0f} MiB at the beginning, {resident():.0f} at the end, peak {peak:.0f}")
    return int(outcomes["CRASH"] + outcomes["HANG"] > 0)


if __name__ == "__main__":
    sys.exit(main())
