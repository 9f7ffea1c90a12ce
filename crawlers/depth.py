"""Depth: how far back a newest-first list shows whole days, page by page. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from crawlers.clock import working_days
from crawlers.fates import Verdict

_OUTLIER = 60  # days from the middle of a page beyond which an item is no part of the list's order
_STRAYS = 2  # items, or a tenth of a page's, that may be kept at the foot of a list and be older than what it holds whole
_SPARSE = 2  # articles a day: where there are no more, those that a list shows of a day at its foot are all of it


@dataclass
class Depth:
    """How far back a list reaches by what it has shown so far; `reach` is None as long as nothing tells."""

    reach: date | None = None
    _stray: date | None = None  # the oldest day of the few items behind a long pause
    _pause: int = 1  # the most working days in a row for which the list shows nothing; a day without news is no hole

    def goes_to(self, day: date) -> None:
        """Take a part of the list that was last changed on `day`, before all days asked for, as read: it holds none of them."""
        self.reach = min(self.reach or day, day)

    def show(self, days: Sequence[date], known: int, *, ordered: bool) -> None:
        """Take a page with items of `days`, at least one, in their order; `known` is how many links the list has named so far.

        The items of a list that is not `ordered` (a sitemap) stand anyhow.
        """
        middle = sorted(days)[len(days) // 2]
        # An old article that is pinned to the foot of a page says nothing about how far the list reaches.
        near = [day for day in days if abs((day - middle).days) <= _OUTLIER]
        before = [self.reach] if self.reach else []
        last = self._last_before_strays(near, before if ordered else [], known)
        held = [day for day in near if day >= last]
        if not ordered:
            self.reach = min(held + before)
        else:
            self.reach = held[-1] if held else last

    def _last_before_strays(self, days: list[date], before: list[date], known: int) -> date:
        """Return the last of the `days` of a page that follows on those above it and on what the list has shown `before`.

        A few items behind a longer pause than any before may be kept at the foot of the list: they do not tell that it
        holds the days between. Weekends and holidays are no pause.
        """
        shown = sorted({*days, *before}, reverse=True)
        few = min(max(_STRAYS, len(days) // 10), (known - 1) // 2)
        for newer, older in pairwise(shown):
            pause = working_days(older, newer)
            if pause > self._pause and sum(day <= older for day in days) <= few:
                self._stray = shown[-1]
                return newer
            self._pause = max(self._pause, pause)
        return shown[-1]

    def at_the_foot(self, day: date, reach: date, found: Mapping[date, int]) -> Verdict:
        """Return what a list that ends at `reach` tells of a `day` before which it shows nothing, or but a few items.

        `found` counts the articles that it names of each day.
        """
        stray = self._stray
        if stray is None or stray >= reach:
            return Verdict("partial", f"listing ends at {reach}")
        held = [count for one, count in found.items() if one >= reach]
        if stray < day and found.get(day) and sum(held) <= _SPARSE * len(held):
            return Verdict("whole")
        return Verdict("partial", f"listing shows only a few articles before {reach}, back to {stray}")
