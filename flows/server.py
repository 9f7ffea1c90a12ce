"""A Prefect server of our own: `python -m flows.server HOST PORT REPORTS`, a child that ends when its standard input is closed.

Beside Prefect's API and UI it shows the pages in the folder REPORTS, at /reports.
"""

import os
import sys
import threading

import uvicorn
from fastapi import FastAPI
from prefect.server.api.server import create_app
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles


def main(host: str, port: str, reports: str) -> None:
    """Serve until the parent ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    app: FastAPI = create_app(final=True)
    if "PREFECT_SERVER_API_AUTH_STRING" not in os.environ:  # it would not guard them
        app.router.routes.insert(0, Mount("/reports", StaticFiles(directory=reports)))  # Prefect's UI takes all other paths
    uvicorn.run(app, host=host, port=int(port), log_level="warning")


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
