import re

import pytest
import yaml

from crawlers.errors import ConfigError
from flows.settings import SHIPPED_CONFIG
from transforms.annotate import open_engine
from transforms.taxonomy import load_taxonomy
from transforms.wordlists import LEVEL1

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
    assert {"质检大模型", "机器视觉"} <= set(made.ai_technologies)
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
        for value in (*made.keywords, *made.ai_technologies, *made.industries):
            assert value in text
        assert set(made.industry_codes) <= set(LEVEL1)
        assert all(number in text for number in re.findall(r"\d+(?:[.,]\d+)*", made.summary))
        for evidence in made.evidence:
            assert 0 <= evidence.start < evidence.end <= len(body)
            if evidence.column == "summary":  # without the asides that the span has
                assert evidence.value in made.summary
            elif evidence.column not in ("securities", "industry_codes"):
                assert body[evidence.start : evidence.end] == evidence.value
        assert {one.value for one in made.evidence if one.column == "securities"} == {
            code for code in made.securities if any(name in body for name in names_of(code))
        }
        running = body.replace("\n", "")  # an event may go on in the next paragraph
        sentences = [one.value for one in made.evidence if one.column == "major_events"]
        assert "".join(sentences) == "".join(event for event in made.major_events if event != title)
        events = [running.index(event) for event in made.major_events if event != title]
        assert events == sorted(events)
        assert made.major_events
        assert title not in made.major_events[1:]


def test_the_same_text_gives_the_same_annotation(engine):
    first, second = (engine.annotate(TITLE, BODY).model_dump(exclude={"annotated_at"}) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("短", "短讯。"),
        ("无标点标题", "没有句号的正文" * 40),
        ("Title", "An English body without any Chinese."),
        ("数字", "1" * 30_000),
        ("长文", "减持股份。" * 10_000),
        ("只有声明", "责任编辑：何一帆"),
    ],
)
def test_odd_texts_are_annotated_too(engine, title, body):
    made = engine.annotate(title, body)
    assert made.summary
    assert len(made.summary) <= 200


def test_an_unknown_engine_is_refused():
    with pytest.raises(ConfigError, match="unknown engine"):
        open_engine("oracle", [SHIPPED])


def test_a_name_that_has_a_particle_in_it_is_not_cut(engine):
    body = "\n".join(
        f"呼和浩特青禾乳业有限公司在第{number}座牧场建设了智能挤奶车间，年产鲜奶{number}万吨。" for number in (1, 2, 3)
    )
    assert "浩特青禾乳业有限公司" not in engine.annotate("呼和浩特青禾乳业扩产", body).keywords


@pytest.mark.parametrize(
    "headline",
    [
        "（国际）海州港务获准扩建",
        "新闻分析：海州港务获准扩建",
        "（财经·公司）综述：海州港务获准扩建",
        "海州港务获准扩建--样讯社",
        "海州港务获准扩建--消息人士",
    ],
)
def test_what_an_agency_sets_around_its_headline_is_no_part_of_it(engine, headline):
    body = "海州港务28日说，扩建码头的申请获得批准，工程投资12亿元。海州港务将于明年开工。"
    bare = engine.annotate("海州港务获准扩建", body)
    made = engine.annotate(headline, body)
    assert (made.keywords, made.major_events, made.industries) == (bare.keywords, bare.major_events, bare.industries)


def test_whom_a_headline_ends_with_is_part_of_it(engine):
    made = engine.annotate("白酒龙头的千亿之路--贵州茅台", "行业回暖，龙头业绩增长15%。公司说，明年继续增长。")
    assert made.securities == ("600519.SH",)


def test_a_headline_takes_the_place_of_the_weakest_event_alone(engine):
    words = "东南西北中新安宁平和永兴明光长春海江河湖山石金银铜铁木林松柏梅兰竹菊云雨风雪星月"
    pairs = [f"{one}{other}" for one, other in zip(words, words[7:] + words[:7], strict=True)]
    signed = [
        f"公司与{one}物流签约合作，双方在{other}建冷库。" for one, other in zip(pairs, pairs[11:] + pairs[:11], strict=True)
    ]
    opened = [f"{one}门店开业，{other}店长到任。" for one, other in zip(pairs, pairs[17:] + pairs[:17], strict=True)]
    body = "\n".join([*signed, *opened, "青禾鲜达公告称，公司拟以900亿元收购样州果业全部股权，交易预计2026年12月完成。"])
    events = engine.annotate("青禾鲜达遭立案调查", body).major_events
    assert (len(events), events[0]) == (7, "青禾鲜达遭立案调查")
    assert "收购样州果业" in events[-1]


def test_a_blank_that_does_not_break_is_a_blank(engine):
    body = "云湖汽车11月18日宣布，Model\xa03降价一成。Model\xa03今年销量上升，Model\xa03的车主可以换购。"
    made = engine.annotate("云湖汽车Model\xa03降价", body)
    assert "Model 3" in made.keywords
    assert all(body[one.start : one.end].replace("\xa0", " ") == one.value for one in made.evidence if one.column == "keywords")


def test_a_headline_in_brackets_is_read_as_one_without(engine):
    bare = engine.annotate(TITLE, BODY)
    made = engine.annotate(f"【{TITLE}】", BODY)
    assert made.model_copy(update={"annotated_at": bare.annotated_at}) == bare
