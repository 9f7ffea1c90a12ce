"""Phrases that are told by how they are written: aliases, titles of works, reports, numbered things, what stands in quotation marks."""

import re
from collections.abc import Iterator

from transforms import kinds
from transforms.kinds import Kind
from transforms.text import HAN

_QUOTED = re.compile(r"[“「『‘\"](?![（(])([^”」』’\"“，。！？；：、\s]{2,10})[”」』’\"]")
_SPOKEN = re.compile(
    r"[我你您他她们吗吧呢啊了么这那]|的$|^的|^本[次公]|^(?:其实|无法|没有|不要|如果|因为|所以|但是)|有点|能不能|要不要|是不是"
)
_WORK = re.compile(  # 《快递条例（修订草案）》 is called without its bracket, 《海州（二期）规划》 with it
    r"《([^》《\n（(]{2,12}(?=[（(][^》《\n]{2,12}[）)]》)|[^》《\n]{2,12}(?=》))(?:[（(][^》《\n]{2,12}[）)])?》(?!记者|讯|评论员|报道)"
)
_ALIAS = re.compile(
    r"(?:简称|下称|以下称|又称|又名|俗称|全称)[：:为]?\s*[“「『\"‘'](?!本[次公]|该|此[次项])([^”」』\"’'“\n]{2,12})\n*[”」』\"’']"
)
_PERIOD = re.compile(
    r"\d{4}年(?<!\d{5}年)(?:年度|半年度|度|第[一二三四]季度|[一二三四]季度|上半年|前三季度)?(?:报告|年报|财报|业绩预告|业绩快报)(?!显示)"
)
_QUARTER = re.compile("第[一二三四]季度报告(?!显示)")
_NUMBERED = re.compile(  # 神舟二十号
    rf"(?:(?<!{HAN})|(?<=[的将与和、])){HAN}{{2}}(?<![月路街弄楼栋巷])[一二三四五六七八九十]{{1,3}}号(?!文|院|楼|线|令)"
)
# What an exchange calls a share whose company is in trouble: *ST云湖.
_WARNED = re.compile(rf"(?<![A-Za-z])\*?ST(?!板块|股票|个股|公司|企业|概念|制度|标的|类|风险|摘帽|戴帽){HAN}{{2}}")
_ROUND = re.compile(r"(?:种子|天使|战略|[Pp]re-?[A-Z]\+?|[A-G]\d?\+*)轮(?:融资)?")
# 第三届, 近10, 2019年, 3.5亿: no phrase by themselves.
_COUNTED = re.compile(
    rf"^\d+{HAN}$|^第[一二三四五六七八九十百\d]+(?:届|次|期|批|场|名|位|家|个|条|章|号)|[近约超达]\d*$|"
    r"^\d+(?:年|财年|月|日|万|亿|元|股|个|家|人|岁|%|项|名|届|号)|^[\d.,%-]+$|\d\.\d|^\d{4,6}[.-][A-Z]{2}$|^[A-Z]{1,5}\.(?:US|HK|N|O|OQ)$"
    r"|^\d+(?:[KMGT]B|FPS|fps|mAh|[kMG]?Hz|kW|[cmk]m|kg)$"
)

_WRITTEN = (
    ("", _ALIAS, kinds.ALIASED),
    ("《", _WORK, kinds.WRITING),
    ("年", _PERIOD, kinds.REPORT),
    ("季度报告", _QUARTER, kinds.REPORT),
    ("轮", _ROUND, kinds.ROUND_OF),
    ("号", _NUMBERED, kinds.WRITING),
    ("ST", _WARNED, kinds.COMPANY_ALONE),
)
"""Each pattern behind what all that it finds have in them, which is looked for sooner; nothing where that are several things."""


def written(text: str) -> Iterator[tuple[str, Kind]]:
    """Yield phrases of a text with their kind; a phrase may come several times."""
    for sign, pattern, kind in _WRITTEN:
        if sign in text:
            yield from ((phrase.strip("《》"), kind) for phrase in pattern.findall(text))
    yield from ((phrase, kinds.MARKED) for phrase in _QUOTED.findall(text) if not _SPOKEN.search(phrase))


def counted(phrase: str) -> bool:
    """Whether a phrase is only a number, a rank or a date, and no report that is named by its year."""
    if phrase.isalpha() and phrase[0] != "第" and phrase[-1] not in "近约超达":  # most are, which is sooner seen so
        return False
    return bool(_COUNTED.search(phrase)) and not (_PERIOD.match(phrase) or _QUARTER.match(phrase))
