"""Patience: how long to wait before an endpoint is asked once more that is busy, broken or out of reach."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

from transforms.denial import lacks_money

PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds before another try, unless Retry-After says others."""

_REST = (8.0, 16.0, 32.0)  # seconds more where questions were too many: with these a limit of a minute is over
_LONGEST_PAUSE = 120.0  # seconds; who asks for more is down
_PASSING = (408, 409, 429)  # statuses that may be others the next time, as all from 500 on


def pause_behind(error: Exception, tries: int) -> float | None:
    """Return how many seconds to wait before another try, None where there is to be none; `tries` is how many came before this one."""
    response = getattr(error, "response", None)
    said = None if response is None else _retry_after(response.headers)
    pauses = (*PAUSES, *_REST) if said is None and _are_too_many(error) else PAUSES
    if tries >= len(pauses) or not _passes(response):
        return None
    return pauses[tries] if said is None else said if said <= _LONGEST_PAUSE else None


def _passes(response: Any) -> bool:
    """Whether another try may end otherwise; None stands for no response."""
    if response is None:
        return True
    passing = response.status_code in _PASSING or response.status_code >= 500
    return {"true": True, "false": False}.get(response.headers.get("x-should-retry", ""), passing)


def _are_too_many(error: Any) -> bool:
    """Whether questions were too many for now, and not the account empty, which some say by the same status."""
    return getattr(error, "status_code", None) == 429 and not lacks_money(f"{error.code} {error.message}")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that an endpoint asks to be left alone, None where it does not say (RFC 9110, 10.2.3)."""
    said = headers.get("retry-after", "")
    readings: tuple[Callable[[], float], ...] = (
        lambda: float(headers.get("retry-after-ms", "")) / 1000,
        lambda: float(said),
        lambda: parsedate_to_datetime(said).timestamp() - time(),
    )
    for reading in readings:
        with suppress(ValueError):
            seconds = reading()
            return seconds if seconds > 0 else None
    return None
