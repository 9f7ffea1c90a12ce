from functools import lru_cache

from flows.settings import SHIPPED_CONFIG
from transforms.prose import prose
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
