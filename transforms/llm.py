"""The client of the llm engine: the one file that knows the model's API. One question, one answer.

Any endpoint will do that speaks OpenAI's chat completions. Not each of them takes a JSON schema: the client tries the schema,
then a tool, then a schema in the prompt, and stays with the first that is answered. It waits out `Retry-After`, 429, 5xx and
lost connections with growing pauses, which end when nothing more is to be asked. The `openai` package is used rather than a
framework around it, since each answer that is paid for has to be kept before anything else is done with it, and re-asking is
done one level above.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from crawlers.errors import CaixunError, ConfigError
from transforms.endpoint import Access
from transforms.grounding import Said
from transforms.patience import PAUSES, pause_behind
from transforms.prompt import Message

if TYPE_CHECKING:
    from openai import APIStatusError

Mode = Literal["schema", "tool", "prompt"]

_MODES: tuple[Mode, ...] = ("schema", "tool", "prompt")
_REFUSED = (400, 404, 413, 415, 422, 451)  # statuses that are answers to what was asked
_PROVEN: dict[tuple[str, str], Mode] = {}
"""The mode in which a model at an address has answered in this process."""
_TOOL = "annotate"
_PATH: Literal["/v1/chat/completions"] = "/v1/chat/completions"
_MARK = "caixun"
"""Name of what is kept with a batch."""
_LOOK_BACK = 100  # batches among which one is looked for
_SECRET = 16  # characters; what local servers are given (none, ollama) is shorter
_MOST_REFUSED = 3  # questions with which a run begins
# How endpoints say with another status than 404 that they have no such model (DeepSeek and Zhipu answer 400).
_NO_MODEL = re.compile(r"model not exist|model_not_found|模型不存在", re.IGNORECASE)
_ABSENT = re.compile(r"not (?:exist|found)|不存在", re.IGNORECASE)
# What is refused for its text says nothing of the next one.
_FOR_ITS_TEXT = re.compile(
    r"inappropriate|content|sensitive|inspection|risk|safety|policy|length|敏感|违规|风险|审核", re.IGNORECASE
)
_MOST_TOKENS = 100_000_000  # of one answer; what an endpoint counts beyond is no count


class Answer(NamedTuple):
    """What a model answered; `cut` when it was not at its end."""

    text: str
    cut: bool
    tokens_in: int
    tokens_out: int


class LlmError(CaixunError):
    """No answer."""


class RefusedError(LlmError):
    """The endpoint refuses this question, and will refuse it again."""


class DownError(LlmError):
    """The endpoint gave no answer after several tries; later it may."""


class DeniedError(LlmError):
    """The endpoint refuses every question: the key, the model's name or the account is wrong."""


