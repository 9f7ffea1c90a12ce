"""The endpoint of the llm engine: where the model answers, and on which terms. Its key is no setting: it stays in the environment."""

import json
import os
import re
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from crawlers.config import Strict
from crawlers.errors import ConfigError

_HELP = "docs/annotation.md has the lines for each provider"
_MILLION = 1_000_000
_OURS = frozenset({"model", "messages", "stream", "tools", "tool_choice", "response_format", "n"})
_THOUGHTS = 131_072  # tokens; no model gives a longer answer, with all that it thinks before
_BOUNDS = ("max_tokens", "max_completion_tokens")  # options, each of which bounds an answer


def _is_address(text: str) -> bool:
    """Whether a text is an http(s) address of a host, without a name or key in it, be it behind a question mark."""
    try:
        parts = urlsplit(text)
        return bool(re.fullmatch(r"https?://[^\s@?#]+", text) and parts.hostname) and parts.port != 0
    except ValueError:  # its port is no number, or too large
        return False


class Price(Strict):
    """What a million tokens cost."""

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False)
    currency: str = "CNY"

    def of(self, tokens_in: int, tokens_out: int) -> float:
        """Return what so many tokens cost."""
        return (tokens_in * self.input + tokens_out * self.output) / _MILLION


class Endpoint(Strict):
    """The keys under `llm` in settings.yml.

    `budget` is the money that one run may spend, `timeout` the seconds for which an endpoint may send nothing. `options` goes into
    every request as it is. `key_env` names the environment variable that holds the key; null where the endpoint takes none. `batch`
    is how many questions are worth a batch, null for none.
    """

    base_url: str | None = None
    model: str | None = None
    key_env: str | None = "CAIXUN_LLM_KEY"
    concurrency: int = Field(default=4, ge=1, le=64)
    requests_per_minute: int | None = Field(default=None, ge=1)
    timeout: float = Field(default=60, gt=0, le=3600)
    options: dict[str, Any] = Field(default_factory=lambda: {"temperature": 0, "max_tokens": 2000})
    price: Price | None = None
    budget: float | None = Field(default=None, gt=0)
    when_over_budget: Literal["wait", "lexicon"] = "wait"
    batch: int | None = Field(default=None, ge=1)

    @field_validator("base_url")
    @classmethod
    def _is_plain_address(cls, value: str | None) -> str | None:
        if value is not None and not _is_address(value):
            raise ValueError("an http(s) address is expected here, without a name or key in it")
        return value

    @field_validator("key_env")
    @classmethod
    def _is_name(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):  # it may be the key: it is not repeated
            raise ValueError(
                "the name of an environment variable is expected here, which holds the key; null where there is none"
            )
        return value

    @field_validator("options")
    @classmethod
    def _bounds_answers(cls, value: dict[str, Any]) -> dict[str, Any]:
        if ours := sorted(_OURS.intersection(value)):
            raise ValueError(
                f"{', '.join(ours)}: no option; the engine itself says what it asks, of which model and in which form"
            )
        for name in _BOUNDS:
            if name in value and (type(value[name]) is not int or value[name] < 1):
                raise ValueError(f"{name}: a number of tokens is expected here")
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:  # YAML reads 2026-11-20 as a date
            raise ValueError(f"no request can hold this: {error}") from error
        return value

    @property
    def most_output(self) -> int | None:
        """How many tokens one answer may have; None where the options do not bound it."""
        return next((self.options[name] for name in _BOUNDS if name in self.options), None)

    @property
    def most_counted(self) -> int:
        """How many tokens one answer can be said to have: some models think far beyond what bounds their answers."""
        return max(_THOUGHTS, self.most_output or 0)


class Access(Strict):
    """An endpoint that can be asked: nothing is missing. The key is never shown."""

    base_url: str
    model: str
    key: str = Field(repr=False)
    terms: Endpoint


def model_of(endpoint: Endpoint) -> str:
    """Return the name of the model that is to be asked. Raises ConfigError where there is none."""
    model = os.environ.get("CAIXUN_LLM_MODEL", "").strip() or endpoint.model
    if not model:
        raise ConfigError(f"the llm engine needs llm.model in settings.yml, or CAIXUN_LLM_MODEL; {_HELP}")
    return model


def access_to(endpoint: Endpoint) -> Access:
    """Return how an endpoint is asked; CAIXUN_LLM_BASE_URL and CAIXUN_LLM_MODEL go before the settings.

    Raises ConfigError where address, model or key is missing.
    """
    base_url = os.environ.get("CAIXUN_LLM_BASE_URL") or endpoint.base_url
    if not base_url:
        raise ConfigError(f"the llm engine needs llm.base_url in settings.yml, or CAIXUN_LLM_BASE_URL; {_HELP}")
    if not _is_address(base_url):
        raise ConfigError("CAIXUN_LLM_BASE_URL: an http(s) address is expected, without a name or key in it")
    model = model_of(endpoint)
    key = os.environ.get(endpoint.key_env, "").strip() if endpoint.key_env else "no-key"
    name = endpoint.key_env
    if not key:
        raise ConfigError(
            f"the llm engine needs its key in the environment variable {name}; llm.key_env: null where there is none"
        )
    if not re.fullmatch(r"[!-~]+", key):  # no HTTP header can hold it
        raise ConfigError(
            f"the environment variable {name} holds no key: a blank, a line feed or a character beyond ASCII stands in it"
        )
    if endpoint.budget is not None and endpoint.price is None:
        raise ConfigError("llm.budget needs llm.price in settings.yml: what a million tokens of input and of output cost")
    return Access(base_url=base_url, model=model, key=key, terms=endpoint)
