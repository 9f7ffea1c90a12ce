"""Mutated pages end as an article or as a reject: no other exception, no hang, nothing kept of a page."""

import gc
import signal
from datetime import date
from itertools import islice

import lxml.html
import pytest

from tests.transforms.families import SOURCE
from tests.transforms.mutations import Mutant, mutants
from transforms.document import Document
from transforms.extract import extract
from transforms.reject import REASONS, RejectedError
from transforms.stories import mark

HANGS = 10  # seconds of CPU time for one page, which takes 0.01 on average
LARGEST = 100_000


class HangError(BaseException):
    """Raised by the timer; no `except Exception` on the way catches it."""


@pytest.fixture
def guard():
    """Start or restart the timer at every call."""

    def hang(*_: object) -> None:
        raise HangError

    before = signal.signal(signal.SIGPROF, hang)
    yield lambda: signal.setitimer(signal.ITIMER_PROF, HANGS)
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


def outcome(mutant: Mutant) -> str:
    """Return the reason of a reject, or "article"."""
    try:
        articles = extract(mutant.page, SOURCE)
    except RejectedError as rejection:
        return rejection.reason
    for article in articles:
        assert article.title
        assert article.body
        f"{article.title}{article.body}{article.publisher}{article.authors}".encode()  # can be stored: no half of a character
    return "article"


@pytest.mark.parametrize("seed", range(4))
def test_a_mutated_page_is_an_article_or_a_reject(guard, seed):
    outcomes = set()
    for mutant in islice(mutants(seed, LARGEST), 100):
        guard()
        try:
            outcomes.add(outcome(mutant))
        except BaseException as error:
            error.add_note(f"{mutant.family} after {mutant.how}")
            raise
    assert {"article", "no_body", "mojibake"} <= outcomes <= {"article", *REASONS}


@pytest.mark.parametrize("end", ["1", "(!)", "!", "("])
def test_a_text_with_an_odd_long_end_has_its_mark_soon(guard, end):
    guard()
    assert mark("正文" * 100 + end * 100_000 + "完" * (end != "1"), date(2026, 11, 18)).sketch


def test_nothing_of_a_page_is_kept():
    before = alive()
    for mutant in islice(mutants(seed=9, largest=3_000), 100):
        outcome(mutant)
    assert alive() <= before


def alive() -> int:
    """Return how many documents and elements there are, those of other tests among them."""
    gc.collect()
    return sum(isinstance(one, Document | lxml.html.HtmlElement) for one in gc.get_objects())
