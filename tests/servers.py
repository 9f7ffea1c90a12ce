"""Real servers for the tests of shared stores: a PostgreSQL cluster and an S3-compatible server, on free ports of loopback."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def _binaries() -> Path:
    found = [Path(place).parent for place in [shutil.which("pg_ctl")] if place]
    found = [place for place in found if (place / "initdb").exists()] + sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        raise RuntimeError("these tests need PostgreSQL's programs; on Debian: apt install postgresql")
    return found[-1]


def _as_server(*command: object) -> None:
    """Run a program of PostgreSQL, which refuses to be root."""
    nobody = pwd.getpwnam("nobody")
    user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, cwd="/", check=False, **user)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr}")


@contextmanager
def postgresql() -> Iterator["Postgresql"]:
    """Give a cluster of its own that ends with the block; it may forget what it was told when the machine fails."""
    programs, port = _binaries(), _free_port()
    with TemporaryDirectory(prefix="caixun-pg-") as name:
        if os.geteuid() == 0:
            shutil.chown(name, "nobody")
        folder = Path(name) / "cluster"
        _as_server(programs / "initdb", "-D", folder, "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {name} -F -c max_connections=60"
        _as_server(programs / "pg_ctl", "-D", folder, "-o", options, "-l", Path(name) / "log", "-w", "start")
        try:
            yield Postgresql(programs, port)
        finally:
            _as_server(programs / "pg_ctl", "-D", folder, "-m", "immediate", "-w", "stop")


class Postgresql:
    """A running cluster."""

    def __init__(self, programs: Path, port: int) -> None:
        self._programs = programs
        self._port = port

    def database(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"t{uuid4().hex[:12]}"
        place = ["-h", "127.0.0.1", "-p", str(self._port), "-U", "test"]
        subprocess.run([self._programs / "createdb", *place, name], check=True, capture_output=True)
        return f"postgresql://test@127.0.0.1:{self._port}/{name}"


@contextmanager
def object_store(log: Path) -> Iterator["ObjectStore"]:
    """Give a server with S3's API, in a process of its own that ends with the block."""
    port = _free_port()
    program = Path(sys.executable).with_name("moto_server")
    with log.open("wb") as out:
        server = subprocess.Popen(
            [program, "-H", "127.0.0.1", "-p", str(port)], stdout=out, stderr=out, env={**os.environ, **KEYS}
        )
        try:
            store = ObjectStore(f"http://127.0.0.1:{port}")
            store.wait(server)
            yield store
        finally:
            server.kill()
            server.wait()


class ObjectStore:
    """A running object store."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def wait(self, server: "subprocess.Popen[bytes]") -> None:
        """Wait until it answers."""
        while server.poll() is None:
            try:
                urlopen(f"{self.endpoint}/", timeout=5).close()
            except HTTPError:
                return
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("the S3 server ended at once; install it with: pip install 'moto[s3]' flask flask-cors")

    def bucket(self) -> str:
        """Return the name of a new, empty bucket."""
        name = f"b{uuid4().hex[:12]}"
        urlopen(Request(f"{self.endpoint}/{name}", method="PUT"), timeout=30).close()
        return name
