"""From a page to its articles: what stands on the page, and nothing that is guessed."""

import re
from urllib.parse import urlsplit

from crawlers.clock import Moment, day_of, read_moment
from crawlers.page import GONE, Page, article_id, blocked_reason, canonical_url
from crawlers.source import STATE, Override, Source
from transforms.body import FoundArticle, body_of, find_article, holds_text
from transforms.bylines import find_account, find_authors, find_publisher
from transforms.decode import decode, refuse_mojibake
from transforms.document import Document, Line, lines_in, lines_of_html
from transforms.embedded import State, at_path, baijiahao, stated_article, stated_publisher, values_in
from transforms.headline import find_headline
from transforms.lines import clean_lines
from transforms.record import Article
from transforms.reject import RejectedError
from transforms.text import fold, text_hash, tidy
from transforms.times import printed_moment
from transforms.zone import Zone, find_zone

_HOMES = ("", "/", "/index.html", "/index.htm", "/index.shtml", "/index.php")
_SITE_TITLE = 10  # folded characters; a document's title that is no longer may name the site alone
_MIN_BODY = 20  # folded characters; less is a caption, not an article


def extract(page: Page, source: Source) -> list[Article]:
    """Return the articles of a page: one, on ordinary pages.

    Raises RejectedError with the reason for which the page gives none.
    """
    _refuse_other_answers(page, source)
    html = decode(page)
    document = Document(html)
    given = _overrides(document, source.extract)
    document.read()
    return [_article(page, source, document, baijiahao(html), given)]


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
    if state is None and not given.get("body") and not holds_text(found):
        state = _hidden_article(document, found)
    title, number = _title(document, found.start, state, given)
    if _ERROR_TITLE.match(title):
        raise RejectedError("missing", f"a page titled {title}")
    zone = find_zone(document.lines, number, found.lines)
    body = "\n".join(_body(document, found, title, state, given))
    if len(fold(body)) < _MIN_BODY:
        raise RejectedError("no_body")
    refuse_mojibake(f"{title}\n{body}")
    moment = _moment(page, source, document, zone, given.get("published_at") or (state.time if state else None))
    identity = article_id(url := canonical_url(page.link))
    return Article(
        article_id=identity,
        url=url,
        source=source.name,
        publisher=given.get("publisher") or _publisher(document, zone, title, state) or source.publisher,
        authors=tuple(given["authors"].split() if given.get("authors") else _authors(document, zone, state)),
        title=title,
        published_at=moment.at if moment else None,
        published_precision=moment.precision if moment else "none",
        published_date=day_of(moment.at) if moment else page.day or day_of(page.fetched_at),
        crawled_at=page.fetched_at,
        body=body,
        text_hash=text_hash(body),
        story_id=identity,
    )


def _hidden_article(document: Document, found: FoundArticle) -> State | None:
    """Return the article in the scripts of a page that shows next to nothing, when it is the page's own."""
    state = stated_article(document.scripts, values_in(document.scripts), document.title)
    if state is None or (state.title and fold(state.title) in fold(document.title)):
        return state
    shows = sum(len(fold(line.text)) for line in found.lines) >= _MIN_BODY
    names_another = state.title and len(fold(document.title)) > _SITE_TITLE
    return None if shows or names_another else state


def _moment(page: Page, source: Source, document: Document, zone: Zone, stated: str | None) -> Moment | None:
    moment = read_moment(stated, page.fetched_at, source.zone) if stated else None
    return moment or printed_moment(document, zone, page.fetched_at, source.zone)


def _publisher(document: Document, zone: Zone, title: str, state: State | None) -> str | None:
    if state and state.publisher:
        return state.publisher
    return find_publisher(document, zone) or stated_publisher(values_in(document.scripts), title)


def _authors(document: Document, zone: Zone, state: State | None) -> list[str]:
    """Return the persons of the bylines, else the account that signs the page.

    On a page that is all an account's own, the account is its author; who wrote the text that it relays stays in the text.
    """
    if state and state.account:
        return [state.account]
    account = find_account(document, zone)
    return find_authors(document, zone) or ([account] if account else [])


def _overrides(document: Document, override: Override) -> dict[str, str]:
    """Take out what the source's YAML drops, and return the fields that it places, as far as the page has them."""
    for css in override.drop:
        for node in document.tree.cssselect(css):
            node.drop_tree()
    found: dict[str, str] = {}
    for field, place in override.places().items():
        if place.startswith(STATE):
            text = at_path(values_in(document.scripts), place.removeprefix(STATE)) or ""
            lines = lines_of_html(text) if "<" in text else text.splitlines()
        else:
            lines = [line.text for node in document.tree.cssselect(place)[:1] for line in lines_in(node)]
        if lines:
            found[field] = ("\n" if field == "body" else " ").join(lines)
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
