"""`caixun annotate` with the llm engine, over a provider on loopback: texts that are in no dataset."""

import json
from pathlib import Path

import pytest
import yaml

from flows.cli.app import app
from tests.provider import KEY, completion, provider, said


@pytest.fixture
def stub(monkeypatch):
    monkeypatch.setenv("CAIXUN_LLM_KEY", KEY)
    with provider() as running:
        yield running


def annotate(folder: Path, stub, *texts: tuple[str, str], engine: str = "llm", **llm) -> int:
    """Annotate texts, of headline and body each, whose ids count from 0, and return the exit status."""
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
