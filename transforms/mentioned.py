"""Mentioned industries: where a text names one of the lists or what tells of one, and how much each place weighs."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator

from transforms.prose import each
from transforms.sectors import Tally
from transforms.securities import HOUSES
from transforms.taxonomy import Taxonomy
from transforms.trades import HOLDING
from transforms.words import Words

_OWN = 2.2  # weight of an industry inside the name of a company that is in it
_CUE = 0.4  # weight of a word that tells of an industry without naming it
_TITLE = 3.0  # weight of a mention in the title
_BROAD = 0.3  # weight of a word that often stands for no industry
_MOST_PASSING = 12  # mentions of such a word that count …
_MOST_USED = 5  # … and of what an article that is about no business only uses
_EARNED = 2.0  # of its weight, where it earns the company its money
_TOLD = 1.5  # weight where the text says that it is an industry, or what a company does
_KNOWN = 1.3  # of its weight, where a company of the article is in it
_WHOLE = 4  # characters; what is shorter must end where a word ends

_NAMES = frozenset({"ns", "nr", "nz", "nt"})
# 金湾银行 is a house, not its industry.
_HOUSES = re.compile(r"银行|证券|信托|保险|期货|创投|创业投资|股权投资|资产管理|投资管理|产业基金|融资租赁|小额贷款")
# 软件部门 and 汽车分析师 are whose word or part it is, 海州医院消化科李岚教授 is who speaks.
_PEOPLE = re.compile(r"部门|专家|分析师|工程师|学院|学会|记者|大学")
_STAFF = re.compile(r"(?<=医院)[^，。；、\n]{0,10}(?:科(?!技)|教授|主任|医师|医生|院士|院长)")
_WORKED = re.compile(r"(?:曾任|曾在|曾担任|曾就职于|曾供职于|历任)$")  # 曾任海州出行负责人: where somebody was before
_LONGEST_WORKED = 4  # characters
_FUNDED = "融资"
_INVESTORS = re.compile(r"投资|创投|私募|基金")
_SUFFIX = re.compile(r"行业|领域|产业(?!链|园|化|升级|基金|资本|集团|政策|结构|投资|互联网)|板块|赛道|业(?![务绩态内主界者余])")
# 金湾银行 is whom an article is about, 光伏组件价格 is what.
_TOPIC = re.compile(
    r"(?:行业|产业|领域|市场|板块|价格?|需求|销量|产量|产能|库存|企业|巨头|龙头|出口|进口|行情|消费|供应|(?<!控)股|办法|条例|新规|规定|政策|标准|规划|意见)$"
)
# 收入减少主要由于贸易业务的收入减少
_EARNS = re.compile(r"(?:业务|服务|分部)(?:的|之)?(?:收入|收益|营收|营业额|营业收入|毛利)")
# What a company does: the words behind these tell its industry.
_BUSINESS = re.compile(r"(?:主营业务|主营|主要从事|主要业务|业务范围|专注于?|深耕|致力于|属(?<!归属)于|立足)[^。\n]{0,60}")
# An article about what is made, sold or earned has two of these words at least; one about a remedy or a meal hardly one.
_TRADE = re.compile(
    each("亿|万", "(?:美|欧|日|港)?元")
    + "|公司|企业|集团|股份|股东|股价|股票|上市|市场|行业|产业|产能|产量|销量|销售|营收|收入|利润|净利|融资|投资|收购|"
    "品牌|厂商|厂家|出口|进口|消费者|价格|涨价|订单|客户|用户|门店|零售|供应|商家|业务|经营|创业|商业|发售|开售|售价|楼盘|开盘|推出|农业农村部|工信部|养殖|出栏|检疫|播种|机械化"
)
_LEAST_TRADE = 2
_USED = frozenset({"农林牧渔", "基础化工", "食品饮料", "轻工制造", "纺织服饰", "美容护理", "医药生物", "家用电器"})
"""Level-1 names of what people eat, take, wear and have at home."""


def count_mentions(tally: Tally, words: Words, lists: Taxonomy, subject: str, own: Collection[str]) -> None:
    """Count what the lists find; `own` are the level-1 names of the companies that the article is about.

    Within a company's name only those count, and what the name of the subject ends with. Of what people use an article
    with fewer than two words of business speaks in passing.
    """
    text, edge = words.text, len(words.title)
    business = [match.span() for match in _BUSINESS.finditer(text)]
    taken = [(start, end) for start, end, _ in words.found["companies"]]
    if len(subject) > 2 and subject not in lists.industries and not _TOPIC.search(subject):
        taken += [(end - len(subject), end) for end in words.ends_of(subject)]
    used = frozenset() if _trades(text) else _USED
    passing: dict[str, int] = defaultdict(int)
    for start, end, term, level in _listed(words, lists):
        if any(left <= start < right for left, right in taken):
            if (level and level in own) or _ends(subject, term, level, words, lists):
                tally.tell(_trade_told(term, words, lists), _OWN if start < edge else _OWN / 4, (start, end))
            continue
        suffix = _SUFFIX.match(text, end)
        if _is_somebodys(start, end, term, words, bare=not suffix):
            continue
        weight = _TITLE if start < edge else 1.0
        broad = level in used or term in lists.broad_industries
        if not suffix and (level is None or (end not in words.edges and end - start < _WHOLE)):
            industry = lists.cues.get(term, term)
            if level is None or not broad:
                tally.tell(industry, _CUE * weight * (_BROAD if lists.industries[industry] in used else 1.0), (start, end))
            continue
        weight *= _EARNED if _EARNS.match(text, end) else 1.0
        business_of = text.startswith("业务", end) or any(left <= start < right for left, right in business)
        if broad and not suffix and not business_of:
            passing[term] += 1
            weight *= _BROAD if passing[term] <= (_MOST_USED if level in used else _MOST_PASSING) else 0.0
        elif suffix or (business_of and not broad):
            weight *= _TOLD
        weight *= _KNOWN if level in own else 1.0
        tally.add(term, weight, text[start : suffix.end() if suffix else end], (start, end), level)


def _trades(text: str) -> bool:
    """Whether a text has two words of business at least."""
    told: set[str] = set()
    for word in _TRADE.finditer(text):
        told.add(word[0])
        if len(told) == _LEAST_TRADE:
            return True
    return False


def _is_somebodys(start: int, end: int, term: str, words: Words, *, bare: bool) -> bool:
    """Whether a mention, `bare` of 行业 or the like, is a part of a house's name, or says where somebody works or has worked."""
    before = words.ending.get(start)
    house = bare and before and before.tag in _NAMES and _HOUSES.fullmatch(term)
    worked = _WORKED.search(words.text[max(0, start - _LONGEST_WORKED) : start])
    return bool(house or worked or _PEOPLE.match(words.text, end) or _STAFF.match(words.text, end))


