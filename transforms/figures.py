"""Figures: the numbers and days that a text states, in whatever form, and whether two of them say the same.

Texts are those of `transforms.spelling`: half width, small letters, no blanks inside a figure.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

_DIGITS = {
    character: value
    for value, characters in enumerate("零〇 一壹 二两贰 三叁 四肆 五伍 六陆 七柒 八捌 九玖".split())
    for character in characters
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_SCALES = {"": 1, "十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "万亿": 10**12}
_D = "".join(_DIGITS)
_HAN = _D + "".join(_TENS) + "万亿"
# Forms of one unit; any other unit is only itself.
_SAME = {
    form: forms[0]
    for forms in (
        ("元", "元人民币", "人民币元", "人民币", "块钱", "rmb"),
        ("美元", "美金", "usd"),
        ("港元", "港币", "hkd"),
        ("个百分点", "百分点"),
        ("个基点", "基点", "bp", "bps"),
        ("人", "名", "位", "个人"),
        ("公里", "千米", "km"),
        ("公斤", "千克", "kg"),
        ("平方米", "平米", "㎡", "平方"),
        ("时", "点", "点钟"),
        ("日", "号"),
        ("小时", "个小时"),
        ("季度", "季"),
        ("月", "月份"),
        ("纳米", "nm"),
        ("毫秒", "ms"),
        ("毫米", "mm"),
        ("厘米", "cm"),
        ("瓦", "w"),
        ("千瓦时", "kwh", "度"),
        ("户", "家", "个"),
    )
    for form in forms
}
_UNITS = (
    "元 美元 港元 欧元 英镑 日元 韩元 卢布 卢比 澳元 加元 新元 瑞郎 新台币 人民币 元人民币 人民币元 美金 港币 块钱 角 "
    "% ‰ 个百分点 百分点 个基点 基点 成 倍 折 股 手 张 家 个 名 人 位 人次 户 单 票 席 台 辆 架 艘 套 栋 幢 层 间 座 所 只 头 支 "
    "部 枚 颗 块 片 粒 箱 瓶 件 项 款 种 例 宗 起 条 次 届 轮 场 集 级 代 号 期 版 页 字 批 组 队 对 双 份 幅 篇 本 册 笔 门 口 处 节 段 步 "
    "吨 公斤 千克 克 毫克 斤 公里 千米 米 厘米 毫米 微米 纳米 英里 海里 英尺 英寸 光年 平方米 平米 平方 平方公里 ㎡ 亩 公顷 立方米 升 毫升 桶 盎司 "
    "千瓦时 度 千瓦 兆瓦 吉瓦 瓦 赫兹 兆赫 像素 微角秒 分贝 摄氏度 ℃ 年 个月 月 月份 周 星期 天 日 小时 个小时 时 点 点钟 分钟 分 秒 毫秒 岁 "
    "周年 世纪 季度 个季度 季 大 类 字节 吨级 强 名次 桌 棵 株 匹 杯 盒 袋 卷 台套 架次 列 班 站 店 村 县 市 省 国"
).split()
_UNIT = "|".join([*sorted(_UNITS, key=len, reverse=True), r"[a-z]+(?:/[a-z]+)?"])
_NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
_YEAR = rf"(?:1[89]|20)\d\d|[{_D}]{{4}}"
_UP_TO_31 = rf"\d{{1,2}}|[{_D}十]{{1,3}}"
_DAY = re.compile(
    rf"""(?<![\d.])(?:
        (?P<y1>{_YEAR})[-/.](?P<m1>\d{{1,2}})[-/.](?P<d1>\d{{1,2}})(?![\d.])
      | (?:(?P<y2>{_YEAR})年度?)?(?:(?P<m2>{_UP_TO_31})月(?:份|(?P<d2>{_UP_TO_31})[日号]?)?)
      | (?P<y3>{_YEAR})(?=年)
      | (?P<d4>{_UP_TO_31})日(?!元|均)
    )""",
    re.VERBOSE,
)
_FIGURE = re.compile(
    rf"""(?<![a-z\d.])
        (?P<minus>(?<![\w%)])-)?(?P<part>(?:(?P<parts>[{_HAN}]+)分之))?
        (?:(?P<number>{_NUMBER})|(?P<han>[{_D}十拾][{_HAN}]*(?:点[{_D}]+)?))
        (?P<scale>[十百千]?(?:万亿|亿|万(?!科))|[百千](?![克米瓦]))?
        (?P<about>余|多|来)?(?P<unit>{_UNIT})?""",
    re.VERBOSE,
)
_ABOUT = re.compile(r"约|近|超过?|逾|达?到?近|大约|接近$")
_RANGE = re.compile(r"(?:-|~|至|到|或|-?%-)")


class Figure(NamedTuple):
    """A number with its unit: its place, what it may say - 2 in 2至3亿元 is 2 or 2亿元 - and the step of its last digit.

    `about` tells that the text marks it as not exact: 约, 近, 超, 余.
    """

    start: int
    end: int
    readings: tuple[tuple[Decimal, str], ...]
    step: Decimal
    about: bool


class Day(NamedTuple):
    """A day, month or year, as far as it is printed: its place and its parts."""

    start: int
    end: int
    year: int | None
    month: int | None
    day: int | None


def days(text: str) -> list[Day]:
    """Return the days, months and years of a text, in order."""
    found = []
    for match in _DAY.finditer(text):
        year, month, day = (
            next((_whole(match[name]) for name in names if match[name]), None)
            for names in (("y1", "y2", "y3"), ("m1", "m2"), ("d1", "d2", "d4"))
        )
        if (month is None or 1 <= month <= 12) and (day is None or 1 <= day <= 31):
            found.append(Day(*match.span(), year, month, day))
    return found


def figures(text: str, taken: Sequence[Day]) -> list[Figure]:
    """Return the figures of a text, in order, but those that belong to its days `taken`."""
    masked = list(text)
    for one in taken:
        masked[one.start : one.end] = "\n" * (one.end - one.start)
    blank = "".join(masked)
    found = list(_figures(blank))
    for place, one in enumerate(found[:-1]):
        behind = found[place + 1]
        if _RANGE.fullmatch(text, one.end, behind.start) and not one.readings[0][1]:
            found[place] = one._replace(readings=(*one.readings, *_like(one, behind, blank)))
    return found


def _figures(text: str) -> Iterator[Figure]:
    for match in _FIGURE.finditer(text):
        unit = match["unit"] or ""
        if match["han"] and not _counts(text, match):
            continue
        value = Decimal(match["number"].replace(",", "")) if match["number"] else _han(match["han"])
        scale = _scale(match["scale"] or "")
        step = scale * Decimal(10) ** (int(value.as_tuple().exponent) if match["number"] else 0)
        value *= scale
        if match["part"]:
            value, unit = (value, "%") if match["parts"] == "百" else (value / _han(match["parts"]), "")
        if unit == "成":
            value, unit = value * 10, "%"
        about = bool(match["about"]) or bool(_ABOUT.search(text, max(0, match.start() - 2), match.start()))
        yield Figure(*match.span(), ((value.normalize(), _SAME.get(unit, unit)),), step, about)


def _counts(text: str, match: re.Match[str]) -> bool:
    """Whether Chinese numerals state a number: 三家, 十二, 第三, not the ones of 一些, 统一 and 十分."""
    han, unit = match["han"], match["unit"] or ""
    if match["part"] or match["scale"] or text[match.start() - 1 : match.start()] == "第":
        return True
    if han in {"一", "十"} and unit in {
        "个",
        "家",
        "种",
        "次",
        "点",
        "分",
        "起",
        "条",
        "项",
        "段",
        "步",
        "大",
        "度",
        "时",
        "口",
        "手",
        "部",
    }:
        return False
    return bool(unit) and not unit.isascii() or len(han) > 1 and any(one in _TENS for one in han)


def _scale(form: str) -> int:
    head = form[:1] if form[:1] in _TENS else ""
    return _SCALES[head] * _SCALES[form.removeprefix(head)]


def _like(one: Figure, other: Figure, text: str) -> Iterator[tuple[Decimal, str]]:
    """Yield what a figure says that shares the scale and the unit of the one behind it."""
    match = _FIGURE.match(text, other.start)
    scale = _scale(match["scale"] or "") if match else 1
    yield one.readings[0][0], other.readings[0][1]
    if scale > 1:
        yield (one.readings[0][0] * scale).normalize(), other.readings[0][1]


def _whole(digits: str) -> int:
    return int(digits) if digits.isdigit() and digits.isascii() else int(_han(digits))


def _han(numerals: str) -> Decimal:
    """Return the value of Chinese numerals: 二〇二四, 一百二十三万, 三点五."""
    whole, _, tail = numerals.partition("点")
    if not any(one in _TENS or one in "万亿" for one in whole):
        return Decimal(
            "".join(str(_DIGITS[one]) for one in whole) + ("." + "".join(str(_DIGITS[one]) for one in tail) if tail else "")
        )
    total = section = digit = 0
    for one in whole:
        if one in _DIGITS:
            digit = _DIGITS[one]
        elif one in _TENS:
            section, digit = section + (digit or 1) * _TENS[one], 0
        else:
            scale = _SCALES[one]
            total = (total + section + digit) * scale if total < scale else total + (section + digit) * scale
            section = digit = 0
    fraction = Decimal("0." + "".join(str(_DIGITS[one]) for one in tail)) if tail else 0
    return Decimal(total + section + digit) + fraction


def stating(figure: Figure, others: Sequence[Figure]) -> list[int]:
    """Return which of `others` can say what a figure says.

    One without a unit cannot where another one has the same value in another unit. Where there is none, it may be one that
    the figure rounds or cuts: 792.34万 for 7,923,404.34, 近5亿 for 4.98亿.
    """
    same = [number for number, other in enumerate(others) if same_figure(figure, other)]
    unit = figure.readings[0][1]
    if unit and not any(unit == theirs for number in same for _, theirs in others[number].readings):
        values = {value for value, _ in figure.readings}
        if any(theirs and value in values for other in others for value, theirs in other.readings):
            return []
    return same or [number for number, other in enumerate(others) if _rounds(figure, other)]


def same_figure(one: Figure, other: Figure) -> bool:
    """Whether two figures can say the same: equal values, and units of which neither contradicts the other."""
    return any(
        value == second and (unit == unit2 or not unit or not unit2)
        for value, unit in one.readings
        for second, unit2 in other.readings
    )


def _rounds(one: Figure, other: Figure) -> bool:
    """Whether a figure is another one in a larger scale, rounded or cut to what it prints.

    It has to say that it is not exact (约, 近, 超), or to print four digits.
    """
    (value, unit), (exact, unit2) = one.readings[0], other.readings[0]
    if unit != unit2 or one.step < 10 * other.step or abs(exact - value) >= one.step:
        return False
    return (one.about and one.step >= 1) or (one.step >= 100 and value / one.step >= 1000)


def same_day(one: Day, other: Day) -> bool:
    """Whether a day is what another one states, or a part of it: 3月5日 of 2024年3月5日."""
    return all(wanted in (None, given) for wanted, given in zip(one[2:], other[2:], strict=True))
