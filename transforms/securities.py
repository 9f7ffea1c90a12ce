"""Listed companies that an article names, by their names or by a code that the text marks as one."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from transforms.homonyms import acts, heads, homonyms
from transforms.namesakes import inside_longer, is_namesake
from transforms.prose import Sentence
from transforms.taxonomy import Company, Taxonomy
from transforms.text import HAN
from transforms.words import Words

# Six digits are a code only where the text says so: （600519）, 代码：600519, SH600519, 600519.SH, (行情600519)
_DIGITS = re.compile(r"[0-9]{6}(?!\d)(?<!\d{7})")
_BEFORE = re.compile(r"(?:代码|代碼|行情|[（(](?:SH|SZ|BJ)?|SH|SZ|BJ)\s*[:：.]?\s*$", re.IGNORECASE)
_BEHIND = re.compile(r"\.(?:SH|SZ|BJ)", re.IGNORECASE)
_LONGEST_MARK = 8  # characters
_FORECAST = (
    r"预计(?:\d{2,4}年?|年度?|前?[上一二三四]季度?|上半年|全年|实现|归母|归属\S{2,10}的){0,4}(?:净利|盈利|亏损)"  # of its own
)
# 东吴证券研报表示, 某银行质押: who is only quoted, or holds what is pledged, is not whom the article is about.
_QUOTED = re.compile(
    rf"(?:[：:](?!{_FORECAST})(?:首次|再|予|给予|维持|重申|上调|下调|首予|建议|料|预计|看好)"
    r"|研报|研究所|研究员|分析师|首席(?![^，。、]{1,4}官)|策略|非银|宏观|团队|数据|统计|Choice|讯|快讯|记者|报道)"
)
_SPEAKS = re.compile(r"认为|表示|指出|预计")  # a house does so of others, another company of itself
# 中信证券研报认为: a house whose analysts speak wrote what the article tells of others.
_ANALYST = re.compile(r"(?:研报|研究|分析师|首席(?![^，。、]{1,4}官)|策略|团队|认为|发布研|证券研究)")
# 华泰证券：上调东海股份(600001.SH)评级: a headline's first name is whose report it is, where it judges another company with its code.
_REPORT = re.compile(
    r"(?:：|:|-+)(?=[^：:]*(?:评级|目标价|研报|预期|首予|重申|看好))[^：:]*[（(](?:(?P<code>\d{5,6})(?!\d)|[A-Z]{1,5}\.)"
)
# 中标中国石油项目, 质押给某银行, 收到中国移动的通知书: whom another one works for, or owes.
_COUNTERPART = re.compile(r"(?:中标|质押给|质押予|质权人为?)$")
# 持有海州新材5%的股份: whom another one has shares of, where that is not the news.
_HELD = re.compile(r"(?![^。；！？\n]{0,40}(?:降至|升至|[增减]至|[增减]持|减少|增加))[^。；！？\n]{0,40}?(?:股份|股权|股票|%)")
# 海州新材东城分公司总监李岚参加了会议, 海州新材公司代表: whose people were there, too.
_ATTENDS = re.compile(
    rf"[^，。；！？、\n]{{0,8}}(?:(?:分公司|办事处)[^，。；！？、\n]{{0,8}}|(?<=公司)代表{HAN}{{0,3}})(?:参加|出席|陪同|发言)"
)
_RECEIVED = re.compile(r"(?:(?!申请)[^，。；：\s]){0,16}?(?:通知书|函|订单|定点)")
# What stands before the ninth of many names, most of which the lists need not know: 青禾、云湖、海州、临江、远帆、…
_AMONG_MANY = re.compile(r"(?:[^，。；：、\n]{1,12}、){8}$")
_LONGEST_ROW = 104  # characters of eight such names
# 午间公告：…: what several companies have announced, each in a sentence of its own.
_DIGEST = re.compile(
    r"^[【\[]?(?:(?:午间|晚间|早间|盘[前后]|今日)(?:重要|利好)?公告[：:】\]]|.{0,6}公告(?:汇总|速递|精选|集锦|一览))"
)
# 海州新材前董秘: who has left is not the company.
_FORMER = re.compile(
    r"(?:集团|公司)?[前原]任?(?:高管|董秘|董事|总裁|副总|行长|掌门|一把手|员工|首席|CEO|CFO|COO|CTO)"
    r"(?![^。！？\n]{0,24}(?:获刑|被查|受审|双开|逮捕|造假|去世|逝世))"
)
# 海州新材、云湖科技、…: who is one of many in a list.
_NEXT = re.compile(r"[A-Z]?(?:[（(][^（）()\n]{1,16}[)）]|\n+)?(?:、|和|及|与|以及)")
_LISTED = 4  # companies
# 海州新材料股份有限公司（海州新材，600001.SH）: the same one again.
_AGAIN = re.compile(r"[^，。；！？\n（(]{0,8}(?:[（(][^，。；！？\n）)]{0,8})?[，,]?")
# 海州新材还能介入吗, 海州新材的压力位在哪儿: what a reader asks an expert about is what the answers are about.
_ASKED = re.compile(
    r"(?:现在|目前|今天|明天|后市|还)*"
    r"(?:(?:能不能|可不可以|该不该|是否)?(?:能|可以|可|该|应该|继续)*(?:持有|介入|买|买入|买进|追|卖|卖出|抛|加仓|减仓|补仓|割肉|抄底)"
    r"(?:吗|么|[?？])"
    r"|的?(?:走势|趋势|前景|后市|支撑|压力|阻力|操作)位?(?:和(?:支撑|压力|阻力)位?)?(?:如何(?=\W|$)|怎么样|怎样|怎么看|在哪|是多少|多少))"
)
_AT = frozenset({"在", "去", "到"})
HOUSES = frozenset({"银行", "非银金融"})
"""Level-1 names of houses, which mostly speak of others, lend them money or hold what is pledged."""
# 海州新材预亏86亿元, 出品方海州文化上涨9.98%: who begins a clause that goes on with a figure is who it is about; not who is one of
# several customers (海州新材、…合计占60%), nor 供应商海州新材.
_CLAUSE = re.compile(
    r"(?:(?:^|[\n，。；！？,;])\s*(?:而|但|其中|另外|此外|同时|随后|不过|至于|反观|相比之下)?[，,]?[“\"]?"
    r"|(?<!投资方)(?<!股东)(?<!客户)(?<!供应商)之一|的是|出品方|厂商|龙头|龙头企业|巨头|上市公司|[车房药险猪航酒乳煤钢]企)$"
)
_FIGURE = re.compile(
    r"(?:\n{8,})?(?!\n|、|等)[^。；！？\n]{0,40}?(?:(?<![\d.])\d[\d.,]*\s?(?:%|％|[多余]?[万亿]|元|美元|港元|股|倍|吨|头|辆|台|套|架|艘|例|个(?![月人股])|人(?!民))"
    r"|[一二三四五六七八九十两]成|涨停|跌停)"
)
# 海州新材、云湖科技分别获净买入1.2亿元和0.8亿元: each has its figure.
_OWN = r"\d[\d.]{0,20}\s?(?:%|％|[万亿]?(?:元|美元|港元|股)|[万亿]|倍)"
_FIGURES = re.compile(rf"(?!等|.{{0,12}}客户)[^。；！？\n\d]{{0,24}}(?P<each>{_OWN}(?:、{_OWN})*[和及、]{_OWN})")
_FIGURE_OF_ONE = re.compile(_OWN)
# 海州新材、云湖科技等股拟减持金额均在8000万元以上: one figure for all.
_FIGURE_OF_ALL = re.compile(
    rf"\n*(?:、[^，。；！？、\n]{{2,8}}\n*)*(?:等[^，。；！？\n\d]{{0,4}})?[^，。；！？\n\d获被遭受]{{0,12}}(?:减持|增持|回购|预[增亏盈减]|中标|亏损|盈利|分红|募资)"
    rf"[^，。；！？\n\d]{{0,12}}[均都][^，。；！？\n\d]{{0,8}}{_OWN}"
)
# 25日晚间，海州新材发布公告称: who announces something; a house mostly does so for others.
_ANNOUNCED = re.compile(
    r"(?:\n{8,})?(?:\d{1,2}月\d{1,2}日|当日|近日|[昨今]日|[昨今]天)?(?:早间|午间|晚间|盘后)?(?:发布|披露)?公告(?:称|表示|显示|，|：)"
)
_OWNED = re.compile(r"(?:重仓|持有|持仓|买入|投资)的?$")  # whose list it is
_MOVED = re.compile(
    r"(?:股价|今日|盘中|午后|一度|[AH]股|港股|年内|在?今年[内以来]{0,2}|[也均则]){0,3}(?:[收微大上下]?[涨跌]|涨停|跌停|报)"
)  # what a share did
# 【海州新材】公司公告: a label is no prose, yet it says whom what follows is about.
_LABEL = re.compile(r"(?<=\n【)\*?([^】\n]{2,8})(?=】)")
ANNOUNCES = re.compile(  # 海州银行：拟发行优先股, but not 海州证券：震荡上行
    rf"[^：:】]{{0,14}}[：:】]\s*(?:公司)?(?:{_FORECAST}|拟|公告|净利|归母|营收|董事|监事|总经理|行长|总裁|控股股东|股东|获|收到|完成|终止|发行|[前上一三]\S{{0,3}}(?:季|半年))"
)
"""What follows a name in a headline where it tells of itself; a house that only speaks there tells of others."""
_LEAD = 2  # sentences
_ENOUGH = 1.5
_PRICES = 4  # companies; that the shares of so many rose or fell is news of the market
_MANY = 3  # banks or brokers, so many of which a text reports of in a piece about banks or brokers


@dataclass(frozen=True)
class Mention:
    """A place in title or body where a listed company is named."""

    start: int
    end: int
    company: Company


def mentions(words: Words, source: str, lists: Taxonomy) -> list[Mention]:
    """Return the places where listed companies are named, in order. `source` is the text with nothing blanked out."""
    found: list[Mention] = []
    longer = inside_longer(words)
    for start, end, name in words.found["companies"]:
        # A name of three characters may be part of another word; longer ones, and what only a company does, stand for themselves.
        whole = end - start > 3 or (start in words.edges and end in words.edges) or acts(start, end, words.text)
        if whole and start not in longer and not is_namesake(start, end, name, words, lists):
            one = Mention(start, end, lists.companies[name])
            found += [one, one] if one.company.code[:6] in source[max(0, start - 7) : end + 7] else [one]
    found += (Mention(*one) for one in homonyms(words, source, lists))
    for match in _LABEL.finditer(source):
        company = lists.companies.get(match[1])
        if company and company.level1 not in HOUSES:
            found += [Mention(*match.span(1), company)] * 2
    for match in _DIGITS.finditer(source):
        start, end = match.span()
        if _BEHIND.match(source, end) or _BEFORE.search(source[max(0, start - _LONGEST_MARK) : start]):
            codes = (f"{match[0]}.{exchange}" for exchange in ("SH", "SZ", "BJ"))
            if company := next((lists.codes[code] for code in codes if code in lists.codes), None):
                found.append(Mention(start, end, company))
    return sorted(found, key=lambda one: (one.start, one.end))


def lead_of(words: Words, sentences: Sequence[Sentence]) -> int:
    """Return where the lead, the body's first two sentences, ends in the text of the words."""
    return len(words.title) + 1 + max((one.end for one in sentences[:_LEAD]), default=0)


