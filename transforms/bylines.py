"""Publisher (来源) and authors, as the lines around a headline and at the edges of an article print them."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from transforms.document import Document
from transforms.zone import Zone

_SOURCE = re.compile(
    r"(?:来源于|来源|來源|稿源|信源|出处|来自(?=\s*[:：丨|]))\s*[:：丨|]?\s*[\[【《“<]?\s*"
    r"(?P<name>[^\s|｜丨<>()（）【】\[\]《》“”，。；;、]{2,24}(?:·[^\s|，。]{1,12})*)"
)
_CLOCK = r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?\s*[012]?\d[:：][0-5]\d(?:[:：][0-5]\d)?"
_BEHIND_TIME = re.compile(
    _CLOCK + r"\s*[《\[【]?\s*(?P<name>[\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z\d·—－\-]{1,20})\s*[》\]】]?(?=$|[\s|（(：:])"
)
_BEFORE_TIME = re.compile(rf"^(?P<name>[\u4e00-\u9fffA-Za-z·]{{2,14}})\s*[（(|｜]?\s*{_CLOCK}")
_BEHIND_DAY = re.compile(
    r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?\s+(?P<name>[\u4e00-\u9fffA-Za-z·]{2,14})(?=$|\s)"
)
_NO_PUBLISHER = re.compile(
    r"^(?:原创|未知|作者|编辑|责任编辑|时间|日期|发布|浏览|阅读|点击|评论|分享|字号|字体|我有话说|我要评论|收藏|打印|转发|关注|优质|微博|微信|查看|打开|"
    r"星期|周[一二三四五六日]|听|来自|来源|更新|人参与|次|举报|下载|摘要|正文|首页|返回|记者).{0,8}$|公司$"
)
_REST = re.compile(r"(?:作者|编辑|责编|记者|时间|日期|发布|浏览|阅读|点击|字号|责任编辑|更新|我要)\S*$")
_RELAYED = re.compile(r"^\S{2,8}(?:网|在线|客户端)\s*[-—－]+\s*(?P<paper>\S{2,12}(?:报|刊|社|台))$")
_ALONE = re.compile(
    r"^[\u4e00-\u9fffA-Za-z·]{1,12}(?:报|報|網|网|社|台|周刊|杂志|新闻|新聞|客户端|发布|在线|传媒|传播|财经|財經|时报|頻道|频道)$"
)
_EDITION = re.compile(r"(?<=报)(?:网络版|电子版|电子报|数字报)$|·[^·]{1,6}号(?:·.*)?$")

_HAN = r"\u4e00-\u9fff"
_ONE = rf"(?:[{_HAN}]{{2,4}}(?:·[{_HAN}]{{2,8}})?|[{_HAN}]\s[{_HAN}](?![{_HAN}]))"
_MANY = rf"{_ONE}(?:\s*[、,，/／&和\s]\s*{_ONE}){{0,7}}"
_PAPER = rf"[{_HAN}A-Za-z\d·《》]{{0,16}}?(?:[（(][\w./:]{{4,40}}[)）])?\s?"
_RANK = r"(?:见习|实习|首席|特约|特派|高级|资深)?(?:记者|記者|评论员|通讯员|撰稿人|研究员)"
_BYLINES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:作者|撰文|撰稿|采写|采访撰文)\s*(?:[:：/／丨|｜]|\s)\s*(?:{_PAPER}{_RANK}\s*[:：]?\s*)?(?P<names>{_MANY})",
        rf"作者(?P<names>{_ONE}?)(?:$|[\s|]|(?:为|系|是)[{_HAN}])",
        rf"作者\s*(?:[:：]|系|为)[^。()（）]{{0,60}}(?:研究员|教授|院长|主任|所长|会长|部长|博士|院士|总裁|分析师|经济学家)\s*(?P<names>{_ONE})\s*[)）]",
        rf"(?:^|[\s|｜（(【\[。，□■])文(?:字)?\s*[/／丨|｜:：]\s*(?:{_PAPER}{_RANK}\s*[:：]?\s*)?(?P<names>{_MANY})",
        rf"[(（【\[]\s*(?:文\s*[/／、]\s*图|文图|图文)\s*[:：/／]?\s*(?P<names>{_MANY})",
        rf"[(（【\[〔]\s*{_PAPER}{_RANK}\s*[:：]?\s*(?P<names>{_MANY})",
        rf"^[□■◎●\s]*{_PAPER}{_RANK}\s*[:：/／丨|｜]?\s*(?P<names>{_MANY})\s*(?:$|[报報]道|[/／]|\s)",
        rf"(?:^|[。\s])(?:本报|本刊|本网|本社)?{_PAPER}{_RANK}\s*[:：]\s*(?P<names>{_MANY})",
        rf"电\s*[（(]?\s*(?:记者|記者)\s*(?P<names>{_MANY})",
        rf"^{_PAPER}快[讯訊]\s*[/／]\s*(?P<names>{_ONE})(?=$|\s)",
        rf"{_CLOCK}\s*[\[【]\s*(?P<names>{_ONE})\s*[\]】]",
    )
)
_NO_AUTHOR = re.compile(r"编辑|責編|责编|校对|审核|审校|摄影|制图|监制|主编|设计|翻译")
_SIGNED = re.compile(rf"[（(]\s*(?P<names>{_ONE}(?:\s+{_ONE}){{0,3}})\s*[)）]\s*$")
_PAPER_FIRST = re.compile(
    r"^(?P<paper>[\u4e00-\u9fff]{1,8}(?:报|報|网|網|社|台|新聞|新闻))(?:快讯|快訊|即时|即時|记者|記者)?\s*[/／]\s*"
)
_BEFORE_PAPER = re.compile(rf"^(?P<names>{_ONE})\s*[/／]\s*(?P<paper>[{_HAN}]{{2,10}}(?:报|网|社|刊|客户端))$")
_NO_NAME = re.compile(
    r"记者|記者|编辑|报道|報導|来源|作者|通讯员|实习|见习|摄影|发自|综合|整理|责任|本报|本刊|新闻|日报|晚报|时报|中心|公司|委员|研究|主任|教授|供稿|供图|"
    r"发布|阅读|浏览|点击|时间|关注|原创|网友|视觉|图片|资料|完$|电$|摄$|译$|等$"
)
_SIGNS = re.compile(r"^\W{0,4}(?:本文|文章|稿件|信息|新闻)?(?:来源|來源|稿源)\s*[:：]")
_AUTHOR = re.compile(r"作者\s*[:：]\s*(?P<name>[\u4e00-\u9fffA-Za-z·]{2,16})")
_ACCOUNTS = ("js_name", "author-name", "profile_nickname", "account-name", "media-name")
_STATED = ("contentsource", "mediaid", "source", "article:author")


@lru_cache(maxsize=1)
def _surnames() -> frozenset[str]:
    path = Path(__file__).resolve().parents[1] / "config" / "taxonomy" / "surnames.txt"
    return frozenset(path.read_text(encoding="utf-8").split())


def find_publisher(document: Document, zone: Zone) -> str | None:
    """Return the 来源 as printed, or None.

    From sure to less sure: labelled around the headline; beside the time or alone on a line there; labelled as the whole
    of a line at the article's end; the account that signs; metadata; labelled anywhere behind; an author that is a desk.
    """
    name = next(_publishers(document, zone), None)
    return _EDITION.sub("", name) if name else None


def _publishers(document: Document, zone: Zone) -> Iterator[str]:
    hidden = document.named("source_baidu")
    yield from filter(None, map(_labelled, [*zone.below, *zone.above, *([hidden] if hidden else [])]))
    yield from (name for line in zone.below[:5] if (name := _beside_time(line) or _alone(line)))
    yield from _not_persons(_labelled(line) for line in reversed(zone.tail) if _SIGNS.match(line))
    if account := find_account(document, zone):
        yield account
    stated = [line for name in _STATED if 2 <= len(line := document.meta(name)) <= 24]
    yield from _not_persons(_labelled(line) or line for line in stated)
    yield from _not_persons(map(_labelled, [*reversed(zone.tail), *zone.after]))
    yield from _not_persons(match["name"] for line in zone.below if (match := _AUTHOR.search(line)))


def _not_persons(names: Iterable[str | None]) -> Iterator[str]:
    return (name for name in names if name and not is_person(name) and not _NO_PUBLISHER.search(name))


def find_account(document: Document, zone: Zone) -> str | None:
    """Return the name of the account that signs an article of a self-media platform, or None on any other page."""
    name = document.named(*_ACCOUNTS)
    around = any(name in line for line in (*zone.below, *zone.above))  # a box about another account stands elsewhere
    return name if 2 <= len(name) <= 24 and around and not is_person(name) else None


def _labelled(line: str) -> str | None:
    for match in _SOURCE.finditer(line):
        name = _REST.sub("", match["name"]).strip(" ：:·|-")
        if 2 <= len(name) <= 24 and not name.startswith("于"):
            return _paper_of(name, line[match.end() :])
    return None


def _paper_of(name: str, rest: str) -> str:
    """Return the paper that a site relays (人民网－人民日报, 人民网-《人民日报》), else the name itself."""
    quoted = re.match(r"\s*[-—－]*\s*《([^》]{2,12})》", rest)
    relayed = _RELAYED.match(name)
    return relayed["paper"] if relayed else quoted[1] if quoted else name.rstrip("-—－")


def _beside_time(line: str) -> str | None:
    """Return the name that stands behind the time on one line, or before it: 2019年09月09日 20:52 样报."""
    sure = (match for form in (_BEFORE_TIME, _BEHIND_DAY) if (match := form.search(line)) and _ALONE.match(match["name"]))
    match = next(sure, None) or _BEHIND_TIME.search(line)
    name = _REST.sub("", match["name"]).strip("-—－") if match else ""
    if len(name) < 2 or _NO_PUBLISHER.search(name) or (is_person(name) and not _ALONE.match(name)):
        return None
    return _paper_of(name, "")


def _alone(line: str) -> str | None:
    """Return the publisher that a line below the headline consists of: 新华社, or 张三/样报."""
    if signed := _BEFORE_PAPER.match(line) or _PAPER_FIRST.match(line):
        return signed["paper"]
    return line if _ALONE.match(line) and not _NO_PUBLISHER.search(line) else None


def find_authors(document: Document, zone: Zone) -> list[str]:
    """Return the persons that the bylines name, in their order; editors and photographers are none."""
    names: list[str] = []
    for line in [*zone.below, *zone.above, *zone.head, *zone.tail]:
        names += _named_in(line)
    for line in zone.below:
        names += [name for match in _BEFORE_PAPER.finditer(line) for name in _split(match["names"])]
    names += _split(document.named("author_baidu"))
    if not names:
        names += [name for line in zone.tail[-3:] for match in _SIGNED.finditer(line) for name in _split(match["names"])]
    if not names:
        names += [name for line in zone.tail if len(line) <= 12 and (name := _labelled(line)) and is_person(name)]
    return list(dict.fromkeys(names))


def _named_in(line: str) -> Iterator[str]:
    for pattern in _BYLINES:
        for match in pattern.finditer(line):
            yield from _split(match["names"])


def _split(names: str) -> Iterator[str]:
    """Yield the persons of a list of names, up to a role that is no author's; a blank inside a name of two is taken out."""
    joined = re.sub(rf"(?<![{_HAN}])([{_HAN}])\s([{_HAN}])(?![{_HAN}])", r"\1\2", names)
    for name in re.split(r"[\s、,，/／&和]+", joined):
        if _NO_AUTHOR.search(name):
            return
        if is_person(name):
            yield name


def is_person(name: str) -> bool:
    """Whether a string can be a person's Chinese name: a surname and one to three more characters."""
    if _NO_NAME.search(name):
        return False
    surnames = _surnames()
    plain = name.split("·", maxsplit=1)[0]
    return 2 <= len(plain) <= 4 and ((plain[0] in surnames and len(plain) <= 3) or plain[:2] in surnames or "·" in name)
