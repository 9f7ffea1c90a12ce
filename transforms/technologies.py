"""AI technologies that an article names, as it names them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import rjieba

from transforms.taxonomy import Taxonomy, fold_letters
from transforms.vocabulary import PROPER, names_person
from transforms.words import Word, Words

# What makes a listed term another product of its kind: 自动泊车 → 自动泊车系统.
_BEHIND = re.compile(r"技术|算法|系统|平台|模型|大模型|引擎|助手|框架|芯片|机器人|服务器")
# Its version, and no quantity: ResNet → ResNet-50, 通义万相 → 通义万相2.2, 文心大模型 → 文心大模型4.5 Turbo, 语音识别 2.5秒.
_VERSION = re.compile(
    r"(?:(?<=[a-z模型])-?[\d.]*\d[a-z]?|(?<=[a-z ]\d)\.\d[a-z]?|(?<=[a-z\u4e00-\u9fff]) ?v?\d\.\d|(?<=[a-z])[ -]\d{1,3}(?:\.\d)?b)?"
    r"(?:[ -]?(?:pro|turbo|max|ultra|flash|mini|plus|lite|preview|vision|instruct|chat|coder|thinking|fast|codex))?"
    r"(?![a-z\d.]|[ ,]?[%％年月日亿万千百个倍元家款秒分米小毫吨公折台件次项名位人点])"
)
# 机器智能实验室 and 人工智能学院 are institutions, 语音识别有限公司 is a company.
_HOUSE = re.compile(
    r"(?:技术|科技|产业|应用|创新|研究){0,2}(?:实验室|研究院|研究所|研究中心|学院|有限公司|股份|集团|协会|学会|联盟|事业部|委员会|专业)"
)
# What people learn to drive with: 智能驾驶培训系统.
_LESSON = re.compile(r"(?<=驾驶)(?:技术)?(?:培训|考试)")
# Craft without a crew, steered from afar since long before AI: 无人驾驶飞机. Of ships that holds where 的 says no more than that
# nobody is on board (无人驾驶的帆船): 无人驾驶船 finds its way itself.
_UNMANNED = re.compile(r"无人驾驶(?:的[^\W和与及]{0,2}(?:船|艇|舰)|的?(?:飞机|飞船|飞行器|直升机|侦察机|航空器|航天器))")
# 智能体“青小审”, “青禾智涌”大模型: the name that the text gives to an AI product. In 大模型“价格战” it is no name.
_NAMED = re.compile(
    r"(?:大模型|智能体|数字人|数字员工|智能助手|AI助手|AI助理|语音助手|智能客服|机器人)[“「『](?P<behind>[^”」』“\s，。]{2,8})[”」』]"
    r"|[“「『](?P<before>[^”」』“\s，。]{2,8})[”」』](?=(?:AI|人工智能|语言|多模态|行业|垂直|垂类|通用|基础){0,2}"
    r"(?:大模型|智能体|数字人|数字员工|智能助手|智能客服|语音助手|聊天机器人))"
)
_COINAGE = re.compile(r"[^一二三四五六七八九十\d]?小.|.*[一二三四五六七八九十]号")  # 青小审, 小澄, 燧石二号
_NO_NAME = re.compile(r"[的地得了着过把被让给而不没]|(?:战|赛|热|潮|时代|虎|龙|[\dA-Za-z])$")
_JOINED = re.compile(r"(?<![A-Za-z-])[A-Z][A-Z\d]+-$")  # QH-AI大模型
_NO_NAMES = frozenset({"technique", "model", "chip"})  # kinds of terms that no company is called by
_GENERAL = frozenset({"技术", "算法", "系统", "平台", "芯片", "模型", "大模型"})
# Heads that a word in front makes specific: 水下机器人, 气象大模型, 视频图像识别.
_HEADS = ("机器人", "大模型", "识别", "智能体", "机器狗", "数字人")
_IN_FRONT = frozenset({"n", "vn", "v", "nz", "b", "ns", "s", "f", "j", "l", "eng", "an", "a"})
_NO_FRONT = re.compile(
    r"我国|国内|国外|新型|新一代|最新|各类|多种|研发|发布|推出|使用|利用|通过|进行|实现|相关|主流|各种|一种|"
    r"一款|全球|世界|自主|专业|产品|技术|市场|行业|产业|发展|支持|提供|研究|开发|应用|接入|基于|加入|采用|"
    r"包括|训练|部署|上线|打造|推动|加快|布局|成为|普通|优质|大型|小型|人类|时代|就是|不是|具有|拥有|没有|"
    r"融合|集成|结合|涵盖|覆盖|包含|运用|围绕|聚焦|深耕|主营|"
    r"面向|新款|旧款|企业|试用|大厂|厂商|头部|各家|部分|个人|公司|员工|用户|工厂|现场|"
    r"最强|国产|市面上|首批|多款|这款|该款|全新|热门|知名|家用|"
    r"需要|可以|能够|成熟|真正|先进|所谓|首个|首款|国际|未来|测试|加码|A股|港股|美股|概念|上市"
)
# What an AI product is called: AI写作平台, AI教学助手.
_PRODUCTS = frozenset({"平台", "助手", "系统", "引擎", "工具", "模型", "机器人", "芯片", "助理", "服务器", "终端"})
# 语音智能 in 机器视觉、语音智能、决策智能: what is named in a row with listed terms and ends as one of them does is one, too.
_ROW = re.compile(r"[^\W_]{2,14}(?:、[^\W_]{2,14}){2,}")
_IN_ROW = re.compile(r"(?P<term>[^\W\d_]{2,6}(?P<kind>智能|识别|视觉|理解|生成|推理))(?:(?:等|和|及|与|以及).*)?")
_ROW_BEGINS = re.compile(r".*(?:涵盖|覆盖|包括|包含|融合|集成|结合|运用|应用|采用|围绕|聚焦|基于|利用|通过)")
_NO_AI = re.compile(r"(?:风险|机会|机遇|需求|问题|价值|商业|绿色|责任|社会|多元|低空|海洋|无法|自动|精准|快速|一键)..$")
# 平行智能（ACP）理论: what a text calls a theory or a method, with or without an abbreviation, is a thing of its own.
_COINED = re.compile(r"智能(?:（[A-Z][A-Za-z]{1,7}）|\([A-Z][A-Za-z]{1,7}\))?(?:理论|方法)")
_BROAD = re.compile(r"人工智能|机器人|AI", re.IGNORECASE)  # also stand in a row with 生物合成
_WHOLE = 3  # characters; a shorter term may be part of other words: 可灵 in 可灵活
_LONGEST = 10  # characters
_LONGEST_FRONT = 3


def technologies(words: Words, lists: Taxonomy, subject: str) -> list[str]:
    """Return the distinct AI technologies as the text spells them, the most frequent first, then by place.

    A listed term is taken with what makes it specific: a word in front of 机器人, a version or 系统 behind. Unlisted ones are taken
    where they stand in a row with listed terms and end as one of these does, where the text calls them a theory or a method of
    智能, as products (AI教学助手), and as the names in quotation marks that products bear. What stands in the name of an
    institution, teaches driving or is a craft without a crew is none.

    A bare head (机器人) is left out where the text names kinds of it, and so is a term that stands mostly within its kinds
    (神经网络 beside 深度神经网络), and one with a general word behind (人工智能技术) where the term itself stands. `subject` is whom
    the article is about: a company of that name is no technology, unless it is a technique's, a model's or a chip's name.
    """
    places = [*_places(words, lists), *_coined(words, lists), *_called(words)]
    spelled = [words.text[start:end] for start, end in _outermost([*places, *_in_rows(words, places)])]
    counts = Counter(map(_folded, spelled))
    distinct = list({_folded(phrase): phrase for phrase in reversed(spelled)}.values())[::-1]
    heads = {head for head in _HEADS if any(one.endswith(head) and one != head for one in distinct)}
    kinds = {one: counts[_folded(one)] for one in distinct if one != subject}
    company = set() if lists.ai_technologies.get(subject) in _NO_NAMES else {subject}
    left_out = {*company, *heads, *(one for one in distinct if _stands_within(one, kinds, words.text))}
    kept = [one for one in distinct if one not in left_out and not any(_adds_nothing(one, other) for other in distinct)]
    return sorted(kept, key=lambda one: -counts[_folded(one)])


def _folded(phrase: str) -> str:
    return fold_letters(phrase).replace(" ", "")


def _stands_within(term: str, times: Mapping[str, int], text: str) -> bool:
    """Whether at least every other time a term stands at the end of its kinds; `times` is how often each term stands."""
    kinds = [count for one, count in times.items() if one != term and one.endswith(term)]
    return bool(kinds) and text.count(term) <= 2 * sum(kinds)


def _outermost(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the places that lie in no other one, in order."""
    reached = 0
    for start, end in sorted(places, key=lambda one: (one[0], -one[1])):
        if end > reached:
            yield start, end
            reached = end


