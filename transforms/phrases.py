"""Keywords: whole phrases of title and body, scored by where and how often they stand and by what they are."""

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

import rjieba

from transforms.candidates import candidates
from transforms.kinds import CLAUSE, EVENT, INDUSTRY, MODEL, PERSON, PERSON_ALONE, PLAIN, SUBJECT, VERBAL, WORD, Kind
from transforms.naming import abbreviates, called, full_name, introduced, organised, surnamed, widened
from transforms.runs import is_nickname
from transforms.securities import Mention
from transforms.taxonomy import Taxonomy
from transforms.text import HAN
from transforms.venues import is_venue
from transforms.words import Words
from transforms.written import counted

_MAX = 7
_MIN = 3
_CONSIDERED = 40  # phrases; what is worse than these is not compared
_LENGTHS = {2: 0.75, 3: 0.95, 4: 1.15, 5: 1.3, 6: 1.3, 7: 1.25, 8: 1.25, 9: 1.15, 10: 1.1}
_TITLE = 1.5
_ONCE = 0.9
_RUN_ONCE = 0.7  # a run of words is often cut amiss …
_CLAUSE_ONCE = 0.5  # … most often one with a verb
_COMMON = 0.7  # exponent of a phrase's rarity
_INSIDE = 0.7  # of its mentions: a phrase that stands inside a longer one so often is but a part of it
_INSIDE_SHORT = 0.2  # the same for a word of two characters: 签证 gives way to 学生签证
_INSIDE_SHORT_SCORE = 0.3  # of its score, which the longer one must have
_NESTED = 0.2  # of its score that a phrase loses which stands in a longer one only
_PLAIN = 3  # characters; a longer phrase says enough without the act before it, and a shorter one …
_RARE = 0.8  # … whose rarity is so much
_SPARE = 8  # phrases; behind these a score of little of the best one's is not enough
_LITTLE = 0.2
_ALIKE = 0.7  # of the characters that two phrases share
_UNKNOWN = (PERSON, PERSON_ALONE, PLAIN, WORD, SUBJECT)
_SHORT = 4  # characters; a name of fewer may be a part
_WORD = 3  # characters; an industry of more (新能源汽车) is no mere part of what is said of it
_COUNTERS = frozenset("篮代万亿期届次年月日号轮个家只名位场级岁元股辆台套条项季")  # 第7期开奖 names no 期开奖
# The medium that tells the news: 样网财经获悉, but not 从样网获悉 nor 中兴通讯.
_MEDIUM = re.compile(r"(?<=[，。\n])(?:\d+(?![年月日时点]))?[^\W\d从自向由]{1,10}(?:获悉|(?<![通资腾视音])讯)(?=[，,：:])")
_FORM = re.compile(r"股份(?:有限公司)?$|有限(?:责任)?公司$")
_FORMS = ("股份", "有限公司", "有限责任公司")
_MOVES = frozenset("降升增减涨跌")
_MOVED = re.compile(r"(?<=.[率额价量]).$")  # 漏检率降|至
_WRITER = rf"记者\s?[｜|/:：]?\s?(?P<writer>{HAN}{{2,3}}?)(?=摄?(?:\s|$))"
_CREDITED = re.compile(_WRITER, re.MULTILINE)
_PICTURED = re.compile(rf"{_WRITER}|(?P<photographer>{HAN}{{2,3}})\s摄(?=\s|$)", re.MULTILINE)  # 记者 李岚 摄, slower
_SURNAME = re.compile(r"[A-Z][a-z]+")


class _Scored(NamedTuple):
    phrase: str
    kind: Kind
    score: float
    times: int
    in_title: bool


