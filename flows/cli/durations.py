"""How long something takes, in words."""

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def duration(seconds: float) -> str:
    """Return a duration in its two largest units: 3 h 20 min."""
    left = round(seconds)
    words: list[str] = []
    for name, size in _UNITS:
        if left >= size and len(words) < 2:
            words.append(f"{left // size} {name}")
            left %= size
        elif words:
            break
    return " ".join(words) or "0 s"
