"""Bounds: whether a text states a figure as it is, as more or as less than it is, or roughly - 超, 不足, 以上, 约."""

import re
from typing import Literal, NamedTuple

from transforms.figures import Figure

Side = Literal["above", "below", ""]

_ABOVE = "不低于|不少于|不小于|大于|超过|超出|突破|站上|升破|冲破|迈过|跨过|高于|多于|至少|最少|最低|逾|(?<![中英西德意法])超|(?<![不圆])满"
_BELOW = "不超过|不高于|不多于|不大于|低于|少于|小于|不足|不到|不满|未满|未到|跌破|至多|最多|最高|接近|将近|(?<![附最])近"
_BEFORE = re.compile(rf"(?:(?P<above>{_ABOVE})|(?P<below>{_BELOW}))(?:了|约|达|可达|到|可|为|是|人民币)?$")
_BEHIND = re.compile(
    r"左右|上下|及?(?P<above>以上|之上)|及?(?P<below>以下|之下|以内|之内)|(?P<more>有余|余|多(?![家个名数次项人为样元约达了出\d]))"
)
_LONGEST = 6  # characters
# Words of which one says that the figure itself is not reached, or passed.
_SHARP = re.compile(r"(?:(?<!不)超[过出]?|突破|逾|不足|不到|未满|近)(?:了|约|达)?$")
_OF = re.compile(r"的(?:一半|半数|[一二三四五六七八九十百\d]{1,4}(?:分之|成|%))|所[需要]")
_TIMES = frozenset({"年", "个月", "月", "周", "天", "日", "季度"})
_MORE = re.compile("[余多]")


class Bound(NamedTuple):
    """On which side of a figure the thing itself lies; `sharp` where it is not the figure."""

    side: Side = ""
    sharp: bool = False


def bound_of(text: str, figure: Figure) -> Bound:
    """Return how a spelled text bounds a figure that it states: by the word right before it, else by the one right behind it."""
    if _OF.match(text, figure.end):  # 超过465席的一半
        return Bound()
    if figure.readings[0][1] in _TIMES and text.endswith("近", 0, figure.start):  # 近三年 is a time of three years
        return Bound()
    before = text[max(0, figure.start - _LONGEST) : figure.start]
    if found := _BEFORE.search(before):
        return Bound("above" if found["above"] else "below", bool(_SHARP.search(before)))
    if found := _BEHIND.match(text, figure.end):
        return Bound("above" if found["above"] or found["more"] else "below" if found["below"] else "", bool(found["more"]))
    return Bound("above", sharp=True) if _MORE.search(text, figure.start, figure.end) else Bound()


def conflict(one: Bound, said: Figure, other: Bound, stated: Figure) -> bool:
    """Whether a statement's bound of a figure contradicts the article's: the other side, or not the figure that is stated as it is."""
    if one.side and other.side:
        return one.side != other.side
    exact = stated.readings[0][0]
    if one.side and not said.minus and (off := exact - said.readings[0][0]):  # rounded, or cut
        return (off > 0) != (one.side == "above") and one.sharp
    return one.sharp
