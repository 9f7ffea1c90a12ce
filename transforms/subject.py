"""The subject of a headline: whom or what it is about."""

import re

from transforms.names import ORGANISED
from transforms.naming import latin_name
from transforms.titles import BESIDE
from transforms.vocabulary import PERSONS, names_person, proper
from transforms.words import Word, Words

_NO_NOUN = frozenset({"v", "vd", "p", "c", "uj", "d", "t"})
_OUTSIDE = frozenset({"p", "uj", "d", "t"})
_LONGEST = 10  # characters
_SHORTEST = 2  # characters
_LONG = 7  # characters; a subject so long may be a name with what that is: 生鲜电商平台青禾鲜达
_NAME = 3  # characters of such a name, at least
_OFTEN = 2  # times as often as the long subject
_MOSTLY = 0.8  # of its places: a word so often behind the subject belongs to it

_ENDINGS = (
    "正式|拟|将|计划(?=[在于将向对推收投今明后])|与|和|获|发布|宣布|完成|回应|携手|称|领投|跟投|收购|推出|公布|上半年|纳入"
    "|再|被|遭|首|向|对|在|的|为|是|于|关于"
)
_SUBJECT_END = re.compile(rf"[：:，,！!？?、丨|｜（(\s]|(?=\d)|(?=(?:{_ENDINGS}))")
_ENDING = re.compile(_ENDINGS)
# “样名”上路两年 and 《样名》上映, but not 《样报》记者获悉, are about what stands in the marks; in 样网首发｜「样名」完成融资 that
# stands behind the column's name.
_MARKED = re.compile(r"[“「『](?P<name>[^”」』“\n]{2,10})[”」』]")
_WORK = re.compile(r"《(?P<name>[^》《\n]{2,24})》(?!记者|讯|评论员|报道|独家|杂志|特约|专访|[：:])")
_COLUMN = re.compile(r"(?P<column>[^｜|丨：:，\s]{2,8})\s?[｜|丨](?:[^「」\n]{0,16}「(?P<name>[^」\n]{2,12})」)?")
_MARKS = "“”「」『』‘’"
_OPENING = tuple("“「『‘")
_KIND = re.compile(r"平台|企业|公司|品牌|巨头|龙头|厂商|服务商")  # 网约车平台青禾出行
_LED_IN = re.compile(r"(?:我国|我省|我市|今年|去年|上半年)+(?:全国)?(?![度末初底])")  # 我国快递业
_NO_SUBJECT = re.compile(r"(?:我国|多地|各地|全球|世界|亚洲|今年|去年|全国|上半年|截至|同期|\d+月份?)+")
_FROM = re.compile(r"从[^，：:\s]{1,8}到")  # 从对手到工具
_CIRCUMSTANCE = re.compile("因为?|由于|自从?|随着?|为了|在|经|据|根据|按照|截至|关于|对于|鉴于")  # 因|股权质押
_DATED = re.compile(r"\d{2,4}年|\d{1,2}月")
_TITLES = re.compile(f"(?:{BESIDE})+$")
_BEHIND = re.compile("(?<=..)(?:多地|各地|全省|全市|多个)$")
_COLON = re.compile(r"([^：:\s，、“”《》（）()]{2,6})[：:]")


def subject_of(words: Words) -> str:
    """Return what the headline begins with up to its first mark, figure or verb: whom it is about; nothing where unclear.

    What the body mostly has behind it belongs to it, and what the body has far more often than the whole is all of it.
    """
    if marked := _MARKED.match(words.title) or _WORK.match(words.title):
        return marked["name"]
    column = _COLUMN.match(words.title)
    if column and words.text.count(column["column"]) == 1:
        return column["name"] or ""
    subject = _bare(_own(_whole(_first(words), words), words), words).removesuffix("第")
    if subject.startswith("《"):  # a paper, whose name says not whom its news is about
        return ""
    return subject.strip(_MARKS) if subject.startswith(_OPENING) else subject


