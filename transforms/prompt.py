"""The prompt: what the model is asked about an article. It is a file, whose hash says by which prompt a record was annotated."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crawlers.entries import is_file
from crawlers.errors import ConfigError
from transforms.record import Annotation

Message = dict[str, str]

_READ = 20_000  # characters; what an article is about stands in these
_FORMER = 8_000  # characters of the model's first answer that it is shown again


@dataclass(frozen=True)
class Prompt:
    """The text of a prompt; `version` is its hash."""

    text: str
    version: str

    def messages(self, title: str, body: str) -> list[Message]:
        """Return the question about one article. The article stands in a fence that it cannot close, as it cannot know its key."""
        return [{"role": "system", "content": self.text}, {"role": "user", "content": fenced(title, body[:_READ])}]

    def again(self, title: str, body: str, answer: str, complaints: Iterable[str]) -> list[Message]:
        """Return the question with the model's `answer` and what is wrong with it."""
        faults = "\n".join(f"- {one}" for one in complaints)
        text = f"上面的回答有以下问题：\n{faults}\n请改正这些值，或者删去它们，然后重新输出完整的 JSON 对象。"
        former = [{"role": "assistant", "content": answer[:_FORMER] or "{}"}, {"role": "user", "content": text}]
        return [*self.messages(title, body), *former]

    def waiting(self, model: str) -> Annotation:
        """Return what a record carries until `model` has annotated it."""
        return Annotation(
            summary="",
            keywords=(),
            ai_technologies=(),
            industries=(),
            industry_codes=(),
            major_events=(),
            securities=(),
            evidence=(),
            annotator="llm",
            model=model,
            annotator_version=self.version,
            annotated_at=None,
        )


def fenced(title: str, body: str) -> str:
    """Return an article between two lines that bear a key made of its text, which therefore cannot stand in it."""
    article = f"标题：{title}\n\n{body}"
    key = _hash(article)
    while key in article:
        key = _hash(key)
    return f'<article key="{key}">\n{article}\n</article key="{key}">'


def load_prompt(folders: Sequence[Path]) -> Prompt:
    """Return the prompt `annotate.md` of the last of the folders that has one. Raises ConfigError."""
    places = [folder / "annotate.md" for folder in reversed(folders)]
    path = next((place for place in places if is_file(place, ConfigError)), None)
    if path is None:
        raise ConfigError(f"{places[0]}: there is no such prompt")
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    if not text:
        raise ConfigError(f"{path}: the prompt is empty")
    return Prompt(text, f"prompt {_hash(text)}")


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
