"""Walls: by which signs a document is one (a captcha, a login, a check of the browser) and not what was asked for. Pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree
from parsel import Selector

_CAPTCHA_LINK = re.compile(r"(?:https?:)?//(?:wappass|verify|seccaptcha)\.baidu\.com(?![\w.-]).*")
_TITLE = re.compile(r"<title[^>]{0,100}>\s{0,200}([^<]{1,200})</title>", re.IGNORECASE)
_LINK = re.compile(r"""<a\s[^<>]{0,300}?href=["']?((?!#|javascript:)[^"'>\s]{1,200})""", re.IGNORECASE)
_WALL = re.compile(
    r"安全验证|访问验证|验证码|人机验证|滑块验证|访问过于频繁|请求过于频繁|访问被拒绝|访问受限|请登录|用户登录|会员登录|账号登录|^登录$"
)
_SITE = re.compile(r"[-_|—–·丨]+")  # between a title and the site's name
# The title of a wall, without the site's name; where it is but named among other words, it may be what the news is about.
_WALL_TITLE = re.compile(
    r"\W*(?:\w{0,4}(?:安全|访问|人机|滑块)验证(?:码|中心?|页面?)?|(?:请?先?输入)?(?:图[形片])?验证码(?:页面?|验证)?"
    r"|(?:.{0,6}您的?\w{0,4})?(?:访问|请求)过于频繁(?:\W*请.{0,10})?|(?:您的?|当前|本次|页面|IP)*访问(?:被拒绝|受限)"
    r"|(?:您[还尚]?未登录\W?)?请先?登录(?:后.{0,8})?|(?:用户|会员|账号)?登录(?:页面?|中心|\W?注册)?)\W*"
)
_LITTLE = 1000  # characters outside links that a wall shows; a login page has its rules and the site's imprint
_BARE = 50  # a wall that says no more than what it is
_TOLD = 300  # Chinese characters that the scripts of a wall hold at most
_CHINESE = re.compile(r"[\u4e00-\u9fff]|\\u[4-9][0-9a-fA-F]{3}")
# A script that sets a cookie and asks for the page again: a check whether a browser reads it.
_AGAIN = re.compile(r"location(?:\.href|\.search)?\s*=[^=]|location\.(?:reload|replace|assign)")
_UNSHOWN = ("script", "style", "noscript", "template", "title", "select", "button", "a")
_EMPTY_ROOM = "这里空空如也"  # what mbd.baidu.com shows for an article that it does not want to show, whether it exists or not


class _Sign(NamedTuple):
    """A sign of a wall, the most characters that a page shows of which it is one, and whether its title but names a check."""

    sign: str
    most: int
    named: bool = False


def wall_sign(text: str) -> str | None:
    """Return the sign by which a document is a wall, in words, or None.

    A sign alone is none: a news item tells of captchas, too. A wall bears one and shows little besides.
    """
    signs = list(_signs(text))
    if not signs:
        return None
    root = Selector(text=text, type="html").root
    scripts = "".join(root.xpath("//script/text()"))
    etree.strip_elements(root, *_UNSHOWN, with_tail=False)
    shown = len("".join(root.xpath("string()").split()))
    return next((one.sign for one in signs if shown <= one.most and not (one.named and _tells(scripts))), None)


def _tells(scripts: str) -> bool:
    """Whether scripts hold so much Chinese that it is an article, which they show."""
    return sum(1 for _ in _CHINESE.finditer(scripts)) > _TOLD


def _signs(text: str) -> Iterator[_Sign]:
    """Yield the signs of a wall in a document."""
    found = _TITLE.search(text)
    title = found[1].strip() if found else ""
    if _WALL.search(title):
        whole = any(_WALL_TITLE.fullmatch(piece.strip()) for piece in _SITE.split(title))
        yield _Sign(f"a page titled {title}", _LITTLE if whole else _BARE, named=not whole)
    if _EMPTY_ROOM in text:
        yield _Sign(f"a page that shows only {_EMPTY_ROOM}", _BARE)
    links = _LINK.findall(text) if ".baidu.com" in text or "document.cookie" in text else []
    if links and all(map(_CAPTCHA_LINK.fullmatch, links)):
        yield _Sign(f"a page that only leads to {links[0]}", _LITTLE)
    if not (title or links) and "document.cookie" in text and _AGAIN.search(text):
        yield _Sign("a script that sets a cookie and asks again, instead of a document", 0)
