"""Runs of words: the nouns, verbs and numbers side by side that can be a phrase, and what kind of phrase each is."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from transforms import kinds
from transforms.kinds import Kind
from transforms.sectors import Place
from transforms.taxonomy import Taxonomy
from transforms.titles import BESIDE
from transforms.vocabulary import PERSONS, is_common, names_person
from transforms.words import Word, Words
from transforms.written import counted

_LONGEST = 9  # characters of a run of words
_MOST_WORDS = 4
_PAIR = 2
_MOST_POLITE = 4  # characters of 江女士 and 欧阳女士
_MODEL = re.compile(r"^[^\d]+\d{2,4}$(?<!(?:19|20)\d\d)|^\d{2,4}[^\d]+$")  # 含光800, 360安全大脑
_UNIT = re.compile(
    r"[万亿千百元股份个年月号时秒倍点吨克艘辆架座栋套项户亩岁米例列笔%％.,，]|批[次量]?(?!准|复)|公[斤里顷]|平方|立方|"
    r"种(?![植子业群])|代(?![码理表工糖餐驾言币购建])|家(?!族)|名(?![列为])|人(?!工|形|脸)|日(?!前)|分(?!别)|台(?!积|湾)"
)
NAME_EDGE = re.compile(r"^[和与由据对向在从被把及跟的是]|(?<=..)[均等则称说也都就因及拟欲]$")
_EACH = re.compile(r"每(?!日)|同一|一[个家]|旗下|几(?<!..)(?![何内])")  # 每公斤, but not 每日互动 and 几何
_CUT = re.compile(r"^[所或]|报讯$|(?<![模虚草比])拟$")  # 所持, 或失, 一致行动|人拟
_PLANS = re.compile("[在于将以从通向对推收投今明后把让]")  # 云湖科技计划|通过
_FAMILIAR = frozenset("老小阿")
_POLITE = ("女士", "先生", "小姐")
# Words that end the name of a thing, be it an organisation, a document or a measure.
_THINGS = re.compile(
    r"(?:"
    r"公司|集团|大学|学院|银行|基金|资本|研究院|研究所|实验室|委员会|协会|联盟|医院|法院|论坛|大会|峰会|"
    r"博览会|计划|项目|工程|条例|办法|规划|协议|通知书|大赛|系统|政策|制度|机制|模式|技术|芯片|模型|电池|"
    r"疫苗|产业链|融资|收入|费用|业务|行业|案|率"
    r")$"
)
# Generic words that may still end a phrase: 回购计划 says something, 发展情况 does not.
_TAILS = re.compile(
    r"计划|登记|项目|协议|系统|技术|平台|大会|论坛|峰会|工程|标准|政策|规划|公司|集团|服务|业务|产业|行业|市场|"
    r"股本|增长率|中心|管理|设备|产品|品牌|投资|资本|合作|模式|指标|指数|收入|费用|利润|价格|资产|法|会议|组织|协会|"
    r"联盟|委员会|增长|改革|建设|创新|发展|研究|研究院|实验室|大学|风险|环境|材料|报告|效率|价格|质量|能力|安全"
)
_TITLE = re.compile(BESIDE)
_PLURAL = frozenset({"投资者", "同业"})  # who is meant with a word behind only: 投资者保护
_CLAUSAL = "应该 应当 必须 可以 可能 能够 需要 就是 属于 没有 成为 作为 具有 拥有 包括 进行 实现"
_REPORTING = "举行 召开 出炉 揭晓 亲临 位列 堪比 已有 已经 仍有 增至 降至 升至 跌至 减至 达到 超过"
_VAGUE = "各项 各种 多种 有关 相关 暨"
_BREAKS = frozenset(f"{_CLAUSAL} {_REPORTING} {_VAGUE}".split())
"""Words that no phrase has in it: with them it is a clause, or one of many (各项工作)."""
_NOUNS = frozenset({"n", "nr", "nrt", "nrfg", "ns", "nt", "nz", "ng", "vn", "an", "eng", "j", "l", "i", "b"})
_OBJECTS = frozenset({"n", "vn", "ns", "nz", "nt"})


def runs(
    words: Words, latin: dict[int, int], names: Sequence[Place], persons: Sequence[Place], lists: Taxonomy
) -> Iterator[tuple[str, Kind, tuple[Word, ...]]]:
    """Yield the runs of one to four nouns, verbs and numbers that can be a phrase; none that begins within a name or is generic.

    Outside the title a run must stand twice, or be a person's name or end the name of a thing.
    """
    inside = {place for start, end in names for place in range(start + 1, end)}
    inside |= {start for start, end in persons if end not in words.edges}  # 柳|岚系 ends no name
    whole = [*persons, *((start, end) for start, end, _ in words.found["companies"])]
    held = {place for start, end in whole for place in range(start + 1, end)}
    edge = len(words.title)
    times: dict[str, int] = {}
    text, generic = words.text, lists.generic
    for run in _stretches(words):
        in_title = run[0].start < edge
        for number, first in enumerate(run):
            start, _, begins, speech = first
            if begins in generic or start in inside or (speech == "m" and _UNIT.match(text, first.end)):
                continue
            for size, last in enumerate(run[number : number + _MOST_WORDS], 1):
                _, end, word, tag = last
                if end - start > _LONGEST:
                    break
                cut_off = size == _PAIR and speech == "v" and _is_cut_off(run, number, text)
                begun = (tag == "m" and _UNIT.match(text, end)) or (word == "计划" and _PLANS.match(text, end))
                if end in held or begun or cut_off:
                    continue
                phrase = begins if size == 1 else text[start:end]
                time = times[phrase] = times.get(phrase, 0) + 1
                if time > 2:
                    continue
                thing = tag == "nt" or _is_thing(word)
                once = in_title or thing or (size == 1 and tag == "nr" and len(word) < 4)  # a longer one is guessed
                if time != (1 if once else 2) or (latin and latin.get(last.start, 0) > end):
                    continue
                part = tuple(run[number : number + size])
                goes_on = in_title and size > 1 and _goes_on(run, number + size)
                found = _kind(phrase, part, lists, thing=thing, in_title=in_title)
                if found and (found := _as_it_stands(found, phrase, part, text, goes_on=goes_on)):
                    yield NAME_EDGE.sub("", phrase) if found.named and len(phrase) > 2 else phrase, found, part


def _as_it_stands(kind: Kind, phrase: str, part: tuple[Word, ...], text: str, *, goes_on: bool) -> Kind | None:
    """Return the kind of a phrase, of a likely clause that stands once another one, and None where the headline alone has it and goes on.

    外媒评|样宇 goes on with 手机.
    """
    if text.count(phrase) > 1:
        return kind
    if goes_on:
        return None
    return kinds.CLAUSE if _is_clause(part) else kind


def _goes_on(run: Sequence[Word], number: int) -> bool:
    """Whether at a place of a run there is a noun."""
    return number < len(run) and run[number].tag in _OBJECTS


def _is_cut_off(run: Sequence[Word], number: int, text: str) -> bool:
    """Whether of a verb and a noun in a run the noun goes on wherever they stand: 收购样式|茶餐厅."""
    behind = number + _PAIR
    if not _goes_on(run, behind):
        return False
    phrase = text[run[number].start : run[behind].start]
    return text.count(phrase) == text.count(phrase + run[behind].text)


def is_nickname(phrase: str, lists: Taxonomy) -> bool:
    """Whether a phrase tells somebody's surname and withholds the rest: 老邱, 黄某, 江女士; nobody looks for it."""
    size, familiar = len(phrase), phrase[0] in _FAMILIAR
    withheld = size == _PAIR and (familiar or phrase[1] == "某")
    polite = _PAIR < size <= _MOST_POLITE and phrase.endswith(_POLITE)
    return (withheld or polite) and phrase[familiar] in lists.surnames


