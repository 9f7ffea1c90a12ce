"""The program `caixun`: its commands, and how its failures end. Commands load what they use when they run."""

import errno
import gc
import os
import platform
import signal
import sys
from itertools import pairwise
from types import FrameType
from typing import Annotated

import typer

from flows.cli import (
    annotating,
    asking,
    backfilling,
    collecting,
    keeping,
    rebuilding,
    recording,
    reporting,
    serving,
    sources,
    warcs,
)
from flows.cli.options import print_text, say
from flows.cli.streams import fall_silent, open_streams, takes_more

_INTERRUPTED = 130  # Typer's exit status after Ctrl-C


def _tell_version(wanted: bool) -> None:  # noqa: FBT001 - Typer's callback
    from importlib.metadata import version

    if wanted:
        print_text(f"caixun {version('caixun')}")
        raise typer.Exit


app = typer.Typer(
    name="caixun",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help shows in a tenth of a second; Rich's takes three times that
)


@app.callback(help="A scheduled pipeline for Chinese news: crawl, extract, summarise and tag into Parquet.")
def begin(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_tell_version)
    ] = False,
) -> None:
    """Take the options that stand before a command."""


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
    annotating.annotate,
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
    choose_allocator()
    # What a command imports and reads stays; looking for garbage in it so often took a tenth of a short one's time.
    gc.set_threshold(10_000)
    open_streams()
    signals = _end_as_ctrl_c()
    try:
        status = _run(sys.argv[1:])
    except OSError as error:
        if error.errno not in _FULL or takes_more(sys.stdout):
            raise
        fall_silent(sys.stdout)  # what it still holds would fail once more at the very end
        say(f"caixun: standard output cannot be written: {error.strerror}")
        status = 1
    if status == _INTERRUPTED:
        say("caixun: stopped; the same command goes on from here")
        status = 128 + signals[0] if signals else status
    sys.exit(status)


def choose_allocator() -> None:
    """Let Arrow take its memory from where it is given back; it looks when it is loaded, here and in processes started from here.

    Its own allocator keeps what its threads have used, more the longer a run goes on, and the system's keeps some of it. Its
    wheels for Linux on x86-64 have jemalloc.
    """
    linux = sys.platform == "linux" and platform.machine() == "x86_64"
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc" if linux else "system")


def _end_as_ctrl_c() -> list[int]:
    """Let what asks a process to end (docker stop, systemd, timeout, a closed ssh) do as Ctrl-C does; return what came, once it has."""
    came: list[int] = []

    def end(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)  # what sends it to a process and then to its group means it once
        came.append(number)
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):  # the second is none of Windows'
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores it
            signal.signal(number, end)
    return came


def _run(words: list[str]) -> int:
    """Run a command and return its exit status."""
    from crawlers.errors import CaixunError, ConfigError

    try:
        _check_filled(words)
        return app(words, standalone_mode=False) or 0
    except CaixunError as error:
        say(f"caixun: {error}")
        return 2 if isinstance(error, ConfigError) else 1
    except typer.TyperException as error:
        say(_told(error))
        return error.exit_code
    except SystemExit as error:
        if not isinstance(error.__context__, BrokenPipeError):
            raise
        return 0  # Typer ends a command whose reader (head) has seen enough: nothing has failed


def _told(error: typer.TyperException) -> str:
    """Return what is wrong with the arguments, in one sentence; without any, Typer's message is the help, which says it all."""
    message = error.format_message()
    if message.startswith("Usage: "):
        return message
    message = message.replace("Value error, ", "").rstrip(".")  # Typer has Pydantic check values
    return f"caixun: {message}; `--help` behind a command shows what it takes"


def _check_filled(words: list[str]) -> None:
    """Raise ConfigError for an empty value: no command takes one, and a variable that is not set must not mean "not given"."""
    from crawlers.errors import ConfigError

    for before, word in pairwise(["caixun", *words]):
        option, sign, value = word.partition("=")
        if not word or (option.startswith("--") and sign and not value):
            raise ConfigError(
                f"the value behind {option or before} is empty (a variable that is not set?); give one, or leave it away"
            )
