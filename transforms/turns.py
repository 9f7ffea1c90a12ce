"""Turns: words that turn a statement into its opposite - 增长 and 下降, 买入 and 卖出 - and where they stand to a figure."""

import re
from collections.abc import Iterable, Iterator

# One way and the other. A longer word goes before one that it holds: 解除质押 before 质押.
_PAIRS = {
    "trend": (
        "增长|增加|增至|增幅|增速|新增|增多|增厚|上涨|上升|上调|上浮|上行|提高|提升|抬升|涨至|涨幅|大涨|收涨|领涨|升至|升幅|攀升|回升|反弹|飙升|暴涨|走高|走强|高开|扩大|扩张|扩增|增|涨|升",
        "负增长|下降|下滑|下跌|下调|下浮|下行|下挫|贬值|降低|降至|降幅|减少|减至|减幅|跌至|跌幅|大跌|收跌|领跌|跌破|回落|缩小|缩减|缩水|萎缩|收窄|暴跌|走低|走弱|低开|降|跌|减",
    ),
    "profit": ("盈利|净赚|获利|赢利|净利润|净利|利润|扭亏为盈|扭亏", "亏损|净亏|亏"),
    "holding": ("增持", "减持"),
    "trade": ("买入|买进|购入|购买|收购|受让|净买", "卖出|出售|抛售|卖掉|出让|转让|净卖"),
    "flow": ("流入", "流出"),
    "pledge": ("质押", "解除质押|解押|解质押"),
    "bound": ("不低于|不少于|不超出|超过|超出|高于|多于|逾|超|至少", "不超过|不高于|不多于|不足|低于|少于|至多|最多"),
    "balance": ("顺差", "逆差|赤字"),
    "premium": ("溢价", "折价"),
    "shipping": ("出口", "进口"),
    "verdict": ("批准|同意|通过|获批|赞成|支持", "否决|驳回|拒绝|反对|不予"),
    "half": ("上半年", "下半年"),
    "against": ("同比|较上年同期|较去年同期|比上年同期|比去年同期", "环比|较上月|比上月|较上季度|比上季度"),
    "year": ("今年|本年", "去年|上年|明年"),
    "begin": ("开始|启动|开工|恢复|开业", "停止|终止|中止|暂停|停工|停产|停业"),
    "court": ("胜诉", "败诉"),
    "listing": ("上市|挂牌", "退市|摘牌"),
    "post": ("出任|上任|就任|任命|接任|担任|聘任|当选", "辞任|卸任|离任|辞职|离职|免职|辞去|免去"),
    "view": ("看好|看多|利好", "看空|看淡|利空"),
}
_SIDES = {word: (pair, side) for pair, ways in _PAIRS.items() for side, words in enumerate(ways) for word in words.split("|")}
# Words that hold one of the others by accident.
_NEITHER = "升级|升学|涨停板|减排|减税|减值|减免|降雨|降水|降级|增值税|增值|增资|增发|减资|超级|超高|超大|超市|超声|降息|减速|上升期|增设"
_WORD = re.compile("|".join(sorted((*_NEITHER.split("|"), *_SIDES), key=len, reverse=True)))
_BEFORE, _AFTER = 3, 2  # characters on either side that tell where a word stands
_FAR = 12  # characters between such a word and its figure
# Pairs whose other side is what a minus says.
_FALLING = ("trend", "profit", "holding", "trade", "flow", "balance", "premium")
# What joins a figure to the one before it, whose words turn it, too: 下降5%至8%, 分别下降5%、约8%和10%.
_JOINT = re.compile(r"(?:[-~至到或和与及、]|以及)[约近]?")
_BREAK = re.compile(r"[,。;:!?\n()、]")
# 高4.1个百分点, 比广东少10%: right before the figure only.
_LEVEL = re.compile(r"(?<![至最不很尽许])(?:(?P<more>高出?|多出?|快)|低|少|慢)了?约?$")
_BEHIND = re.compile(r"(?:的|左右|以上|以下|以内){0,2}(增幅|涨幅|升幅|增速|增长|涨|跌幅|降幅|减幅|下降|跌|降)")


def turns(text: str) -> Iterator[tuple[str, int]]:
    """Yield the pair and the side of each such word of a text, in order."""
    yield from (_SIDES[match[0]] for match in _WORD.finditer(text) if match[0] in _SIDES)


def turns_of_figures(text: str, places: Iterable[tuple[int, int, bool]]) -> list[dict[str, int]]:
    """Return the side of each pair that turns each figure of a text, in order; a place is start, end and whether it has a minus.

    What counts is the last word of a pair before it in its clause, at most 12 characters away and behind the figure before it;
    else the word right behind it; else, in a range or a list of figures, what counts for the one before. A minus is a fall, a
    loss, a sale or an outflow, whatever stands there: 增长-5%, 跌幅为-5%, 净买入-3亿元. The pair `sign` tells -5% from 5%; where one of
    these is told in words, a minus may stand or not.
    """
    found: list[dict[str, int]] = []
    sides: dict[str, int] = {}
    begun = 0
    for start, end, minus in places:
        joined = sides if _JOINT.fullmatch(text, begun, start) else {}
        sides = joined | _beside(text, begun, start, end)
        if minus:
            found.append({pair: side for pair, side in sides.items() if pair not in _FALLING} | {"sign": 1})
        else:
            found.append(sides if any(sides.get(pair) for pair in _FALLING) else sides | {"sign": 0})
        begun = end
    return found


def _beside(text: str, begun: int, start: int, end: int) -> dict[str, int]:
    """Return the side of each pair that stands next to a figure, and behind `begun`."""
    window = _BREAK.split(text[max(begun, start - _FAR) : start])[-1]
    found = list(turns(window))
    sides = dict(found)
    if {("against", 0), ("against", 1)} <= set(found):  # 同比和环比分别增长5%和3%
        del sides["against"]
    if level := _LEVEL.search(window):
        sides["level"] = 0 if level["more"] else 1
    if "trend" not in sides and (behind := _BEHIND.match(text, end)):
        sides |= [_SIDES[behind[1]]]
    return sides


def turned(sentence: str, article: str) -> str:
    """Return a word of a sentence in whose place the article has one of the other side, between the same characters; else nothing.

    A word that the article has next to the same characters is never one.
    """
    for match in _WORD.finditer(sentence):
        if match[0] not in _SIDES:
            continue
        pair, side = _SIDES[match[0]]
        if pair == "against":  # which is said of figures
            continue
        before, behind = sentence[max(0, match.start() - _BEFORE) : match.start()], sentence[match.end() : match.end() + _AFTER]
        if len(before) < _BEFORE or not behind or before + match[0] in article or match[0] + behind in article:
            continue
        place = article.find(before)
        while place >= 0:
            between = _WORD.match(article, place + _BEFORE)
            if between and _SIDES.get(between[0]) == (pair, 1 - side) and article.startswith(behind, between.end()):
                return match[0]
            place = article.find(before, place + 1)
    return ""


def contradict(one: dict[str, int], other: dict[str, int]) -> bool:
    """Whether two figures' words turn them opposite ways."""
    return any(one[pair] != other[pair] for pair in one.keys() & other.keys())
