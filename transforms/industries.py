"""Industries: what the article says that it is about, as it words it, and the 申万 level-1 names that these fall under."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from transforms.business import businesses, classes, objects, united
from transforms.sectors import Place, Sector, Tally
from transforms.securities import HOUSES, Mention
from transforms.stated import STATED, stated
from transforms.taxonomy import Taxonomy
from transforms.trades import HOLDING, released, serves, trade, unlisted
from transforms.words import Words

_MOST = 4
_MOST_CODES = 2
_MOST_OWN = 4  # level-1 names of the companies; more are those of a list of shares
_LEAST = 1.7  # weight
_UNNAMED = 2.2  # weight of an industry that the text only tells of
_DENSITY = 2.4  # weight in a text of a thousand characters; it grows with the root of the length
_SHARE = 0.8  # of the heaviest one's weight
_ONLY = 0.55  # of the least weight: enough for an industry that stands alone
_MANY_TECHNOLOGIES = 8  # that an article about AI itself names …
_TECHNIQUES = 3  # … techniques among them; who only uses chatbots names none
_USES = 0.5  # of AI's weight, which the trade of the company that uses it has at least
_USERS = 2  # industries that use AI
_SAID = 1.5  # weight of an industry that is said to use AI, in an article about AI
_CODE_LEAST = 0.85  # of the weight that a named industry needs
_CODE_SHARE = 0.4  # of the heaviest level-1 name's weight
_COMPANY = 3.0  # weight of a company that the article is about, for its level-1 name
_REPORTED = 1.0  # the same, of one that it only reports of
_OWN = 2.2  # weight of an industry inside its name
_CUE = 0.4  # weight of a word that tells of an industry without naming it
_NAMES = frozenset({"ns", "nr", "nz", "nt"})
# 金湾银行 is a house, not its industry.
_HOUSES = re.compile(r"银行|证券|信托|保险|期货|创投|创业投资|股权投资|资产管理|投资管理|产业基金|融资租赁|小额贷款")
# 软件部门 and 汽车分析师 are whose word or part it is.
_PEOPLE = re.compile(r"部门|专家|分析师|工程师|学院|学会|记者|大学")
_FUNDED = "融资"
_INVESTORS = re.compile(r"投资|创投|私募|基金")
_BROAD = 0.3  # weight of a word that often stands for no industry
_MOST_PASSING = 12  # mentions of such a word that count
_EARNED = 2.0  # of its weight, where it earns the company its money
_TOLD = 1.5  # weight where the text says that it is an industry, or what a company does
_BUSINESSES = 2.5  # weight of a business that is known to make much of a company's revenue
_OBJECTS = 2.0  # weight of what a company is said to make
_WHOLE = 4  # characters; what is shorter must end where a word ends

# 图像处理领域 is what one can do or study, no industry.
_SKILL = re.compile(r"(?:处理|识别|分析|学习|算法|优化|研究|研发|科学|理论)领域$")

_SUFFIX = re.compile(r"行业|领域|产业(?!链|园|化|升级|基金|资本|集团|政策|结构|投资|互联网)|板块|赛道|业(?![务绩态内主界者余])")
_ENDING = re.compile(r"(?<=..)(?:行业|领域|产业|板块|赛道)$")
# 金湾银行 is whom an article is about, 光伏组件价格 is what.
_TOPIC = re.compile(
    r"(?:行业|产业|领域|市场|板块|价格?|需求|销量|产量|产能|库存|企业|巨头|龙头|出口|进口|行情|消费|供应|(?<!控)股|办法|条例|新规|规定|政策|标准|规划|意见)$"
)
# 收入减少主要由于贸易业务的收入减少
_EARNS = re.compile(r"(?:业务|服务|分部)(?:的|之)?(?:收入|收益|营收|营业额|营业收入|毛利)")
# What a company does: the words behind these tell its industry.
_BUSINESS = re.compile(r"(?:主营业务|主营|主要从事|主要业务|业务范围|专注于?|深耕|致力于|属(?<!归属)于|立足)[^。\n]{0,60}")


def industries(
    words: Words, lists: Taxonomy, subject: str, companies: Sequence[Mention], mainly: Sequence[Mention] | None = None
) -> tuple[dict[str, list[Place]], dict[str, list[Place]]]:
    """Return the industries as the text words them, or as the lists call them instead, and their level-1 names, both by weight.

    Each comes with the places in the text that speak of it.

    A mention weighs more in the title, where the text itself says 行业 or the like behind it, and where it tells what a
    company does. `companies` are those that the article is about: their industries count for the level-1 names, unless
    these are five or more; those that are not among `mainly`, where it is given, count little. An industry inside a company's
    name, `subject` among them, counts only where it is what the company is in. Where no industry weighs enough, the heaviest
    one of such a level-1 name stands for it, if it is named twice or is that of a company, unless another is nearly as heavy;
    else the trade of the one company that the article is about, AI where its model comes out; else AI, where the headline names a
    technology and the text many.
    """
    others = unlisted(words, lists, subject)
    if others and not companies:
        others = released(words, lists, others)
    own = {one.company.level1 for one in companies}
    main = None if mainly is None else {one.company.code for one in mainly}
    if len(own) > _MOST_OWN:
        own, companies = set(), []
    tally = Tally(lists)
    _count_listed(tally, words, lists, subject, own)
    _count_stated(tally, words, lists)
    _count_businesses(tally, words, lists)
    sectors = tally.sectors()
    about_ai = any(start < len(words.title) for start, _, _ in words.found["technologies"])
    least = max(_LEAST, _DENSITY * (len(words.text) / 1000) ** 0.5)
    named = _heaviest(_without_ai(sectors, lists.ai_technologies, own) if about_ai else sectors, least, own, said=about_ai)
    told = [*dict.fromkeys([*named, *_heaviest(sectors, _CODE_LEAST * least, own, said=False)])]
    if serves(told, companies, len(words.title), least):
        named, told = [], []
    levels: dict[str, float] = defaultdict(float)
    support: dict[str, list[Place]] = defaultdict(list)
    for sector in told:
        if sector.level1:
            levels[sector.level1] += sector.weight
            support[sector.level1] += sector.places
    for one in companies:
        levels[one.company.level1] += _COMPANY if main is None or one.company.code in main else _REPORTED
        support[one.company.level1].append((one.start, one.end))
    for industry, places in others.items():
        levels[lists.industries[industry]] += _COMPANY
        support[lists.industries[industry]] += places
    top = max(levels.values(), default=0)
    heavy = sorted(levels.items(), key=lambda one: -one[1])[:_MOST_CODES]
    codes = {level: support[level] for level, weight in heavy if weight >= _CODE_SHARE * top}
    listed = [one for one in sectors if one.named and one.term in lists.industries]
    named = named or _only(
        [one for one in listed if one.level1 in own or len({start for start, _ in one.places}) > 1], codes, _ONLY * least
    )
    found: dict[str, list[Place]] = defaultdict(list, {} if named else trade(others, companies))
    if not named and not found and not codes and about_ai:
        found, codes = _ai(words, lists)
    for sector in named:
        found[lists.industry_names.get(bare(sector.spelling), sector.spelling)] += sector.places
    return found, codes


def _ai(words: Words, lists: Taxonomy) -> tuple[dict[str, list[Place]], dict[str, list[Place]]]:
    """Return AI as the industry of an article that names many of its technologies, techniques among them; else nothing."""
    terms = {term for _, _, term in words.found["technologies"]}
    techniques = [term for term in terms if lists.ai_technologies[term] == "technique"]
    if len(terms) < _MANY_TECHNOLOGIES or len(techniques) < _TECHNIQUES:
        return {}, {}
    places = [(start, end) for start, end, _ in words.found["technologies"]]
    return {"大模型" if "大模型" in words.text else "人工智能": places}, {"计算机": places}


def bare(industry: str) -> str:
    """Return an industry without 行业 or the like behind it."""
    return _ENDING.sub("", industry)


def _only(sectors: Sequence[Sector], codes: Collection[str], least: float) -> list[Sector]:
    """Return the heaviest sector where it is of one of `codes` and no other is nearly as heavy."""
    alone = sectors and sectors[0].weight >= least and all(one.weight < _SHARE * sectors[0].weight for one in sectors[1:])
    return [sectors[0]] if alone and sectors[0].level1 in codes else []


def _is_ai(term: str, technologies: Collection[str]) -> bool:
    return term in technologies or term.startswith(("AI", "人工智能", "算力", "智算"))


def _without_ai(sectors: list[Sector], technologies: Collection[str], own: Collection[str]) -> list[Sector]:
    """Return the sectors without AI itself where the text says which other industries use it, else all.

    One of the level-1 names `own` that is not much lighter than AI uses it, too.
    """
    others = [one for one in sectors if not (_is_ai(one.term, technologies) and one.level1 in (None, "计算机"))]
    ai = max((one.weight for one in sectors if one not in others), default=0.0)
    used = "计算机" not in own and any(one.level1 in own and one.weight >= _USES * ai for one in others)
    return others if used or sum(bool(STATED.search(one.spelling)) for one in others) >= _USERS else sectors


def _heaviest(sectors: Sequence[Sector], least: float, own: Collection[str], *, said: bool) -> list[Sector]:
    """Return the sectors whose weight is enough, the heaviest first, no two that begin alike.

    A small weight is enough for those of the level-1 names `own`, and with `said` for those that the text itself calls an
    industry.
    """
    top = max((one.weight for one in sectors), default=0.0)
    kept: list[Sector] = []
    for one in sectors:
        fresh = one.named or all(one.level1 != other.level1 for other in kept)
        known = (fresh and one.level1 in own) or (said and STATED.search(one.spelling))
        enough = _SAID if known else max(least if one.named else max(least, _UNNAMED), _SHARE * top)
        alike = any(one.spelling[:2] in other.spelling or other.spelling[:2] in one.spelling for other in kept)
        if one.weight >= enough and not alike and len(kept) < _MOST:
            kept.append(one)
    return kept


def _count_listed(tally: Tally, words: Words, lists: Taxonomy, subject: str, own: set[str]) -> None:
    """Count what the lists find; `own` are the level-1 names of the companies that the article is about.

    Within a company's name only those count, and what the name of the subject ends with.
    """
    text, edge = words.text, len(words.title)
    business = [match.span() for match in _BUSINESS.finditer(text)]
    taken = [(start, end) for start, end, _ in words.found["companies"]]
    if len(subject) > 2 and subject not in lists.industries and not _TOPIC.search(subject):
        taken += [(end - len(subject), end) for end in words.ends_of(subject)]
    passing: dict[str, int] = defaultdict(int)
    for start, end, term, level in _listed(words, lists):
        if any(left <= start < right for left, right in taken):
            industry = lists.cues.get(term, term)
            if (level and level in own) or (_ends(subject, term, lists) and (industry in text or level not in (None, *HOUSES))):
                worded = industry if industry in text or term.endswith("业") else term  # 样州制药 says 制药, 样州煤业 means 煤炭
                tally.tell(worded, _OWN if start < edge else _OWN / 4, (start, end))
            continue
        suffix = _SUFFIX.match(text, end)
        before = words.ending.get(start)
        house = before and before.tag in _NAMES and not suffix and _HOUSES.fullmatch(term)
        if house or _PEOPLE.match(text, end):
            continue
        weight = 3.0 if start < edge else 1.0
        if not suffix and (level is None or (end not in words.edges and end - start < _WHOLE)):
            if level is None or term not in lists.broad_industries:
                tally.tell(lists.cues.get(term, term), _CUE * weight, (start, end))
            continue
        weight *= _EARNED if _EARNS.match(text, end) else 1.0
        business_of = text.startswith("业务", end) or any(left <= start < right for left, right in business)
        if term not in lists.broad_industries:
            weight *= _TOLD if suffix or business_of else 1.0
        elif suffix or not business_of:
            passing[term] += not suffix
            weight *= _TOLD if suffix else _BROAD if passing[term] <= _MOST_PASSING else 0.0
        weight *= 1.3 if level in own else 1.0
        tally.add(term, weight, text[start : suffix.end() if suffix else end], (start, end), level)


def _ends(subject: str, term: str, lists: Taxonomy) -> bool:
    """Whether the name of the subject ends with its trade: 恒岳地产, 云湖医疗控股, but not 青禾教育科技."""
    name = subject if subject.endswith(term) else HOLDING.sub("", subject)
    return name.endswith(term) and not term.endswith("科技") and term not in lists.ai_technologies


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


def _count_stated(tally: Tally, words: Words, lists: Taxonomy) -> None:
    """Count what the text itself calls an industry, whether the lists know it or not."""
    for start, end, plain in stated(words, lists):
        weight = 6.0 if start < len(words.title) else 2.0
        if held := tally.holding(start, end):
            term, first = held[0], start if plain else held[1]
            # 移动金融行业 says more than 金融.
            more = plain and words.text.endswith("行业", first, end) and not words.text.startswith(term, first)
            tally.add(term, weight if more else weight / 2, words.text[first:end], (first, end))
        elif plain:
            level = _level_within(start, end, words, lists)
            if level or not _SKILL.search(words.text, start, end):
                tally.add(words.text[start:end], weight, words.text[start:end], (start, end), level)


def _count_businesses(tally: Tally, words: Words, lists: Taxonomy) -> None:
    """Count what a company is said to earn its money with, whether the lists know it or not, and what it is sorted under."""
    for start, end in classes(words.text):
        term = words.text[start:end]
        if level := lists.industries.get(term):
            tally.add(term, _BUSINESSES, term, (start, end), level)
    for start, end in businesses(words.text):
        held = tally.holding(start, end)
        term = words.text[start:end]
        tally.add(held[0] if held else term, _BUSINESSES, term, (start, end), _level_within(start, end, words, lists))
    for start, end in united(words.text):
        if held := tally.holding(start, end):
            tally.add(held[0], _BUSINESSES, "", (start, end))
    for start, end in objects(words.text):
        if held := tally.holding(start, end):
            tally.add(held[0], _OBJECTS / 4, "", (start, end))
        else:
            tally.add(
                words.text[start:end], _OBJECTS, words.text[start:end], (start, end), _level_within(start, end, words, lists)
            )


def _level_within(start: int, end: int, words: Words, lists: Taxonomy) -> str | None:
    """Return the level-1 name of the last industry that the lists find within a span: what is named last is the head."""
    inside = (term for left, right, term in reversed(words.found["industries"]) if start <= left and right <= end)
    return next((level for term in inside if (level := lists.industries.get(lists.cues.get(term, term)))), None)
