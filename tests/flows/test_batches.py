from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from crawlers.inquiries import Account, Inquiry, KeptAnswer
from flows.annotation import annotate_waiting
from flows.runner import PlainRunner
from tests.flows.test_annotation import PLAN, annotated, make_project, put, rows_of, waiting
from tests.provider import KEY, deep, failure, provider, truthful
from tests.transforms.rows import DAY, record

BROKEN = failure(502, **{"x-should-retry": "false"})
LIST = "/v1/batches?limit=100"


@pytest.fixture
def stub(monkeypatch):
    monkeypatch.setenv("CAIXUN_LLM_KEY", KEY)
    monkeypatch.setattr("flows.batches._PAUSE", 0.0)
    with provider() as running:
        yield running


def put_twenty(tmp_path, stub, **llm):
    """Return a project with twenty records that wait, which are worth a batch."""
    project = make_project(tmp_path, stub, batch=10, **llm)
    put(project, *(waiting(project, number) for number in range(20)))
    return project


def open_batches(project):
    return project.ledger.batches(project.prompt.version, "m")


def texts(findings):
    return [(finding.level, finding.text) for finding in findings]


def test_many_questions_go_in_batches_and_what_these_do_not_answer_is_asked_one_by_one(tmp_path, stub):
    project = make_project(tmp_path, stub, batch=10, price={"input": 1, "output": 4})
    stub.answer = lambda asked: failure(500) if asked.article[0] == "标题7" and not stub.batches.made else truthful(asked)
    put(project, *(waiting(project, number) for number in range(20)))
    result, findings = annotated(project)
    assert (result.by_model, result.waiting) == (20, 0)
    assert texts(findings) == [("warning", "batch batch-0 gave 18 answers to 19 questions; the others were asked again")]
    assert (len(stub.batches.made), result.paid.calls) == (1, 20)
    assert stub.titles == ["标题0", "标题7"]
    put(project, *(waiting(project, number) for number in range(30, 35)))
    assert annotated(project)[0].by_model == 5
    assert len(stub.batches.made) == 1


@pytest.mark.parametrize("odd", [{"choices": [{}]}, "bad request"])
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
    result, (finding,) = annotated(project)
    assert (result.by_model, result.waiting, finding.level, len(batched)) == (12, 0, "warning", 1)
    assert (len(stub.batches.made), stub.titles) == (1, ["标题0", "标题7"])


@pytest.mark.parametrize("paths", [("/v1/batches", LIST), ("/v1/batches/batch-0",), ("/v1/files/out-0/content",)])
@pytest.mark.parametrize("marks", [True, False])
def test_a_batch_is_not_handed_in_twice(tmp_path, stub, paths, marks):
    project = put_twenty(tmp_path, stub)
    stub.batches.marks = marks
    stub.batches.fail = dict.fromkeys(paths, BROKEN)
    result, (finding,) = annotated(project)
    assert (result.by_model, result.waiting, finding.level) == (1, 19, "failure")
    assert annotated(project)[0].by_model == 19
    assert (len(stub.batches.made), len(stub.asked), open_batches(project)) == (1, 1, [])


@pytest.mark.parametrize("lost", [failure(502), (200, "<html>busy", {}), (200, {"error": "busy"}, {}), deep(), None])
def test_a_batch_whose_name_is_lost_on_its_way_is_found_by_its_mark(tmp_path, stub, lost):
    project = put_twenty(tmp_path, stub, timeout=1.0)
    if lost:
        stub.batches.fail["/v1/batches"] = lost
    else:
        stub.batches.lag = 1.5
    result, findings = annotated(project)
    assert (result.by_model, result.waiting, findings, result.paid.calls) == (20, 0, [], 20)
    assert (len(stub.batches.made), len(stub.asked)) == (1, 1)


def test_a_batch_that_cannot_be_found_again_is_told(tmp_path, stub):
    project = put_twenty(tmp_path, stub)
    stub.batches.fail["/v1/batches"] = BROKEN
    stub.batches.never[LIST] = failure(404)
    assert annotated(project)[0].waiting == 19
    (batch,) = open_batches(project)
    result, findings = annotated(project)
    text = f"batch {batch.mark} gave 0 answers to 19 questions; the others were asked again"
    assert (result.by_model, result.waiting, texts(findings)) == (19, 0, [("warning", text)])


