"""Show what grounding accepts: honest statements, harmless variants of them, and the same with a figure, day or name altered.

    python benchmarks/grounding.py ARTICLES.jsonl[.gz] … [--gold GOLD.jsonl] [--show KIND]

ARTICLES.jsonl has rows of id, title and body. Honest statements are sentences of the bodies, cuts and joins of them; every
alteration and variant is written here by rules of its own, which know nothing of how grounding reads a text. `--gold` adds what
humans wrote of the articles (rows of id, summary and event_sentences); titles are grounded in the bodies alone. Two peers
decide on the same cases: an exact substring, and rapidfuzz's partial_ratio of at least 90.
"""

import argparse
import gzip
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from flows.settings import SHIPPED_CONFIG
from transforms.grounding import Said, ground
from transforms.taxonomy import Taxonomy, load_taxonomy

Row = dict[str, Any]
EMPTY = Said(summary="", keywords=(), ai_technologies=(), industries=(), industry_codes=(), major_events=(), securities=())
PER_ROW = 3  # sentences
HAN = "零一二三四五六七八九"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
GIVEN = "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红鹏宇浩然子轩晨曦雨桐思远志文建国永海晓东振峰慧琳嘉怡俊凯立新成林"
COMPANIES = (
    "星桥科技 云麓智能 远帆物流 汀州港务 恒岳资本 启明星辰 金石创投 瑞禾生物 北辰重工 南山铝业 天枢电子 九鼎投资 广联达 华夏基金 中科曙光 "
    "三一重工 光明乳业 方正科技 太平洋保险 新城控股 万达集团 蓝色光标 第四范式 好未来 顺丰控股 江淮汽车 长城汽车 东方园林 红杉资本 经纬中国 "
    "国泰君安 民生银行 宁波银行 立讯精密 亿纬锂能 恒瑞医药 海康威视 东吴证券 爱尔眼科 迈瑞医疗"
).split()
PLACES = "北京 上海 广州 深圳 成都 杭州 武汉 西安 南京 重庆 天津 苏州 长沙 郑州 青岛 合肥 济南 昆明 沈阳 大连 厦门 福州 海南 贵州 云南 江苏 浙江 广东 山东 四川 美国 日本 韩国 德国 法国 英国 印度".split()
COMPANY = re.compile(
    r"(?<=[，。、与和向对为由])[\u4e00-\u9fff]{2}(?:科技|股份|集团|银行|证券|资本|基金|药业|控股|智能|生物|电子|汽车)(?![\u4e00-\u9fff]{0,2}公司)"
)
PERSON = re.compile(
    rf"(?:董事长|总经理|副总裁|首席执行|分析师|研究员|负责人|创始人|董事|经理|总裁|院长|教授|主任|专家|局长|记者)([{SURNAMES}][\u4e00-\u9fff]{{1,2}})"
    r"(?=表示|认为|称|说|指出|介绍|告诉|在|向|，|、|坦言|先生|女士)"
)
GENERIC = re.compile(
    "股东|公司$|投资者|高管|股份$|部分|董事|监事|机构|资金|注册|一家|大数据|人工智能|区块链|行动人|这|实控人|管理|机器人|基金$|局$|中心$"
)
SIGNS = [
    pair.split("/")
    for pair in (
        "增长/下降 增加/减少 上涨/下跌 上升/下降 提高/降低 盈利/亏损 增持/减持 买入/卖出 扩大/缩小 流入/流出 上调/下调 高于/低于 升至/降至 涨幅/跌幅 增幅/降幅 "
        "不超过/不低于 批准/否决 解除质押/质押 上半年/下半年 收购/出售 下滑/增长 下跌/上涨 亏损/盈利 减少/增加 下降/增长 减持/增持 回升/回落 超过/不足"
    ).split()
]
UNITS = [
    pair.split("/")
    for pair in "亿元/万元 万元/亿元 万股/亿股 亿股/万股 万元/万美元 亿美元/亿元 %/个百分点 万股/万元 万元/元 元/万元 亿元/元 股/元 港元/美元 吨/公斤 家/万家 人/万人 台/万台".split()
]


