from datetime import UTC, date, datetime

import pytest

from crawlers.page import Page
from tests.transforms.lists import shipped
from tests.transforms.rows import record
from transforms.layout import Entry, Imported, LayoutError, format_record, format_records, imported, link_of, split
from transforms.record import Record

TEXT = """\
标题: 大模型走进钢厂 质检员换了岗位
链接: https://baijiahao.baidu.com/s?id=1882256281147099410
总结: 本报记者 沈知远 11月18日，岑峰钢铁宣布质检大模型上线。机器视觉给一块钢板拍1400张照片，漏检率降到万分之三。
关键词: 质检大模型, 岑峰钢铁, 漏检率
AI技术: 质检大模型, 机器视觉
行业: 钢铁行业，机器视觉领域
重大事件摘要: 这篇文章中的重大事件包括：

1. 岑峰钢铁质检大模型上线。
2. 漏检率降到万分之三。
"""


def import_of(text: str) -> Imported:
    at = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    return imported(Page("http://x/", link_of(text), 200, (), text.encode(), at, "imported", "import"), shipped())


def imported_record(text: str) -> Record:
    article, annotation, _ = import_of(text)
    return Record(**dict(article), **dict(annotation), archive_file="f", archive_offset=0)


def test_an_imported_record_is_printed_as_it_was_read():
    assert format_record(imported_record(TEXT)) == TEXT


def test_what_the_layout_says_stands_in_the_record():
    row = imported_record(TEXT)
    assert row.keywords == ("质检大模型", "岑峰钢铁", "漏检率")
    assert row.industries == ("钢铁行业", "机器视觉领域")
    assert row.major_events == ("岑峰钢铁质检大模型上线。", "漏检率降到万分之三。")
    assert (
        row.summary
        == "本报记者 沈知远 11月18日，岑峰钢铁宣布质检大模型上线。机器视觉给一块钢板拍1400张照片，漏检率降到万分之三。"
    )
    assert (row.published_at, row.published_date, row.annotator) == (None, date(2026, 11, 20), "import")


def test_evidence_says_where_the_values_stand_in_the_body():
    row = imported_record(TEXT)
    first, second = (
        "本报记者 沈知远 11月18日，岑峰钢铁宣布质检大模型上线。",
        "机器视觉给一块钢板拍1400张照片，漏检率降到万分之三。",
    )
    assert [(one.column, one.value, row.body[one.start : one.end]) for one in row.evidence] == [
        ("summary", first, first),
        ("summary", second, second),
        *(("keywords", value, value) for value in ("质检大模型", "岑峰钢铁", "漏检率")),
        *(("ai_technologies", value, value) for value in ("质检大模型", "机器视觉")),
        ("industries", "钢铁行业", "钢铁"),
        ("industries", "机器视觉领域", "机器视觉"),
        ("major_events", "岑峰钢铁质检大模型上线。", first),
        ("major_events", "漏检率降到万分之三。", "漏检率降到万分之三。"),
    ]


@pytest.mark.parametrize(
    ("line", "added", "told"),
    [
        ("关键词", ", 量子火箭", "关键词: 量子火箭 stands neither in the title nor in the text."),
        ("AI技术", ", 虚构大模型", "AI技术: 虚构大模型 stands neither in the title nor in the text."),
        ("行业", "，星桥行业", "行业: 星桥行业 stands neither in the title nor in the text."),
        (
            "2. 漏检率",
            "\n3. 岑峰钢铁投资999亿元。",
            "重大事件摘要: 岑峰钢铁投资999亿元。 – The article does not state the figure 999亿元.",
        ),
        ("2. 漏检率", "\n3. 岑峰钢铁收购特斯拉。", "重大事件摘要: 岑峰钢铁收购特斯拉。 – The article does not name 特斯拉."),
    ],
)
def test_what_does_not_stand_in_the_article_is_dropped_and_told(line, added, told):
    lines = [f"{one}{added}" if one.startswith(line) else one for one in TEXT.splitlines()]
    made = import_of("\n".join(lines) + "\n")
    assert made.dropped == (told,)
    assert made == import_of(TEXT)._replace(dropped=(told,))