def _adds_nothing(phrase: str, term: str) -> bool:
    return phrase != term and phrase.startswith(term) and phrase[len(term) :] in _GENERAL


def _places(words: Words, lists: Taxonomy) -> Iterator[tuple[int, int]]:
    """Yield start and end of each term with what belongs to it."""
    products = dict(_products(words.words)) if "ai" in words.folded else {}
    for start, end, _ in words.found["technologies"]:
        if _stands_for_another(words.text, start, end):
            continue
        if end - start < _WHOLE and not (start in words.edges and end in words.edges):
            continue
        if joined := _JOINED.search(words.text, max(0, start - _LONGEST), start):
            start = joined.start()  # noqa: PLW2901 - the term begins before
        if behind := _BEHIND.match(words.folded, end) or _VERSION.match(words.folded, end):
            end = behind.end()  # noqa: PLW2901 - the term goes on
        front = words.ending.get(start)
        specific = (
            words.text.endswith(_HEADS, start, end) and front and _specifies(front, words.text[front.start : end], words, lists)
        )
        yield front.start if specific and front else start, max(end, products.pop(start, 0))
    yield from products.items()


def _stands_for_another(text: str, start: int, end: int) -> bool:
    """Whether a term is but a part of what names an institution, a driving lesson or a craft without a crew."""
    return bool(_HOUSE.match(text, end) or _LESSON.match(text, end) or _UNMANNED.match(text, start))


