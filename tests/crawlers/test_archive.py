import gzip
import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawlers import archive
from crawlers.errors import StoreError
from crawlers.page import Page
from crawlers.root import Root

HEADERS = (("Content-Type", "text/html; charset=gbk"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))


def page(number: int, kind="article") -> Page:
    body = f"第{number}页正文".encode("gbk") * 200
    url = f"http://news.example.com/{number}"
    at = datetime(2026, 11, 20, 1, 2, 3, 456789, tzinfo=UTC)
    return Page(url + "?moved", url, 200, HEADERS, body, at, "paper", kind, date(2026, 11, 20))


def written(root: Root, count: int, *, close: bool) -> list[archive.Position]:
    writer = archive.ArchiveWriter(root, "paper", "c1")
    positions = [writer.append(page(number)) for number in range(count)]
    if close:
        writer.close()
    else:
        abandon(writer)
    return positions


def abandon(writer: archive.ArchiveWriter) -> None:
    """Leave the file as a killed process does."""
    writer._out.close()


@pytest.mark.parametrize("close", [True, False])
def test_a_page_comes_back_as_it_was_received(tmp_path, close):
    positions = written(Root(tmp_path), 3, close=close)
    for number, position in enumerate(positions):
        found = archive.read(Root(tmp_path), position)
        assert found.position == position
        assert (found.url, found.link, found.status, found.headers) == (
            page(number).url,
            page(number).link,
            200,
            HEADERS,
        )
        assert (found.body, found.fetched_at) == (page(number).body, page(number).fetched_at)
        assert (found.source, found.kind, found.day) == ("paper", "article", date(2026, 11, 20))


def test_other_readers_of_warc_read_the_file(tmp_path):
    (position, *_) = written(Root(tmp_path), 2, close=True)
    with (tmp_path / "archive" / position.file).open("rb") as file:
        records = [(record.rec_type, record.rec_headers.get_header("WARC-Target-URI")) for record in ArchiveIterator(file)]
    assert records == [("warcinfo", None), ("response", page(0).url), ("response", page(1).url)]


def test_nothing_is_appended_to_a_file_of_another_run(tmp_path):
    written(Root(tmp_path), 1, close=False)
    with pytest.raises(StoreError, match="cannot be written"):
        written(Root(tmp_path), 1, close=False)


@pytest.mark.parametrize("torn", [1, 8, 60])
def test_salvage_keeps_whole_pages_and_cuts_the_torn_tail(tmp_path, torn):
    positions = written(Root(tmp_path), 3, close=False)
    path = tmp_path / "archive" / (positions[0].file + ".open")
    os.truncate(path, path.stat().st_size - torn)
    assert [found.position for found in archive.salvage(Root(tmp_path), "paper")] == positions[:2]
    assert [left.name for left in path.parent.iterdir()] == [Path(positions[0].file).name]
    with gzip.open(tmp_path / "archive" / positions[0].file) as file:
        assert file.read().count(b"WARC-Type: response") == 2
    assert archive.read(Root(tmp_path), positions[1]).body == page(1).body


def test_salvage_of_a_file_without_a_page_removes_it(tmp_path):
    positions = written(Root(tmp_path), 1, close=False)
    path = tmp_path / "archive" / (positions[0].file + ".open")
    os.truncate(path, positions[0].offset + 5)
    assert list(archive.salvage(Root(tmp_path), "paper")) == []
    assert list(path.parent.iterdir()) == []


def test_what_is_no_folder_of_a_day_is_passed_over(tmp_path):
    written(Root(tmp_path), 1, close=True)
    (tmp_path / "archive" / "date=2026-10.tar").write_bytes(b"an old month")
    assert len(archive.files(Root(tmp_path), "paper")) == 1


def test_salvage_leaves_other_sources_and_closed_files_alone(tmp_path):
    written(Root(tmp_path), 2, close=True)
    assert list(archive.salvage(Root(tmp_path), "paper")) == []
    writer = archive.ArchiveWriter(Root(tmp_path), "paper_two", "c1")
    writer.append(page(1))
    abandon(writer)
    assert list(archive.salvage(Root(tmp_path), "paper")) == []


def test_any_damaged_byte_is_noticed(tmp_path):
    first, second = written(Root(tmp_path), 2, close=True)
    path = tmp_path / "archive" / first.file
    content = path.read_bytes()
    for place in range(second.offset, len(content), 3):
        damaged = bytearray(content)
        damaged[place] ^= 0x55
        path.write_bytes(damaged)
        assert archive.read(Root(tmp_path), first).body == page(0).body
        if second.offset + 4 <= place < second.offset + 10:
            continue  # time, flags and system in the gzip header, which no checksum covers
        with pytest.raises(StoreError, match="damaged at offset"):
            archive.read(Root(tmp_path), second)


def test_a_place_that_holds_no_page_is_one_sentence(tmp_path):
    (first,) = written(Root(tmp_path), 1, close=True)
    end = (tmp_path / "archive" / first.file).stat().st_size
    for wrong in (
        archive.Position(first.file, end),
        archive.Position(first.file, 7),
        archive.Position("date=2026-01-01/none.warc.gz", 0),
    ):
        with pytest.raises(StoreError, match=r"warc\.gz: (damaged at offset|the archive file is missing)"):
            archive.read(Root(tmp_path), wrong)


def test_chunks_of_the_transfer_are_not_claimed_in_the_archive(tmp_path):
    chunked = replace(page(1), headers=(("Transfer-Encoding", "chunked"), *HEADERS))
    writer = archive.ArchiveWriter(Root(tmp_path), "paper", "c1")
    position = writer.append(chunked)
    writer.close()
    found = archive.read(Root(tmp_path), position)
    assert (found.headers, found.body) == (HEADERS, chunked.body)
