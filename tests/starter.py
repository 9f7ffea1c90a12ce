"""Starts the program many times and loads it once: a process that has loaded it forks for each start.

The tests start the program some hundred times, and Python would load the same modules for half a second each time. What runs is
the program's `main` in a process of its own, with its own arguments, folder, environment and output. By hand: the program itself.
"""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Thread

_LOADED = (
    *("flows.backfill", "flows.demo", "flows.doctor", "flows.export", "flows.import_warc", "flows.importing", "flows.rebuild"),
    *("flows.report", "flows.saved", "flows.sources", "transforms.extract", "transforms.lexicon"),
)


class Starter:
    """The process that forks, as a test sees it."""

    def __init__(self) -> None:
        """Start it; it ends with this process."""
        self._connection, theirs = socket.socketpair()
        command = [sys.executable, "-m", "tests.starter", str(theirs.fileno())]
        folder = Path(__file__).parents[1]
        with theirs:
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, cwd=folder)
        self._answers = self._connection.makefile("r")

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Start the program, wait until it and all that writes to its output have ended, and return what was printed and how it ended.

        Raises subprocess.TimeoutExpired.
        """
        pipes = [_Pipe(), _Pipe()]
        self._connection.settimeout(timeout)
        try:
            socket.send_fds(self._connection, [b"\n"], [one.writing for one in pipes])
        finally:
            for one in pipes:
                os.close(one.writing)
        self._connection.sendall(f"{json.dumps([list(arguments), dict(environment), str(folder)])}\n".encode())
        pid = 0
        try:
            pid = int(self._answers.readline())
            printed = [one.text.result(timeout) for one in pipes]
            status = int(self._answers.readline())
        except TimeoutError:
            if pid:
                os.kill(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(list(arguments), timeout) from None
        return subprocess.CompletedProcess(list(arguments), status, *printed)

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


class _Pipe:
    """A pipe that is read to its end, however long what writes to it lives on."""

    def __init__(self) -> None:
        """Begin to read."""
        self._reading, self.writing = os.pipe()
        self.text: Future[str] = Future()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with os.fdopen(self._reading, "rb") as pipe:
            self.text.set_result(pipe.read().decode().replace("\r\n", "\n"))


@cache
def starter() -> Starter:
    """Return the starter of this process."""
    made = Starter()
    atexit.register(made.end)
    return made


def start(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, timeout: float
) -> subprocess.CompletedProcess[str]:
    """Start the program by the starter of this process, or by a new one where the last start went wrong; see `Starter.run`."""
    try:
        return starter().run(arguments, environment, folder, timeout)
    except BaseException:  # what it answers now is nobody's
        starter.cache_clear()
        raise


def _serve(connection: socket.socket) -> None:
    import_module("flows.cli.app").choose_allocator()
    for name in _LOADED:
        import_module(name)
    requests = connection.makefile("r")
    while True:
        _, files, _, _ = socket.recv_fds(connection, 1, 2)
        if not files:
            return
        said = requests.readline()
        pid = os.fork()
        if pid == 0:
            requests.close()
            connection.close()
            _become(*json.loads(said), files)
        for file in files:
            os.close(file)
        connection.sendall(f"{pid}\n".encode())
        connection.sendall(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n".encode())


def _become(arguments: list[str], environment: dict[str, str], folder: str, files: list[int]) -> None:
    """Go on as the program; does not return."""
    for number, file in enumerate(files, 1):
        os.dup2(file, number)
        os.close(file)
    sys.modules["__main__"].__package__ = None  # by which Typer would name the program
    sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115 - to the end
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["caixun", *arguments]
    sys.exit(import_module("flows.cli.app").main())


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
