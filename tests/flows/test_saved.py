"""Files that stand in for what was fetched."""

import json
from pathlib import Path

import pytest

from crawlers.errors import ConfigError
from flows.saved import read_lines, saved_pages


def test_lines_of_json_end_at_line_feeds_alone(tmp_path):
    rows = [{"body": "一行\u2028两行\u0085三行"}, {"body": "四"}]
    text = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "a.jsonl").write_text(f"{text}\r\n\n", encoding="utf-8-sig", newline="")
    assert [(number, json.loads(line)) for number, line in read_lines(tmp_path / "a.jsonl")] == [(1, rows[0]), (3, rows[1])]


def test_a_file_that_is_not_there_is_named_once(tmp_path):
    with pytest.raises(ConfigError) as refusal:
        list(read_lines(tmp_path / "none.jsonl"))
    assert str(refusal.value) == f"{tmp_path / 'none.jsonl'}: cannot be read: No such file or directory"


def test_lines_of_json_in_gb18030_are_read_and_a_damaged_line_is_named(tmp_path):
    rows = [{"title": f"第{number}号公告"} for number in range(3)]
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    for encoding in ("utf-8", "gb18030"):
        file = tmp_path / f"{encoding}.jsonl"
        file.write_text(text, encoding=encoding)
        assert [json.loads(line) for _, line in read_lines(file)] == rows
        file.write_bytes(text.encode(encoding).replace("第1号".encode(encoding), b"\xff\xfe"))
        with pytest.raises(ConfigError, match=rf"{encoding}\.jsonl:2: is neither UTF-8 nor GB18030 text; save the file as UTF-8"):
            list(read_lines(file))


def test_pages_of_the_same_name_are_told_apart_by_their_folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = [Path("1/index.html"), Path("2/index.html"), Path("2/index#2.html"), tmp_path / "2" / "index.html"]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"x")
    pages = [saved for file in files for saved in saved_pages(file, "file")]
    assert [saved.id for saved in pages] == [str(file) for file in files]
    assert len({saved.page.url for saved in pages}) == len(files)
    assert pages[0].page.url == "http://localhost/1/index.html"


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("{", ":2: is no JSON; a row is an object with id, file and url"),
        ("[]", ":2: is no JSON object; a row needs id, file and url"),
        ('{"id": 1, "file": "a.html"}', ":2: a row needs id, file and url (which may be empty); url is missing"),
        ('{"id": 1, "file": "a.html", "url": "ftp://e.cn/"}', ":2: url: 'ftp://e.cn/' is not an http(s) URL"),
    ],
)
def test_a_wrong_row_of_an_index_is_told_in_words(tmp_path, row, complaint):
    (tmp_path / "index.jsonl").write_text(f"\n{row}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refusal:
        list(saved_pages(tmp_path / "index.jsonl", "file"))
    assert str(refusal.value) == f"{tmp_path / 'index.jsonl'}{complaint}"
