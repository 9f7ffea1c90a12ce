import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace as with_changes
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
import yaml

from crawlers.errors import ConfigError
from crawlers.inquiries import Usage
from flows.annotating import Annotating
from flows.annotation import annotate_waiting
from flows.cli.reannotating import print_stale
from flows.desk import open_desk, open_purse
from flows.estimate import Estimate, estimate
from flows.planning import plan_backfill
from flows.purse import OverBudgetError, Pace, Purse
from flows.reannotate import reannotate
from flows.runner import PlainRunner
from flows.saved import Text
from flows.settings import Project, open_project
from flows.texts import by_model
from flows.write_annotations import write_annotations
from tests.loopback import SOURCE
from tests.provider import KEY, completion, failure, provider, said, truthful
from tests.transforms.rows import DAY, record
from transforms import dataset
from transforms.record import Annotation

PLAN = {"paper": [DAY]}


@pytest.fixture
def stub(monkeypatch):
    monkeypatch.setenv("CAIXUN_LLM_KEY", KEY)
    with provider() as running:
        yield running


def make_project(tmp_path: Path, stub, annotator: str = "llm", prompt: str | None = None, **llm) -> Project:
    config = tmp_path / "config"
    (config / "prompts").mkdir(parents=True, exist_ok=True)
    settings = {"annotator": annotator, "llm": {"base_url": stub.url, "model": "m", **llm}}
    (config / "settings.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    if prompt:
        (config / "prompts" / "annotate.md").write_text(prompt, encoding="utf-8")
    return open_project(config, tmp_path / "data")


def put(project: Project, *rows) -> None:
    """Put records into the dataset that wait, unless `rows` say otherwise."""
    for source in sorted({row.source for row in rows}):
        dataset.records(project.data).apply(DAY, source, [row for row in rows if row.source == source])
        project.ledger.owe(source, [DAY])


def waiting(project: Project, number: int, **changes):
    return record(number, **dict(project.prompt.waiting("m")), **changes)


def rows_of(project: Project, source: str = "paper"):
    return dataset.records(project.data).rows(DAY, source)


def annotated(project: Project, plan=PLAN, budget: float | None = None, run: str = "r1"):
    findings = []
    with PlainRunner(1) as runner:
        return annotate_waiting(project, plan, run, runner, findings, open_purse(project, budget)), findings


def test_what_waits_is_annotated_once_and_booked(tmp_path, stub):
    project = make_project(tmp_path, stub, price={"input": 2, "output": 8})
    put(project, *(waiting(project, number) for number in range(7)), record(9))
    result, findings = annotated(project)
    assert (result.by_model, result.by_lexicon, result.waiting, findings) == (7, 0, 0, [])
    rows = rows_of(project)
    assert [row.annotator for row in rows].count("llm") == 7
    assert all(row.annotated_at and row.summary for row in rows)
    assert (result.paid.calls, result.paid.tokens_in, result.paid.tokens_out, result.paid.currency) == (7, 7000, 1400, "CNY")
    assert result.paid.cost == pytest.approx(0.0252)
    assert project.ledger.usage("r1") == {("r1", "paper", DAY, "m"): Usage(7, 7000, 1400, pytest.approx(0.0252), "CNY")}
    assert project.ledger.owed("paper") == set()
    assert annotated(project, run="r2") == (None, [])
    assert len(stub.asked) == 7
    assert project.ledger.usage("r2") == {}


def test_days_that_owe_an_annotation_are_taken_up_by_the_next_run_of_their_source(tmp_path, stub):
    project = make_project(tmp_path, stub)
    put(project, waiting(project, 1))
    assert annotated(project, {"wire": [DAY]})[0] is None
    assert annotated(project, {"paper": [date(2026, 11, 20)]})[0].by_model == 1


def test_reprints_that_ask_at_the_same_time_share_one_dialogue(tmp_path, stub):
    project = make_project(tmp_path, stub)
    stub.seconds = 0.1
    stub.answer = lambda asked: completion(asked, said(asked, keywords=["正文", "不在文中"]))
    body = waiting(project, 1).body
    sources = ("paper", "wire", "web")
    put(project, *(waiting(project, number, body=body, source=sources[number % 3]) for number in range(6)))
    result, _ = annotated(project, {"paper": [DAY], "wire": [DAY], "web": [DAY]})
    assert (result.by_model, len(stub.asked), result.dropped) == (6, 2, {"keywords": 6})
    assert {row.keywords for source in sources for row in rows_of(project, source)} == {("正文",)}


def test_a_story_is_asked_about_once_and_each_reprint_keeps_what_stands_in_it(tmp_path, stub):
    project = make_project(tmp_path, stub)
    stub.seconds = 0.1
    body = waiting(project, 1).body
    cut = body.split("\n")[0]
    story = waiting(project, 1).article_id
    whole, half = waiting(project, 1, body=body), waiting(project, 2, body=cut, source="wire", story_id=story)
    stub.answer = lambda asked: completion(asked, said(asked, keywords=["正文", body.split("\n")[1][:3]]))
    put(project, whole)
    annotated(project)
    asked = len(stub.asked)
    put(project, half)
    result, _ = annotated(project, {"wire": [DAY]})
    assert (result.by_model, len(stub.asked), result.dropped["keywords"]) == (1, asked, 1)
    assert rows_of(project, "wire")[0].keywords == ("正文",)


def by_threes():
    """An answer to one question, then only where three are open, and a little later, should a fourth come, which must not.

    The texts and stories of the first ten records share no lock: two that do are never asked about side by side.
    """
    gate = Barrier(3)

    def answer(asked):
        if asked.number > 1:  # the first is asked alone: it finds which kind of answer the endpoint gives
            gate.wait(timeout=120)
        time.sleep(0.03)
        return truthful(asked)

    return answer


def test_no_more_questions_are_open_than_allowed(tmp_path, stub):
    project = make_project(tmp_path, stub, concurrency=3)
    stub.answer = by_threes()
    put(project, *(waiting(project, number) for number in range(10)))
    assert annotated(project)[0].by_model == 10
    assert stub.most_open == 3


def test_texts_that_are_of_no_story_do_not_wait_for_each_other(tmp_path, stub):
    project = make_project(tmp_path, stub, concurrency=3)
    stub.answer = by_threes()
    texts = [Text(str(number), row.title, row.body) for number in range(7) for row in [record(number)]]
    with open_desk(project) as desk:
        assert [text.name for text, _ in by_model(desk, texts, pytest.fail)] == ["0", "1", "2", "3", "4", "5", "6"]
    assert stub.most_open == 3


def test_questions_a_minute_are_spread():
    class Event:
        waited: list[float] = []  # noqa: RUF012

        def wait(self, seconds: float) -> None:
            self.waited.append(seconds)

    pace = Pace(2, Event())
    for _ in range(3):
        pace.wait()
    assert [round(seconds) for seconds in Event.waited] == [0, 30, 60]


def test_the_budget_is_kept_and_the_rest_waits(tmp_path, stub):
    project = make_project(tmp_path, stub, price={"input": 1000, "output": 1000})
    put(project, *(waiting(project, number) for number in range(20)))
    result, (finding,) = annotated(project, budget=12)
    assert 0 < result.by_model < 20
    assert result.waiting == 20 - result.by_model
    assert result.paid.cost == pytest.approx(1.2 * result.by_model)
    assert result.paid.cost <= 12
    text = f"the budget of 12 is spent but for 3.6, and the next question may cost 4.63: {result.waiting} records are left for the next run"
    assert (finding.level, finding.text) == ("warning", text)
    assert sum(row.annotated_at is None for row in rows_of(project)) == result.waiting
    assert annotated(project, budget=100)[0].by_model == result.waiting
    assert len(stub.titles) == len(set(stub.titles)) == 20
    with pytest.raises(ConfigError, match=r"--budget needs llm\.price"):
        open_desk(make_project(tmp_path, stub), 5)
    unbounded = make_project(tmp_path, stub, price={"input": 1000, "output": 1000}, options={"temperature": 0})
    with pytest.raises(ConfigError, match=r"a budget needs max_tokens among llm\.options"):
        open_desk(unbounded, 5)


def test_a_budget_is_kept_with_a_model_that_thinks_beyond_its_bound(tmp_path, stub):
    project = make_project(tmp_path, stub, price={"input": 100, "output": 1000}, concurrency=4)
    stub.seconds = 0.2
    stub.answer = lambda asked: completion(asked, said(asked), tokens=(1000, 5000))
    put(project, *(waiting(project, number) for number in range(4)))
    result, _ = annotated(project, budget=10)
    assert (result.by_model, result.paid.cost) == (1, pytest.approx(5.1))


def test_what_rounding_leaves_of_sums_keeps_nobody_waiting():
    purse, begun = Purse(1.0, "CNY"), Barrier(4)
    most = (0.1 / 3, 0.07, 0.3 / 7, 0.013)

    def ask(part: float) -> None:
        with purse.pay(part) as payment:
            begun.wait()
            payment.cost = part

    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            list(pool.map(ask, most))
    with ThreadPoolExecutor(1) as pool, pytest.raises(OverBudgetError, match="the budget of 1 is spent"):
        pool.submit(lambda: purse.pay(0.5).__enter__()).result(10)


def test_parts_of_several_sources_add_up_and_what_a_part_took_up_waits_no_more(tmp_path, stub):
    project = make_project(tmp_path, stub, concurrency=1)
    put(project, *(waiting(project, number, source="paper" if number < 4 else "wire") for number in range(6)))
    findings: list = []
    with PlainRunner(1) as runner:
        annotating = Annotating(project, "r1", runner, lambda _text: None, findings, None)
        stub.answer = lambda _asked: failure(401)
        annotating.take_part({"paper": [DAY]})
        stub.answer = truthful
        annotating.take_part({"wire": [DAY]})
        assert (annotating.result.waiting, annotating.result.by_model) == (4, 2)
        annotating.take_part({"paper": [DAY]})
        assert (annotating.result.waiting, annotating.result.by_model) == (0, 6)


def test_what_a_part_has_paid_before_it_fails_is_taken_from_the_budget_and_told(tmp_path, stub):
    project = make_project(tmp_path, stub, price={"input": 1000, "output": 1000}, concurrency=1)
    sources = ("paper", "web", "wire")
    put(project, *(waiting(project, number, source=sources[number // 6]) for number in range(18)))

    def damage(asked):
        source = sources[int(asked.article[0].removeprefix("标题")) // 6]
        dataset.records(project.data).path(DAY, source).write_bytes(b"PAR1")
        return truthful(asked)

    stub.answer = damage
    findings = []
    with PlainRunner(1) as runner:
        annotating = Annotating(project, "r1", runner, lambda _text: None, findings, 8)
        for source in sources:
            annotating.take_part({source: [DAY]})
    paid = annotating.result.paid
    assert 0 < paid.cost <= 8
    assert paid.cost == pytest.approx(sum(usage.cost for usage in project.ledger.usage("r1").values()))
    assert (paid.calls, paid.tokens_in) == (len(stub.asked), 1000 * len(stub.asked))
    assert [finding.level for finding in findings] == ["failure", "warning", "warning"]
    left = "the budget of 8 is spent but for 4.4, and the next question may cost 4.63: 6 records are left for the next run"
    assert findings[1].text == left


def test_the_lexicon_engine_takes_over_what_the_model_does_not_do(tmp_path, stub):
    project = make_project(tmp_path, stub, price={"input": 1000, "output": 1000}, when_over_budget="lexicon", concurrency=1)

    def answer(asked):
        title, _ = asked.article
        if title == "标题1":
            return failure(400, "inappropriate content")
        return completion(asked, "no JSON") if title == "标题2" else truthful(asked)

    stub.answer = answer
    put(project, *(waiting(project, number) for number in range(20)))
    result, findings = annotated(project, budget=14)
    rows = rows_of(project)
    assert result.by_model + result.by_lexicon == 20
    assert [row.annotator for row in rows].count("lexicon") == result.by_lexicon > 2
    assert {row.annotator for row in rows if row.title in ("标题1", "标题2")} == {"lexicon"}
    texts = [finding.text for finding in findings]
    left = "the budget of 14 is spent but for 4.4, and the next question may cost 4.63"
    assert texts[0] == f"{left}: the lexicon engine annotated the rest"
    assert any("1 articles in place of m: HTTP 400" in text for text in texts)
    assert any("1 articles in place of m: no answer that fits" in text for text in texts)


@pytest.mark.parametrize("answer", [failure(503, "overloaded"), failure(401)])
def test_while_the_provider_is_down_records_wait_and_kept_answers_serve(tmp_path, stub, answer):
    project = make_project(tmp_path, stub, concurrency=2)
    first = waiting(project, 1)
    put(project, first)
    annotated(project)
    reprint = waiting(project, 30, body=first.body)
    put(project, *(waiting(project, number) for number in range(2, 12)), reprint)
    stub.answer = lambda _asked: answer
    before = len(stub.asked)
    result, (finding,) = annotated(project)
    assert (result.by_model, result.waiting, finding.level) == (1, 10, "failure")
    assert "10 records are left for the next run" in finding.text
    assert len(stub.asked) - before <= (20 if answer[0] == 503 else 2)
    assert project.ledger.owed("paper") == {DAY}
    (tmp_path / "config" / "sources").mkdir()
    source = "title: x\nhome: http://e.cn/\nseeds: [{kind: listing, url: 'http://e.cn/{day:%d}', links: a}]\nallow: ['/a']\n"
    (tmp_path / "config" / "sources" / "paper.yml").write_text(source)
    plan = plan_backfill(open_project(tmp_path / "config", tmp_path / "data"), ["paper"], [DAY, date(2026, 11, 19)], "missing")
    assert (plan.todo["paper"][0], plan.reports[0].reason) == (DAY, "records wait for their annotation")
    stub.answer = truthful
    assert annotated(project)[0].by_model == 10
    assert project.ledger.owed("paper") == set()


def test_a_record_whose_text_was_changed_meanwhile_keeps_what_it_has(tmp_path, stub):
    project = make_project(tmp_path, stub)
    asked = waiting(project, 1)
    put(project, asked.model_copy(update={"body": "另一篇正文。"}))
    made = Annotation(**{name: getattr(record(2), name) for name in Annotation.model_fields})
    write_annotations(project, [asked], {asked.article_id: made}, lambda _row, _made: None)
    assert rows_of(project)[0].annotated_at is None


def test_a_page_that_is_built_again_keeps_the_present_annotation(tmp_path, stub):
    project = make_project(tmp_path, stub)
    put(project, waiting(project, 1))
    annotated(project)
    (row,) = rows_of(project)
    put(project, waiting(project, 1))
    assert rows_of(project) == [row]
    put(project, waiting(project, 1, body="更正后的正文。"))
    assert rows_of(project)[0].annotated_at is None


def reannotated(project: Project, sources: list[str] | None = None):
    with PlainRunner(1) as runner:
        return reannotate(project, DAY, DAY, sources, runner)


def test_reannotation_touches_stale_records_alone_and_tells_what_changes(tmp_path, stub):
    project = make_project(tmp_path, stub)
    imported = record(8, annotator="import", annotator_version="layout 1")
    put(project, *(record(number) for number in range(3)), imported)
    result = reannotated(project)
    assert (result.records, result.stale, result.annotated.by_model) == (4, 3, 3)
    assert result.changed["summary"] == 3
    assert result.changed["securities"] == 3
    examples = {(article_id, before, after) for article_id, before, after in result.examples["summary"]}
    assert (record(1).article_id, "第二段。", "第1段正文。") in examples
    assert imported in rows_of(project)
    assert (reannotated(project).stale, len(stub.asked)) == (0, 3)
    other = make_project(tmp_path, stub, prompt="另一份提示词。")
    assert (reannotated(other).stale, len(stub.asked)) == (3, 6)
    put(project, waiting(project, 9))
    back = reannotated(make_project(tmp_path, stub, annotator="lexicon"), ["paper"])
    assert (back.stale, back.by_lexicon, back.annotated) == (4, 4, None)
    assert project.ledger.owed("paper") == set()
    assert {row.annotator for row in rows_of(project)} == {"lexicon", "import"}
    (tmp_path / "config" / "prompts" / "annotate.md").unlink()
    again = reannotated(make_project(tmp_path, stub))
    assert (again.annotated.by_model, again.annotated.paid.calls) == (4, 1)


def test_what_a_model_has_made_stays_where_another_prompt_gets_nothing_of_use(tmp_path, stub):
    project = make_project(tmp_path, stub)
    put(project, waiting(project, 1), waiting(project, 2))
    annotated(project)
    before = {row.article_id: row for row in rows_of(project)}
    stub.answer = lambda asked: completion(asked, "no JSON") if asked.article[0] == "标题1" else truthful(asked)
    other = make_project(tmp_path, stub, prompt="另一份提示词。")
    result = reannotated(other)
    rows = {row.title: row for row in rows_of(other)}
    assert rows["标题1"] == before[rows["标题1"].article_id]
    assert (rows["标题2"].annotator_version, result.annotated.by_lexicon) == (other.prompt.version, 0)
    assert [one.text for one in result.findings] == [
        "1 articles keep what another model or prompt made of them: no answer that fits the schema and the article"
    ]


def test_records_are_neither_stale_nor_costly_where_the_model_has_said_its_last_word(tmp_path, stub, capsys):
    project = make_project(tmp_path, stub)
    stub.answer = lambda asked: completion(asked, "no JSON") if asked.article[0] == "标题1" else truthful(asked)
    put(project, waiting(project, 1), waiting(project, 2))
    annotated(project)
    assert [row.annotator for row in sorted(rows_of(project), key=lambda row: row.title)] == ["lexicon", "llm"]
    asked = len(stub.asked)
    by_another = {"annotator": "llm", "model": "other"}
    put(project, record(2, **by_another), record(3, **by_another))  # of one there is an answer, of one there is none

    print_stale(project, [DAY], None, as_json=False)
    assert capsys.readouterr().out.startswith("2 of 3 records are stale, 1 of them to be asked about: about 1500 tokens in")
    result = reannotated(project)
    assert (result.records, result.stale, result.to_ask, result.annotated.by_model) == (3, 2, 1, 2)
    assert len(stub.asked) == asked + 1
    print_stale(project, [DAY], None, as_json=False)
    assert capsys.readouterr().out == "0 of 3 records are stale\n"

    lists = tmp_path / "config" / "taxonomy"  # other lists: the lexicon engine's part is stale, and costs nothing
    lists.mkdir()
    (lists / "generic_words.txt").write_text("词\n", encoding="utf-8")
    print_stale(project, [DAY], None, as_json=False)
    assert capsys.readouterr().out == "1 of 3 records are stale, 0 of them to be asked about\n"
    assert (reannotated(project).annotated.by_lexicon, len(stub.asked)) == (1, asked + 1)
    assert reannotated(project).stale == 0


def test_a_model_that_is_down_leaves_stale_records_as_they_are(tmp_path, stub):
    project = make_project(tmp_path, stub)
    put(project, record(1))
    stub.answer = lambda _asked: failure(403)
    result = reannotated(project)
    assert [finding.level for finding in result.findings] == ["failure"]
    assert rows_of(project) == [record(1)]


def test_a_plan_counts_what_waits_and_will_be_annotated(tmp_path, stub):
    project = make_project(tmp_path, stub)
    (project.config / "sources").mkdir()
    (project.config / "sources" / "paper.yml").write_text(SOURCE.format(port=9, name="paper"), encoding="utf-8")
    put(project, waiting(project, 1), waiting(project, 2), record(3))
    project.ledger.owe("paper", [date(2026, 11, 20)])  # and nothing of it waits
    whole = plan_backfill(project, ["paper"], [date(2026, 11, 20)], "failed")
    assert whole.cost == str(estimate(project, whole.articles + 2))
    plain = make_project(tmp_path, stub, annotator="lexicon")
    assert plan_backfill(plain, ["paper"], [DAY], "failed").cost is None


def test_an_estimate_rests_on_what_was_asked_before_else_on_lengths(tmp_path, stub):
    project = make_project(tmp_path, stub, price={"input": 2, "output": 8, "currency": "USD"})
    guess = estimate(project, 1000)
    assert (guess.known, guess.currency) == (0, "USD")
    assert guess.tokens_in > 1000 * 1000
    put(project, waiting(project, 1), waiting(project, 2))
    annotated(project)
    assert estimate(project, 1000) == Estimate(1_000_000, 200_000, pytest.approx(3.6), "USD", 2)
    free = with_changes(
        project, settings=project.settings.model_copy(update={"llm": project.settings.llm.model_copy(update={"price": None})})
    )
    assert estimate(free, 1000).cost is None


class Shown(PlainRunner):
    """A runner that shows its steps, as Prefect's does."""

    def __init__(self) -> None:
        super().__init__(1)
        self.shown: list[str] = []

    def step(self, name, work):
        self.shown.append(name)
        return super().step(name, work)


def test_what_has_waited_for_a_model_is_annotated_by_the_lexicon_engine_where_that_is_set_by_now(tmp_path, stub):
    project = make_project(tmp_path, stub)
    put(project, *(waiting(project, number) for number in range(3)))
    project = make_project(tmp_path, stub, annotator="lexicon")
    phases: list[str] = []
    with Shown() as runner:
        for _ in range(2):  # the second time nothing waits, and nothing is shown
            Annotating(project, "r1", runner, phases.append, [], None).take(PLAN)
    assert (phases, runner.shown) == (["annotate"], ["annotate"])
    assert [(row.annotator, row.model) for row in rows_of(project)] == [("lexicon", None)] * 3
    assert project.ledger.owed("paper") == set()
    assert stub.asked == []


def test_a_budget_that_a_question_would_pass_says_what_is_left(tmp_path, stub):
    project = make_project(tmp_path, stub, price={"input": 2, "output": 8})
    put(project, waiting(project, 1))
    _, findings = annotated(project, budget=0.001)
    said = r"the budget of 0\.001 is spent but for 0\.001, and the next question may cost 0\.0\d+: 1 records are left"
    assert re.match(said, findings[0].text)
