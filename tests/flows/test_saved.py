"""Files that stand in for what was fetched."""

import gzip
import json
import subprocess
import sys
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pytest

from crawlers.errors import ConfigError
from flows.saved import read_lines, saved_pages
from tests.conftest import caixun


def refused(read, *arguments) -> tuple[list, list[str]]:
    """Return what is read, and what is refused."""
    errors: list[ConfigError] = []
    return list(read(*arguments, errors.append)), list(map(str, errors))


def test_lines_of_json_end_at_line_feeds_alone(tmp_path):
    rows = [{"body": "一行\u2028两行\u0085三行"}, {"body": "四"}]
    text = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "a.jsonl").write_text(f"{text}\r\n\n", encoding="utf-8-sig", newline="")
    assert [(number, json.loads(line)) for number, line in refused(read_lines, tmp_path / "a.jsonl")[0]] == [
        (1, rows[0]),
        (3, rows[1]),
    ]


def test_a_file_that_is_not_there_is_named_once(tmp_path):
    told = f"{tmp_path / 'none.jsonl'}: cannot be read: No such file or directory"
    assert refused(read_lines, tmp_path / "none.jsonl") == ([], [told])


def test_lines_of_json_in_gb18030_are_read_and_a_damaged_line_is_named(tmp_path):
    rows = [{"title": f"第{number}号公告"} for number in range(3)]
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    for encoding in ("utf-8", "gb18030"):
        file = tmp_path / f"{encoding}.jsonl"
        file.write_text(text, encoding=encoding)
        assert [json.loads(line) for _, line in refused(read_lines, file)[0]] == rows
        file.write_bytes(text.encode(encoding).replace("第1号".encode(encoding), b"\xff\xfe"))
        read, told = refused(read_lines, file)
        assert [json.loads(line) for _, line in read] == [rows[0], rows[2]]
        assert told == [f"{file}:2: is neither UTF-8 nor GB18030 text; save the file as UTF-8"]


def test_pages_of_the_same_name_are_told_apart_by_their_folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = [Path("1/index.html"), Path("2/index.html"), Path("2/index#2.html"), tmp_path / "2" / "index.html"]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"x")
    pages = [saved for file in files for saved in refused(saved_pages, file, "file")[0]]
    assert [saved.id for saved in pages] == [str(file) for file in files]
    assert len({saved.page.url for saved in pages}) == len(files)
    assert pages[0].page.url == "http://localhost/1/index.html"


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("{", "{folder}/index.jsonl:2: is no JSON; a row is an object with id, file and url"),
        ("[]", "{folder}/index.jsonl:2: is no JSON object; a row needs id, file and url"),
        (
            '{"id": 1, "file": "a.html"}',
            "{folder}/index.jsonl:2: a row needs id, file and url (which may be empty); url is missing",
        ),
        ('{"id": 1, "file": "a.html", "url": "ftp://e.cn/"}', "{folder}/index.jsonl:2: url: 'ftp://e.cn/' is not an http(s) URL"),
        ('{"id": 1, "file": "b.html", "url": ""}', "{folder}/b.html: cannot be read: No such file or directory"),
        ('{"id": 1, "file": "\\u0000", "url": ""}', "{folder}/\0: cannot be read: embedded null byte"),
    ],
)
def test_a_wrong_row_of_an_index_is_told_in_words_and_the_next_one_is_read(tmp_path, row, complaint):
    (tmp_path / "a.html").touch()
    good = json.dumps({"id": "good", "file": "a.html", "url": ""})
    (tmp_path / "index.jsonl").write_text(f"\n{row}\n{good}\n", encoding="utf-8")
    pages, told = refused(saved_pages, tmp_path / "index.jsonl", "file")
    assert ([page.id for page in pages], told) == (["good"], [complaint.format(folder=tmp_path)])


@pytest.mark.parametrize("name", ["page\udcd0\udcc2.html", "\ud800"])
def test_a_name_that_is_no_text_stands_in_an_address(tmp_path, name):
    (tmp_path / "a.html").touch()
    (tmp_path / "index.jsonl").write_text(json.dumps({"id": name, "file": "a.html", "url": ""}), encoding="utf-8")
    ((page,), told) = refused(saved_pages, tmp_path / "index.jsonl", "file")
    assert (page.id, page.page.url.isascii(), told) == (name, True, [])