def _bare(subject: str, words: Words) -> str:
    """Return a subject without what only says when, of which country or what a person is; nothing where that is all."""
    led_in = _LED_IN.match(subject)
    if led_in and led_in.end() in words.edges:
        subject = subject[led_in.end() :]
    behind, title = _BEHIND.search(subject), _TITLES.search(subject)
    if behind and behind[0] in {word.text for word in words.words if word.start < len(words.title)}:
        subject = subject[: behind.start()]
    elif title and _is_name(subject[: title.start()], words):
        subject = subject[: title.start()]
    return "" if _NO_SUBJECT.fullmatch(subject) or len(subject) < _SHORTEST else subject


def _is_name(text: str, words: Words) -> bool:
    """Whether a text is a person's name, and no word (农民, 温州) that is built like one."""
    seen = any(word.text == text and word.tag in PERSONS for word in words.words)
    return names_person(text) and (seen or proper(text) is None)


def _first(words: Words) -> str:
    title = words.title
    if listed := next((title[:end] for start, end, _ in words.found["companies"] if not start), ""):
        return listed
    for start, end, _ in words.found["subjects"][:1]:
        enough = end > _SHORTEST or any(end == begun for begun, _, _ in words.found["triggers"])  # 样宇|中标
        if not start and enough and end in words.edges and not _KIND.match(title, end):
            return title[:end]
    if latin := latin_name(title):
        return latin
    if (colon := _COLON.match(title)) and not _FROM.match(title):
        return colon[1]
    return _up_to_verb(words)


def _up_to_verb(words: Words) -> str:
    """Return what a headline begins with up to its first mark, figure or verb; nothing where it begins with why or when."""
    title = words.title
    ends = (one for one in _SUBJECT_END.finditer(title, 2) if one.start() in words.edges or not title[one.start()].isalnum())
    match = next(ends, None)  # 将 ends none in 麻将
    end = match.start() if match else len(title)
    if _FROM.match(title) or _CIRCUMSTANCE.fullmatch(words.words[0].text):
        return ""
    for word in words.words:
        if word.end > end:
            break
        if word.start == 0 and word.tag == "nr" and 2 < len(word.text) < 5:
            end = word.end
            break
        if word.start >= 2 and word.tag in _NO_NOUN:
            end = word.start
            break
    return title[:end] if 2 <= end <= 10 and not (title[:end].isdigit() or _DATED.match(title)) else ""


def _whole(subject: str, words: Words) -> str:
    """Return a subject with the words that it hardly ever stands without: 共享 becomes 共享充电柜."""
    text, end = words.text, len(subject)
    often = max(2, _MOSTLY * text.count(subject))
    acts = {start for start, _, _ in words.found["triggers"]}
    for word in words.words if subject else ():
        if word.end > min(len(words.title), _LONGEST) or text.count(text[: word.end]) < often:
            break
        if word.start >= end and (word.start in acts or _is_outside(word) or _ENDING.fullmatch(text, word.start, word.end)):
            break
        if word.end > end and (word.tag not in _NO_NOUN or ORGANISED.fullmatch(word.text)):
            end = word.end
    return text[:end]


def _is_outside(word: Word) -> bool:
    """Whether a word is no part of a name: a mark, a figure, a preposition, when something is."""
    return word.tag in _OUTSIDE or not word.text.isalpha()


def _own(subject: str, words: Words) -> str:
    """Return the name in a long subject that the text has far more often: 生鲜电商平台青禾鲜达 becomes 青禾鲜达."""
    if len(subject) < _LONG:
        return subject
    text = words.text
    inner = [word for word in words.words[: len(subject)] if word.end <= len(subject)]
    parts = [subject[: word.end] for word in inner] + [subject[word.start :] for word in inner]
    least = max(3, _OFTEN * text.count(subject))
    return max((one for one in parts if _NAME <= len(one) < len(subject) and text.count(one) >= least), key=len, default=subject)
