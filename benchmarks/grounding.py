"""Show what grounding accepts: honest statements, harmless variants of them, and the same with a figure, day or name altered.

    python benchmarks/grounding.py ARTICLES.jsonl[.gz] … [--gold GOLD.jsonl] [--show KIND] [--seed N]

ARTICLES.jsonl has rows of id, title and body, and perhaps events (arguments with role and text), which tell more names. Honest
statements are sentences of the bodies, cuts and joins of them; `alterations.py` makes the rest. `--gold` adds what humans wrote of
the articles (rows of id, summary and event_sentences); titles are grounded in the bodies alone. Two peers decide on the same
cases: an exact substring, and rapidfuzz's partial_ratio of at least 90. `--show` prints what grounding decides wrongly.
"""

import argparse
import gzip
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from alterations import COMPANIES, PLACES, SURNAMES, altered_days, altered_figures, one_character, person, variants
from rapidfuzz import fuzz

from flows.settings import SHIPPED_CONFIG
from transforms.grounding import Grounded, Said, ground
from transforms.taxonomy import Taxonomy, load_taxonomy

Row = dict[str, Any]
Made = Iterator[tuple[str, str]]
EMPTY = Said(summary="", keywords=(), ai_technologies=(), industries=(), industry_codes=(), major_events=(), securities=())
PER_ROW = 3  # sentences
SENTENCE = re.compile(r"(?:(?<=[。！？\n])|^)[^。！？\n]{12,160}[。！？]")
COMPANY = re.compile(
    r"(?<=[，。、与和向对为由])[\u4e00-\u9fff]{2}(?:科技|股份|集团|银行|证券|资本|基金|药业|控股|智能|生物|电子|汽车)(?![\u4e00-\u9fff]{0,2}公司)"
)
PERSON = re.compile(
    rf"(?:董事长|总经理|副总裁|首席执行|分析师|研究员|负责人|创始人|董事|经理|总裁|院长|教授|主任|专家|局长|记者)([{SURNAMES}][\u4e00-\u9fff]{{1,2}})"
    r"(?=表示|认为|称|说|指出|介绍|告诉|在|向|，|、|坦言|先生|女士)"
)
GENERIC = re.compile(
    r"股东|公司$|投资者|高管|股份$|部分|董事|监事|机构|资金|注册|一家|大数据|人工智能|区块链|行动人|这|实控人|管理|机器人|基金$|局$|中心$"
)


class Case(NamedTuple):
    """One statement to ground in one article, and whether it is honest."""

    kind: str
    title: str
    body: str
    statement: str
    honest: bool = True


class Names(NamedTuple):
    """Names to replace, and names to replace them by."""

    companies: list[str]
    persons: list[str]


def rows(path: Path) -> list[Row]:
    """Return the rows of a file of JSON lines; `.gz` is opened."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def argued(row: Row) -> Names:
    """Return the companies and persons among the arguments of an article's events."""
    found = Names([], [])
    for argument in (argument for event in row.get("events", ()) for argument in event["arguments"]):
        text, role = argument["text"], argument["role"]
        if re.fullmatch(r"[\u4e00-\u9fff]{2,20}", text) and not GENERIC.search(text):
            (found.persons if "姓名" in role else found.companies if re.search("公司|方|企业", role) else []).append(text)
    return found


def cuts(sentence: str) -> Made:
    """Yield parts of a sentence that still tell what it tells."""
    clauses = [part for part in re.split("[，；](?!\\d)", sentence[:-1]) if part]
    if len(clauses) > 2:
        yield "cut at a comma", "，".join(clauses[:-1]) + "。"
        yield "first clause left out", "，".join(clauses[1:]) + "。"
    yield "without asides", re.sub(r"（[^（）]*）|\([^()]*\)", "", sentence)


def renamed(sentence: str, row: Row, lists: Taxonomy, strangers: Names, dice: random.Random) -> Made:
    """Yield a sentence with one name replaced by another plausible one or in one character."""
    listed = [name for name in lists.companies if len(name) > 3 and name in row["body"]]
    known = argued(row)
    companies = [
        name for name in (*listed, *COMPANY.findall(sentence), *known.companies) if name in sentence and not GENERIC.search(name)
    ]
    persons = [*PERSON.findall(sentence), *(name for name in known.persons if name in sentence)]
    places = [place for place in PLACES.split() if place in sentence]
    invented = [person(dice) for _ in range(20)]
    for kind, names, pool in (
        ("company", companies, [*COMPANIES.split(), *strangers.companies]),
        ("person", persons, [*strangers.persons, *invented]),
        ("place", places, PLACES.split()),
    ):
        if not names:
            continue
        name = dice.choice(names)
        other = dice.choice([one for one in pool if one not in row["body"] + row["title"] and one[:2] != name[:2]])
        yield f"{kind} replaced", sentence.replace(name, other)
        if kind != "place":
            yield f"{kind}, one character", sentence.replace(name, one_character(name, dice))
        # Not another name of the same company.
        others = [one for one in listed if one not in sentence and not set(one) & set(name)]
        if kind == "company" and others:
            yield "company of another sentence", sentence.replace(name, dice.choice(others))