class Case(NamedTuple):
    """One statement to ground in one article, and whether it is honest."""

    kind: str
    honest: bool
    title: str
    body: str
    statement: str


def rows(path: Path) -> list[Row]:
    """Return the rows of a file of JSON lines; `.gz` is opened."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def honest(row: Row, dice: random.Random) -> Iterator[tuple[str, str]]:
    """Yield honest statements of an article, each with how it was made."""
    body = row["body"]
    whole = [
        one.strip() for one in re.findall(r"(?:(?<=[。！？\n])|^)[^。！？\n]{12,160}[。！？]", body) if re.search(r"\d", one)
    ]
    for one in dice.sample(whole, min(PER_ROW, len(whole))):
        yield "sentence", one
        clauses = [part for part in re.split("[，；]", one[:-1]) if part]
        if len(clauses) > 2:
            yield "cut at a comma", "，".join(clauses[:-1]) + "。"
            yield "first clause left out", "，".join(clauses[1:]) + "。"
        without = re.sub(r"（[^（）]*）|\([^()]*\)", "", one)
        if without != one:
            yield "without asides", without
    if len(whole) > 1:
        place = dice.randrange(len(whole) - 1)
        if body.index(whole[place + 1]) - body.index(whole[place]) - len(whole[place]) < 3:
            yield "joined", whole[place][:-1] + "，" + whole[place + 1]


def spelled_han(value: int) -> str:
    """Return a number below 10,000 in Chinese numerals."""
    if value < 10:
        return HAN[value]
    text, gap = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // power % 10
        if digit:
            text += ("零" if gap and text else "") + HAN[digit] + name
        gap = bool(text) and not digit
    return text.removeprefix("一") if 10 <= value < 20 else text


def variants(text: str, dice: random.Random) -> Iterator[tuple[str, str]]:
    """Yield harmless variants of a statement, those that change it."""
    wide = str.maketrans(
        "0123456789%.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "０１２３４５６７８９％．"
        + "".join(chr(ord(one) + 0xFEE0) for one in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
    )
    yield "full width", text.translate(wide)
    yield "blanks around figures", re.sub(r"(?<=[\u4e00-\u9fff])(?=\d)|(?<=\d)(?=[\u4e00-\u9fff%])", " ", text)
    yield "blanks before units", re.sub(r"(?<=\d)(万|亿|%)(?=[元股美])?", r" \1 ", text)
    yield "no blanks", re.sub(r"(?<![A-Za-z\d])\s+|\s+(?![A-Za-z\d])", "", text)
    yield "other marks", text.translate(str.maketrans("（）“”，；：", '()"",;:'))
    yield "no quotation marks", re.sub("[“”《》]", "", text)
    yield "letters' case", text.upper() if dice.random() < 0.5 else text.lower()
    yield "thousands", re.sub(r"(?<![\w.,(-])(?<![（：:])(\d{4,})(?=[万股元家户人台吨])", lambda one: f"{int(one[1]):,}", text)
    yield "no thousands", re.sub(r"(?<=\d)[,，](?=\d{3}(?!\d))", "", text)
    yield "trailing zero", re.sub(r"(\d+\.\d)(?=[%万亿元])", r"\g<1>0", text)
    yield (
        "ten thousands written out",
        re.sub(r"(?<![\d.,])(\d+(?:\.\d{1,4})?)万(?![亿\d])", lambda one: f"{round(float(one[1]) * 10**4)}", text),
    )
    yield "亿 as 万", re.sub(r"(?<![\d.,])(\d+(?:\.\d{1,4})?)亿", lambda one: f"{round(float(one[1]) * 10**4)}万", text)
    yield (
        "万 as 亿",
        re.sub(
            r"(?<![\d.,])(\d{3,}(?:\.\d+)?)万", lambda one: f"{float(one[1]) / 10**4:.8f}".rstrip("0").rstrip(".") + "亿", text
        ),
    )
    yield (
        "百分之",
        re.sub(
            r"(?<![\d.])(\d{1,2})(?:\.(\d+))?%",
            lambda one: (
                "百分之" + spelled_han(int(one[1])) + ("点" + "".join(HAN[int(digit)] for digit in one[2]) if one[2] else "")
            ),
            text,
        ),
    )
    yield "Chinese numerals", re.sub(r"(?<![\d.,第-])(\d{1,3})(?=[家名台项人款只])", lambda one: spelled_han(int(one[1])), text)
    yield (
        "days with dashes",
        re.sub(r"(\d{4})年(\d{1,2})月(\d{1,2})日", lambda one: f"{one[1]}-{int(one[2]):02}-{int(one[3]):02}", text),
    )
    yield "days with zeros", re.sub(r"(?<!\d)(\d)月(\d)日", r"0\1月0\2日", text)
    yield (
        "days in Chinese numerals",
        re.sub(r"(?<!\d)(\d{1,2})月(\d{1,2})日", lambda one: f"{spelled_han(int(one[1]))}月{spelled_han(int(one[2]))}日", text),
    )
    yield "year left out", re.sub(r"\d{4}年(?=\d{1,2}月\d{1,2}日)", "", text)
    yield "元 with 人民币", re.sub(r"(?<=[万亿])元(?![/人])", "元人民币", text)


def figure_alterations(text: str, dice: random.Random) -> Iterator[tuple[str, str]]:
    """Yield a statement with one figure altered, in several ways."""
    places = [one for one in re.finditer(r"(?<![\dA-Za-z.])\d+(?:[.,]\d+)*(?![\dA-Za-z年月日])", text) if len(one[0]) > 1]
    if places:
        one = dice.choice(places)
        digits = one[0]
        swaps = [
            place
            for place in range(len(digits) - 1)
            if digits[place].isdigit() and digits[place + 1].isdigit() and digits[place] != digits[place + 1]
        ]
        if swaps:
            place = dice.choice(swaps)
            yield (
                "digits swapped",
                put(text, one.span(), digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]),
            )
        place = dice.choice([place for place, digit in enumerate(digits) if digit.isdigit()])
        yield (
            "digit changed",
            put(
                text,
                one.span(),
                digits[:place] + dice.choice([digit for digit in "123456789" if digit != digits[place]]) + digits[place + 1 :],
            ),
        )
        if re.fullmatch(r"\d+\.\d+", digits):
            yield "point moved", put(text, one.span(), digits.replace(".", "", 1).lstrip("0") or "1")
            if digits[-1] != "0" and not re.search("[约近超逾]", text[max(0, one.start() - 3) : one.start()]):
                yield "digit dropped", put(text, one.span(), digits[:-1].rstrip("."))
        yield "digit added", put(text, one.span(), digits + dice.choice("123456789"))
    if small := [one for one in re.finditer(r"(?<![\d.,\-A-Za-z])\d(?=[家名台项人款个倍次层])", text)]:
        one = dice.choice(small)
        yield "small number changed", put(text, one.span(), dice.choice([digit for digit in "23456789" if digit != one[0]]))
    for old, new in dice.sample(UNITS, len(UNITS)):
        if found := re.search(rf"(?<=\d){old}(?![/人亿])", text):
            yield "unit changed", put(text, found.span(), new)
            break
    for old, new in dice.sample(SIGNS, len(SIGNS)):
        if found := re.search("(?<!不)" + old + r"(?=(?:了|约|到|至|近|为)?\d)", text):
            yield "sign at a figure", put(text, found.span(), new)
            break
    for old, new in dice.sample(SIGNS, len(SIGNS)):
        if len(re.findall("(?<!不)" + old, text)) == 1 and new not in text:
            yield "sign in a sentence", re.sub("(?<!不)" + old, new, text)
            break


def day_alterations(text: str, dice: random.Random) -> Iterator[tuple[str, str]]:
    """Yield a statement with one day, month or year altered."""
    if found := list(re.finditer(r"(?<!\d)(\d{1,2})月(\d{1,2})日", text)):
        one = dice.choice(found)
        yield "day changed", put(text, one.span(2), str(dice.choice([day for day in range(1, 29) if day != int(one[2])])))
        yield "month changed", put(text, one.span(1), str(dice.choice([month for month in range(1, 13) if month != int(one[1])])))
    if found := list(re.finditer(r"(?<!\d)((?:19|20)\d\d)年", text)):
        one = dice.choice(found)
        yield "year changed", put(text, one.span(1), str(int(one[1]) + dice.choice([-3, -2, -1, 1, 2, 3])))


def name_alterations(
    text: str, row: Row, lists: Taxonomy, strangers: dict[str, list[str]], dice: random.Random
) -> Iterator[tuple[str, str]]:
    """Yield a statement with one name replaced, by another plausible one or by one character."""
    companies = [name for name in lists.companies if len(name) > 3 and name in text] + COMPANY.findall(text)
    persons = PERSON.findall(text)
    for event in row.get("events", ()):
        for argument in event["arguments"]:
            if argument["text"] in text and re.fullmatch(r"[\u4e00-\u9fff]{2,20}", argument["text"]):
                kind = argument["role"]
                (persons if "姓名" in kind else companies if re.search("公司|方|股东|企业", kind) else []).append(
                    argument["text"]
                )
    companies = [name for name in companies if not GENERIC.search(name)]
    for kind, names, pool in (
        ("company", companies, [*COMPANIES, *strangers["company"]]),
        (
            "person",
            persons,
            [
                *strangers["person"],
                *("".join((dice.choice(SURNAMES), *dice.sample(GIVEN, dice.choice((1, 2, 2))))) for _ in range(20)),
            ],
        ),
        ("place", [place for place in PLACES if place in text], PLACES),
    ):
        if names:
            name = dice.choice(names)
            yield (
                f"{kind} replaced",
                text.replace(
                    name, dice.choice([one for one in pool if one not in row["body"] + row["title"] and one[:2] != name[:2]])
                ),
            )
            if kind != "place":
                place = dice.randrange(len(name))
                yield (
                    f"{kind}, one character",
                    text.replace(
                        name, name[:place] + dice.choice([one for one in GIVEN if one != name[place]]) + name[place + 1 :]
                    ),
                )


def put(text: str, span: tuple[int, int], new: str) -> str:
    """Return a text with another piece at a span."""
    return text[: span[0]] + new + text[span[1] :]


def cases(articles: Sequence[Row], lists: Taxonomy, dice: random.Random) -> Iterator[Case]:
    """Yield the cases of all articles."""
    strangers: dict[str, list[str]] = {"company": [], "person": []}
    for row in articles:
        for argument in (argument for event in row.get("events", ()) for argument in event["arguments"]):
            if re.fullmatch(r"[\u4e00-\u9fff]{2,8}", argument["text"]) and re.search(
                "姓名|公司名称|中标公司|被投资方|收购方", argument["role"]
            ):
                strangers["person" if "姓名" in argument["role"] else "company"].append(argument["text"])
    for row in articles:
        title, body = row["title"], row["body"]
        for kind, text in honest(row, dice):
            yield Case(kind, True, title, body, text)
            if kind != "sentence":
                continue
            for kind, one in variants(text, dice):
                if one != text:
                    yield Case(kind, True, title, body, one)
            made = (
                *figure_alterations(text, dice),
                *day_alterations(text, dice),
                *name_alterations(text, row, lists, strangers, dice),
            )
            for kind, one in made:
                if one != text and one not in body:
                    yield Case(kind, False, title, body, one)


def told(articles: Sequence[Row], gold: Sequence[Row]) -> Iterator[Case]:
    """Yield what humans wrote: labelled events and summaries, and the titles, in their bodies."""
    by_id = {row["id"]: row for row in articles}
    for row in gold:
        article = by_id[row["id"]]
        for one in row["event_sentences"]:
            yield Case("labelled events", True, article["title"], article["body"], one)
        for one in re.findall(r"[^。；！？]+[。；！？]", row["summary"]):
            yield Case("labelled summaries, by sentence", True, article["title"], article["body"], one)
    for row in articles:
        yield Case("titles in bodies", True, "", row["body"], row["title"])


def main() -> None:
    """Ground every case by every decider and print the shares accepted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path, nargs="+")
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--show", default="", help="print the cases of a kind that are decided wrongly")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    from rapidfuzz import fuzz

    lists = load_taxonomy([SHIPPED_CONFIG / "taxonomy"])
    articles = [row for path in arguments.articles for row in rows(path)]
    made = [*cases(articles, lists, random.Random(arguments.seed))]
    if arguments.gold:
        made += told(articles, rows(arguments.gold))
    deciders: dict[str, Callable[[Case], bool]] = {
        "grounding": lambda one: (
            not ground(EMPTY.model_copy(update={"major_events": (one.statement,)}), one.title, one.body, lists).faults
        ),
        "substring": lambda one: one.statement in f"{one.title}\n{one.body}",
        "partial_ratio": lambda one: fuzz.partial_ratio(one.statement, f"{one.title}\n{one.body}") >= 90,
    }
    counts: dict[tuple[bool, str], list[int]] = defaultdict(lambda: [0] * (1 + len(deciders)))
    for one in made:
        taken = [decide(one) for decide in deciders.values()]
        for kind in (one.kind, "all"):
            counts[one.honest, kind][0] += 1
            for number, yes in enumerate(taken, 1):
                counts[one.honest, kind][number] += yes
        if arguments.show and (arguments.show in (one.kind, "all")) and taken[0] != one.honest:
            faults = ground(EMPTY.model_copy(update={"major_events": (one.statement,)}), one.title, one.body, lists).faults
            print(one.kind, "|", one.statement, "|", *(fault.why for fault in faults))
    for title, right in (("honest: kept", True), ("altered: accepted", False)):
        print(f"\n{title:34}{'cases':>8}" + "".join(f"{name:>15}" for name in deciders))
        for (is_honest, kind), (total, *yes) in sorted(counts.items(), key=lambda one: one[0][1] == "all"):
            if is_honest == right:
                print(f"{kind:34}{total:8}" + "".join(f"{one / total:15.3f}" for one in yes))
    speed(articles, lists)


def speed(articles: Sequence[Row], lists: Taxonomy) -> None:
    """Print how many articles a second are grounded, each with ten phrases, three events and a summary."""
    said = []
    for row in articles:
        # Not verbatim, so that all is checked.
        sentences = [
            one.replace("，", "，并", 1)
            for one in re.findall(r"(?:(?<=[。！？\n])|^)[^。！？\n]{12,120}[。！？]", row["body"])[:5]
        ]
        phrases = tuple(re.findall(r"[\u4e00-\u9fff]{2,6}", row["title"]))
        said.append(
            EMPTY.model_copy(
                update={"summary": "".join(sentences[3:])[:200], "major_events": tuple(sentences[:3]), "keywords": phrases * 2}
            )
        )
    begun = time.process_time()
    for row, one in zip(articles, said, strict=True):
        ground(one, row["title"], row["body"], lists)
    spent = time.process_time() - begun
    characters = sum(len(row["body"]) for row in articles) / len(articles)
    print(f"\n{len(articles) / spent:.0f} articles/s and core, of {characters:.0f} characters")


if __name__ == "__main__":
    main()
