"""Batches as the model's API has them: many questions in one file, which are answered within a day."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any, Literal

from transforms.llm import Client
from transforms.prompt import Message
from transforms.reply import Answer

_PATH: Literal["/v1/chat/completions"] = "/v1/chat/completions"
_MARK = "caixun"
"""Name of what is kept with a batch."""
_LOOK_BACK = 100  # batches among which one is looked for
_DONE = ("completed", "failed", "expired", "cancelled")  # endpoints have names of their own (queued) for what is not
_NOT_FOR_THIS_KEY = (401, 403, 501)  # what an endpoint that answers questions says of batches where it takes none


class BatchingClient(Client):
    """A client that hands in batches, too."""

    def submit(self, questions: Mapping[str, list[Message]], mark: str) -> str:
        """Hand in many questions, each under a name, to be answered within a day, and return the batch's identity.

        Asks in the mode that was answered before, else by a schema. `mark` is kept with the batch. Raises RefusedError where
        the endpoint takes no batches, DownError, behind which the batch may be there all the same, DeniedError.
        """
        row = {"method": "POST", "url": _PATH}
        lines = [
            json.dumps({**row, "custom_id": name, "body": self._request(messages)}, ensure_ascii=False)
            for name, messages in questions.items()
        ]
        with self._failures(_NOT_FOR_THIS_KEY if self._has_answered else ()):
            file = self._api.files.create(file=(_file_of(mark), "\n".join(lines).encode()), purpose="batch")
            # No second try, as the package would make: each makes a batch, also one whose answer is lost.
            batch = self._api.with_options(max_retries=0).batches.create(
                input_file_id=file.id, endpoint=_PATH, completion_window="24h", metadata={_MARK: mark}
            )
            return batch.id

    def submitted(self, mark: str) -> str | None:
        """Return the identity of the batch that was handed in with this mark, None where there is none. Raises LlmError."""
        with self._failures():
            batches = islice(self._api.batches.list(limit=_LOOK_BACK), _LOOK_BACK)
            return next((batch.id for batch in batches if self._mark_of(batch) in (mark, _file_of(mark))), None)

    def collect(self, batch: str, asked: Callable[[str], list[Message]]) -> dict[str, Answer] | None:
        """Return the answers of a batch by their names, without what failed; {} where there is no such batch, None while it is not done.

        `asked` returns the question of a name, whose length counts where the endpoint counts no tokens, and raises LookupError
        for a name that was not handed in. Raises RefusedError where the answers are not there, DownError, DeniedError.
        """
        with self._failures():
            try:
                state = self._api.batches.retrieve(batch)
            except self._openai.NotFoundError:
                return {}
            if state.status not in _DONE:
                return None
            text = self._api.files.content(state.output_file_id).text if state.output_file_id else ""
        answers: dict[str, Answer] = {}
        for line in text.split("\n"):
            with suppress(ValueError, TypeError, LookupError, RecursionError):  # a line that is no row holds back no other
                row = json.loads(line)
                name = row["custom_id"]
                if answer := self._read(row["response"]["body"], asked(name)):
                    answers[name] = answer
        return answers

    def _mark_of(self, batch: Any) -> str:
        """Return what a batch was handed in with: its mark, or its file's name at an endpoint that keeps nothing with a batch."""
        return (batch.metadata or {}).get(_MARK) or self._api.files.retrieve(batch.input_file_id).filename


def _file_of(mark: str) -> str:
    return f"{mark}.jsonl"
