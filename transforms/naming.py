"""Naming: what companies and persons are called in a text, whole and without the words beside."""

import re
from collections.abc import Iterator
from itertools import takewhile

import rjieba

from transforms.names import ORGANISED
from transforms.taxonomy import Company, Taxonomy
from transforms.text import HAN
from transforms.titles import LEADING
from transforms.vocabulary import PERSONS, PROPER, is_common, names_person
from transforms.words import Word, Words

_COUNTRY = "中国"
_LONGEST = 9  # characters of a name before a code

_FOREIGN = re.compile(rf"(?<!{HAN}){HAN}{{1,12}}(?:·{HAN}{{1,6}}){{1,2}}")
_ENDS = ("有限公司", "有限责任公司", "大学", "研究院", "研究所", "基金会", "委员会", "协会", "出版社")
_FIRM = re.compile(rf"(?<!{HAN}){HAN}{{4,12}}(?:{'|'.join(_ENDS)})(?![（(][^）)]{{0,6}}简称)")
# 以及样州某某大学, 控股股东样州某某有限公司: what stands before a name, and before that of a firm.
_LED_IN = re.compile(
    r"^(?:(?:[他她它]们?是|(?:[他她它]们?)?[还也]是)(?=.{4})|(?:以及|拟对|与|由|据|并|给|及|向|将|拟|但|而|和(?![平谐]))(?=.{5}))"
)
_ROLES = re.compile(r"^(?:(?:全资|控股)?[子孙]?公司|参股公司|(?:控股|实际)?股东|债券名称|发行人|质权人|出质人|收购)+(?=.{5})")
# Behind whom a share's code stands: （06808）, -W(HZJD.US), （证券代码：600001）; but 方案（2021）, 数据（202406） and 热线（95588）.
_CODE = re.compile(
    r"[（(](?:(?:[证證]券|股票|港股|[AH]股)?代[码碼][：:\s]\s?\d{4,6}|(?:SZ|SH|BJ)[:：. ]?\d{6}"
    r"|(?:00|30|60|68|8\d|9[02]|4[03])\d{4}(?!\d)|0\d{4}(?!\d)|\d{4,5}(?=[.-]HK)|HK[:：. ]?\d{4,5}"
    r"|(?:NYSE|NASDAQ|纳斯达克|纽交所)[:：]\s?[A-Z]{1,5}|[A-Z]{1,5}(?=\.(?:US|N|O|OQ)\b))(?:[.-](?:HK|SH|SZ|BJ|US|N|O|OQ))?[,，/、;；\s）)]",
    re.IGNORECASE,
)
# 副总裁柳岚离职: whom rjieba does not know as a name (柳|岚离) stands behind what somebody is.
_HOLDER = re.compile(
    rf"(?:{LEADING})"
    rf"({HAN}{{2,3}}?)(?=离职|辞|加[盟入]|出任|接任|升任|兼任|担任|履新|退休|去世|逝世|病逝|表示|称|说|先生|女士|受贿|[因将已曾拟和与及被在于为，。、；：（(）)\s]|$)"
)
_KIND_OF_SHARE = re.compile(r"-(?:SW|W|B|S)$", re.IGNORECASE)
# 白酒龙头贵州茅台, 科网股云湖: what somebody is stands before the name.
_ROLE = re.compile(r"(?:(?<!控)股|龙头|巨头|(?<!招)商|机构|股东|公司|企业|平台|品牌|客户|行业)$")
_LETTERS = "A-Za-zÀ-ÖØ-öø-ž"
_LATIN = re.compile(
    rf"[{_LETTERS}](?<![{_LETTERS}0-9].)[{_LETTERS}0-9.+&'-]*[{_LETTERS}0-9+]"
    rf"(?: (?:[A-ZÀ-ÖØ-ÞĀ-Ž][{_LETTERS}0-9.+&'-]*|\d{{1,2}}(?![\d.年月日])))*(?![{_LETTERS}])"
)
_LONGEST_NAME = 8
_GIVEN_NAME = 2  # characters of one that was seen without its surname
_LONGEST_GIVEN = 24  # characters
_ORGANS = frozenset("所会委局部院署")
_GIVEN = re.compile(r"(?<![A-Za-z] )(?<![A-Za-z])[A-Z][a-z]+ $")
_PARTICLES = frozenset("第的了是在和与及或对将被把向从于为以等这那其也都就而但又还着过称说我你他她它由据有")
_NO_NAME = frozenset({"v", "vd", "p", "c", "uj", "ul", "d", "t", "r", "m", "x", "f"})
_ACTED = re.compile("^[获予给售购沽](?=..)")  # 予恒岳金融
_CLAUSE_FIRST = frozenset({"d", "r", "c"})
_CLAUSE_INSIDE = frozenset({"a", "d", "r", "v"})
_THING = frozenset({"n", "vn", "v"})
_LINKS = frozenset({"c", "p", "v"})


def latin_names(text: str) -> dict[int, int]:
    """Return the ends of the names in Latin letters by their starts."""
    return {match.start(): match.end() for match in _LATIN.finditer(text)}


