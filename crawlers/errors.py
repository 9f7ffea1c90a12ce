"""The failures that a user meets as one sentence; anything else is a bug and may show a traceback."""


class CaixunError(Exception):
    """Root of every expected failure. Its text is one sentence: what, where, and what to do."""


class ConfigError(CaixunError):
    """A wrong argument, setting or source file; the program ends with exit status 2."""


class StoreError(CaixunError):
    """A file of the data root that cannot be read or written; the day concerned fails, nothing is lost."""


class UnwritableError(ConfigError, StoreError):
    """A data root that cannot be written: for who names it a wrong argument, for what is at work a store that fails."""

    def __init__(self, root: object, why: str = "permission denied") -> None:
        """Name the data root, and why it cannot be written."""
        super().__init__(f"{root}: the data root cannot be written: {why.lower()}")


class LostError(StoreError):
    """A page that the archive does not have any more, or not whole; what cannot be read now is no lost page."""


class BusyError(CaixunError):
    """Another process works on the same source; the program may be started again when it has ended."""


class WorkersError(CaixunError):
    """Worker processes cannot do their work; what they had is done by the next run."""


class ServerError(CaixunError):
    """A Prefect server that is gone; the next `caixun serve` catches up what it would have run."""
