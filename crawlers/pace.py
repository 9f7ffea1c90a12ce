"""The pace of requests to a site."""

JITTER = 0.2
"""By how much a delay varies, as a part of it."""


def paced(delay: float) -> float:
    """Return the mean delay whose jitter never goes below `delay` seconds."""
    return delay / (1 - JITTER)