@lru_cache(maxsize=1 << 16)
def _is_thing(word: str) -> bool:
    return bool(_THINGS.search(word))


def _stretches(words: Words) -> Iterator[list[Word]]:
    run: list[Word] = []
    for word in words.words:
        _, _, text, tag = word
        good = tag in _NOUNS or (tag in ("v", "a") and len(text) > 1) or (tag == "m" and text.isdigit())
        if good and text not in _BREAKS:
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _is_clause(part: tuple[Word, ...]) -> bool:
    """Whether a run of words is likely a clause: 猪价止跌, 常委会召开会议, but not 抢收抢种, 退市新规 and 碳排放权."""
    first, last = part[0], part[-1]
    verbs = [set(word.text) for word in part if word.tag == "v"]
    if not verbs or len(part) == 1:
        return False
    if last.tag == "v":
        return len(verbs) < len(part) or not set.intersection(*verbs)
    return last.tag in PERSONS or (len(last.text) > 1 and (first.tag != "v" or len(part) > 2))


def _kind(phrase: str, part: tuple[Word, ...], lists: Taxonomy, *, thing: bool, in_title: bool) -> Kind | None:
    """Return what a run of words is, or None where it is no phrase."""
    first, last = part[0], part[-1]
    if _EACH.search(phrase):
        return None
    if len(part) == 1:
        return _kind_of_word(first, lists, thing=thing, in_title=in_title)
    if _is_cut(last) or last.tag == "a" or (last.text in lists.generic and not _TAILS.fullmatch(last.text)):
        return None
    if first.tag == "n" and last.tag == "nr" and names_person(last.text) and not is_common(last.text):  # 航天员|李岚
        return None
    if any(_is_titled(*pair) or _is_titled(*reversed(pair)) for pair in pairwise(part)):
        return None
    if len(part) == _PAIR and first.tag == "v" and last.tag == "ns" and len(last.text) > 1:  # 访问|样国
        return None
    # The pattern of whole names finds companies.
    if "不" in phrase or is_nickname(first.text, lists) or phrase.endswith(("限公司", "责任公司")):
        return None
    tags = {word.tag for word in part}
    if "m" in tags:
        return kinds.VERBAL if "v" not in tags and len(part) < 4 and _MODEL.search(phrase) and not counted(phrase) else None
    if "v" in tags:
        return kinds.VERBAL if first.tag != "v" else kinds.VERBS
    return (kinds.THING_ALONE if len(phrase) > 3 else kinds.THING) if thing else kinds.PLAIN


