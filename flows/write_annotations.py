"""Annotations into the dataset, whichever engine has made them; light, as most runs do without the model's parts."""

from collections.abc import Callable, Iterable, Mapping

from flows.settings import Project
from transforms import dataset
from transforms.record import Annotation, Record

Hear = Callable[[Record, Annotation], None]
"""Is told each record, as it was, with its new annotation."""


def write_annotations(project: Project, rows: Iterable[Record], made: Mapping[str, Annotation], hear: Hear) -> None:
    """Write the annotations of records, by article_id; a record whose text was changed meanwhile is left as it is."""
    asked = {row.article_id: row for row in rows if row.article_id in made}

    def annotated(row: Record) -> Record:
        mine = asked[row.article_id]
        if (mine.title, mine.body) != (row.title, row.body):
            return row
        annotation = made[row.article_id]
        hear(row, annotation)
        if row.annotated_at and annotation.model_copy(update={"annotated_at": row.annotated_at}) == annotation_of(row):
            return row
        return row.model_copy(update=dict(annotation))

    for day, source in sorted({(row.published_date, row.source) for row in asked.values()}):
        dataset.records(project.data).revise(day, source, asked.keys(), annotated)


def annotation_of(row: Record) -> Annotation:
    """Return the annotation that a record has."""
    return Annotation(**{name: getattr(row, name) for name in Annotation.model_fields})