def latin_name(text: str) -> str:
    """Return the name in Latin letters that a text begins with, or nothing."""
    match = _LATIN.match(text)
    return match[0] if match else ""


def holders(words: Words) -> Iterator[tuple[int, int]]:
    """Yield the places of persons behind what they are, wherever their names stand, where these are no words of rjieba's."""
    for name in {match[1] for match in _HOLDER.finditer(words.text)}:
        places = [(end - len(name), end) for end in words.ends_of(name)]
        known = all((last := words.ending.get(end)) and last.start == start for start, end in places)
        if not known and names_person(name) and not is_common(name):
            yield from places


def firms(text: str) -> Iterator[str]:
    """Yield the full names of companies, institutes and the like, without what leads in to them."""
    for found in _FIRM.findall(text) if any(map(text.__contains__, _ENDS)) else ():
        name = _LED_IN.sub("", found)
        if name.endswith("公司"):
            yield _LED_IN.sub("", _ROLES.sub("", name))
        elif not (name.endswith("大学") and _is_said(name)):
            yield name


def _is_said(name: str) -> bool:
    """Whether what ends like a name is a clause that breaks off there: 打开国外优秀大学, 就是属于私立大学."""
    first, *others = (tag for _, tag in rjieba.tag(name))
    return first in _CLAUSE_FIRST or (first == "v" and not _CLAUSE_INSIDE.isdisjoint(others))


def called(phrase: str, company: Company, words: Words, lists: Taxonomy) -> str:
    """Return the listed name of a company that a text calls by a longer one, where it has both, that one in the title or twice.

    海州新材 for 海州新材料科技; a later name that is no longer than the listed one stays.
    """
    before = takewhile(phrase.__ne__, lists.called[company.code])
    names = (one for one in before if len(one) < len(phrase))
    return next((one for one in names if one in words.title or words.text.count(one) > 1), phrase)


def coded(words: Words) -> Iterator[str]:
    """Yield the names before the code of a share, of which exchange ever: 云湖零售 of 维持云湖零售(06808)."""
    known = {end: words.text[start:end] for kind in ("subjects", "companies") for start, end, _ in words.found[kind]}
    for match in _CODE.finditer(words.text):
        kind = _KIND_OF_SHARE.search(words.text, max(0, match.start() - 3), match.start())
        start = end = kind.start() if kind else match.start()
        while (word := words.ending.get(start)) and end - word.start <= _LONGEST and _may_name(word):
            start = word.start
        name = _ACTED.sub("", words.text[start:end])
        if end in known and name != f"{_COUNTRY}{known[end]}":
            yield known[end]
        elif len(name) > 1 and not (name.isascii() or ORGANISED.fullmatch(name)):
            yield name


def _may_name(word: Word) -> bool:
    """Whether a word can be part of a company's name; of one character a verb can: 希 in 希慎兴业."""
    fits = word.tag not in _NO_NAME or (word.tag == "v" and len(word.text) == 1) or ORGANISED.fullmatch(word.text)
    return word.text.isalnum() and bool(fits) and not _ROLE.search(word.text)


def foreign(words: Words) -> Iterator[tuple[int, int]]:
    """Yield start and end of the persons' names with a dot, without other words at their edges: 总裁|哈利·斯通|日前."""
    for match in _FOREIGN.finditer(words.text):
        start, end = match.span()
        first, last = words.text.index("·", start, end), words.text.rindex("·", start, end) + 1
        inside = [word for word in words.words if start <= word.start < end]
        before, behind = words.ending.get(first), [word for word in inside if word.start == first + 1]
        places = {word.tag for word in [before, *behind] if word} == {"ns"}  # 中国·贵阳
        thing = before and before.tag in _THING and len(before.text) > 1 and is_common(before.text)  # 依云邮轮·新浪漫号
        if places or (thing and not any(word.tag in PROPER for word in behind)):
            continue
        others = [word for word in inside if word.tag not in PERSONS and (len(word.text) > 1 or word.tag in _LINKS)]
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


def surnamed(phrase: str, words: Words) -> str:
    """Return a given name with the surname that stands before it each time, as a word by itself: 景行 becomes 戴景行."""
    if len(phrase) != _GIVEN_NAME:
        return phrase
    text, starts = words.text, [end - _GIVEN_NAME for end in words.ends_of(phrase)]
    names = {text[start - 1 : start + _GIVEN_NAME] if start and start - 1 in words.edges else "" for start in starts}
    return name if len(names) == 1 and names_person(name := names.pop()) else phrase


def organised(phrase: str, words: Words) -> str:
    """Return a short name with the word for an organisation that follows it each time, twice at least: 光大 becomes 光大国际."""
    behind = [ORGANISED.match(words.text, end) for end in words.ends_of(phrase)]
    found = {match[0] if match and match.end() in words.edges else "" for match in behind}
    return phrase + found.pop() if len(behind) > 1 and len(found) == 1 else phrase


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
