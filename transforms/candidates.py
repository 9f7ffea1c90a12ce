"""Candidates for keywords: every phrase that could index an article, with what kind of phrase it is."""

import re
from collections.abc import Collection, Iterator, Sequence

from transforms import kinds
from transforms.kinds import Kind
from transforms.naming import called, coded, firms, foreign, holders, latin_names
from transforms.runs import NAME_EDGE, runs
from transforms.securities import Mention
from transforms.taxonomy import Taxonomy
from transforms.words import Word, Words
from transforms.written import written

_PAIR = 2
_SHORT = 3  # characters; a longer term of the lists need not have the words' bounds on both sides
_OFTEN = 5  # times; a verb of the title that stands so often is a theme
_SENTENCE = re.compile(r"[a-z] $")  # before what stands within a sentence in a foreign language
_EXCHANGES = frozenset({"ST", "SH", "SZ", "BJ", "HK", "US", "OTC", "NYSE", "NASDAQ", "Choice", "APP", "App"})
# 索尼|XR500E, but not 央行|M2, 小米|Q3, 样网|B2B and 高通|CES2020
_MODEL_NUMBER = re.compile(
    r"^(?!FY|[QHMG]\d{1,2}(?!\d)|U\d\d$|[A-Z]\d[A-Z]$|H\dN|TD-|[A-Z]+(?:19|20)\d\d$)(?:[A-Z][A-Za-z]*[- ]?\d|[A-Z]-[A-Z]\d?$)"
)
# 样米|6T, 样米|8 Pro, but not 华为|5G and 索尼|4K
_NUMBER_FIRST = re.compile(
    r"\d{1,2}(?:(?![GKDBPM](?![A-Za-z]))[A-Z][A-Za-z]{0,3}| ?(?:Pro|Plus|Max|Ultra|Lite|SE))(?: (?:Pro|Plus|Max|Ultra))*(?![A-Za-z0-9])"
)
# 部分股份解除质押, 累计回购, 拟减持: the act is what indexes.
_HOW = re.compile(r"^(?:部分(?!要约)|全部|办理|提前|完成|拟(?![每\d])|累计(?!质押)|连续|首次|股份(?=解除))+(?=..)")
# Types of triggers that are too general to index an article, even where they stand in its title.
_GENERAL = frozenset(
    {"涨跌", "评级", "政策", "会议", "合作", "签约", "发布", "投产", "研发突破", "事故", "上市", "高管变动", "其他"}
)
_LEAVING = frozenset(["离职", "辞职", "退休", "去世", "逝世", "病逝", "离世"])  # of such a kind, and yet what one looks for


def candidates(
    words: Words,
    lists: Taxonomy,
    technologies: Sequence[str],
    industries: Sequence[str],
    subject: str,
    companies: Sequence[Mention],
) -> Iterator[tuple[str, Kind, tuple[Word, ...]]]:
    """Yield phrases of the text with their kind and, for a run of words, its words; a phrase may come several times.

    `technologies` and `industries` are those that the text names, `subject` is what its title begins with, `companies` are the
    listed ones that it is about.
    """
    text = words.text
    latin = latin_names(text)
    makers = {end: start for start, end, name in words.found["subjects"] if lists.subjects[name] == "organisation"}
    persons = [*holders(words)]
    names = [*latin.items(), *((start, end) for start, end, _ in words.found["companies"]), *persons, (0, len(subject))]
    yield from runs(words, latin, names, persons, lists)
    yield from ((text[start:end], kinds.PERSON, ()) for start, end in persons)
    yield from ((phrase, kinds.THING_ALONE, ()) for phrase in firms(text))
    yield from ((phrase, kind, ()) for phrase, kind in written(text))
    if "·" in text:
        yield from ((NAME_EDGE.sub("", text[start:end]), kinds.PERSON_ALONE, ()) for start, end in foreign(words))
    numbered = ((start, match.end()) for end, start in makers.items() if (match := _NUMBER_FIRST.match(text, end)))
    yield from ((text[start:end], kinds.MODEL, ()) for start, end in numbered)
    for start, end in latin.items():
        phrase = text[start:end]
        if start in makers and _MODEL_NUMBER.search(phrase):
            yield text[makers[start] : end], kinds.MODEL, ()
        if not (phrase.islower() or phrase in _EXCHANGES or _SENTENCE.search(text[max(0, start - 2) : start])):
            yield phrase, kinds.WRITING if " " in phrase else kinds.PLAIN, ()
    yield from ((phrase, kinds.TECHNOLOGY, ()) for phrase in technologies)
    yield from ((phrase, kinds.INDUSTRY, ()) for phrase in industries)
    yield from (
        (called(text[one.start : one.end], one.company, words, lists), kinds.COMPANY_ALONE, ())
        for one in companies
        if text[one.start] not in "\n0123456789"
    )
    yield from ((phrase, kinds.COMPANY_ALONE, ()) for phrase in coded(words))
    yield from _listed(words, lists, {one.company.code for one in companies})
    yield from _acts(words, lists)


def _listed(words: Words, lists: Taxonomy, about: Collection[str]) -> Iterator[tuple[str, Kind, tuple[Word, ...]]]:
    text, edge = words.text, len(words.title)
    for start, end, name in words.found["companies"]:
        if start in words.edges and end in words.edges:
            company = lists.companies[name]
            known = company.code in about
            yield called(text[start:end], company, words, lists), kinds.COMPANY if known else kinds.TERM, ()
    lead = text.find("。", edge)
    for start, end, name in words.found["subjects"]:
        acts = lists.subjects[name] == "organisation"
        bounds = (start in words.edges) + (end in words.edges)
        if bounds == _PAIR or (end - start > _SHORT and (bounds or acts)):
            yield text[start:end], kinds.TERM_IN_LEAD if acts and start < lead else kinds.TERM, ()
    for start, end, trigger in words.found["triggers"]:
        if start >= edge:
            break
        if lists.triggers[trigger] not in _GENERAL or trigger in _LEAVING:
            yield _HOW.sub("", text[start:end]), kinds.EVENT, ()


def _acts(words: Words, lists: Taxonomy) -> Iterator[tuple[str, Kind, tuple[Word, ...]]]:
    """Yield the verbs of the title that the text has so often that they are its theme: 留学."""
    for word in words.words:
        if word.start >= len(words.title):
            break
        acts = word.tag in ("v", "vn") and len(word.text) > 1 and word.text not in lists.generic
        if acts and words.text.count(word.text) >= _OFTEN:
            yield word.text, kinds.PLAIN, (word,)
