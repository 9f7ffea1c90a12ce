"""The pace of requests to a site."""

from crawlers.lock import Locks

JITTER = 0.2
"""By how much a delay varies, as a part of it."""


def paced(delay: float) -> float:
    """Return the mean delay whose jitter never goes below `delay` seconds."""
    return delay / (1 - JITTER)


def shortest(mean: float) -> float:
    """Return the shortest delay that jitter makes of a `mean` one, in seconds."""
    return mean * (1 - JITTER)


class Pace:
    """When sites may be asked, for all crawls of a process. Instants are seconds of one monotonic clock."""

    def __init__(self, locks: Locks | None = None) -> None:
        """Know of no request yet; with `locks`, turns are taken among all processes that have these."""
        self._locks = locks
        self._turns: dict[str, tuple[float, float]] = {}  # the instant of the last one, and its delay
        self._opens: dict[str, float] = {}

    def turn(self, site: str, delay: float, at: float) -> float:
        """Take the next turn at a site; return the seconds from `at` to it.

        It is `delay` seconds behind the last one, whoever has that, or as many as that one asked for, if these are more. Without
        a delay no other process is heeded. Raises StoreError where the turns of other processes cannot be known.
        """
        last = self._turns.get(site)
        wait = max(0.0, last[0] + max(last[1], delay) - at) if last else 0.0
        if self._locks and delay:
            wait = self._locks.turn(site, wait, delay)
        self._turns[site] = at + wait, delay
        return wait

    def shut(self, site: str, at: float, seconds: float) -> None:
        """Note that a site asks to be left alone for so many seconds from `at` on. Raises StoreError."""
        self._opens[site] = max(self._opens.get(site, at), at + seconds)
        if self._locks:
            self._locks.shut(site, seconds)

    def shut_for(self, site: str, at: float) -> float:
        """Return for how many seconds from `at` on a site is still to be left alone; 0 when it may be asked."""
        return max(0.0, self._opens.get(site, at) - at)
