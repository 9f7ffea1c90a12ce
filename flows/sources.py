"""The sources as a user asks for them: how they stand, what a list gives when it is tried, a first YAML for a new one."""

import re
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from crawlers import archive
from crawlers.addresses import names_public_host
from crawlers.discovery import Candidate, ListingError, discover
from crawlers.entries import make_inside
from crawlers.errors import CaixunError, ConfigError
from crawlers.fates import DayReport
from crawlers.guess import Guess, guess
from crawlers.judgement import blocked_reason
from crawlers.ledger import Ledger
from crawlers.lock import is_loaded
from crawlers.page import Page, canonical_url
from crawlers.root import Root
from crawlers.source import Source, check_name, load_source
from flows.checking import checked_reports
from flows.crawl import Child, Ended, new_crawl_id, place_of
from flows.saved import BlockedPageError
from flows.settings import Project

_LOOK_BACK = 60  # listed days among which the last good one is looked for


class Standing(NamedTuple):
    """How a source stands. `good` is its last complete day, None where there is none."""

    source: Source
    state: str
    robots: str
    good: DayReport | None


def standings(project: Project) -> list[Standing]:
    """Return how all configured sources stand, as far as the data root tells."""
    known = project.data.exists()
    verdicts = project.ledger.robots_verdicts() if known else {}
    found = []
    for source in project.sources.values():
        rest = project.ledger.resting(source.site) if known else None
        state = "disabled" if source.disabled else "blocked" if rest else "enabled"
        # A source that is disabled because of robots.txt says so in its YAML.
        refused = verdicts.get(source.name) == "refused" or "robots.txt" in (source.disabled or "")
        robots = f"{source.robots} (refused)" if refused and source.robots == "obey" else source.robots
        found.append(Standing(source, state, robots, _last_good(project, source.name) if known else None))
    return found


def _last_good(project: Project, name: str) -> DayReport | None:
    days = sorted(project.ledger.listed(name, project.ledger.asked(name)))[-_LOOK_BACK:]
    good = [report for report in checked_reports(project, {name: days}) if report.status == "complete"]
    return good[-1] if good else None


def fetched_list(project: Project, folder: Path, source: Source, seed: int, day: date, tell: Callable[[str], None]) -> Page:
    """Return the answer of a source's seed for a day, fetched as a crawl does it; the project's data stay as they are.

    `folder` holds the source's YAML; `tell` hears when another process has to be waited for. Raises BlockedPageError at a
    wall, or while the site is left alone; UnwritableError where the data root, whose locks keep the site's pace, may not be written;
    CaixunError when there is no answer.
    """
    known = project.data.exists()
    if known and (rest := project.ledger.resting(source.site)):
        raise BlockedPageError(f"blocked: {rest}")
    if known:
        make_inside(project.data.folder, project.data / "locks")
    if known and is_loaded(project.data.locks, source.site):
        tell(f"another process is loading {source.site}; waiting until it has ended")
    with tempfile.TemporaryDirectory(prefix="caixun-", ignore_cleanup_errors=True) as name:
        root = Path(name)
        errand = {
            "data": name,
            "bucket": None,
            "ledger": f"sqlite:///{root / 'ledger.sqlite'}",
            "sites": place_of(project) if known else {},
            "sources": str(folder),
            "user_agent": project.user_agent,
            "concurrency": 1,
            "again": True,
            "private": source.private,
            "name": "probe",
        }
        heard: list[Ended] = []
        with Child(errand, root / "errors.log", heard.append) as child:
            child.begin(source.name, [day], new_crawl_id(), seed=seed)
        if heard[0].trouble:
            raise CaixunError(heard[0].trouble)
        ledger = Ledger(str(errand["ledger"]))
        (report,) = ledger.reports([source.name], [day])
        answers = ledger.replies(source.name, datetime.fromtimestamp(0, UTC))
        verdict = ledger.robots_verdicts().get(source.name)
        ledger.close()
        if known and verdict:
            project.ledger.judge_robots(source.name, verdict)
        for position in answers.values():
            return archive.read(Root(root), position)
    if report.status == "blocked":
        raise BlockedPageError(f"blocked: {report.reason}")
    raise CaixunError(report.reason or "the list gave no answer")


