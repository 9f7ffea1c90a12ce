"""The annotation step at an endpoint that counts tokens oddly or refuses texts, over a provider on loopback."""

import pytest

from crawlers.inquiries import Account, Inquiry, KeptAnswer
from flows.annotating import Annotating
from flows.reannotate import reannotate
from flows.runner import PlainRunner
from tests.flows.test_annotation import annotated, make_project, put, waiting
from tests.provider import KEY, completion, failure, provider, said, truthful
from tests.transforms.rows import DAY, record

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


def refusing(message: str, status: int = 400):
    """An endpoint that refuses the text of the first record, and answers all others."""
    return lambda asked: failure(status, message) if asked.article[0] == "标题1" else truthful(asked)


def reannotated(project):
    with PlainRunner(1) as runner:
        return reannotate(project, DAY, DAY, None, runner)


@pytest.mark.parametrize("others", [0, 3])
def test_a_text_that_was_refused_for_what_it_says_is_not_asked_about_again(tmp_path, stub, others):
    project = make_project(tmp_path, stub, concurrency=1)
    stub.answer = refusing("Content Exists Risk")
    put(project, waiting(project, 1), *(waiting(project, 2 + number) for number in range(others)))
    result, (finding,) = annotated(project)
    assert (result.by_model, result.by_lexicon, result.refused, result.paid.calls) == (others, 1, 1, others)
    assert result.told().endswith("1 by lexicon; 1 refused by the endpoint")
    asked = len(stub.asked)

    assert (stale := reannotated(project)).stale == 0, stale
    put(project, waiting(project, 7, body=waiting(project, 1).body))  # a reprint
    result, (told,) = annotated(project, run="r2")
    assert (result.by_lexicon, result.refused, told) == (1, 1, finding)
    assert finding.text.startswith("the lexicon engine annotated 1 articles in place of m: HTTP 400: ")
    put(project, record(8, annotator="llm", model="other", body=waiting(project, 1).body))
    assert (kept := reannotated(project)).to_ask == 0
    assert [one.text.partition(":")[0] for one in kept.findings] == ["1 articles keep what another model or prompt made of them"]
    assert len(stub.asked) == asked

    stub.answer = truthful
    for changes in ({"prompt": "另一份提示词。"}, {"model": "n"}):
        other = make_project(tmp_path, stub, **changes)
        assert reannotated(other).annotated.refused == 0
    assert (
        sum(title in ("标题1", "标题7", "标题8") for title in stub.titles[asked:]) == 2
    )  # of one text, on behalf of any of them


def test_a_text_that_is_too_long_is_refused_for_good_once_the_endpoint_has_answered_another(tmp_path, stub):
    project = make_project(tmp_path, stub, concurrency=1)
    stub.answer = refusing("maximum context length is 2048 tokens")
    put(project, waiting(project, 1))
    assert annotated(project)[0].refused == 1
    put(project, record(0))
    assert (reannotated(project).stale, reannotated(project).stale) == (2, 0)


def test_what_stands_of_the_first_answer_stays_where_the_second_question_is_refused(tmp_path, stub):
    project = make_project(tmp_path, stub)
    refused = failure(400, "Content Exists Risk")
    stub.answer = lambda asked: refused if asked.again else completion(asked, said(asked, keywords=["正文", "不在文中"]))
    put(project, waiting(project, 1))
    result, findings = annotated(project)
    assert (result.by_model, result.dropped, findings, len(stub.asked)) == (1, {"keywords": 1}, [], 2)
    put(project, waiting(project, 7, body=waiting(project, 1).body))
    assert (annotated(project)[0].by_model, len(stub.asked)) == (1, 2)


def test_a_refused_text_goes_into_no_batch(tmp_path, stub, monkeypatch):
    monkeypatch.setattr("flows.batches._PAUSE", 0.0)
    project = make_project(tmp_path, stub, concurrency=1, batch=5)
    stub.answer = refusing("Content Exists Risk")
    put(project, *(waiting(project, number) for number in range(6)))
    assert (annotated(project)[0].refused, len(stub.batches.made)) == (1, 1)
    asked = stub.titles.count("标题1")
    reprint = waiting(project, 1).body
    put(project, *(waiting(project, number) for number in range(20, 26)), waiting(project, 30, body=reprint))
    result, (finding,) = annotated(project)
    assert (result.by_model, result.refused, len(stub.batches.made), stub.titles.count("标题30")) == (6, 1, 2, 0)
    assert finding.text.startswith("the lexicon engine annotated 1 articles in place of m: HTTP 400: ")
    assert stub.titles.count("标题1") == asked


@pytest.mark.parametrize("message", ["max_tokens is not for this model", "the account was flagged"])
def test_a_refusal_that_is_not_for_its_text_is_not_kept(tmp_path, stub, message):
    project = make_project(tmp_path, stub, concurrency=1)
    stub.answer = refusing(message)
    put(project, *(waiting(project, number) for number in range(3)))
    assert annotated(project)[0].refused == 1
    stub.answer = truthful
    assert reannotated(project).annotated.by_model == 1
