"""Venues: where companies register and publish, and who passes it on; they stand in most announcements, and are no keywords."""

import re

from transforms.prose import each
from transforms.words import Words

# Where companies register and publish what they announce, and who passes it on: no keyword outside the headline. An exchange
# may also be who acts. (?<!..) behind a character is ^ before it, but leaves every alternative its first character, see `each`.
_VENUE = re.compile(
    r"证券(?:交易所|登记结算|报)|证(?<!..)券(?:时报|日报)|巨潮资讯|巨(?<!..)潮$|智(?<!..)通$|资(?<!..)讯网$|财(?<!..)经$|"
    + each("深|上|北|港", "(?<!..)交所$")
)
_AT_EXCHANGE = re.compile(r"网站|上市|备案|刊登|交易系统|互联网投票")


def is_venue(phrase: str, words: Words) -> bool:
    """Whether a phrase is only where something is listed or published; of an exchange that is how it mostly stands."""
    venue = _VENUE.search(phrase)
    if not venue or phrase in words.title:
        return False
    if not venue[0].endswith("所"):
        return True
    text, ends = words.text, words.ends_of(phrase)
    placed = [text[end - len(phrase) - 1] in "在于刊" or bool(_AT_EXCHANGE.match(text, end)) for end in ends]
    return 2 * sum(placed) >= len(placed)
