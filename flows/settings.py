"""The project: settings, sources and stores of one installation, as the command line or a flow opened them."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from crawlers.clock import SHANGHAI, day_of, now
from crawlers.config import Strict, load
from crawlers.entries import entries, is_file, is_folder, make_inside
from crawlers.errors import ConfigError, UnwritableError
from crawlers.ledger import Ledger, shared_locks
from crawlers.root import Root, root_of
from crawlers.seed import Header
from crawlers.source import Source, load_sources
from flows.schedule import Schedule
from transforms.endpoint import Access, Endpoint, access_to, model_of
from transforms.prompt import Prompt, load_prompt
from transforms.record import Annotation

SHIPPED_CONFIG = Path(__file__).resolve().parents[1] / "config"
_FIRST_YEAR = 1900
_CENTURY = 36_525  # days, beyond which a range is a slip of the hand


def _scheduler(text: str) -> str:
    if not re.fullmatch(r"tcp://[\w.-]+:\d{1,5}", text):  # Dask would wait without end for what is no address
        raise ValueError(f"{text!r} is not the address of a Dask scheduler; tcp://127.0.0.1:8786 is one")
    return text


def _database(text: str) -> str:
    if not re.match(r"postgres(ql)?://", text):  # the rest may hold a password
        raise ValueError("write postgresql://user@host/name, or null for a SQLite file in the data root")
    return text


class Settings(Strict):
    """The keys of `settings.yml`; every one has a default."""

    data: str = "data"
    ledger: Annotated[str, AfterValidator(_database)] | None = None
    endpoint: str | None = None
    work: str | None = None
    user_agent: Header = "caixun/0.1"
    contact: Header | None = None
    annotator: Literal["lexicon", "llm"] = "lexicon"
    llm: Endpoint = Endpoint()
    workers: int = Field(default=0, ge=0, le=1000)
    cluster: Annotated[str, AfterValidator(_scheduler)] | None = None
    batch: int = Field(default=40, ge=1, le=1000)
    concurrency: int = Field(default=4, ge=1, le=64)
    schedule: Schedule = Schedule()
    alerts: tuple[str, ...] = Field(default=(), strict=False)
    alert_every: int = Field(default=24, ge=0, le=876_000)  # a century


@dataclass(frozen=True)
class Project:
    """One installation: its configuration folder and its data root, which may be a bucket."""

    config: Path
    data: Root
    settings: Settings
    shipped: bool = False
    """Whether the package's configuration stands in for one of the installation's own."""

    @cached_property
    def sources(self) -> dict[str, Source]:
        """All sources by name. Raises ConfigError for the first one that is wrong."""
        return load_sources(self.config / "sources")

    @property
    def in_use(self) -> list[str]:
        """The names of the sources that are not disabled."""
        return [one.name for one in self.sources.values() if not one.disabled]

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger, opened once; it makes the data root where there is none, and can be read in one that may not be written.

        Raises ConfigError, StoreError.
        """
        folder = self.data.folder
        readable = not self.settings.ledger and is_file(_sqlite_file(folder), ConfigError)
        try:
            make_inside(folder, folder / "locks")
        except UnwritableError:
            if not readable:
                raise
        if self.data.bucket:
            self.data.bucket.check()
        return Ledger(self.ledger_url)

    @property
    def ledger_url(self) -> str:
        """The ledger's database URL: the setting, or a SQLite file in the data root or its work folder."""
        return self.settings.ledger or _sqlite_in(self.data.folder)

    @property
    def taxonomy(self) -> tuple[Path, ...]:
        """The folders of word lists: the package's, and the installation's own, which adds to it."""
        return (SHIPPED_CONFIG / "taxonomy", self.config / "taxonomy")

    @cached_property
    def prompt(self) -> Prompt:
        """What the llm engine asks: the package's prompt, or the installation's own in its place. Raises ConfigError."""
        return load_prompt((SHIPPED_CONFIG / "prompts", self.config / "prompts"))

    @cached_property
    def access(self) -> Access:
        """How the llm engine's endpoint is asked. Raises ConfigError where address, model or key is missing."""
        return access_to(self.settings.llm)

    @property
    def waiting(self) -> Annotation | None:
        """What records carry until the llm engine has annotated them; None where another engine is set. Raises ConfigError."""
        return self.prompt.waiting(model_of(self.settings.llm)) if self.settings.annotator == "llm" else None

    @property
    def user_agent(self) -> str:
        """What the crawler calls itself, with the contact address where one is set."""
        contact = self.settings.contact
        return f"{self.settings.user_agent} (+{contact})" if contact else self.settings.user_agent

    @property
    def alerts(self) -> tuple[str, ...]:
        """Addresses to which alerts go: those of the settings, and those in CAIXUN_ALERTS, which are secrets mostly."""
        return (*self.settings.alerts, *given_addresses())

    @property
    def workers(self) -> int:
        """How many worker processes extract and annotate."""
        return self.settings.workers or os.cpu_count() or 1

    def known(self, names: list[str] | None) -> list[str] | None:
        """Return the names when each is of a source that is configured or has pages; None for None. Raises ConfigError."""
        if names is None:
            return None
        known = sorted({*self.sources, *(self.ledger.sources() if self.data.exists() else ())})
        for name in names:
            if name not in known:
                raise ConfigError(f"unknown source {name}; {_meant(name, known)}there are: {', '.join(known) or 'none'}")
        return list(dict.fromkeys(names))

    def begun(self) -> bool:
        """Whether there is a data root: a folder with a ledger or data in it, not any folder. Raises StoreError as `Root.exists` does."""
        signs = ("locks", "records", "archive", _sqlite_file(self.data.folder).name)
        unseen = self.data.bucket or self.settings.ledger or not os.access(self.data.folder, os.X_OK)
        return self.data.exists() and bool(unseen or any(os.path.lexists(self.data / name) for name in signs))

    def must_exist(self) -> None:
        """Raise ConfigError when the data root is not there: who only asks does not make one."""
        if not self.begun():
            raise ConfigError(f"{self.data}: there is no such data root; `caixun run` or `caixun backfill` makes it")

    def own(self) -> "Project":
        """Return the project with a configuration that may be written: `./config`, yet to be made, where it has the package's."""
        return replace(self, config=Path("config").absolute(), shipped=False) if self.shipped else self

    def free(self, name: str) -> None:
        """Raise ConfigError when there is a source of this name: a YAML is changed by hand alone."""
        if name in self.sources:
            raise ConfigError(
                f"{self.config / 'sources' / name}.yml: there is such a source; change it by hand, or choose another name"
            )

    def enabled(self, names: list[str] | None = None) -> list[Source]:
        """Return the sources to work on: the named ones, or all that are not disabled. Raises ConfigError."""
        for name in names or ():
            if name not in self.sources:
                known, meant = ", ".join(self.sources) or "none", _meant(name, self.sources)
                raise ConfigError(f"unknown source {name}; {meant}{self.config / 'sources'} has: {known}")
        chosen = [self.sources[name] for name in dict.fromkeys(names)] if names else list(self.sources.values())
        if names:
            return chosen
        awake = [source for source in chosen if not source.disabled]
        if not awake:
            shipped = SHIPPED_CONFIG / "sources"
            raise ConfigError(f"{self.config / 'sources'} has no source that is enabled; those of the package lie in {shipped}")
        return awake


