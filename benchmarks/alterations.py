"""Alterations and harmless variants of a sentence, by rules of their own that know nothing of how grounding reads a text."""

import random
import re
from collections.abc import Iterator
from itertools import combinations, pairwise

_WIDE = {code: code + 0xFEE0 for code in map(ord, "0123456789%.")} | {
    code + shift: code + shift + 0xFEE0 for code in range(65, 91) for shift in (0, 32)
}
_HAN = "零一二三四五六七八九"
_SIGNS = """
    增长/下降 增加/减少 上涨/下跌 上升/下降 提高/降低 盈利/亏损 增持/减持 买入/卖出 扩大/缩小 流入/流出 上调/下调 高于/低于
    升至/降至 涨幅/跌幅 增幅/降幅 不超过/不低于 批准/否决 解除质押/质押 上半年/下半年 收购/出售 下滑/增长 下跌/上涨 亏损/盈利
    减少/增加 下降/增长 减持/增持 回升/回落 同比/环比 环比/同比
"""
_BOUNDS = "超过/不足 不足/超过 超/近 逾/近 近/超 以上/以下 以下/以上 以内/以上 至少/最多 最多/至少"
_UNITS = """
    亿元/万元 万元/亿元 万股/亿股 亿股/万股 万元/万美元 亿美元/亿元 %/个百分点 万股/万元 万元/元 元/万元 亿元/元 股/元 港元/美元
    吨/公斤 家/万家 人/万人 台/万台
"""
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜"
    "戴夏钟汪田姜范石姚谭廖邹熊陆郝崔康邱秦侯邵孟龙段"
)
GIVEN = "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛超霞桂英华玉萍红鹏宇浩然轩晨曦雨桐远志文建永海晓振峰慧琳嘉怡俊凯新林"
COMPANIES = """
    星桥科技 云麓智能 远帆物流 汀州港务 恒岳资本 启明星辰 金石创投 瑞禾生物 北辰重工 南山铝业 天枢电子 九鼎投资 广联达 华夏基金
    中科曙光 三一重工 光明乳业 方正科技 太平洋保险 新城控股 万达集团 蓝色光标 第四范式 好未来 顺丰控股 江淮汽车 长城汽车
    东方园林 红杉资本 经纬中国 国泰君安 民生银行 宁波银行 立讯精密 亿纬锂能 恒瑞医药 海康威视 东吴证券 爱尔眼科 迈瑞医疗
"""
PLACES = """
    北京 上海 广州 深圳 成都 杭州 武汉 西安 南京 重庆 天津 苏州 长沙 郑州 青岛 合肥 济南 昆明 沈阳 大连 厦门 福州 海南 贵州 云南
    江苏 浙江 广东 山东 四川 美国 日本 韩国 德国 法国 英国 印度
"""


def variants(text: str, dice: random.Random) -> Iterator[tuple[str, str]]:
    """Yield harmless variants of a sentence, each with its kind; some leave it as it is."""
    yield "full width", text.translate(_WIDE)
    yield "blanks around figures", re.sub(r"(?<=[\u4e00-\u9fff])(?=\d)|(?<=\d)(?=[\u4e00-\u9fff%])", " ", text)
    yield "blanks before units", re.sub(r"(?<=\d)(万|亿|%)(?=[元股美])?", r" \1 ", text)
    yield "no blanks", re.sub(r"(?<![A-Za-z\d])\s+|\s+(?![A-Za-z\d])", "", text)
    yield "other marks", text.translate(str.maketrans("（）“”，；：", '()"",;:'))
    yield "no quotation marks", re.sub("[“”《》]", "", text)
    yield "letters' case", text.upper() if dice.random() < 0.5 else text.lower()
    yield "thousands", re.sub(r"(?<![\w.,(（:：-])\d{4,}(?=[万股元家户人台吨])", lambda one: f"{int(one[0]):,}", text)
    yield "no thousands", re.sub(r"(?<=\d)[,，](?=\d{3}(?!\d))", "", text)
    yield "trailing zero", re.sub(r"(\d+\.\d)(?=[%万亿元])", r"\g<1>0", text)
    yield "百分之", re.sub(r"(?<![\d.])(\d{1,2})(?:\.(\d+))?%", _percent, text)
    yield "Chinese numerals", re.sub(r"(?<![\d.,第-])\d{1,3}(?=[家名台项人款只])", lambda one: _numerals(int(one[0])), text)
    yield "元 with 人民币", re.sub(r"(?<=[万亿])元(?![/人])", "元人民币", text)
    yield from _scaled(text)
    yield from _dated(text)


def _scaled(text: str) -> Iterator[tuple[str, str]]:
    ten_thousands = re.compile(r"(?<![\d.,])(\d+(?:\.\d{1,4})?)万(?![亿\d])")
    yield "ten thousands written out", ten_thousands.sub(lambda one: f"{round(float(one[1]) * 10**4)}", text)
    yield "亿 as 万", re.sub(r"(?<![\d.,])(\d+(?:\.\d{1,4})?)亿", lambda one: f"{round(float(one[1]) * 10**4)}万", text)
    yield (
        "万 as 亿",
        re.sub(r"(?<![\d.,])(\d{3,}(?:\.\d+)?)万", lambda one: f"{float(one[1]) / 10**4:.8f}".rstrip("0.") + "亿", text),
    )


