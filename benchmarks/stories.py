"""How well reprints are told from what only looks like them, and what that costs, beside other ways to tell them.

    python benchmarks/stories.py ARTICLES.jsonl… [--scale 100000] [--texts 300]

ARTICLES.jsonl has rows with a body (`.gz` is opened; `caixun extract INDEX.jsonl` makes some of saved pages). Of each body,
pairs are made with the edits that reprints have, and pairs that are no reprints (see `story_pairs`). Prints for each kind how
many are taken for reprints by caixun, and by MinHash (datasketch, rensa) and SimHash; precision and recall; sketches made in a
second on one core; whether orders of joining give the same stories; and what an article costs in a ledger that holds none, and up to
`--scale` articles (10,000 a day) of which nothing was given up; one in six is a near reprint. Times are of the processor.
Needs `pip install datasketch rensa simhash`.
"""

import argparse
import gzip
import json
import random
import resource
import sqlite3
import struct
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
from datasketch import MinHash
from rensa import RMinHash
from simhash import Simhash
from story_pairs import DAY, Pair, made_pairs, notes

from crawlers.joining import Member
from crawlers.ledger import Ledger
from crawlers.page import article_id
from transforms import stories
from transforms.text import fold

A_DAY = 10_000
FIRST = date(2020, 1, 1)
BASE = stories.period(FIRST)
HEAD, SKETCH = 6, 170
PART = 200


def texts_of(paths: list[Path]) -> list[str]:
    """Return the bodies of all rows, each once."""
    bodies: dict[str, None] = {}
    for path in paths:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        bodies |= {row["body"]: None for row in map(json.loads, raw.decode().splitlines()) if row.get("body")}
    return list(bodies)


def shingles(text: str) -> list[str]:
    """Return the character 5-shingles of a folded text."""
    folded = fold(text)
    return [folded[i : i + 5] for i in range(max(1, len(folded) - 4))]


def caixun_same(pair: Pair) -> bool:
    """Say what caixun says."""
    one, other = stories.mark(pair.one, pair.days[0]), stories.mark(pair.other, pair.days[1])
    return one.text == other.text or bool(one.sketch and other.sketch and stories.reprints(one.sketch, [other.sketch])[0])


def datasketch_of(text: str) -> MinHash:
    """Return a MinHash of 128 permutations."""
    made = MinHash(128)
    made.update_batch([shingle.encode() for shingle in shingles(text)])
    return made


def rensa_of(text: str) -> RMinHash:
    """Return a MinHash of 128 permutations."""
    made = RMinHash(num_perm=128, seed=42)
    made.update(shingles(text))
    return made


OTHERS: dict[str, Callable[[Pair], bool]] = {
    "caixun": caixun_same,
    "datasketch .5": lambda pair: datasketch_of(pair.one).jaccard(datasketch_of(pair.other)) >= 0.5,
    "rensa .5": lambda pair: rensa_of(pair.one).jaccard(rensa_of(pair.other)) >= 0.5,
    "rensa .8": lambda pair: rensa_of(pair.one).jaccard(rensa_of(pair.other)) >= 0.8,
    "simhash 10": lambda pair: Simhash(shingles(pair.one)).distance(Simhash(shingles(pair.other))) <= 10,
}
MAKERS: dict[str, Callable[[str], object]] = {
    "caixun": lambda text: stories.mark(text, DAY),
    "datasketch": datasketch_of,
    "rensa": rensa_of,
    "simhash": lambda text: Simhash(shingles(text)),
}


def judge(pairs: list[Pair]) -> None:
    """Print for each kind and way the share of pairs that are taken for reprints, and precision and recall."""
    count = Counter((pair.kind, pair.same) for pair in pairs)
    said = {name: Counter((pair.kind, pair.same) for pair in pairs if way(pair)) for name, way in OTHERS.items()}
    print(f"{len(pairs)} pairs: share taken for reprints")
    print(f"{'':48}{'pairs':>6}" + "".join(f"{name:>15}" for name in OTHERS))
    for kind, same in sorted(count, key=lambda kind: not kind[1]):
        shares = "".join(f"{said[name][kind, same] / count[kind, same]:15.3f}" for name in OTHERS)
        print(f"{'reprint' if same else 'none':8}{kind:40}{count[kind, same]:6}{shares}")
    for title in ("precision", "recall"):
        line = ""
        for name in OTHERS:
            right = sum(number for (_, same), number in said[name].items() if same)
            all_of = said[name].total() if title == "precision" else sum(number for (_, same), number in count.items() if same)
            line += f"{right / all_of:15.4f}"
        print(f"{title:54}{line}")


def speed(texts: list[str]) -> None:
    """Print how many sketches a second each way makes."""
    print(f"\nsketches a second, {sum(map(len, texts)) / len(texts):.0f} characters on average")
    for name, make in MAKERS.items():
        start = time.process_time()
        for text in texts:
            make(text)
        print(f"{name:12}{len(texts) / (time.process_time() - start):8.0f}")


