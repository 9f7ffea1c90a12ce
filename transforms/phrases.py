"""Keywords: whole phrases of title and body, scored by where and how often they stand."""

import math
import re
from collections import Counter
from collections.abc import Iterable

import rjieba

from transforms.taxonomy import fold_letters

_QUOTED = re.compile(r"[“「『]([^”」』“，。！？；：\s]{2,12})[”」』]")
_MAX = 8
_MIN = 3
_LONGEST = 12
_TITLE_WEIGHT = 3.0
_NAMED_WEIGHT = 1.6


def keywords(title: str, body: str, named: Iterable[str], generic: frozenset[str]) -> list[str]:
    """Return 3 to 8 phrases that stand in title or body, most important first; fewer where a text has fewer.

    `named` are phrases that other lexicons found (companies, AI technologies); `generic` words are never keywords.
    """
    candidates = set(_noun_runs(title)) | set(_noun_runs(body)) | set(_QUOTED.findall(title)) | set(_QUOTED.findall(body))
    known = set(named)
    scores = {}
    for phrase in candidates | known:
        if len(phrase) < 2 or len(phrase) > _LONGEST or phrase in generic or phrase.isdigit():
            continue
        in_body, in_title = body.count(phrase), title.count(phrase)
        if in_title or in_body >= 2 or (phrase in known and in_body):
            scores[phrase] = _score(phrase, in_title, in_body, body.find(phrase), len(body)) * (
                _NAMED_WEIGHT if phrase in known else 1
            )
    ranked = sorted(scores, key=lambda phrase: (-scores[phrase], phrase))
    chosen = _distinct(ranked)[:_MAX]
    # A short notice repeats nothing: what it names once has to do.
    spare = [*ranked, *sorted(candidates - generic, key=lambda phrase: (-len(phrase), phrase))]
    for phrase in (one for one in spare if 2 <= len(one) <= _LONGEST and f"{title}\n{body}".find(one) >= 0):
        if len(chosen) >= _MIN:
            break
        if phrase not in chosen:
            chosen.append(phrase)
    return chosen


def _score(phrase: str, in_title: int, in_body: int, first: int, length: int) -> float:
    early = 1.0 - first / length if first >= 0 and length else 0.0
    return (min(in_title, 1) * _TITLE_WEIGHT + math.log1p(in_body) + 0.5 * early) * math.sqrt(min(len(phrase), 6))


def _distinct(ranked: list[str]) -> list[str]:
    """Leave out a phrase that a better one contains, or that contains a better one."""
    chosen: list[str] = []
    for phrase in ranked:
        if not any(phrase in other or other in phrase for other in chosen):
            chosen.append(phrase)
    return chosen


def _noun_runs(text: str) -> Iterable[str]:
    """Yield nouns, and the phrases that nouns in a row make, of at most four words."""
    run: list[str] = []
    for word, tag in [*rjieba.tag(text), ("", "x")]:
        if (tag[0] in "nj" and tag != "nr") or tag in ("vn", "eng", "an", "nr"):
            run.append(word)
            continue
        for size in range(1, min(len(run), 4) + 1):
            for start in range(len(run) - size + 1):
                yield _joined(run[start : start + size])
        run = []


def _joined(words: list[str]) -> str:
    return "".join(words)


def first_spelling(found: Iterable[tuple[int, int, str]], text: str) -> list[str]:
    """Return the distinct phrases of matches as the text spells them, the most frequent first, then by place."""
    spelled = [text[start:end] for start, end, _ in found]
    counts = Counter(map(fold_letters, spelled))
    distinct = list({fold_letters(phrase): phrase for phrase in reversed(spelled)}.values())[::-1]
    return sorted(distinct, key=lambda phrase: -counts[fold_letters(phrase)])
