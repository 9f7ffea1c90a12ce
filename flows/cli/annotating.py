"""The command annotate: annotations of texts that are in no dataset."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from flows.cli.options import Budget, Config, Data, print_lines, project_of, say
from flows.cli.refused import Refused

if TYPE_CHECKING:
    from flows.saved import Text
    from flows.settings import Project
    from transforms.record import Annotation


def annotate(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE.jsonl…",
            help="Articles: rows with id (or article_id), title and body; .gz is opened, - is standard input.",
        ),
    ],
    engine: Annotated[
        Literal["lexicon", "llm", "both"], typer.Option("--engine", help="The engine; both: a line by lexicon, then one by llm.")
    ] = "lexicon",
    budget: Budget = None,
    config: Config = None,
    data: Data = None,
) -> None:
    """Print the annotation of each article as a JSON line: its id and the annotation's columns."""
    from crawlers.errors import ConfigError
    from flows.saved import read_articles
    from flows.texts import by_lexicon

    project, refused = project_of(config, data), Refused()
    texts = (text for file in files for text in read_articles(file, refused))
    if engine != "lexicon":
        _ask(project, texts, refused, budget, beside="lexicon" if engine == "both" else None)
        return
    if budget is not None:
        raise ConfigError("--budget is for the llm engine; name it with --engine llm or both")
    refused.end(print_lines(_annotated(by_lexicon(project, texts))))


def _ask(
    project: "Project", texts: "Iterable[Text]", refused: Refused, budget: float | None, *, beside: Literal["lexicon"] | None
) -> None:
    """Print what the model says of each text, and end with exit status 1 where it said nothing of some."""
    from flows.desk import open_desk
    from flows.purse import GUESSED
    from flows.texts import by_model
    from flows.troubles import some
    from transforms.llm import DownError

    missed = 0

    def miss(text: "Text", instead: "Annotation | None", why: str) -> None:
        nonlocal missed
        missed += instead is None
        say(f"caixun: {text.name}: {why}" if instead is None else f"warning: {text.name}: annotated by lexicon: {why}")

    with open_desk(project, budget) as desk:
        try:
            printed = print_lines(_annotated(by_model(desk, texts, miss, beside=beside)))
        except BrokenPipeError:  # the reader has seen enough: nothing more is paid for
            desk.close(DownError("stopped"))
            raise
        finally:
            say(f"{desk.access.model}: {desk.paid}")
            if desk.purse.guessed:
                say(f"warning: {desk.access.model} {GUESSED}")
    if missed:
        say(f"caixun: {some(missed, 'text')} without an answer; the same command asks about what has none alone")
    refused.end(printed + missed)
    raise typer.Exit(1 if missed else 0)


def _annotated(rows: "Iterable[tuple[Text, Annotation]]") -> Iterator[dict[str, Any]]:
    for text, made in rows:
        yield {"id": text.name, **made.model_dump(mode="json")}
