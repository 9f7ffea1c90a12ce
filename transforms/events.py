"""Major events and summary: whole sentences of the article, chosen, never worded anew."""

import re
from collections.abc import Callable

from transforms.record import MAX_SUMMARY
from transforms.taxonomy import Finder
from transforms.text import sentences

_FIGURE = re.compile(r"\d[\d.,]*\s*(?:%|％|亿|万|元|美元|股|家|台|辆|人|倍|个百分点|吨|项|件)")
_DAY = re.compile(r"\d{1,2}月\d{1,2}日|\d{4}年|日前|近日|今日|昨日|今天|昨天")
_SAYING = re.compile(r"^[“「『]|[”」』]$|(?:表示|认为|指出|介绍|坦言|强调)[，：]")
_MOST = 6


def major_events(
    title: str, body: str, triggers: Finder, folded: str, has_company: Callable[[str], bool]
) -> list[tuple[int, int]]:
    """Return the places of up to six sentences that state the article's major events, in the article's order.

    A sentence counts by its trigger, figures, day and company, by words that it shares with the title, and by how early
    it stands; one that only quotes somebody counts less. `folded` is the body of `fold_letters`.
    """
    marks = [start for start, _, _ in triggers.find(folded)]
    shared = {title[index : index + 2] for index in range(len(title) - 1)}
    scored = []
    for number, (start, end) in enumerate(sentences(body)):
        text = body[start:end]
        if len(text) < 10:
            continue
        score = (
            1.2 * any(start <= mark < end for mark in marks) + 0.8 * bool(_FIGURE.search(text)) + 0.5 * bool(_DAY.search(text))
        )
        score += 0.5 * has_company(text) - 0.6 * bool(_SAYING.search(text)) + (1.0 if number == 0 else 0.4 if number < 4 else 0.0)
        score += min(sum(pair in text for pair in shared) / max(len(shared), 1), 1.0)
        scored.append((score, start, end))
    wanted = max(1, min(_MOST, len(scored) // 3))
    best = sorted(scored, key=lambda one: (-one[0], one[1]))[:wanted]
    return sorted((start, end) for score, start, end in best if score >= 1.2 or (score, start, end) == best[0])


def summary(body: str, chosen: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """Return a summary of at most 200 characters and the places of its sentences: the lead, then major events that fit."""
    spans = [span for span in sentences(body) if span[1] - span[0] >= 10][:1]
    spans += [span for span in chosen if span not in spans]
    kept: list[tuple[int, int]] = []
    length = 0
    for start, end in spans:
        if length + end - start > MAX_SUMMARY:
            continue
        kept.append((start, end))
        length += end - start
    if not kept:
        kept = [(spans[0][0], spans[0][0] + MAX_SUMMARY)] if spans else [(0, min(MAX_SUMMARY, len(body)))]
    kept.sort()
    return "".join(body[start:end] for start, end in kept).replace("\n", ""), kept
