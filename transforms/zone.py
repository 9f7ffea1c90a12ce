"""The zone: the lines around the headline that tell time, publisher and author, and the article's own first and last lines."""

from collections.abc import Sequence
from typing import NamedTuple

import lxml.html

from transforms.container import prose_weight
from transforms.document import Line
from transforms.furniture import unlabelled

CLOCK = r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?\s*[012]?\d[:：][0-5]\d(?:[:：][0-5]\d)?"
"""A day and a clock time, as the lines of a zone print them."""

_ABOVE = 3  # lines above the headline; some sites print the time there
_BELOW = 24  # lines below it at most
_AFTER = 10  # lines behind the article
_SHORT = 60  # characters of a line near the article's end that may be a byline
_LABEL = 110  # characters; a longer line is prose
_LITTLE = 16  # characters besides labels; room for a publisher's name
_BESIDE = ("footer", "aside", "nav")
_PROSE = 12.0  # weight of a line with which the article begins


class Zone(NamedTuple):
    """Texts of lines: below the headline, above it, at the article's beginning and end, and behind the article.

    `times` are the elements `<time>` from the headline to the article's end, those in a footer, an aside or a nav left out;
    `spare`, where there are none, the nearest one above the headline, else the page's only one, that is in no list either.
    """

    below: list[str]
    above: list[str]
    head: list[str]
    tail: list[str]
    after: list[str]
    times: Sequence[lxml.html.HtmlElement] = ()
    spare: Sequence[lxml.html.HtmlElement] = ()


def find_zone(lines: Sequence[Line], headline: int | None, article: Sequence[Line]) -> Zone:
    """Return the zone of the article with the lines `article`, whose headline is the line number `headline`."""
    start = article[0].number if article else len(lines)
    end = article[-1].number + 1 if article else len(lines)
    first = headline + 1 if headline is not None else max(0, start - 8)
    below = []
    for line in lines[first : min(first + _BELOW, end)]:
        if line.number >= start and prose_weight(line) >= _PROSE and len(line.text) > 36 and not _is_label(line.text):
            break
        below.append(line)
    last = len(article) - 3
    tail = [line.text for place, line in enumerate(article) if place >= last or (place >= last - 9 and len(line.text) <= _SHORT)]
    highest, number = max(0, first - 1 - _ABOVE), max(0, first - 1)
    times, spare = _times(lines[highest], lines[number], article[-1]) if article else ([], [])
    return Zone(
        below=_labels(below),
        above=_labels(lines[highest:number]),
        head=[line.text for line in article[:4]],
        tail=tail,
        after=_labels(lines[end : end + _AFTER]),
        times=times,
        spare=spare,
    )


def _times(highest: Line, headline: Line, last: Line) -> tuple[list[lxml.html.HtmlElement], list[lxml.html.HtmlElement]]:
    """Return the elements `<time>` from the headline to the article's last line, and what stands in for them."""
    tree = headline.node.getroottree()
    if next(tree.iter("time"), None) is None:
        return [], []
    found: dict[str, list[lxml.html.HtmlElement]] = {"page": [], "above": [], "article": [], "behind": [], "list": []}
    part, beside, listed = "page", 0, 0
    for event, node in lxml.etree.iterwalk(tree, events=("start", "end")):
        step = 1 if event == "start" else -1
        beside += step * (node.tag in _BESIDE)
        listed += step * (node.tag == "li")
        if event == "end":
            part = "behind" if node is last.node else part
        elif node is headline.node and part != "behind":
            part = "article"
        elif node is highest.node and part == "page":
            part = "above"
        if event == "start" and node.tag == "time" and not beside:
            found["list" if listed and part != "article" else part].append(node)
    alone = found["page"] + found["behind"]
    return found["article"], found["above"][-1:] or (alone if len(alone) + len(found["list"]) == 1 else [])


def _is_label(text: str) -> bool:
    return len(text) <= _LABEL and len(unlabelled(text)) <= _LITTLE


def _labels(lines: Sequence[Line]) -> list[str]:
    return [line.spaced or line.text for line in lines if len(line.text) <= _LABEL]
