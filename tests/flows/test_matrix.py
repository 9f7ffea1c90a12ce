"""The source × day matrix: legible without colour, short for a year, and safe as a page."""

from collections import Counter
from datetime import date, timedelta
from io import StringIO

import pytest
from lxml import html
from rich.console import Console

from crawlers.fates import DayReport, Tally
from flows.cli.matrix import print_matrix
from flows.cli.tables import print_reports
from flows.matrix import LETTERS, reasons, spans, weekly
from flows.matrix_page import matrix_page

FIRST = date(2026, 10, 30)


def report(source: str, day: date, status: str = "complete", reason: str | None = None, records: int = 0) -> DayReport:
    return DayReport(source, day, Tally(records=records), status, reason, None)


def printed(reports, width: int = 80, **options) -> list[str]:
    file = StringIO()
    print_matrix(reports, Console(file=file, width=width), **options)
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_days_are_shown_by_month_each_with_its_letter_and_counted():
    some = [report("zqrb", FIRST + timedelta(days=number), status, records=1) for number, status in enumerate(LETTERS)]
    lines = printed([*some, report("cs", FIRST)])
    assert lines[:6] == [
        "2026-10 1   5    10   15   20   25   30",
        "zqrb                                 MP",
        "cs                                   C",
        "2026-11 1   5    10   15   20   25   30",
        "zqrb    FBECI",
        "cs",
    ]
    assert lines[6] == "M missing  P partial  F failed  B blocked  E empty  C complete  I impossible"
    assert lines[8].split() == ["source", *"MPFBECI", "found", "records", "rejects"]
    assert lines[9].split() == ["zqrb", *"1111111", "7", "7", "0"]
    assert lines[-1].split() == ["sum", *"1111121", "7", "7", "0"]


def test_a_year_takes_one_column_a_week_with_the_letter_of_its_worst_day():
    days = [date(2025, 12, 1) + timedelta(days=number) for number in range(364)]
    some = [report(name, day) for name in ("a", "b") for day in days]
    some[8] = report("a", days[8], "failed", "HTTP 500")
    some[9] = report("a", days[9], "blocked", "captcha")
    lines = printed(some)
    assert max(map(len, lines)) <= 80
    assert lines[1] == "month   12   01  02  03   04  05  06   07  08   09  10  11"
    assert lines[2:4] == ["a       C" + "B" + "C" * 50, "b       " + "C" * 52]
    assert weekly(some)["a", days[7]] == "blocked"
    assert "a 2025-12-09: failed: HTTP 500" in lines
    assert len(printed(some, by="day")) > 12 * 3


def test_no_line_holds_more_than_two_years_of_weeks():
    lines = printed([report("a", FIRST + timedelta(weeks=number)) for number in range(250)], width=1000)
    assert [line.count("C") for line in lines if line.startswith("a  ")][:3] == [104, 104, 42]


def test_a_reason_is_told_once_with_its_days():
    days = [FIRST + timedelta(days=number) for number in (0, 1, 2, 5, 7, 9, 11, 13)]
    (one,) = reasons(report("a", day, "partial", "why") for day in days)
    assert spans(one.days) == "2026-10-30 to 2026-11-01, 2026-11-04, 2026-11-06, 2026-11-08 and 2 more days"


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '" onmouseover="x'])
def test_the_page_shows_each_day_and_takes_nothing_for_markup(evil):
    page = matrix_page([report("zqrb", FIRST, "failed", evil), report("zqrb", FIRST + timedelta(days=1)), report("cs", FIRST)])
    tree = html.fromstring(page)
    assert [cell.text for cell in tree.cssselect("div.wide td")] == ["F", "C", "C", None]
    assert tree.cssselect("div.wide td.F")[0].get("title").endswith(evil)
    assert not tree.cssselect("script, link, img, [onmouseover], [src], [href]")


def test_the_last_days_that_there_are_have_a_matrix():
    assert printed([report("paper", date.max, "missing")])[:2] == ["9999-12 1   5    10   15   20   25   30", f"paper{' ' * 33}M"]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
@pytest.mark.parametrize("show", [print_reports, print_matrix])
def test_a_narrow_terminal_loses_neither_names_nor_counts(show, width):
    tally = Tally(records=123456, rejects=Counter(no_body=7), failed=8901)
    file = StringIO()
    show([DayReport("a_source_with_a_name", FIRST, tally, "failed", None, None)], Console(file=file, width=width))
    assert set(file.getvalue().split()) >= {"a_source_with_a_name", "records", "123456", "rejects", "7", "fail", "8901"}
