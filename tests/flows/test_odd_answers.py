"""The annotation step at an endpoint that counts tokens oddly or refuses texts, over a provider on loopback."""

import pytest

from crawlers.inquiries import Account, Inquiry, KeptAnswer
from flows.annotating import Annotating
from flows.runner import PlainRunner
from tests.flows.test_annotation import annotated, make_project, put, waiting
from tests.provider import KEY, provider, truthful
from tests.transforms.rows import DAY

DEAR = {"input": 1000, "output": 1000}


@pytest.fixture
def stub(monkeypatch):
    monkeypatch.setenv("CAIXUN_LLM_KEY", KEY)
    with provider() as running:
        yield running


def counting(usage):
    """An endpoint that says of each answer that it has so many tokens."""

    def answer(asked):
        status, whole, headers = truthful(asked)
        return status, {**whole, "usage": usage}, headers

    return answer


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 1000, "completion_tokens": 50_000_000},
        {"prompt_tokens": 50_000_000, "completion_tokens": 200},
        {"prompt_tokens": -1000, "completion_tokens": "many"},
        {"prompt_tokens": None, "completion_tokens": -(10**30)},
        {"prompt_tokens": float("nan"), "completion_tokens": float("inf")},
    ],
)
def test_tokens_that_no_answer_can_have_spoil_no_budget_and_are_told_once(tmp_path, stub, usage):
    project = make_project(tmp_path, stub, price=DEAR)
    sources = ("paper", "wire")
    put(project, *(waiting(project, number, source=sources[number % 2]) for number in range(12)))
    stub.answer = counting(usage)
    findings = []
    with PlainRunner(1) as runner:
        annotating = Annotating(project, "r1", runner, lambda _text: None, findings, 100)
        for source in sources:
            annotating.take_part({source: [DAY]})
    paid = annotating.result.paid
    assert (annotating.result.by_model, 0 < paid.tokens_in < 24_000, 0 < paid.tokens_out < 4_000) == (12, True, True)
    told = "m counts no tokens, or more than there can be; the characters were taken for them, and the cost is a guess"
    assert [(finding.level, finding.text) for finding in findings] == [("warning", told)]


def test_tokens_that_were_kept_and_no_answer_can_have_bound_no_question(tmp_path, stub):
    project = make_project(tmp_path, stub, price=DEAR)
    other = Inquiry("f" * 32, project.prompt.version, "m", 1)
    kept = KeptAnswer("", "标题", "{}", cut=False, tokens_in=1, tokens_out=50_000_000)
    project.ledger.book(other, kept, Account("r0", "paper", DAY), None)
    put(project, waiting(project, 1))
    assert annotated(project, budget=100)[0].by_model == 1
