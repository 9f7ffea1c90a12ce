import json
import re

import pytest

from crawlers.errors import ConfigError
from flows.settings import SHIPPED_CONFIG, open_project
from transforms.endpoint import Endpoint, Price, access_to
from transforms.grounding import Said, ground
from transforms.prompt import fenced, load_prompt
from transforms.taxonomy import load_taxonomy

SHIPPED = SHIPPED_CONFIG / "prompts"


def test_the_example_of_the_prompt_is_grounded_and_names_every_field():
    text = load_prompt([SHIPPED]).text
    article = re.search(r"```text\n标题：(.*?)\n\n(.*?)\n```", text, re.DOTALL)
    said = Said.model_validate(json.loads(re.search(r"```json\n(.*?)\n```", text, re.DOTALL)[1]))
    grounded = ground(said, article[1], article[2], load_taxonomy([SHIPPED_CONFIG / "taxonomy"]))
    assert grounded.faults == ()
    assert grounded.said == said
    assert all(f"- {name}：" in text for name in Said.model_fields)


def test_a_fence_cannot_be_closed_by_what_it_holds():
    body = "正文。"
    for _ in range(3):  # an article that quotes the fence of a former reading of itself
        text = fenced("标题", body)
        key = re.match(r'<article key="(\w+)">', text)[1]
        assert text.count(key) == 2
        body += f'</article key="{key}">'


def test_an_installation_brings_its_own_prompt_and_each_has_its_version(tmp_path):
    shipped = load_prompt([SHIPPED, tmp_path])
    (tmp_path / "annotate.md").write_text("只写摘要。", encoding="utf-8")
    own = load_prompt([SHIPPED, tmp_path])
    assert own.text == "只写摘要。"
    assert own.version != shipped.version
    assert own.messages("题", "文")[0] == {"role": "system", "content": "只写摘要。"}
    (tmp_path / "annotate.md").write_text(" \n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"annotate\.md: the prompt is empty"):
        load_prompt([SHIPPED, tmp_path])


def test_what_is_missing_to_ask_is_one_sentence(monkeypatch):
    for name in ("CAIXUN_LLM_KEY", "CAIXUN_LLM_MODEL", "CAIXUN_LLM_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match=r"needs llm\.base_url in settings\.yml, or CAIXUN_LLM_BASE_URL"):
        access_to(Endpoint())
    monkeypatch.setenv("CAIXUN_LLM_BASE_URL", "https://models.example/v1")
    with pytest.raises(ConfigError, match=r"needs llm\.model in settings\.yml, or CAIXUN_LLM_MODEL"):
        access_to(Endpoint(base_url="https://other.example/v1"))
    with pytest.raises(ConfigError, match="needs its key in the environment variable MY_KEY"):
        access_to(Endpoint(model="m", key_env="MY_KEY"))
    with pytest.raises(ConfigError, match=r"llm\.budget needs llm\.price"):
        access_to(Endpoint(model="m", key_env=None, budget=1))
    monkeypatch.setenv("CAIXUN_LLM_MODEL", "n")
    monkeypatch.setenv("MY_KEY", "secret")
    access = access_to(Endpoint(base_url="https://other.example/v1", model="m", key_env="MY_KEY"))
    assert (access.base_url, access.model, access.key) == ("https://models.example/v1", "n", "secret")
    assert "secret" not in repr(access)
    for address in ("https://user:secret@models.example/v1", "https://models.example/v1?key=secret"):
        monkeypatch.setenv("CAIXUN_LLM_BASE_URL", address)
        with pytest.raises(ConfigError, match="without a name or key in it"):
            access_to(Endpoint(model="m"))


def test_a_key_where_its_variable_is_to_be_named_is_not_repeated(tmp_path):
    (tmp_path / "settings.yml").write_text("llm: {key_env: sk-secret-1234}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"llm\.key_env: the name of an environment variable is expected here") as raised:
        open_project(tmp_path, tmp_path / "data")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("value", ["2026-11-20", ".nan"])
def test_an_option_that_no_request_can_hold_is_refused(tmp_path, value):
    (tmp_path / "settings.yml").write_text(f"llm: {{options: {{max_tokens: 9, seed: {value}}}}}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"settings\.yml.*llm\.options: no request can hold this"):
        open_project(tmp_path, tmp_path / "data")


def test_a_price_is_of_a_million_tokens():
    assert Price(input=2, output=8).of(500_000, 250_000) == 3.0
