"""From the bytes of a page to its text; what makes no sense as text is rejected."""

from crawlers.page import ContentError, Page
from transforms.reject import RejectedError

_BROKEN_SHARE = 0.01  # of the characters; a page with a torn character or two stays below it
# What UTF-8 becomes that was read as GBK or Latin-1 and stored so; none of it stands in ordinary news.
_WRONG = ("\ufffd", "锟斤拷", "烫烫", "屯屯", "锘", "鈥", "銆", "鐨", "锛", "ï¼", "ã€", "ï¿½", "â€")


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
    if sum(text.count(wrong) * len(wrong) for wrong in _WRONG) > len(text) * _BROKEN_SHARE:
        raise RejectedError("mojibake")
