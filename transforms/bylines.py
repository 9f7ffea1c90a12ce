"""Publisher (来源) and authors, as the lines around a headline and at the edges of an article print them."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from transforms.document import Document
from transforms.zone import Zone

_SOURCE = re.compile(
    r"(?:来源于|来源|來源|稿源|信源|出处|来自(?=\s*[:：丨|]))\s*[:：丨|]?\s*[\[【《“]?\s*"
    r"(?P<name>[^\s|｜丨<>()（）【】\[\]《》“”，。；;、]{2,24}(?:·[^\s|，。]{1,12})*)"
)
_CLOCK = r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?\s*[012]?\d[:：][0-5]\d(?:[:：][0-5]\d)?"
_BEHIND_TIME = re.compile(
    _CLOCK + r"\s*[《\[【]?\s*(?P<name>[\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z\d·—－\-]{1,20})\s*[》\]】]?(?=$|[\s|（(：:])"
)
_NO_PUBLISHER = re.compile(
    r"^(?:原创|未知|作者|编辑|责任编辑|时间|日期|发布|浏览|阅读|点击|评论|分享|字号|字体|我有话说|我要评论|收藏|打印|转发|关注|优质|微博|微信|查看|打开|"
    r"星期|周[一二三四五六日]|来自|来源|更新|人参与|次|举报|下载|摘要|正文|首页|返回|记者).{0,8}$|公司$"
)
_REST = re.compile(r"(?:作者|编辑|责编|记者|时间|日期|发布|浏览|阅读|点击|字号|责任编辑|更新|我要)\S*$")
_RELAYED = re.compile(r"^\S{2,8}(?:网|在线|客户端)\s*[-—－]+\s*(?P<paper>\S{2,12}(?:报|刊|社|台))$")
_ALONE = re.compile(r"^[\u4e00-\u9fffA-Za-z·]{1,12}(?:报|網|网|社|台|周刊|杂志|新闻|新聞|客户端|发布|在线)$")

_HAN = r"\u4e00-\u9fff"
_ONE = rf"(?:[{_HAN}]{{2,4}}(?:·[{_HAN}]{{2,8}})?|[{_HAN}]\s[{_HAN}](?![{_HAN}]))"
_MANY = rf"{_ONE}(?:\s*[、,，/／&和\s]\s*{_ONE}){{0,7}}"
_PAPER = rf"[{_HAN}A-Za-z·]{{0,14}}?"
_RANK = r"(?:见习|实习|首席|特约|特派|高级|资深)?(?:记者|記者|评论员|通讯员|撰稿人|研究员)"
_BYLINES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:作者|撰文|撰稿|采写|采访撰文)\s*(?:[:：/／丨|｜]|\s)\s*(?:{_PAPER}{_RANK}\s*[:：]?\s*)?(?P<names>{_MANY})",
        rf"作者(?P<names>{_ONE})(?:$|[\s|])",
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
_SIGNED = re.compile(rf"[（(]\s*(?P<names>{_ONE}(?:\s+{_ONE}){{0,3}})\s*[)）]\s*$")
_BEFORE_PAPER = re.compile(rf"^(?P<names>{_ONE})\s*[/／]\s*(?P<paper>[{_HAN}]{{2,10}}(?:报|网|社|刊|客户端))$")
_NO_NAME = re.compile(
    r"记者|記者|编辑|报道|報導|来源|作者|通讯员|实习|见习|摄影|发自|综合|整理|责任|本报|本刊|新闻|日报|晚报|时报|中心|公司|委员|研究|主任|教授|供稿|供图|"
    r"发布|阅读|浏览|点击|时间|关注|原创|网友|视觉|图片|资料|完$|电$|摄$|译$|等$"
)
_ACCOUNTS = ("js_name", "author-name", "profile_nickname", "nickname", "account-name", "media-name")
_STATED = ("contentsource", "mediaid", "source", "article:author")


@lru_cache(maxsize=1)
def _surnames() -> frozenset[str]:
    path = Path(__file__).resolve().parents[1] / "config" / "taxonomy" / "surnames.txt"
    return frozenset(path.read_text(encoding="utf-8").split())


def find_publisher(document: Document, zone: Zone) -> str | None:
    """Return the 来源 as printed, or None.

    It stands labelled around the headline, behind the time there, alone on a line below the headline, in a field for
    search engines or for an account's name, or labelled at the article's end.
    """
    hidden = document.named("source_baidu")
    for line in [*zone.below, *zone.above, *([hidden] if hidden else [])]:
        if name := _labelled(line):
            return name
    for line in zone.below[:5]:
        if name := _behind_time(line) or _alone(line):
            return name
    for line in (document.named(*_ACCOUNTS), *(document.meta(name) for name in _STATED)):
        if 2 <= len(line) <= 24 and not is_person(line):
            return _labelled(line) or line
    behind = [*reversed(zone.tail), *zone.after]
    return next((name for line in behind if (name := _labelled(line)) and not is_person(name)), None)


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


def _behind_time(line: str) -> str | None:
    """Return the name that stands behind the time on one line: 2019年09月09日 20:52 样报."""
    match = _BEHIND_TIME.search(line)
    name = _REST.sub("", match["name"]).strip("-—－") if match else ""
    if len(name) < 2 or _NO_PUBLISHER.search(name) or (is_person(name) and not _ALONE.match(name)):
        return None
    return _paper_of(name, "")


def _alone(line: str) -> str | None:
    """Return the publisher that a line below the headline consists of: 新华社, or 张三/样报."""
    signed = _BEFORE_PAPER.match(line)
    return signed["paper"] if signed else line if _ALONE.match(line) else None


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


def _split(names: str) -> Iterable[str]:
    """Yield the persons of a list of names; a blank inside a name of two characters is taken out."""
    joined = re.sub(rf"(?<![{_HAN}])([{_HAN}])\s([{_HAN}])(?![{_HAN}])", r"\1\2", names)
    return [name for name in re.split(r"[\s、,，/／&和]+", joined) if is_person(name)]


def is_person(name: str) -> bool:
    """Whether a string can be a person's Chinese name: a surname and one to three more characters."""
    if _NO_NAME.search(name):
        return False
    surnames = _surnames()
    plain = name.split("·", maxsplit=1)[0]
    return 2 <= len(plain) <= 4 and ((plain[0] in surnames and len(plain) <= 3) or plain[:2] in surnames or "·" in name)