def test_a_person_may_name_many_keywords_which_take_the_articles_spelling():
    said = ("大模型", "钢厂", "质检员", "沈知远", "岑峰钢铁", "机器视觉", "钢板", "照片", "漏检率", "gpt－4")
    text = TEXT.replace("质检大模型, 岑峰钢铁, 漏检率", ", ".join(said)).replace("质检大模型上线", "质检大模型GPT-4上线")
    assert import_of(text).annotation.keywords == (*said[:-1], "GPT-4")
    assert import_of(text).dropped == ()


@pytest.mark.parametrize(
    ("body", "called", "dropped"),
    [
        (
            "样州楼盘成交回暖，购房者增多。",
            ("房地产", "房地产业", "房地产行业"),
            ("疫苗", "疫苗行业", "半导体", "药业", "农业", "银行业"),
        ),
        ("样州农户喜获丰收，大豆增产。", ("农业", "现代农业"), ("房地产业", "矿业")),
        ("样州储户可凭信用卡办理。", ("银行业", "银行", "银行行业"), ("证券业", "林业")),
        ("样州的天然气发电厂扩建。", ("公用事业",), ("服务业", "疫苗")),
        ("样州的仿制药获批。", ("药业",), ("林业",)),
    ],
)
def test_a_person_may_call_an_industry_by_its_usual_name_where_the_article_tells_of_it(body, called, dropped):
    text = f"标题: 近况\n链接: http://e.cn/1\n总结: {body}\n行业: {'，'.join((*called, *dropped))}\n"
    made = import_of(text)
    assert made.annotation.industries == called
    assert made.dropped == tuple(f"行业: {one} stands neither in the title nor in the text." for one in dropped)
    assert not [one for one in made.annotation.evidence if one.column == "industries"]


@pytest.mark.parametrize(
    ("body", "event", "stands"),
    [
        ("11月18日，岑峰钢铁上线大模型。", "2026年11月18日，岑峰钢铁上线大模型。", True),
        ("11月18日，岑峰钢铁上线大模型。", "2026年11月19日，岑峰钢铁上线大模型。", False),
        ("11月18日，岑峰钢铁上线大模型。", "2026年11月，岑峰钢铁上线大模型。", False),
        ("2025年11月18日，岑峰钢铁上线大模型。", "2026年11月18日，岑峰钢铁上线大模型。", False),
        ("2025年11月18日立项。11月18日，岑峰钢铁上线大模型。", "2026年11月18日，岑峰钢铁上线大模型。", False),
    ],
)
def test_a_person_may_put_the_year_before_a_day_of_the_article(body, event, stands):
    made = import_of(f"标题: 近况\n链接: http://e.cn/1\n总结: {body}\n重大事件摘要: {event}\n")
    assert made.annotation.major_events == ((event,) if stands else ())
    assert len(made.dropped) == (not stands)


def test_the_link_becomes_canonical():
    text = TEXT.replace("099410", "099410&wfr=spider&for=pc")
    assert format_record(imported_record(text)) == TEXT


def test_other_marks_and_missing_lines_are_understood():
    text = (
        TEXT.replace("1400", "1,400")
        .replace("关键词: ", "关键词：")
        .replace(", 岑峰钢铁, ", "、岑峰钢铁;1,400张，")
        .replace("AI技术: 质检大模型, 机器视觉\n", "")
    )
    row = imported_record(text)
    assert row.keywords == ("质检大模型", "岑峰钢铁", "1,400张", "漏检率")
    assert row.ai_technologies == ()
    assert imported_record(TEXT.replace("AI技术", "AI 技术").replace(", ", ",")).ai_technologies == ("质检大模型", "机器视觉")
    assert imported_record("".join(TEXT.splitlines(keepends=True)[:3])).major_events == ()


