import csv
from pathlib import Path

import pytest
import yaml

from crawlers.errors import ConfigError
from flows.settings import SHIPPED_CONFIG
from transforms.annotate import open_engine
from transforms.taxonomy import LEVEL1, Finder, fold_letters, load_taxonomy

SHIPPED = SHIPPED_CONFIG / "taxonomy"
DEMO = SHIPPED_CONFIG / "demo"
TITLE = "贵州茅台携手云麓科技 用大模型改造白酒行业质检"
BODY = (
    "11月18日，贵州茅台（600519.SH）宣布与云麓科技签署战略合作协议，共同研发面向白酒行业的质检大模型。\n"
    "根据协议，双方三年内投入4.6亿元，首条智能质检线将于2027年6月投产。\n"
    "“机器视觉能看见人眼看不见的裂纹。”项目负责人江予白说。\n"
    "公告当日，云麓科技股价上涨7.1%，收于31.26元。"
)


@pytest.fixture(scope="module")
def engine():
    return open_engine("lexicon", [SHIPPED, DEMO / "taxonomy"])


def test_an_annotation(engine):
    made = engine.annotate(TITLE, BODY)
    assert {"贵州茅台", "云麓科技"} <= set(made.keywords)
    assert {"大模型", "机器视觉"} <= set(made.ai_technologies)
    assert made.industries[0] == "白酒行业"
    assert made.industry_codes[0] == "食品饮料"
    assert made.securities == ("600519.SH", "009903.SZ")
    assert made.major_events[0].startswith("11月18日，贵州茅台")
    assert made.summary.startswith("11月18日")
    assert (made.annotator, made.model) == ("lexicon", None)


def names_of(code: str) -> list[str]:
    lists = load_taxonomy([SHIPPED, DEMO / "taxonomy"])
    return [code[:6], *(name for name, company in lists.companies.items() if company.code == code)]


def articles():
    rows = yaml.safe_load((DEMO / "articles.yml").read_text(encoding="utf-8"))
    return [(row["title"], "\n".join(row["body"])) for row in rows if "body" in row]


def test_every_value_stands_in_the_article(engine):
    for title, body in articles():
        made = engine.annotate(title, body)
        text = f"{title}\n{body}"
        assert 0 < len(made.summary) <= 200
        assert 3 <= len(made.keywords) <= 8
        for value in (*made.keywords, *made.ai_technologies, *made.industries, *made.major_events):
            assert value in text
        assert set(made.industry_codes) <= set(LEVEL1)
        for evidence in made.evidence:
            assert 0 <= evidence.start < evidence.end <= len(body)
            if evidence.column not in ("securities", "industry_codes"):
                assert body[evidence.start : evidence.end] == evidence.value
        assert {one.value for one in made.evidence if one.column == "securities"} == {
            code for code in made.securities if any(name in body for name in names_of(code))
        }
        events = [body.index(event) for event in made.major_events]
        assert events == sorted(events)
        assert events


def test_the_same_text_gives_the_same_annotation(engine):
    first, second = (engine.annotate(TITLE, BODY).model_dump(exclude={"annotated_at"}) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("title", "body"),
    [("短", "短讯。"), ("无标点标题", "没有句号的正文" * 40), ("Title", "An English body without any Chinese.")],
)
def test_odd_texts_are_annotated_too(engine, title, body):
    made = engine.annotate(title, body)
    assert made.summary
    assert len(made.summary) <= 200


def test_a_word_of_everyday_language_is_no_company(engine):
    made = engine.annotate("工业机器人订单增长", "今年以来，机器人行业订单增长两成，太阳能电站建设加快，农产品价格平稳。")
    assert made.securities == ()


@pytest.mark.parametrize("marked", ["（证券代码：600519）", "（600519）", "（SH600519）", "SH600519", "600519.SH", "sh:600519"])
def test_six_digits_that_are_marked_as_a_code_name_a_company(engine, marked):
    made = engine.annotate("一家酒企公告", f"公司{marked}公告称，三季度净利润增长。")
    assert made.securities == ("600519.SH",)


@pytest.mark.parametrize("figure", ["电话1600519", "投资600519元", "共300750万元", "订单600519.5吨"])
def test_other_figures_are_no_code(engine, figure):
    assert engine.annotate("一家酒企公告", f"公司公告称，{figure}，三季度净利润增长。").securities == ()


def test_a_finder_takes_the_longest_phrase_and_whole_latin_words():
    finder = Finder(["大模型", "AI大模型", "AI", "NPU"])
    text = "ＡＩ大模型与AI，ai芯片，OpenAI，nPu"
    assert [text[start:end] for start, end, _ in finder.find(fold_letters(text))] == ["ＡＩ大模型", "AI", "ai", "nPu"]


def test_users_extend_the_lists(tmp_path: Path):
    (tmp_path / "companies.csv").write_text(
        "code,name,full_name,level1\n699999.SH,新星公司,新星科技股份有限公司,计算机\n", encoding="utf-8"
    )
    plain, extended = load_taxonomy([SHIPPED]), load_taxonomy([SHIPPED, tmp_path])
    assert extended.companies["新星公司"].code == "699999.SH"
    assert "贵州茅台" in extended.companies
    assert plain.version != extended.version


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("699999.SH,新星公司,新星科技,计算", "companies.csv:2: 计算 is none of the 31"),
        ("699999.SH,,新星科技,计算机", "companies.csv:2: each row needs"),
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(tmp_path, row, complaint):
    (tmp_path / "companies.csv").write_text(f"code,name,full_name,level1\n{row}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refusal:
        load_taxonomy([SHIPPED, tmp_path])
    assert complaint in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "columns", "least"),
    [
        ("ai_technologies.csv", {"term", "kind"}, 500),
        ("industries.csv", {"term", "level1"}, 900),
        ("companies.csv", {"code", "name", "full_name", "level1"}, 4000),
        ("event_triggers.csv", {"trigger", "type"}, 400),
    ],
)
def test_a_shipped_list_is_whole(name, columns, least):
    with (SHIPPED / name).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) >= least
    key = next(iter(rows[0]))
    assert len({row[key] for row in rows}) == len(rows)
    for row in rows:
        assert set(row) == columns
        assert all(value == value.strip() != "" for value in row.values())
        assert row.get("level1", LEVEL1[0]) in LEVEL1


@pytest.mark.parametrize(("name", "least"), [("generic_words.txt", 800), ("ambiguous_names.txt", 40), ("surnames.txt", 400)])
def test_a_shipped_word_list_is_whole(name, least):
    words = (SHIPPED / name).read_text(encoding="utf-8").splitlines()
    assert len(words) == len(set(words)) >= least
    assert all(word == word.strip() != "" for word in words)


def test_an_unknown_engine_is_refused():
    with pytest.raises(ConfigError, match="unknown engine"):
        open_engine("oracle", [SHIPPED])
