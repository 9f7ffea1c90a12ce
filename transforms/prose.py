"""Prose: the sentences that an article consists of, without notices, labels and headings; every rule of the engine reads these."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from transforms.text import HAN

_LONGEST_LABEL = 300  # characters; a longer line holds news as well
_LONGEST = 200  # characters; a longer sentence is taken apart at its semicolons
_LEAST_NEWS = 8  # characters that must be left behind a dateline


def each(heads: str, rest: str) -> str:
    """Return the pattern of each of some words with what stands behind it: 登录|下载 with 客户端 is 登录客户端|下载客户端.

    Where every alternative begins with a character, a search skips all places that have none of these; behind a group it
    tries every place.
    """
    return "|".join(head + rest for head in heads.split("|"))


_LINE = re.compile(r"[^\n]+")
_INDENT = "\u3000\u3000"
# Where line breaks were lost, the indent of a paragraph is left, behind a stop, the headline as it was or who wrote; two blanks
# set apart a name of two characters (张　　三), too.
_PARAGRAPH = re.compile(
    rf"(?:(?<=[。！？!?…；;”’」』）)])|^[^\S\n]*原标题[:：][^\n\u3000]*|(?:记者|编辑)\s?{HAN}{{2,4}}){_INDENT}(?=[^\n\u3000]{{12}})",
    re.MULTILINE,
)
_STOP = re.compile(r"[。！？!?](?<!\?(?=[A-Za-z0-9_.%-]+=))[。！？!?]*[”’」』）)\"']*")  # no mark inside an address: ?id=1
# What a site prints above an article whose headline it has changed: an offer of its own, a short one. Where no prose follows the
# headline as it was, that stands below the article.
_ABOVE = re.compile(r"[^\n]{0,60}[？?！!][^\n]{0,60}\n(?=\s*原标题[:：][^\n]*\n[^\n]*。)")
# What sites print behind an article: the headlines and cut beginnings of others, each with its time in a line of its own.
_MINUTE = r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}"
_PRINTED = re.compile(rf"\n{_MINUTE}(?::\d{{2}})?(?=\n|$)")
_OTHERS = re.compile(
    rf"(?<=\n)(?![ \t\u3000]*(?:原标题|来源)[:：])(?:[^\n]{{7,79}}[^\n。.…”]|[^\n。]{{7,79}}……)"
    rf"(?:\n[^\n]+){{0,2}}\n[^\n]*(?:\.\.\.|…){_PRINTED.pattern}"
)
# The same with beginnings that are not cut, below a headline that exclaims or asks (what a reader asks of a company is no headline).
# All bear the same second, as no live report does; behind it there must be more than who edited the article.
_OTHERS_AT_ONCE = re.compile(
    r"(?<=[。;；]\n)(?!请问|您好|董秘|投资者)[^\n。]*(?:[？！?!]|\.\.\.|…)[^\n。]*(?<=[^\n]{8})\n[^\n]+[。！？!?]"
    rf"\n{_MINUTE}:\d\d\n(?!\W*(?:责任编辑|责编|编辑|来源|作者|记者|校对|审核))"
)
_CLAUSE = re.compile(r"[^；;]*(?:[；;]|$)")
_CLOSED = re.compile(r"[。！？!?；;][”’」』）)\"']*$")
# A whole line that is no news: where it came from, who edited it, what else the site offers.
_LABELLED = re.compile(
    rf"""
      ^\W{{0,3}}(?:原标题|原题|原文标题|来源|文章来源|本文来源|稿件来源|来源链接|资料来源|信息来源|数据来源|图片来源|责任编辑|责编|编辑|校对|
        审核|作者|标签|关键词|版权提示|版权声明|免责声明|风险提示及免责|特别声明|郑重声明|声明|证券代码|股票代码|证券简称|公告编号|编号|
        备查文件|附件|附表|相关阅读|延伸阅读|推荐阅读|相关报道|相关新闻|相关链接|热门推荐|视频[-：:]|图为|资料图|供图|客户端|表情|举报|您至少需输入)
    | ^[^，。]{{0,16}}(?:记者|通讯员|评论员|撰文|摄影)\s*[/／:：]?\s*(?:{HAN}|·){{2,4}}(?:[\s、]+(?:{HAN}|·){{2,4}}){{0,4}}\s*$
    # The papers that belong to an announcement.
    | ^\d[.、．]\s?(?!.*(?:签[订署]|通过|审议|达成|披露|召开|\d月|[亿万]元))
        [^\s，。]{{2,30}}(?:证明|决议|意见书|明细|告知函|协议)[；;。]?$
    | ^[^\s，。（(]{{2,8}}[（(][a-z][a-z\d_]{{5,20}}[)）]——[^。]*[；|｜][^。]*$  # what else a column has, by the name of its account
    | ^\W*(?:特此公告|特别提示|重要内容提示|重要提示|风险提示|公司声明|本公司声明)\W*$
    """,
    re.VERBOSE,
)
# What a line offers, wherever in it that stands.
_OFFER = re.compile(
    "|".join(
        (
            each(
                "登录|下载|扫码|扫描|关注|点击|打开|长按|戳",
                ".{0,20}(?:客户端|APP|App|二维码|公众号|微信|链接|查看|进入|阅读|报名|领取|投票|下载)",
            ),
            each(
                r"【|\[|（|\(",
                r"(?:点击|立即(?!生效|实施|施行|执行)|马上|戳|查看|投票|进入|开户|免费|详情|报名|更多)[^】\]）)]{0,16}[】\])）]",
            ),
            each("【立刻|【我要", r"[^】]{0,16}】"),  # in round brackets they say when, or what somebody said
            "原标题[:：][^。]*来源[:：][^。]{0,30}$",
            "炒股就看金麒麟[^。]*$",
        )
    )
)
# A sentence that every announcement or site repeats.
_NOTICE = re.compile(
    "|".join(
        (
            each("保证|承诺", ".{0,24}(?:真实|准确|完整).{0,40}(?:虚假记载|误导性陈述|重大遗漏|法律责任|连带责任|完整)"),
            "不存在(?:任何)?虚假记载|误导性陈述(?:或|和)重大遗漏",
            "请(?:广大)?投资者.{0,30}(?:风险|谨慎)",
            "不(?:构成|作为).{0,16}(?:投资建议|投资依据|买卖建议)|仅供参考.{0,10}(?:投资者|据此操作|不构成)",
            each("未经|谢绝", ".{0,16}(?:许可|授权|允许|同意|转载).{0,30}(?:转载|复制|使用|摘编|违者|$)"),
            "版权归|版权所有|著作权归|转载请注明|如有侵权|侵权必究|如因作品内容",
            "自动化?新闻写作|由.{0,12}(?:自动生成|机器人撰写|AI生成|算法生成)|本文由.{0,20}生成",
            each("海量资讯|精准解读", ".{0,20}(?:尽在|APP)"),
            "以上就是[^，。]{0,30}(?:介绍|内容|全部)[^，。]{0,30}(?:[，。]大家.{0,60})?[。！!]?$",
            # What a robot counts below the news of a share: earlier announcements, who held and who visited of late.
            r"近一年共发布\d+次\S{0,6}公告|近30日内北向资金持股量|近30日内(?:无|有|共有?)\S{0,6}机构\S{0,12}调研|更多关键信息，请搜索",
        )
    )
)
# A numbered heading says nothing by itself.
_HEADING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十]+[章节条]|\d{1,2}[、.．])[^。！？；，]{0,40}[：:]?$"
)
_DATELINE = re.compile(
    rf"""^\W{{0,3}}(?:
        (?:[^\s，。：；]{{2,14}}?(?:讯|快讯|消息|电)\W{{0,2}})?
          [（(【\[](?:[^）)】\]]{{0,16}}(?:记者|通讯员|作者|编辑|文)[^）)】\]]{{0,30}})[）)】\]]\s*[，,：:]?
      | 【[^】]{{2,14}}】\s*
      | (?:(?:本报|本刊|本网|本台|本站)?(?:见习|实习|首席)?记者\s*{HAN}{{2,3}}\s+){{1,3}}
          (?:见习|实习|首席)?记者\s*{HAN}{{3}}(?={HAN})
      | [^\s，。：；“”]{{2,12}}(?:快讯|快报)[，,：:]\s*
      | {HAN}{{0,8}}?(?:记者|通讯员)\s*[^\s，。：；]{{2,4}}(?:\s+[^\s，。：；]{{2,4}}){{0,3}}\s+(?=\S)
      | (?:[^\s，。：；\d]{{2,12}}(?:网|社|报|汇|财经|资讯|客户端|资本局))\s*(?:[^\s，。：；\d]{{1,6}})?
          \d{{1,2}}\s*月\s*\d{{1,2}}\s*日\s*(?:[电讯]|消息)?\s*[丨|，,：:]\s*
      | (?:[^\s，。：；\d]{{2,16}}?)\d{{1,2}}月\d{{1,2}}日[电讯](?:[（(][^）)]{{0,30}}[）)])?\s*[，,：:]?\s*
      | [^\s，。：；\d]{{0,12}}(?:网|客户端|财经|证券|金牛座|e公司)讯\s*[，,：:\s]\s*(?:(?:见习|实习|首席)?记者\s*{HAN}{{2,3}}\s+)?
      | [^\s，。：；\d]{{1,6}}讯\s+(?:见习|实习|首席)?记者\s*{HAN}{{2,3}}\s+
      | [^\s，。：；\d]{{2,8}}(?:APP|App)\s*(?:\d{{1,2}}月\d{{1,2}}日)?\s*(?:获悉|消息|讯)\s*[，,：:]\s*
      | 路透[^\s，。：；\d]{{0,12}}\d{{1,2}}月\d{{1,2}}日\s*[-－—]+\s*
      | [^\s，。：；\d]{{2,10}}(?:新闻|之家)\s*\d{{1,2}}\s*月\s*\d{{1,2}}\s*日\s*(?:消息|[电讯])\s*[，,：:]\s*
      | [^\s，。：；\d]{{0,6}}(?:(?<!官)网|(?<![财快年季])报|社|台|[央卫]视|新闻|财经|客户端)消息\s*(?:[（(][^）)]{{1,12}}[）)])?\s*[：:]\s*
      | [^\s，。：；]{{2,8}}(?<![腾通资喜视博海瀚联音审])讯\s{{0,4}}(?:北京时间\s{{0,4}})?\d{{1,2}}月\d{{1,2}}日?
          (?:凌晨|[早晚]间|[早晚]上?|[上中下]午|午间|傍晚)?\s{{0,4}}(?:消息|[电讯])?\s{{0,4}}
          (?:[（(][^）)\d]{{1,16}}[）)]\s*[，,：:]?|[，,：:])\s*
      | (?:导读|摘要|核心提示|编者按|提要)[：:]\s*
    )""",
    re.VERBOSE,
)


class Sentence(NamedTuple):
    """A sentence of the body: its place in code points, and what is known of it.

    Its news begins behind 某报记者 or 某社某日电; a full stop closes it, or it is a heading or a caption.
    """

    start: int
    end: int
    news: int
    closed: bool


def prose(body: str) -> list[Sentence]:
    """Return the sentences of a body in order; labels, notices and headings are none. Blanks at the edges are cut."""
    found = []
    above = _ABOVE.match(body)
    times = set(_PRINTED.findall(body))
    others = (_OTHERS.search(body) if times else None) or (_OTHERS_AT_ONCE.search(body) if len(times) == 1 else None)
    end = others.start() if others and "。" in body[: others.start()] else len(body)
    for shift, stop in _lines(body, above.end() if above else 0, end):
        text = body[shift:stop]
        if _is_label(text):
            continue
        dateline = _DATELINE.match(text)
        for number, (start, end) in enumerate(_sentences(text)):
            if not _NOTICE.search(text, start, end):
                inside = dateline and not number and dateline.end() < end - _LEAST_NEWS
                news = dateline.end() if dateline and inside else start
                found.append(Sentence(start + shift, end + shift, news + shift, bool(_CLOSED.search(text, start, end))))
    return found


def _lines(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of the lines of a body, and of paragraphs where line breaks were lost."""
    breaks = [match.end() for match in _PARAGRAPH.finditer(body, start, end)] if _INDENT in body else []
    for line in _LINE.finditer(body, start, end):
        inside = [place for place in breaks if line.start() < place < line.end()]
        yield from pairwise([line.start(), *inside, line.end()])


def blanked(body: str, sentences: Sequence[Sentence]) -> str:
    """Return a body with line feeds for every character outside the news of its `sentences`; its length stays."""
    parts, place = [], 0
    for one in sentences:
        parts += ["\n" * (one.news - place), body[one.news : one.end]]
        place = one.end
    return "".join([*parts, "\n" * (len(body) - place)])


def _is_label(line: str) -> bool:
    """Whether a whole line is no prose: a label with its value, an offer, or a numbered heading."""
    text = line.strip()
    return bool((len(text) <= _LONGEST_LABEL and (_LABELLED.match(text) or _OFFER.search(text))) or _HEADING.match(text))


def _sentences(line: str) -> list[tuple[int, int]]:
    places = []
    ends = [*(stop.end() for stop in _STOP.finditer(line)), len(line)]
    for start, end in pairwise([0, *ends]):
        if end - start <= _LONGEST:
            places.append((start, end))
        else:
            places += [part.span() for part in _CLAUSE.finditer(line, start, end)]
    return [(start, end) for start, end in (_trimmed(line, *place) for place in places) if end > start]


def _trimmed(line: str, start: int, end: int) -> tuple[int, int]:
    text = line[start:end]
    return start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())
