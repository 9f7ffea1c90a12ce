"""The publisher (来源) of an article, and the account that signs it, as the lines around its headline print them."""

import re
from collections.abc import Iterable, Iterator

from transforms.document import Document
from transforms.persons import ONE, is_double, is_person
from transforms.text import HAN
from transforms.zone import CLOCK, Zone

_DAY = r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"
_BARE = rf"(?:(?<!{HAN})|(?<=本文)|(?<=文章)|(?<=稿件)|(?<=信息)|(?<=新闻)|(?<=消息)|(?<=内容))"  # 收入来源 is none
_SOURCE = re.compile(
    rf"(?<!图片)(?<!数据)(?:{_BARE}(?:来源于?|來源|稿源|信源)(?!地)|(?:来源|來源|稿源|信源)(?=\s)|(?:来源|來源|稿源|信源|出处|来自)(?=\s*[:：丨|]))\s*[:：丨|]?\s*[\[【《“\"<]?\s*"
    rf"(?P<name>(?:(?!{_DAY})[^\s|｜丨<>()（）【】\[\]《》“”\"，。；;、]){{2,24}}"
    rf"(?:·(?:(?!{_DAY})[^\s|，。]){{1,12}})*)"  # a day may follow without a blank
)
_TERMS = re.compile(r"(?:^|\W)凡[^。]{0,16}$|[注标]明\W{0,3}$")  # before a label that speaks of sources, and names none
_PAPER = r"(?:[^\W_]|·){1,14}?(?:报|報|报道|網|网|社|台|周刊|杂志|新闻|新聞|客户端|发布|在线|传媒|传播|财经|財經|頻道|频道)"
# A name that is a paper's even beside a bare day: 公司年报 and 公司官网 are none.
_TITLE = r"(?:[^\W_]|·){1,14}?(?:青年[报報]|(?<![年季快预公通海])[报報]|(?<![官联])[网網]|社|周刊|杂志)"
_ALONE = re.compile(_PAPER)
_BEHIND_TIME = re.compile(CLOCK + r"\s*·?\s*[《\[【]?\s*(?P<name>[^\W\d_](?:[^\W_]|[·—－\-]){1,20})\s*[》\]】]?(?=$|[\s|（(：:])")
# Forms in which the name has to end like a paper's: before the time, beside a bare day, before its reporter.
_SURE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^(?P<name>{_PAPER})\s*[（(|｜]?\s*{CLOCK}",
        rf"{_DAY}\s+(?P<name>{_PAPER})(?=$|\s)",
        rf"^(?:{HAN}{{2,8}}(?:网|在线)\s*[-—－]+\s*)?(?P<name>{_TITLE})\s+{_DAY}(?=$|\s)",
        rf"^(?P<name>{_PAPER})\s*[|｜]\s*(?:记者|記者)",
        rf"^(?P<name>{_PAPER})\s+{ONE}\s+{CLOCK}",
        rf"(?:^|\s)《\s?(?P<name>{_PAPER})\s?》\s*[（(]\s*{_DAY}.{{0,12}}版",
        rf"^(?P<name>{_PAPER})(?:快讯|快訊|即时|即時|记者|記者)?\s*[/／]\s*{ONE}",
        rf"^{ONE}\s*[/／]\s*(?P<name>{_PAPER})$",
    )
)
_DATELINE = re.compile(rf"^[（(]?(?P<name>{HAN}{{2,6}}?[社网])(?:记者|記者|{HAN}{{2,8}}?\d{{1,2}}月\d{{1,2}}日)")
_REPORTER = re.compile(rf"^(?P<name>{_PAPER})\s?(?:见习|首席|特约)?(?:记者|記者)\s")
_NO_PUBLISHER = re.compile(
    r"^(?:(?i:[ap]m|by)$|已有|已被|博客$|论坛$|手机版|电脑版|博主文章|文章分类|分类|原创|未知|作者|编辑|责任编辑|时间|日期|发布|浏览|阅读|点击|评论|分享|字号|字体|我有话说|我要评论|收藏|打印|转发|关注|优质|微博|微信|查看|打开|"
    r"星期|周[一二三四五六日]|听|来自|来源|更新|人参与|次|举报|下载|摘要|正文|首页|返回|记者|本报|本网|本刊).{0,8}$|公司$"
)
_REST = re.compile(r"(?:作者|编辑|责编|记者|时间|日期|发布(?:时间|日期|于)|浏览|阅读|点击|字号|责任编辑|更新|我要)\S*$")
_RELAYED = re.compile(r"^\S{2,8}(?:网|在线|客户端)\s*[-—－]+\s*(?P<paper>\S{2,12}(?:报|刊|社|台))$")
_EDITION = re.compile(r"(?<=报)(?:网络版|电子版|电子报|数字报)$|·[^·]{1,6}号(?:·.*)?$")
_SIGNS = re.compile(r"^\W{0,4}(?:本文|文章|稿件|信息|新闻)?(?:来源|來源|稿源)\s*[:：]")
_SIGNS_WITHIN = re.compile(
    r"(?:^|[\s|｜丨/（(【\[，,；;])\W{0,4}(?:本文|文章|稿件|信息|新闻|(?:部分)?内容|综合|图文){0,2}(?:来源于?|來源|稿源|信源|出处|来自)(?:\s*[:：丨|]|\s)"
)
_AUTHOR = re.compile(r"作者\s*[:：]\s*(?P<name>(?:[^\W\d_]|·){2,16})")
_ACCOUNTS = ("js_name", "author-name", "profile_nickname", "account-name", "media-name")
_ACCOUNT_CLASS = re.compile(r"(?:^|[-_])authorName(?:[-_]|$)")  # of class names that a build tool made
_FIELDS = ("source_baidu", "article-source-name", "weibo_user")  # for search engines, for scripts, of a mobile page
_STATED = ("contentsource", "mediaid", "source", "article:author")


