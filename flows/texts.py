"""Annotations of texts that are in no dataset: by one engine, or by both side by side."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Literal

from crawlers.clock import day_of, now
from crawlers.errors import CaixunError
from crawlers.inquiries import Account
from flows.crawl import new_crawl_id
from flows.desk import NOT_OF_USE, Desk
from flows.kept import Asker
from flows.purse import OverBudgetError
from flows.saved import Text
from flows.settings import Project
from transforms.annotate import Engine, open_engine
from transforms.llm import DownError, RefusedError
from transforms.record import Annotation

_BATCH = 100  # texts that are asked about before their annotations are given

Miss = Callable[[Text, Annotation | None, str], None]
"""Is told a text to which the model gave nothing of use, what the lexicon engine made of it (None: it is to be asked again), and why."""


def by_lexicon(project: Project, texts: Iterable[Text]) -> Iterator[tuple[Text, Annotation]]:
    """Yield the lexicon engine's annotation of each text."""
    engine = open_engine("lexicon", project.taxonomy)
    return ((text, engine.annotate(text.title, text.body)) for text in texts)


def by_model(
    desk: Desk, texts: Iterable[Text], miss: Miss, *, beside: Literal["lexicon"] | None = None
) -> Iterator[tuple[Text, Annotation]]:
    """Yield the model's annotation of each text, with `beside` behind the lexicon engine's.

    Where the endpoint refuses a text or gives no answer of use the lexicon engine's takes its place, where it gives none at all the
    text is left out; `miss` is told. Raises LlmError where the endpoint is down for one text after another, or refuses all of them,
    or where the budget is spent and llm.when_over_budget is `wait`.
    """
    engine, run, texts = open_engine("lexicon", desk.project.taxonomy), new_crawl_id(), iter(texts)
    ask = partial(_ask, desk, Account(run, "annotate", day_of(now())), engine)
    with ThreadPoolExecutor(desk.access.terms.concurrency, thread_name_prefix="llm") as pool:
        try:
            while batch := list(islice(texts, _BATCH)):
                for text, (made, why) in zip(batch, pool.map(ask, batch), strict=True):
                    yield from _beside(engine, text) if beside else ()
                    if why:
                        miss(text, made, why)
                    if made:
                        yield text, made
        except BaseException:  # also Ctrl-C: nothing more is asked
            desk.close(DownError("stopped"))
            raise


def _ask(desk: Desk, account: Account, engine: Engine, text: Text) -> tuple[Annotation | None, str]:
    """Return the annotation of a text, and why it is none by the model, if there is something to tell."""
    try:
        made, why = desk.annotate(Asker(text.title, text.body, account)).annotation, NOT_OF_USE
    except RefusedError as error:
        made, why = None, str(error)
    except OverBudgetError:
        if desk.access.terms.when_over_budget == "wait":
            raise
        made, why = None, ""
    except DownError as error:
        if desk.closed:
            raise
        return None, str(error)
    except CaixunError:
        raise
    except Exception as error:  # noqa: BLE001 - one odd text must not stop the others
        made, why = None, f"crashed: {error!r:.200}"
    return (made, "") if made else (engine.annotate(text.title, text.body), why)


def _beside(engine: Engine, text: Text) -> Iterator[tuple[Text, Annotation]]:
    yield text, engine.annotate(text.title, text.body)
