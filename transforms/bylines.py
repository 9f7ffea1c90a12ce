"""The authors of an article, as the lines around its headline and at its edges print them."""

import re
from collections.abc import Iterator

from transforms.document import Document
from transforms.furniture import is_said
from transforms.persons import BULLETS, MANY, ONE, is_double, is_person, persons_in
from transforms.text import HAN, tidy
from transforms.zone import CLOCK, Zone

_PAPER = r"[\w·《》]{0,16}?(?:[（(][\w./:]{4,40}[)）])?\s?"
_RANK = r"(?:见习|实习|首席|特约|特派|高级|资深)?(?:记者|記者|评论员|通讯员|撰稿人)"
_SCHOLAR = r"(?:首席|特约|高级|资深|助理)?研究员"  # a byline's only behind its label, or as a whole line
_WRITER = r"(?<!》)(?<!第一)(?<!通讯)作者"  # of the article; others wrote what it tells of
_TITLE = r"(?:研究员|教授|院长|主任|所长|会长|部长|博士|院士|总裁|分析师|经济学家)"
# Where the reporters of Taiwan's agency write from: 記者溫以寧台北18日電.
_DESKS = (
    "[台臺][北中南東]|新北|桃園|高雄|基隆|新竹|苗栗|彰化|南投|雲林|嘉義|屏東|宜蘭|花蓮|澎湖|金門|馬祖|北京|上海|香港|東京|首爾|華盛頓"
    "|紐約|洛杉磯|舊金山|倫敦|巴黎|柏林|布魯塞爾|日內瓦|莫斯科|曼谷|新加坡"
)
_BYLINES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_WRITER}|撰文|撰稿|采写|采访撰文)\s*(?:[:：/／丨|｜,，]|\s)\s*(?:{_PAPER}(?:{_RANK}|{_SCHOLAR})\s*[:：]?\s*)?(?P<names>{MANY})",
        rf"{_WRITER}(?P<names>{ONE}?)(?:$|[\s|])",
        rf"[(（【\[]\s*(?:本文)?作者(?P<names>{ONE}?)(?:为|系|是){HAN}",
        rf"^(?:本文)?作者(?P<names>{ONE}?)(?:为|系|是){HAN}[^，。]{{1,30}}。?$",
        rf"作者\s*(?:[:：]|系|为)[^。()（）]{{0,60}}{_TITLE}\s*(?P<names>{ONE})\s*[)）]",
        rf"(?:^|[\s|｜（(【\[。，□■])文(?:字)?\s*[/／丨|｜:：]\s*(?:{_PAPER}(?:{_RANK}|{_SCHOLAR})\s*[:：]?\s*)?(?P<names>{MANY})",
        rf"[(（【\[]\s*(?:文\s*[/／、]\s*图|文图|图文)\s*[:：/／]?\s*(?P<names>{MANY})",
        rf"[(（【\[〔]\s*{_PAPER}{_RANK}\s*[:：]?\s*(?P<names>{MANY})",
        rf"^[{BULLETS}\s]*{_PAPER}{_RANK}\s*[:：/／丨|｜]?\s*(?P<names>{MANY})\s*(?:$|[报報][道導]|[/／|｜]|\s)",
        rf"^[{BULLETS}\s(（【\[]*{_PAPER}{_SCHOLAR}\s*[:：/／丨|｜]?\s*(?P<names>{MANY})\s*[)）】\]]?$",
        rf"(?:^|[。\s])(?:本报|本刊|本网|本社)?{_PAPER}{_RANK}\s*[:：]\s*(?P<names>{MANY})",
        rf"电\s*[（(]?\s*(?:记者|記者)\s*(?P<names>{MANY})",
        rf"(?:[日报網网社刊台]专?|本[报刊社网台]{HAN}{{0,6}})[电電讯訊]\s*[（(]\s*(?P<names>{MANY})\s*[)）]",
        rf"[（(]\s*{_PAPER}{_RANK}\s*(?P<names>{HAN}{{2,4}}?)(?:{_DESKS})\d{{1,2}}日[電电]",
        rf"^{_PAPER}快[讯訊]\s*[/／]\s*(?P<names>{ONE})(?=$|\s)",
        rf"(?:^|\s)(?:记者|記者)\s*(?P<names>{MANY})\s*[/／|｜]",
        rf"(?<!图片)(?:来源|來源|稿源)\s*[:：]\s*\S+\s+(?:本报|本刊|本网|本社)?{_RANK}\s+(?P<names>{MANY})(?<!\s摄)$",
        rf"{CLOCK}\s+[^\W\d_]{{2,12}}(?:[-—－]{HAN}{{2,12}})?\s+(?P<names>{ONE})(?=$|\s)",
        rf"{CLOCK}\s*[\[【]\s*(?P<names>{ONE})\s*[\]】]",
        rf"^(?:{_PAPER}\s)?(?P<names>{ONE})\s+{CLOCK}",
        rf"^{HAN}{{1,8}}(?:卫视|[报報网網社台刊]|新闻|财经)\s+(?P<names>{MANY})\s+{HAN}{{2,6}}[报報][道導]$",
        rf"^(?P<names>{MANY})\s*[（(][^（）()]{{0,12}}(?:特稿|专稿|供稿)[)）]$",
        rf"作者\s*[:：]\s*(?P<names>{HAN}{{2,3}}?)\s?(?=(?:北京|上海|天津|重庆|中国|中央|国家|清华|复旦){HAN}{{2,20}}{_TITLE}\s*[)）])",
    )
)
_DOUBLE = re.compile(rf"作者\s*[:：]\s*(?P<name>{HAN}{{4}})(?=$|[\s)）])")
_SIGNED = re.compile(rf"(?:^|[。！？!?.；…”’」』）)])\s*[（(]\s*(?P<names>{ONE}(?:\s+{ONE}){{0,3}})\s*[)）]\s*$")
_BEFORE_PAPER = re.compile(rf"^(?P<names>{ONE})\s*[/／]\s*{HAN}{{2,10}}(?:报|网|社|刊|客户端)$")
_AS_SOURCE = re.compile(rf"来源\s*[:：]\s*(?P<names>{ONE})$")
_FIELDS = ("author_baidu", "article-author")  # for search engines, and for a page's own script
_SLOT = "em.rich_media_meta_text:not([id])"  # for the author, in WeChat's template of up to 2018
_NOBODY = r"\W|关注|订阅|佚名|未知|匿名|网络|记者|编辑|网$|报$|社$|台$|新闻|财经"
_NAMED = ("author", "author-info", "byline", "fn", "writer")
_EDITOR = re.compile(r"^(?:责任)?编辑\s*[:：]\s*")
_LABEL = re.compile(r"^(?:作者|记者|文|撰文|[Bb]y)\s*[:：/|｜]?\s*")