def about(found: Sequence[Mention], words: Words, sentences: Sequence[Sentence], *, mainly: bool = False) -> list[Mention]:
    """Return the mentions of those companies that the article is about.

    That is who stands in the title, in the lead (its first two sentences) or again and again, or whose share a reader asks
    about, not who is only quoted; and, unless `mainly` is set, of whom the text tells a figure or has an item of its own.
    Banks and brokers in the lead, in a question or with a figure mostly lend, sell, take shares in pledge or bring others to
    market: for them that is a reason only where a text tells figures of three of them.
    """
    edge, text = len(words.title), words.text
    lead = lead_of(words, sentences)
    authors = {one.company.code for one in found if _is_house(one) and _ANALYST.match(text, one.end)}
    authors |= {one.company.code for one in found[:1] if _is_house(one) and _reports(one, words.title)}
    counterparts = {one.company.code for one in found if one.start < edge and _COUNTERPART.search(text[: one.start])}
    weights: dict[str, float] = defaultdict(float)
    rows = _in_rows(found, text)
    reported = set() if mainly else _reported(found, rows, text)
    of_houses = len({one.company.code for one in reported if _is_house(one)}) >= _MANY
    asides = _asides(found, rows, text, edge, lead)
    digest = not mainly and _DIGEST.search(words.title)
    for one in found:
        aside = one.company.code in authors or one in asides
        house = _is_house(one) and not of_houses
        matters = (
            not house
            and one.company.code not in counterparts
            and (one in reported or one.start < lead or _is_asked_about(one, words))
        )
        matters = matters or bool(digest and not house and text[one.start - 1] in "\n。；")
        # Behind a full stop a house mostly speaks of others: 市场震荡。海州证券：三季度…
        own = not _is_house(one) or (ANNOUNCES.match(text, one.end) and text[one.start - 1] not in "。；")
        matters = matters or bool(not mainly and own and heads(one.start, one.end, text))
        weight = 3.0 if one.start < edge else 1.5 if matters else 0.4 if house else 0.8
        weights[one.company.code] += 0.2 if aside else weight
    return [one for one in found if weights[one.company.code] >= _ENOUGH]


