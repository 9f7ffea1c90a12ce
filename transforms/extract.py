"""From a page to its articles: what stands on the page, and nothing that is guessed."""

import re
from urllib.parse import urlsplit

import lxml.html

from crawlers.clock import day_of, read_moment
from crawlers.page import GONE, Page, article_id, blocked_reason, canonical_url
from crawlers.source import Override, Source
from transforms.body import FoundArticle, body_of, find_article
from transforms.bylines import find_authors, find_publisher
from transforms.decode import decode, refuse_mojibake
from transforms.document import Document, Line, lines_in
from transforms.embedded import State, embedded
from transforms.headline import find_headline
from transforms.lines import clean_lines
from transforms.record import Article
from transforms.reject import RejectedError
from transforms.text import fold, text_hash, tidy
from transforms.times import printed_moment
from transforms.zone import find_zone

_HOMES = ("", "/", "/index.html", "/index.htm", "/index.shtml", "/index.php")
_MIN_BODY = 20  # folded characters; less is a caption, not an article


def extract(page: Page, source: Source) -> list[Article]:
    """Return the articles of a page: one, on ordinary pages.

    Raises RejectedError with the reason for which the page gives none.
    """
    _refuse_other_answers(page, source)
    html = decode(page)
    document = Document(html)
    given = _overrides(document.tree, source.extract)
    document.read()
    return [_article(page, source, document, embedded(html), given)]


_ERROR_TITLE = re.compile(
    r"^\W*(?:404|页面不存在|页面未找到|找不到(?:该|此|您)?.{0,6}页面?|您(?:访问|查看|浏览)的.{0,8}(?:不存在|已删除|已失效)|文章(?:不存在|已删除)|内容已删除|"
    r"(?:该|此)?(?:文章|页面|内容|信息)(?:不存在|已被?删除|已下线)|not found|page not found|出错了|系统错误|错误提示).{0,20}$",
    re.IGNORECASE,
)


def _refuse_other_answers(page: Page, source: Source) -> None:
    """Raise RejectedError for an answer that is not the article: none any more, a wall, or the site's home page."""
    if page.status in GONE:
        raise RejectedError("missing", f"HTTP {page.status}")
    if wall := blocked_reason(page):
        raise RejectedError("blocked", wall)
    if page.url != page.link:
        landed, asked = canonical_url(page.url), canonical_url(page.link)
        if (
            landed != asked
            and (landed == canonical_url(source.home) or urlsplit(landed).path in _HOMES)
            and urlsplit(asked).path not in _HOMES
        ):
            raise RejectedError("missing", f"sent to {landed}")


def _article(page: Page, source: Source, document: Document, state: State | None, given: dict[str, str]) -> Article:
    found = find_article(document)
    title, number = _title(document, found.start, state, given)
    if _ERROR_TITLE.match(title):
        raise RejectedError("missing", f"a page titled {title}")
    zone = find_zone(document.lines, number, found.lines)
    body = "\n".join(_body(document, found, title, state, given))
    if len(fold(body)) < _MIN_BODY:
        raise RejectedError("no_body")
    refuse_mojibake(f"{title}\n{body}")
    printed = given.get("published_at") or (state.time if state else None)
    moment = read_moment(printed, page.fetched_at, source.zone) if printed else None
    moment = moment or printed_moment(document, zone, page.fetched_at, source.zone)
    identity = article_id(url := canonical_url(page.link))
    return Article(
        article_id=identity,
        url=url,
        source=source.name,
        publisher=given.get("publisher")
        or (state.publisher if state else None)
        or find_publisher(document, zone)
        or source.publisher,
        authors=tuple(given["authors"].split() if given.get("authors") else find_authors(document, zone)),
        title=title,
        published_at=moment.at if moment else None,
        published_precision=moment.precision if moment else "none",
        published_date=day_of(moment.at) if moment else page.day or day_of(page.fetched_at),
        crawled_at=page.fetched_at,
        body=body,
        text_hash=text_hash(body),
        story_id=identity,
    )


def _overrides(tree: lxml.html.HtmlElement, override: Override) -> dict[str, str]:
    """Take out what the source's YAML drops, and return the fields that it places by CSS, as far as the page has them."""
    for css in override.drop:
        for node in tree.cssselect(css):
            node.drop_tree()
    found: dict[str, str] = {}
    for field in ("title", "published_at", "publisher", "authors", "body"):
        css = getattr(override, field)
        nodes = tree.cssselect(css) if css else []
        if nodes:
            found[field] = ("\n" if field == "body" else " ").join(line.text for line in lines_in(nodes[0]))
    return found


def _title(document: Document, start: int, state: State | None, given: dict[str, str]) -> tuple[str, int | None]:
    """Return the headline and the number of the line that prints it. Raises RejectedError where there is none."""
    headline = find_headline(document, start)
    title = given.get("title") or (state.title if state else None) or (headline.text if headline else None)
    if not title:
        raise RejectedError("no_title")
    return tidy(title), headline.number if headline else None


def _body(document: Document, found: FoundArticle, title: str, state: State | None, given: dict[str, str]) -> list[str]:
    lines = given["body"].split("\n") if given.get("body") else list(state.body) if state else None
    if lines is None:
        return body_of(document, found, title)
    return clean_lines([Line(line, 0, document.tree, number) for number, line in enumerate(lines)], title)
