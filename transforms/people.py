"""People: persons whom a statement names by what they are or by what they say - 总经理李岚, 李岚表示 - and whom the article has not.

A name may be made of characters that the article has elsewhere; here it is the name as a whole that must stand there. Names of
the article of which a statement has all characters but one are such, too.
"""

import re
from collections.abc import Collection, Iterator

import rjieba

from transforms.lexis import LIGHT, NO_NOUN
from transforms.text import HAN
from transforms.titles import CALLING
from transforms.vocabulary import PERSONS, PROPER, edges, is_common, is_foreign, names_person, proper, tag_of, tagged

Span = tuple[int, int]

_TITLED = re.compile(rf"{CALLING}({HAN}{{2,4}})")
_SPEAKS = (
    "撰文称?|发文称?|表示|认为|指出|介绍|透露|强调|坦言|预计|判断|建议|呼吁|宣布|回应|告诉|写道|提醒|直言|解释|补充|称"
    "|(?<![劝游听据小传学解演])说"
)
_SAYS = re.compile(rf"{_SPEAKS}|拥有|毕业于|出任|担任|当选|头球|破门|梅开二度")
_SAID = frozenset(verb.rpartition(")")[2][0] for verb in _SPEAKS.split("|"))
"""Characters that verbs of speech begin with: no part of the name before."""
_BEFORE = re.compile(rf"(?:^|[^\u4e00-\u9fff·]|{CALLING}|[与和及])({HAN}{{2,7}})$")
_DOTTED = re.compile(rf"{HAN}·{HAN}")
_NOUNS = frozenset({*PROPER, "n", "ng", "x"})
_TOWNS = frozenset("省市县区镇乡村州")
_FAR = 16  # characters before a verb
_LEAST = 3  # characters of a name whose misspelling shows


def strangers(statement: str, article: str, names: Collection[str]) -> Iterator[Span]:
    """Yield the places of persons in a spelled statement whom the article does not name; `names` are such as it has.

    A name is a stranger as well where it differs from one of `names` in a single character.
    """
    for match in _DOTTED.finditer(statement):
        if match[0] not in article and rjieba.tag(statement[max(0, match.start() - 3) : match.start() + 1])[-1][1] in PERSONS:
            yield match.span()
    for match in _TITLED.finditer(statement):
        if _is_stranger(match[1], article):
            yield match.start(1), match.start(1) + (2 if len(match[1]) == 2 or match[1][2] in _SAID else _LEAST)
    for match in _SAYS.finditer(statement):
        found = _BEFORE.search(statement, 0, match.start())
        if found and found[1] not in article and _is_called(found[1]):
            yield found.span(1)
    for name in sorted(names):
        yield from _misspelt(name, statement, article)


def misspellable(article: str) -> set[str]:
    """Return the names of a spelled article that are long enough to be known when they are misspelt."""
    found, before = set(), ("", "")
    for word, tag in tagged(article):
        if tag in PROPER and (tag not in PERSONS or len(word) > _LEAST or names_person(word) or is_foreign(word)):
            found.add(word)
        if tag in _NOUNS and len(word) > 1 and before[1] in _NOUNS and (before[1] in PROPER or proper(before[0]) is None):
            found.add(before[0] + word)
        if word in _TOWNS and len(before[0]) > 1:
            found.add(before[0] + word)
        before = word, tag
    named = (match for match in _TITLED.finditer(article) if match.start(1) + _LEAST in edges(article))
    found |= {match[1][:_LEAST] for match in named if names_person(match[1][:_LEAST])}
    return {name for name in found if len(name) >= _LEAST and re.fullmatch(rf"{HAN}+", name)}


def persons_in(text: str) -> Iterator[Span]:
    """Yield the places of Chinese names of three characters in a spelled text that stand behind a title or before what somebody says."""
    for match in _TITLED.finditer(text):
        end = match.start(1) + _LEAST
        if len(match[1]) >= _LEAST and end in edges(text) and names_person(text[match.start(1) : end]):
            yield match.start(1), end
    for match in _SAYS.finditer(text):
        found = _BEFORE.search(text, max(0, match.start() - _FAR), match.start())
        if found and len(found[1]) == _LEAST and names_person(found[1]):
            yield found.span(1)


def _is_stranger(name: str, article: str) -> bool:
    """Whether what stands behind a title begins with a person's name that the article lacks."""
    first, tag = rjieba.tag(name)[0]
    surname = names_person(name[:2]) and name[0] not in LIGHT
    if not surname or name[:3] in article or (len(first) > 1 and tag not in PERSONS and proper(first) is not None):
        return False
    return name[:2] not in article or _goes_on(name[:2], article)


def _goes_on(name: str, article: str) -> bool:
    """Whether what a text has of a name is always the beginning of one longer by the same character."""
    ends = [match.end() for match in re.finditer(name, article)]
    behind = {article[end : end + 1] for end in ends}
    longer = name + behind.pop()
    return (
        not behind
        and names_person(longer)
        and tag_of(longer[-1]) not in NO_NOUN
        and not any(end in edges(article) for end in ends)
    )


def _is_called(name: str) -> bool:
    """Whether somebody can be called so: built like a Chinese or a foreign name, and no other word."""
    if len(name) <= _LEAST:
        first, tag = rjieba.tag(name)[0]
        if len(first) == _LEAST - 1 and tag not in PERSONS:  # 许多|人
            return False
        known = proper(name)
        return (
            names_person(name) and name[0] not in LIGHT and not is_common(name) and (known is not False or _tag(name) in PERSONS)
        )
    return is_foreign(name)


def _tag(word: str) -> str:
    tagged = rjieba.tag(word)
    return str(tagged[0][1]) if len(tagged) == 1 else ""


def _misspelt(name: str, statement: str, article: str) -> Iterator[Span]:
    """Yield where a statement has a name but for one character, and something that the article has nowhere."""
    size, half = len(name), len(name) // 2
    # One half of it is as in the name.
    starts = {match.start() for match in re.finditer(f"(?={re.escape(name[:half])})", statement)}
    starts |= {match.start() - half for match in re.finditer(f"(?={re.escape(name[half:])})", statement)}
    for start in sorted(one for one in starts if 0 <= one <= len(statement) - size):
        said = statement[start : start + size]
        other = [place for place in range(size) if said[place] != name[place]]
        if len(other) != 1 or said in article or not re.fullmatch(rf"{HAN}+", said):
            continue
        behind = statement[start + size - 1 : start + size + 1]
        ends_within = other[0] == size - 1 and not names_person(name) and proper(behind) is False  # 中国消费|市场
        if not (ends_within or _is_other(name, said, other[0], article)):
            yield start, start + size


def _is_other(name: str, said: str, place: int, article: str) -> bool:
    """Whether what differs from a name at a place is no misspelling of it: another word, or a shorter name and what is behind."""
    words = rjieba.tag(said)
    if proper(said) is False or said[place] in LIGHT or all(len(word) > 1 and proper(word) is False for word, _ in words):
        return True
    if len(name) > _LEAST and is_foreign(name) and not is_foreign(said):
        return True
    if place == 0:  # another surname
        return len(said) > _LEAST or not (names_person(said) or said[-1] in _TOWNS)
    if place < len(said) - 1:
        return False
    rest = said[:-1]
    behind = {article[match.end() : match.end() + 1] for match in re.finditer(rest, article)}
    apart = len(behind) > 1 or tag_of(said[-1]) in NO_NOUN or said[-1] in _SAID
    return apart or (names_person(rest) if len(name) > _LEAST else not names_person(name))
