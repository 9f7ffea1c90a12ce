"""The lexicon engine: word lists and sentence scores; no key, no server, no model. Every value stands in the article."""

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from itertools import chain

from crawlers.clock import now
from transforms.annotate import evidence_of
from transforms.codes import unlisted
from transforms.events import major_events
from transforms.industries import bare, industries
from transforms.phrases import keywords
from transforms.prose import prose
from transforms.record import Annotation, Evidence
from transforms.sectors import Place
from transforms.securities import about, lead_of, mentions
from transforms.subject import subject_of
from transforms.summary import summary
from transforms.taxonomy import Taxonomy
from transforms.technologies import technologies
from transforms.words import Words

_LINE_BREAK = re.compile(r"\s*\n\s*")  # inside an event that goes on in the next paragraph
_READ = 20_000  # characters; what an article is about stands in these
# （国际）新闻分析：海州与云湖建交--样社: what a news agency sets around its headlines.
_SECTION = (
    r"[（(](?:国际|国内|财经|经济|社会|体育|科技|文化|教育|生态|环境|军事|时政|政治|法治|健康|农业|服务|交通|能源|两会|数据新闻|锐新闻|图表"
    r"|受权发布|新华\w{2}|新华全媒\w?)(?:·[^（）()]{2,8})?[）)]"
)
_AROUND = re.compile(
    rf"^(?:{_SECTION})?(?:新闻|经济|财经|时事|国际)?(?:分析|综述|观察|特写|特稿|专访|聚焦|快讯|快评|时评|简讯|独家|更新版?\d?)[：:](?=.{{6}})"
    rf"|^{_SECTION}(?=.{{6}})"
    r"|(?<=.{6})(?<!-)\s?-{2,4}(?:消息人士|知情人士|新华|路透|外媒|媒体|官员|发言人|[^-：:\s\d]{1,5}(?:网|报|社|频道|财经|电视|交所))$"
)

_WRAPPED = re.compile(r"【([^【】]+)】$")  # a flash whose whole headline stands in brackets


class LexiconEngine:
    """Annotates with the lists of a taxonomy."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        """Use `taxonomy`; its version is part of the engine's."""
        self._taxonomy = taxonomy
        self._version = f"lexicon {version('caixun')} {taxonomy.version}"

    @property
    def version(self) -> str:
        """The version of the engine and its lists."""
        return self._version

    def annotate(self, title: str, body: str) -> Annotation:
        """Return the annotation of one article; it depends on nothing but the text and the lists.

        Only the first 20,000 characters of a body are read, a blank that does not break as a blank.
        """
        lists = self._taxonomy
        body = body[:_READ].replace("\xa0", " ")
        title = title.replace("\xa0", " ")
        wrapped = _WRAPPED.match(title)
        title = _AROUND.sub("", wrapped[1] if wrapped else title)
        sentences = prose(body)
        words = Words(title, body, sentences, lists.finder)
        named = mentions(words, f"{title}\n{body}", lists)
        companies = about(named, words, sentences)
        subject = subject_of(words)
        ai = technologies(words, lists, subject)
        found, codes = industries(words, lists, subject, companies, about(named, words, sentences, mainly=True))
        worded = [one if one in words.text else words.text[slice(*places[0])] for one, places in found.items()]
        keys = keywords(words, lists, subject, ai, [*map(bare, worded)], companies)
        names = {words.text[one.start : one.end] for one in named}
        headline_first, events = major_events(body, words, sentences, lists, names, keys)
        chosen = [one for event in events for one in event]
        parts = summary(body, sentences, chosen)
        others = unlisted(f"{title}\n{body}"[: lead_of(words, sentences)], lists)
        securities = _first_places(chain(((one.company.code, (one.start, one.end)) for one in companies), others))
        evidence = [
            *evidence_of(body, {"keywords": keys, "ai_technologies": ai, "industries": [*found]}),
            *_in_body("industries", {one: places for one, places in found.items() if one not in words.text}, len(title) + 1),
            *(_span("summary", text, place) for text, place in parts),
            *(_span("major_events", body[one.start : one.end], (one.start, one.end)) for one in chosen),
            *_in_body("industry_codes", codes, len(title) + 1),
            *_in_body("securities", securities, len(title) + 1),
        ]
        return Annotation(
            summary="".join(text for text, _ in parts),
            keywords=tuple(keys),
            ai_technologies=tuple(ai),
            industries=tuple(found),
            industry_codes=tuple(codes),
            major_events=(
                *[title] * headline_first,
                *(_LINE_BREAK.sub("", body[event[0].start : event[-1].end]) for event in events),
            ),
            securities=tuple(securities),
            evidence=tuple(evidence),
            annotator="lexicon",
            model=None,
            annotator_version=self._version,
            annotated_at=now(),
        )


def _first_places(places: Iterable[tuple[str, Place]]) -> dict[str, list[Place]]:
    """Return all places of each value, the values in the order of their first one."""
    found: dict[str, list[Place]] = {}
    for value, place in places:
        found.setdefault(value, []).append(place)
    return found


def _in_body(column: str, places: dict[str, list[Place]], shift: int) -> Iterator[Evidence]:
    """Yield the first place in the body of each value; places are in title and body, which begins at `shift`."""
    for value, spans in places.items():
        inside = [(start - shift, end - shift) for start, end in spans if start >= shift]
        if inside:
            yield _span(column, value, min(inside))


def _span(column: str, value: str, place: Place) -> Evidence:
    return Evidence(column=column, value=value, start=place[0], end=place[1])
