"""The points at which a process is killed, each by a name in words; tests/flows/test_kill.py and benchmarks/kills.py use them."""

from typing import Literal, NamedTuple

Command = Literal["backfill", "rebuild", "compact", "import"]


class Point(NamedTuple):
    """One point: what is going on there, and `ROLE MODULE:NAME COUNT WHEN` as killing/sitecustomize.py reads it.

    `often` marks the points at which every test run kills; the others differ from one of them by a step or two. With `eager`,
    what a crawl has archived is built while it goes on, however little it is.
    """

    name: str
    at: str
    command: Command = "backfill"
    often: bool = False
    eager: bool = False


POINTS = [
    Point("the backfill is noted, nothing is asked for", "main crawlers.ledger:Ledger.begin_backfill 1 after"),
    Point("a list is archived, its links are not noted", "crawl crawlers.ledger:Ledger.find 1 before"),
    Point("the links of a list are noted, none is fetched", "crawl crawlers.ledger:Ledger.find 2 after"),
    Point("a list's answer is kept, the crawl is in its midst", "crawl crawlers.ledger:Ledger.keep_reply 3 after"),
    Point("a page has arrived and is not archived", "crawl crawlers.archive:ArchiveWriter.append 6 before"),
    Point("a page is archived in part", "crawl crawlers.archive:ArchiveWriter.append 6 torn", often=True),
    Point("a page is archived and not noted", "crawl crawlers.crawl:Crawl.keep 4 before", often=True),
    Point("the second day's pages come in", "crawl crawlers.crawl:Crawl.keep 8 before", often=True),
    Point("a day's listing has ended, which is not noted", "crawl crawlers.ledger:Ledger.list_day 3 before"),
    Point("an odd page of a list is not asked for once more yet", "crawl crawlers.walk:Walk._asks_again 1 after", often=True),
    Point("how far a list reached is not noted", "crawl crawlers.ledger:Ledger.note_reach 1 before", often=True),
    Point("the last pages of a crawl are not noted", "crawl crawlers.crawl:Crawl.close 1 before", often=True),
    Point("a whole archive file has not got its name", "crawl crawlers.archive:ArchiveWriter.close 1 before"),
    Point("the run waits for its crawl", "main flows.cli.progress:Progress.tick 5 after", often=True),
    Point("one crawl has ended, another one goes on", "main flows.gathering:Gathering._finish 1 before"),
    Point("one source is built, the next one is not", "main flows.gathering:build 2 before"),
    Point("a worker has a batch", "worker flows.build_batch:build_batch 1 before", often=True),
    Point("a worker reads the archive", "worker crawlers.archive:read 3 before"),
    Point("pages are built, nothing is written", "main flows.build:_join 1 before"),
    Point("a source has claimed the records that it makes", "main crawlers.ledger:Ledger.claim 1 after"),
    Point("texts have claimed their stories", "main crawlers.ledger:Ledger.join 1 after"),
    Point("articles have joined their stories, nothing is written", "main flows.build:_store 1 before"),
    Point("a file of records is written in part", "main transforms.folder:make_durable 1 torn", often=True),
    Point("a file of records is whole and not in place", "main transforms.folder:make_durable 2 before"),
    Point("some days' files are in place, others are not", "main transforms.dataset:Partitions.apply 2 after"),
    Point("files are in place, the ledger does not know", "main crawlers.ledger:Ledger.settle 2 before", often=True),
    Point("pages are built while their crawl goes on", "main flows.gathering:build_ahead 1 after", often=True, eager=True),
    Point(
        "pages of a crawl that goes on are records, the ledger does not know",
        "main crawlers.ledger:Ledger.settle 1 before",
        eager=True,
    ),
    Point("a crawl ends early while its pages are built", "crawl crawlers.ledger:Ledger.list_day 2 after", eager=True),
    Point("all is built, nothing is checked", "main flows.backfill:finish 1 before"),
    Point("all is done, the backfill's end is not noted", "main crawlers.ledger:Ledger.end_backfill 1 before"),
    Point("pages wait to be made again", "main crawlers.ledger:Ledger.reopen 1 after", "rebuild", often=True),
    Point("a worker makes pages again", "worker flows.build_batch:build_batch 1 before", "rebuild"),
    Point("a source has claimed the records that it makes again", "main crawlers.ledger:Ledger.claim 1 after", "rebuild"),
    Point("a day is made again, which is not noted", "main crawlers.ledger:Ledger.settle 1 before", "rebuild"),
    Point("the merged file is written, the day is not exchanged", "main transforms.folder:_exchange 2 before", "compact"),
    Point("the day is exchanged, the old files are there yet", "main transforms.folder:_exchange 2 after", "compact", often=True),
    Point("an imported record is archived in part", "main crawlers.archive:ArchiveWriter.append 2 torn", "import", often=True),
    Point("an imported record is archived and not noted", "main crawlers.ledger:Ledger.take_in 2 before", "import"),
    Point("imported records are built, the ledger does not know", "main crawlers.ledger:Ledger.settle 1 before", "import"),
]
