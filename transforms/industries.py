"""Industries: what the article says that it is about, as it words it, and the 申万 level-1 names that these fall under."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from transforms.securities import Mention
from transforms.taxonomy import Taxonomy
from transforms.words import Word, Words

Place = tuple[int, int]
"""Start and end of a span, in code points."""

_MOST = 4
_MOST_CODES = 2
_LEAST = 1.7  # weight
_DENSITY = 1.5  # weight for a thousand characters
_SHARE = 0.8  # of the heaviest one's weight
_USERS = 2  # industries that use AI
_SAID = 1.5  # weight of an industry that is said to use AI, in an article about AI
_CODE_SHARE = 0.4  # of the heaviest level-1 name's weight
_COMPANY = 3.0
_OWN = 2.0
_STEM = 0.7

_SUFFIX = re.compile(
    r"行业|领域|产业(?!链|园|化|升级|基金|资本|集团|政策|结构|投资|互联网)|板块|赛道|业(?=[，。、；：的在也将已\s]|$)"
)
_INDUSTRY = re.compile(r"(?:行业|产业|领域|市场|板块)$")
_STATED = re.compile(r"(?:行业|领域)$")
# What a company does: the words behind these tell its industry.
_BUSINESS = re.compile(r"(?:主营业务|主营|主要从事|主要业务|业务范围|专注于?|深耕|致力于|属于|立足)[^。；\n]{0,50}")
_PARTS = frozenset({"n", "vn", "nz", "eng", "j", "l", "b", "an", "v", "nr", "zg", "ng"})
_LONGEST_RUN = 8  # words
# Verbs that stand before an industry's name and are no part of it.
_RELATIONS = re.compile(
    r"属于|从事|立足|深耕|聚焦|进入|布局|涉及|覆盖|推动|促进|发展|成为|发布|面向|围绕|拓展|切入|赋能|影响|"
    r"改变|位于|针对|提升|重塑|颠覆|融入|投资|关注|看好|占据|领跑|引领|用于|应用于|包括|基于|退出|跨界|驱动|"
    r"有望|留在|带动|加快|支持|服务于|专注|致力于|应用|以及|作为|所属|所处|整个|各个"
)


class _Tally:
    """Weights, spellings and places of the industries that a text names."""

    def __init__(self) -> None:
        self.weights: dict[str, float] = defaultdict(float)
        self.spelling: dict[str, str] = {}
        self.places: dict[str, list[Place]] = defaultdict(list)

    def add(self, term: str, weight: float, spelling: str, place: Place) -> None:
        """Count one mention; the longest spelling stays."""
        self.weights[term] += weight
        self.places[term].append(place)
        if len(spelling) > len(self.spelling.get(term, "")):
            self.spelling[term] = spelling

    def lift_stems(self, lists: Taxonomy) -> None:
        """Let 汽车 stand for 汽车销售 and 汽车维修: what several names begin with is heavier than each of them."""
        for term in list(self.weights):
            stems = (term[:size] for size in range(2, len(term)))
            level = lists.industries.get(term)
            stem = next((one for one in stems if level and lists.industries.get(one) == level), None)
            if stem:
                self.weights[stem] += _STEM * self.weights[term]
                self.places[stem] += [(start, start + len(stem)) for start, _ in self.places[term]]
                self.spelling.setdefault(stem, stem)

    def without_ai(self, technologies: Collection[str]) -> dict[str, float]:
        """Return the weights without AI itself where the text says which other industries use it, else all."""
        said = [term for term, name in self.spelling.items() if _STATED.search(name) and not _is_ai(term, technologies)]
        if len(said) < _USERS:
            return self.weights
        return {term: weight for term, weight in self.weights.items() if not _is_ai(term, technologies)}

    def heaviest(self, weights: dict[str, float], least: float, *, said: bool) -> list[str]:
        """Return the terms whose weight is enough, the heaviest first, no two that begin alike.

        With `said`, for those that the text itself calls an industry a small weight is enough.
        """
        top = max(weights.values(), default=0.0)
        terms: list[str] = []
        for term, weight in _heaviest_first(weights):
            name = self.spelling[term]
            enough = _SAID if said and _STATED.search(name) else max(least, _SHARE * top)
            alike = any(name[:2] in self.spelling[other] or self.spelling[other][:2] in name for other in terms)
            if weight >= enough and not alike and len(terms) < _MOST:
                terms.append(term)
        return terms


def _heaviest_first(weights: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(weights.items(), key=lambda one: -one[1])


def _is_ai(term: str, technologies: Collection[str]) -> bool:
    return term in technologies or term.startswith(("AI", "人工智能"))


def industries(
    words: Words, lists: Taxonomy, subject: str, companies: Sequence[Mention]
) -> tuple[list[str], dict[str, list[Place]]]:
    """Return the industries as the text words them, and their level-1 names with their places, both by weight.

    A mention weighs more in the title, where the text itself says 行业 or the like behind it, and where it tells what a
    company does. `companies` are those that the article is about: their industries count for the level-1 names. An
    industry inside a company's name, `subject` among them, counts only where it is what the company is in.
    """
    tally = _Tally()
    _count_listed(tally, words, lists, subject, {one.company.level1 for one in companies})
    _count_stated(tally, words, lists)
    tally.lift_stems(lists)
    about_ai = any(start < len(words.title) for start, _, _ in words.found["technologies"])
    least = max(_LEAST, _DENSITY * len(words.text) / 1000)
    weights = tally.without_ai(lists.ai_technologies) if about_ai else tally.weights
    terms = tally.heaviest(weights, least, said=about_ai)
    levels: dict[str, float] = defaultdict(float)
    support: dict[str, list[Place]] = defaultdict(list)
    for term in dict.fromkeys([*terms, *tally.heaviest(tally.weights, least, said=False)]):
        if level := lists.industries.get(term):
            levels[level] += tally.weights[term]
            support[level] += tally.places[term]
    for one in companies:
        levels[one.company.level1] += _COMPANY
        support[one.company.level1].append((one.start, one.end))
    top = max(levels.values(), default=0)
    codes = {level: support[level] for level, weight in _heaviest_first(levels)[:_MOST_CODES] if weight >= _CODE_SHARE * top}
    return [tally.spelling[term] for term in terms], codes


def _count_listed(tally: _Tally, words: Words, lists: Taxonomy, subject: str, own: set[str]) -> None:
    """Count what the list of industries finds; `own` are the level-1 names of the companies that the article is about."""
    text, edge = words.text, len(words.title)
    business = [match.span() for match in _BUSINESS.finditer(text)]
    taken = [(start, end) for start, end, _ in words.found["companies"]]
    if len(subject) > 2 and subject not in lists.industries and not _INDUSTRY.search(subject):
        taken += [match.span() for match in re.finditer(re.escape(subject), text)]
    for start, end, term in words.found["industries"]:
        level = lists.industries.get(term)
        if not level:
            continue
        if any(left <= start < right for left, right in taken):
            if level in own:
                tally.add(term, _OWN if start < edge else _OWN / 4, text[start:end], (start, end))
            continue
        suffix = _SUFFIX.match(text, end)
        if start not in words.edges or not (suffix or end in words.edges):
            continue
        told = suffix or text.startswith("业务", end) or any(left <= start < right for left, right in business)
        weight = 1.5 if told else 0.3 if term in lists.broad_industries else 1.0
        weight *= (3.0 if start < edge else 1.0) * (1.3 if level in own else 1.0)
        tally.add(term, weight, text[start : suffix.end() if suffix else end], (start, end))


def _count_stated(tally: _Tally, words: Words, lists: Taxonomy) -> None:
    """Count what the text itself calls an industry, whether the lists know it or not."""
    for start, end, plain in _stated(words, lists):
        weight = 6.0 if start < len(words.title) else 2.0
        held = next((one for one in tally.places.items() if any(start <= left and right <= end for left, right in one[1])), None)
        if held:
            first = min(left for left, _ in held[1] if left >= start)
            tally.add(held[0], weight / 2, words.text[first:end], (first, end))
        elif plain:
            tally.add(words.text[start:end], weight, words.text[start:end], (start, end))


def _stated(words: Words, lists: Taxonomy) -> Iterator[tuple[int, int, bool]]:
    """Yield the places where the text itself names an industry (智能校对领域), and whether it does so in few nouns."""
    for number, word in enumerate(words.words):
        if not word.text.endswith(("行业", "领域")):
            continue
        run = _run_before(words.words, number)
        while run and (run[0].text in lists.generic or run[0].tag in ("v", "nr") or run[0].text in ("及", "与")):
            run = run[1:]
        if run and run[-1].text not in lists.generic:
            start, end = run[0].start, word.end
            plain = all(one.tag != "v" for one in run[:-1]) and not any(one.text in lists.generic for one in run)
            few = len(run) <= 3 and end - start >= 5 and plain
            yield start, end, few or any(one.text.startswith("及") for one in run)


def _run_before(words: Sequence[Word], number: int) -> list[Word]:
    """Return the words right before a place that can be part of an industry's name."""
    run: list[Word] = []
    for word in reversed(words[max(0, number - _LONGEST_RUN) : number]):
        joins = word.text in ("及", "与")
        if not joins and (word.tag not in _PARTS or (word.tag == "v" and len(word.text) < 2)):
            break
        if _STATED.search(word.text) or _RELATIONS.fullmatch(word.text):
            break
        run.append(word)
    return run[::-1]
