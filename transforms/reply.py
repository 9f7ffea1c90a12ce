"""Reply: what an endpoint answers, read leniently, since it is paid for whatever form it has."""

import json
from typing import Any, NamedTuple

from transforms.prompt import Message

_FORM = 10_000  # tokens at most of what a question has beside its messages: the schema, the template


class Answer(NamedTuple):
    """What a model answered; `cut` when it was not at its end, `guessed` when tokens are characters, for want of a count."""

    text: str
    cut: bool
    tokens_in: int
    tokens_out: int
    guessed: bool = False


def answer_in(reply: object, messages: list[Message], most: int) -> Answer | None:
    """Return an answer that can be stored, None for what is no chat completion; `most` is how many tokens it may have.

    What is odd in it costs no more than itself, since it is paid for: a content of several parts is joined, arguments that came
    as an object are written out, where tokens are not counted, or more than there can be, they are taken to be the characters,
    and one without a message is empty that counts tokens or says why it ended (content_filter).
    """
    message = at(reply, "choices", 0, "message")
    if not isinstance(message, dict):
        if at(reply, "error") or not (at(reply, "usage", "prompt_tokens") or at(reply, "choices", 0, "finish_reason")):
            return None
        message = {}
    said = at(message, "tool_calls", 0, "function", "arguments") or message.get("content")
    if isinstance(said, list):
        said = "".join(part for one in said if isinstance(part := at(one, "text"), str))
    if isinstance(said, dict):
        said = json.dumps(said, ensure_ascii=False)
    text = said if isinstance(said, str) else ""
    text = text.replace("\0", "").encode("utf-8", "replace").decode()  # a half of an emoji, in JSON's spelling, is no text
    asked = "".join(one["content"] for one in messages)
    # A byte is one token at most.
    tokens_in = count(at(reply, "usage", "prompt_tokens"), len(asked.encode()) + _FORM)
    tokens_out = count(at(reply, "usage", "completion_tokens"), max(most, len(text.encode())))
    return Answer(
        text,
        at(reply, "choices", 0, "finish_reason") == "length",
        len(asked) if tokens_in is None else tokens_in,
        len(text) if tokens_out is None else tokens_out,
        guessed=None in (tokens_in, tokens_out),
    )


def at(value: Any, *path: str | int) -> Any:
    """Return what lies on a path in what an endpoint sent, None where there is no such place."""
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return None
    return value


def count(said: Any, most: int) -> int | None:
    """Return a number as an endpoint says it, None where it is none from 0 to `most`."""
    try:
        number = int(float(said))
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number <= most else None
