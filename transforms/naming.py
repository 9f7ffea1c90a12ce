"""Naming: what companies and persons are called in a text, whole and without the words beside."""

import re
from collections.abc import Iterator

from transforms.names import ORGANISED
from transforms.taxonomy import Company, Taxonomy
from transforms.vocabulary import is_common, names_person
from transforms.words import Word, Words

_LONGEST = 9  # characters of a name before a code

_FOREIGN = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{1,12}(?:·[\u4e00-\u9fff]{1,6}){1,2}")
_FIRM = re.compile(
    r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{4,12}"
    r"(?:有限公司|有限责任公司|大学|研究院|研究所|基金会|委员会|协会|出版社)(?![（(][^）)]{0,6}简称)"
)
# 以及样州某某有限公司, 股东样州某某有限公司: what stands before a name.
_LED_IN = re.compile(r"^(?:(?:.{0,8}(?:股东|公司|名称|行人|收购|质人)(?!有限)|以及|拟对|与|由|据|并|给|及)(?=.{5}))+")
_CODE = re.compile(
    r"[（(](?:(?:股票)?代[码號号]?[：:]?|SZ|SH|HK|NYSE|NASDAQ|纳斯达克|纽交所)?[:：. ]?"
    r"(?:\d{4,6}(?:[.-](?:HK|SH|SZ|BJ))?|[A-Z]{1,5}\.(?:US|N|O|OQ)|(?:HK|hk)\d{4,5}|(?<=[:：])[A-Z]{2,5})[,，）)]"
)
_LONGEST_NAME = 8
_LONGEST_GIVEN = 24  # characters
_ORGANS = frozenset("所会委局部院署")
_GIVEN = re.compile(r"(?<![A-Za-z] )(?<![A-Za-z])[A-Z][a-z]+ $")
_PARTICLES = frozenset("第的了是在和与及或对将被把向从于为以等这那其也都就而但又还着过称说我你他她它由据有")
_NO_NAME = frozenset({"v", "vd", "p", "c", "uj", "ul", "d", "t", "r", "m", "x", "f"})
_ACTED = re.compile("^[获予给售购沽](?=..)")  # 予恒岳金融
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
        while (word := words.ending.get(start)) and end - word.start <= _LONGEST and _may_name(word):
            start = word.start
        name = _ACTED.sub("", words.text[start:end])
        if len(name) > 1 and not name.isascii():
            yield name


def _may_name(word: Word) -> bool:
    """Whether a word can be part of a company's name; of one character a verb can: 希 in 希慎兴业."""
    single = word.tag == "v" and len(word.text) == 1
    return word.text.isalnum() and (single or word.tag not in _NO_NAME)


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


def widened(phrase: str, words: Words) -> str:
    """Return a name of which only a part was seen with the characters that stand alone beside it: 李博 becomes 李博灏."""
    text = words.text
    while text.count(phrase) > 1 and len(phrase) < _LONGEST_NAME:
        ends = words.ends_of(phrase)
        beside = {text[end : end + 1] for end in ends}
        character = beside.pop()
        if beside or not "\u4e00" <= character <= "\u9fff" or character in _PARTICLES:
            break
        seen = [end not in words.edges or end + 1 in words.edges for end in ends]
        if not (all(seen) or (any(seen) and len(phrase) == 2 and names_person(phrase + character))):
            break
        phrase += character
    return phrase


def organised(phrase: str, words: Words) -> str:
    """Return a short phrase with the word for an organisation that always follows it: 惠风 becomes 惠风创投."""
    behind = {match[0] if (match := ORGANISED.match(words.text, end)) else "" for end in words.ends_of(phrase)}
    return phrase + behind.pop() if len(behind) == 1 else phrase


def full_name(surname: str, words: Words) -> str:
    """Return a surname with the given name that the text once has before it: 斯通 becomes 哈利·斯通."""
    dot = words.text.find(f"·{surname}")
    return next((f"{words.text[start:dot]}·{surname}" for start, end in foreign(words) if start < dot < end), surname)


def introduced(surname: str, text: str) -> str:
    """Return a surname with the given name before it where it first stands: Tomas Lindqvist, who is then called Lindqvist."""
    place = text.find(surname)
    given = _GIVEN.search(text[max(0, place - _LONGEST_GIVEN) : place])
    return f"{given[0]}{surname}" if given else surname


def abbreviates(phrase: str, other: str, text: str) -> bool:
    """Whether one is short for the other, both being organisations: 样交所 for 样州证券交易所, but not for what it is named beside."""
    short, long = sorted((phrase, other), key=len)
    if short[0] != long[0] or short[-1] != long[-1] or short[-1] not in _ORGANS:
        return False
    rest = iter(long)
    within = all(one in rest for one in short)
    beside = any(f"{phrase}{mark}{other}" in text or f"{other}{mark}{phrase}" in text for mark in "与和、")
    return within and not beside
