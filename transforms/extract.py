"""From a page to its articles: what stands on the page, and nothing that is guessed."""

from collections.abc import Sequence

from crawlers.clock import Moment, day_of
from crawlers.page import Page, article_id, canonical_url
from crawlers.source import Source
from transforms.body import FoundArticle, body_of, find_article, holds_text
from transforms.bylines import find_authors
from transforms.decode import decode, refuse_mojibake
from transforms.document import Document, Line
from transforms.embedded import State, baijiahao, stated_article, stated_facts, values_in
from transforms.headline import bare_headings, find_headline, without_medium
from transforms.lines import clean_lines, content_of
from transforms.override import override
from transforms.publisher import find_account, find_publisher
from transforms.record import Article
from transforms.refusal import refuse_error_page, refuse_other_answers
from transforms.reject import WALLS, RejectedError
from transforms.several import several
from transforms.text import fold, text_hash, tidy
from transforms.times import printed_moment, stated_moment
from transforms.zone import Zone, find_zone

_SITE_TITLE = 10  # folded characters; a document's title that is no longer may name the site alone
_MIN_BODY = 20  # folded characters; less is a caption, not an article


def extract(page: Page, source: Source, more: Sequence[Page] = ()) -> list[Article]:
    """Return the articles of a page: one, on ordinary pages; those of each node that the source's `extract.each` finds.

    `more` are the further pages of an article that goes on (下一页). Raises RejectedError with the reason for which the page
    gives none.
    """
    refuse_other_answers(page, source)
    html = decode(page)
    document = Document(html)
    if articles := several(document, page, source):
        return articles
    given = override(document, source.extract)
    bare_headings(document)
    document.read()
    state = baijiahao(html)
    if state is None:
        refuse_error_page(document)
    return [_article(page, source, document, state, given, more)]


def _article(
    page: Page, source: Source, document: Document, state: State | None, given: dict[str, str], more: Sequence[Page]
) -> Article:
    found = find_article(document)
    if state is None and not given.get("body") and not holds_text(found):
        state = _hidden_article(document, found)
    title, number = _title(document, found.start, state, given)
    zone = find_zone(document.lines, number, found.lines)
    if state:
        byline = [f"作者：{state.author}"] if state.author else []
        zone = zone._replace(head=[*byline, *state.body[:4]], tail=list(state.body[-4:]))
    lines = _body(document, found, title, state, given)
    for one in more:
        lines += _new_lines(_continued(one, source, title), lines)
    body = "\n".join(lines)
    if len(fold(body)) < _MIN_BODY:
        raise RejectedError("no_body")
    refuse_mojibake(f"{title}\n{body}")
    moment, publisher = _told(page, source, document, zone, state, given)
    if moment is None or publisher is None:
        time, name = stated_facts(values_in(document.scripts), title)
        moment = moment or (stated_moment(time, page.fetched_at, source.zone) if time else None)
        publisher = publisher or name
    identity = article_id(url := canonical_url(page.link))
    return Article(
        article_id=identity,
        url=url,
        source=source.name,
        publisher=publisher or source.publisher,
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
    state = stated_article([*document.scripts, *document.fields], document.title)
    if state is None or (state.title and fold(state.title) in fold(document.title)):
        return state
    shows = sum(len(fold(line.text)) for line in found.lines) >= _MIN_BODY
    names_another = state.title and len(fold(document.title)) > _SITE_TITLE
    return None if shows or names_another else state


def _continued(page: Page, source: Source, title: str) -> list[str]:
    """Return the text of one of an article's further pages; none of one that is no page of it: an error page, a PDF.

    Raises RejectedError for a wall or mojibake: the article is to be fetched again.
    """
    try:
        refuse_other_answers(page, source)
        document = Document(decode(page))
        given = override(document, source.extract)
        document.read()
        refuse_error_page(document)
    except RejectedError as refusal:
        if refusal.reason in WALLS:
            raise
        return []
    return _body(document, find_article(document), title, None, given)


def _new_lines(lines: list[str], known: Sequence[str]) -> list[str]:
    """Return a further page's lines without the paragraphs that stand there already; none of a page that has no other line."""
    before = {content_of(line) for line in known}
    new = [line for line in lines if len(fold(line)) < _MIN_BODY or content_of(line) not in before]
    return new if any(content_of(line) not in before for line in new) else []


def _told(
    page: Page, source: Source, document: Document, zone: Zone, state: State | None, given: dict[str, str]
) -> tuple[Moment | None, str | None]:
    """Return time and publisher by the source's YAML, else by the state that the article comes from, else as printed."""
    stated = given.get("published_at") or (state.time if state else None)
    moment = stated_moment(stated, page.fetched_at, source.zone) if stated else None
    publisher = given.get("publisher") or (state.publisher if state else None)
    return (
        moment or printed_moment(document, zone, page.fetched_at, source.zone),
        publisher or find_publisher(document, zone),
    )


def _authors(document: Document, zone: Zone, state: State | None) -> list[str]:
    """Return the persons of the bylines, else the account that signs the page.

    On a page that is all an account's own, the account is its author; who wrote the text that it relays stays in the text.
    """
    if state and state.account:
        return [state.account]
    account = find_account(document, zone)
    return find_authors(document, zone) or ([account] if account else [])


def _title(document: Document, start: int, state: State | None, given: dict[str, str]) -> tuple[str, int | None]:
    """Return the headline and the number of the line that prints it. Raises RejectedError where there is none."""
    headline = find_headline(document, start)
    title = given.get("title") or (state.title if state else None) or (headline.text if headline else None)
    if not title:
        raise RejectedError("no_title")
    return tidy(without_medium(title)), headline.number if headline else None


def _body(document: Document, found: FoundArticle, title: str, state: State | None, given: dict[str, str]) -> list[str]:
    lines = given["body"].split("\n") if given.get("body") else list(state.body) if state else None
    if lines is None:
        return body_of(document, found, title)
    return clean_lines([Line(line, 0, document.tree, number) for number, line in enumerate(lines)], title)
