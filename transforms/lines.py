"""Clean lines: what stands in an article's container but is not the article. A line goes only where it is such as a whole."""

import re
from collections.abc import Sequence

from transforms.container import prose_weight
from transforms.document import Line
from transforms.furniture import is_furniture
from transforms.headline import without_medium
from transforms.text import fold, tidy

_TAIL = re.compile(
    r"\s*(?:返回\S{1,6}[，,]\s*查看更多|举报\s*/\s*反馈"
    r"|[（(\[【]\s*(?:责任编辑|责编|编辑)\s*[:：][^（()）\[\]【】]{0,24}[)）\]】]|责任编辑\s*[:：]\s*[\u4e00-\u9fff ]{2,12})\s*$"
)
# Headings of what comes behind an article.
_BEHIND = re.compile(
    r"\W{0,3}(?:为你推荐|猜你喜欢|相关(?:阅读|新闻|报道|链接|文章|推荐|专题)|延伸阅读|推荐阅读|网友评论|最新评论|热点排行|新闻排行|精选推荐|精彩推荐|"
    r"热门(?:推荐|文章|新闻|点阅|點閱|點閲|排行|阅读)|熱門點閱|更多(?:新闻|文章|推荐|阅读|相关)|今日(?:热点|推荐)|往期(?:回顾|精彩)|您可能(?:还|也).{0,10})\W{0,3}"
)
_DAY = re.compile(r"(?:19|20)\d\d\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日")  # behind the text: the date of a notice's signature
_GOES_ON = 2  # paragraphs behind a list of links, and no further link, make the list one in the middle
_PARAGRAPH = 10.0  # weight of a line that is a copy when it comes again; a refrain, a question and a line of code are lighter


def clean_lines(lines: Sequence[Line], title: str) -> list[str]:
    """Return the text of an article's lines: no furniture, not the repeated headline, no paragraph a second time."""
    folded_title = fold(title)
    kept: list[str] = []
    seen: set[str] = set()
    for line in _before_the_rest(lines):
        text = tidy(_TAIL.sub("", line.text))
        folded = fold(text)
        if not folded or (line.is_link and len(text) < 80) or (is_furniture(text) and not (kept and _DAY.fullmatch(text))):
            continue
        if len(kept) < 3 and folded_title in (folded, fold(without_medium(text))):
            continue
        if folded in seen and (prose_weight(line) >= _PARAGRAPH or folded == fold(kept[-1])):
            continue
        seen.add(folded)
        kept.append(text)
    return kept


def _before_the_rest(lines: Sequence[Line]) -> Sequence[Line]:
    """Return the lines before a heading such as 相关阅读 that a list of links follows.

    Where the article goes on behind the list, only the heading and the list are left out.
    """
    for place, line in enumerate(lines):
        if place and len(line.text) < 16 and _BEHIND.fullmatch(line.text):
            rest = lines[place + 1 :]
            links = sum(one.is_link for one in rest)
            if all(one.is_link for one in rest[:links]) and sum(prose_weight(one) >= _PARAGRAPH for one in rest) >= _GOES_ON:
                return [*lines[:place], *rest[links:]]
            if links * 4 >= len(rest):
                return lines[:place]
    return lines
