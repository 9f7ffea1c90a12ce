import gzip
import io
from datetime import UTC, datetime

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.archive import ArchiveWriter
from crawlers.page import MAX_CONTENT, Page
from crawlers.root import root_of
from crawlers.warc import WarcError, read_warc

AT = "2026-11-20T04:00:00Z"


def warc(*records, gzipped: bool = True) -> bytes:
    """Return a WARC file; a record is url, body, HTTP headers and what else differs from an ordinary one."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzipped)
    writer.write_record(writer.create_warcinfo_record("foreign.warc.gz", {"software": "another crawler"}))
    for url, body, headers, *odd in records:
        kind, status = odd or ("response", "200 OK")
        http = None if kind == "resource" else StatusAndHeaders(status, list(headers.items()), protocol="HTTP/1.1")
        fields = {"WARC-Date": AT}
        writer.write_record(writer.create_warc_record(url, kind, io.BytesIO(body), len(body), "", fields, http_headers=http))
    return out.getvalue()


def page(number: int, body: bytes | None = None, **headers: str):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return f"http://e.cn/{number}", body or f"第{number}页".encode() * 30, {"Content-Type": "text/html; charset=utf-8", **named}


class Trickle:
    """Gives bytes a few at a time, as a network does."""

    def __init__(self, content: bytes):
        self.content = io.BytesIO(content)

    def read(self, size: int) -> bytes:
        return self.content.read(min(size, 97))


def urls(content: bytes, start: int = 0) -> list[str]:
    return [step.page.url for step in read_warc(Trickle(content[start:]), start) if step.page]


@pytest.mark.parametrize("gzipped", [True, False])
def test_documents_come_one_by_one_with_the_offset_behind_each(gzipped):
    content = warc(page(1), page(2), page(3), gzipped=gzipped)
    steps = list(read_warc(Trickle(content), 0))
    pages = [step.page for step in steps if step.page]
    assert [one.url for one in pages] == ["http://e.cn/1", "http://e.cn/2", "http://e.cn/3"]
    assert (pages[0].body, pages[0].link, pages[0].kind) == ("第1页".encode() * 30, "http://e.cn/1", "warc")
    assert pages[0].headers == (("Content-Type", "text/html; charset=utf-8"),)
    assert pages[0].fetched_at == datetime(2026, 11, 20, 4, tzinfo=UTC)
    for passed, step in enumerate(steps):
        assert urls(content, step.end) == [one.url for one in pages][passed:]


def until_it_breaks(content: bytes) -> tuple[list[str], str]:
    """Return the pages that a broken file gives, and what is wrong with it."""
    steps = []
    with pytest.raises(WarcError) as caught:
        steps.extend(read_warc(io.BytesIO(content), 0))
    return [step.page.url for step in steps if step.page], str(caught.value)


@pytest.mark.parametrize("gzipped", [True, False])
@pytest.mark.parametrize("torn", [7, 40, 200])
def test_a_torn_file_gives_what_is_whole_and_tells_where_it_ends(gzipped, torn):
    content = warc(page(1), page(2), gzipped=gzipped)
    second = [step.end for step in read_warc(io.BytesIO(content), 0)][-2]
    found, complaint = until_it_breaks(content[:-torn])
    assert found == ["http://e.cn/1"]
    assert complaint == f"the file ends inside the record at byte {second}"


def test_a_damaged_byte_is_noticed():
    content = bytearray(warc(page(1), page(2)))
    content[-6] ^= 0xFF  # of the checksum: elsewhere it may look, by the chance of a record's ID, as if the file ended too soon
    found, complaint = until_it_breaks(bytes(content))
    assert found == ["http://e.cn/1"]
    assert complaint.startswith("damaged in the record at byte")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "the file is empty"),
        (b"<html>no archive</html>", "what stands at byte 0 is no WARC record"),
        (b"PK\x03\x04zip", "what stands at byte 0 is no WARC record"),
        (gzip.compress(b"a log\n" * 100, mtime=0), "what stands at byte 0 is no WARC record"),
        (b"\x1f\x8bx", "the file ends inside the record at byte 0"),
        (b"\x1f\x8b" + b"x" * 99, "damaged in the record at byte 0"),
    ],
)
def test_what_is_no_warc_is_one_sentence(content, complaint):
    assert until_it_breaks(content) == ([], complaint)


def test_only_documents_that_were_found_are_pages():
    content = warc(
        page(1),
        page(2, Content_Type="image/png"),
        (*page(3), "response", "404 Not Found"),
        (*page(4), "resource", ""),
        (*page(5), "request", "GET / HTTP/1.1"),
        page(6, b"x" * (MAX_CONTENT + 1)),
        page(7),
    )
    assert urls(content) == ["http://e.cn/1", "http://e.cn/7"]


def test_of_an_archive_of_ours_each_article_is_a_page_whatever_its_media_type(tmp_path):
    writer = ArchiveWriter(root_of(tmp_path), "paper", "c1")
    kinds = {"http://e.cn/1": "article", "http://e.cn/list": "seed"}
    for url, kind in kinds.items():
        headers = (("Content-Type", "application/json"),)
        writer.append(Page(url, url, 200, headers, b"{}", datetime(2026, 11, 20, tzinfo=UTC), "paper", kind))
    writer.close()
    (file,) = tmp_path.rglob("*.warc.gz")
    assert urls(file.read_bytes()) == ["http://e.cn/1"]


def test_a_record_larger_than_what_is_kept_is_passed_over():
    content = warc(page(1), page(2, b"x" * (2 * MAX_CONTENT + 1), Content_Type="video/mp4"), page(3))
    assert urls(content) == ["http://e.cn/1", "http://e.cn/3"]


def test_records_that_are_compressed_together_are_read_or_refused_in_a_sentence():
    few = gzip.compress(warc(page(1), page(2), gzipped=False), 1)
    assert urls(few) == ["http://e.cn/1", "http://e.cn/2"]
    for size in (MAX_CONTENT, 2 * MAX_CONTENT + 1):
        many = warc(*(page(number, b"x" * size) for number in (3, 4, 5)), gzipped=False)
        found, complaint = until_it_breaks(few + gzip.compress(many, 1))
        assert found == ["http://e.cn/1", "http://e.cn/2"]
        together = f"the records from byte {len(few)} on are compressed together and take more than 64 MiB"
        assert complaint == f"{together}: unpack the file with gunzip and import that"
    assert until_it_breaks(gzip.compress(b"a log\n" * 12_000_000, 1)) == ([], "what stands at byte 0 is no WARC record")


def test_chunks_of_the_transfer_are_undone_where_there_are_some():
    chunked = page(1, b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", Transfer_Encoding="chunked")
    claimed = page(2, b"<p>no chunk here</p>", Transfer_Encoding="chunked")
    bodies = [step.page.body for step in read_warc(io.BytesIO(warc(chunked, claimed)), 0) if step.page]
    assert bodies == [b"hello world", b"<p>no chunk here</p>"]
    assert all(
        "Transfer-Encoding" not in dict(step.page.headers) for step in read_warc(io.BytesIO(warc(chunked)), 0) if step.page
    )
