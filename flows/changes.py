"""What a rebuild changed: records that are other ones, new or gone, field by field, with examples."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from transforms.record import Record

_OWN = {"annotated_at", "annotator_version"}  # tell of the rebuild itself
_EXAMPLES = 3  # kept for each field


class Example(NamedTuple):
    """One record's old and new value of a field."""

    article_id: str
    url: str
    old: Any
    new: Any


@dataclass
class FieldChange:
    """In how many records a field changed, and the first of them."""

    count: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass
class SourceChanges:
    """What a rebuild changed of one source; `pages` were built again, `lost` counts records that are none now, by reason.

    `unread` are those that were to be built again, and that the archive does not give: their records stay.
    """

    pages: int = 0
    unread: int = 0
    changed: int = 0
    gained: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    fields: dict[str, FieldChange] = field(default_factory=dict)

    def compare(self, old: Record, new: Record) -> None:
        """Count what differs between two states of one record."""
        before, after = (row.model_dump(mode="json", exclude=_OWN) for row in (old, new))
        names = [name for name in before if before[name] != after[name]]
        self.changed += bool(names)
        for name in names:
            change = self.fields.setdefault(name, FieldChange())
            change.count += 1
            if len(change.examples) < _EXAMPLES:
                change.examples.append(Example(new.article_id, new.url, before[name], after[name]))
