"""The report as one HTML page in Chinese that needs nothing else.

Whatever comes from a page or a file is text: it is escaped and cut, and only http(s) addresses become links. The page has no script
and loads nothing; its content security policy has the browser see to that, too.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from html import escape
from typing import NamedTuple
from urllib.parse import urlsplit

from crawlers.fates import Status
from flows.briefing_style import STYLE
from flows.report import Report, SourceLine
from transforms.briefing import DayCount, Story, Topic, Topics

_STATUSES: dict[Status, str] = {
    "complete": "完整",
    "empty": "无新闻",
    "partial": "不全",
    "failed": "失败",
    "blocked": "受阻",
}
_WEEKDAYS = "一二三四五六日"
_BY_DAY = 31  # days; a longer range is counted by month
_EVENTS = 3  # of a story
_LONGEST = 200  # characters of a text from an article; what is longer ends with …
_NAME = 40  # characters of a name
_URL = 2000  # characters; a longer address is no link
_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
_NOTE = (
    "转载同一文章的各篇合为一条，由最早的一篇讲述；依次按来源数、篇数、重大事件数排列，相同的以新近者为先。"
    "各项篇数含转载。时间为北京时间。"
)


class _Part(NamedTuple):
    """A section of the page: its anchor, its heading, how many there are of what it shows, and its content."""

    anchor: str
    name: str
    total: str
    content: str

    def html(self) -> str:
        total = f" <small>{self.total}</small>" if self.total else ""
        return f'<section id="{self.anchor}">\n<h2>{self.name}{total}</h2>\n{self.content}</section>\n'


def briefing_page(report: Report) -> str:
    """Return the page. The same report gives the same page; its size is bounded, however many articles there are."""
    told = report.briefing
    title = f"财讯简报 {_day(told.start)}" + (f" 至 {_day(told.end)}" if told.end > told.start else "")
    parts = _parts(report)
    links = " ".join(f'<a href="#{part.anchor}">{part.name}</a>' for part in parts)
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>{title}</h1>\n{_sums(report)}<nav>{links}</nav>\n</header>\n"
        f"<main>\n{''.join(part.html() for part in parts)}</main>\n<footer><p>{_NOTE}</p></footer>\n</body>\n</html>\n"
    )


def _parts(report: Report) -> list[_Part]:
    """Return the sections that have something to show; of the sources there may be news also where there are no articles."""
    told, titles = report.briefing, {line.source: line.title for line in report.sources}
    securities = [(_security(topic.name, report.companies), topic) for topic in told.securities.top]
    parts = [
        _Part("top", "要闻", _of(told.stories, "条", len(told.top)), _top(told.top, titles) if told.top else ""),
        _Part(
            "days", "逐日篇数" if len(told.days) <= _BY_DAY else "逐月篇数", "", _days(told.days) if len(told.days) > 1 else ""
        ),
        _Part("industries", "行业", "申万一级", _cards(_plain(told.industries), titles)),
        _Part("technologies", "AI 技术", _total(told.ai_technologies, "种"), _cards(_plain(told.ai_technologies), titles)),
        _Part("securities", "证券", _total(told.securities, "只"), _cards(securities, titles)),
        _Part("keywords", "关键词", _total(told.keywords, "个"), _keywords(told.keywords.top)),
        _Part("sources", "来源", f"共 {len(report.sources)} 个", _sources(report.sources) if report.sources else ""),
    ]
    return [part for part in parts if part.content]


def _sums(report: Report) -> str:
    told = report.briefing
    with_articles = sum(line.articles > 0 for line in report.sources)
    sums = [("文章", told.articles, "篇"), ("新闻", told.stories, "条"), ("来源", with_articles, "个")]
    sums += [("待标注", told.waiting, "篇")] if told.waiting else []
    items = "".join(f"<li>{name} <b>{count:,}</b> {unit}</li>" for name, count, unit in sums)
    short = [_text(line.title, _NAME) for line in report.sources if line.days.keys() & {"partial", "failed", "blocked"}]
    warning = f'<p><a class="mark" href="#sources">采集不完整：{"、".join(short)}</a></p>\n' if short else ""
    return f'<ul class="sums">{items}</ul>\n{warning}' + ("" if told.articles else "<p>没有文章。</p>\n")


def _top(stories: Iterable[Story], titles: Mapping[str, str]) -> str:
    return f'<ol class="top">\n{"".join(_whole(story, titles) for story in stories)}</ol>\n'


def _whole(story: Story, titles: Mapping[str, str]) -> str:
    """Return a story with all that is told of it; one that waits for its annotation has a title alone."""
    summary = f"<p>{_text(story.summary)}</p>\n" if story.summary else ""
    told = [event for event in story.major_events if event != story.title]  # which may be the first
    events = "".join(f"<li>{_text(event)}</li>" for event in told[:_EVENTS])
    more = f'<p class="more">共 {len(told)} 项重大事件</p>\n' if len(told) > _EVENTS else ""
    tags = "".join(f"<li>{_text(word, _NAME)}</li>" for word in story.keywords)
    return (
        f"<li>\n<h3>{_headline(story)}</h3>\n{_meta(story, titles)}\n{summary}"
        + (f'<ul class="events">{events}</ul>\n{more}' if events else "")
        + (f'<ul class="tags">{tags}</ul>\n' if tags else "")
        + "</li>\n"
    )


def _cards(topics: Iterable[tuple[str, Topic]], titles: Mapping[str, str]) -> str:
    """Return a card for each topic, under what it is called (HTML), with its best stories."""
    cards = []
    for name, topic in topics:
        items = "".join(f"<li>{_headline(story)}\n{_meta(story, titles)}</li>\n" for story in topic.top)
        more = f'<p class="more">共 {topic.stories:,} 条</p>\n' if topic.stories > len(topic.top) else ""
        cards.append(f"<section>\n<h3>{name} <small>{topic.articles:,} 篇</small></h3>\n<ul>\n{items}</ul>\n{more}</section>\n")
    return f'<div class="cards">\n{"".join(cards)}</div>\n' if cards else ""


def _plain(topics: Topics) -> list[tuple[str, Topic]]:
    return [(_text(topic.name, _NAME), topic) for topic in topics.top]


def _security(code: str, companies: Mapping[str, str]) -> str:
    """Return the company's name, where it is known, and the code."""
    return f"{_text(companies[code], _NAME)} <small>{escape(code)}</small>" if code in companies else _text(code, _NAME)