def test_two_runs_at_a_time_hand_in_a_text_once(tmp_path, stub):
    project, both = make_project(tmp_path, stub, batch=10), Barrier(2, timeout=30)
    for source, first in (("paper", 1), ("wire", 2)):  # the text of whose first record the other one has not
        like = [record(number) for number in (first, *range(10, 30))]
        texts_of = [{"title": row.title, "body": row.body, "source": source} for row in like]
        put(project, *(waiting(project, 60 * first + minute, **text) for minute, text in enumerate(texts_of)))

    def answer(asked):
        if not stub.batches.files:  # each of them has seen that there is no batch, and asks its first question
            both.wait()
        return truthful(asked)

    stub.answer = answer
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(annotated, project, {source: [DAY]}, run=source) for source in ("paper", "wire")]
        results = [run.result() for run in runs]
    assert [(result.by_model, result.waiting, findings) for result, findings in results] == [(21, 0, [])] * 2
    assert (len(stub.batches.made), len(stub.asked)) == (1, 2)
    assert sum(used.calls for used in project.ledger.usage().values()) == 22


def test_an_answer_that_two_runs_get_of_a_batch_is_booked_once(tmp_path, stub):
    project, both = make_project(tmp_path, stub, batch=10), Barrier(2, timeout=30)
    for source in ("paper", "wire"):
        put(project, *(waiting(project, number, source=source) for number in range(20)))
    stub.batches.fail["/v1/batches/batch-0"] = BROKEN
    assert annotated(project)[0].waiting == 19
    get = stub.batches.get

    def get_at_a_time(path):
        if path.endswith("/content"):
            both.wait()
        return get(path)

    stub.batches.get = get_at_a_time
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(annotated, project, {source: [DAY]}, run=source) for source in ("paper", "wire")]
        results = [run.result() for run in runs]
    assert [(result.waiting, findings) for result, findings in results] == [(0, [])] * 2
    assert sum(result.paid.calls for result, _ in results) == 19
    assert sum(used.calls for used in project.ledger.usage().values()) == 20


def line_for(name):
    return lambda text: text.replace(text.split('"custom_id": ')[2].split(",")[0], name)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-40],
        line_for("[1]"),
        line_for("5"),
        line_for('"' + "f" * 32 + '"'),
        lambda text: "\n".join([deep()[1], "null", '{"custom_id": "x"}', *text.split("\n")[1:]]),
    ],
    ids=["torn", "list", "number", "alien", "deep"],
)
def test_a_line_that_is_no_row_holds_back_no_other(tmp_path, stub, spoil):
    project = put_twenty(tmp_path, stub)
    stub.batches.spoil = spoil
    result, findings = annotated(project)
    assert (result.by_model, result.waiting, len(stub.asked), open_batches(project)) == (20, 0, 2, [])
    assert texts(findings) == [("warning", "batch batch-0 gave 18 answers to 19 questions; the others were asked again")]


@pytest.mark.parametrize("odd", [deep(), (200, "<html>busy", {}), (200, "[1]", {"Content-Type": "application/json"})])
def test_an_odd_reply_about_a_batch_is_told_in_a_sentence_and_the_next_run_takes_the_answers(tmp_path, stub, odd):
    project = put_twenty(tmp_path, stub)
    stub.batches.fail["/v1/batches/batch-0"] = odd
    result, (finding,) = annotated(project)
    assert (result.waiting, finding.level) == (19, "failure")
    assert finding.text.startswith(f"{stub.url} gives no answer (")
    assert annotated(project)[0].by_model == 19
    assert (len(stub.batches.made), len(stub.asked)) == (1, 1)


@pytest.mark.parametrize("begins", ["queued", "validating", None])
def test_a_batch_in_a_state_of_whatever_name_is_waited_for(tmp_path, stub, begins):
    project = put_twenty(tmp_path, stub)
    stub.batches.begins = begins
    result, findings = annotated(project)
    assert (result.by_model, findings, len(stub.batches.made), len(stub.asked)) == (20, [], 1, 1)


def test_answers_that_are_not_there_at_once_are_waited_for(tmp_path, stub):
    project = put_twenty(tmp_path, stub)
    stub.batches.fail["/v1/files/out-0/content"] = failure(404)
    result, findings = annotated(project)
    assert (result.by_model, findings, len(stub.batches.made), len(stub.asked)) == (20, [], 1, 1)


@pytest.mark.parametrize("ends", ["failed", "expired", "cancelled"])
def test_a_batch_that_gives_nothing_is_told(tmp_path, stub, ends):
    project = put_twenty(tmp_path, stub)
    stub.batches.ends = ends
    result, findings = annotated(project)
    assert (result.by_model, len(stub.asked), open_batches(project)) == (20, 20, [])
    assert texts(findings) == [("warning", "batch batch-0 gave 0 answers to 19 questions; the others were asked again")]


