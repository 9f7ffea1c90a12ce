"""Industries: what the article says that it is about, as it words it, and the 申万 level-1 names that these fall under."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence

from transforms.business import businesses, classes, objects, united
from transforms.mentioned import count_mentions
from transforms.sectors import Place, Sector, Tally
from transforms.securities import Mention
from transforms.stated import STATED, stated
from transforms.taxonomy import Taxonomy
from transforms.trades import of_shares, released, serves, trade, unlisted
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
_BUSINESSES = 2.5  # weight of a business that is known to make much of a company's revenue
_OBJECTS = 2.0  # weight of what a company is said to make

# 图像处理领域 is what one can do or study, no industry.
_SKILL = re.compile(r"(?:处理|识别|分析|学习|算法|优化|研究|研发|科学|理论)领域$")

_ENDING = re.compile(r"(?<=..)(?:行业|领域|产业|板块|赛道)$")


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
    technology and the text many. Where a headline only tells what becomes of shares, only what the text names is one.
    """
    others = unlisted(words, lists, subject)
    if others and not companies:
        others = released(words, lists, others)
    own = {one.company.level1 for one in companies}
    main = None if mainly is None else {one.company.code for one in mainly}
    if len(own) > _MOST_OWN:
        own, companies = set(), []
    tally = Tally(lists)
    count_mentions(tally, words, lists, subject, own)
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
    found: dict[str, list[Place]] = defaultdict(list, {} if named else trade(others, companies, words, lists))
    if not named and not found and not codes and about_ai:
        found, codes = _ai(words, lists)
    for sector in named:
        found[lists.industry_names.get(bare(sector.spelling), sector.spelling)] += sector.places
    return found, codes if found or (companies and not of_shares(words, lists)) else {}


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
