"""How well reprints are told from what only looks like them, and what that costs, beside other ways to tell them.

    python benchmarks/stories.py ARTICLES.jsonl… [--scale 100000] [--texts 300]

ARTICLES.jsonl has rows with a body (`.gz` is opened; `caixun extract INDEX.jsonl` makes some of saved pages). Of each body,
pairs are made with the edits that reprints have, and pairs that are no reprints (see `story_pairs`). Prints for each kind how
many are taken for reprints by caixun, and by MinHash (datasketch, rensa) and SimHash; precision and recall; sketches made in a
second on one core; whether two orders of joining give the same stories; and what an article costs in a ledger of growing size,
where nothing is given up (`--scale` articles in all, 10,000 a day, one in six a reprint).
"""

import argparse
import gzip
import json
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

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


@dataclass
class Measured:
    """A ledger that grows, and what its last articles cost."""

    ledger: Ledger
    path: Path
    seconds: float = 0
    articles: int = 0
    since: list[float] = field(default_factory=lambda: [0.0, 0])

    def join(self, members: list[Member]) -> None:
        """Join articles, and measure."""
        start = time.process_time()
        self.ledger.join(members, [], stories)
        self.seconds += time.process_time() - start
        self.articles += len(members)

    def told(self) -> str:
        """Return the figures since the last time, and in sum."""
        seconds, articles = self.seconds - self.since[0], self.articles - self.since[1]
        self.since = [self.seconds, self.articles]
        with self.ledger._writing() as connection:  # noqa: SLF001
            connection.exec_driver_sql("delete from story_moves")  # as when the records have been told
        size = sum(file.stat().st_size for file in self.path.parent.iterdir())
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return f"{self.articles:9} articles{1000 * seconds / articles:8.3f} ms each{size / self.articles:8.0f} bytes each{memory:7.0f} MB"


def synthetic(count: int, chance: random.Random) -> Iterator[Member]:
    """Yield articles with random sketches, day after day; one in six is a near reprint of one of the last days."""
    lately: list[bytes] = []
    for number in range(count):
        day = date(2020, 1, 1) + timedelta(days=number // A_DAY)
        if lately and chance.random() < 1 / 6:
            sketch = bytearray(chance.choice(lately))
            for place in chance.sample(range(6, 134), 8):
                sketch[place] = chance.randrange(256)
        else:
            sketch = bytearray((800).to_bytes(4, "little") + (20).to_bytes(2, "little") + chance.randbytes(168))
            lately = [*lately[-5000:], bytes(sketch)] if number % 10 == 0 else lately
        at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=chance.randrange(86_400))
        identity = article_id(f"http://e.cn/{number}")
        text = chance.randbytes(16).hex()
        yield Member(identity, f"source{number % 10}", day, at, stories.period(day), text, bytes(sketch))


def grow(count: int) -> None:
    """Print what articles cost in a ledger of growing size."""
    print("\nthe ledger's part: time of the last articles, size in sum, memory of the process")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        grown, members = Measured(Ledger(f"sqlite:///{path}"), path), []
        marks = [step for step in (10_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000) if step < count] + [count]
        for member in synthetic(count, random.Random(3)):
            members.append(member)
            if len(members) == PART:
                grown.join(members)
                members = []
                if grown.articles in marks or grown.articles in [mark - 10_000 for mark in marks]:
                    told = grown.told()
                    if grown.articles in marks:
                        print(told, flush=True)
        grown.ledger.close()


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
    grow(options.scale)


if __name__ == "__main__":
    main()
