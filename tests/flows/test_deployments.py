"""The flows of the deployments, as functions: no server is needed for what ends before its first step."""

from datetime import date, timedelta

import pytest

from crawlers.clock import day_of, now
from crawlers.errors import StoreError
from crawlers.fates import DayReport, Tally, Verdict
from flows import deployments
from flows.daily import Run
from tests.flows.test_alerts import hook
from tests.loopback import SOURCE, collected, loopback, make_project

D18 = date(2026, 11, 18)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a project whose site is down."""
    with loopback() as gone:
        project = make_project(tmp_path, gone, paper=SOURCE, wire=SOURCE)
    monkeypatch.setenv("CAIXUN_CONFIG", str(project.config))
    monkeypatch.setenv("CAIXUN_DATA", str(project.data))
    return project


def without_key(project):
    llm = "{base_url: 'http://127.0.0.1:9/v1', model: m, key_env: NO_KEY}"
    (project.config / "settings.yml").write_text(f"annotator: llm\nllm: {llm}\n")
    return "the llm engine needs its key"


def without_ledger(project):
    project.data.folder.mkdir()
    (project.data / "ledger.sqlite").write_text("no database " * 1000)
    return "cannot be used: file is not a database"


def with_an_archive_alone(project):
    folder = project.data / "archive" / "date=2026-11-18"
    folder.mkdir(parents=True)
    (folder / "paper-c1.warc.gz.open").touch()  # of a crawl that was killed
    return "holds pages, and the ledger knows of none"


def with_a_wrong_source(project):
    (project.config / "sources" / "paper.yml").write_text("title:\n")
    return "paper.yml:1: title: this key has no value"


def with_wrong_settings(project):
    (project.config / "settings.yml").write_text("nonesuch: 1\n")
    return "settings.yml:1: nonesuch: no such key"


@pytest.mark.parametrize("spoil", [without_key, without_ledger, with_an_archive_alone, with_a_wrong_source, with_wrong_settings])
def test_a_run_that_cannot_begin_fails_with_a_sentence_that_is_told(project, monkeypatch, spoil):
    part = spoil(project)
    with hook() as (host, posted):
        monkeypatch.setenv("CAIXUN_ALERTS", f"json://{host}/hook")
        state = deployments.daily.fn(D18)
    assert state.type.name == "FAILED"
    assert part in state.message
    assert [message["message"] for _, message in posted] == [f"- {state.message}"]


@pytest.mark.parametrize(
    ("error", "told"),
    [(StoreError("records/: the disk is full"), "records/: the disk is full"), (KeyError("x"), "the run broke off: KeyError")],
)
def test_a_run_that_breaks_off_is_told(project, monkeypatch, error, told):
    def work(_runner):
        raise error

    with hook() as (host, posted):
        monkeypatch.setenv("CAIXUN_ALERTS", f"json://{host}/hook")
        if isinstance(error, KeyError):
            with pytest.raises(KeyError):
                deployments._done(project, work, D18)
        else:
            assert deployments._done(project, work, D18).message == told
    ((_, message),) = posted
    assert message["message"].startswith(f"- {told}")


def test_the_day_on_which_a_run_began_counts_for_nothing_where_it_ends_after_midnight(project, monkeypatch):
    before, began = D18 - timedelta(days=1), D18
    reports = [
        DayReport.judge("paper", before, Tally(records=40), Verdict("whole"), now()),
        DayReport.judge("paper", began, Tally(records=35), Verdict("partial", "the day was not over at 23:55"), now()),
    ]
    assert deployments._done(project, lambda _: Run("r", reports), began).type.name == "COMPLETED"
    assert deployments._done(project, lambda _: Run("r", reports), D18 + timedelta(days=1)).type.name == "FAILED"
    with hook() as (host, posted):
        monkeypatch.setenv("CAIXUN_ALERTS", f"json://{host}/hook")
        run = collected(project, {"paper": [before, began]}, today=began)
    assert [report.status for report in run.reports] == ["failed", "failed"]
    ((_, message),) = posted
    assert (f"paper {before}: failed" in message["message"], f"paper {began}" in message["message"]) == (True, False)


@pytest.mark.usefixtures("project")
def test_days_that_are_yet_to_come_are_refused():
    for start in (date(2999, 1, 1), day_of(now()) + timedelta(days=2)):
        flows = (deployments.backfill.fn, deployments.rebuild.fn)
        for state in (deployments.daily.fn(start), *(run(start, start) for run in flows)):
            assert state.type.name == "FAILED"
            assert f"{start} is yet to come" in state.message
    assert "no site lists the articles of days before 1900" in deployments.daily.fn(date(1, 1, 1)).message
