"""What a run tells while it works."""


class Watch:
    """Hears how a run goes on; the command line shows it, a program may ignore it."""

    def phase(self, text: str) -> None:
        """Hear that a step begins."""

    def tick(self) -> None:
        """Hear that something may have changed; called several times a second while a crawl runs."""
