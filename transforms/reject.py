"""Why a page becomes no record: the reason codes, and the exception that carries one."""

from datetime import date

from crawlers.errors import CaixunError

REASONS = {
    "missing": "the site has no such page any more (HTTP 404 or 410, an error page, a redirect to the home page)",
    "blocked": "a captcha, a login wall, a refusal or a site in trouble instead of the page",
    "not_html": "the answer is no HTML document, or one of elements that are nested too deep to be read whole",
    "too_large": "the answer grows beyond 32 MiB when it is decompressed, or has more than 500,000 tags",
    "mojibake": "the bytes make no sensible text in any encoding",
    "no_title": "no headline was found",
    "no_body": "no article text was found (a video, a picture series, a list)",
    "split": "the page holds several articles; each of them is built as an article of its own",
    "off_day": "the article was published on a day that was not asked for; it becomes a record when that day is",
    "crashed": "the page made the extraction fail; `caixun rebuild` tries it again",
    "malformed": "an imported file that has not the layout of seven labelled lines",
}
"""Code: what it means to the reader of `rejects/`."""

WALLS = ("blocked", "mojibake")
"""Codes of answers that are not the page; they are counted as blocked, and the page is fetched again later."""


class RejectedError(CaixunError):
    """A page that never becomes a record, whatever is tried again; `published_date` is set where it was known."""

    def __init__(self, reason: str, detail: str | None = None, published_date: date | None = None) -> None:
        """Reject with a code of REASONS and a detail in words."""
        assert reason in REASONS, reason
        super().__init__(f"{reason}: {detail or REASONS[reason]}")
        self.reason = reason
        self.detail = detail
        self.published_date = published_date
