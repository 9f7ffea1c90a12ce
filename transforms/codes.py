"""Codes of shares that an article prints and the word lists lack: companies that came to market after the lists were made."""

import re
from collections.abc import Iterator

from transforms.taxonomy import Taxonomy
from transforms.text import HAN

# SH688999, 688999.SH, 证券代码：688999, 云湖科技（688999）; no code of a fund (基金代码：600001, 000001), bond or index.
_CODE = re.compile(
    rf"""(?<![\dA-Za-z.])(?:
        (?P<before>SH|SZ|BJ)[:：.]?\s?(?P<behind_exchange>\d{{6}})
        |(?P<before_exchange>\d{{6}})\.(?P<behind>SH|SZ|BJ)(?![A-Za-z])
        |(?:证券|證券|股票|[AH]股)代[码碼][为：:\s]{{0,2}}\s?(?P<named>\d{{6}})(?:\.(?P<named_exchange>SH|SZ|BJ))?
        |(?<={HAN})[（(](?P<bare>(?:60|68|30)\d{{4}})[)）]
    )(?!\d)""",
    re.VERBOSE | re.IGNORECASE,
)
_DIGITS = re.compile(r"\d{6}")
# The codes of shares begin so at each exchange; the numbers of funds, bonds and indices there do not.
_SHARES = {"SH": ("60", "68", "90"), "SZ": ("00", "30", "20"), "BJ": ("92", "43", "83", "87")}
_SURE = {"60": "SH", "68": "SH", "90": "SH", "00": "SZ", "30": "SZ", "20": "SZ", "92": "BJ"}


def exchange_of(digits: str) -> str:
    """Return the exchange of a code by its first digits, nothing for others: those of 43, 83 and 87 are mostly traded over the counter."""
    return _SURE.get(digits[:2], "")


def unlisted(text: str, lists: Taxonomy) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield each share that a text marks with its code and that the lists lack: its code with the exchange, and the digits' place."""
    for match in _CODE.finditer(text) if _DIGITS.search(text) else ():  # few texts have such a figure, which is sooner seen so
        group = next(name for name in ("behind_exchange", "before_exchange", "named", "bare") if match[name])
        digits = match[group]
        exchange = (match["before"] or match["behind"] or match["named_exchange"] or exchange_of(digits)).upper()
        code = f"{digits}.{exchange}"
        if digits.startswith(_SHARES.get(exchange, ())) and code not in lists.codes:
            yield code, match.span(group)
