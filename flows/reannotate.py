"""Reannotate: another engine, model or prompt over records that are there; pages are not extracted again."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import islice
from typing import Any

from crawlers.inquiries import Account
from flows.annotation import Annotated, Step
from flows.by_lexicon import annotate_by_lexicon
from flows.crawl import new_crawl_id
from flows.desk import open_desk
from flows.engine import check_engine, settle
from flows.kept import Asker, Kept
from flows.runner import Runner
from flows.settings import Project
from flows.write_annotations import annotation_of, write_annotations
from transforms import dataset
from transforms.annotate import open_engine
from transforms.checks import Finding
from transforms.record import Annotation, Record

Engine = tuple[str, str | None, str]
"""Annotator, model and version."""
COMPARED = ("summary", "keywords", "ai_technologies", "industries", "industry_codes", "major_events", "securities")
_EXAMPLES = 3  # of each column
_BATCH = 500  # records that the lexicon engine annotates before their partitions are written


@dataclass
class Reannotated:
    """What a reannotation came to, in records; an example is a record's article_id with the column's value before and after.

    `to_ask` counts those of the stale ones about which the model is still to be asked: the others cost nothing.
    """

    records: int = 0
    stale: int = 0
    to_ask: int = 0
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

    Annotations that were imported stay, and so do those of the lexicon engine where the model has given no answer of use.
    Raises ConfigError, BusyError, StoreError.
    """
    check_engine(project, budget)
    result = Reannotated()
    rows = _stale(project, start, end, sources, result)
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
    for _row in _stale(project, start, end, sources, result):
        pass
    return result


def _stale(project: Project, start: date, end: date, sources: Collection[str] | None, result: Reannotated) -> Iterator[Record]:
    lexicon = cache(lambda: _engine_of(open_engine("lexicon", project.taxonomy).annotate("-", "-")))
    kept = Kept(project) if project.waiting else None
    present = _engine_of(project.waiting) if project.waiting else lexicon()
    for row in dataset.records(project.data).select(start, end, sources):
        result.records += 1
        if row.annotator == "import" or _is_of(row, present):
            continue
        account = Account("", row.source, row.published_date)  # on which nothing is booked
        final = kept.final(Asker(row.title, row.body, account, row.story_id)) if kept else None
        if final and final.annotation is None and _is_of(row, lexicon()):  # which stands in for the model for good
            continue
        result.stale += 1
        result.to_ask += kept is not None and final is None
        yield row


def _is_of(row: Record, engine: Engine) -> bool:
    return row.annotated_at is not None and _engine_of(annotation_of(row)) == engine


def _engine_of(annotation: Annotation) -> Engine:
    return annotation.annotator, annotation.model, annotation.annotator_version
