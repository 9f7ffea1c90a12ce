"""Annotations of texts that are in no dataset: by one engine, or by both side by side."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Literal

from crawlers.clock import day_of, now
from crawlers.inquiries import Account
from flows.crawl import new_crawl_id
from flows.desk import Desk
from flows.kept import Asker
from flows.purse import OverBudgetError
from flows.saved import Text
from flows.settings import Project
from transforms.annotate import Engine, open_engine
from transforms.llm import DownError, RefusedError
from transforms.record import Annotation

_BATCH = 100  # texts that are asked about before their annotations are given


def by_lexicon(project: Project, texts: Iterable[Text]) -> Iterator[tuple[Text, Annotation]]:
    """Yield the lexicon engine's annotation of each text."""
    engine = open_engine("lexicon", project.taxonomy)
    return ((text, engine.annotate(text.title, text.body)) for text in texts)


def by_model(desk: Desk, texts: Iterable[Text], *, beside: Literal["lexicon"] | None = None) -> Iterator[tuple[Text, Annotation]]:
    """Yield the model's annotation of each text, with `beside` behind the lexicon engine's.

    Where the endpoint refuses a text or gives no answer of use the lexicon engine's takes its place. Raises LlmError where
    the endpoint is down, or the budget is spent and llm.when_over_budget is `wait`.
    """
    engine, run, texts = open_engine("lexicon", desk.project.taxonomy), new_crawl_id(), iter(texts)
    account = Account(run, "annotate", day_of(now()))

    def ask(text: Text) -> Annotation:
        try:
            made = desk.annotate(Asker(text.title, text.body, account)).annotation
        except RefusedError:
            made = None
        except OverBudgetError:
            if desk.access.terms.when_over_budget == "wait":
                raise
            made = None
        return made or engine.annotate(text.title, text.body)

    with ThreadPoolExecutor(desk.access.terms.concurrency, thread_name_prefix="llm") as pool:
        try:
            while batch := list(islice(texts, _BATCH)):
                for text, made in zip(batch, pool.map(ask, batch), strict=True):
                    yield from _beside(engine, text) if beside else ()
                    yield text, made
        except BaseException:  # also Ctrl-C: nothing more is asked
            desk.close(DownError("stopped"))
            raise


def _beside(engine: Engine, text: Text) -> Iterator[tuple[Text, Annotation]]:
    yield text, engine.annotate(text.title, text.body)