def find_authors(document: Document, zone: Zone) -> list[str]:
    """Return the persons that the bylines name, in their order; editors and photographers are none."""
    around = [*zone.below, *zone.above]
    names = [name for line in (*around, *zone.head, *zone.tail) if not is_said(line) for name in _named_in(line, *_BYLINES)]
    names += [name for line in zone.below for name in _named_in(line, _BEFORE_PAPER)]
    names += [match["name"] for line in (*around, *zone.tail) for match in _DOUBLE.finditer(line) if is_double(match["name"])]
    editors = set(persons_in(_EDITOR.sub("", document.named("editor_baidu"))))  # some sites fill both fields with the editor
    hidden = [name for field in _FIELDS for name in _as_named(_LABEL.sub("", document.named(field)))]
    names += [name for name in hidden if name not in editors]
    names = names or _in_a_field(document, around)
    names = names or [name for slot in document.tree.cssselect(_SLOT)[:1] for name in _as_named(tidy(slot.text_content()))]
    names = names or [name for line in zone.after[:2] if line.startswith("作者") for name in _named_in(line, _BYLINES[0])]
    names = names or [name for line in zone.tail[-3:] for name in _named_in(line, _SIGNED)]
    names = names or [name for line in zone.tail if len(line) <= 12 for name in _named_in(line, _AS_SOURCE)]
    return list(dict.fromkeys(names))


def _named_in(line: str, *forms: re.Pattern[str]) -> Iterator[str]:
    for form in forms:
        for match in form.finditer(line):
            yield from persons_in(match["names"])


def _as_named(text: str) -> list[str]:
    """Return the persons of a field that holds nothing but the author, else what it holds when that can be a pen name."""
    return list(persons_in(text)) or ([text] if 2 <= len(text) <= 6 and not re.search(_NOBODY, text) else [])


def _in_a_field(document: Document, around: list[str]) -> list[str]:
    """Return the names in an element or a `<meta>` for the author, when a line around the headline prints them, too."""
    for field in (document.meta("author"), *(document.named(name) for name in _NAMED)):
        text = _LABEL.sub("", field)
        if 2 <= len(text) <= 24 and any(text in line for line in around):
            names = list(persons_in(text))
            if names and len("".join(names)) >= len(re.sub(r"\W", "", text)):
                return names
            if field == document.meta("author") and not is_person(text) and text not in document.title:
                return [text]  # a pen name
    return []
