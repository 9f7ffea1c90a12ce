"""Alerts: what went wrong in a run is told to people, once, by chat or e-mail.

Apprise knows the services: the addresses are its URLs, such as `wecombot://KEY` or `mailto://user:password@host?to=…`.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from crawlers.clock import now
from crawlers.errors import CaixunError, ConfigError
from crawlers.fates import DayReport, Status
from flows.matrix import spans
from flows.settings import Project, given_addresses
from transforms.checks import Finding

if TYPE_CHECKING:
    from apprise import Apprise

_MOST = 20  # lines of one message; services cut what is long
_SLACK = 0.95  # of the hours in which nothing is told again
_NO_SERVICE = "alerts: address {} is none that a service has; wecombot://KEY is one, mailto://user:password@host?to=… another"


class Trouble(NamedTuple):
    """One line of an alert, the number of days or findings that it tells of, and the key by which it is known that it was told before."""

    key: str
    text: str
    number: int


def alert(project: Project, reports: list[DayReport], findings: list[Finding], today: date) -> list[Finding]:
    """Tell each address what is wrong with the days and what was found, as far as it was not told so in `alert_every` hours.

    `today`, on which the run began, was not over for it. Returns a finding for each address that did not take its message; what
    that says is told there by the next run. Where the ledger cannot be used, all is told.
    """
    if not project.alerts:
        return []
    all_of_it = troubles(reports, findings, today, _names(project))
    days = sorted({report.day for report in reports})
    span = f" {days[0]}" if days else ""  # a run that has no day to do may find something, too
    span += f" to {days[-1]}" if len(days) > 1 else ""
    failures = []
    for number, address in enumerate(project.alerts, 1):
        fresh = _untold(project, address, all_of_it)
        if not fresh:
            continue
        if failure := _deliver(number, address, f"caixun{span}: {_count(fresh.values())} to look at", _text([*fresh.values()])):
            failures.append(failure)
            continue
        with suppress(CaixunError):
            project.ledger.note_told(fresh)
    return failures


def _untold(project: Project, address: str, all_of_it: list[Trouble]) -> dict[str, Trouble]:
    """Return what an address was not told lately, each by what the ledger is to know of it then."""
    # A job that runs each so many hours takes a little longer on one day than on another.
    since = now() - timedelta(hours=project.settings.alert_every) * _SLACK
    keys = {_key(address, trouble.key): trouble for trouble in all_of_it}
    known: set[str] = set()
    with suppress(CaixunError):
        known = project.ledger.told(keys, since)
    return {key: trouble for key, trouble in keys.items() if key not in known}


def alert_without_project(text: str) -> None:
    """Tell the addresses in CAIXUN_ALERTS why a project cannot be opened, each time: what was told before is not known."""
    for number, address in enumerate(given_addresses(), 1):
        _deliver(number, address, "caixun: 1 to look at", f"- {text}")


def _names(project: Project) -> Collection[str]:
    """Return the names of the sources; none where one of them is wrong, which may be what is told."""
    with suppress(CaixunError):
        return project.sources
    return ()


def troubles(reports: list[DayReport], findings: list[Finding], today: date, names: Collection[str] = ()) -> list[Trouble]:
    """Return what is to be told: days that are over and neither complete nor empty, days with a remark, and all findings.

    The days of one source that stand alike for one reason are one trouble, whose key names no day: a source which fails for a
    week is not told of seven times, one that fails for another reason is told of again. So are findings that differ in figures
    alone. `names` of sources tell them apart, whatever figures they hold.
    """
    alike: dict[tuple[str, Status, str], list[DayReport]] = {}
    for report in reports:
        stands = report.status not in ("complete", "empty")
        if report.day < today and (stands or (report.status == "complete" and report.reason)):
            why = _without_figures(report.reason or "", names)
            alike.setdefault((report.source, report.status, why), []).append(report)
    same: dict[tuple[str, str, str], list[Finding]] = {}
    for one in findings:
        same.setdefault(("finding", one.level, _without_figures(one.text, names)), []).append(one)
    told = [Trouble(_key(*key), _told_of_days(some), len(some)) for key, some in alike.items()]
    return told + [Trouble(_key(*key), _told_of_findings(found), len(found)) for key, found in same.items()]


def _told_of_days(some: Sequence[DayReport]) -> str:
    """Return the line for days of a source that stand alike; where their reasons differ in figures, the last day's is told."""
    days, last = sorted(report.day for report in some), max(some, key=lambda report: report.day)
    several = f", {len(days)} days" if len(days) > 1 else ""
    which = "the last: " if len({report.reason for report in some}) > 1 else ""
    return f"{last.source} {spans(days)}: {last.status}{several}" + (f" ({which}{last.reason})" if last.reason else "")


def _told_of_findings(found: Sequence[Finding]) -> str:
    return found[-1].text + (f"; and {len(found) - 1} more like it" if len(found) > 1 else "")


def _key(*parts: str) -> str:
    """Return the identity of a trouble."""
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def _without_figures(text: str, names: Collection[str]) -> str:
    """Return a text without its figures, which change from run to run, but for those in `names` and HTTP statuses."""

    def without(word: re.Match[str]) -> str:
        return word[0] if word[0].startswith("HTTP") or word[0] in names else re.sub(r"\d+", "#", word[0])

    return re.sub(r"HTTP \d{3}\b|[a-z0-9_]+", without, text)


def _count(some: Iterable[Trouble]) -> int:
    """Return of how many days and findings some lines tell."""
    return sum(trouble.number for trouble in some)


def _text(fresh: list[Trouble]) -> str:
    lines = [f"- {trouble.text}" for trouble in fresh[:_MOST]]
    return "\n".join(lines + ([f"- and {_count(fresh[_MOST:])} more"] if len(fresh) > _MOST else []))


def check_addresses(project: Project) -> None:
    """Raise ConfigError for an address that no service has: it would be noticed only when there is something to tell."""
    for number, address in enumerate(project.alerts, 1):
        if _service(address) is None:
            raise ConfigError(_NO_SERVICE.format(number))


def _deliver(number: int, address: str, title: str, text: str) -> Finding | None:
    """Send a message to an address; what it returns says why that did not take it. An address is a secret: its number is told."""
    service = _service(address)
    if service is None:
        return Finding("failure", _NO_SERVICE.format(number))
    if service.notify(body=text, title=title, body_format="text"):
        return None
    return Finding("warning", f"alerts: address {number} did not take the message; the next run tells it again")


def _service(address: str) -> "Apprise | None":
    """Return the service at an address, None where no service has such a one."""
    import apprise  # noqa: PLC0415 - half a second, and most projects tell nobody

    service = apprise.Apprise()
    return service if service.add(address) else None
