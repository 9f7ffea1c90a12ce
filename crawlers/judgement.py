"""What a response is: an answer, a wall instead of one, or a failure that may pass. Pure."""

import re
from urllib.parse import urljoin, urlsplit

from crawlers.page import GONE, ContentError, Page, TooLargeError, garbled
from crawlers.walls import wall_sign

_CAPTCHA_HOSTS = {"wappass.baidu.com", "verify.baidu.com", "passport.baidu.com", "seccaptcha.baidu.com"}
_SMALL = 100_000  # bytes; a captcha or login wall is small, and marks of it inside a large page prove nothing
_LOGIN = re.compile(r"(?:passport|login|sso|account)s?\..+|.*/(?:login|signin|sign_in|passport)(?:[/.].*)?", re.IGNORECASE)


def blocked_reason(page: Page) -> str | None:
    """Return why `page` is a wall instead of the answer that was asked for (captcha, login, refusal), or None.

    Only sure signs count: a captcha host as the place or the target of a redirect, a redirect to a login, a blank 403, a
    429, a 503 that says when to come again, a small page that shows little and whose title is that of a check or a login, that
    says before all else that it refuses, that says nothing but that the site is busy, broken or being maintained, whose only
    links lead to a captcha, or whose script checks the browser, and a list that makes no sense in any encoding.
    """
    host, path = _destination(page)
    if host in _CAPTCHA_HOSTS:
        return f"sent to the captcha at {host}"
    if 300 <= page.status < 400 and _LOGIN.fullmatch(f"{host}{path}"):
        return f"sent to the login at {host}{path}"
    return _refusal(page) or wall_shown(page)


def _refusal(page: Page) -> str | None:
    """Return the refusal that the status tells; what one means for a robots.txt is another matter (RFC 9309, 2.3.1)."""
    if page.kind == "robots":
        return None
    if page.status == 429:
        return "HTTP 429, too many requests"
    if page.status == 503 and (after := page.header("retry-after")):
        return f"HTTP 503, asks to be left alone ({after[:40]})"
    return "blank 403" if page.status == 403 and len(page.body) < 64 else None


def wall_shown(page: Page) -> str | None:
    """Return the sign of a wall that the document shows, None where it shows none; a robots.txt that is refused needs none.

    A page that is gone is none, in whatever words: 您访问的页面已被屏蔽.
    """
    if page.status in GONE or (page.kind == "robots" and 400 <= page.status < 500):
        return None
    try:
        if page.kind == "seed" and page.status == 200 and garbled(page.text):
            return "a list that makes no sense in any encoding (mojibake)"
        text = page.text if len(page.content) <= _SMALL else ""
    except ContentError as error:
        return f"a robots.txt that cannot be read: {error}" if page.kind == "robots" else None
    return wall_sign(text, page.status) if text else None


def _destination(page: Page) -> tuple[str, str]:
    """Return host and path at which a response ends or to which it sends; blank for an address that makes no sense."""
    try:
        parts = urlsplit(urljoin(page.url, page.header("location")))
    except ValueError:
        return "", ""
    return parts.hostname or "", parts.path


def failure_reason(page: Page) -> str | None:
    """Return why a response is none, or half of one, though its status is that of an answer, or None: it may come whole later."""
    if page.status in GONE:
        return None
    try:
        empty = not page.content.strip()
    except TooLargeError:
        return None
    except ContentError as error:
        return str(error)
    if page.status == 206:
        return "HTTP 206, a part of the page that was not asked for"
    # A robots.txt with nothing in it forbids nothing.
    return f"HTTP {page.status} with nothing in it" if empty and page.kind != "robots" else None


def is_answer(page: Page) -> bool:
    """Whether a response settles what was asked: a document, or that there is none; not a wall, a redirect or a failure."""
    settles = 200 <= page.status < 300 or page.status in GONE
    return settles and blocked_reason(page) is None and failure_reason(page) is None