def keywords(
    words: Words,
    lists: Taxonomy,
    subject: str,
    technologies: Sequence[str] = (),
    industries: Sequence[str] = (),
    companies: Sequence[Mention] = (),
) -> list[str]:
    """Return 3 to 7 phrases that stand in title or body, most important first; fewer where a text has fewer.

    `subject` is of `subject_of`; `technologies`, `industries` and listed `companies` are those that the text is about.
    Words that the lists call generic are never keywords.
    """
    kinds: dict[str, Kind] = {}
    rarity: dict[str, float] = {}
    alone: set[str] = set()
    for found, kind, part in candidates(words, lists, technologies, industries, subject, companies):
        phrase = _bare(found)
        if phrase not in kinds and (len(phrase) < 2 or phrase in lists.generic or counted(phrase) or is_venue(phrase, words)):
            continue
        if phrase[0] in _COUNTERS and _is_counted(phrase, words):
            continue
        if part and phrase not in rarity:
            rarity[phrase] = sum(_rarity(word.text) for word in part) / len(part)
        if kind.alone:
            alone.add(phrase)
        if phrase not in kinds or kinds[phrase].weight < kind.weight:
            kinds[phrase] = kind
    acts = tuple(phrase for phrase, kind in kinds.items() if kind is EVENT)
    for phrase in [one for one in kinds if (one.startswith(acts) and _is_act(one, kinds, rarity)) or _is_done(one, acts, kinds)]:
        del kinds[phrase]
    subject = _listed_name(subject, words, lists)
    signed = (_PICTURED if "摄" in words.text else _CREDITED).finditer(words.text)
    credited = Counter(match["writer"] or match["photographer"] for match in signed)
    hands = [name for name, times in credited.items() if 2 * times > words.text.count(name)]
    for phrase in (*hands, *_other_names(kinds, companies, words, lists)):
        kinds.pop(phrase, None)
    if words.text.count(subject) > 1 and len(subject) > 1 and not _says_nothing(subject, lists):
        kinds[subject] = SUBJECT
    phrases = ((phrase, kind) for phrase, kind in kinds.items() if kind is not CLAUSE)
    scored = [one for phrase, kind in phrases if (one := _scored(phrase, kind, words, rarity, alone=phrase in alone))]
    scored.sort(key=lambda one: (-one.score, one.phrase))
    whole = _whole(scored[:_CONSIDERED], words.title)
    chosen = _distinct([one for rank, one in enumerate(whole) if rank < _SPARE or one.score >= _LITTLE * whole[0].score], words)
    return chosen if len(chosen) >= _MIN else _filled(chosen, kinds, words.text)


def _bare(found: str) -> str:
    """Return a phrase without what a cut between words has left at its edges."""
    phrase = found.strip(" .-·").removesuffix("第")
    return _MOVED.sub("", phrase) if phrase[-1:] in _MOVES else phrase


def _says_nothing(subject: str, lists: Taxonomy) -> bool:
    """Whether the subject of a headline is nothing that anybody looks for."""
    return subject in lists.generic or counted(subject) or is_nickname(subject, lists)


def _is_act(phrase: str, kinds: dict[str, Kind], rarity: dict[str, float]) -> bool:
    """Whether a phrase is an act and whom or what it is done to, each of which says enough by itself: 收购|青禾智能."""
    if kinds[phrase].named:
        return False
    parts = ((phrase[:size], phrase[size:]) for size in range(2, len(phrase) - 1))
    return any(
        kinds.get(act) is EVENT and what in kinds and (len(what) > _PLAIN or rarity.get(what, 0) >= _RARE) for act, what in parts
    )


def _is_done(phrase: str, acts: tuple[str, ...], kinds: dict[str, Kind]) -> bool:
    """Whether a phrase is somebody with an act: 样宇|中标."""
    doers = (phrase.removesuffix(act) for act in acts if phrase.endswith(act))
    return not kinds[phrase].named and any(doer in kinds and kinds[doer].named for doer in doers)


def _listed_name(subject: str, words: Words, lists: Taxonomy) -> str:
    """Return what a company that is the subject is called by the name of its listing, if the text has it; else the subject."""
    for start, end, name in words.found["companies"][:1]:
        if not start and end in (len(subject), len(_FORM.sub("", subject))):
            return called(subject, lists.companies[name], words, lists)
    return subject


