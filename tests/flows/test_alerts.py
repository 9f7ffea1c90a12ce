"""Alerts reach people: over real HTTP and SMTP, in the shapes of the services, once."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from aiosmtpd.controller import Controller
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.slack import NotifySlack
from apprise.plugins.wecombot import NotifyWeComBot

from crawlers.clock import now
from crawlers.errors import ConfigError
from crawlers.fates import DayReport, Tally
from flows.alerts import alert, check_addresses, troubles
from flows.settings import Project, open_project
from tests.conftest import caixun, in_project
from tests.loopback import SOURCE, links, loopback, make_project
from transforms.checks import Finding

D18, D19, TODAY = date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)


def report(status: str, day: date = D18, source: str = "paper", reason: str | None = None) -> DayReport:
    return DayReport(source, day, Tally(), status, reason, None)


@contextmanager
def hook(status: int = 200) -> Iterator[tuple[str, list]]:
    """Run an HTTP server that keeps what is posted, and give its host."""
    posted: list = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append((self.path, json.loads(body)))
            answer = b"ok" if "attachments" in posted[-1][1] else b'{"errcode": 0, "code": 0}'  # Slack's, or a Chinese one's
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", posted
    server.shutdown()
    server.server_close()


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Return a function that makes a project whose alerts go to an address."""

    def to(address: str, every: int = 24) -> Project:
        (tmp_path / "sources").mkdir(exist_ok=True)
        (tmp_path / "settings.yml").write_text(f"alert_every: {every}\n")
        monkeypatch.setenv("CAIXUN_ALERTS", address)
        return open_project(tmp_path, tmp_path / "data")

    return to


BLOCKED = [report("blocked", reason="a captcha; since 11-18 09:12"), report("complete", D19), report("partial", date.max)]


def test_a_failure_is_told_once(told):
    with hook() as (host, posted):
        project = told(f"json://{host}/hook")
        assert alert(project, BLOCKED, [Finding("failure", "the sums are off by 3")], TODAY) == []
        assert alert(project, [report("blocked", D19, reason="a captcha; since 11-19 10:40")], [], TODAY) == []
        assert alert(project, BLOCKED, [Finding("failure", "the sums are off by 7")], TODAY) == []
        assert alert(project, [report("failed", D19)], [], TODAY) == []
    first, second = (message for _, message in posted)
    assert ": 2 to look at" in first["title"]
    assert first["message"].split("\n") == [
        "- paper 2026-11-18: blocked (a captcha; since 11-18 09:12)",
        "- the sums are off by 3",
    ]
    assert second["message"] == "- paper 2026-11-19: failed"


def test_sources_whose_names_differ_in_a_figure_are_told_apart(told):
    with hook() as (host, posted):
        project = told(f"json://{host}/hook")
        for name in ("roll_1", "roll_2"):
            (project.config / "sources" / f"{name}.yml").write_text(SOURCE.format(port=9, name=name), encoding="utf-8")
        for name, failed in (("roll_1", 3), ("roll_2", 3), ("roll_2", 7)):
            assert alert(project, [], [Finding("failure", f"{name}: {failed} lists of 2026 cannot be had")], TODAY) == []
    assert [message["message"] for _, message in posted] == [
        f"- {name}: 3 lists of 2026 cannot be had" for name in ("roll_1", "roll_2")
    ]


def test_a_day_that_was_not_over_when_the_run_began_is_not_told(told):
    with hook() as (host, posted):
        assert alert(told(f"json://{host}/hook"), [report("partial", TODAY)], [], TODAY) == []
    assert posted == []


