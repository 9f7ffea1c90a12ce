from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawlers import archive, bucket
from crawlers.bucket import Bucket
from crawlers.errors import ConfigError, StoreError
from crawlers.page import Page
from crawlers.root import Root, root_of

pytestmark = pytest.mark.s3


@pytest.fixture
def root(s3, tmp_path) -> Root:
    return Root(tmp_path / "work", Bucket(f"{s3.bucket()}/news", s3.endpoint))


def page(number: int, size: int = 2000) -> Page:
    body = bytes(f"第{number}页", "utf-8") + bytes((number * at) % 251 for at in range(size))
    url = f"http://e.cn/{number}"
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return Page(url=url, link=url, status=200, headers=(), body=body, fetched_at=at, source="paper", kind="article")


def test_an_object_is_put_listed_read_and_removed(root, tmp_path):
    file = tmp_path / "file"
    for content in (b"first", b"a longer second one"):
        file.write_bytes(content)
        root.bucket.put("a/b/c.txt", file)
        assert root.bucket.read("a/b/c.txt") == content
    assert (root.bucket.names(), root.bucket.names("a/b"), root.bucket.names("none")) == (["a"], ["c.txt"], [])
    assert root.bucket.holds("a/b/c.txt")
    assert not root.bucket.holds("a/b")
    root.bucket.remove("a/b/c.txt")
    root.bucket.remove("a/b/c.txt")
    with pytest.raises(FileNotFoundError):
        root.bucket.read("a/b/c.txt")


def test_what_the_store_refuses_is_one_sentence(root, s3, tmp_path, monkeypatch):
    file = tmp_path / "file"
    absent = Bucket("no-such-bucket/news", s3.endpoint)
    with pytest.raises(ConfigError, match="there is no bucket no-such-bucket; make it first"):
        absent.check()
    root.bucket.check()
    file.write_bytes(b"content")
    with pytest.raises(StoreError, match=r"^s3://no-such-bucket/news/a: cannot be written: no such bucket: [^\n]*$"):
        absent.put("a", file)
    with pytest.raises(StoreError, match=r"^s3://b/news: cannot be listed: network connection: [^\n]*$"):
        Bucket("b/news", "http://127.0.0.1:9").names()
    with pytest.raises(ConfigError, match=r"endpoint: 'e\.cn' is no address"):
        Bucket("b/news", "e.cn").names()
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.endpoint)
    assert root_of(str(root)).bucket.names() == []


def test_an_archive_file_goes_into_the_bucket_when_it_is_whole(root, monkeypatch):
    monkeypatch.setattr(bucket, "BLOCK", 1000)  # pages lie across the blocks that are asked for
    writer = archive.ArchiveWriter(root, "paper", "c1")
    first = [writer.append(page(number)) for number in range(3)]
    assert root.bucket.names() == []
    assert archive.read(root, first[1]).body == page(1).body
    writer.put_by()
    assert root.bucket.names() == []
    monkeypatch.setattr(archive, "_MOST", 100)
    writer.put_by()
    second = writer.append(page(3))
    assert second.file != first[0].file
    writer.close()
    assert not any(path.is_file() for path in root.folder.rglob("*"))
    elsewhere = replace(root, folder=root.folder / "elsewhere")
    for number, position in enumerate([*first, second]):
        assert archive.read(elsewhere, position).body == page(number).body
    with pytest.raises(StoreError, match="the archive file is missing"):
        archive.read(root, first[0]._replace(file="date=2026-11-20/paper-c9.warc.gz"))


def test_what_a_killed_crawl_left_goes_into_the_bucket(root):
    writer = archive.ArchiveWriter(root, "paper", "c1")
    positions = [writer.append(page(number)) for number in range(3)]
    writer._out.close()
    path = root / "archive" / (positions[0].file + ".open")
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 10)
    assert not archive.holds(replace(root, folder=root / "elsewhere"), positions[0].file)
    assert [found.position for found in archive.salvage(root, "paper")] == positions[:2]
    assert archive.holds(replace(root, folder=root / "elsewhere"), positions[0].file)
    assert not path.exists()
    assert archive.read(root, positions[1]).body == page(1).body