def _coined(words: Words, lists: Taxonomy) -> Iterator[tuple[int, int]]:
    """Yield the places of unlisted kinds of 智能 that the text calls a theory or a method."""
    for coined in _COINED.finditer(words.text) if "智能" in words.text else ():
        start, end = coined.start(), coined.start() + len("智能")
        front = words.ending.get(start)
        named = front and not _NO_AI.search(words.text, front.start, end)
        if front and named and _specifies(front, words.text[front.start : end], words, lists):
            yield front.start, end


def _called(words: Words) -> Iterator[tuple[int, int]]:
    """Yield the places of the names in quotation marks that the text gives to an AI product."""
    for named in _NAMED.finditer(words.text) if words.found["technologies"] else ():
        if _is_name(named["behind"] or named["before"]):
            yield named.span("behind" if named["behind"] else "before")


def _is_name(phrase: str) -> bool:
    """Whether a phrase is no mere word: it is built like a product's name, or has a noun that the dictionary lacks."""
    if _NO_NAME.search(phrase) or rjieba.has_word(phrase) or ("·" not in phrase and names_person(phrase)):
        return False
    tagged = rjieba.tag(phrase)
    unknown = any(len(word) > 1 and tag[0] in "nj" and not rjieba.has_word(word) for word, tag in tagged)
    word, tag = tagged[0]
    return unknown or bool(_COINAGE.fullmatch(phrase)) or (len(word) == 1 and tag in PROPER)


def _in_rows(words: Words, places: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the places of unlisted terms that stand in a row with two of `places`, and end as one of these does."""
    text = words.text
    known = [*(left for left, _ in places), *(left for left, _, _ in words.found["companies"])]
    for row in _ROW.finditer(text) if len(places) > 1 else ():
        listed = [(left, right) for left, right in places if row.start() <= left < row.end()]
        if sum(not _BROAD.fullmatch(text, *place) for place in listed) < 2:
            continue
        begins = _ROW_BEGINS.match(text, *row.span())
        start = begins.end() if begins else text.index("、", row.start()) + 1
        for item in text[start : row.end()].split("、"):
            end = start + len(item)
            term = None if any(start <= left < end for left in known) else _IN_ROW.fullmatch(item)
            if term and not _NO_AI.search(term["term"]) and any(text.endswith(term["kind"], *place) for place in listed):
                yield start, start + term.end("term")
            start = end + 1


def _specifies(front: Word, phrase: str, words: Words, lists: Taxonomy) -> bool:
    """Whether a word in front of a head belongs to it; a verb does only where the phrase stands twice."""
    if not (front.tag == "eng" or rjieba.has_word(front.text)):  # 某银行|用人脸识别, cut wrong
        return False
    if front.tag not in _IN_FRONT or not 2 <= len(front.text) <= _LONGEST_FRONT or _NO_FRONT.fullmatch(front.text):
        return False
    return front.text not in lists.generic and (front.tag != "v" or words.text.count(phrase) > 1)


def _products(words: list[Word]) -> Iterator[tuple[int, int]]:
    """Yield start and end of AI and the nouns behind it that name a product."""
    for number, word in enumerate(words):
        if word.tag != "eng" or word.text.upper() != "AI":
            continue
        ends = []
        for one in words[number + 1 : number + 6]:
            if one.text == " " and one.start == word.end:  # AI 教学助手
                continue
            if one.tag not in _IN_FRONT or one.end - word.start > _LONGEST:
                break
            if one.text in _PRODUCTS:
                ends.append(one.end)
        if ends:
            yield word.start, ends[-1]
