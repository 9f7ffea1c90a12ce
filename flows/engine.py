"""Before and after annotations: whether the engine that is set can be asked, and which days owe none any more."""

from collections.abc import Iterable

from crawlers.entries import is_folder
from crawlers.errors import ConfigError
from flows.settings import Project
from transforms import dataset
from transforms.taxonomy import load_taxonomy


def check_engine(project: Project, budget: float | None) -> None:
    """Raise ConfigError where the llm engine is set but cannot be asked, a budget has no use, or a word list is wrong."""
    check_budget(project, budget)
    if is_folder(project.config / "taxonomy", ConfigError):  # the workers would meet it in the midst of the work
        load_taxonomy(project.taxonomy)
    if project.settings.annotator == "llm":
        from flows.desk import open_desk  # noqa: PLC0415 - the model's parts, which most runs do without

        with open_desk(project, budget):
            pass


def check_budget(project: Project, budget: float | None) -> None:
    """Raise ConfigError where a budget is given for an engine that costs nothing."""
    if budget is not None and project.settings.annotator != "llm":
        raise ConfigError("--budget is for the llm engine; set `annotator: llm` in settings.yml, or leave --budget away")


def settle(project: Project, sources: Iterable[str]) -> None:
    """Note which of the days whose records waited, by the ledger, have none any more."""
    for source in sources:
        for day in project.ledger.owed(source):
            if not dataset.count_waiting(dataset.records(project.data), day, source):
                project.ledger.annotated(source, day)
