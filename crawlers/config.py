"""Load a YAML file into a pydantic model; every complaint names file, line and what would be right."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from crawlers.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """A part of a YAML file: unknown keys are refused, values are not converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times as quick, where it is there
_HINTS = {
    "extra_forbidden": "no such key",
    "missing": "this key is missing",
    "string_type": "text is expected here; put it in quotes",
    "tuple_type": "a list is expected here: [a, b]",
    "dict_type": "keys and values are expected here: {key: value}",
    "model_type": "keys and values are expected here: {key: value}",
    "bool_type": "true or false is expected here",
}


def load(path: Path, model: type[Model], **given: Any) -> Model:
    """Return the `model` that the YAML file at `path` describes, with the keys `given` added; an empty file names no key.

    Raises ConfigError for a file that is absent, is no YAML mapping, names a key twice or does not fit the model.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8; save it as that") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        node = yaml.compose(text, _LOADER)
        if node is None or node.tag == "tag:yaml.org,2002:null":  # nothing, or comments alone
            node = yaml.MappingNode("", [])
        if not isinstance(node, yaml.MappingNode):
            raise ConfigError(f"{path}: a YAML mapping is expected (key: value)")
        _refuse_twins(path, node, set())
        values = yaml.load(text, _LOADER) or {}  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}:{line}: not valid YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError, TypeError) as error:  # a control character, a date that does not exist, a list as key
        raise ConfigError(f"{path}: not valid YAML: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: the values are nested too deep") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: a YAML mapping is expected (key: value)")
    try:
        return model.model_validate({**values, **given})
    except ValidationError as error:
        known = [name for name in model.model_fields if name not in given]
        raise ConfigError(_first_complaint(path, node, known, error)) from error


def _refuse_twins(path: Path, node: yaml.Node, looked_at: set[int]) -> None:
    """Raise ConfigError for a key that stands twice in one mapping; YAML would keep the last one silently."""
    if id(node) in looked_at:  # an alias names what was looked at, perhaps what it stands in
        return
    looked_at.add(id(node))
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                raise ConfigError(f"{path}:{key.start_mark.line + 1}: {key.value} stands here a second time")
            seen.add(key.value)
            _refuse_twins(path, value, looked_at)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_twins(path, item, looked_at)


def _first_complaint(path: Path, root: yaml.Node, known: list[str], error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the file"
    text = _HINTS.get(first["type"], first["msg"].removeprefix("Value error, "))
    if first["input"] is None:
        text = "this key has no value"
    if first["type"] == "extra_forbidden" and len(first["loc"]) == 1:
        text += f"; the known ones are {', '.join(known)}"
    return f"{path}:{_line_of(root, first['loc'])}: {place}: {text}"


def _line_of(node: yaml.Node, place: tuple[int | str, ...]) -> int:
    """Return the line of the key at `place`, or of the innermost part of it that stands in the file."""
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(part)]
            if not found:
                return line
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