def _is_asked_about(one: Mention, words: Words) -> bool:
    """Whether somebody asks what to do with a share; in a shop one buys something else."""
    before = words.ending.get(one.start)
    return not (before and before.text in _AT) and bool(_ASKED.match(words.text, one.end))


def _reported(found: Sequence[Mention], rows: Sequence[Sequence[Mention]], text: str) -> set[Mention]:
    """Return the mentions with which a text reports of a company.

    It begins a clause that goes on with a figure, or is one of several in a list with figures behind it for each. Where that is
    but the price of its share, and there are many such companies, none of them counts.
    """
    told = [
        one
        for one in found
        if _CLAUSE.search(text[max(0, one.start - _LONGEST_MARK) : one.start])
        and (_FIGURE.match(text, one.end) or _ANNOUNCED.match(text, one.end))
        and not _is_aside(one, text)
    ]
    moved = [one for one in found if _MOVED.match(text, one.end)]
    each = {one for row in rows if _has_figures(row, text) for one in row}
    return (set(told) - set(moved if len({one.company.code for one in moved}) >= _PRICES else ())) | each


def _asides(found: Sequence[Mention], rows: Sequence[Sequence[Mention]], text: str, edge: int, lead: int) -> set[Mention]:
    """Return the mentions that are asides: those in lists of many companies, of which no figures are told, among them.

    Of lists in the title, which ends at `edge`, and of those that begin a clause before the end of the `lead`, they are none.
    """
    asides: set[Mention] = set()
    last = None
    for one in found:
        again = last is not None and last.company == one.company and _AGAIN.fullmatch(text, last.end, max(last.end, one.start))
        held = one.start >= lead and text.endswith("持有", 0, one.start) and _HELD.match(text, one.end)
        attends = one.start > edge and _ATTENDS.match(text, one.end)
        listed = one.start > edge and _AMONG_MANY.search(text[max(edge, one.start - _LONGEST_ROW) : one.start])
        if _is_aside(one, text) or held or attends or listed or (again and last in asides):
            asides.add(one)
        last = one
    for row in rows:
        leads = row[0].start < lead and _CLAUSE.search(text[max(0, row[0].start - _LONGEST_MARK) : row[0].start])
        if row[0].start > edge and len(row) >= _LISTED and not (leads or _has_figures(row, text)):
            asides.update(row)
    return asides


