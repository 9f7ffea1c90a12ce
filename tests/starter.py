"""Starts the program many times and loads it once: a process that has loaded it forks for each start.

The tests start the program some hundred times, and Python would load the same modules for half a second each time. What runs is
the program's `main` in a process of its own, with its own arguments, folder, environment and output. By hand: the program itself.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

_LOADED = (
    *("flows.cli.app", "flows.backfill", "flows.demo", "flows.doctor", "flows.export", "flows.import_warc", "flows.importing"),
    *("flows.rebuild", "flows.report", "flows.saved", "flows.sources", "transforms.extract", "transforms.lexicon"),
)
_REQUEST = 1 << 18  # bytes; arguments and environment


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
        """Start the program, wait for its end, and return what it printed and how it ended."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            said = json.dumps([list(arguments), dict(environment), str(folder)]).encode()
            assert len(said) < _REQUEST
            socket.send_fds(self._connection, [said], [out.fileno(), err.fileno()])
            pid = int(self._answers.readline())
            self._connection.settimeout(timeout)
            try:
                status = int(self._answers.readline())
            except TimeoutError:
                os.kill(pid, 9)
                raise subprocess.TimeoutExpired(list(arguments), timeout) from None
            finally:
                self._connection.settimeout(None)
            printed = []
            for file in (out, err):
                file.seek(0)
                printed.append(file.read().decode().replace("\r\n", "\n"))
        return subprocess.CompletedProcess(list(arguments), status, *printed)

    def end(self) -> None:
        """Let the process end."""
        self._answers.close()
        self._connection.close()
        self._process.wait()


@cache
def starter() -> Starter:
    """Return the starter of this process."""
    made = Starter()
    atexit.register(made.end)
    return made


def _serve(connection: socket.socket) -> None:
    for name in _LOADED:
        import_module(name)
    while True:
        said, files, _, _ = socket.recv_fds(connection, _REQUEST, 2)
        if not said:
            return
        pid = os.fork()
        if pid == 0:
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
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["caixun", *arguments]
    import_module("flows.cli").main()


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
