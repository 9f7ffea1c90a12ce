"""Summary: what happened, in the article's own words, without datelines and asides."""

import re
from collections.abc import Sequence

from transforms.prose import Sentence
from transforms.record import MAX_SUMMARY

Place = tuple[int, int]
"""Start and end of a span, in code points."""

# An aside that a summary can do without: a code, a price, a short name, a name in Latin letters.
_ASIDE = re.compile(
    r"""[（(](?:
        [^（）()]{0,12}(?:简称|下称|代码|收盘价|股票|行情|含税|记者|SH|SZ|HK|US|OTC)[^（）()]{0,30}
      | [A-Z]{0,4}[\s:：.]?\d{4,6}(?:[.-][A-Z]{2})?
      | -?\d+\.\d+,[^（）()]{0,30}
      | 维权 | 含
      | [A-Za-z][A-Za-z .·,&'-]{3,60}
    )[)）]""",
    re.VERBOSE,
)
_LENGTH = 170  # characters; a sentence that would make a summary longer is left out


def summary(body: str, sentences: Sequence[Sentence], chosen: Sequence[Sentence]) -> list[tuple[str, Place]]:
    """Return the parts of a summary of at most 200 characters, each with the place in the body that it is taken from.

    It is made of the major events, else of the first sentence; where not even one fits, of the beginning of the first.
    """
    spans = [(one.news, one.end) for one in chosen or sentences[:1]] or [(0, len(body))]
    kept: list[tuple[str, Place]] = []
    for start, end in spans:
        text = _ASIDE.sub("", body[start:end]).replace("\n", "")
        if sum(len(one) for one, _ in kept) + len(text) <= _LENGTH:
            kept.append((text, (start, end)))
    if not kept:
        start, end = spans[0]
        end = min(end, start + MAX_SUMMARY)
        kept = [(body[start:end].replace("\n", ""), (start, end))]
    return kept
