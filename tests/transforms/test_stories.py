"""What is a reprint and what only looks like one: invented texts, edited the way that reprints are."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from transforms.stories import first, keys, mark, period, reprints

D18, D19 = date(2026, 11, 18), date(2026, 11, 19)
PARAGRAPHS = [
    "岑峰钢铁昨日宣布，其自主研发的质检大模型已在三座钢厂上线，热轧板卷的表面缺陷漏检率由千分之二降到万分之三，每年可减少返工损失约1.2亿元。",
    "据介绍，这一模型以企业十五年来积累的4600万张带钢图像为训练材料，由公司与岚汀大学联合完成，推理部署在产线旁的38台边缘服务器上，单张判定耗时27毫秒。",
    "公司总工程师汪澄在发布会上表示，过去质检依赖老师傅的眼力，一个班组要盯住六块屏幕，如今系统先行筛查，人只复核可疑部位，工作量下降了七成以上。",
    "不过业内人士提醒，钢种切换时图像特征变化很大，模型需要持续校准。岑峰钢铁称，已安排90名工程师组成专班，按周更新样本，并将在明年一季度把系统推广到另外5条产线。",
    "二级市场上，公司股价近一个月累计上涨18.4%，总市值为326亿元。多家券商认为，钢铁行业的智能化改造仍处早期，具备数据积累的龙头企业有望率先受益。",
]
TEXT = "\n".join(PARAGRAPHS)
FLASH = "11月18日，岑峰钢铁公告，拟以3.2亿元收购岚汀智能51%股权。"


def same(one: str, other: str, days: tuple[date, date] = (D18, D18)) -> bool:
    left, right = mark(one, days[0]), mark(other, days[1])
    alike = bool(left.sketch and right.sketch) and reprints(left.sketch, [right.sketch])[0]
    assert alike == (bool(left.sketch and right.sketch) and reprints(right.sketch, [left.sketch])[0])
    assert not alike or set(keys(left.sketch)) & set(keys(right.sketch))
    return left.text == right.text or alike


REPRINTS = {
    "itself": TEXT,
    "half width": TEXT.translate(str.maketrans("，。：；“”", ',.:;""')).replace("\n", "\n  "),
    "dateline": f"新华社北京11月18日电（记者 赵屿川）{TEXT}",
    "dateline of another agency": f"本报讯（记者 赵屿川 通讯员 李汀）{TEXT}",
    "editor": f"{TEXT}\n（责任编辑：孙岚）",
    "headline in the body": f"质检大模型走进钢厂\n{TEXT}",
    "last paragraph gone": "\n".join(PARAGRAPHS[:-1]),
    "first half": "\n".join(PARAGRAPHS[:3]),
    "paragraph gone": "\n".join(PARAGRAPHS[:1] + PARAGRAPHS[2:]),
    "preview cut in a number": TEXT[: TEXT.index("8.4%")] + "...",
    "one number put right": TEXT.replace("326亿", "362亿"),
    "some words changed": TEXT.replace("昨日", "日前").replace("据介绍", "据了解").replace("认为", "指出"),
    "all of that": "中新社上海11月18日电 " + "\n".join(PARAGRAPHS[:-1]).replace("4600万", "4800万").replace("，", ","),
}


@pytest.mark.parametrize("edit", REPRINTS)
def test_a_reprint_is_one(edit):
    assert same(TEXT, REPRINTS[edit], (D18, D19))


OTHERS = {
    "next report in the same words": re.sub(r"\d+", lambda number: str(int(number[0]) * 3 + 1), TEXT),
    "several figures are new": TEXT.replace("1.2亿", "1.9亿")
    .replace("38台", "64台")
    .replace("90名", "120名")
    .replace("18.4", "2.7"),
    "an article that quotes one paragraph": PARAGRAPHS[4] + "".join(chr(0x4E00 + number * 37 % 5000) for number in range(900)),
    "another article": "".join(chr(0x5000 + number * 41 % 5000) for number in range(400)),
    "one paragraph": PARAGRAPHS[1],
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_only_looks_like_a_reprint_is_none(kind):
    assert not same(TEXT, OTHERS[kind])


def test_notices_in_one_template_are_not_reprints_of_one_another():
    template = (
        "{0}公告，公司董事会近日收到董事{1}女士递交的书面辞职报告。{1}女士因工作调整，申请辞去公司董事及专门委员会委员职务，辞职后不再担任公司任何职务。"
        "{1}女士的辞职未导致董事会成员低于法定人数，不会影响董事会正常运作，辞职报告自送达之日起生效。公司及董事会对{1}女士任职期间作出的贡献表示感谢。"
    )
    assert same(template.format("岑峰钢铁", "汪澄"), "财联社11月18日电，" + template.format("岑峰钢铁", "汪澄"))
    assert not same(template.format("岑峰钢铁", "汪澄"), template.format("岚汀智能", "赵屿川"))


def test_notices_that_end_in_the_same_long_words_of_their_site_are_not_reprints_of_one_another():
    ending = (
        "（本文由样报自动写作机器人小舟生成。小舟以算法第一时间为读者送上创投情报，它还很年轻，欢迎读者来信指出它的差错，帮助它成长。样报同时提供产业互联网、品牌出海、"
        "数字零售等栏目的订阅服务，转载须注明出处，未经许可不得镜像。如有任何建议，请与编辑部联系，我们将及时沟通与处理，感谢您一直以来对样报的关注与支持）。"
    )
    assert not same(f"岚汀智能获得云屿资本投资。{ending}", f"澄野医药完成天使轮融资，投资方为舟禾创投。{ending}")


def test_short_texts_have_to_be_equal():
    assert same(FLASH, f"财联社11月18日电，{FLASH}", (D18, D19))
    assert same(FLASH, f"【岑峰钢铁拟收购岚汀智能】{FLASH}（赵屿）")
    assert not same(FLASH, FLASH.replace("51%", "52%"))
    assert not same(FLASH, f"{FLASH}交易尚需股东大会批准。")
    assert mark(FLASH, D18).sketch == b""


def test_equal_short_texts_of_two_days_are_two_stories_unless_they_name_the_day():
    assert same("沪指午后翻红。", "沪指 午后翻红")
    assert not same("沪指午后翻红。", "沪指午后翻红。", (D18, D19))
    assert same("11月18日，沪指午后翻红。", "11月18日，沪指午后翻红。", (D18, D19))


def test_texts_with_more_numbers_than_are_kept_are_told_apart_by_a_sample():
    table = "".join(
        f"第{number}家公司营业收入{number * 7 % 1000}.{number % 90 + 10}亿元，较上年有所增长；" for number in range(300)
    )
    later = re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]) + 3.17:.2f}", table)
    assert same(table, table[: len(table) // 2])
    assert not same(table, later)


def test_a_mark_is_the_same_on_every_machine():
    """Marks are kept: a change of how they are made must be meant, and then everything kept must be made anew."""
    made = mark(TEXT, D18)
    assert made.text == "bf4abec57f9dc89dc2c454ee70021a57"
    assert made.sketch.hex()[:48] == "4f0100000800f1321464b8015ec9fa8678ee077834a82497"
    assert len(made.sketch) == 166
    assert keys(made.sketch)[:3] == [15806996, 23377921, 39766522]
    assert len(set(keys(made.sketch))) == 40


def test_nothing_is_compared_with_nothing():
    assert reprints(mark(TEXT, D18).sketch, []) == []


def test_periods_are_weeks():
    assert {period(D18 + timedelta(days=number)) - period(D18) for number in range(7)} <= {0, 1}
    assert period(D18 + timedelta(days=7)) == period(D18) + 1


def test_who_prints_no_time_was_out_at_the_end_of_the_day():
    printed, end = datetime(2026, 11, 18, 1, 5, tzinfo=UTC), datetime(2026, 11, 18, 16, tzinfo=UTC)
    assert first(printed, "minute", D18) == printed
    assert first(printed, "day", D18) == first(None, "none", D18) == end
