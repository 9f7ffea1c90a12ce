"""Patience: how long to wait before an endpoint is asked once more that is busy, broken or out of reach."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from time import time

PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds before another try, unless Retry-After says others."""

_LONGEST_PAUSE = 120.0  # seconds; who asks for more is down
_PASSING = (408, 409, 429)  # statuses that may be others the next time, as all from 500 on


def pause_behind(error: Exception, usual: float | None) -> float | None:
    """Return how many seconds to wait before another try, None where there is to be none; `usual` is the pause, None behind the last."""
    response = getattr(error, "response", None)
    if usual is None or response is None:
        return usual
    passing = response.status_code in _PASSING or response.status_code >= 500
    if not {"true": True, "false": False}.get(response.headers.get("x-should-retry", ""), passing):
        return None
    said = _retry_after(response.headers)
    return usual if said is None else said if said <= _LONGEST_PAUSE else None


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