def _dated(text: str) -> Iterator[tuple[str, str]]:
    whole = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
    yield "days with dashes", whole.sub(lambda one: f"{one[1]}-{int(one[2]):02}-{int(one[3]):02}", text)
    yield "days with zeros", re.sub(r"(?<!\d)(\d)月(\d)日", r"0\1月0\2日", text)
    short = re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})日")
    yield "days in Chinese numerals", short.sub(lambda one: f"{_numerals(int(one[1]))}月{_numerals(int(one[2]))}日", text)
    yield "year left out", re.sub(r"\d{4}年(?=\d{1,2}月\d{1,2}日)", "", text)


def _percent(one: re.Match[str]) -> str:
    return "百分之" + _numerals(int(one[1])) + ("点" + "".join(_HAN[int(digit)] for digit in one[2]) if one[2] else "")


def _numerals(value: int) -> str:
    """Return a number below 1,000 in Chinese numerals."""
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    if value < 20:
        return ("十" if tens else "") + (_HAN[ones] if ones or not tens else "")
    text = (_HAN[hundreds] + "百" if hundreds else "") + (_HAN[tens] + "十" if tens else "零" if hundreds and ones else "")
    return text + (_HAN[ones] if ones else "")


def altered_figures(text: str, dice: random.Random) -> Iterator[tuple[str, str]]:
    """Yield a sentence with one figure altered in digits, unit or sign, each with its kind."""
    places = [one for one in re.finditer(r"(?<![\dA-Za-z.])\d+(?:[.,]\d+)*(?![\dA-Za-z年月日])", text) if len(one[0]) > 1]
    if places:
        one = dice.choice(places)
        about = re.search("[约近超逾]", text[max(0, one.start() - 3) : one.start()])
        for kind, digits in _digits(one[0], dice):
            if not (about and kind == "digit dropped"):
                yield kind, _put(text, one.span(), digits)
    if small := list(re.finditer(r"(?<![\d.,\-A-Za-z])\d(?=[家名台项人款个倍次层])", text)):
        one = dice.choice(small)
        yield "small number changed", _put(text, one.span(), dice.choice("23456789".replace(one[0], "")))
    yield from _first("unit changed", text, [(rf"(?<=\d){old}(?![/人亿])", new) for old, new in _shuffled(_UNITS, dice)])
    signs = [(rf"(?<!不){old}", new) for old, new in _shuffled(_SIGNS, dice)]
    yield from _first("sign at a figure", text, [(old + r"(?=(?:了|约|到|至|近|为)?\d)", new) for old, new in signs])
    bounds = [(rf"(?<!不){old}(?=\d)|(?<=[\d%元家人台次万亿]){old}", new) for old, new in _shuffled(_BOUNDS, dice)]
    yield from _first("bound turned", text, bounds)
    yield from _exchanged(text)
    yield from _first(
        "sign in a sentence", text, [(old, new) for old, new in signs if new not in text and len(re.findall(old, text)) == 1]
    )


def _exchanged(text: str) -> Iterator[tuple[str, str]]:
    """Yield a sentence with two different figures of one unit exchanged."""
    places = list(re.finditer(r"(?<![\dA-Za-z.])(\d+(?:\.\d+)?)([%万亿]?(?:元|股|家|人|台|套|吨)?)(?![\d万亿元/])", text))
    for one, other in combinations(places, 2):
        if one[2] and one[2] == other[2] and one[1] != other[1]:
            yield "figures exchanged", _put(_put(text, other.span(1), one[1]), one.span(1), other[1])
            return


def _digits(digits: str, dice: random.Random) -> Iterator[tuple[str, str]]:
    pairs = pairwise(digits)
    if swaps := [place for place, (one, other) in enumerate(pairs) if one != other and (one + other).isdigit()]:
        place = dice.choice(swaps)
        yield "digits swapped", digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    place = dice.choice([place for place, digit in enumerate(digits) if digit.isdigit()])
    yield "digit changed", _put(digits, (place, place + 1), dice.choice("123456789".replace(digits[place], "")))
    yield "digit added", digits + dice.choice("123456789")
    if re.fullmatch(r"\d+\.\d*[1-9]", digits):
        yield "point moved", digits.replace(".", "", 1).lstrip("0")
        yield "digit dropped", digits[:-1].rstrip(".")


def altered_days(text: str, dice: random.Random) -> Iterator[tuple[str, str]]:
    """Yield a sentence with one day, month or year altered, each with its kind."""
    if found := list(re.finditer(r"(?<!\d)(\d{1,2})月(\d{1,2})日", text)):
        one = dice.choice(found)
        yield "day changed", _put(text, one.span(2), str(dice.choice([day for day in range(1, 29) if day != int(one[2])])))
        yield (
            "month changed",
            _put(text, one.span(1), str(dice.choice([month for month in range(1, 13) if month != int(one[1])]))),
        )
    if found := list(re.finditer(r"(?<!\d)((?:19|20)\d\d)年", text)):
        one = dice.choice(found)
        yield "year changed", _put(text, one.span(1), str(int(one[1]) + dice.choice([-3, -2, -1, 1, 2, 3])))


def one_character(name: str, dice: random.Random) -> str:
    """Return a name with one character replaced."""
    place = dice.randrange(len(name))
    return _put(name, (place, place + 1), dice.choice(GIVEN.replace(name[place], "")))


def person(dice: random.Random) -> str:
    """Return an invented person's name."""
    return dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, dice.choice((1, 2, 2))))


def _first(kind: str, text: str, rules: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for old, new in rules:
        if found := re.search(old, text):
            yield kind, _put(text, found.span(), new)
            return


def _shuffled(pairs: str, dice: random.Random) -> list[list[str]]:
    rules = [pair.split("/") for pair in pairs.split()]
    return dice.sample(rules, len(rules))


def _put(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]
