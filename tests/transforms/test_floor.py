"""The floor of the extraction: how much of the pages in `tests/pages` it gets right, and that this only rises.

A field that sinks below its `floor` in tests/pages/floor.yml fails; one that rises above it fails too, until its floor is raised
to what is measured. `never_below` bounds the floor itself: to lower one, two lines have to be changed for all to see.
"""

import difflib
import re
from collections import defaultdict
from zoneinfo import ZoneInfo

import pytest
import yaml

from tests.transforms.families import PAGES, SOURCE, Family, load_families
from transforms.extract import extract
from transforms.record import Article
from transforms.reject import RejectedError
from transforms.text import fold

FIELDS = yaml.safe_load((PAGES / "floor.yml").read_text(encoding="utf-8"))
FORMS = {"none": "", "day": "%Y-%m-%d", "minute": "%Y-%m-%d %H:%M", "second": "%Y-%m-%d %H:%M:%S"}


@pytest.fixture(scope="module")
def scores() -> dict[str, dict[str, float]]:
    """By field, the score from 0 to 1 of each page that has the field."""
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    for family in load_families():
        for field, score in measured(family).items():
            scores[field][family.name] = score
    return scores


def measured(family: Family) -> dict[str, float]:
    """Return the scores of one page by field."""
    want = family.want
    try:
        (article,) = extract(family.page, SOURCE)
    except RejectedError as rejection:
        rejected = {"reject": float(rejection.reason == want["reject"])} if "reject" in want else None
        return rejected or dict.fromkeys(scored_fields(want), 0.0)
    if "reject" in want:
        return {"reject": 0.0}
    lines = [line for line in article.body.split("\n") if line not in want.get("optional", ())]
    found = {
        "body": f1("\n".join(lines), want["body"]),
        "clean": float(all(bare(line) in bare(want["body"]) for line in lines)),
        "title": float(fold(article.title) == fold(want["title"])),
        "time": float(is_time(printed(article), want["published_at"])),
        "publisher": float(article.publisher == want["publisher"]),
    }
    named, account = set(article.authors), want.get("account")
    allowed = {*want["authors"], *([account, want["publisher"]] if account else [])}
    if want["authors"] or account:
        found["author"] = float(named >= set(want["authors"]) if want["authors"] else account in (*named, article.publisher))
    if named:
        found["author_precision"] = len(named & allowed) / len(named)
    return found


def scored_fields(want: dict) -> list[str]:
    """Return the fields that an article would have been scored by."""
    return ["body", "clean", "title", "time", "publisher", *(["author"] if want["authors"] or want.get("account") else [])]


def f1(got: str, want: str) -> float:
    """Return the harmonic mean of precision and recall in characters that both texts have in the same order."""
    got, want = bare(got), bare(want)
    common = sum(block.size for block in difflib.SequenceMatcher(None, got, want, autojunk=False).get_matching_blocks())
    return 2 * common / (len(got) + len(want))


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def printed(article: Article) -> str | None:
    """Return the article's time as its page prints it."""
    form = FORMS[article.published_precision]
    return article.published_at.astimezone(ZoneInfo("Asia/Shanghai")).strftime(form) if article.published_at else None


def is_time(got: str | None, want: str | None) -> bool:
    """Whether a time is the printed one: metadata may add its seconds, nothing may add a clock to a day."""
    if got is None or want is None:
        return got is want
    return got.startswith(want) and (len(want) > 10 or got == want)


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_stands_on_its_floor(scores, field):
    pages, pinned = scores[field], FIELDS[field]
    share = round(sum(pages.values()) / len(pages), 3)
    wrong = ", ".join(sorted(name for name, score in pages.items() if score < 0.98))
    assert share >= pinned["floor"], f"{field} sank from {pinned['floor']} to {share}; not right on {wrong}"
    assert share <= pinned["floor"], f"{field} rose to {share}: raise its floor in tests/pages/floor.yml; not right on {wrong}"
    assert pinned["floor"] >= pinned["never_below"]


def test_every_field_that_is_measured_has_a_floor(scores):
    assert set(FIELDS) == set(scores)
