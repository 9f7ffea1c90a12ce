import csv
from pathlib import Path

import pytest

from crawlers.errors import ConfigError
from tests.transforms.lists import SHIPPED, shipped
from transforms.taxonomy import Finder, fold_letters, load_taxonomy
from transforms.wordlists import LEVEL1

AI_KINDS = {"technique", "model", "product", "chip", "platform"}
SUBJECT_KINDS = {"organisation", "theme"}


def test_a_finder_takes_the_longest_phrase_of_each_list_and_whole_latin_words():
    finder = Finder({"terms": ["大模型", "AI大模型", "AI", "NPU"], "nouns": ["模型", "大"]})
    text = "ＡＩ大模型与AI，ai芯片，OpenAI，nPu"
    found = finder.find(fold_letters(text))
    assert [text[start:end] for start, end, _ in found["terms"]] == ["ＡＩ大模型", "AI", "ai", "nPu"]
    assert [phrase for _, _, phrase in found["terms"]] == ["AI大模型", "AI", "AI", "NPU"]
    assert [text[start:end] for start, end, _ in found["nouns"]] == ["大", "模型"]


def test_a_phrase_may_have_blanks_between_its_scripts():
    found = Finder({"terms": ["AI芯片", "智能AI助手"]}).find(fold_letters("AI 芯片，智能 AI 助手，A I芯片"))
    assert found["terms"] == [(0, 5, "AI芯片"), (6, 14, "智能AI助手")]


def test_a_phrase_may_stand_in_several_lists():
    found = Finder({"one": ["机器人"], "two": ["机器人", "工业机器人"]}).find("工业机器人")
    assert (found["one"], found["two"]) == ([(2, 5, "机器人")], [(0, 5, "工业机器人")])


