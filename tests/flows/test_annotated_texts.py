"""`caixun annotate` with the llm engine, over a provider on loopback: texts that are in no dataset."""

import json
from pathlib import Path

import pytest
import yaml

from flows.cli.app import app
from tests.provider import KEY, completion, failure, provider, said
from transforms.llm import LlmError


@pytest.fixture
def stub(monkeypatch):
    monkeypatch.setenv("CAIXUN_LLM_KEY", KEY)
    with provider() as running:
        yield running


def annotate(folder: Path, stub, *texts: tuple[str, str], engine: str = "llm", **llm) -> int:
    """Annotate texts, of headline and body each, whose ids count from 0, and return the exit status."""
    folder.mkdir(exist_ok=True)
    (folder / "settings.yml").write_text(yaml.safe_dump({"llm": {"base_url": stub.url, "model": "m", **llm}}), encoding="utf-8")
    file = folder / "articles.jsonl"
    rows = [{"id": number, "title": title, "body": body} for number, (title, body) in enumerate(texts)]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    command = ["annotate", file, "--engine", engine, "--config", folder, "--data", folder / "data"]
    return app([str(one) for one in command], standalone_mode=False) or 0


def lines_of(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_texts_that_are_headlines_alone_share_no_answer(tmp_path, stub, capsys):
    texts = [("海蓝重工中标12.5亿元订单", ""), ("岑峰钢铁宣布停产检修", " \n"), ("海蓝重工中标12.5亿元订单", "——")]
    stub.answer = lambda asked: completion(
        asked, said(asked, summary=(title := asked.article[0]), keywords=[title[:4]], major_events=[])
    )
    assert annotate(tmp_path, stub, *texts, concurrency=1) == 0
    assert stub.titles == [texts[0][0], texts[1][0]]
    rows = lines_of(capsys.readouterr().out)
    assert [(row["summary"], row["annotator"]) for row in rows] == [(title, "llm") for title, _ in texts]


TEXTS = [(f"海蓝重工第{number}号公告", f"海蓝重工第{number}号公告称，产线已经检修完毕。") for number in range(6)]


def failing(answer, *numbers: int):
    """An endpoint that gives some texts an answer of its own."""
    titles = {TEXTS[number][0] for number in numbers}
    return lambda asked: answer if asked.article[0] in titles else completion(asked, said(asked, keywords=["海蓝重工"]))


def test_a_text_that_gets_no_answer_stops_no_other_and_is_told(tmp_path, stub, capsys):
    stub.answer = failing(failure(503, "overloaded"), 1, 4)
    assert annotate(tmp_path, stub, *TEXTS, concurrency=1) == 1
    out, err = capsys.readouterr()
    assert [row["id"] for row in lines_of(out)] == [0, 2, 3, 5]
    told = [line.split(f" {stub.url} ")[0] for line in err.splitlines()]
    assert told == [
        "caixun: 1:",
        "caixun: 4:",
        "m: 4 calls, 4000 tokens in, 800 out",
        "caixun: 2 texts without an answer; the same command asks about what has none alone",
    ]
    stub.answer = failing(None)
    asked = len(stub.asked)
    assert annotate(tmp_path, stub, *TEXTS, engine="both") == 0
    assert [row["annotator"] for row in lines_of(capsys.readouterr().out)] == ["lexicon", "llm"] * 6
    assert sorted(stub.titles[asked:]) == [TEXTS[1][0], TEXTS[4][0]]


def test_a_text_without_an_answer_has_the_lexicon_engines_line_beside_which_the_models_is_missing(tmp_path, stub, capsys):
    stub.answer = failing(failure(503, "overloaded"), 0)
    assert annotate(tmp_path, stub, *TEXTS[:2], engine="both", concurrency=1) == 1
    rows = lines_of(capsys.readouterr().out)
    assert [(row["id"], row["annotator"]) for row in rows] == [(0, "lexicon"), (1, "lexicon"), (1, "llm")]
    assert annotate(tmp_path / "none", stub, TEXTS[0]) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (failure(400, "Content Exists Risk"), "HTTP 400: "),
        ((200, {"choices": [{"finish_reason": "content_filter"}]}, {}), "no answer that fits the schema and the article"),
    ],
)
def test_why_the_lexicon_engine_takes_the_models_place_is_told(tmp_path, stub, capsys, answer, why):
    stub.answer = failing(answer, 1)
    assert annotate(tmp_path, stub, *TEXTS[:3]) == 0
    out, err = capsys.readouterr()
    assert [row["annotator"] for row in lines_of(out)] == ["llm", "lexicon", "llm"]
    assert err.startswith(f"warning: 1: annotated by lexicon: {why}")


@pytest.mark.parametrize("answer", [failure(503, "overloaded"), failure(401)])
def test_an_endpoint_that_is_down_for_all_texts_ends_the_command(tmp_path, stub, answer):
    stub.answer = lambda _asked: answer
    with pytest.raises(LlmError, match=r"HTTP 503|refuses the key"):
        annotate(tmp_path, stub, *TEXTS, concurrency=1)
    assert len(set(stub.titles)) <= 3
