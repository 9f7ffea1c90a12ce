"""Homonyms: companies whose names are words of everyday language, by the signs that tell of them."""

import re
from collections.abc import Iterator

from transforms.taxonomy import Company, Taxonomy
from transforms.text import HAN
from transforms.words import Words

_DEALS = r"(?:收购|减持|增持|质押|回购|定增|重组|可转债|股份|净亏|亏损\d|立案)"
# 祁连山：控股股东减持, but not 张家界：前三季度接待游客增长: what no place and no thing does.
_OWN_ACT = re.compile(
    rf"[：:】](?:公司)?(?:拟[^，。；]{{0,24}}(?:收购|股|投资|设立|发行|出售)|公告(?!栏)|净利|净亏|归母|营收|(?:控股)?股东|实控人|董事|监事|高管|副?总经理"
    rf"|子公司|[^，。；：]{{0,16}}{_DEALS}|(?:预计|[前上一二三四]+季|上半年|半年|年度?报)[^，。；]{{0,12}}(?:净利|盈利|预[盈亏增减]|营收))"
)
# 祁连山终止收购, 祁连山遭股东减持: the same right behind a name that begins a clause.
_ACTS = re.compile(
    r"(?:\d{1,2}日|[昨今]日)?晚间?(?:发布)?公告|公告(?!栏)|终止[^，。；]{0,8}(?:收购|发行|重组|定增|重大)|(?:遭|控股|大|被)*股东[^，。；：]{0,16}(?:减持|增持|质押)"
    r"|实控人|实际控制人|拟[^，。；]{0,12}(?:收购|减持|增持|回购|定增|质押)|[停复]牌(?!整)|预[亏盈增减]|(?:半年|年|[一三]季)报(?!里)|董事长"
)
# 祁连山(3.250,0.02,0.62%): behind a word of everyday language, too, a price tells that it is a share, where it parts no longer name.
_PRICED = re.compile(
    rf"[（(]\d+\.\d+,\s?-?\d+\.\d+,\s?-?\d+\.\d+[%％][)）](?!资产|科技|{HAN}{{0,4}}(?:大厦|广场|大道|路\d|\d{{1,4}}号))"
)
_BEGINS = frozenset("\n【。；，！？")
_HEADING = re.compile(r"(?:[（(][^（）()\n]{1,12}[）)])?(?:：|:|】)")
_BEFORE_NAMES = frozenset({"ns", "p", "c", "v", "uj", "u", "d", "f", "t"})  # 北京|动力源, but 信义|太阳能


def homonyms(words: Words, source: str, lists: Taxonomy) -> Iterator[tuple[int, int, Company]]:
    """Yield start and end of such a name, with the company, where a price anywhere behind it, or what it does, tells of it.

    `source` is the text with nothing blanked out. Within a longer name it is none.
    """
    longer = [(start, end) for name in ("companies", "others") for start, end, _ in words.found[name]]
    prices = [place.start() for place in _PRICED.finditer(source)] if words.found["everyday"] else []
    priced: dict[str, bool] = {}
    for start, end, name in words.found["everyday"]:
        whole = start in words.edges and end in words.edges and not any(left <= end and start <= right for left, right in longer)
        before = words.ending.get(start)
        if not whole or (before and before.text[-1].isalpha() and before.tag not in _BEFORE_NAMES):
            continue
        if name not in priced:
            priced[name] = any(_stands_before(place, name, source) for place in prices)
        headed = (start == 0 or heads(start, end, words.text)) and _OWN_ACT.match(words.text, end)
        if priced[name] or end in prices or headed or acts(start, end, words.text):
            yield start, end, lists.everyday[name]


def _stands_before(place: int, name: str, text: str) -> bool:
    """Whether a name, and no longer word that ends in it, stands right before a place."""
    begin = place - len(name)
    return begin >= 0 and text.startswith(name, begin) and not (begin and "\u4e00" <= text[begin - 1] <= "\u9fff")


def acts(start: int, end: int, text: str) -> bool:
    """Whether a name begins a clause that goes on with what only a company does."""
    return (start == 0 or text[start - 1] in _BEGINS) and bool(_ACTS.match(text, end))


def heads(start: int, end: int, text: str) -> bool:
    """Whether a name is the heading of an item in a list of news."""
    before = text[max(0, start - 2) : start].removesuffix("*")
    return before.endswith(("\n", "【", "。", "；")) and bool(_HEADING.match(text, end))
