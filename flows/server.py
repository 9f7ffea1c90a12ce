"""A Prefect server of our own: `python -m flows.server HOST PORT`, a child that ends when its standard input is closed."""

import os
import sys
import threading

import uvicorn
from prefect.server.api.server import create_app


def main(host: str, port: str) -> None:
    """Serve until the parent ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    uvicorn.run(create_app(final=True), host=host, port=int(port), log_level="warning")


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
