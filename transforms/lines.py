"""Clean lines: what stands in an article's container but is not the article. A line goes only where it is such as a whole."""

import re
from collections.abc import Sequence
from itertools import groupby

import lxml.html

from transforms.container import prose_weight
from transforms.document import Line
from transforms.furniture import is_furniture
from transforms.headline import without_medium
from transforms.text import fold, tidy

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
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
_LONG_LINK = 80  # characters; a longer link is a paragraph
_LIST = 2  # links; one is enough below a heading
_LABEL = 12  # characters of a list's heading
_ENDS = ("。", "！", "？", "”", "；", "：", ":")
_CELL = 40  # characters; a table with longer cells is but a page's layout
_GOES_ON = 2  # paragraphs behind a list of links, and no further link, make the list one in the middle
_PARAGRAPH = 10.0  # weight of a line that is a copy when it comes again; a refrain, a question and a line of code are lighter


def clean_lines(lines: Sequence[Line], title: str) -> list[str]:
    """Return the text of an article's lines: no furniture, not the repeated headline, no paragraph a second time."""
    folded_title = fold(title)
    kept: list[str] = []
    seen: set[str] = set()
    for line in _without_lists(_before_the_rest(lines)):
        text = tidy(_TAIL.sub("", line.text))
        folded = fold(text)
        if not folded or (is_furniture(text) and not (kept and _DAY.fullmatch(text))):
            continue
        if len(kept) < 3 and folded_title in (folded, fold(without_medium(text))):
            continue
        if folded in seen and (prose_weight(line) >= _PARAGRAPH or folded == fold(kept[-1])):
            continue
        seen.add(folded)
        kept.append(text)
    return kept


def _without_lists(lines: Sequence[Line]) -> list[Line]:
    """Return lines without lists of links and the heading of each."""
    kept: list[Line] = []
    links = 0
    for line in reversed(lines):
        if line.is_link and len(line.text) < _LONG_LINK:
            links += 1
        elif links < (1 if line.node.tag in HEADINGS else _LIST) or len(line.text) > _LABEL or line.text.endswith(_ENDS):
            kept.append(line)
            links = 0
    return kept[::-1]


def with_rows(lines: Sequence[Line]) -> list[Line]:
    """Return lines with those of a table's row as one, with ` | ` between its cells, as far as these are short."""
    found: list[Line] = []
    for row, group in groupby(lines, key=_row_of):
        cells = list(group)
        whole = row is not None and len(cells) > 1 and all(len(cell.text) <= _CELL and not cell.is_link for cell in cells)
        if whole and len({id(cell.node) for cell in cells}) == len(cells):
            first = cells[0]
            found.append(first._replace(text=" | ".join(cell.text for cell in cells), linked=sum(cell.linked for cell in cells)))
        else:
            found += cells
    return found


def _row_of(line: Line) -> lxml.html.HtmlElement | None:
    """Return the row of a table in one of whose cells a line stands."""
    cell = next((one for one in (line.node, line.node.getparent()) if one is not None and one.tag in ("td", "th")), None)
    return None if cell is None else cell.getparent()


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