def test_a_batch_that_never_ends_is_waited_for_a_day(tmp_path, stub, monkeypatch):
    project = put_twenty(tmp_path, stub)
    stub.batches.ends = "in_progress"
    monkeypatch.setattr("flows.batches._LONGEST", timedelta(seconds=0.5))
    result, findings = annotated(project)
    assert (result.by_model, result.waiting, len(stub.asked), open_batches(project)) == (20, 0, 20, [])
    text = "batch batch-0 of 19 questions is not done after 25 hours, so they were asked one by one"
    assert texts(findings) == [("warning", text)]


def test_a_batch_of_days_ago_is_looked_at_once_and_no_other_takes_its_place(tmp_path, stub, monkeypatch):
    project = put_twenty(tmp_path, stub)
    stub.batches.fail["/v1/batches/batch-0"] = BROKEN
    annotated(project)
    monkeypatch.setattr("flows.batches._LONGEST", timedelta(0))
    stub.batches.made[0]["status"] = stub.batches.ends = "in_progress"
    result, (finding,) = annotated(project)
    assert (result.by_model, finding.level, len(stub.batches.made), len(stub.asked)) == (19, "warning", 1, 20)


@pytest.mark.parametrize("denied", [failure(403), BROKEN])
def test_a_batch_of_days_ago_that_cannot_be_looked_at_is_given_up_where_single_questions_are_answered(
    tmp_path, stub, monkeypatch, denied
):
    project = put_twenty(tmp_path, stub)
    stub.batches.never["/v1/batches/batch-0"] = denied
    assert annotated(project)[0].waiting == 19
    assert annotated(project)[0].waiting == 19
    monkeypatch.setattr("flows.batches._LONGEST", timedelta(0))
    stub.answer = lambda _asked: BROKEN
    assert annotated(project)[0].waiting == 19
    assert len(open_batches(project)) == 1
    stub.answer = truthful
    result, (finding,) = annotated(project)
    assert (result.by_model, result.waiting, finding.level, open_batches(project)) == (19, 0, "warning", [])


@pytest.mark.parametrize("status", [401, 403, 404, 405, 501])
@pytest.mark.parametrize("path", ["/v1/files", "/v1/batches"])
def test_an_endpoint_without_batches_is_asked_one_by_one(tmp_path, stub, status, path):
    project = put_twenty(tmp_path, stub)
    stub.batches.never[path] = failure(status)
    result, (finding,) = annotated(project)
    assert (result.by_model, len(stub.asked), finding.level, open_batches(project)) == (20, 20, "warning", [])
    assert finding.text.startswith("the endpoint takes no batches, so it was asked one by one")


def test_a_batch_is_waited_for_also_where_no_other_is_taken(tmp_path, stub, monkeypatch):
    project = make_project(tmp_path, stub, batch=10)
    put(project, *(waiting(project, number) for number in range(12, 24)))
    stub.batches.fail["/v1/batches/batch-0"] = BROKEN
    annotated(project)
    put(project, *(waiting(project, number) for number in range(12)))
    order = [int(row.title.removeprefix("标题")) for row in rows_of(project) if row.annotated_at is None]
    assert order[:12] == list(range(12))
    monkeypatch.setattr("flows.annotation._MOST_IN_BATCH", 12)
    stub.batches.never["/v1/files"] = failure(404)
    result, (finding,) = annotated(project)
    assert (result.by_model, finding.level, len(stub.batches.made), len(stub.asked)) == (23, "warning", 1, 13)


def test_tokens_that_a_batch_does_not_count_are_taken_to_be_the_characters(tmp_path, stub):
    project = put_twenty(tmp_path, stub)

    def answer(asked):
        status, whole, headers = truthful(asked)
        return status, {name: value for name, value in whole.items() if name != "usage"}, headers

    stub.answer = answer
    asked = [message for row in rows_of(project) for message in project.prompt.messages(row.title, row.body)]
    result, _ = annotated(project)
    assert (len(stub.batches.made), result.paid.tokens_in) == (1, sum(len(message["content"]) for message in asked))


def test_a_batch_that_the_provider_has_dropped_is_asked_one_by_one(tmp_path, stub):
    project = make_project(tmp_path, stub, batch=10)
    stub.batches.fail["/v1/batches/batch-0"] = failure(404, "no such batch")
    put(project, *(waiting(project, number) for number in range(12)))
    assert annotated(project)[0].by_model == 12
    assert (len(stub.batches.made), len(stub.asked), open_batches(project)) == (1, 12, [])


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
    assert (result.paid.calls, open_batches(project)) == (12, [])
