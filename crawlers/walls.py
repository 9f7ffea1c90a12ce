"""Walls: by which signs a document is one (a captcha, a login, a refusal, a site in trouble) and not what was asked for. Pure.

Three walls in a row make a whole site rest, and a wall that is missed is but a reject: only what is sure counts.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from lxml import etree
from parsel import Selector

_DATA = re.compile(r"[\ufeff\s]*(?:[{\[]|<(?:\?xml(?![^<]{0,200}<!doctype html)|rss|feed|urlset|sitemapindex)\b)", re.IGNORECASE)
_CAPTCHA_LINK = re.compile(r"(?:https?:)?//(?:wappass|verify|seccaptcha)\.baidu\.com(?![\w.-]).*")
_TITLE = re.compile(r"<title[^>]{0,100}>\s{0,200}([^<]{1,200})</title>", re.IGNORECASE)
_LINK = re.compile(r"""<a\s[^<>]{0,300}?href=["']?((?!#|javascript:)[^"'>\s]{1,200})""", re.IGNORECASE)
_SITE = re.compile(r"[-_|—–·丨]+")  # between a title and the site's name
# A site's name, of any kind if it is short and stands in the title; what is longer, or ends otherwise, may be half a headline.
_NAME = r"\w{1,6}(?:(?<![断上联入电])网|网站|(?<![年季预公通举])报|报社|电视台|在线|新闻|资讯)|(?:[\w-]+\.)+[a-zA-Z]+"
_SHOWN_NAME, _TITLE_NAME = re.compile(_NAME), re.compile(rf"\w{{1,3}}|{_NAME}")
_CHECK_TITLE = re.compile(
    r"\W*(?:(?:百度|新浪|微博|搜狗|腾讯|网易|系统|网站|用户)?(?:安全|访问|人机|真人|滑[块动])验证(?:码|中心?|页面?)?"
    r"|(?:请?先?输入)?(?:图[形片])?验证码(?:页面?|验证)?|本站已开启滑[块动]验证保护"
    r"|(?:.{0,6}您的?\w{0,4})?(?:访问|请求)过于频繁(?:\W*请.{0,10})?|(?:您的?|当前|本次|页面|IP)*访问(?:被拒绝|受限)"
    r"|(?:您[还尚]?未登录\W?)?请先?登录(?:后.{0,8})?|(?:用户|会员|账号)?登录(?:页面?|中心|\W?注册)?)\W*"
)
# Titles that checks and refusals bear all over the world. As a whole: beside one, a site's name makes it a headline.
_REFUSAL_TITLE = re.compile(
    r"\W*(?:just a moment|one moment,? please|attention required|pardon our interruption|access (?:to this page )?(?:has been |is )?denied"
    r"|request (?:rejected|blocked)|(?:sorry,? )?you have been blocked|(?:human|bot|robot) (?:verification|check)"
    r"|are you (?:a |not a )?(?:human|robot)|(?:vercel )?security checkpoint|checking your browser"
    r"|verify(?:ing)? (?:that )?you are (?:a )?human|(?:error:? )?the request could not be satisfied)"
    r"\W*(?:\|\s*)?(?:(?:[\w-]+\.)+[a-z]+)?(?: used )?(?:cloudflare.{0,30})?",
    re.IGNORECASE,
)
# Only such a page sets these, in a script of its own. What Cloudflare puts into ordinary pages (cdn-cgi/challenge-platform) is no sign.
_CHALLENGE = re.compile(r"<script[^<>]{0,300}>[^<]{0,500}?\b(?:_cf_chl_opt|gokuProps)\b")
# These stand in the ordinary pages of a protected site, too, which bear a title.
_UNTITLED = re.compile(r"<script[^<>]{0,300}>\s*\$_ts=window\b|<iframe[^<>]{0,300}/_Incapsula_Resource\?")
# A script that sets a cookie and asks for the page again: a check whether a browser reads it.
_AGAIN = re.compile(r"location(?:\.href|\.search)?\s*=[^=]|location\.(?:reload|replace|assign)")
_LOADED = re.compile(r"<script[^<>]{0,300}?\ssrc=")  # it is what fills a page, which may set cookies, too
_CAPTCHA_SCRIPT = re.compile(
    r"<script[^<>]{0,300}?(?:geetest|recaptcha|hcaptcha|cloudflare\.com/turnstile|TCaptcha|awsc|cstaticdun|captcha-delivery)",
    re.IGNORECASE,
)
_ASKS = re.compile(r"(?:请先?)?(?:完成|点击|按住|拖动).{0,12}(?:验证(?!码)|滑块|拼图)")
# Whole sentences of firewalls, below a heading or none. 您访问的页面已被屏蔽 is none of them: that page is gone.
_FIREWALL = re.compile(
    r"(?:\S{1,8} )?(?:[\s,，。!！:：]|很?抱歉|对不起|尊敬的\w\w|您好|温馨提示)*"
    r"(?:(?:由于您访问的.{0,30}威胁\W{0,2})?您的(?:访问|请求)已?被(?:阻断|拦截)|您的请求带有不合法的?参数|您提交的请求可能对网站造成威胁"
    r"|(?:您的|当前)?访问已被拦截|(?:您的)?请求已被.{0,12}阻断|您的访问(?:频率过高|过于频繁)|您的IP(?:地址)?已?被?限制访问"
    r"|正在检查您的浏览器|正在进行人机识别|当前访问疑似黑客攻击|sorry, you have been blocked(?=\W*(?:$|you are unable))"
    r"|checking your browser before accessing)(?![?？])",
    re.IGNORECASE,
)
NEWS = re.compile(
    r"来源\s*[:：]|记者|责任?编辑"
    r"|20\d\d[-/年.]\d{1,2}[-/月.]\d{1,2}日?\s*\d{1,2}:\d\d(?!.{0,5}UTC)|\d日(?:[电讯称]|.{0,6}(?:公告|宣布|表示|回应|提醒|消息|发布|致歉))"
)
"""What a page prints that holds news: where it is from, when, and who says it; Cloudflare prints a time in UTC."""
_TELLS_OF = re.compile(r"[称示应映][，：:]|网友|用户反映|表示|回应|作出说明|可能是|是否|当心")  # news of such sentences
_MAINTAINED = re.compile(r"维护(?:升级)?中|(?:网站|本站|系统|服务器?|平台)正在(?:进行|系统|停机|临时|升级)*维护")
_BUSY = re.compile(
    r"(?:系统|服务器?|网站|本站)(?:正|太|过于|出现|发生|遇到|内部|未知|了|一个)*(?:繁?忙|过载|开小差|错误|异常|出错)"
    r"|访问(?:人数|量|用户|者)[过太][多大]|出错了|错误提示"
)
_BROKEN = re.compile(
    r"\b(?:40[035]|5\d\d)\W*(?:forbidden|not allowed|bad gateway|service (?:temporarily )?unavailable|internal server error"
    r"|gateway time-?out)",
    re.IGNORECASE,
)
# All words in which sites tell of their trouble. Network errors (网络异常) are told by scripts, not by sites.
_WORDS = (
    "很抱歉 抱歉 对不起 尊敬的 用户 客户 您好 温馨提示 提示 出错了 系统 服务器 服务 网站 本站 站点 平台 正在 正 进行 停机 临时 升级 "
    "更新 维护 中 繁忙 忙 过载 开小差 错误 异常 出错 访问 人数 过多 太多 过大 太大 量 太 过于 出现 发生 遇到 内部 未知 一个 了 当前 "
    "目前 由于 检测到 请 稍后 稍候 稍等 后 再 重新 重试 试 来 刷新 尝试 操作 本页面 本页 页面 一下 一会儿 一会 片刻 或 返回 首页 "
    "联系 管理员 客服 我们 努力 紧急 修复 处理 代码 预计 今日 今天 年 月 日 时 点 分 至 恢复 正常 期间 给 您 你 带来 造成 的 不便 "
    "敬请 谅解 将 尽快 完成 为 提供 更好 感谢 一直以来 支持 理解 与 在 此 防火墙 拦截 安全 检测 检查 浏览器 验证 禁止 waf http error "
    "code forbidden not allowed bad gateway service temporarily unavailable internal server timeout time out"
)
_VOCABULARY = re.compile("|".join(sorted(_WORDS.split(), key=len, reverse=True)) + r"|[\W\d_]", re.IGNORECASE)
_IMPRINT = re.compile(r"icp备|公网安备|版权所有|copyright|©|(?:nginx|openresty|tengine|apache)\b", re.IGNORECASE)
# A page that holds none of these refuses nothing, asks for no captcha and tells of no trouble: it need not be parsed.
_TELLING = ["您的", "访问", "请求", "浏览器", "人机", "验证", "滑块", "拼图", "维护", "忙", "过载", "开小差", "错", "异常"]
_TELLING += ["blocked", "browser", "Bad", "Unavailable", "Forbidden", "Not Allowed", "Internal", "Time"]
_CHINESE = re.compile(r"[\u4e00-\u9fff]|\\u[4-9][0-9a-fA-F]{3}")
_UNSHOWN = ("script", "style", "noscript", "template", "title", "select", "button")
_STYLE = "translate(., 'ABCDEFGHIJKLMNOPQRSTUVWXYZ ', 'abcdefghijklmnopqrstuvwxyz')"
_HIDDEN = (
    f"//*[@hidden or @aria-hidden='true' or @style[contains({_STYLE}, 'display:none')"
    f" or contains({_STYLE}, 'visibility:hidden')]]"
)
_EMPTY_ROOM = "这里空空如也"  # what mbd.baidu.com shows for an article that it does not want to show, whether it exists or not
_LITTLE = 1000  # characters outside links that a wall shows; a login page has its rules and the site's imprint
_REFUSED = 200  # those that the page of a firewall shows
_TROUBLE = 120  # those that a page of trouble shows, all of them words of trouble
_BARE = 50  # a wall that says no more than what it is
_TOLD = 300  # Chinese characters that the scripts of a wall hold at most; more are an article, which they show
_HEADLINE = 12  # characters of a link, of which a page that only refuses has none
_FEW = 10  # links of a page that stands in the place of another one; lists and articles have more


class _Shown(NamedTuple):
    """What a page shows, piece by piece, with and without its links, and how many Chinese characters its scripts hold."""

    pieces: list[str]
    unlinked: list[str]
    told: int


def wall_sign(text: str, status: int = 200) -> str | None:
    """Return the sign by which a document, answered with a status, is a wall, in words, or None.

    A sign alone is none: a news item tells of captchas, too. A wall bears one and shows little besides.
    """
    if _DATA.match(text):
        return None
    found = _TITLE.search(text)
    title, links = found[1].strip() if found else "", [link[1] for link in islice(_LINK.finditer(text), _FEW + 1)]
    signs = list(_signs(text, title, links))
    speaks = len(links) <= _FEW and _is_no_headline(title) and any(word in text for word in _TELLING)
    speaks = speaks and sum(1 for _ in islice(_CHINESE.finditer(text), _TOLD + _REFUSED + 1)) <= _TOLD + _REFUSED
    if not (signs or speaks):
        return None
    page = _shown(text)
    said = " ".join(page.unlinked)
    if page.told > _TOLD or NEWS.search(said):
        return None
    length = len(said.replace(" ", ""))
    return next((sign for sign, most in signs if length <= most), None) or (_said(text, title, page, status) if speaks else None)


def trouble(title: str, lines: Sequence[str], status: int = 200) -> str | None:
    """Return what a page says of the trouble of its site (busy, broken, maintained), where it shows nothing but that, or None.

    A 5xx that says so is none but for maintenance: what is asked again after it is not given up for its words.
    """
    pieces = [piece.strip() for line in lines if not _IMPRINT.search(line) for piece in _SITE.split(line)]
    shown = " ".join(piece for piece in pieces if not _SHOWN_NAME.fullmatch(piece))
    if len(shown) > _TROUBLE or _VOCABULARY.sub("", shown) or not _is_no_headline(title):
        return None
    for one in (title, *lines):
        busy = (status < 400 or status == 403) and _BUSY.search(one)  # a 403 refuses, in whatever words
        if busy or _MAINTAINED.search(one) or (status < 400 and _BROKEN.search(one)):
            return one[:60]
    return None


def _is_no_headline(title: str) -> bool:
    """Whether a title is empty, or consists of a site's name and of words of trouble."""
    return all(_TITLE_NAME.fullmatch(piece.strip()) or not _VOCABULARY.sub("", piece) for piece in _SITE.split(title))


def _shown(text: str) -> _Shown:
    root = Selector(text=text, type="html").root
    told = sum(1 for script in root.xpath("//script/text()") for _ in _CHINESE.finditer(script))
    for hidden in root.xpath(_HIDDEN):
        hidden.tag = "template"
    etree.strip_elements(root, *_UNSHOWN, with_tail=False)
    pieces = _pieces(root)
    etree.strip_elements(root, "a", with_tail=False)
    return _Shown(pieces, _pieces(root), told)


def _pieces(root: etree._Element) -> list[str]:
    return [" ".join(piece.split()) for piece in root.xpath("//text()") if piece.strip()]


def _said(text: str, title: str, page: _Shown, status: int) -> str | None:
    """Return what a page whose title is no headline says of a refusal or of trouble before all else."""
    said, linked = " ".join(page.unlinked), set(page.pieces).difference(page.unlinked)
    if any(len(link) >= _HEADLINE and not _IMPRINT.search(link) for link in linked):
        return None
    if len(said) <= _REFUSED and _FIREWALL.match(said) and not _TELLS_OF.search(said):
        return f"a page that says {said[:60]}"
    asked = next(filter(_ASKS.match, page.unlinked), None)
    if asked and len(said) <= _BARE and _CAPTCHA_SCRIPT.search(text):
        return f"a captcha that says {asked}"
    told = trouble("", page.pieces, status)
    # A script may fill the page, and show the words only if it fails: the title must tell of trouble, too.
    sure = told and ("<script" not in text or trouble(title, [], status))
    return f"a page that says {told}" if sure else None


def _signs(text: str, title: str, links: list[str]) -> Iterator[tuple[str, int]]:
    """Yield the signs of a wall in a document, each with the most characters that a page shows of which it is one."""
    pieces = [piece.strip() for piece in _SITE.split(title)]
    names = [piece for piece in pieces if not _CHECK_TITLE.fullmatch(piece)]
    checks = len(names) < len(pieces) and all(map(_TITLE_NAME.fullmatch, names))
    if checks or (len(links) <= _FEW and _REFUSAL_TITLE.fullmatch(title)):
        yield (f"a page titled {title}", _LITTLE)
    if ("_cf_chl_opt" in text or "gokuProps" in text) and _CHALLENGE.search(text):
        yield ("a page whose script checks the browser", _LITTLE)
    if not title and ("$_ts" in text or "_Incapsula" in text) and _UNTITLED.search(text):
        yield ("a page whose script checks the browser", _BARE)
    if _EMPTY_ROOM in text:
        yield (f"a page that shows only {_EMPTY_ROOM}", _BARE)
    if links and all(map(_CAPTCHA_LINK.fullmatch, links)):
        yield (f"a page that only leads to {links[0]}", _LITTLE)
    if not (title or links or _LOADED.search(text)) and "document.cookie" in text and _AGAIN.search(text):
        yield ("a script that sets a cookie and asks again, instead of a document", 0)