def _other_names(phrases: Collection[str], companies: Sequence[Mention], words: Words, lists: Taxonomy) -> list[str]:
    """Return the phrases that name a company otherwise than the text first does: 中国石油天然气, where that is 中石油."""
    first: dict[str, str] = {}
    for one in companies:
        name = words.text[one.start : one.end]
        if name in lists.called[one.company.code]:  # no code
            first.setdefault(one.company.code, called(name, one.company, words, lists))
    others = {one for code, name in first.items() for one in lists.called[code] if one not in name and name not in one}
    whole = {one for code in first for one in lists.called[code]}
    return [
        one
        for one in phrases
        if one in others
        or (one.endswith("公司") and any(one.startswith(name) for name in others))
        or (one.endswith(_FORMS) and _FORM.sub("", one) in whole)
    ]


def _is_counted(phrase: str, words: Words) -> bool:
    """Whether a phrase always stands behind a figure, to which its first character belongs."""
    starts = [end - len(phrase) for end in words.ends_of(phrase)]
    return bool(starts) and all(words.text[max(0, start - 1) : start].isnumeric() for start in starts)


def _scored(phrase: str, kind: Kind, words: Words, rarity: dict[str, float], *, alone: bool) -> _Scored | None:
    """Return a phrase with its score, or None where it is named once only and that is not enough for its kind."""
    text, in_title = words.text, phrase in words.title
    count = text.count(phrase)
    if not count or (count < 2 and not in_title and not alone):
        return None
    first = text.find(phrase)
    early = 1 - (0 if in_title else first) / len(text)
    score = (_TITLE * in_title + math.log(1 + count - in_title) + early) * kind.weight
    score *= _LENGTHS.get(len(phrase), 0.9) * rarity.get(phrase, 1.0) ** _COMMON
    return _Scored(phrase, kind, score * (_once(kind, in_title=in_title) if count == 1 else 1), count, in_title)


def _once(kind: Kind, *, in_title: bool) -> float:
    """Return what is left of the score of a phrase that stands once; of words that the headline alone has in a run, little."""
    if not in_title:
        return _ONCE
    return _RUN_ONCE if kind is PLAIN else _CLAUSE_ONCE if kind is VERBAL else 1.0


@lru_cache(maxsize=1 << 16)
def _rarity(word: str) -> float:
    """Return 1 for a word that is rare in rjieba's dictionary, down to 0.3 for the most frequent."""
    return max(0.3, min(1.0, 1.6 - 0.12 * math.log(rjieba.suggest_freq(word))))


def _whole(scored: list[_Scored], title: str) -> list[_Scored]:
    """Return phrases, the best first, without each that is but a part of a longer one: 芯片 in 车规芯片.

    What stands inside a longer one only, and yet is a phrase of its own, has less of its score.
    """
    found = {one.phrase: one for one in scored}
    together = "\n".join(found)  # most phrases stand in it once, and so in no longer one
    longer = {one: [other for other in found if one in other and one != other] for one in found if together.count(one) > 1}
    for phrase, others in longer.items():
        one = found[phrase]
        share = min(1.0, max(found[other].times for other in others) / one.times)
        found[phrase] = _Scored(phrase, one.kind, one.score * (1 - _NESTED * share), one.times, one.in_title)
    ranked = sorted(found.values(), key=lambda one: (-one.score, one.phrase))
    return [one for one in ranked if not any(_is_part(one, found[other], title) for other in longer.get(one.phrase, ()))]


