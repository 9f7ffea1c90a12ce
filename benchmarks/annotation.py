"""Score the engines' annotations against labelled articles, and measure the lexicon engine's speed, start and memory.

    python benchmarks/annotation.py ARTICLES.jsonl GOLD.jsonl [--events EVENTS.jsonl.gz] [--half 0|1] [--config DIR [--data DIR]]

ARTICLES.jsonl has rows of id, title and body; GOLD.jsonl of id, keywords, ai_technologies, industries, sw_level1,
event_sentences, securities (names) and summary; EVENTS.jsonl of id, title, body and events (trigger and arguments, each with
text). `--half` scores every second row only, so that rules can be tried on one half and checked on the other. Where jieba
is installed, its TF-IDF keywords and the first sentences run as a peer on the same rows. With `--config`, the llm engine of
that configuration runs on the labelled articles, too; below the figures stand how far the two engines agree, field by field,
and what the model cost. Its answers are kept in the data root's ledger: a second run costs nothing.

keywords    mean F1 per article; exact, and soft (one holds the other and has 60 % of its length)
others      micro F1 over all articles; soft for AI technologies and industries (without 行业, 产业 and the like behind)
events      a sentence hits a labelled one when their common subsequence covers 60 % of the shorter; typed events count as
            recalled within the first k sentences when one holds the trigger and half of the arguments
summary     ROUGE-L F1 on characters
"""

import argparse
import csv
import gzip
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flows.desk import open_desk
from flows.saved import Text
from flows.settings import SHIPPED_CONFIG, open_project
from flows.texts import by_model
from transforms.annotate import Engine, open_engine
from transforms.record import Annotation
from transforms.text import fold, sentences

Row = dict[str, Any]
Annotate = Callable[[str, str], Row]

LISTS = SHIPPED_CONFIG / "taxonomy"
TAIL = re.compile(r"(?:行业|产业|领域|市场|板块|业)$")
LENGTH = 700  # characters of an article whose speed is measured
START = """
import sys, time
begun = time.perf_counter()
from pathlib import Path
from transforms.annotate import open_engine
open_engine("lexicon", [Path(sys.argv[1])]).annotate("贵州茅台公告", "11月18日，贵州茅台公告称，三季度净利润增长。")
spent = time.perf_counter() - begun
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(f"{spent:.2f} s, {int(peak) / 1024:.0f} MB")
"""