def _is_titled(name: Word, title: Word) -> bool:
    """Whether a word says what the person beside is: 李岚|教授."""
    return name.tag in PERSONS and bool(_TITLE.fullmatch(title.text)) and not is_common(name.text)


def _is_cut(last: Word) -> bool:
    """Whether a run of words breaks off in a name (卖家骆|江平), in what somebody does (所持|股份, 行动|人拟, 量产|时) or is a paper."""
    if len(last.text) == 1:
        return last.tag in PERSONS or last.tag == "j" or last.text in "时后前"
    return bool(_CUT.search(last.text))


def _kind_of_word(word: Word, lists: Taxonomy, *, thing: bool, in_title: bool) -> Kind | None:
    phrase = word.text
    if is_nickname(phrase, lists):
        return None
    if word.tag in ("v", "a", "m") or phrase in _PLURAL or (word.tag == "eng" and phrase.islower() and not in_title):
        return None
    if word.tag in ("vn", "b"):
        return kinds.WORD if in_title else None
    if word.tag in PERSONS and 2 <= len(phrase) <= 4 and not is_common(phrase):
        return kinds.PERSON_ALONE if word.tag == "nr" and len(phrase) > 2 and phrase[0] in lists.surnames else kinds.PERSON
    if word.tag == "i":
        return kinds.IDIOM
    if thing:
        return kinds.THING
    return kinds.WORD if word.tag == "n" and len(phrase) != 3 else kinds.PLAIN
