"""What becomes of a candidate that a list names, by what the ledger has of its URL already. Pure: rows come in, no SQL."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from crawlers.clock import day_of, now
from crawlers.fates import COOLDOWN, HELD, LEFT, MOVED, OPEN, REJECTED, UNFETCHED, Find, State


class Fate(NamedTuple):
    """What becomes of a candidate, as columns of its row."""

    state: State
    reason: str | None = None
    detail: str | None = None
    fetched_at: datetime | None = None
    archive_file: str | None = None
    archive_offset: int | None = None


def fate_of(find: Find, mine: Any, rows: Iterable[Any], wanted: set[date]) -> Fate | None:
    """Return what becomes of a candidate, or None when its row stays as it is.

    `rows` are the rows of its URL by any source, `mine` the one of this source, None where it is new; `wanted` are the
    days asked for.
    """
    off_day = find.listed is not None and find.listed not in wanted
    if mine is not None and (off_day or not _may_go_on(mine, at_hand=find.at_hand)):
        return None
    if off_day:
        return Fate("skipped", "off_day")
    others = [row for row in rows if row is not mine]
    held: tuple[State, ...] = ("record",) if find.at_hand else HELD  # of other pages nobody knows yet what they give
    owner = next((row for row in others if row.state in held and row.reason != LEFT and not _is_open(row)), None)
    if owner is not None:
        return Fate("skipped", "seen", owner.source)
    copy = next(filter(_is_open, others), None)
    if copy is not None and not find.at_hand:
        # Another source fetched it and made no record of it, by its own days or rules: its page serves here.
        return Fate("archived", None, None, copy.fetched_at, copy.archive_file, copy.archive_offset)
    return Fate("discovered")


def _is_open(row: Any) -> bool:
    return row.state in REJECTED and row.reason in OPEN and row.archive_file is not None


def _may_go_on(mine: Any, *, at_hand: bool) -> bool:
    """Whether a URL that a source has found before is to be fetched now, or its page taken that is at hand."""
    if mine.state == "blocked" and not at_hand:
        return bool(mine.settled_at < now() - COOLDOWN)
    return mine.state in UNFETCHED or (mine.state == "skipped" and mine.reason != MOVED)


def day_to_count(wanted: set[date]) -> date:
    """Return the day under which a candidate without a date counts until its page tells."""
    today = day_of(now())
    return today if today in wanted else max(wanted)
