"""Vocabulary: what rjieba's dictionary knows of a word of Chinese."""

from functools import lru_cache
from itertools import accumulate

import rjieba

from transforms.persons import is_person

PROPER = frozenset({"nr", "nrt", "nrfg", "ns", "nt", "nz"})
"""Parts of speech of proper nouns."""

PERSONS = frozenset({"nr", "nrt", "nrfg"})
"""Those of persons."""

_RARE = 100  # of the dictionary's counts: a name is rarer, 明星 and 嘉宾 are not
_NOUNS = frozenset({*PROPER, "n", "ng", "x", "j", "l", "i", "s", "g", "zg", "ag", "b", "an"})
_LANDS = frozenset("洋江河湖山岛州省市县区镇东南西北")
"""Characters that names of places end with, which are no common words however often they are told."""
_NO_SURNAME = frozenset(
    "连于经都曾时应后向从成原常包高安能全同和单解居过关强归仍相重当所是有为在来到让由多还更初计占支位平国公明满首每各某双清"
)
"""Surnames that are more often another word."""
_FOREIGN = frozenset(
    "阿埃艾爱安奥巴贝本比宾波伯勃博布达戴丹德登迪蒂杜多恩尔法菲费芬弗福盖戈格古哈海赫亨霍基吉加杰金卡凯坎康考柯科克肯库"
    "拉莱赖兰朗劳勒雷里丽利列烈林琳卢鲁路伦罗洛马玛迈曼梅门蒙米莫姆穆娜纳内尼宁牛纽努诺欧帕潘佩皮普奇乔琼热萨塞瑟沙莎什史斯"
    "顿索塔泰坦汤特图托瓦万威韦维温文沃乌西希夏谢雪休亚扬耶伊因英尤约泽扎詹珍朱兹大"
)
"""Characters that foreign names are written with."""


@lru_cache(maxsize=8)
def tagged(text: str) -> tuple[tuple[str, str], ...]:
    """Return the words of a text, each with its part of speech; an article is read by several."""
    return tuple(rjieba.tag(text))


@lru_cache(maxsize=8)
def edges(text: str) -> frozenset[int]:
    """Return the places of a text at which a word begins or ends."""
    return frozenset(accumulate((len(word) for word, _ in tagged(text)), initial=0))


@lru_cache(maxsize=1 << 17)
def proper(word: str) -> bool | None:
    """Return whether the dictionary has a word as a proper noun that is no common word; None where it has it not at all."""
    if not rjieba.has_word(word):
        return None
    found = rjieba.tag(word)
    tag = found[0][1] if len(found) == 1 else ""
    if tag not in PROPER or (rjieba.suggest_freq(word) >= _RARE and not (tag == "ns" and word[-1] in _LANDS)):
        return False
    return not tag.startswith("nr") or len(word) > 3 or names_person(word) or _FOREIGN.issuperset(word) or word.endswith("社")


@lru_cache(maxsize=1 << 16)
def is_common(name: str) -> bool:
    """Whether the dictionary has a word as a name that is mostly no name: 养老, 望远镜, but not 列宁, 曾国藩."""
    person = names_person(name) or (len(name) > 2 and is_person(name)) or _FOREIGN.issuperset(name)
    return not person and rjieba.suggest_freq(name) >= _RARE


def is_foreign(name: str) -> bool:
    """Whether a word of three characters or more is written as foreign names are; of four or more, but for one of them."""
    others = sum(one not in _FOREIGN for one in name)
    return len(name) > 2 and others <= (len(name) > 3)


@lru_cache(maxsize=1 << 16)
def is_noun(text: str) -> bool:
    """Whether a text has a word that can be a name, by its part of speech."""
    return any(tag in _NOUNS for _, tag in rjieba.tag(text))


def names_person(word: str) -> bool:
    """Whether a word is built like a person's name, by a surname that is not more often another word."""
    return is_person(word) and word[0] not in _NO_SURNAME


@lru_cache(maxsize=1 << 14)
def tag_of(character: str) -> str:
    """Return the part of speech of a character that stands alone."""
    return str(rjieba.tag(character)[0][1])
