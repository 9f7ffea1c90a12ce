"""One batch of the build, in a worker process; what the parent names here without loading what extracts and annotates."""

import gc
from pathlib import Path

from flows.built import BuildJob, Built

_YOUNG = 10_000  # objects, after which Python looks for garbage in circles; a page makes thousands, and hardly any such garbage


def prepare(annotator: str | None, taxonomy: tuple[Path, ...]) -> None:
    """Load what a batch needs before the first one comes: the code, and the engine unless `annotator` is None."""
    gc.set_threshold(_YOUNG)
    from flows.build_page import engine_of  # noqa: PLC0415 - half a second, which a process that starts workers does without

    if annotator:
        engine_of(annotator, taxonomy)
    gc.collect()
    gc.freeze()  # word lists stay for good: no later look for garbage has to go through them


def build_batch(job: BuildJob) -> list[Built]:
    """Return what became of each page of a batch. Raises StoreError when the archive may not be read."""
    from flows.build_page import build_pages  # noqa: PLC0415

    return build_pages(job)
