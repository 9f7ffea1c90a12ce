"""Pairs of texts for `stories.py`: reprints with the edits that reprints have, and texts that only look like reprints.

Every edit takes a text and a source of chance, and returns the other text of the pair, or None where it cannot be made. Figures
count as one number each (3.5%, 1,200); a follow-up has other ones in the same words.
"""

import random
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

DAY = date(2026, 11, 18)
LONG = 150  # characters; what is cut or partly rewritten has at least these
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)*")
_HALF_WIDTH = str.maketrans("，。：；！？（）“”", ',.:;!?()""')
_SURNAMES, _NAMES = "赵钱孙李周吴郑王冯陈", "岚峰屿川禾柠舟野汀澄"

Edit = Callable[[str, random.Random], str | None]


class Pair(NamedTuple):
    """Two texts with their days, what was done, and whether they are reprints of one another."""

    kind: str
    one: str
    other: str
    days: tuple[date, date] = (DAY, DAY)
    same: bool = False


def _person(chance: random.Random) -> str:
    return chance.choice(_SURNAMES) + "".join(chance.choices(_NAMES, k=2))


def _changed(text: str, number: re.Match[str], chance: random.Random) -> str:
    """Return a text with one other number of the same form in place of `number`."""
    old = number[0]
    while True:
        new = "".join(chance.choice("123456789") if sign.isdigit() else sign for sign in old)
        if new != old:
            return text[: number.start()] + new + text[number.end() :]


def _with_numbers_changed(text: str, share: float, chance: random.Random) -> str | None:
    found = list(_NUMBER.finditer(text))
    chosen = [number for number in found if chance.random() < share]
    for number in reversed(chosen):
        text = _changed(text, number, chance)
    return text if len(chosen) >= 4 else None


def width(text: str, _chance: random.Random) -> str:
    """Set half-width punctuation, and blanks before paragraphs and numbers."""
    return re.sub(r"(?<=[\u4e00-\u9fff])(?=\d)", " ", text.translate(_HALF_WIDTH)).replace("\n", "\n\u3000\u3000")


def agency(text: str, chance: random.Random) -> str:
    """Put 新华社北京11月18日电（记者 …）in front."""
    place, name = chance.choice(("北京", "上海", "深圳", "香港")), chance.choice(("新华社", "中新社", "财联社", "中新网"))
    reporter = f"(记者 {_person(chance)})" if chance.random() < 0.7 else " "
    return f"{name}{place}{DAY.month}月{DAY.day}日电{reporter}{text}"


def paper(text: str, chance: random.Random) -> str:
    """Put 本报讯（记者 …）in front."""
    return f"{chance.choice(('本报讯', '本网讯', '每经快讯'))}（记者 {_person(chance)}）{text}"


def editor(text: str, chance: random.Random) -> str:
    """Add a closing line of the editor."""
    closing = ("（责任编辑：{}）", "（编辑：{}）", "（记者 {}）", "\n文章来源：样报 责任编辑：{}")
    return text + chance.choice(closing).format(_person(chance))


def one_number(text: str, chance: random.Random) -> str | None:
    """Change one number of a text of 300 characters and more."""
    found = list(_NUMBER.finditer(text))
    return _changed(text, chance.choice(found), chance) if found and len(text) >= 300 else None


def cut_tail(text: str, chance: random.Random) -> str | None:
    """Cut the last fifth to two fifths off."""
    return _sentences_to(text, int(len(text) * chance.uniform(0.6, 0.8))) if len(text) >= 1.6 * LONG else None


def _sentences_to(text: str, place: int) -> str | None:
    """Return the whole sentences and clauses before a place; None where those are much less."""
    end = max(text.rfind(sign, 0, place) for sign in "。；，,;")
    return text[: end + 1] if end > 0.85 * place else None


def cut_anywhere(text: str, chance: random.Random) -> str | None:
    """Cut after so many characters, where it may be in the middle of a word or number, as previews are."""
    return f"{text[: int(len(text) * chance.uniform(0.5, 0.8))]}..." if len(text) >= 2 * LONG else None