def _is_part(one: _Scored, other: _Scored, title: str) -> bool:
    if other.kind is MODEL and other.phrase.startswith(one.phrase):  # its maker
        return False
    if other.kind.weight > 1.5 >= one.kind.weight:
        return True
    if other.kind.named and other.in_title and title.count(one.phrase) == title.count(other.phrase):
        return True
    if one.kind.named and "·" in other.phrase and not one.in_title:
        return True
    if one.kind is EVENT and one.in_title and not other.in_title:
        return False
    if (one.kind.named and not other.kind.named) or (one.kind is INDUSTRY and len(one.phrase) > _WORD):
        return False
    if len(one.phrase) == 2 and not one.kind.named and other.times >= _INSIDE_SHORT * one.times:
        return other.score > _INSIDE_SHORT_SCORE * one.score
    return other.times >= _INSIDE * one.times and other.score > 0.5 * one.score


def _distinct(ranked: list[_Scored], words: Words) -> list[str]:
    """Return the best phrases: not the paper whose reporter writes, none that contains another or is nearly the same."""
    text, chosen, full = words.text, dict[str, frozenset[str]](), dict[str, str]()
    media = Counter(_MEDIUM.findall(text)) if "获悉" in text or "讯" in text else {}
    models = {one.phrase for one in ranked if one.kind is MODEL}
    for one in ranked:
        if len(chosen) == _MAX:
            break
        phrase = _completed(one.phrase, words)
        if len(phrase) < _SHORT:
            phrase = surnamed(phrase, words) if one.kind.named or one.kind in (PLAIN, WORD) else phrase
            phrase = widened(phrase, words) if one.kind.named else phrase
            phrase = organised(phrase, words) if one.kind in _UNKNOWN else phrase
        if f"·{phrase}" in text and phrase not in words.title:
            phrase = full_name(phrase, words)
        elif _SURNAME.fullmatch(phrase):
            full[phrase] = introduced(phrase, text)
        reporter = f"{phrase}记者" in text or f"{phrase}》记者" in text
        told = sum(times for medium, times in media.items() if medium.startswith(phrase))
        reporter = reporter or 2 * told > text.count(phrase)
        characters = frozenset(phrase)
        alike = (
            _overlap(phrase, other, models) or _alike(characters, others) or abbreviates(phrase, other, text)
            for other, others in chosen.items()
        )
        if not (reporter or any(alike)):
            chosen[phrase] = characters
    return [full.get(phrase, phrase) for phrase in chosen]


def _overlap(one: str, other: str, products: Collection[str]) -> bool:
    """Whether one phrase holds the other, but for a product that begins with its maker: 理光R10."""
    short, long = sorted((one, other), key=len)
    return short in long and not (long in products and long.startswith(short))


def _completed(phrase: str, words: Words) -> str:
    """Return what says only what becomes of something with the noun that the text says it of: 商业化 becomes 商业化路径.

    That noun stands behind it once at least, and there or behind 的 twice.
    """
    if not phrase.endswith("化"):
        return phrase
    starts = {word.start: word for word in words.words if word.tag in ("n", "vn") and len(word.text) > 1}
    behind = (starts.get(end + words.text.startswith("的", end)) for end in words.ends_of(phrase))
    counts = Counter(word.text for word in behind if word)
    nouns = [noun for noun, count in counts.most_common() if count > 1 and phrase + noun in words.text]
    return phrase + nouns[0] if nouns else phrase


def _alike(characters: frozenset[str], others: frozenset[str]) -> bool:
    most = _ALIKE * max(len(characters), len(others))
    return min(len(characters), len(others)) >= most and len(characters & others) >= most


def _filled(chosen: list[str], kinds: dict[str, Kind], text: str) -> list[str]:
    """Return at least three phrases where there are so many: a short notice repeats nothing, what it names once has to do."""
    spare = sorted(
        (phrase for phrase in kinds if phrase in text), key=lambda phrase: (-kinds[phrase].weight, -len(phrase), phrase)
    )
    for phrase in spare:
        if len(chosen) >= _MIN:
            break
        if not any(phrase in other or other in phrase or abbreviates(phrase, other, text) for other in chosen):
            chosen = [*chosen, phrase]
    return chosen
