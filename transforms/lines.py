"""Clean lines: what stands in an article's container but is not the article. A line goes only where it is such as a whole."""

import re
from collections.abc import Sequence
from itertools import accumulate, groupby, islice, zip_longest

import lxml.html

from transforms.container import prose_weight
from transforms.document import Line
from transforms.furniture import is_furniture
from transforms.headline import without_medium
from transforms.text import fold, tidy

ENDS = ("。", "！", "？", "”", "；", "：")
"""What a sentence ends with."""
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TAIL = re.compile(
    r"\s*(?:返回\S{1,6}[，,]\s*查看更多|举报\s*/\s*反馈"
    r"|[（(\[【]\s*(?:责任编辑|责编|编辑)\s*[:：][^（()）\[\]【】]{0,24}[)）\]】]|责任编辑\s*[:：]\s*[\u4e00-\u9fff ]{2,12})\s*$"
)
# Headings of what comes behind an article.
_BEHIND = re.compile(
    r"\W{0,3}(?:为你推荐|猜你喜欢|相关(?:阅读|新闻|报道|链接|文章|推荐|专题)|延伸[阅閱][读讀]|推[荐薦][阅閱][读讀]|相關(?:新聞|閱讀|報導|報道|文章|連結)|网友评论|最新评论|热点排行|新闻排行|精选推荐|精彩推荐|"
    r"热门(?:推荐|文章|新闻|点阅|點閱|點閲|排行|阅读)|熱門點閱|更多(?:新闻|文章|推荐|阅读|相关)|今日(?:热点|推荐)|往期(?:回顾|精彩)|您可能(?:还|也).{0,10})\W{0,3}"
)
_DAY = re.compile(r"(?:19|20)\d\d\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日")  # behind the text: the date of a notice's signature
_CLOCK = re.compile(r"[012]?\d[:：][0-5]\d(?:[:：][0-5]\d)?")  # in the text, above a paragraph: a live report tells when
# What `fold` takes out of a figure, and what makes it another figure.
_SIGN = re.compile(r"(?<=\d)[.．](?=\d)|[-+−－＋↑↓▲▼](?=\d)")
_NAMES = str.maketrans(".．-−－+＋↑▲↓▼", "ppmmmaauudd")
_LONG_LINK = 80  # characters; a longer link is a paragraph
_DEEP = 4  # elements between a line and its cell, at most
ROW = "tr"
_LABEL = 12  # characters of a list's heading
_HEAD = 16  # characters; a heading of what comes behind is shorter
_BOX = 300  # elements of what holds such a list, at most
_CELL = 40  # characters; a table with longer cells is but a page's layout
_GOES_ON = 2  # paragraphs behind a list of links, and no further link, make the list one in the middle
_PARAGRAPH = 10.0  # weight of a line that is a copy when it comes again; a refrain, a question and a line of code are lighter


def clean_lines(lines: Sequence[Line], title: str) -> list[str]:
    """Return the text of an article's lines: no furniture, not the repeated headline, no paragraph a second time.

    A sentence that is the headline with a stop stands where it is all that there is.
    """
    folded_title = fold(title)
    kept: list[str] = []
    headline: list[str] = []
    seen: set[str] = set()
    own = _without_lists(_before_the_rest(lines))
    for line, below in zip_longest(own, own[1:]):
        text = tidy(_TAIL.sub("", line.text))
        folded = fold(text)
        if not folded or (_is_furniture(line, text) and not (kept and _is_day_or_clock(text, below))):
            continue
        if len(kept) < 3 and folded_title in (folded, fold(without_medium(text))):
            headline += [text] if text.endswith("。") and text != title else []
            continue
        content = content_of(text)
        if content in seen and line.node.tag != ROW and (prose_weight(line) >= _PARAGRAPH or content == content_of(kept[-1])):
            continue
        seen.add(content)
        kept.append(text)
    return kept or headline[:1]


def content_of(text: str) -> str:
    """Return what makes a line a copy of another: the folded text, with the signs and points of its figures."""
    return fold(_SIGN.sub(lambda sign: sign[0].translate(_NAMES), text))


