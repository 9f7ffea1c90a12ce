"""Names: what a text calls by name - persons, companies, places, works - as far as it shows."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from transforms.taxonomy import Taxonomy
from transforms.text import HAN
from transforms.vocabulary import PROPER, edges, proper, tagged

_LATIN = re.compile(r"(?<![a-z\d])[a-z][a-z\d]*(?:[-.&'+][a-z\d]+)*\+*")
_QUOTED = re.compile(r'《([^《》]{1,40})》|"([^"]{1,40})"')
# Makes of models and chips that are words of their own, or parts of longer names.
_MAKES = re.compile(
    r"文心|通义|豆包|混元|星火|盘古|智谱|百川|千帆|百炼|扣子|紫东太初|天工|日日新|书生浦语|元宝|秘塔|可灵|即梦|万相|清言|讯飞|昇腾|昇思|昆仑芯|含光|麒麟|鸿蒙"
    r"|寒武纪|海光|龙芯|飞腾|鲲鹏|飞桨|魔搭|始智"
)
_VERBAL = frozenset({"v", "vn", "vd", "d", "p", "c", "m", "t", "r"})
ORGANISED = re.compile(
    r"科技|股份|集团|公司|银行|证券|基金|资本|投资|创投|控股|药业|生物|医药|医疗|制药|电子|电气|电器|智能|信息|通信|软件|网络|传媒|文化|能源|实业"
    r"|材料|环保|物流|汽车|食品|地产|重工|机械|化工|保险|大学|学院|医院|研究院|研究所|法院|检察院|公安局|国际|建设|水泥|技术|数控"
)
# What stands before a code, a price or a short form in brackets: 上峰水泥(000672, 引力传媒(sh603598, 某某公司(以下简称
_CODED = re.compile(r"([\u4e00-\u9fff*]{2,8})(?=\((?:[a-z]{2}[:. ]?)?(?:\d{5,6}|[a-z]{1,5}\.|以下简称|下称|简称|-?\d+\.\d+,))")
_TITLED = re.compile(
    rf"(?:董事长|总经理|总裁|行长|秘书|监事|经理|院长|教授|主任|局长|记者|负责人)({HAN}{{3}})|({HAN}{{3}})(?=先生|女士)"
)


class Name(NamedTuple):
    """A name and its place in a spelled text."""

    start: int
    end: int


def marked(text: str, lists: Taxonomy) -> Iterator[Name]:
    """Yield the Latin words, quotations, makes of models, companies, organisations and places of a text; one may hold another."""
    for pattern in (_LATIN, _QUOTED):
        for match in pattern.finditer(text):
            yield Name(*match.span(match.lastindex or 0))
    # 可灵活 and 青海光伏 have none in them.
    yield from (Name(*match.span()) for match in _MAKES.finditer(text) if match.start() in edges(text))
    yield from listed(text, lists, ("companies", "others", "subjects", "places"))
    place = 0
    for word, tag in tagged(text):
        place += len(word)
        if tag == "nt" and len(word) > 3 and ORGANISED.search(word[-2:]):  # of words of which each may stand: 南开|大学
            yield Name(place - len(word), place)


def listed(text: str, lists: Taxonomy, kinds: Iterable[str]) -> Iterator[Name]:
    """Yield what the lists of some kinds (companies, organisations, places) have of a text."""
    found = lists.finder.find(text)
    for kind in kinds:
        yield from (Name(start, end) for start, end, phrase in found[kind] if lists.subjects.get(phrase) != "theme")


def bearers(text: str, lists: Taxonomy) -> Iterator[Name]:
    """Yield the companies and persons of a text that shares and sums can belong to, as far as they are sure."""
    yield from listed(text, lists, ("companies", "subjects"))
    yield from (Name(*match.span(1)) for match in _CODED.finditer(text))
    for match in _TITLED.finditer(text):
        start, end = match.span(match.lastindex or 0)
        if text[start] in lists.surnames:
            yield Name(start, end)


def likely(text: str, lists: Taxonomy) -> Iterator[Name]:
    """Yield what is likely a name in a text: more than `marked` sees, and more than there are."""
    place, before = 0, 0
    for word, tag in tagged(text):
        start, place = place, place + len(word)
        if len(word) > 1 and "\u4e00" <= word[0] <= "\u9fff":
            if tag in PROPER or (tag not in _VERBAL and proper(word) is None):
                yield Name(start, place)
            if before < start and ORGANISED.fullmatch(word):
                yield Name(before, place)
        before = start
    yield from listed(text, lists, ("places",))
    yield from bearers(text, lists)