def test_what_is_wrong_with_the_ledger_is_told(told, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ledger.sqlite").write_text("no database " * 1000)
    with hook() as (host, posted):
        assert alert(told(f"json://{host}/hook"), [], [Finding("failure", "the ledger cannot be used")], TODAY) == []
    assert [message["message"] for _, message in posted] == ["- the ledger cannot be used"]


def test_it_is_told_again_when_its_time_has_passed(told):
    with hook() as (host, posted):
        project = told(f"json://{host}/hook", every=0)
        for _ in range(2):
            alert(project, BLOCKED, [], TODAY)
    assert len(posted) == 2


@pytest.mark.parametrize(("minutes", "times"), [(22 * 60, 1), (24 * 60 - 10, 2)])
def test_a_daily_run_that_is_a_little_earlier_than_the_last_one_tells_it_again(told, monkeypatch, minutes, times):
    with hook() as (host, posted):
        project = told(f"json://{host}/hook", every=24)
        alert(project, BLOCKED, [], TODAY)
        later = now() + timedelta(minutes=minutes)
        monkeypatch.setattr("flows.alerts.now", lambda: later)
        alert(project, BLOCKED, [], TODAY)
    assert len(posted) == times


def test_what_was_not_delivered_is_told_by_the_next_run(told):
    with hook(500) as (host, posted):
        project = told(f"json://{host}/hook")
        (finding,) = alert(project, BLOCKED, [], TODAY)
        assert finding.text == "alerts: address 1 did not take the message; the next run tells it again"
        assert alert(project, BLOCKED, [], TODAY) == [finding]
    assert len(posted) == 2


def test_an_address_that_takes_nothing_repeats_nothing_to_the_others(told):
    with hook() as (host, posted), hook(500) as (dead, refused):
        project = told(f"json://{dead}/hook json://{host}/hook")
        for _ in range(2):
            (finding,) = alert(project, BLOCKED, [], TODAY)
            assert finding.text.startswith("alerts: address 1 did not take")
    assert (len(posted), len(refused)) == (1, 2)


def test_a_wrong_address_is_a_finding_that_does_not_tell_the_secret(told):
    with hook() as (host, posted):
        (finding,) = alert(told(f"nonesuch://SECRET json://{host}/hook"), BLOCKED, [], TODAY)
    assert finding == Finding(
        "failure", "alerts: address 1 is none that a service has; wecombot://KEY is one, mailto://user:password@host?to=… another"
    )
    assert len(posted) == 1  # the others are told all the same


def test_a_wrong_address_is_refused_before_there_is_anything_to_tell(told):
    check_addresses(told("json://127.0.0.1:1/hook"))
    with pytest.raises(ConfigError, match="alerts: address 2 is none that a service has"):
        check_addresses(told("json://127.0.0.1:1/hook nonesuch://SECRET"))


def test_nothing_is_told_of_days_that_went_well(told):
    with hook() as (host, posted):
        assert (
            alert(told(f"json://{host}/hook"), [report("complete"), report("empty"), report("partial", date.max)], [], TODAY)
            == []
        )
    assert posted == []


def test_a_remark_on_a_complete_day_is_told():
    (trouble,) = troubles([report("complete", reason="9 records where at most 5 are expected")], [], TODAY)
    assert trouble.text == "paper 2026-11-18: complete (9 records where at most 5 are expected)"


def test_what_a_run_without_a_day_to_do_finds_is_told(told):
    with hook() as (host, posted):
        project = told(f"json://{host}/hook")
        assert alert(project, [], [Finding("failure", "a file of sketches cannot be read")], TODAY) == []
        assert alert(project, [report("failed")], [], TODAY) == []
    assert [message["title"] for _, message in posted] == ["caixun: 1 to look at", "caixun 2026-11-18: 1 to look at"]


def test_a_long_alert_is_cut(told):
    with hook() as (host, posted):
        alert(told(f"json://{host}/hook"), [report("failed", source=f"paper_{one}") for one in range(25)], [], TODAY)
    lines = posted[0][1]["message"].split("\n")
    assert (len(lines), lines[-1]) == (21, "- and 5 more")


def test_days_that_fail_alike_are_one_line_and_another_reason_is_told_the_same_day(tmp_path):
    with hook() as (host, posted), loopback() as site:
        project = make_project(tmp_path, site, same=SOURCE)

        def backfilled(*days: str) -> list[tuple[str, str]]:
            del posted[:]
            assert caixun("backfill", *days, *in_project(project), CAIXUN_ALERTS=f"json://{host}/hook").returncode == 1
            return [(message["title"], message["message"].replace(f"http://127.0.0.1:{site.port}", "")) for _, message in posted]

        assert backfilled("2026-11-14", "2026-11-18") == [
            (
                "caixun 2026-11-14 to 2026-11-18: 5 to look at",
                "- same 2026-11-14 to 2026-11-18: failed, 5 days (the last: /same/18: the listing is missing (HTTP 404))",
            )
        ]
        assert backfilled("2026-11-13") == []  # the same complaint
        site.pages["/same/12"] = (500, b"")
        assert backfilled("2026-11-12") == [("caixun 2026-11-12: 1 to look at", "- same 2026-11-12: failed (/same/12: HTTP 500)")]
        site.pages |= {"/same/10": links("/a/1"), "/a/1": (500, b""), "/same/11": links("/a/2"), "/a/2": (500, b"")}
        assert [text for _, text in backfilled("2026-11-10", "2026-11-11")] == [
            "- same 2026-11-10 to 2026-11-11: failed, 2 days (1 not fetched)",
        ]


def test_findings_that_differ_in_figures_alone_are_counted(told):
    with hook() as (host, posted):
        off = [Finding("failure", f"paper 2026-11-{day}: the ledger counts {day} records, the files hold 0") for day in (17, 18)]
        assert alert(told(f"json://{host}/hook"), [report("failed", reason=None), report("failed", D19)], off, TODAY) == []
    ((_, sent),) = posted
    assert sent["title"].endswith(": 4 to look at")
    assert sent["message"].split("\n") == [
        "- paper 2026-11-18 to 2026-11-19: failed, 2 days",
        "- paper 2026-11-18: the ledger counts 18 records, the files hold 0; and 1 more like it",
    ]


SERVICES = [
    ("wecombot://abcdefgh", NotifyWeComBot, "notify_url", "/?key={key}", lambda sent: sent["text"]["content"]),
    ("feishu://abcdefgh", NotifyFeishu, "notify_url", "/{token}", lambda sent: sent["content"]["text"]),
    ("dingtalk://abcdefgh", NotifyDingTalk, "notify_url", "/?access_token={token}", lambda sent: sent["text"]["content"]),
    (
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        NotifySlack,
        "webhook_url",
        "",
        lambda sent: sent["attachments"][0]["text"],
    ),
]


@pytest.mark.parametrize(
    ("address", "service", "attribute", "path", "text_of"), SERVICES, ids=lambda one: getattr(one, "__name__", "")
)
def test_the_shapes_of_the_services(told, monkeypatch, address, service, attribute, path, text_of):
    """The service's own host is replaced by one on loopback; the message is made and sent by the library."""
    with hook() as (host, posted):
        monkeypatch.setattr(service, attribute, f"http://{host}{path}")
        assert alert(told(address), BLOCKED, [], TODAY) == []
    ((_, sent),) = posted
    assert "paper 2026-11-18: blocked (a captcha; since 11-18 09:12)" in text_of(sent)


def test_an_e_mail(told):
    letters: list = []

    class Inbox:
        async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - the library's name
            letters.append(message_from_bytes(envelope.content, policy=policy.default))
            return "250 OK"

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    inbox = Controller(Inbox(), hostname="127.0.0.1", port=port, ready_timeout=60)
    inbox.start()
    try:
        assert (
            alert(
                told(f"mailto://127.0.0.1:{port}?mode=insecure&from=caixun@example.com&to=desk@example.com"), BLOCKED, [], TODAY
            )
            == []
        )
    finally:
        inbox.stop()
    (letter,) = letters
    assert letter["To"] == "desk@example.com"
    assert "1 to look at" in letter["Subject"]
    assert "paper 2026-11-18: blocked" in letter.get_body(("plain", "html")).get_content()