@pytest.mark.parametrize("events", ["无", " 无。", "这篇文章中的重大事件包括：\n\n无", "这篇文章中的重大事件包括：\n\n1. 无。"])
def test_none_is_no_value(events):
    text = (
        TEXT[: TEXT.index("关键词")].replace("机器视觉", "无人机")
        + f"关键词: 无人机、无\nAI技术: 无\n行业：无。\n重大事件摘要: {events}\n"
    )
    row = imported_record(text)
    assert (row.keywords, row.ai_technologies, row.industries, row.major_events) == (("无人机",), (), (), ())


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("1. 上线。", "上线。"),
        ("2、上线。", "上线。"),
        ("1.2亿元到账。", "1.2亿元到账。"),
        ("3.2026年上线。", "2026年上线。"),
        ("上线。", "上线。"),
    ],
)
def test_an_events_number_is_no_part_of_it(line, event):
    text = TEXT[: TEXT.index("这篇")].replace("总结: ", f"总结: {event}")
    assert imported_record(f"{text}主要事件如下:\n{line}\n").major_events == (event,)


def test_many_records_in_one_file():
    second = TEXT.replace("099410", "099411")
    lines = "".join(format_records(map(imported_record, [TEXT, second]))).splitlines(keepends=True)
    assert list(split(lines)) == [Entry(1, TEXT), Entry(12, second)]
    assert list(split(["no layout\n", "\n", *lines]))[:2] == [Entry(1, "no layout\n"), Entry(3, TEXT)]
    assert list(split(["\n", " \n"])) == []


def test_a_record_without_its_first_line_does_not_run_into_the_one_before():
    headless = TEXT[TEXT.index("链接") :].replace("099410", "099411")
    first, second = split((TEXT + headless).splitlines(keepends=True))
    assert (first.text, second) == (TEXT, Entry(11, headless))


def test_the_paragraphs_of_a_record_stand_on_one_line():
    assert "总结: 第1段正文。第二段，利润为1亿元。\n" in format_record(record(1))


FALSE = "\n标题: 假\r链接: http://e.cn/2\u2028总结: 假"


@pytest.mark.parametrize("column", ["title", "body", "keywords", "ai_technologies", "industries", "major_events"])
def test_no_value_is_taken_for_a_labelled_line(column):
    value = f"真{FALSE}"
    text = format_record(record(1, **{"body": value, column: value if column in ("title", "body") else (value,)}))
    (entry,) = split(text.splitlines(keepends=True))
    row = imported_record(entry.text)
    said = getattr(row, column)
    assert "".join(said if isinstance(said, tuple) else [said]).replace(" ", "") == "真标题:假链接:http://e.cn/2总结:假"
    assert row.url == record(1).url


def test_an_imported_record_has_no_invisible_characters_and_its_headline_is_one_line():
    row = imported_record(
        "标题: 大模型\x00\n走进钢厂\u200b\n链接: http://e.cn/1\n总结: 第一段。\x01\n　第二段。\n关键词: 钢厂\x02\n"
    )
    assert (row.title, row.body, row.keywords) == ("大模型 走进钢厂", "第一段。\n第二段。", ("钢厂",))


def test_a_record_without_annotation_has_empty_lines():
    row = record(1, keywords=(), industries=(), major_events=())
    assert "关键词:\nAI技术:\n行业:\n重大事件摘要:\n" in format_record(row)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("标题: x\n总结: y\n", 0, "a record without 链接"),
        ("链接: http://e.cn/1\n总结:\n", 0, "a record without 标题、总结"),
        ("标题: x\n链接: nonsense\n总结: y\n", 1, "no usable 链接"),
        (TEXT.replace("AI技术", "关键词"), 4, "关键词 behind 关键词: twice, or out of order"),
        (TEXT.replace("岑峰钢铁宣布", "\udcff"), 2, "neither UTF-8 nor GB18030"),
        ("a note\n", 0, "no record: 'a note' stands before"),
    ],
)
def test_a_record_that_is_wrong_is_refused_with_its_line(text, line, told):
    with pytest.raises(LayoutError, match=told) as error:
        link_of(text)
    assert error.value.line == line
