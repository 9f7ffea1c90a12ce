import pytest

from crawlers.inquiries import Account, Inquiry, KeptAnswer
from flows.annotation import annotate_waiting
from flows.runner import PlainRunner
from tests.flows.test_annotation import PLAN, annotated, make_project, put, rows_of, waiting
from tests.provider import KEY, failure, provider, truthful


@pytest.fixture
def stub(monkeypatch):
    monkeypatch.setenv("CAIXUN_LLM_KEY", KEY)
    monkeypatch.setattr("flows.batches._PAUSE", 0.0)
    with provider() as running:
        yield running


def test_many_questions_go_in_batches_and_what_these_do_not_answer_is_asked_one_by_one(tmp_path, stub):
    project = make_project(tmp_path, stub, batch=10, price={"input": 1, "output": 4})
    stub.answer = lambda asked: failure(500) if asked.article[0] == "标题7" and not stub.batches.made else truthful(asked)
    put(project, *(waiting(project, number) for number in range(20)))
    result, findings = annotated(project)
    assert (result.by_model, result.waiting, findings) == (20, 0, [])
    assert (len(stub.batches.made), result.paid.calls) == (1, 20)
    assert stub.titles == ["标题0", "标题7"]
    put(project, *(waiting(project, number) for number in range(30, 35)))
    assert annotated(project)[0].by_model == 5
    assert len(stub.batches.made) == 1


@pytest.mark.parametrize("odd", [{"choices": [{"finish_reason": "content_filter"}]}, "bad request"])
def test_a_line_that_is_no_answer_holds_back_no_other(tmp_path, stub, odd):
    project = make_project(tmp_path, stub, batch=10)
    batched = []

    def answer(asked):
        if stub.batches.files and not stub.batches.made and asked.article[0] == "标题7":
            batched.append(asked)
            return 200, odd, {}
        return truthful(asked)

    stub.answer = answer
    put(project, *(waiting(project, number) for number in range(12)))
    result, findings = annotated(project)
    assert (result.by_model, result.waiting, findings, len(batched)) == (12, 0, [], 1)
    assert (len(stub.batches.made), stub.titles) == (1, ["标题0", "标题7"])


@pytest.mark.parametrize("path", ["/v1/batches", "/v1/batches/batch-0", "/v1/files/out-0/content"])
def test_a_batch_is_not_handed_in_twice(tmp_path, stub, path):
    project = make_project(tmp_path, stub, batch=10)
    stub.batches.fail[path] = failure(502, **{"x-should-retry": "false"})
    put(project, *(waiting(project, number) for number in range(20)))
    result, (finding,) = annotated(project)
    assert (result.by_model, result.waiting, finding.level) == (1, 19, "failure")
    assert annotated(project)[0].by_model == 19
    assert (len(stub.batches.made), len(stub.asked)) == (1, 1)
    assert project.ledger.batches(project.prompt.version, "m") == []


def test_an_endpoint_without_batches_is_asked_one_by_one(tmp_path, stub):
    project = make_project(tmp_path, stub, batch=10)
    stub.batches.taken = False
    put(project, *(waiting(project, number) for number in range(20)))
    result, (finding,) = annotated(project)
    assert result.by_model == len(stub.asked) == 20
    assert finding.text.startswith("the endpoint takes no batches, so it was asked one by one")


def test_a_batch_that_the_provider_has_dropped_is_asked_one_by_one(tmp_path, stub):
    project = make_project(tmp_path, stub, batch=10)
    stub.batches.fail["/v1/batches/batch-0"] = failure(404, "no such batch")
    put(project, *(waiting(project, number) for number in range(12)))
    assert annotated(project)[0].by_model == 12
    assert (len(stub.batches.made), len(stub.asked), project.ledger.batches(project.prompt.version, "m")) == (1, 12, [])


def test_what_two_runs_waited_for_is_booked_once(tmp_path, stub):
    project = make_project(tmp_path, stub, batch=10)
    put(project, *(waiting(project, number) for number in range(12)))
    others = []

    def let_another_run_be_first(text):
        if "not done yet" in text and not others:
            others.append(annotated(project, run="r2")[0])

    with PlainRunner(1) as runner:
        result = annotate_waiting(project, PLAN, "r1", runner, [], tell=let_another_run_be_first)
    assert [other.by_model for other in others] == [12]
    assert [sum(used.calls for used in project.ledger.usage(run).values()) for run in ("r1", "r2")] == [1, 11]
    assert (result.paid.calls, len(stub.batches.made), len(stub.asked)) == (1, 1, 1)


def test_what_a_batch_answers_is_kept_though_a_reprint_was_answered_meanwhile(tmp_path, stub):
    project = make_project(tmp_path, stub, batch=10)
    put(project, *(waiting(project, number) for number in range(12)))
    row = rows_of(project)[3]
    reprint = Inquiry("f" * 32, project.prompt.version, "m", 1)
    answer = KeptAnswer(row.story_id, row.title, "{}", cut=False, tokens_in=1, tokens_out=1)

    def answer_a_reprint(text):
        if "not done yet" in text and project.ledger.kept_answer(reprint) is None:
            project.ledger.book(reprint, answer, Account("r2", "wire", row.published_date), None)

    with PlainRunner(1) as runner:
        result = annotate_waiting(project, PLAN, "r1", runner, [], tell=answer_a_reprint)
    assert (result.paid.calls, project.ledger.batches(project.prompt.version, "m")) == (12, [])
