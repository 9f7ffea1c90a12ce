"""From the bytes of a page to its text; what makes no sense as text is rejected."""

from crawlers.page import ContentError, Page
from transforms.reject import RejectedError

_BROKEN_SHARE = 0.01  # of the characters; a page with a torn character or two stays below it
# Traces of UTF-8 that was read as GBK or Latin-1 and stored so; hardly one stands in ordinary news. 斤, 烫 and 屯 alone do.
_WRONG = ("锟斤拷", "烫烫", "屯屯", *"\ufffd锘縷鈥銆鐨勶細ï¿½")


def decode(page: Page) -> str:
    """Return the text of an HTML page without NUL characters.

    Raises RejectedError: `not_html` for other media, `mojibake` where the bytes make no text.
    """
    media = page.header("content-type").partition(";")[0].strip().lower()
    if media and not media.startswith("text/") and "xml" not in media and "json" not in media:
        raise RejectedError("not_html", f"the answer is {media}")
    try:
        text = page.text.replace("\x00", "")
    except ContentError as error:
        raise RejectedError("mojibake", str(error)) from error
    refuse_mojibake(text)
    return text


def refuse_mojibake(text: str) -> None:
    """Raise RejectedError (`mojibake`) for a text in which more than one character in a hundred comes of a wrong decoding."""
    if sum(text.count(trace) * len(trace) for trace in _WRONG) > len(text) * _BROKEN_SHARE:
        raise RejectedError("mojibake")
