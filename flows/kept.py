"""Kept answers: what the present model has said by the present prompt, about which it is not asked again."""

from dataclasses import dataclass

from crawlers.errors import CaixunError
from crawlers.inquiries import Account, Inquiry, KeptAnswer
from flows.settings import Project
from transforms.dialogue import LlmEngine, Outcome, Told
from transforms.endpoint import model_of
from transforms.llm import DownError, RefusedError
from transforms.prompt import Message
from transforms.reply import Answer
from transforms.taxonomy import load_taxonomy
from transforms.text import fold, text_hash


@dataclass(frozen=True)
class Asker:
    """On whose behalf a question is asked: an article's text, the account that it goes on, and its story where it has one."""

    title: str
    body: str
    account: Account
    story: str = ""


class Kept:
    """The answers of a project's model to its prompt, as far as the ledger has them; `engine` makes annotations of them."""

    def __init__(self, project: Project) -> None:
        """Take prompt, model and word lists as they are now. Raises ConfigError where one of them is wrong, or no model is named."""
        self._ledger = project.ledger
        self._prompt = project.prompt.version
        self._model = model_of(project.settings.llm)
        self.engine = LlmEngine(project.prompt, self._model, load_taxonomy(project.taxonomy))

    def inquiry(self, asker: Asker, attempt: int) -> Inquiry:
        """Return what the ledger knows a question by: the body, or the headline where that is the whole text."""
        return Inquiry(text_hash(asker.body if fold(asker.body) else asker.title), self._prompt, self._model, attempt)

    def answer(self, asker: Asker, attempt: int) -> Told | None:
        """Return the answer that is there already, about this text or another one of its story; None where there is none.

        Raises RefusedError where there will be none, since the endpoint has refused this text for good.
        """
        inquiry = self.inquiry(asker, attempt)
        if own := self._ledger.kept_answer(inquiry):
            return told(own, own=True)
        if other := self._ledger.kept_of_story(inquiry, asker.story) if asker.story else None:
            return told(other, own=False)
        if why := self._ledger.refusal(inquiry):
            raise RefusedError(why, for_good=True)
        return None

    def is_open(self, asker: Asker) -> bool:
        """Whether the first question about an article is still to be asked."""
        try:
            return self.answer(asker, 1) is None
        except RefusedError:
            return False

    def final(self, asker: Asker) -> Outcome | None:
        """Return what the dialogue about an article has come to; None where a question of it is still to be asked."""

        def ask(attempt: int, _messages: list[Message]) -> Told:
            if answer := self.answer(asker, attempt):
                return answer
            raise DownError("not asked yet")

        try:
            return self.engine.annotate(asker.title, asker.body, ask)
        except DownError:
            return None
        except RefusedError:
            return Outcome(None, ())
        except CaixunError:
            raise
        except Exception:  # noqa: BLE001 - one odd text must not stop those of all sources: it has no annotation
            return Outcome(None, ())


def told(kept: KeptAnswer, *, own: bool) -> Told:
    """Return a kept answer as a dialogue takes it; `own`: it is about the very text."""
    return Told(Answer(kept.text, kept.cut, kept.tokens_in, kept.tokens_out), kept.title, own)
