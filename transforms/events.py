"""Major events: whole sentences of the article, chosen by what they report, never worded anew; telling.py joins those of one event."""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from transforms.prose import Sentence, each
from transforms.taxonomy import Taxonomy
from transforms.telling import Telling
from transforms.words import Words

_FIGURE = re.compile(
    r"\d(?<!\d\d)[\d.,，]{0,20}\s?(?:%|％|[多余]?亿|[多余]?万|百|千|元|美元|港元|股|家|台|辆|人|名|倍|个|吨|项|件|例|岁|只|架|座|公里|平方米|票|亩|克|瓦|点|位|次|种|款|分)"
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SUM = re.compile(r"\d\s?[多余]?[百千万亿]{0,3}[多余]?(?:美|港|欧|日|澳|加|新)?元")
# Every alternative of what is searched in each sentence begins with a character, see `each`.
_DAY = re.compile(
    r"月(?<=\d月)\d{1,2}日|年(?<=\d{4}年)|日(?<=\d日)(?!均|常|益|期)|日前|近日|今日|昨日|今天|昨天|昨晚|当日|当地时间|截[至止]|累计|合计|本周|上周"
)
_ACT = re.compile(r"公告|公布|宣布|发布|披露|签署|获悉|通过|推出|召开|举行|完成|收到|拟|将于|决定|同意|批准|启动|成立|表决|审议")
# What a sentence begins and ends with that only quotes, and what it has that only tells what somebody says.
_OPENING = tuple("“「『‘")
_SPOKEN = re.compile(r"[”」』’]\W?$")
_SAYING = re.compile(each("表示|认为|指出|坦言|强调|直言|建议|称|说|解释", "[，：:,]") + "|笔者|我们|我认为|我觉得|你们|大家|您")
# What begins a mere link between sentences.
_LINK = re.compile(r"此外|同时|另外|不过|但|因此|所以|那么|其实|例如|比如|可见|总之|当然|如果|虽然")
# A question, a reference, or what stands below every announcement about a company.
_EMPTY = re.compile(
    r"？\W?$|\?\W?$|如下[：:]?\W?$|公告编号|披露了《|审议通过了?《[^》]*(?:议案》|》的?议案)|"
    r"资信状况良好|不存在(?:平仓|被?强制|违规)|其?投资的(?:公司|企业)包括|成立(?<=[^，。]成立)于\d{4}年|以下简称.{0,10}[”）)]\W?$|详见|注(?<!减少注)(?<!减少公司注)册资本|经营范围|未受过|"
    r"不存在(?:应|关联|可能)|学历，|中国国籍|居留权|主营业务|主要从事|备查|资料显示|"
    + each("董事长|总经理|法定代表人", r"(?:、\S{2,6})?(?:是|均是|为)")
)
# What a company is in, and who leads it, as robots set it below the news of its shares.
_PROFILE = re.compile(
    r"主营业务[为是][^。]{2,}占营收比例|的(?<=.的)(?:董事长|总经理|法定代表人)(?:、\S{2,6})?均?是[^，。]{2,6}，[男女]，"
)
# Who takes or leaves a post, in one clause: such news has no figure.
_APPOINTED = "高管变动"
_POST = "(?:董事|监事|总裁|经理|行长|总监|主席|秘书|负责人|首席|C[EFTO]O)"
_MOVE = "(?:任|聘|辞|免|选举|退休|卸|离职|离任|调任)"
_POSTED = re.compile(rf"{_POST}[^，。；：]{{0,20}}{_MOVE}|{_MOVE}[^，。；：]{{0,20}}{_POST}")
# Types of triggers that are no major event by themselves.
_WEAK = frozenset({"涨跌", "评级", "会议", "合作", "发布", "投产", "研发突破", "其他"})
_IDLE = 0.8  # of what a sentence without a figure, a day or an act of announcing has in common with the title
_COUNT = re.compile(r"[二三四五六七八九十百千万两]{1,4}[家名人张次个位项座所年天月成倍]")
_MOST = 7
_LEAST = 10  # characters; a shorter sentence states no event
_LEAST_OPEN = 20  # characters of a line without a full stop: 公司接到通知，…办理了质押，具体情况如下：
_ENOUGH = 0.25  # of the best sentence's score
_PLENTY = 2.0  # a score that is enough beside any other
_REPEATED = 0.85  # of the shorter one's pairs of characters; such a sentence tells another one again
# That a company has been listed long ago, and what rules there are for it, is no event.
_LISTED = re.compile(r"上市(?:公司|企业|银行|券商|险企|车企|房企|股东|规则|标的|主体)")


class _Facts(NamedTuple):
    """What a sentence states: how many figures, whether a day, and whether an act of announcing."""

    figures: int
    dated: bool
    announced: bool


def major_events(
    body: str, words: Words, sentences: Sequence[Sentence], lists: Taxonomy, names: Collection[str], themes: Collection[str]
) -> tuple[bool, list[list[Sentence]]]:
    """Return the article's major events in its order, each as the sentences that tell it; one at least, if it has any.

    Before them, whether the headline is an event by itself: it states one of a kind that none of the sentences states, or the
    body has no sentence. With it, there are up to seven.

    A sentence counts by its triggers, figures, day, names and keywords, by what it shares with the title, and by how
    early it stands; one that only quotes somebody counts less. `names` and `themes` are what the article names, and its
    keywords.
    """
    if not sentences:
        return bool(words.title.strip()) and not _asks(words.title), []
    shift = len(words.title) + 1
    found = words.found["triggers"]
    triggers = [(start - shift, lists.triggers[one]) for start, end, one in found if not _LISTED.match(words.text, end - 2)]
    telling = Telling(body, triggers, names)
    spoken = [(one, telling.kinds(one.start, one.end)) for one in sentences]
    whole = [
        one for one in spoken if _tells(body[one[0].start : one[0].end], one[1], words.title, closed=one[0].closed)
    ] or spoken
    titled = set(telling.kinds(-shift, -1)) - {"其他"}
    pairs = {pair for pair in map("".join, pairwise(words.title)) if pair.isalnum()}
    numbers = {number for number in _NUMBER.findall(words.title) if not _YEAR.fullmatch(number)}
    scored = []
    for number, (one, kinds) in enumerate(whole):
        text = body[one.start : one.end]
        facts = _Facts(len(_FIGURE.findall(text)), bool(_DAY.search(text)), bool(_ACT.search(text)))
        score = _reports(text, kinds, facts) + _concerns(text, pairs, numbers, names, themes, facts)
        score += 0.4 * (not titled.isdisjoint(kinds))
        score += 0.8 if number == 0 else 0.6 / number if number < 6 else 0.0
        scored.append((score, number, one))
    best = _best(body, scored, _MOST, telling)
    adds = _headline_adds(words.title, titled, {kind for one in best for kind in telling.kinds(one[0].start, one[-1].end)})
    return adds, _best(body, scored, _MOST - 1, telling) if adds and len(best) == _MOST else best


def _headline_adds(title: str, titled: set[str], told: set[str]) -> bool:
    """Whether the headline states an event of a kind that none of the sentences has told; as a question it states none."""
    return not _asks(title) and not titled <= _WEAK and told.isdisjoint(titled - _WEAK)


def _asks(title: str) -> bool:
    return title.rstrip().endswith(("?", "？"))


def _tells(text: str, found: Sequence[str], title: str, *, closed: bool) -> bool:
    """Whether a sentence can state an event.

    One without a full stop does with a strong trigger of `found`, and when or how much, unless it is the `title` again.
    """
    if _PROFILE.search(text):
        return False
    if closed:
        return len(text) >= _LEAST
    if len(text) < _LEAST_OPEN or (len(title) >= _LEAST_OPEN and title in text):
        return False
    return not _WEAK.issuperset(found) and bool(_FIGURE.search(text) or _DAY.search(text))


def _reports(text: str, found: Sequence[str], facts: _Facts) -> float:
    """Return how much a sentence reports: `found` are the types of its triggers."""
    score = 0.3 * (not _WEAK.issuperset(found)) + 0.4 * min(len(found), 2)
    score += 1.0 * (_APPOINTED in found and bool(_POSTED.search(text)))
    score += 0.6 * min(facts.figures, 4) + 0.5 * ("%" in text or "％" in text)
    score += 0.5 * bool(_SUM.search(text))
    score += 0.8 * facts.dated + 0.5 * facts.announced
    score -= 0.6 * bool(text.startswith(_OPENING) or _SPOKEN.search(text, len(text) - 2) or _SAYING.search(text))
    score -= 0.8 * bool(_LINK.match(text) or _EMPTY.search(text))
    return score - 1.0 * text.endswith((":", "："))


def _concerns(
    text: str, pairs: set[str], numbers: set[str], names: Collection[str], themes: Collection[str], facts: _Facts
) -> float:
    """Return how much a sentence is about what the article is about; `pairs` and `numbers`, years apart, are the title's.

    For one without a figure, a day or an act of announcing that counts less.
    """
    stands = text.__contains__
    shared = sum(map(stands, pairs)) / max(len(pairs), 1)
    stated = len(numbers.intersection(_NUMBER.findall(text))) / len(numbers) if numbers else 0.0
    named, themed = min(sum(map(stands, names)), 2), min(sum(map(stands, themes)), 4)
    concerns = 2.5 * shared + 1.0 * stated + 0.15 * named + 0.3 * themed
    return concerns if any(facts) or _COUNT.search(text) else _IDLE * concerns


def _best(body: str, scored: list[tuple[float, int, Sentence]], most: int, telling: Telling) -> list[list[Sentence]]:
    """Return the best sentences in their order, by event; fewer events for a short article, no sentence that tells another again."""
    ranked = sorted(scored, key=lambda one: (-one[0], one[1]))
    wanted = max(1, min(most, round(1.8 + 0.6 * len(scored) ** 0.5)))
    kept: list[Sentence] = []
    seen: list[set[tuple[str, str]]] = []
    for score, _, sentence in ranked:
        if kept and score < min(_PLENTY, _ENOUGH * ranked[0][0]):
            break
        more = sorted([*kept, sentence])
        if len(more) > wanted and len(telling.together(more)) > wanted:
            continue
        pairs = set(pairwise(body[sentence.start : sentence.end]))
        if all(len(pairs & other) <= _REPEATED * min(len(pairs), len(other)) for other in seen):
            kept = more
            seen.append(pairs)
    return telling.together(kept)