def rows(path: Path) -> list[Row]:
    """Return the rows of a file of JSON lines; `.gz` is opened."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def common(one: str, other: str) -> int:
    """Return the length of the longest common subsequence (Hyyrö's bit-parallel algorithm)."""
    masks: dict[str, int] = {}
    for place, character in enumerate(one):
        masks[character] = masks.get(character, 0) | 1 << place
    ones = state = (1 << len(one)) - 1
    for character in other:
        matched = state & masks.get(character, 0)
        state = ((state + matched) | (state - matched)) & ones
    return len(one) - state.bit_count()


def exact(one: str, other: str) -> bool:
    """Whether two folded strings are the same."""
    return one == other


def soft(one: str, other: str) -> bool:
    """Whether one folded string holds the other, which has 60 % of its length."""
    short, long = sorted((one, other), key=len)
    return bool(short) and short in long and len(short) >= 0.6 * len(long)


def overlaps(one: str, other: str) -> bool:
    """Whether two folded sentences tell the same."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 0.3 * len(long) and 0 < 0.6 * len(short) <= common(short, long)


def matched(given: Sequence[str], wanted: Sequence[str], same: Callable[[str, str], bool]) -> int:
    """Return how many of the given strings match one of the wanted each."""
    left = list(wanted)
    for value in given:
        if hit := next((one for one in left if same(value, one)), None):
            left.remove(hit)
    return len(wanted) - len(left)


def f1(right: float, given: float, wanted: float) -> float:
    """Return F1 of counts; 1 where nothing was wanted and nothing given."""
    return 2 * right / (given + wanted) if given + wanted else 1.0


def score(annotate: Annotate, articles: dict[str, Row], gold: Sequence[Row], codes: dict[str, str]) -> dict[str, float]:
    """Return the figures of the labelled articles."""
    made = [annotate(articles[row["id"]]["title"], articles[row["id"]]["body"]) for row in gold]
    figures = {}
    for name, same in (("exact", exact), ("soft", soft)):
        pairs = [
            (list(map(fold, one["keywords"])), list(map(fold, row["keywords"]))) for one, row in zip(made, gold, strict=True)
        ]
        figures[f"keywords {name}"] = statistics.mean(f1(matched(*pair, same), *map(len, pair)) for pair in pairs)
    columns = {
        "ai_technologies": (soft, fold, lambda row: row["ai_technologies"]),
        "industries": (soft, lambda value: TAIL.sub("", fold(value)) or fold(value), lambda row: row["industries"]),
        "industry_codes": (exact, str, lambda row: row["sw_level1"]),
        "securities": (exact, str, lambda row: [codes[name] for name in row["securities"] if name in codes]),
    }
    for column, (same, plain, labels) in columns.items():
        if not any(column in one for one in made):
            continue
        pairs = [(list(map(plain, one[column])), list(map(plain, labels(row)))) for one, row in zip(made, gold, strict=True)]
        figures[column] = f1(
            sum(matched(*pair, same) for pair in pairs), *(sum(map(len, side)) for side in zip(*pairs, strict=True))
        )
    figures["major_events"] = event_f1([list(map(fold, one["major_events"])) for one in made], gold)
    figures["summary ROUGE-L"] = statistics.mean(
        f1(common(fold(one["summary"]), fold(row["summary"])), len(fold(one["summary"])), len(fold(row["summary"])))
        for one, row in zip(made, gold, strict=True)
    )
    return figures


def event_f1(made: Sequence[Sequence[str]], gold: Sequence[Row]) -> float:
    """Return F1 of event sentences: recall over labelled ones, precision over given ones."""
    found = right = 0
    for given, row in zip(made, gold, strict=True):
        wanted = list(map(fold, row["event_sentences"]))
        found += sum(any(overlaps(one, label) for one in given) for label in wanted)
        right += sum(any(overlaps(one, label) for label in wanted) for one in given)
    recall = found / max(sum(len(row["event_sentences"]) for row in gold), 1)
    precision = right / max(sum(map(len, made)), 1)
    return 2 * precision * recall / max(precision + recall, 1e-9)


def recalled(annotate: Annotate, gold: Sequence[Row]) -> dict[str, float]:
    """Return how many of the typed events the first k sentences hold."""
    hits, total = dict.fromkeys((1, 3, 5), 0), 0
    for row in gold:
        given = annotate(row["title"], row["body"])["major_events"]
        for event in row["events"]:
            texts = [argument["text"] for argument in event["arguments"]]
            held = [event["trigger"] in one and sum(text in one for text in texts) * 2 >= len(texts) for one in given]
            total += 1
            for k in hits:
                hits[k] += any(held[:k])
    return {f"events recall@{k}": hit / max(total, 1) for k, hit in hits.items()}


def by_engine(engine: Engine) -> Annotate:
    """Return the engine as a function to rows."""
    return lambda title, body: engine.annotate(title, body).model_dump()


def by_jieba() -> Annotate | None:
    """Return what plain tools make of an article, or None where jieba is not installed."""
    try:
        from jieba import analyse
    except ImportError:
        return None

    def annotate(title: str, body: str) -> Row:
        lead = [body[start:end] for start, end in sentences(body)]
        keywords = analyse.extract_tags(f"{title}\n{body}", topK=6)
        return {"keywords": keywords, "major_events": lead[:5], "summary": "".join(lead[:2])[:200]}

    return annotate


def by_llm(config: Path, data: Path | None, articles: Sequence[Row]) -> tuple[Annotate, str]:
    """Return what the llm engine of a configuration makes of some articles, and in words what that cost."""
    begun = time.perf_counter()
    with open_desk(open_project(config, data)) as desk:
        texts = (Text(row["id"], row["title"], row["body"]) for row in articles)
        made = {(text.title, text.body): annotation.model_dump() for text, annotation in by_model(desk, texts, _miss)}
        spent = time.perf_counter() - begun
        told = f"{desk.access.model}: {desk.paid}; {spent:.1f} s, {len(made) / spent:.1f} articles/s"
    taken_over = sum(row["annotator"] == "lexicon" for row in made.values())
    return lambda title, body: made[title, body], f"{told}; {taken_over} of {len(made)} left to the lexicon engine"


def _miss(text: Text, instead: Annotation | None, why: str) -> None:
    """End where a text has no annotation: the figures are those of all."""
    if instead is None:
        raise SystemExit(f"{text.name}: {why}; once more, and only what has no answer is asked about")


def agreement(one: Annotate, other: Annotate, articles: Sequence[Row]) -> dict[str, float]:
    """Return F1 of two engines' values against each other; of summaries, ROUGE-L on characters."""
    pairs = [(one(row["title"], row["body"]), other(row["title"], row["body"])) for row in articles]
    figures = {}
    for column in ("keywords", "ai_technologies", "industries", "industry_codes", "securities", "major_events"):
        same = overlaps if column == "major_events" else soft
        sides = [(list(map(fold, first[column])), list(map(fold, second[column]))) for first, second in pairs]
        hits = sum(matched(*side, same) for side in sides)
        figures[column] = f1(hits, *(sum(map(len, side)) for side in zip(*sides, strict=True)))
    folded = [(fold(first["summary"]), fold(second["summary"])) for first, second in pairs]
    figures["summary ROUGE-L"] = statistics.mean(f1(common(*pair), *map(len, pair)) for pair in folded)
    return figures


def speed(annotate: Annotate, articles: Sequence[Row]) -> float:
    """Return articles per second and core, each cut to 700 characters, of the fastest of five passes."""
    cut = [(row["title"], row["body"][:LENGTH]) for row in articles if len(row["body"]) >= LENGTH][:200]
    for title, body in cut[:20]:
        annotate(title, body)
    passes = []
    for _ in range(5):
        begun = time.process_time()
        for title, body in cut:
            annotate(title, body)
        passes.append(time.process_time() - begun)
    return len(cut) / min(passes)


def main() -> None:
    """Run the engine and its peer and print the figures side by side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--events", type=Path)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--config", type=Path)
    parser.add_argument("--data", type=Path)
    arguments = parser.parse_args()
    part = slice(arguments.half, None, 2 if arguments.half is not None else 1)
    articles = {row["id"]: row for row in rows(arguments.articles)}
    events = rows(arguments.events) if arguments.events else []
    with (LISTS / "companies.csv").open(encoding="utf-8", newline="") as lines:
        codes = {row[column]: row["code"] for row in csv.DictReader(lines) for column in ("name", "full_name")}
    runs = {"lexicon": by_engine(open_engine("lexicon", [LISTS]))}
    if peer := by_jieba():
        runs["jieba and lead"] = peer
    figures = {name: score(run, articles, rows(arguments.gold)[part], codes) for name, run in runs.items()}
    for name, run in runs.items():
        if events:
            figures[name] |= recalled(run, events[part])
        figures[name]["articles/s and core"] = speed(run, [*articles.values(), *events])
    if arguments.config:
        labelled = [articles[row["id"]] for row in rows(arguments.gold)[part]]
        model, told = by_llm(arguments.config, arguments.data, labelled)
        figures["llm"] = score(model, articles, rows(arguments.gold)[part], codes)
        figures["agreement"] = agreement(runs["lexicon"], model, labelled)
        print(told)
    print(f"{'':20}" + "".join(f"{name:>16}" for name in figures))
    for field in figures["lexicon"]:
        print(f"{field:20}" + "".join(f"{one[field]:16.3f}" if field in one else f"{'-':>16}" for one in figures.values()))
    start = subprocess.run([sys.executable, "-c", START, str(LISTS)], capture_output=True, text=True, check=True)
    print(f"import, load and first article: {start.stdout.strip()}")


if __name__ == "__main__":
    main()
