"""Reannotate: another engine, model or prompt over records that are there; pages are not extracted again."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from flows.annotation import Annotated, Step, annotation_of, write_annotations
from flows.by_lexicon import annotate_by_lexicon
from flows.crawl import new_crawl_id
from flows.desk import open_desk
from flows.engine import check_engine, settle
from flows.runner import Runner
from flows.settings import Project
from transforms import dataset
from transforms.annotate import open_engine
from transforms.checks import Finding
from transforms.record import Annotation, Record

COMPARED = ("summary", "keywords", "ai_technologies", "industries", "industry_codes", "major_events", "securities")
_EXAMPLES = 3  # of each column
_BATCH = 500  # records that the lexicon engine annotates before their partitions are written


@dataclass
class Reannotated:
    """What a reannotation came to, in records; an example is a record's article_id with the column's value before and after."""

    records: int = 0
    stale: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[tuple[str, Any, Any]]] = field(default_factory=dict)
    by_lexicon: int = 0
    annotated: Annotated | None = None
    findings: list[Finding] = field(default_factory=list)

    def hear(self, row: Record, made: Annotation) -> None:
        """Count what the new annotation of a record changes."""
        for column in COMPARED:
            before, after = getattr(row, column), getattr(made, column)
            if before != after:
                self.changed[column] += 1
                examples = self.examples.setdefault(column, [])
                if len(examples) < _EXAMPLES:
                    examples.append((row.article_id, before, after))


def reannotate(
    project: Project,
    start: date,
    end: date,
    sources: Collection[str] | None,
    runner: Runner,
    budget: float | None = None,
) -> Reannotated:
    """Annotate those records of the days `start` to `end` that another engine, model or version than the present annotated.

    Annotations that were imported stay. Raises ConfigError, BusyError, StoreError.
    """
    check_engine(project, budget)
    result = Reannotated()
    rows = _stale(project, _present(project), start, end, sources, result)
    if project.waiting:
        with open_desk(project, budget) as desk:
            result.annotated = Step(project, desk, new_crawl_id(), runner, result.hear).annotate(rows)
        result.findings += result.annotated.findings
    else:
        while batch := list(islice(rows, _BATCH)):
            made = annotate_by_lexicon(project, batch, runner)
            write_annotations(project, batch, made, result.hear)
            result.by_lexicon += len(made)
            if len(made) < len(batch):
                text = f"the lexicon engine failed on {len(batch) - len(made)} records; they are left as they are"
                result.findings.append(Finding("failure", text))
    settle(project, sources or project.ledger.sources())
    return result


def stale(project: Project, start: date, end: date, sources: Collection[str] | None) -> Reannotated:
    """Return how many records of the days `start` to `end` there are, and how many of them `reannotate` would annotate."""
    result = Reannotated()
    for _row in _stale(project, _present(project), start, end, sources, result):
        pass
    return result


def _present(project: Project) -> Annotation:
    """Return an annotation of the present engine, model and version."""
    return project.waiting or open_engine("lexicon", project.taxonomy).annotate("-", "-")


def _stale(
    project: Project, present: Annotation, start: date, end: date, sources: Collection[str] | None, result: Reannotated
) -> Iterator[Record]:
    for row in dataset.records(project.data).select(start, end, sources):
        result.records += 1
        if row.annotator != "import" and (row.annotated_at is None or _engine_of(annotation_of(row)) != _engine_of(present)):
            result.stale += 1
            yield row


def _engine_of(annotation: Annotation) -> tuple[str, str | None, str]:
    return annotation.annotator, annotation.model, annotation.annotator_version