def _trade_told(term: str, words: Words, lists: Taxonomy) -> str:
    """Return the trade that a company's name tells: 样州制药 says 制药, 样州煤业 means 煤炭."""
    industry = lists.cues.get(term, term)
    return industry if industry in words.text or term.endswith("业") else term


def _ends(subject: str, term: str, level: str | None, words: Words, lists: Taxonomy) -> bool:
    """Whether the name of the subject ends with its trade: 恒岳地产, 云湖医疗控股, but not 青禾教育科技."""
    name = subject if subject.endswith(term) else HOLDING.sub("", subject)
    if not name.endswith(term) or term.endswith("科技") or term in lists.ai_technologies:
        return False
    return lists.cues.get(term, term) in words.text or level not in (None, *HOUSES)


def _listed(words: Words, lists: Taxonomy) -> Iterator[tuple[int, int, str, str | None]]:
    """Yield start, end, term and level-1 name of what the lists find; None for what only tells of an industry.

    Of two industries of one level that stand side by side (计算机系统集成) the whole is one. Below a headline of a financing
    round the trade of those who pay is none.
    """
    edge = len(words.title)
    funded = any(start < edge and lists.triggers[trigger] == _FUNDED for start, _, trigger in words.found["triggers"])
    found = [one for one in words.found["industries"] if one[2] not in lists.industry_exceptions]
    if funded:
        found = [one for one in found if one[0] < edge or not _INVESTORS.search(lists.cues.get(one[2], one[2]))]
    edges = words.edges
    held: tuple[int, int, str, str | None] | None = None
    for start, end, term in found:
        level = lists.industries.get(term)
        if not (start in edges or (held and held[1] == start)):
            continue
        if held and level and held[1] == start and held[3] == level and end in edges and not _apart(held[2], term, words.text):
            held = (held[0], end, words.text[held[0] : end], level)
            continue
        if held:
            yield held
        held = (start, end, term, level)
    if held:
        yield held


def _apart(first: str, second: str, text: str) -> bool:
    """Whether two industries that stand side by side also stand each for itself: 网约车 and 顺风车, but not 计算机系统集成."""
    together = text.count(first + second)
    return text.count(first) > together < text.count(second)
