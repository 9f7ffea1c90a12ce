"""`caixun costs`, over what runs have paid a provider on loopback."""

import json
import sqlite3
from contextlib import closing

import pytest

from flows.cli.app import app
from tests.conftest import in_project
from tests.flows.test_annotation import annotated, make_project, put, waiting
from tests.provider import KEY, provider


@pytest.fixture
def stub(monkeypatch):
    monkeypatch.setenv("CAIXUN_LLM_KEY", KEY)
    with provider() as running:
        yield running


def test_amounts_of_different_currencies_are_not_added(tmp_path, stub, capsys):
    for number, (run, currency) in enumerate([("r1", "CNY"), ("r2", "USD"), ("r3", "USD")]):
        project = make_project(tmp_path, stub, price={"input": 2, "output": 8, "currency": currency})
        put(project, waiting(project, number))
        annotated(project, run=run)

    def told(*options: str) -> str:
        app(["costs", *options, *in_project(project)], standalone_mode=False)
        return capsys.readouterr().out

    assert [line.split() for line in told().splitlines()] == [
        ["run", "calls", "tokens", "in", "tokens", "out", "cost", "(CNY)", "cost", "(USD)"],
        ["r1", "1", "1,000", "200", "0.0036", "0.0000"],
        ["r2", "1", "1,000", "200", "0.0000", "0.0036"],
        ["r3", "1", "1,000", "200", "0.0000", "0.0036"],
        ["sum", "3", "3,000", "600", "0.0036", "0.0072"],
    ]
    assert told("--by", "model").splitlines()[1].split() == ["m", "3", "3,000", "600", "0.0036", "0.0072"]
    assert [row["currency"] for row in json.loads(told("--json"))] == ["CNY", "USD", "USD"]


def test_costs_of_a_version_that_noted_no_currency_stand_apart(tmp_path, stub, capsys):
    for number, run in enumerate(["r1", "r2"]):
        project = make_project(tmp_path, stub, price={"input": 2, "output": 8})
        put(project, waiting(project, number))
        annotated(project, run=run)
        project.ledger.close()
        if run == "r1":
            with closing(sqlite3.connect(tmp_path / "data" / "ledger.sqlite")) as connection:
                connection.execute("DROP TABLE model_currencies")
    app(["costs", *in_project(project)], standalone_mode=False)
    assert [line.split()[-2:] for line in capsys.readouterr().out.splitlines()] == [
        ["cost", "(CNY)"],
        ["0.0036", "0.0000"],
        ["0.0000", "0.0036"],
        ["0.0036", "0.0036"],
    ]