def find_publisher(document: Document, zone: Zone) -> str | None:
    """Return the 来源 as printed, or None.

    From sure to less sure: labelled around the headline, or beside the time or alone on a line there; labelled as the whole
    of a line at the article's end; the account that signs; metadata; labelled anywhere behind; before the reporter's name;
    an author that is a desk; the agency in the text's dateline.
    """
    name = next(_publishers(document, zone), None)
    return _EDITION.sub("", name) if name else None


def _publishers(document: Document, zone: Zone) -> Iterator[str]:
    for place, line in enumerate(zone.below):
        if name := _labelled(line) or (_beside_time(line) or _alone(line) if place < 5 else None):
            yield name
    yield from filter(None, map(_labelled, zone.above))
    hidden = document.named(*_FIELDS)
    yield from _not_persons([_labelled(hidden) or hidden] if 2 <= len(hidden) <= 24 else [])
    yield from _not_persons(_labelled(line) for line in reversed(zone.tail) if _SIGNS.match(line))
    if account := find_account(document, zone):
        yield account
    stated = [line for name in _STATED if 2 <= len(line := document.meta(name)) <= 24]
    yield from _not_persons(_labelled(line) or line for line in stated)
    yield from _not_persons(_labelled(line) for line in (*reversed(zone.tail), *zone.after) if _SIGNS_WITHIN.search(line))
    for form in (_REPORTER, _AUTHOR):
        names = [match["name"] for line in zone.below if (match := form.search(line))]
        yield from _not_persons(name for name in names if not is_double(name))
    yield from _not_persons(match["name"] for line in zone.head if (match := _DATELINE.search(line)))


def _not_persons(names: Iterable[str | None]) -> Iterator[str]:
    return (name for name in names if name and not is_person(name) and not _NO_PUBLISHER.search(name))


def find_account(document: Document, zone: Zone) -> str | None:
    """Return the name of the account that signs an article of a self-media platform, or None on any other page."""
    name = document.named(*_ACCOUNTS) or document.named_like(_ACCOUNT_CLASS)
    around = any(name in line for line in (*zone.below, *zone.above))  # a box about another account stands elsewhere
    return name if 2 <= len(name) <= 24 and around and not is_person(name) else None


def _labelled(line: str) -> str | None:
    for match in _SOURCE.finditer(line):
        name = _REST.sub("", match["name"]).strip(" ：:·|-")
        if 2 <= len(name) <= 24 and not name.startswith("于") and not _TERMS.search(line[: match.start()]):
            return _paper_of(name, line[match.end() :])
    return None


def _paper_of(name: str, rest: str) -> str:
    """Return the paper that a site relays (人民网－人民日报, 人民网-《人民日报》, 摘自人民日报), else the name itself."""
    name = re.sub(r"^(?:摘自|转自(?!然)|选自|转载自)(?=..)", "", name)
    quoted = re.match(r"\s*[-—－]*\s*《([^》]{2,12})》", rest)
    relayed = _RELAYED.match(name)
    return relayed["paper"] if relayed else quoted[1] if quoted else name.rstrip("-—－")


def _beside_time(line: str) -> str | None:
    """Return the name that stands behind the time on one line, or before it: 2019年09月09日 20:52 样报."""
    for form in _SURE:
        if (match := form.search(line)) and not _NO_PUBLISHER.search(match["name"]):
            return match["name"]
    match = _BEHIND_TIME.search(line)
    name = _REST.sub("", match["name"]).strip("-—－") if match else ""
    if len(name) < 2 or _NO_PUBLISHER.search(name) or (is_person(name) and not _ALONE.fullmatch(name)):
        return None
    return _paper_of(name, "")


def _alone(line: str) -> str | None:
    """Return the publisher that a line below the headline consists of: 新华社."""
    return line if _ALONE.fullmatch(line) and not _NO_PUBLISHER.search(line) else None
