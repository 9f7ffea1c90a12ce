"""The client of the llm engine. With `batching`, `patience`, `denial` and `reply` it is all that knows the model's API.

Any endpoint will do that speaks OpenAI's chat completions. Not each of them takes a JSON schema: the client tries the schema,
then a tool, then a schema in the prompt, and stays with the first that is answered. It waits out `Retry-After`, 429, 5xx and
lost connections with growing pauses, which end when nothing more is to be asked. The `openai` package is used rather than a
framework around it, since each answer that is paid for has to be kept before anything else is done with it, and re-asking is
done one level above.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Literal

from crawlers.errors import CaixunError, ConfigError
from transforms.denial import Refusals, is_for_its_text, lacks_model, lacks_money
from transforms.endpoint import Access
from transforms.grounding import Said
from transforms.patience import PAUSES, pause_behind
from transforms.prompt import Message
from transforms.reply import Answer, answer_in, at, count

if TYPE_CHECKING:
    from openai import APIStatusError

Mode = Literal["schema", "tool", "prompt"]

_MODES: tuple[Mode, ...] = ("schema", "tool", "prompt")
_REFUSED = (400, 404, 405, 413, 415, 422, 451)  # statuses that are answers to what was asked
_PROVEN: dict[tuple[str, str], Mode] = {}
"""The mode in which a model at an address has answered in this process."""
_TOOL = "annotate"
_SECRET = 16  # characters; what local servers are given (none, ollama) is shorter


class LlmError(CaixunError):
    """No answer."""


class RefusedError(LlmError):
    """The endpoint refuses this question; `for_good` when it does so for its text, and will again."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        """Tell why, in a sentence."""
        super().__init__(why)
        self.for_good = for_good


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
        self._refusals = Refusals()
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
            raise self._counted(self._refusal(error)) from None

    @property
    def _has_answered(self) -> bool:
        """Whether the endpoint has answered a question of this process, which its key then is good for."""
        return self._place in _PROVEN

    def _request(self, messages: list[Message]) -> dict[str, Any]:
        """Return a whole request, in the mode that was answered before, else by a schema."""
        mode = _PROVEN.get(self._place, "schema")
        return {"model": self._access.model, **self._access.terms.options, **request_in(mode, messages)}

    def _read(self, reply: object, messages: list[Message]) -> Answer | None:
        """Return an answer that can be kept, None for what is no chat completion."""
        answer = answer_in(reply, messages, self._access.terms.most_counted)
        return answer and self._without_key(answer)

    @contextmanager
    def _failures(self, refused: tuple[int, ...] = ()) -> Iterator[None]:
        """Turn what the API raises into ours; `refused` are more statuses that are answers to what was asked."""
        try:
            yield
        except self._openai.APIStatusError as error:
            answers = error.status_code in (*_REFUSED, *refused)
            raise (RefusedError(self._told(error)) if answers else self._failure(error)) from None
        # What is nested too deeply, or is no object, the package hands on as Python raises it.
        except (self._openai.OpenAIError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise DownError(f"{self._access.base_url} gives no answer ({type(error).__name__})") from None

    def _find_mode(self, messages: list[Message]) -> Answer:
        """Return the answer in the first mode that is not refused; a question that all of them refuse proves none."""
        refusals = []
        for mode in _MODES:
            try:
                answer = self._ask(messages, mode)
            except self._openai.APIStatusError as error:
                refusals.append(self._refusal(error))
                continue
            _PROVEN[self._place] = mode
            return answer
        raise self._counted(refusals[-1])

    def _ask(self, messages: list[Message], mode: Mode) -> Answer:
        """Return the answer in one mode. Raises APIStatusError only for what the endpoint refuses."""
        openai = self._openai
        try:
            made = self._tried(mode, messages)
            whole = isinstance(made, openai.types.chat.ChatCompletion)
            reply = made.to_dict(warnings=False) if whole else None
        except openai.APIStatusError as error:
            # Some keep away a text with 403, by which others refuse a key.
            if error.status_code in _REFUSED or (error.status_code == 403 and is_for_its_text(error.message)):
                raise
            raise self._failure(error) from None
        except (openai.OpenAIError, ValueError, TypeError, RecursionError) as error:
            raise DownError(f"{self._access.base_url} gives no answer ({type(error).__name__})") from None
        answer = self._read(reply, messages)
        if answer is None:
            raise self._fault(at(reply, "error"))
        self._refusals.answered()
        return answer

    def _tried(self, mode: Mode, messages: list[Message]) -> Any:
        """Return what the endpoint sends, after several tries where it is busy or broken. Raises OpenAIError."""
        asking = self._api.with_options(max_retries=0).chat.completions
        tries = 0
        while True:
            if self._stopped.is_set():
                raise DownError("stopped")
            try:
                return asking.create(
                    model=self._access.model, extra_body=self._access.terms.options, **request_in(mode, messages)
                )
            except (self._openai.APIConnectionError, self._openai.APIStatusError) as error:
                pause = pause_behind(error, tries)
                if pause is None or self._stopped.wait(pause):
                    raise
            tries += 1

    def _without_key(self, answer: Answer) -> Answer:
        """Return an answer that can be kept: an endpoint that repeats the key must not have it stored; a short one is no secret."""
        key = self._access.key
        return answer._replace(text=answer.text.replace(key, "…")) if len(key) >= _SECRET else answer

    def _refusal(self, error: "APIStatusError") -> LlmError:
        told, status = self._told(error), f"HTTP {error.status_code}"
        if lacks_money(told):
            return self._failure(error)
        # One that has answered is there.
        if error.status_code == 404 or (self._place not in _PROVEN and lacks_model(error.message, self._access.model)):
            return DeniedError(f"{self._access.base_url} knows no model {self._access.model}, or is no such address ({status})")
        return RefusedError(f"{status}: {told}", for_good=self._refusals.is_for_good(error.message))

    def _counted(self, refusal: LlmError) -> LlmError:
        """Count a refusal, and return it; one of all questions where by now the endpoint refuses whatever it is asked."""
        if isinstance(refusal, RefusedError) and self._refusals.counted(str(refusal)):
            return DeniedError(f"{self._access.base_url} refuses whatever it is asked, last with {refusal}")
        return refusal

    def _failure(self, error: "APIStatusError") -> LlmError:
        name = self._access.terms.key_env or "no key"
        if error.status_code == 402 or lacks_money(f"{error.code} {error.message}"):
            return DeniedError(f"the account at {self._access.base_url} has no money left: HTTP {error.status_code}")
        if error.status_code in (401, 403):
            return DeniedError(f"{self._access.base_url} refuses the key ({name}): HTTP {error.status_code}")
        return DownError(f"{self._access.base_url} answers HTTP {error.status_code}: {self._told(error)}")

    def _fault(self, said: Any) -> LlmError:
        """Return what a reply means that is no completion, by the `error` that it names, as gateways do with status 200."""
        if not isinstance(said, dict):
            return DownError(f"{self._access.base_url} answers something else than a chat completion; is llm.base_url right?")
        told = self._line(str(said.get("message") or said))
        if lacks_money(f"{said.get('code')} {told}"):
            return DeniedError(f"the account at {self._access.base_url} has no money left: {told}")
        if count(said.get("code"), max(_REFUSED)) in _REFUSED or is_for_its_text(told):
            return self._counted(RefusedError(told, for_good=self._refusals.is_for_good(told)))
        return DownError(f"{self._access.base_url} answers: {told}")

    def _told(self, error: "APIStatusError") -> str:
        """Return what an endpoint says of its refusal, in one line, without the key if it should repeat it."""
        return self._line(error.message)

    def _line(self, said: str) -> str:
        return " ".join(said.replace(self._access.key, "…").split())[:200]


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