def open_project(config: Path | None = None, data: Path | str | None = None) -> Project:
    """Return the project of a configuration folder and a data root (a folder, or s3://bucket/prefix).

    What is not given comes from the environment, then the current folder, then the package. Nothing is made yet. Raises
    ConfigError when the configuration is wrong.
    """
    own = config or _from_environment("CAIXUN_CONFIG") or _local_config()
    place = own or SHIPPED_CONFIG
    if not is_folder(place, ConfigError):
        raise ConfigError(f"{place}: no such configuration folder")
    file = place / "settings.yml"
    there = bool(entries(place, file.name, ConfigError))
    settings = load(file, Settings) if there else Settings()
    work = Path(settings.work) if settings.work else None
    root = root_of(data or os.environ.get("CAIXUN_DATA") or settings.data, settings.endpoint, work)
    locks = shared_locks(settings.ledger or _sqlite_in(root.folder))
    return Project(place.absolute(), replace(root, shared=locks), settings, shipped=own is None)


def _sqlite_in(folder: Path) -> str:
    return f"sqlite:///{_sqlite_file(folder)}"


def _sqlite_file(folder: Path) -> Path:
    return folder / "ledger.sqlite"


def given_addresses() -> tuple[str, ...]:
    """Return the addresses for alerts that CAIXUN_ALERTS names."""
    return tuple(os.environ.get("CAIXUN_ALERTS", "").split())


def _from_environment(name: str) -> Path | None:
    value = os.environ.get(name)
    return Path(value) if value else None


def _local_config() -> Path | None:
    local = Path("config")  # which may be another program's
    own = {"settings.yml", "sources", "taxonomy", "prompts"}
    return local if is_folder(local, ConfigError) and any(path.name in own for path in entries(local, "*", ConfigError)) else None


def _meant(name: str, known: Iterable[str]) -> str:
    """Return in words which names look like a wrong one; nothing where none does."""
    close = get_close_matches(name, list(known))
    return f"did you mean {' or '.join(close)}? " if close else ""


def parse_day(text: str) -> date:
    """Return the day that YYYY-MM-DD names. Raises ConfigError for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ConfigError(f"{text}: the calendar has no such day") from error
        raise ConfigError(f"{text!r} is not a day; write it as YYYY-MM-DD") from error
    if str(day) != text:  # Python reads 20261118 and 2026-W47-3, too
        raise ConfigError(f"{text!r} is not a day; write it as YYYY-MM-DD ({day})")
    return day


def check_begun(day: date) -> date:
    """Return the day. Raises ConfigError when it is yet to come, or long past: no list has its articles, and it would count as failed."""
    if day.year < _FIRST_YEAR:
        raise ConfigError(f"{day}: no site lists the articles of days before {_FIRST_YEAR}")
    if day > day_of(now()):
        raise ConfigError(f"{day} is yet to come; in Asia/Shanghai it is {now().astimezone(SHANGHAI):%Y-%m-%d %H:%M}")
    return day


def check_order(start: date, end: date) -> None:
    """Raise ConfigError when start lies after end."""
    if start > end:
        raise ConfigError(f"START {start} lies after END {end}")


def day_range(start: date, end: date) -> list[date]:
    """Return all days from `start` to `end`, both included. Raises ConfigError when start lies after end, or a century before."""
    check_order(start, end)
    if (end - start).days > _CENTURY:
        raise ConfigError(f"START {start} lies more than a hundred years before END {end}")
    return [date.fromordinal(number) for number in range(start.toordinal(), end.toordinal() + 1)]