def test_users_extend_the_lists(tmp_path: Path):
    (tmp_path / "companies.csv").write_text("code,name,level1\n699999.SH,新星公司,计算机\n", encoding="utf-8")
    plain, extended = load_taxonomy([SHIPPED]), load_taxonomy([SHIPPED, tmp_path])
    assert extended.companies["新星公司"].code == "699999.SH"
    assert extended.companies["新星公司"].industry == ""
    assert "贵州茅台" in extended.companies
    assert plain.version != extended.version


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("companies.csv", "code,name,full_name,level1\n699999.SH,新星公司,新星科技,计算", ":2: 计算 is none of the 31"),
        ("companies.csv", "code,name,full_name,level1\n699999.SH,,新星科技,计算机", ":2: each row needs"),
        (
            "companies.csv",
            "code,name,full_name,level1\n\n699999,新星公司,新星科技,计算机",
            ":3: 699999 is no code with its exchange",
        ),
        ("companies.csv", "code,name,full_name,level1\nsh699999,新星公司,新星科技,计算机", ":2: sh699999 is no code with its"),
        (
            "companies.csv",
            "699999.SH,新星公司,新星科技,计算机",
            ":1: the first line must name the columns: code,name,level1",
        ),
        (
            "companies.csv",
            "code,name,full_name,level1,industry\n699999.SH,新星公司,新星科技,计算机,新星业",
            ":2: 699999.SH: 新星业 is no term of industries.csv",
        ),
        ("ai_technologies.csv", "term;kind\n新星大模型;model", ":1: the first line must name the columns: term,kind"),
        ("ai_technologies.csv", "term,kind\n新星大模型,\n新星助手", ":3: each row needs term, kind"),
        ("ai_technologies.csv", "", ":1: the first line must name the columns: term,kind"),
        ("ai_technologies.csv", "term,kind\n新星大模型,foo", ":2: foo is none of the kinds technique, model, product, chip,"),
        ("subjects.csv", "term,kind\n新星协会,foo", ":2: foo is none of the kinds organisation, theme"),
        ("company_aliases.csv", "alias,code\n新星,699999.SH", ":2: 新星 stands for 699999.SH, which companies.csv does not have"),
        ("industry_cues.csv", "cue,industry\n看房客,房产买卖", ":2: 看房客 tells of 房产买卖, which must be a term of"),
        (
            "industry_cues.csv",
            "cue,industry\n购房团,购房者",
            ":2: 购房团 tells of 购房者, which must be a term of industries.csv and no",
        ),
        ("industry_cues.csv", "cue,industry\n房地产,银行", ":2: "),  # which makes cues of 房地产 wrong that are shipped
        ("industry_names.csv", "term,name\n新房源,房地产", ":2: 新房源 is called 房地产; both must be terms of"),
        ("industry_names.csv", "term,name\n二手房,新房源", ":2: 二手房 is called 新房源; both"),
        (
            "industry_names.csv",
            "term,name\n二手房,住宅",
            ":2: 二手房 is called 住宅; both must be terms of industries.csv, 住宅 none",
        ),
        ("company_industries.csv", "name,industry\n新星饮品,新星业", ":2: 新星饮品: 新星业 is no term of industries.csv"),
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(tmp_path, name, text, complaint):
    (tmp_path / name).write_text(f"{text}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refusal:
        load_taxonomy([SHIPPED, tmp_path])
    assert str(refusal.value).startswith(f"{tmp_path / name}{complaint}")


@pytest.mark.parametrize("name", ["companies.csv", "places.txt"])
def test_a_list_in_another_encoding_is_named(tmp_path, name):
    (tmp_path / name).write_bytes("新星".encode("gb18030"))  # as Excel saves it in China
    with pytest.raises(ConfigError, match=rf"{name}: is not UTF-8; save it as that"):
        load_taxonomy([SHIPPED, tmp_path])


def test_a_list_of_another_name_is_refused(tmp_path):
    (tmp_path / "company.csv").write_text("code,name,full_name,level1\n", encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"company\.csv: there is no word list of this name; there are ai_tech.*, companies\.csv"
    ):
        load_taxonomy([SHIPPED, tmp_path])


def rows_of(name: str) -> list[dict[str, str]]:
    with (SHIPPED / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize(
    ("name", "columns", "least"),
    [
        ("ai_technologies.csv", ["term", "kind"], 5400),
        ("industries.csv", ["term", "level1"], 4500),
        ("industry_cues.csv", ["cue", "industry"], 1500),
        ("industry_names.csv", ["term", "name"], 15),
        ("companies.csv", ["code", "name", "full_name", "level1", "industry"], 4500),
        ("company_aliases.csv", ["alias", "code"], 35),
        ("company_industries.csv", ["name", "industry"], 900),
        ("event_triggers.csv", ["trigger", "type"], 1700),
        ("subjects.csv", ["term", "kind"], 800),
    ],
)
def test_a_shipped_list_is_whole(name, columns, least):
    rows = rows_of(name)
    assert len(rows) >= least
    assert len({row[columns[0]] for row in rows}) == len(rows)
    for row in rows:
        assert list(row) == columns
        assert all(value == value.strip() for value in row.values())
        optional = {"full_name"} | ({"industry"} if row.get("level1") in ("综合", "社会服务") else set())
        assert all(value for column, value in row.items() if column not in optional)


def test_every_industry_and_company_has_a_level_1_name_and_every_level_1_name_its_words():
    for name in ("industries.csv", "companies.csv"):
        assert {row["level1"] for row in rows_of(name)} | {"综合"} == set(LEVEL1)


def test_codes_have_their_exchange():
    for row in rows_of("companies.csv"):
        digits, exchange = row["code"].split(".")
        assert len(digits) == 6
        assert digits.isdigit()
        exchanges = {"6": "SH", "9": "SH", "0": "SZ", "2": "SZ", "3": "SZ", "4": "BJ", "8": "BJ"}
        assert exchange == ("BJ" if digits.startswith("92") else exchanges[digits[0]])


def test_kinds_and_types_are_known():
    assert {row["kind"] for row in rows_of("ai_technologies.csv")} == AI_KINDS
    assert {row["kind"] for row in rows_of("subjects.csv")} == SUBJECT_KINDS
    assert len({row["type"] for row in rows_of("event_triggers.csv")}) < 40


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("generic_words.txt", 2900),
        ("ambiguous_names.txt", 90),
        ("broad_industries.txt", 130),
        ("industry_exceptions.txt", 120),
        ("surnames.txt", 400),
        ("places.txt", 450),
    ],
)
def test_a_shipped_word_list_is_whole(name, least):
    words = (SHIPPED / name).read_text(encoding="utf-8").splitlines()
    assert len(words) == len(set(words)) >= least
    assert all(word == word.strip() != "" for word in words)


def test_lists_about_other_lists_name_what_stands_in_those():
    names = {row["name"] for row in rows_of("companies.csv")}
    short = {name.removesuffix("A") for name in names} | {row["name"] for row in rows_of("company_industries.csv")}
    aliases = {row["alias"] for row in rows_of("company_aliases.csv")}
    assert set((SHIPPED / "ambiguous_names.txt").read_text(encoding="utf-8").split()) <= names | short | aliases
    assert not aliases & names
    lists = shipped()
    assert lists.broad_industries <= lists.industries.keys()
    assert not lists.industry_exceptions & (lists.industries.keys() | lists.cues.keys())


@pytest.mark.parametrize(
    "terms",
    [
        ("监督学习", "迁移学习", "卷积神经网络", "Transformer", "扩散模型"),
        ("大语言模型", "智能体", "检索增强生成", "指令微调", "提示工程"),
        ("目标检测", "语音合成", "机器翻译", "知识图谱", "OCR"),
        ("具身智能", "人形机器人", "自动驾驶", "城市NOA", "文生视频"),
        ("NPU", "TPU", "智算中心", "昇腾", "存算一体芯片"),
        ("PyTorch", "昇思", "飞桨", "AIoT", "人工智能物联网"),
        ("文心一言", "通义千问", "DeepSeek", "豆包", "Kimi", "混元", "盘古大模型"),
        ("GPT-4o", "Claude", "Gemini", "Llama", "Sora"),
    ],
)
def test_each_sub_field_of_ai_has_its_terms(terms):
    assert set(terms) <= shipped().ai_technologies.keys()
