"""The lexicon engine over many records at once, in worker processes: where a model gives no annotation, or when engines change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flows.checking import Plan
from flows.engine import settle
from flows.runner import Crashed, Runner
from flows.settings import Project
from flows.write_annotations import write_annotations
from transforms import dataset
from transforms.annotate import open_engine
from transforms.record import Annotation, Record

_JOB = 50  # records in one job


@dataclass(frozen=True)
class LexiconJob:
    """Articles for a worker process: article_id, title and body of each."""

    taxonomy: tuple[Path, ...]
    texts: tuple[tuple[str, str, str], ...]


def lexicon_batch(job: LexiconJob) -> dict[str, Annotation]:
    """Return the lexicon engine's annotation of each article. Runs in a worker process."""
    engine = open_engine("lexicon", job.taxonomy)
    return {article_id: engine.annotate(title, body) for article_id, title, body in job.texts}


def annotate_by_lexicon(project: Project, rows: Sequence[Record], runner: Runner) -> dict[str, Annotation]:
    """Return the lexicon engine's annotations of records by article_id, without those that end their worker."""
    parts = [rows[start : start + _JOB] for start in range(0, len(rows), _JOB)]
    jobs = [LexiconJob(project.taxonomy, tuple((row.article_id, row.title, row.body) for row in part)) for part in parts]
    made: dict[str, Annotation] = {}
    for _job, result in runner.map("annotate by lexicon", lexicon_batch, jobs, _single_texts):
        made |= {} if isinstance(result, Crashed) else result
    return made


def take_over(project: Project, plan: Plan, runner: Runner) -> None:
    """Annotate what has waited for a model since the lexicon engine was set: all that the sources of a plan owe, of any day.

    Raises BusyError, StoreError.
    """
    records = dataset.records(project.data)
    for source in plan:
        for day in sorted(project.ledger.owed(source)):
            if rows := dataset.waiting(records, day, source):
                write_annotations(project, rows, annotate_by_lexicon(project, rows, runner), lambda _row, _made: None)
    settle(project, plan)


def _single_texts(job: LexiconJob) -> list[LexiconJob]:
    return [replace(job, texts=(text,)) for text in job.texts]