def test_what_can_be_read_is_given_whatever_else_cannot(tmp_path):
    (tmp_path / "good.html").write_text("<h1>x</h1>", encoding="utf-8")
    run = caixun("extract", "none.html", "good.html", cwd=tmp_path)
    assert (run.returncode, json.loads(run.stdout)["id"]) == (1, "good.html")
    assert run.stderr == "caixun: none.html: cannot be read: No such file or directory\n"
    article = json.dumps({"id": "1", "title": "大模型", "body": "星桥智能昨日发布问桥大模型。"})
    (tmp_path / "a.jsonl").write_text(f"{article}\n[]\n{article}\n", encoding="utf-8")
    run = caixun("annotate", "a.jsonl", "a.jsonl", cwd=tmp_path)
    assert (run.returncode, [json.loads(line)["id"] for line in run.stdout.splitlines()]) == (1, ["1"] * 4)
    assert run.stderr == "caixun: a.jsonl:2: is no JSON object; a row needs id, title and body\n" * 2
    (tmp_path / "a.jsonl.gz").write_text(article, encoding="utf-8")
    (tmp_path / "torn.jsonl.gz").write_bytes(gzip.compress(article.encode())[:-9])
    run = caixun("annotate", "a.jsonl.gz", "torn.jsonl.gz", cwd=tmp_path)
    told = "is not a whole gzip file, though its name ends in .gz\n"
    assert (run.returncode, run.stderr) == (2, f"caixun: a.jsonl.gz: {told}caixun: torn.jsonl.gz: {told}")


def test_what_holds_no_rows_or_many_wrong_ones_is_told_in_few_sentences(tmp_path):
    (tmp_path / "n.xlsx").write_bytes(b"PK\x03\x04\x14\x00" + bytes(range(256)) * 99)
    (tmp_path / "wide.jsonl").write_text('{"id": 1, "title": "题", "body": "文。"}\n' * 9, encoding="utf-16")
    (tmp_path / "empty.jsonl").write_text("\n\n", encoding="utf-8")
    (tmp_path / "zero.jsonl").write_bytes(b'\0\0{"id"\0: 1}\n')
    (tmp_path / "some.jsonl").write_text('{"url": "x"}\n' * 9 + "{\n", encoding="utf-8")
    wrong = "a row needs an id or article_id (a text or a number) and the texts title and body"
    told = {
        "n.xlsx": ["n.xlsx: is neither UTF-8 nor GB18030 text; save the file as UTF-8"],
        "wide.jsonl": ["wide.jsonl: is neither UTF-8 nor GB18030 text; save the file as UTF-8"],
        "empty.jsonl": ["empty.jsonl: holds no row; a row is a line with a JSON object"],
        "zero.jsonl": ["zero.jsonl:1: is no JSON; a row is an object with id, title and body"],
        "some.jsonl": [
            *(f"some.jsonl:{number}: {wrong}" for number in (1, 2, 3)),
            "some.jsonl:10: is no JSON; a row is an object with id, title and body",
            f"some.jsonl: 6 more rows like that: {wrong}",
        ],
    }
    run = caixun("annotate", *told, cwd=tmp_path)
    lines = [line.removeprefix("caixun: ") for line in run.stderr.splitlines()]
    assert (run.returncode, run.stdout) == (2, "")
    assert sorted(lines) == sorted(chain.from_iterable(told.values()))
    run = caixun("extract", "empty.jsonl", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (2, f"caixun: {told['empty.jsonl'][0]}\n")


def test_articles_are_annotated_as_they_come_in_until_the_reader_has_seen_enough(tmp_path):
    row = json.dumps({"id": "1", "title": "大模型", "body": "星桥智能昨日发布问桥大模型。"}).encode() + b"\n"
    command = [Path(sys.executable).with_name("caixun"), "annotate", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        with suppress(BrokenPipeError):
            run.stdin.write(row * 1200)  # and there is no end yet
            run.stdin.flush()
            assert json.loads(run.stdout.readline())["id"] == "1"
            run.stdout.close()
            for _ in range(1000):
                run.stdin.write(row * 1000)
        assert run.wait(60) == 0
