"""Trades: what the companies that an article is about are in, by the lists, where its text says nothing nearer."""

import re
from collections import defaultdict
from collections.abc import Sequence

from transforms.sectors import Place, Sector
from transforms.securities import ANNOUNCES, HOUSES, Mention
from transforms.taxonomy import Company, Taxonomy
from transforms.words import Words

_SERVED = 1.5  # of the least weight: whom a company serves weighs no more
# Behind a company's name: a code, or whom it appoints.
_CODE = re.compile(r"\s?[（(]\w|[副董]?(?:行长|总裁|董事长|总经理|事长|高管|首席(?=[^，。、]{1,4}官))")
_SPEAKS = re.compile(r"(?:[（(][^（）()]{1,16}[)）])?(?:首席\w{0,3}(?:师|经济学家))?(?:[:：]|-{2,4})")
# What comes out stands behind the word for it, with little between.
_RELEASED = re.compile(r"(?:发布|开源|推出|上线)(?!.*(?:搭载|接入|应用|基于))[^，。、：；\s]{0,10}$")
_IT = frozenset({"传媒", "商贸零售", "计算机", "电子"})  # level-1 names of internet, shops, software and phones
_OF_SHARES = frozenset({"质押", "解除质押", "股份减持", "股份增持", "股份回购", "处罚", "约谈"})  # kinds of triggers
HOLDING = re.compile(r"(?:控股|集团|股份|国际|中国)+$")
"""What stands behind a company's name and says nothing of its trade."""


def unlisted(words: Words, lists: Taxonomy, subject: str) -> dict[str, list[Place]]:
    """Return the industries of the companies that are not among the listed ones, where the headline is about them."""
    edge = len(words.title)
    found = words.found["others"]
    names = (subject, HOLDING.sub("", subject))
    about = {
        name
        for start, end, name in found
        if start < edge and (name in names or _CODE.match(words.title, end)) and not _speaks(end, name, words.title, lists)
    }
    places: dict[str, list[Place]] = defaultdict(list)
    for start, end, name in found:
        if name in about:
            places[lists.company_industries[name]].append((start, end))
    return places


def released(words: Words, lists: Taxonomy, makers: dict[str, list[Place]]) -> dict[str, list[Place]]:
    """Return AI as the industry of a headline by which a model or an agent comes out, where its makers are of the internet or of IT.

    Else the industries of the `makers`: a car with a model in it is a car.
    """
    made = [
        (start, end)
        for start, end, term in words.found["technologies"]
        if end <= len(words.title) and _is_model(term, lists) and _RELEASED.search(words.title[:start])
    ]
    if not made or not all(lists.industries[one] in _IT for one in makers):
        return makers
    return {"大模型" if "大模型" in words.text else "人工智能": made}


def _is_model(term: str, lists: Taxonomy) -> bool:
    return lists.ai_technologies[term] == "model" or term.endswith(("大模型", "智能体"))


def _speaks(end: int, name: str, title: str, lists: Taxonomy) -> bool:
    """Whether a house only says in a headline what it makes of others: 海州银行：看好云湖咖啡."""
    finance = lists.industries[lists.company_industries[name]] in HOUSES
    return finance and bool(_SPEAKS.match(title, end)) and not ANNOUNCES.match(title, end)


def of_shares(words: Words, lists: Taxonomy) -> bool:
    """Whether a headline only tells what becomes of a company's shares, or that somebody admonishes it: no news of its business."""
    edge = len(words.title)
    told = {lists.triggers[trigger] for start, _, trigger in words.found["triggers"] if start < edge} - {"其他"}
    return bool(told) and told <= _OF_SHARES


def trade(others: dict[str, list[Place]], companies: Sequence[Mention], words: Words, lists: Taxonomy) -> dict[str, list[Place]]:
    """Return what the one company that the article is about is in, where the lists tell, as the text words it if it does.

    In news of its shares alone the text must do so.
    """
    if len(others) != 1:
        company = _only(companies)
        industry = company.industry if company else ""
        others = {industry: [(one.start, one.end) for one in companies]} if industry else {}
    worded = {_worded(industry, words, lists): places for industry, places in others.items()}
    return {} if of_shares(words, lists) and not any(one in words.text for one in worded) else worded


def _worded(industry: str, words: Words, lists: Taxonomy) -> str:
    """Return what the text calls an industry: itself, else a part of it that is named (电动汽车 for 新能源汽车), else itself."""
    if industry in words.text:
        return industry
    parts = (term for _, _, term in words.found["industries"] if term in lists.industries)
    return next((term for term in parts if lists.cues.get(term) == industry), industry)


def _only(companies: Sequence[Mention]) -> Company | None:
    """Return the company of mentions that are all of one, else None."""
    return companies[0].company if len({one.company.code for one in companies}) == 1 else None


def serves(named: Sequence[Sector], companies: Sequence[Mention], edge: int, least: float) -> bool:
    """Whether `named` are the trades of those whom the company of the headline, which ends at `edge`, serves, and none of its own.

    They are named lightly, below the headline only, and of other level-1 names; where nothing is named, it serves nobody.
    """
    company = _only(companies)
    if company is None or not company.industry or companies[0].start >= edge or not named:
        return False
    return all(one.level1 != company.level1 and one.places[0][0] >= edge and one.weight <= _SERVED * least for one in named)