def drawn(count: int, numbers: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Return so many sketches that have nothing in common."""
    sketches = numbers.integers(0, 256, (count, SKETCH), np.uint8)
    sketches[:, :HEAD] = np.frombuffer(struct.pack("<IH", 800, 10), np.uint8)
    return sketches


def filled(path: Path, days: int, numbers: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Put articles of so many days into a ledger, past its own code, and return the sketches of the last day."""
    connection = sqlite3.connect(path)
    connection.execute("pragma synchronous=off")
    sketches = drawn(0, numbers)
    for start in range(0, days, stories.PERIOD):
        week = range(start, min(days, start + stories.PERIOD))
        keys = []
        for day in week:
            sketches, ids = drawn(A_DAY, numbers), np.arange(day * A_DAY, (day + 1) * A_DAY)
            names, texts = [row.tobytes() for row in drawn(A_DAY, numbers)[:, 6:22]], [row.tobytes() for row in sketches[:, 6:22]]
            period, date_of = stories.period(FIRST + timedelta(days=day)), (FIRST + timedelta(days=day)).isoformat()
            rows = zip(ids.tolist(), texts, names, sketches, strict=True)
            connection.executemany(
                "insert into story_texts (id, text, period, sketch, story_id) values (?, ?, ?, ?, ?)",
                ((number, text, period, sketch.tobytes(), name) for number, text, name, sketch in rows),
            )
            members = (
                (name, number, f"source{number % 10}", date_of, day * 86_400)
                for number, name in zip(ids.tolist(), names, strict=True)
            )
            connection.executemany(
                "insert into story_members (article_id, text_id, source, day, first) values (?, ?, ?, ?, ?)", members
            )
            by_text = np.stack([stories.keys(sketch.tobytes()) for sketch in sketches]).astype(np.int64)
            keys.append(((np.int64(period - BASE) << 30 | by_text) << 24 | ids[:, np.newaxis]).ravel())
        every = np.sort(np.concatenate(keys))
        split = ((BASE + (every >> 54)).tolist(), (every >> 24 & (1 << 30) - 1).tolist(), (every & (1 << 24) - 1).tolist())
        connection.executemany("insert into story_keys (period, key, text_id) values (?, ?, ?)", zip(*split, strict=True))
    connection.commit()
    connection.close()
    return sketches


def new_articles(day: date, before: npt.NDArray[np.uint8], chance: random.Random, numbers: np.random.Generator) -> list[Member]:
    """Return the articles of a day; one in six is a near reprint of one of the day before."""
    members = []
    for number, sketch in enumerate(drawn(A_DAY, numbers)):
        if len(before) and chance.random() < 1 / 6:
            same = before[chance.randrange(len(before))].copy()
            same[HEAD : HEAD + 128 : 16] = sketch[HEAD : HEAD + 128 : 16]
            sketch = same  # noqa: PLW2901
        at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=chance.randrange(86_400))
        identity = article_id(f"http://e.cn/{day}/{number}")
        members.append(Member(identity, "a", day, at, stories.period(day), chance.randbytes(16).hex(), sketch.tobytes()))
    return members


def grow(count: int) -> None:
    """Print what the articles of one more day cost in a ledger of so many, that has given nothing up."""
    chance, numbers = random.Random(3), np.random.default_rng(3)
    days = count // A_DAY
    day = FIRST + timedelta(days=days)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        ledger = Ledger(f"sqlite:///{path}")
        members = new_articles(day, filled(path, days, numbers), chance, numbers)
        start, memory = time.process_time(), resident()
        for place in range(0, len(members), PART):
            ledger.join(members[place : place + PART], [], stories)
        milliseconds = 1000 * (time.process_time() - start) / len(members)
        grown = resident() - memory
        joined = sum(name != story for name, story in ledger.stories_of([one.article_id for one in members]).items())
        ledger.close()
        size = path.stat().st_size / (days * A_DAY + len(members))
        print(
            f"{days * A_DAY:9} there{milliseconds:8.3f} ms each{joined:6} joined{size:7.0f} bytes each{grown:+6.0f} MB",
            flush=True,
        )


def resident() -> float:
    """Return the memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def orders(pairs: list[Pair]) -> None:
    """Print whether two orders of joining give the same stories."""
    day = {text: when for pair in pairs for text, when in zip((pair.one, pair.other), pair.days, strict=True)}
    members = []
    for text, when in day.items():
        mark = stories.mark(text, when)
        at = datetime(when.year, when.month, when.day, len(text) % 24, tzinfo=UTC)
        members.append(Member(article_id(text), "a", when, at, stories.period(when), mark.text, mark.sketch))
    told = []
    for seed, part in ((1, 7), (2, PART), (3, 3000)):
        random.Random(seed).shuffle(members)
        with tempfile.TemporaryDirectory() as folder:
            ledger = Ledger(f"sqlite:///{folder}/ledger.sqlite")
            start = time.process_time()
            for at_once in range(0, len(members), part):
                ledger.join(members[at_once : at_once + part], [], stories)
            took = time.process_time() - start
            told.append(ledger.stories_of([member.article_id for member in members]))
            ledger.close()
        print(
            f"{len(members)} articles, {part} at once: {len(set(told[-1].values()))} stories, {1000 * took / len(members):.2f} ms each"
        )
    print("the same stories" if told[0] == told[1] == told[2] else "NOT the same stories")


def main() -> None:
    """Run all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, nargs="+")
    parser.add_argument("--scale", type=int, default=100_000, help="articles of the growing ledger")
    parser.add_argument("--texts", type=int, default=300, help="texts of which pairs are made, taken by chance")
    options = parser.parse_args()
    chance, texts = random.Random(1), texts_of(options.articles)
    texts = chance.sample(texts, min(len(texts), options.texts))
    pairs = [*made_pairs(texts, chance), *notes(100, chance)]
    judge(pairs)
    speed(texts)
    print("\norder")
    orders(pairs)
    print("\nthe ledger's part: 10,000 more articles where there are so many, size in sum, growth of the process")
    for count in (0, 100_000, 1_000_000, 10_000_000):
        if count <= options.scale:
            grow(count)


if __name__ == "__main__":
    main()
