"""The address of a Prefect server, and whether one answers there. What is secret in it is never printed.

Prefect is not imported here: what the environment says is read when it is first imported.
"""

import os
import socket
from collections.abc import MutableMapping
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from crawlers.errors import ConfigError

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
"""Hosts that stand for all addresses of a machine, with one of them each."""


def api_at(host: str, port: int) -> str:
    """Return where this machine reaches the API of a server that listens at a host's name or IP address, and a port."""
    return f"{_at(_LOOPBACK.get(host, host), port)}/api"


def ui_at(host: str, port: int) -> str:
    """Return where other machines find the UI of a server that listens at `host`; at all addresses: by this machine's name."""
    return _at(socket.gethostname() if host in _LOOPBACK else host, port)


def _at(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def given_api(environment: MutableMapping[str, str]) -> str | None:
    """Return the address that PREFECT_API_URL names, None where it names none.

    A user and password in it move to PREFECT_API_AUTH_STRING: Prefect sends them from there as well, but prints addresses in its
    logs and links. Raises ConfigError for what is no address.
    """
    text = environment.get("PREFECT_API_URL")
    if not text:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or "@" in parts.path + parts.query + parts.fragment:
        raise ConfigError(
            "PREFECT_API_URL is no address; http://127.0.0.1:4200/api is one, http://user:password@host/api another "
            "(there / is written as %2F, @ as %40, # as %23)"
        )
    user, _, place = parts.netloc.rpartition("@")
    if user:
        name, _, password = user.partition(":")
        environment["PREFECT_API_AUTH_STRING"] = f"{unquote(name)}:{unquote(password)}"
        environment["PREFECT_API_URL"] = urlunsplit(parts._replace(netloc=place))
    return environment["PREFECT_API_URL"]


def answers(api: str) -> bool:
    """Whether a Prefect server answers at an address."""
    import httpx  # noqa: PLC0415 - takes a tenth of a second, which most runs do without

    name, _, password = os.environ.get("PREFECT_API_AUTH_STRING", "").partition(":")
    try:
        return httpx.get(f"{api.rstrip('/')}/health", timeout=10, auth=(name, password) if name else None).json() is True
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return False


def shown_at(api: str, page: str) -> str:
    """Return where a server of our own shows a page of its `reports` folder; whoever may read it needs no password for it."""
    parts = urlsplit(api)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], path=f"/reports/{quote(page)}"))


def shows(url: str, text: str) -> bool:
    """Whether this text, and nothing else, stands at an address."""
    import httpx  # noqa: PLC0415

    try:
        return httpx.get(url, timeout=10).text == text
    except (httpx.HTTPError, httpx.InvalidURL):
        return False


def reach(api: str) -> None:
    """Raise ConfigError where no Prefect server answers at the address that PREFECT_API_URL names."""
    if not answers(api):
        raise ConfigError(f"PREFECT_API_URL: no Prefect server answers at {api}")
