"""Walls: by which signs a document is one (a captcha, a login, a refusal, a site in trouble) and not what was asked for. Pure."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from lxml import etree
from parsel import Selector

_CAPTCHA_LINK = re.compile(r"(?:https?:)?//(?:wappass|verify|seccaptcha)\.baidu\.com(?![\w.-]).*")
_TITLE = re.compile(r"<title[^>]{0,100}>\s{0,200}([^<]{1,200})</title>", re.IGNORECASE)
_LINK = re.compile(r"""<a\s[^<>]{0,300}?href=["']?((?!#|javascript:)[^"'>\s]{1,200})""", re.IGNORECASE)
_WALL = re.compile(
    r"安全验证|访问验证|验证码|人机验证|真人验证|滑[块动]验证|访问过于频繁|请求过于频繁|访问被拒绝|访问受限|"
    r"请登录|用户登录|会员登录|账号登录|^登录$"
)
_SITE = re.compile(r"[-_|—–·丨]+")  # between a title and the site's name
# The title of a wall, without the site's name; where it is but named among other words, it may be what the news is about.
_WALL_TITLE = re.compile(
    r"\W*(?:\w{0,4}(?:安全|访问|人机|真人|滑[块动])验证(?:码|中心?|页面?)?|(?:请?先?输入)?(?:图[形片])?验证码(?:页面?|验证)?"
    r"|(?:.{0,6}您的?\w{0,4})?(?:访问|请求)过于频繁(?:\W*请.{0,10})?|(?:您的?|当前|本次|页面|IP)*访问(?:被拒绝|受限)"
    r"|(?:您[还尚]?未登录\W?)?请先?登录(?:后.{0,8})?|(?:用户|会员|账号)?登录(?:页面?|中心|\W?注册)?)\W*"
)
_LITTLE = 1000  # characters outside links that a wall shows; a login page has its rules and the site's imprint
_SHORT = 300  # characters that the page of a firewall or of a site in trouble shows, and that a short item of news exceeds
_BARE = 50  # a wall that says no more than what it is
_TOLD = 300  # Chinese characters that the scripts of a wall hold at most; more are an article, which they show
_LABELS = 100  # those that the scripts of a page hold at most whose title is not that of a wall
_CHINESE = re.compile(r"[\u4e00-\u9fff]|\\u[4-9][0-9a-fA-F]{3}")
# A script that sets a cookie and asks for the page again: a check whether a browser reads it.
_AGAIN = re.compile(r"location(?:\.href|\.search)?\s*=[^=]|location\.(?:reload|replace|assign)")
_UNSHOWN = ("script", "style", "noscript", "template", "title", "select", "button", "a")
_EMPTY_ROOM = "这里空空如也"  # what mbd.baidu.com shows for an article that it does not want to show, whether it exists or not


# Only such a page sets these, in a script of its own. What Cloudflare puts into ordinary pages (cdn-cgi/challenge-platform) is no sign.
_CHALLENGE = re.compile(r"<script[^<>]{0,300}>[^<]{0,500}?\b(?:_cf_chl_opt|gokuProps)\b")
_CAPTCHA_SCRIPT = re.compile(
    r"<script[^<>]{0,300}?(?:geetest|recaptcha|hcaptcha|cloudflare\.com/turnstile|TCaptcha|awsc|cstaticdun|captcha-delivery)",
    re.IGNORECASE,
)
_CHECK = re.compile(r"(?:请|点击|按住|拖动|完成).{0,12}(?:验证(?!码)|滑块|拼图)|\b(?:human|robot|captcha)\b", re.IGNORECASE)
# Titles that firewalls and checks of the browser bear all over the world, and no Chinese article.
_REFUSAL_TITLE = re.compile(
    r"\W*(?:just a moment|one moment,? please|attention required|pardon our interruption|access (?:to this page )?(?:has been |is )?denied"
    r"|request (?:rejected|blocked)|(?:sorry,? )?you have been blocked|(?:human|bot|robot) (?:verification|check)"
    r"|are you (?:a |not a )?(?:human|robot)|security check(?:point)?|checking your browser.{0,60}"
    r"|verify(?:ing)? (?:that )?you are (?:a )?human|(?:error:? )?the request could not be satisfied)\W*",
    re.IGNORECASE,
)
_POLITE = r"(?:\W|很?抱歉|对不起|尊敬的\w\w|您好|温馨提示|出错了|当前|目前|由于|(?:系统)?检测到)*"
# What else tells of a refusal is told of by the news, too: it must be all of a title, or be said before anything else.
_REFUSAL = re.compile(
    rf"{_POLITE}(?:(?:网站|应用|云)防火墙|(?:访问|请求|安全)?拦截(?:提示|页面)?"
    r"|(?:网站|本?站|系统|服务器?|平台)?(?:正在|进行|临时|停机|升级|更新|系统|\W)*维护(?:升级|更新|中|\W)*)\W*"
)
_REFUSED = re.compile(
    rf"{_POLITE}(?:(?:[您你].{{0,40}}?)?(?:[您你]的?|当前|本次)(?:访问|请求|IP(?:地址)?)(?:请求|行为)?.{{0,20}}?"
    r"(?:被.{0,12}?(?:阻断|拦截|屏蔽|封禁)|带有不合法参数|存在异常|被(?:拒绝|禁止)$)"
    r"|(?:本|我们?的?)?(?:网站|站|系统|平台)(?:正在.{0,12}(?:维护|升级)|(?:升级|维护){1,2}中)|正在.{0,4}验证您是"
    r"|enable (?:javascript|js) and (?:cookies to continue|disable)|please enable js and disable|checking your browser"
    r"|(?:sorry,? )?you have been blocked|(?:please )?(?:complete|solve) the captcha|verify(?:ing)? (?:that )?you are)",
    re.IGNORECASE,
)
_NOW = re.compile(r"正在.{0,12}(?:维护|升级)|(?:维护|升级)中")  # a bank tells of what it is going to do
_READER = re.compile(r"[您你]|请稍|敬请|\byour?\b", re.IGNORECASE)  # news does not speak to the one who reads it
_BUSY = re.compile(
    rf"{_POLITE}(?:(?:系统|服务器?|网站|网络|本站)(?:正|太|过于|出现|发生|遇到|内部|未知|了|一个)*(?:繁?忙|过载|开小差|错误|异常|出错)"
    r"|访问(?:人数|量|用户|者)[过太][多大])"
    r"(?:\W|\d|了|中|请|您|稍|等|后|候|再|重|新|试|来|访问|刷新|尝试|操作|本|页面?|一下|一会儿?|片刻|或|返回|首页|联系|管理员|客服"
    r"|我们|正在|努力|紧急|修复|处理|错误代码)*"
)
_STATUS_PAGE = re.compile(
    r"(?:http\W*)?(?:error\W*)?(?:40[035]|5\d\d)?\W*(?:forbidden|not allowed|bad gateway|service (?:temporarily )?unavailable"
    r"|internal server error|gateway time-?out)\W*",
    re.IGNORECASE,
)
_NO_MORE = re.compile(r"不存在|已.{0,6}删除|已下线|已失效|找不到")  # what a site says for good, be it under the title of an error
_HEADING = 6  # characters of what may stand above a site's words of trouble: 提示, 出错了, its name
_NAME = 8  # Chinese characters of a site's name beside a title; more are a headline
_FEW = 10  # links of a page that stands in the place of another one; lists and articles have more


class _Sign(NamedTuple):
    """A sign of a wall, the most characters that a page shows of which it is one, and whether its title but names a check."""

    sign: str
    most: int
    named: bool = False


def wall_sign(text: str, status: int = 200) -> str | None:
    """Return the sign by which a document, answered with a status, is a wall, in words, or None.

    A sign alone is none: a news item tells of captchas, too. A wall bears one and shows little besides. That a site is busy
    is one only where the status does not tell of it: what is asked again after a 5xx is not given up for its words.
    """
    title, links = _title_of(text), [link[1] for link in islice(_LINK.finditer(text), _FEW + 1)]
    signs = list(_signs(text, title, links))
    if not signs and len(links) > _FEW:
        return None
    root = Selector(text=text, type="html").root
    scripts = "".join(root.xpath("//script/text()"))
    etree.strip_elements(root, *_UNSHOWN, with_tail=False)
    words = [" ".join(piece.split()) for piece in root.xpath("//text()") if piece.strip()]
    shown, told = sum(len(piece.replace(" ", "")) for piece in words), sum(1 for _ in _CHINESE.finditer(scripts))
    sign = next((one.sign for one in signs if shown <= one.most and not (one.named and told > _TOLD)), None)
    if sign or shown > _SHORT or told > _LABELS or len(links) > _FEW:
        return sign
    return _said(text, title, words, status)


def tells_trouble(said: str) -> bool:
    """Whether a title or a line says that the site is busy or broken, and nothing else but the site's name."""
    return _is_whole(_BUSY, said)


def opening(words: Iterable[str]) -> Iterator[str]:
    """Yield what a page says first: short headings, and what follows on them."""
    for piece in words:
        yield piece
        if len(piece) > _HEADING:
            return


def _is_whole(pattern: re.Pattern[str], title: str) -> bool:
    """Whether a piece of a title fits a pattern, and what stands beside it is no longer than the name of a site."""
    pieces = [piece.strip() for piece in _SITE.split(title)]
    others = [piece for piece in pieces if not pattern.fullmatch(piece)]
    return len(others) < len(pieces) and all(len(_CHINESE.findall(piece)) <= _NAME for piece in others)


def _said(text: str, title: str, words: list[str], status: int) -> str | None:
    """Return what a page that shows `words`, and hardly a link, tells of a refusal or of the site's trouble before all else."""
    shown, said = " ".join(words), [title, *opening(words)]
    bare = len(shown) <= _BARE
    if bare and _CAPTCHA_SCRIPT.search(text) and (asked := next(filter(_CHECK.search, said[1:]), None)):
        return f"a captcha that says {asked}"
    if bare or _READER.search(shown):
        if _is_whole(_REFUSAL, title) and ("维护" not in title or _NOW.search(f"{title} {shown}")):
            return f"a page titled {title}"
        if refused := next(filter(_REFUSED.match, said[1:]), None):
            return f"a page that says {refused[:60]}"
    if (status >= 400 and status != 403) or _NO_MORE.search(shown):  # a 403 refuses, in whatever words
        return None
    trouble = (one for one in said if tells_trouble(one) or (status < 400 and _is_whole(_STATUS_PAGE, one)))
    return next((f"a page that says {one[:60]}" for one in trouble), None)


def _title_of(text: str) -> str:
    found = _TITLE.search(text)
    return found[1].strip() if found else ""


def _signs(text: str, title: str, links: list[str]) -> Iterator[_Sign]:
    """Yield the signs of a wall in a document."""
    if _WALL.search(title):
        whole = any(_WALL_TITLE.fullmatch(piece.strip()) for piece in _SITE.split(title))
        yield _Sign(f"a page titled {title}", _LITTLE if whole else _BARE, named=not whole)
    if len(links) <= _FEW and _is_whole(_REFUSAL_TITLE, title):
        yield _Sign(f"a page titled {title}", _LITTLE, named=True)
    if ("_cf_chl_opt" in text or "gokuProps" in text) and _CHALLENGE.search(text):
        yield _Sign("a page whose script checks the browser", _LITTLE, named=True)
    if _EMPTY_ROOM in text:
        yield _Sign(f"a page that shows only {_EMPTY_ROOM}", _BARE)
    if links and all(map(_CAPTCHA_LINK.fullmatch, links)):
        yield _Sign(f"a page that only leads to {links[0]}", _LITTLE)
    if not (title or links) and "document.cookie" in text and _AGAIN.search(text):
        yield _Sign("a script that sets a cookie and asks again, instead of a document", 0)