def _has_figures(row: Sequence[Mention], text: str) -> bool:
    """Whether behind a list of companies a text tells as many figures, or one for all."""
    if _FIGURE_OF_ALL.match(text, row[-1].end):
        return not _OWNED.search(text[max(0, row[0].start - _LONGEST_MARK) : row[0].start])
    told = _FIGURES.match(text, row[-1].end)
    return told is not None and len(_FIGURE_OF_ONE.findall(told["each"])) == len({one.company.code for one in row})


def _in_rows(found: Sequence[Mention], text: str) -> list[list[Mention]]:
    """Return the companies that stand side by side in lists: 海州新材、云湖科技和…."""
    rows: list[list[Mention]] = []
    for one in found:
        if rows and _NEXT.fullmatch(text, rows[-1][-1].end, max(rows[-1][-1].end, one.start)):
            rows[-1].append(one)
        elif not rows or rows[-1][-1] != one:
            rows.append([one])
    return [row for row in rows if len(row) > 1]


def _is_aside(one: Mention, text: str) -> bool:
    """Whether a company is only quoted, or is whom another one works for or owes, or whom a person has left."""
    before = text[max(0, one.start - _LONGEST_MARK) : one.start]
    received = before.endswith("收到") and _RECEIVED.match(text, one.end)
    if _is_house(one):
        quoted = bool(_QUOTED.match(text, one.end) or _SPEAKS.match(text, one.end))
    else:
        quoted = not heads(one.start, one.end, text) and bool(_QUOTED.match(text, one.end))
    former = one.start and _FORMER.match(text, one.end)
    return bool(received or quoted or former or _COUNTERPART.search(before))


def _reports(one: Mention, title: str) -> bool:
    """Whether a title says behind a name what that house's report makes of another company."""
    report = _REPORT.match(title, one.end)
    return report is not None and report["code"] != one.company.code[:6]


def _is_house(one: Mention) -> bool:
    return one.company.level1 in HOUSES
