"""The program `caixun`: its commands, and how its failures end. Commands load what they use when they run."""

import errno
import io
import os
import platform
import sys
from itertools import pairwise
from typing import TextIO

import typer

from flows.cli import asking, backfilling, collecting, keeping, rebuilding, recording, reporting, serving, sources, warcs
from flows.cli.options import fall_silent

_INTERRUPTED = 130  # Typer's exit status after Ctrl-C

app = typer.Typer(
    name="caixun",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help shows in a tenth of a second; Rich's takes three times that
    help="A scheduled pipeline for Chinese news: crawl, extract, summarise and tag into Parquet.",
)
for command in (
    collecting.demo,
    collecting.run,
    backfilling.backfill,
    asking.status,
    rebuilding.rebuild,
    recording.show,
    recording.export,
    reporting.report,
    keeping.compact,
    keeping.migrate,
    keeping.delta,
    keeping.doctor,
    recording.extract,
    recording.annotate,
    asking.why,
    asking.costs,
    serving.serve,
):
    app.command()(command)
app.command("import")(recording.import_files)
app.command("import-warc")(warcs.import_warc)
app.add_typer(sources.app, name="sources")


_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)  # what writing to a full disk ends in


def main() -> None:
    """Run the command line. An expected failure is one sentence; its exit status is 2 for arguments and configuration."""
    # Arrow's own allocator keeps what its threads have used, more the longer a run goes on, and the system's keeps some of it. Arrow
    # reads this when it is loaded, here and in the processes that are started from here; its wheels for Linux on x86-64 have jemalloc.
    linux = sys.platform == "linux" and platform.machine() == "x86_64"
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc" if linux else "system")
    _speak()
    try:
        status = _run(sys.argv[1:])
    except OSError as error:
        if error.errno not in _FULL or _takes_more(sys.stdout):
            raise
        fall_silent(sys.stdout)  # what it still holds would fail once more at the very end
        sys.stderr.write(f"caixun: standard output cannot be written: {error.strerror}\n")
        status = 1
    if status == _INTERRUPTED:
        sys.stderr.write("caixun: stopped; the same command goes on from here\n")
    sys.exit(status)


def _run(words: list[str]) -> int:
    """Run a command and return its exit status."""
    from crawlers.errors import CaixunError, ConfigError

    try:
        _check_filled(words)
        return app(words, standalone_mode=False) or 0
    except CaixunError as error:
        sys.stderr.write(f"caixun: {error}\n")
        return 2 if isinstance(error, ConfigError) else 1
    except typer.TyperException as error:
        sys.stderr.write(_told(error))
        return error.exit_code
    except SystemExit as error:
        if not isinstance(error.__context__, BrokenPipeError):
            raise
        return 0  # Typer ends a command whose reader (head) has seen enough: nothing has failed


def _told(error: typer.TyperException) -> str:
    """Return what is wrong with the arguments, in one sentence; without any, Typer's message is the help, which says it all."""
    message = error.format_message()
    if message.startswith("Usage: "):
        return f"{message}\n"
    message = message.replace("Value error, ", "").rstrip(".")  # Typer has Pydantic check values
    return f"caixun: {message}; `--help` behind a command shows what it takes\n"


def _takes_more(stream: TextIO) -> bool:
    """Whether a stream can be written to."""
    try:
        stream.write("\n")
        stream.flush()
    except OSError:
        return False
    return True


def _check_filled(words: list[str]) -> None:
    """Raise ConfigError for an empty value: no command takes one, and a variable that is not set must not mean "not given"."""
    from crawlers.errors import ConfigError

    for before, word in pairwise(["caixun", *words]):
        option, sign, value = word.partition("=")
        if not word or (option.startswith("--") and sign and not value):
            raise ConfigError(
                f"the value behind {option or before} is empty (a variable that is not set?); give one, or leave it away"
            )


def _speak() -> None:
    """Print UTF-8, whatever the locale; on a terminal what it can show, and any other character by its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
