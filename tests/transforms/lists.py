from functools import lru_cache

from flows.settings import SHIPPED_CONFIG
from transforms.phrases import keywords
from transforms.prose import prose
from transforms.securities import about, mentions
from transforms.subject import subject_of
from transforms.taxonomy import Taxonomy, load_taxonomy
from transforms.words import Words

SHIPPED = SHIPPED_CONFIG / "taxonomy"
DEMO = SHIPPED_CONFIG / "demo" / "taxonomy"


@lru_cache(maxsize=1)
def shipped() -> Taxonomy:
    """Return the shipped lists with the companies of the sample site."""
    return load_taxonomy([SHIPPED, DEMO])


def words_of(title: str, body: str) -> Words:
    return Words(title, body, prose(body), shipped().finder)


def keywords_of(title: str, body: str) -> list[str]:
    """Return an article's keywords, the listed companies that it is about being known."""
    words = words_of(title, body)
    companies = about(mentions(words, f"{title}\n{body}", shipped()), words, prose(body))
    return keywords(words, shipped(), subject_of(words), companies=companies)
