"""Reply: what an endpoint answers, read leniently, since it is paid for whatever form it has."""

import json
from typing import Any, NamedTuple

from transforms.prompt import Message

_MOST_TOKENS = 100_000_000  # of one answer; what an endpoint counts beyond is no count


class Answer(NamedTuple):
    """What a model answered; `cut` when it was not at its end."""

    text: str
    cut: bool
    tokens_in: int
    tokens_out: int


def answer_in(reply: object, messages: list[Message]) -> Answer | None:
    """Return an answer that can be stored, None for what is no chat completion.

    What is odd in it costs no more than itself, since it is paid for: a content of several parts is joined, arguments that came
    as an object are written out, where tokens are not counted they are taken to be the characters, and one without a message is
    empty that counts tokens or says why it ended (content_filter).
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
    tokens_in = count(at(reply, "usage", "prompt_tokens"), sum(len(one["content"]) for one in messages))
    tokens_out = count(at(reply, "usage", "completion_tokens"), len(text))
    return Answer(text, at(reply, "choices", 0, "finish_reason") == "length", tokens_in, tokens_out)


def at(value: Any, *path: str | int) -> Any:
    """Return what lies on a path in what an endpoint sent, None where there is no such place."""
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return None
    return value


def count(said: Any, otherwise: int) -> int:
    """Return a number of tokens as an endpoint says it, `otherwise` where that can be none."""
    try:
        tokens = int(float(said))
    except (TypeError, ValueError, OverflowError):
        return otherwise
    return tokens if 0 <= tokens <= _MOST_TOKENS else otherwise