def listed_links(source: Source, page: Page, seed: int, place: object) -> tuple[list[Candidate], int]:
    """Return the links that an answer of a source's seed (counted from 1) lists, and how many its `allow` refuses.

    `place` is where the answer comes from: the file where one was saved. Raises BlockedPageError for a wall, CaixunError for an
    error page, ConfigError for what is no such list.
    """
    _must_be_a_list(page)
    try:
        found = discover(source.seeds[seed - 1], page, source)
    except ListingError as error:
        raise ConfigError(f"{place}: {error}") from error
    fitting = [one for one in found if source.allowed.search(_canonical(one.url))]
    return fitting, len(found) - len(fitting)


def _must_be_a_list(page: Page) -> None:
    if wall := blocked_reason(page):
        raise BlockedPageError(f"blocked: {wall}")
    if page.status >= 400:
        raise CaixunError(f"{page.url}: the site answers HTTP {page.status}; there is no list at this address")


def _canonical(url: str) -> str:
    try:
        return canonical_url(url)
    except ValueError:
        return ""


def new_source(project: Project, name: str, page: Page, place: object) -> Path:
    """Write a first YAML for the source whose list answered with `page`, and return where it lies; `place` as in `listed_links`.

    Raises ConfigError where there is such a source, the name is none, or nothing in the page looks like a list; CaixunError
    for an error page.
    """
    _must_be_a_list(page)
    try:
        text = yaml_of(guess(page), page)
    except ListingError as error:
        raise ConfigError(f"{place}: {error}") from error
    folder = project.config / "sources"
    write_source(folder, name, text)
    return folder / f"{name}.yml"


def write_source(folder: Path, name: str, text: str) -> Source:
    """Write a source's YAML into a folder where there is none, and return it. Raises ConfigError; then nothing is left there."""
    check_name(name, repr(name))
    path = folder / f"{name}.yml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(exist_ok=False)
    except FileExistsError as error:
        raise ConfigError(f"{path}: there is such a source; a source is changed by hand") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        path.unlink()  # half a source would keep all commands from working
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
    try:
        return load_source(path)
    except ConfigError as error:
        path.unlink()
        wrong = re.sub(rf"{re.escape(str(path))}(:\d+)?: ", "", str(error))  # nobody can look it up there
        raise ConfigError(f"{name} would be no source: {wrong}") from error


def skeleton(url: str) -> str:
    """Return the YAML of a source of which nothing is known but where its list is. Raises ConfigError for no web address."""
    try:
        canonical_url(url)
    except ValueError as error:
        raise ConfigError(f"--url: {error}") from error
    return "\n".join([*_head(url), f"seeds: [{{kind: listing, url: {_quoted(_escaped(url))}, links: a}}]", "allow: ['.']", ""])


def yaml_of(guessed: Guess, page: Page) -> str:
    """Return the YAML of a guess, with what is to be checked as comments."""
    seed = [f"  - kind: {guessed.kind}", f"    url: {_quoted(guessed.url)}"]
    if guessed.links is not None:
        seed.append(f"    links: {_quoted(guessed.links)}")
    if guessed.item:
        pairs = ", ".join(f"{key}: {_quoted(value)}" for key, value in guessed.item)
        seed.append(f"    item: {{{pairs}}}")
    dated = (
        "a list of any day: `{day:…}` in the url" if "{day:" in guessed.url else "the newest first; see `pages` for more than one"
    )
    return "\n".join(
        [
            f"# A first guess from one answer, {page.fetched_at:%Y-%m-%d}; say here what you have seen and when.",
            *_head(page.link),
            f"seeds:  # {dated}",
            *seed,
            "# article addresses; all others are not followed",
            f"allow: [{_quoted(guessed.allow)}]",
            "robots: obey",
            "delay: 2.0  # seconds between two requests to the site",
            "# publisher: 某报             # used when a page prints no 来源",
            "# extract: {title: 'h1', published_at: 'span.time', body: '#content', drop: ['p.editor']}",
            "# expect: {min: 20, max: 200}  # records of an ordinary day",
            "# empty_days: [weekend]",
            "",
        ]
    )


def _head(url: str) -> list[str]:
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0]
    name = host.rpartition("@")[2].partition(":")[0]
    private = [] if names_public_host(name) else ["private: true  # it lies in your own network"]
    return [f"title: {_quoted(host)}", f"home: {_quoted(f'{scheme}://{host}/')}", *private]


def _escaped(url: str) -> str:
    return url.replace("{", "{{").replace("}", "}}")


def _quoted(text: str) -> str:
    """Return a text as YAML in single quotes."""
    return "'" + text.replace("'", "''") + "'"
