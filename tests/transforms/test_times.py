"""Times that a page's address or listing contradicts."""

from datetime import UTC, date, datetime

import pytest

from transforms.times import contradicted

PRINTED = datetime(2026, 11, 18, 1, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "listed", "says"),
    [
        ("https://e.cn/2026-11-18/doc-1.shtml", date(2026, 11, 18), None),
        ("https://e.cn/2026/11-20/1.shtml", None, None),
        ("https://e.cn/2026/1121/1.shtml", None, "its address says 2026-11-21"),
        ("https://e.cn/a/202611013887740418.html", None, "its address says 2026-11-01"),
        ("https://e.cn/a/1.html", date(2026, 11, 14), "its listing says 2026-11-14"),
        ("https://e.cn/20261345/a?d=2020-01-01", None, None),
        ("https://e.cn/2026-02-31/a", None, None),
        ("https://e.cn/a/1202601019", None, None),
    ],
)
def test_contradicted(url, listed, says):
    told = contradicted(url, listed, PRINTED)
    assert told is None if says is None else told == f"the page prints 2026-11-18, {says}"


def test_nothing_contradicts_a_time_that_is_not_printed():
    assert contradicted("https://e.cn/2020-01-01/a", date(2020, 1, 1), None) is None
