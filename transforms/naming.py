"""Naming: what companies and foreign persons are called in a text, whole and without the words beside."""

import re
from collections.abc import Iterator

from transforms.taxonomy import Company, Taxonomy
from transforms.vocabulary import is_common
from transforms.words import Words

_LONGEST = 9  # characters of a name before a code

_FOREIGN = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{1,12}(?:·[\u4e00-\u9fff]{1,6}){1,2}")
_FIRM = re.compile(
    r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{4,12}"
    r"(?:有限公司|有限责任公司|大学|研究院|研究所|基金会|委员会|协会|出版社)(?![（(][^）)]{0,6}简称)"
)
# 以及样州某某有限公司, 股东样州某某有限公司: what stands before a name.
_LED_IN = re.compile(r"^(?:.{0,8}(?:股东|公司|名称|行人|收购|质人)(?!有限)|以及|拟对|与|由|据|并|给|及)(?=.{5})")
_CODE = re.compile(
    r"[（(](?:(?:股票)?代[码號号]?[：:]?|SZ|SH|HK|NYSE|NASDAQ|纳斯达克|纽交所)?[:：. ]?"
    r"(?:\d{4,6}(?:[.-](?:HK|SH|SZ|BJ))?|[A-Z]{1,5}\.(?:US|N|O|OQ)|(?:HK|hk)\d{4,5}|(?<=[:：])[A-Z]{2,5})[,，）)]"
)
_NO_NAME = frozenset({"v", "vd", "p", "c", "uj", "ul", "d", "t", "r", "m", "x", "f"})
_NAMES = frozenset({"nr", "nrt", "nrfg"})
_PLAIN = frozenset({"n", "vn", "v"})
_LINKS = frozenset({"c", "p", "v"})


def firms(text: str) -> Iterator[str]:
    """Yield the full names of companies, institutes and the like, without what leads in to them."""
    yield from (_LED_IN.sub("", name) for name in _FIRM.findall(text))


def called(phrase: str, company: Company, words: Words, lists: Taxonomy) -> str:
    """Return the listed name of a company that a text calls by a longer one, where it has both, that one in the title or twice.

    海州新材 for 海州新材料科技.
    """
    names = (one for one in lists.called[company.code] if len(one) <= len(phrase))
    return next((one for one in names if one in words.title or words.text.count(one) > 1), phrase)


def coded(words: Words) -> Iterator[str]:
    """Yield the names before the code of a share, of which exchange ever: 云湖零售 of 维持云湖零售(06808)."""
    for match in _CODE.finditer(words.text):
        start = end = match.start()
        while (
            (word := words.ending.get(start))
            and word.tag not in _NO_NAME
            and end - word.start <= _LONGEST
            and word.text.isalnum()
        ):
            start = word.start
        if end - start > 1 and not words.text[start:end].isascii():
            yield words.text[start:end]


def foreign(words: Words) -> Iterator[tuple[int, int]]:
    """Yield start and end of the persons' names with a dot, without other words at their edges: 总裁|哈利·斯通|日前."""
    for match in _FOREIGN.finditer(words.text):
        start, end = match.span()
        first, last = words.text.index("·", start, end), words.text.rindex("·", start, end) + 1
        inside = [word for word in words.words if start <= word.start < end]
        beside = [word for word in inside if first in (word.end, word.start - 1)]
        if {word.tag for word in beside} == {"ns"} or any(word.tag in _PLAIN and is_common(word.text) for word in beside):
            continue  # 中国·贵阳, 高质量发展·权威发布
        others = [word for word in inside if word.tag not in _NAMES and (len(word.text) > 1 or word.tag in _LINKS)]
        start = max((word.end for word in others if word.end < first), default=start)
        yield start, next((word.start for word in others if word.start > last), end)
