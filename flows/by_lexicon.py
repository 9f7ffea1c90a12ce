"""The lexicon engine over many records at once, in worker processes: where a model gives no annotation, or when engines change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flows.runner import Crashed, Runner
from flows.settings import Project
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


def _single_texts(job: LexiconJob) -> list[LexiconJob]:
    return [replace(job, texts=(text,)) for text in job.texts]