def first_half(text: str, _chance: random.Random) -> str | None:
    """Keep the first half alone."""
    return _sentences_to(text, len(text) // 2) if len(text) >= 2 * LONG else None


def paragraphs_removed(text: str, chance: random.Random) -> str | None:
    """Remove a quarter of the sentences."""
    sentences = re.findall(r"[^。]*。|[^。]+$", text)
    gone = set(chance.sample(range(len(sentences)), len(sentences) // 4))
    rest = "".join(sentence for number, sentence in enumerate(sentences) if number not in gone)
    return rest if gone and len(rest) >= LONG else None


def background_added(text: str, chance: random.Random) -> str | None:
    """Add background somewhere, a sixth of the text."""
    if len(text) < LONG:
        return None
    place = chance.choice([0, *(match.end() for match in re.finditer("。", text))])
    more = "".join(chr(0x4E00 + chance.randrange(3000)) for _ in range(len(text) // 6))
    return f"{text[:place]}{more}。{text[place:]}"


def two_percent(text: str, chance: random.Random) -> str | None:
    """Replace two characters of a hundred."""
    if len(text) < LONG:
        return None
    letters = [i for i, sign in enumerate(text) if "\u4e00" <= sign <= "\u9fff"]
    signs = list(text)
    for place in chance.sample(letters, max(1, len(text) // 50)):
        signs[place] = chr(0x4E00 + chance.randrange(3000))
    return "".join(signs)


def several(text: str, chance: random.Random) -> str | None:
    """Put a dateline in front, cut the tail, change one number and the width."""
    cut = cut_tail(text, chance)
    changed = one_number(cut, chance) if cut else None
    return agency(width(changed, chance), chance) if changed else None


REPRINTS: tuple[Edit, ...] = (
    width,
    agency,
    paper,
    editor,
    one_number,
    cut_tail,
    cut_anywhere,
    first_half,
    paragraphs_removed,
    background_added,
    two_percent,
    several,
)
FOLLOW_UPS: dict[str, float] = {"all numbers": 1.0, "half of the numbers": 0.5, "a third of the numbers": 0.34}


def made_pairs(texts: list[str], chance: random.Random) -> Iterator[Pair]:
    """Yield pairs of each text with its edited copies, its follow-ups, and with other texts."""
    tomorrow = DAY + timedelta(days=1)
    for text in texts:
        for edit in REPRINTS:
            if other := edit(text, chance):
                later = tomorrow if len(text) > LONG and chance.random() < 1 / 3 else DAY
                yield Pair(edit.__name__, text, other, (DAY, later), same=True)
        for kind, share in FOLLOW_UPS.items():
            if other := _with_numbers_changed(text, share, chance):
                yield Pair(f"follow-up: {kind}", text, other, (DAY, tomorrow))
    for one, other in likest(texts):
        yield Pair("another article, alike", one, other)


def likest(texts: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each text with the one that shares most of its character pairs, as far as that is no copy of it."""
    pairs = [{text[i : i + 2] for i in range(len(text) - 1)} for text in texts]
    for number, mine in enumerate(pairs):
        shares = ((len(mine & other) / len(mine | other), at) for at, other in enumerate(pairs) if at != number)
        _, at = max(share for share in shares if share[0] < 0.7)
        yield texts[number], texts[at]


def notes(count: int, chance: random.Random) -> Iterator[Pair]:
    """Yield pairs of market notes, announcements and flashes in one template: two days', or two companies'."""
    tomorrow = DAY + timedelta(days=1)
    for _ in range(count):
        for kind, template in TEMPLATES.items():
            one = _filled(template, DAY, chance)
            yield Pair(f"{kind}, the next day's", one, _filled(template, tomorrow, chance), (DAY, tomorrow))
            yield Pair(f"{kind}, another of the day", one, _filled(template, DAY, chance))
        flash = chance.choice(SAME_WORDS)
        yield Pair("flash: the same words on another day", flash, flash, (DAY, DAY + timedelta(days=chance.randint(1, 6))))
        flash = _filled(TEMPLATES["flash: index"], DAY, chance)
        edit = chance.choice((width, agency, paper, editor))
        yield Pair("flash: reprinted", flash, edit(flash, chance), same=True)


def _filled(template: str, day: date, chance: random.Random) -> str:
    """Return a template with its {} filled: D the day, N numbers, C a company (one throughout), P a person, S a sector."""
    company, sectors = (
        "".join(chance.choices(_NAMES, k=2)) + chance.choice(("股份", "科技", "医药", "智能")),
        ["半导体", "煤炭", "白酒", "银行"],
    )
    values = {
        "D": lambda: f"{day.month}月{day.day}日",
        "N": lambda: f"{chance.uniform(0.1, 99):.2f}",
        "C": lambda: company,
        "K": lambda: f"{chance.randrange(600_000, 604_000)}",
        "P": lambda: _person(chance),
        "S": lambda: chance.choice(sectors),
    }
    return re.sub(r"\{(\w)\}", lambda match: values[match[1]](), template)


SAME_WORDS = (
    "沪指午后翻红，半导体、算力板块领涨。",
    "早盘三大指数集体高开，白酒板块走强。",
    "央行今日不开展逆回购操作。",
    "港股午后跌幅收窄，科技股反弹。",
)
TEMPLATES = {
    "notice with a site's ending": (
        "{C}获得{C}资本投资。（本文由样报自动写作机器人小舟生成。小舟以算法第一时间为读者送上创投情报，它还很年轻，欢迎读者来信指出它的差错，帮助它成长。样报同时提供产业互联网、"
        "品牌出海、数字零售等栏目的订阅服务，转载须注明出处，未经许可不得镜像。如有任何建议，请与编辑部联系，我们将及时沟通与处理，感谢您一直以来对样报的关注与支持）。"
    ),
    "flash: index": "{D}，截至收盘，沪指涨{N}%，深成指涨{N}%，创业板指跌{N}%，两市成交额{N}亿元。",
    "flash: company": "{C}（{K}）公告，公司拟以{N}亿元收购岚汀科技{N}%股权，交易完成后将成为其控股股东。",
    "market note": (
        "{D}，A股三大指数集体收涨。截至收盘，沪指涨{N}%，报{N}点；深成指涨{N}%，报{N}点；创业板指涨{N}%，报{N}点。沪深两市全天成交额{N}亿元，"
        "较上个交易日放量{N}亿元。盘面上，{S}板块涨幅居前，{S}、{S}板块跟涨，{S}板块跌幅居前。从资金流向看，北向资金全天净买入{N}亿元，其中沪股通净买入"
        "{N}亿元，深股通净买入{N}亿元。分析人士认为，当前市场情绪逐步回暖，后续应关注政策面与业绩面的变化，把握结构性机会，控制仓位，注意追高风险。"
    ),
    "announcement: pledge": (
        "{C}（{K}）{D}晚间发布公告称，公司近日接到控股股东通知，获悉其所持有本公司的部分股份办理了质押手续，本次质押{N}万股，占其所持股份的{N}%，占公司总股本"
        "的{N}%。截至公告披露日，控股股东累计质押{N}万股，占其所持股份的{N}%。公司控股股东资信状况良好，具备相应的偿还能力，其质押的股份目前不存在平仓风险，"
        "不会导致公司实际控制权发生变更。公司将持续关注其质押情况及质押风险，并按照有关规定及时履行信息披露义务，敬请广大投资者注意投资风险。"
    ),
    "announcement: resignation": (
        "{C}{D}公告，公司董事会近日收到董事{P}女士递交的书面辞职报告。{P}女士因个人工作调整原因，申请辞去公司董事职务，同时一并辞去董事会专门委员会委员职务，辞职后不再担任"
        "公司任何职务。根据有关规定，{P}女士的辞职未导致公司董事会成员人数低于法定最低人数，不会影响公司董事会的正常运作，辞职报告自送达董事会之日起生效。公司将按照"
        "法定程序尽快完成董事的补选工作。公司及董事会对{P}女士任职期间为公司发展所作出的贡献表示衷心感谢。"
    ),
    "fund notice": (
        "{C}基金管理有限公司关于旗下部分基金增加{C}证券为销售机构的公告。根据本公司与{C}证券签署的销售协议，自{D}起，投资者可通过{C}证券办理基金代码{K}、{K}、{K}的开户、申购、"
        "赎回、定期定额投资及转换等业务，费率优惠活动以销售机构公告为准，折扣后费率不低于{N}折。投资者可通过客服电话及网站咨询详情。风险提示：基金管理人承诺以诚实信用、勤勉尽责"
        "的原则管理和运用基金资产，但不保证基金一定盈利，也不保证最低收益。投资者应当认真阅读基金合同、招募说明书等法律文件，自行承担投资风险。"
    ),
}  # fmt: skip
