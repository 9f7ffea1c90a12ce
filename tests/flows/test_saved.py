"""Files that stand in for what was fetched."""

import json

import pytest

from crawlers.errors import ConfigError
from flows.saved import read_lines


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
