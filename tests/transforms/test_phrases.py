import pytest

from tests.transforms.lists import shipped, words_of
from transforms.phrases import keywords, subject_of


def found(title: str, body: str, technologies: tuple[str, ...] = ()) -> list[str]:
    words = words_of(title, body)
    return keywords(words, shipped(), technologies, subject_of(words))


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("砺芯微电子完成1.2亿元B轮融资", "砺芯微电子"),
        ("贵州茅台前三季度营收增长", "贵州茅台"),
        ("青禾资本：寒冬里募资十亿", "青禾资本"),
        ("Blue Harbor完成种子轮融资", "Blue Harbor"),
        ("2026年工业博览会开幕", ""),
    ],
)
def test_the_subject_is_what_the_headline_begins_with(title, subject):
    assert subject_of(words_of(title, "")) == subject


def test_the_subject_comes_first_and_short_names_that_the_text_gives_are_taken():
    made = found(
        "砺芯微电子中标智慧农险项目",
        "宁波砺芯微电子有限公司（简称“砺芯微电子”）中标青禾农业保险公司（简称“青禾农险”）的采购项目。",
    )
    assert made[0] == "砺芯微电子"
    assert "青禾农险" in made


def test_a_whole_phrase_beats_its_parts():
    made = found("AI大模型进入群模时代", "AI大模型进入“群模时代”。AI大模型的商业化路径渐明。", ("AI大模型",))
    assert made[0] == "AI大模型"
    assert "群模时代" in made
    assert not {"AI", "模型", "大模型"} & set(made)


def test_a_name_that_was_cut_is_made_whole():
    made = found("海外学子谈创业", "李博灏在剑桥读书。李博灏说，他想回国。同学们都认识李博灏。")
    assert "李博灏" in made


def test_latin_names_of_several_words_stay_together():
    made = found("Blue Harbor完成300万美元种子轮融资", "Blue Harbor完成300万美元种子轮融资，由Stone River Capital领投。")
    assert {"Blue Harbor", "种子轮融资", "Stone River Capital"} <= set(made)


def test_generic_words_papers_and_figures_are_no_keywords():
    made = found(
        "公司公告", "公司公告称，公司项目进展情况良好。《样本日报》记者了解到，《样本日报》记者将继续关注，金额3.5亿元。"
    )
    assert not {"公司", "公告", "项目", "进展情况", "样本日报", "3.5", "3.5亿元"} & set(made)


def test_a_short_notice_has_keywords_too():
    assert 1 <= len(found("停水通知", "城南片区明日停水检修。")) <= 8
    assert found("", "") == []


def test_a_number_with_its_counter_is_no_part_of_a_keyword():
    title = "满天星第2026130期开奖：头奖7注"
    keywords = found(title, "满天星第2026130期开奖，头奖开出7注。满天星第2026131期周四开奖。")
    assert "满天星" in keywords
    assert not any(phrase.startswith("期") or phrase.endswith("第") for phrase in keywords)