def cases(articles: Sequence[Row], lists: Taxonomy, dice: random.Random) -> Iterator[Case]:
    """Yield the cases of all articles; what was altered into something that the body says is none."""
    known = [argued(row) for row in articles]
    strangers = Names([one for names in known for one in names.companies], [one for names in known for one in names.persons])
    for row in articles:
        body = row["body"]
        whole = [found.strip() for found in SENTENCE.findall(body) if re.search(r"\d", found)]
        for sentence in dice.sample(whole, min(PER_ROW, len(whole))):
            behind = body[body.index(sentence) + len(sentence) :]
            joined = next((f"{sentence[:-1]}，{one}" for one in whole if behind.startswith(one)), sentence)
            kept = (("sentence", sentence), ("joined", joined), *cuts(sentence), *variants(sentence, dice))
            yield from (Case(kind, row["title"], body, one) for kind, one in kept if kind == "sentence" or one != sentence)
            figures, days = altered_figures(sentence, dice), altered_days(sentence, dice)
            altered = (*figures, *days, *renamed(sentence, row, lists, strangers, dice))
            yield from (Case(kind, row["title"], body, one, honest=False) for kind, one in altered if one not in body)


def told(articles: Sequence[Row], gold: Sequence[Row]) -> Iterator[Case]:
    """Yield what humans wrote: labelled events and summaries, and the titles, in their bodies."""
    by_id = {row["id"]: row for row in articles}
    for row in gold:
        title, body = by_id[row["id"]]["title"], by_id[row["id"]]["body"]
        yield from (Case("labelled events", title, body, one) for one in row["event_sentences"])
        parts = re.findall(r"[^。；！？]+[。；！？]", row["summary"])
        yield from (Case("labelled summaries, by sentence", title, body, one) for one in parts)
    yield from (Case("titles in bodies", "", row["body"], row["title"]) for row in articles)


def grounded(case: Case, lists: Taxonomy) -> Grounded:
    """Ground a case as a major event."""
    return ground(EMPTY.model_copy(update={"major_events": (case.statement,)}), case.title, case.body, lists)


def measure(made: Sequence[Case], deciders: dict[str, Callable[[Case], bool]]) -> None:
    """Print how many of each kind each decider accepts."""
    counts: dict[tuple[bool, str], list[int]] = defaultdict(lambda: [0] * (1 + len(deciders)))
    for case in made:
        taken = [decide(case) for decide in deciders.values()]
        for kind in (case.kind, "all"):
            counts[case.honest, kind] = [one + more for one, more in zip(counts[case.honest, kind], (1, *taken), strict=True)]
    for title, side in (("honest: kept", True), ("altered: accepted", False)):
        print(f"\n{title:34}{'cases':>8}" + "".join(f"{name:>15}" for name in deciders))
        for (honest, kind), (total, *yes) in sorted(counts.items(), key=lambda one: one[0][1] == "all"):
            if honest is side:
                print(f"{kind:34}{total:8}" + "".join(f"{one / total:15.3f}" for one in yes))


def speed(articles: Sequence[Row], lists: Taxonomy) -> None:
    """Print how many articles a second are grounded, each with keywords, three events and a summary, none of it verbatim."""
    said = []
    for row in articles:
        found = [one.replace("，", "，并", 1) for one in SENTENCE.findall(row["body"])[:5]]
        phrases = tuple(re.findall(r"[\u4e00-\u9fff]{2,6}", row["title"]))
        answer = {"summary": "".join(found[3:])[:200], "major_events": tuple(found[:3]), "keywords": phrases}
        said.append(EMPTY.model_copy(update=answer))
    begun = time.process_time()
    for row, one in zip(articles, said, strict=True):
        ground(one, row["title"], row["body"], lists)
    spent = time.process_time() - begun
    print(f"\n{len(articles) / spent:.0f} articles/s and core")


def main() -> None:
    """Ground every case by every decider and print the shares accepted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path, nargs="+")
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--show", help="a kind of cases, or all")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    lists = load_taxonomy([SHIPPED_CONFIG / "taxonomy"])
    articles = [row for path in arguments.articles for row in rows(path)]
    made = [*cases(articles, lists, random.Random(arguments.seed))]
    made += told(articles, rows(arguments.gold)) if arguments.gold else ()
    if arguments.show:
        for case in (case for case in made if arguments.show in (case.kind, "all")):
            faults = grounded(case, lists).faults
            if case.honest == bool(faults):
                print(case.kind, case.statement, *(fault.why for fault in faults), sep=" | ")
        return
    deciders: dict[str, Callable[[Case], bool]] = {
        "grounding": lambda case: not grounded(case, lists).faults,
        "substring": lambda case: case.statement in f"{case.title}\n{case.body}",
        "partial_ratio": lambda case: fuzz.partial_ratio(case.statement, f"{case.title}\n{case.body}") >= 90,
    }
    measure(made, deciders)
    speed(articles, lists)


if __name__ == "__main__":
    main()
