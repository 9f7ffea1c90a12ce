"""What `doctor` finds: one sentence on what is wrong, and one on what was done."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trouble:
    """Something that is wrong with the data; `cure` says what was done, or would be done, about it; None: nothing can be."""

    what: str
    cure: str | None


def some(count: int, thing: str) -> str:
    """Return a count in words: 1 page, 3 pages."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
