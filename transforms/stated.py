"""Stated industries: where a text itself calls something an industry (智能校对领域), whether the lists know it or not."""

import re
from collections.abc import Iterator, Sequence

from transforms.taxonomy import Taxonomy
from transforms.words import Word, Words

_NAMES = ("行业", "领域")
STATED = re.compile(rf"(?:{'|'.join(_NAMES)})$")
"""What makes the words before it an industry."""

# Verbs that name a trade and so may begin an industry's name: 移动支付领域, 养殖装备行业.
_TRADES = re.compile(
    r"移动|流通|加工|制造|养殖|种植|租赁|检测|设计|建筑|运输|印刷|装修|装饰|包装|教育|培训|出版|通信|支付|零售|储能|"
    r"医疗|保健|养老|餐饮|娱乐|直播|交通|维修|回收|安防|施工|贸易|批发|采矿|冶炼|酿酒|纺织|屠宰|孵化|勘探|测绘|翻译|"
    r"配送|仓储|美容|整形|护理|康复|体检|殡葬|招聘|咨询|广告|营销|认证|投影|照明|清洁|净化|遥感|导航"
)
_PARTS = frozenset({"n", "vn", "nz", "eng", "j", "l", "b", "an", "v", "nr", "zg", "ng"})
_LONGEST_RUN = 8  # words
# Verbs that stand before an industry's name and are no part of it.
_RELATIONS = re.compile(
    r"属于|从事|立足|深耕|聚焦|进入|布局|涉及|覆盖|推动|促进|发展|成为|发布|面向|围绕|拓展|切入|赋能|影响|"
    r"改变|位于|针对|提升|重塑|颠覆|融入|投资|关注|看好|占据|领跑|引领|用于|应用于|包括|基于|退出|跨界|驱动|"
    r"有望|留在|带动|加快|支持|服务于|专注|致力于|应用|以及|作为|所属|所处|整个|各个|细分|垂直|核心|相关|其他|主要|"
    r"考验|助力|试水|引入|共商|同属|光是|不论|无论|什么|重视|高度重视|冲击|拥抱|看重|进军|入局|杀入|转战|抢占|发力|跨入|央行|监管局|"
    r"关键|新兴|传统|重点|特定|不同|多个|诸多|众多|上述|获评|入选|跻身|位居|领先|有限公司|公司|集团|全球|国内|我国|全国"
)

_PURSUED = re.compile(r"(?:专注于?|深耕|致力于|聚焦于?)$")  # what a company calls its field, however short


def stated(words: Words, lists: Taxonomy) -> Iterator[tuple[int, int, bool]]:
    """Yield start and end of each industry that the text names as one, and whether it does so in few nouns."""
    if not any(name in words.text for name in _NAMES):
        return
    for number, word in enumerate(words.words):
        if not word.text.endswith(_NAMES):
            continue
        run = _run_before(words.words, number)
        while run and (run[0].text in lists.generic or _leads_in(run[0]) or run[0].text in ("及", "与")):
            run = run[1:]
        if joint := _joint(run, words.text, lists):
            yield run[0].start, run[joint - 1].start, True
            run = run[joint:]
        if run and run[-1].text not in lists.generic:
            start, end = run[0].start, word.end
            plain = not any(_leads_in(one) for one in run[:-1]) and not any(one.text in lists.generic for one in run)
            least = 4 if _PURSUED.search(words.text, max(0, start - 4), start) else 5  # 专注于|地图领域
            few = len(run) <= 3 and end - start >= least and plain
            yield start, end, few or any(one.text.startswith("及") for one in run)


def _joint(run: Sequence[Word], text: str, lists: Taxonomy) -> int:
    """Return where the last of several industries begins (人工智能及自动控制领域): behind one that the lists know."""
    if not run:
        return 0
    joints = [number for number, word in enumerate(run) if word.text in ("及", "与", "和")]
    known = (number + 1 for number in joints if text[run[0].start : run[number].start] in lists.industries)
    return next(known, 0)


def _leads_in(word: Word) -> bool:
    """Whether a word before an industry's name is no part of it: a verb that is no trade, a person."""
    return word.tag == "nr" or (word.tag == "v" and not _TRADES.fullmatch(word.text))


def _run_before(words: Sequence[Word], number: int) -> list[Word]:
    """Return the words right before a place that can be part of an industry's name."""
    run: list[Word] = []
    for word in reversed(words[max(0, number - _LONGEST_RUN) : number]):
        joins = word.text in ("及", "与")
        if not joins and (word.tag not in _PARTS or (word.tag == "v" and len(word.text) < 2)):
            break
        if STATED.search(word.text) or _RELATIONS.fullmatch(word.text):
            break
        run.append(word)
    return run[::-1]
