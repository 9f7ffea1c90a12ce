"""Answers that are not the article that was asked for: none any more, a wall, the site's home page, an error in words."""

import re
from urllib.parse import urlsplit

from crawlers.judgement import blocked_reason
from crawlers.page import GONE, HOMES, Page, canonical_url
from crawlers.source import Source
from crawlers.walls import NEWS, trouble
from transforms.document import Document
from transforms.reject import RejectedError

_LITTLE = 300  # characters that are no links; an error page has hardly more
# Behind words that news begin with, too: nothing, the site's name, what the reader may do.
_END = r"[\W_]*(?:[-_|—–丨].{0,20}|(?:或|请|返回|稍后).{0,20})?$"
_GONE = re.compile(
    r"^\W*(?:404[\W_]*)?(?:(?:(?:页面|网页)(?:不存在|未找到|没有找到|已失效)|(?:找不到|没有找到)(?:该|此|您)?.{0,6}(?:页面?|文章|内容)|"
    r"(?:很?抱歉|对不起|很遗憾)?\W{0,2}您(?:访问|请求|查看|浏览|要找)的.{0,8}"
    r"(?:不存在|已删除|已?被.{0,6}(?:删除|屏蔽|禁止)|已失效|找不到|去火星了)|"
    r"(?:很抱歉|抱歉)?\W{0,2}(?:该|此|原|本|当前)?(?:文章|页面|内容|信息|帖子|网页)"
    r"(?:不存在|已?被?.{0,8}删除|已下线|已失效|审核中)(?![^\W_了啦哦或请返])|"
    r"404\W*(?:错误|页面?|error)|(?:page )?not found).{0,20}$|"
    rf"404(?![-–—.]?\d){_END})",
    re.IGNORECASE,
)
_WALL = re.compile(
    r"^(?:账号|用户|会员|手机号)登录$|登录即代表同意|完成验证后即可|请完成(?:安全|以下)?验证|拖动.{0,6}滑块|"
    r"^(?:.{0,10}您.{0,8}|.{0,4})访问(?:过于|太)频繁了?(?:[\W_]|$)|请输入验证码"
)
_CUT = re.compile(r"登录后(?:查看|阅读)全文")


def refuse_other_answers(page: Page, source: Source) -> None:
    """Raise RejectedError for a response that is no article: `missing` or `blocked`."""
    if page.status in GONE:
        raise RejectedError("missing", f"HTTP {page.status}")
    if wall := blocked_reason(page):
        raise RejectedError("blocked", wall)
    if page.url != page.link:
        landed, asked = canonical_url(page.url), canonical_url(page.link)
        home = landed == canonical_url(source.home) or urlsplit(landed).path in HOMES
        if landed != asked and home and urlsplit(asked).path not in HOMES:
            raise RejectedError("missing", f"sent to {landed}")


def refuse_error_page(document: Document) -> None:
    """Raise RejectedError for a page of status 200 that says in words that there is no article, or that it is withheld.

    A page that prints when and where its news is from has a headline, and a form to log in or to comment, with such words.
    """
    if sum(len(line.text) - line.linked for line in document.lines) > _LITTLE:
        return
    news = any(NEWS.search(line.text) for line in document.lines)
    for text in (document.title, *(line.text for line in document.lines)):
        if not news and _GONE.match(text):
            raise RejectedError("missing", f"a page that says {text[:60]}")
        if _CUT.search(text) or (not news and _WALL.search(text)):
            raise RejectedError("blocked", f"a page that says {text[:60]}")
    # A site in trouble says nothing else; a player or a form beside an article has such words, too.
    if said := trouble(document.title, [line.text for line in document.lines if line.linked < len(line.text)]):
        raise RejectedError("blocked", f"a page that says {said}")
