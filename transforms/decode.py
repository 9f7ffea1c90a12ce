"""From the bytes of a page to its text; what makes no sense as text is rejected."""

from crawlers.page import ContentError, Page, TooLargeError, garbled
from transforms.reject import RejectedError

_SIGNATURES = {
    b"%PDF-": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a picture or a film",
    b"PK\x03\x04": "a ZIP archive or an Office document",
    b"\xd0\xcf\x11\xe0": "an Office document",
}


def decode(page: Page) -> str:
    """Return the text of an HTML page without NUL characters.

    Raises RejectedError: `not_html` for other media, by their name or their first bytes, `too_large` for a decompression bomb,
    `mojibake` where the bytes make no text.
    """
    media = page.header("content-type").partition(";")[0].strip().lower()
    if media and not media.startswith("text/") and "xml" not in media and "json" not in media:
        raise RejectedError("not_html", f"the answer is {media}")
    try:
        if kind := next((kind for begin, kind in _SIGNATURES.items() if page.content.startswith(begin)), None):
            raise RejectedError("not_html", f"the answer is {kind}")
        text = page.text.replace("\x00", "")
    except TooLargeError as error:
        raise RejectedError("too_large", str(error)) from error
    except ContentError as error:
        raise RejectedError("mojibake", str(error)) from error
    refuse_mojibake(text)
    return text


def refuse_mojibake(text: str) -> None:
    """Raise RejectedError (`mojibake`) for a text in which more than one character in a hundred comes of a wrong decoding."""
    if garbled(text):
        raise RejectedError("mojibake")