class Client:
    """Asks one model at one endpoint; may be used by several threads."""

    def __init__(self, access: Access, stopped: Event | None = None) -> None:
        """Prepare to ask, until `stopped` is set: then no question is begun and none is tried again.

        Raises ConfigError where the `openai` package is missing, or the environment's proxy is none.
        """
        try:
            import openai  # noqa: PLC0415 - an optional package, and slow to load
        except ModuleNotFoundError as error:
            raise ConfigError("the llm engine needs the package openai: pip install 'caixun[llm]'") from error
        self._openai = openai
        self._access = access
        self._stopped = stopped or Event()
        self._place = (access.base_url, access.model)
        self._first = Lock()
        self._refused = 0  # questions, before any was answered
        try:
            self._api = openai.OpenAI(
                api_key=access.key, base_url=access.base_url, timeout=access.terms.timeout, max_retries=len(PAUSES)
            )
        except Exception as error:  # what a proxy raises that the environment names wrongly has no common type
            raise ConfigError(f"{access.base_url} cannot be asked, is a proxy in the environment right? {error}") from error

    def close(self) -> None:
        """Give the connections back."""
        self._api.close()

    def ask(self, messages: list[Message]) -> Answer:
        """Return the model's answer. Raises RefusedError, DownError, DeniedError."""
        if self._place not in _PROVEN:
            with self._first:  # one question finds the mode, the others wait for it
                if self._place not in _PROVEN:
                    return self._find_mode(messages)
        try:
            return self._ask(messages, _PROVEN[self._place])
        except self._openai.APIStatusError as error:
            raise self._refusal(error) from None

    def submit(self, questions: Mapping[str, list[Message]], mark: str) -> str:
        """Hand in many questions, each under a name, to be answered within a day, and return the batch's identity.

        Asks in the mode that was answered before, else by a schema. `mark` is kept with the batch. Raises RefusedError where
        the endpoint takes no batches, DownError, DeniedError.
        """
        mode = _PROVEN.get(self._place, "schema")
        lines = [
            json.dumps(
                {"custom_id": name, "method": "POST", "url": _PATH, "body": self._body(mode, messages)}, ensure_ascii=False
            )
            for name, messages in questions.items()
        ]
        with self._failures():
            file = self._api.files.create(file=("questions.jsonl", "\n".join(lines).encode()), purpose="batch")
            batch = self._api.batches.create(
                input_file_id=file.id, endpoint=_PATH, completion_window="24h", metadata={_MARK: mark}
            )
        return batch.id

    def submitted(self, mark: str) -> str | None:
        """Return the identity of the batch that was handed in with this mark, None where there is none."""
        with self._failures():
            batches = islice(self._api.batches.list(limit=_LOOK_BACK), _LOOK_BACK)
            return next((batch.id for batch in batches if (batch.metadata or {}).get(_MARK) == mark), None)

    def collect(self, batch: str) -> dict[str, Answer] | None:
        """Return the answers of a batch by their names, without what failed; None while it is not done. Raises LlmError."""
        with self._failures():
            state = self._api.batches.retrieve(batch)
            if state.status in ("validating", "in_progress", "finalizing", "cancelling"):
                return None
            text = self._api.files.content(state.output_file_id).text if state.output_file_id else ""
            rows = [json.loads(line) for line in text.split("\n") if line.strip()]
        named = {_at(row, "custom_id"): _answer(_at(row, "response", "body"), []) for row in rows}
        return {name: self._without_key(answer) for name, answer in named.items() if isinstance(name, str) and answer}

    def _body(self, mode: Mode, messages: list[Message]) -> dict[str, Any]:
        return {"model": self._access.model, **self._access.terms.options, **request_in(mode, messages)}

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turn what the API raises into ours."""
        try:
            yield
        except self._openai.APIStatusError as error:
            refused = error.status_code in (*_REFUSED, 405)
            raise (RefusedError(self._told(error)) if refused else self._failure(error)) from None
        except (self._openai.OpenAIError, ValueError) as error:
            raise DownError(f"{self._access.base_url} gives no answer ({type(error).__name__})") from None

    def _find_mode(self, messages: list[Message]) -> Answer:
        """Return the answer in the first mode that is not refused; a question that all of them refuse proves none.

        Where the first questions are all refused, and not for their texts, the rest would be, too, in vain.
        """
        refusals = []
        for mode in _MODES:
            try:
                answer = self._ask(messages, mode)
            except self._openai.APIStatusError as error:
                refusals.append(self._refusal(error))
                continue
            _PROVEN[self._place] = mode
            return answer
        self._refused += not _FOR_ITS_TEXT.search(str(refusals[-1]))
        if self._refused >= _MOST_REFUSED:
            raise DeniedError(f"{self._access.base_url} refuses whatever it is asked, last with {refusals[-1]}")
        raise refusals[-1]

    def _ask(self, messages: list[Message], mode: Mode) -> Answer:
        """Return the answer in one mode. Raises APIStatusError only for what the endpoint refuses."""
        openai = self._openai
        try:
            made = self._tried(mode, messages)
        except openai.APIStatusError as error:
            if error.status_code in _REFUSED:
                raise
            raise self._failure(error) from None
        except (openai.OpenAIError, ValueError) as error:
            raise DownError(f"{self._access.base_url} gives no answer ({type(error).__name__})") from None
        whole = isinstance(made, openai.types.chat.ChatCompletion)
        answer = _answer(made.to_dict(warnings=False), messages) if whole else None
        if answer is None:
            raise DownError(f"{self._access.base_url} answers something else than a chat completion; is llm.base_url right?")
        return self._without_key(answer)

    def _tried(self, mode: Mode, messages: list[Message]) -> Any:
        """Return what the endpoint sends, after several tries where it is busy or broken. Raises OpenAIError."""
        asking = self._api.with_options(max_retries=0).chat.completions
        for usual in (*PAUSES, None):
            if self._stopped.is_set():
                raise DownError("stopped")
            try:
                return asking.create(
                    model=self._access.model, extra_body=self._access.terms.options, **request_in(mode, messages)
                )
            except (self._openai.APIConnectionError, self._openai.APIStatusError) as error:
                pause = pause_behind(error, usual)
                if pause is None or self._stopped.wait(pause):
                    raise
        raise AssertionError  # the last try returns or raises

    def _without_key(self, answer: Answer) -> Answer:
        """Return an answer that can be kept: an endpoint that repeats the key must not have it stored; a short one is no secret."""
        key = self._access.key
        return answer._replace(text=answer.text.replace(key, "…")) if len(key) >= _SECRET else answer

    def _refusal(self, error: "APIStatusError") -> LlmError:
        if error.status_code == 404 or self._has_no_model(error.message):
            status = f"HTTP {error.status_code}"
            return DeniedError(f"{self._access.base_url} knows no model {self._access.model}, or is no such address ({status})")
        return RefusedError(f"HTTP {error.status_code}: {self._told(error)}")

    def _has_no_model(self, said: str) -> bool:
        """Whether an endpoint says that there is no such model; one that has answered is there."""
        named = self._access.model in said and _ABSENT.search(said)
        return self._place not in _PROVEN and bool(_NO_MODEL.search(said) or named)

    def _failure(self, error: "APIStatusError") -> LlmError:
        name = self._access.terms.key_env or "no key"
        if error.status_code in (401, 403):
            return DeniedError(f"{self._access.base_url} refuses the key ({name}): HTTP {error.status_code}")
        if error.status_code == 402 or error.code == "insufficient_quota":
            return DeniedError(f"the account at {self._access.base_url} has no money left: HTTP {error.status_code}")
        return DownError(f"{self._access.base_url} answers HTTP {error.status_code}: {self._told(error)}")

    def _told(self, error: "APIStatusError") -> str:
        """Return what an endpoint says of its refusal, in one line, without the key if it should repeat it."""
        return " ".join(error.message.replace(self._access.key, "…").split())[:200]


def request_in(mode: Mode, messages: list[Message]) -> dict[str, Any]:
    """Return the parts of a request that ask for an answer by our schema."""
    schema = Said.model_json_schema()
    if mode == "schema":
        form = {"type": "json_schema", "json_schema": {"name": _TOOL, "schema": schema, "strict": True}}
        return {"messages": messages, "response_format": form}
    if mode == "tool":
        tool = {"type": "function", "function": {"name": _TOOL, "description": "Keep an annotation.", "parameters": schema}}
        return {"messages": messages, "tools": [tool], "tool_choice": {"type": "function", "function": {"name": _TOOL}}}
    text = f"{messages[0]['content']}\n\nJSON Schema:\n{json.dumps(schema, ensure_ascii=False)}"
    return {"messages": [{**messages[0], "content": text}, *messages[1:]]}


def _answer(reply: object, messages: list[Message]) -> Answer | None:
    """Return an answer that can be stored, None for what is no chat completion.

    What is odd in it costs no more than itself, since it is paid for: a content of several parts is joined, arguments that came
    as an object are written out, and where tokens are not counted they are taken to be the characters.
    """
    message = _at(reply, "choices", 0, "message")
    if not isinstance(message, dict):
        return None
    said = _at(message, "tool_calls", 0, "function", "arguments") or message.get("content")
    if isinstance(said, list):
        said = "".join(part for one in said if isinstance(part := _at(one, "text"), str))
    if isinstance(said, dict):
        said = json.dumps(said, ensure_ascii=False)
    text = said if isinstance(said, str) else ""
    text = text.replace("\0", "").encode("utf-8", "replace").decode()  # a half of an emoji, in JSON's spelling, is no text
    tokens_in = _count(_at(reply, "usage", "prompt_tokens"), sum(len(one["content"]) for one in messages))
    tokens_out = _count(_at(reply, "usage", "completion_tokens"), len(text))
    return Answer(text, _at(reply, "choices", 0, "finish_reason") == "length", tokens_in, tokens_out)


def _at(value: Any, *path: str | int) -> Any:
    """Return what lies on a path in what an endpoint sent, None where there is no such place."""
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return None
    return value


def _count(said: Any, otherwise: int) -> int:
    """Return a number of tokens as an endpoint says it, `otherwise` where that can be none."""
    try:
        count = int(float(said))
    except (TypeError, ValueError, OverflowError):
        return otherwise
    return count if 0 <= count <= _MOST_TOKENS else otherwise