def _is_day_or_clock(text: str, below: Line | None) -> bool:
    """Whether a line of the text is the day of a signature, or the clock time of a live report's paragraph."""
    return _DAY.fullmatch(text) is not None or (
        below is not None and _CLOCK.fullmatch(text) is not None and prose_weight(below) > 0
    )


def _without_lists(lines: Sequence[Line]) -> list[Line]:
    """Return lines without links, and without each line that is but the heading of a list of them."""
    links = [line.is_link and len(line.text) < _LONG_LINK for line in lines] + [False]
    return [line for place, line in enumerate(lines) if not links[place] and not (links[place + 1] and _heads_list(lines, place))]


def _heads_list(lines: Sequence[Line], place: int) -> bool:
    """Whether a line is the heading of the list of links behind it: what holds both holds no prose and hardly another line."""
    line, link = lines[place : place + 2]
    if len(line.text) > _LABEL or line.text.endswith(ENDS) or line.node.tag == ROW:
        return False
    around = {link.node, *link.node.iterancestors()}
    box = next((one for one in (line.node, *line.node.iterancestors()) if one in around), None)
    held = set() if box is None else set(islice(box.iter(), _BOX + 1))
    if len(held) > _BOX:
        return False
    inside = [one for one in lines[max(0, place - _BOX) : place + _BOX] if one.node in held]
    others = [one for one in inside if not one.is_link]
    prose = any(prose_weight(one) for one in others if one is not line)
    return not prose and len(others) <= (len(inside) - len(others)) / (1 if line.node.tag in HEADINGS else 2)


def with_rows(lines: Sequence[Line]) -> list[Line]:
    """Return lines with those of a table's row as one, with ` | ` between its cells, as far as these are short.

    The node of such a line is the row. A row of links is none.
    """
    found: list[Line] = []
    for row, group in groupby(lines, key=_row_of):
        inside = list(group)
        cells = [list(cell) for _, cell in groupby(inside, key=_cell_of)]
        texts = [" ".join(line.text for line in cell) for cell in cells]
        links = sum(all(line.is_link for line in cell) for cell in cells)
        if row is not None and len(cells) > 1 and all(len(text) <= _CELL for text in texts) and links * 2 <= len(cells):
            found.append(Line(" | ".join(texts), 0, row, inside[0].number))
        else:
            found += inside
    return found


def _cell_of(line: Line) -> lxml.html.HtmlElement | None:
    """Return the cell of a table in which a line stands."""
    near = (line.node, *islice(line.node.iterancestors(), _DEEP))
    return next((one for one in near if one.tag in ("td", "th")), None)


def _row_of(line: Line) -> lxml.html.HtmlElement | None:
    """Return the row of a table in which a line stands."""
    cell = _cell_of(line)
    row = None if cell is None else cell.getparent()
    return row if row is not None and row.tag == ROW else None


def _is_furniture(line: Line, text: str) -> bool:
    """Whether a line is furniture; of a table's row each cell has to be."""
    parts = text.split(" | ") if line.node.tag == ROW else [text]
    return all(map(is_furniture, parts))


def _before_the_rest(lines: Sequence[Line]) -> Sequence[Line]:
    """Return the lines before a heading such as 相关阅读 that a list of links follows.

    Where the article goes on behind the list, only the heading and the list are left out.
    """
    heads = [place for place, line in enumerate(lines) if place and len(line.text) < _HEAD and _BEHIND.fullmatch(line.text)]
    if not heads:
        return lines
    backwards = lines[::-1]
    links = [*accumulate((line.is_link for line in backwards), initial=0)][::-1]  # from a place on; so are the others
    paragraphs = [*accumulate((prose_weight(line) >= _PARAGRAPH for line in backwards), initial=0)][::-1]
    for head in heads:
        rest = head + 1
        end = rest + links[rest]
        if links[end] == 0 and paragraphs[rest] >= _GOES_ON:
            return [*lines[:head], *lines[end:]]
        if links[rest] * 4 >= len(lines) - rest:
            return lines[:head]
    return lines