def _keywords(topics: Iterable[Topic]) -> str:
    tags = "".join(f"<li>{_text(topic.name, _NAME)} <small>{topic.articles:,}</small></li>" for topic in topics)
    return f'<ul class="tags">{tags}</ul>\n' if tags else ""


def _days(days: Sequence[DayCount]) -> str:
    """Return the articles of each day, or of each month where there are many days."""
    counts = Counter[str]()
    for one in days:
        counts[_day(one.day) if len(days) <= _BY_DAY else f"{one.day:%Y-%m}"] += one.articles
    most = max(*counts.values(), 1)
    rows = [
        f'<tr><td>{day}</td><td class="n">{count:,}</td><td><meter max="{most}" value="{count}">{count}</meter></td></tr>\n'
        for day, count in counts.items()
    ]
    return f'<div class="scroll"><table>\n{"".join(rows)}</table></div>\n'


def _sources(lines: Iterable[SourceLine]) -> str:
    heads = '<th>来源</th><th class="n">文章</th><th class="n">待标注</th><th class="n">拒收</th><th>采集（天）</th>'
    rows = [
        f'<tr><td>{_text(line.title, _NAME)} <small>{escape(line.source)}</small></td><td class="n">{line.articles:,}</td>'
        f'<td class="n">{line.waiting:,}</td><td class="n">{line.rejects:,}</td><td>{_states(line.days)}</td></tr>\n'
        for line in lines
    ]
    return f'<div class="scroll"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{"".join(rows)}</tbody>\n</table></div>\n'


def _states(days: Mapping[Status, int]) -> str:
    states = [
        f"{name} {days[status]}" if status in ("complete", "empty") else f'<span class="mark">{name} {days[status]}</span>'
        for status, name in _STATUSES.items()
        if status in days
    ]
    return "，".join(states)


def _headline(story: Story) -> str:
    title = _text(story.title)
    return f'<a href="{escape(story.url)}" rel="noopener noreferrer">{title}</a>' if _may_link(story.url) else title


def _may_link(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and len(url) <= _URL


def _meta(story: Story, titles: Mapping[str, str]) -> str:
    """Return who published a story, when, and how many have it."""
    parts = [
        f"<span>{_text(story.publisher or titles.get(story.source, story.source), _NAME)}</span>",
        f"<span>{_time(story)}</span>",
    ]
    if story.in_articles > 1:
        parts.append(f'<span class="mark">{story.in_sources} 个来源 {story.in_articles} 篇</span>')
    if story.waiting:
        parts.append("<span>待标注</span>")
    return f'<div class="meta">{"".join(parts)}</div>'


def _time(story: Story) -> str:
    """Return the time as exactly as it is printed."""
    at = story.published_at
    if at is None or story.published_precision in ("day", "none"):
        return f"{story.published_date}" + ("（未标时间）" if at is None else "")
    shown = f"{at:%Y-%m-%d %H:%M:%S}" if story.published_precision == "second" else f"{at:%Y-%m-%d %H:%M}"
    return f'<time datetime="{at.isoformat()}">{shown}</time>'


def _day(day: date) -> str:
    return f"{day}（周{_WEEKDAYS[day.weekday()]}）"


def _of(total: int, unit: str, shown: int) -> str:
    return f"共 {total:,} {unit}" + (f"，列出 {shown} {unit}" if shown < total else "")


def _total(topics: Topics, unit: str) -> str:
    shown = len(topics.top)
    return f"最多的 {shown} {unit}" if topics.total is None else _of(topics.total, unit, shown)


def _text(text: str, longest: int = _LONGEST) -> str:
    return escape(text if len(text) <= longest else f"{text[:longest]}…")
