"""The dialogue with a model about one article: a question, its answer held against the article, at most one more question."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from pydantic import ValidationError

from crawlers.clock import now
from transforms.grounding import Fault, Grounded, Said, ground
from transforms.llm import RefusedError
from transforms.prompt import Message, Prompt
from transforms.record import Annotation
from transforms.reply import Answer
from transforms.taxonomy import Taxonomy

_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_THOUGHTS_END = re.compile(r"</think(?:ing)?>", re.IGNORECASE)  # what opens them may be part of the question
_MOST_OBJECTS = 200  # braces, that is: braces in prose are not without end
_MOST_COMPLAINTS = 12
_LONGEST = 20_000  # characters of an answer behind its thoughts, ten times those of the longest that is asked for


class Told(NamedTuple):
    """A model's answer, and the headline of the article that it was asked about: reprints share an answer.

    `own` says whether that article has the very text, and not that of another one of its story.
    """

    answer: Answer
    title: str
    own: bool = True


Ask = Callable[[int, list[Message]], Told]
"""Gives the answer to the first or the second question (1, 2), which may be a kept one."""


class Verdict(NamedTuple):
    """What of an answer stands; `grounded` is None where it does not fit the schema or where no summary stands."""

    grounded: Grounded | None
    complaints: tuple[str, ...]


class Outcome(NamedTuple):
    """What a dialogue came to: an annotation, None where no answer was of use; and the values that were dropped."""

    annotation: Annotation | None
    dropped: tuple[Fault, ...]


class LlmEngine:
    """Annotates by what a model answers, as far as it stands in the article."""

    def __init__(self, prompt: Prompt, model: str, lists: Taxonomy) -> None:
        """Take the prompt and the model's name for the record, and the word lists that names are checked by."""
        self._prompt = prompt
        self._model = model
        self._lists = lists

    def annotate(self, title: str, body: str, ask: Ask) -> Outcome:
        """Return what the model says of one article. Raises what `ask` raises, but for a refusal of the second question for good.

        Whether there is a second question hangs on the article that the first was asked about, so that a reprint with
        another headline never costs one; a reprint whose text differs costs one only where nothing of the answer stands in it.
        """
        prompt = self._prompt
        first = ask(1, prompt.messages(title, body))
        told = [first.answer]
        grounded, complaints = judge(first.answer, first.title, body, self._lists)
        if complaints and (first.own or grounded is None):
            try:
                told.append(ask(2, prompt.again(first.title, body, first.answer.text, complaints)).answer)
            except RefusedError as error:  # for good: what stands of the first answer is the last word
                if not error.for_good:
                    raise
        for answer in reversed(told):
            grounded = judge(answer, title, body, self._lists).grounded
            if grounded:
                return Outcome(self._annotation(grounded), grounded.faults)
        return Outcome(None, ())

    def _annotation(self, grounded: Grounded) -> Annotation:
        return Annotation(
            **grounded.said.model_dump(),
            evidence=grounded.evidence,
            annotator="llm",
            model=self._model,
            annotator_version=self._prompt.version,
            annotated_at=now(),
        )


def judge(answer: Answer, title: str, body: str, lists: Taxonomy) -> Verdict:
    """Return what of an answer stands in the article, and in sentences what the model should mend."""
    if answer.cut or len(_THOUGHTS_END.split(answer.text)[-1]) > _LONGEST:
        return Verdict(None, ("回答超出长度而被截断，请写得更短。",))
    said = read(answer.text)
    if isinstance(said, str):
        return Verdict(None, (said,))
    grounded = ground(said, title, body, lists)
    complaints = [f"{fault.column}: {fault.why}" for fault in grounded.faults]
    if not grounded.said.summary:
        return Verdict(
            None,
            (
                *complaints[: _MOST_COMPLAINTS - 1],
                "summary: nothing of it stands in the article, or its first sentence is longer than 200 characters.",
            ),
        )
    return Verdict(grounded, tuple(complaints[:_MOST_COMPLAINTS]))


def read(text: str) -> Said | str:
    """Return what an answer says, or in a sentence why it does not fit the schema.

    Thoughts before the answer, drafts among them, and what stands around it are left out: the last object that fits is the answer.
    """
    behind = _THOUGHTS_END.split(text)[-1]
    why, longest = "回答不是一个完整的 JSON 对象。", 0
    for value, length in _objects(behind if "{" in behind else _THOUGHT.sub("", text)):
        try:
            return Said.model_validate(value)
        except ValidationError as error:
            if length > longest:
                why, longest = _misfit(error), length
    return why


def _objects(text: str) -> Iterator[tuple[Any, int]]:
    """Yield the JSON objects of a text with their lengths, from the last one on; one in another one comes before it."""
    start = len(text)
    for _ in range(_MOST_OBJECTS):
        start = text.rfind("{", 0, start)
        if start < 0:
            return
        with suppress(ValueError, RecursionError):
            value, end = json.JSONDecoder().raw_decode(text, start)
            yield value, end - start


def _misfit(error: ValidationError) -> str:
    faults = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False)[:_MOST_COMPLAINTS]]
    return f"JSON 对象不符合要求的结构：{'; '.join(faults)}"
