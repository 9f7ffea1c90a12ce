from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from crawlers.clock import day_of, is_over, read_moment, start_of, working_days

SERVED = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # noon in Shanghai


@pytest.mark.parametrize(
    ("text", "local", "precision"),
    [
        ("2026年11月18日 09:21", "2026-11-18 09:21:00", "minute"),
        ("发布时间：2026/1/8 9:05", "2026-01-08 09:05:00", "minute"),
        ("2026-11-18 09:21:05", "2026-11-18 09:21:05", "second"),
        ("2026-11-18T09:21:05+08:00", "2026-11-18 09:21:05", "second"),
        ("2026-11-18T01:21:05Z", "2026-11-18 09:21:05", "second"),
        ("2026-11-18T01:21:05.123+0000", "2026-11-18 09:21:05", "second"),
        ("2026-11-18 01:21:05 UTC", "2026-11-18 09:21:05", "second"),
        ("2026-11-18 01:21 GMT", "2026-11-18 09:21:00", "minute"),
        ("2026-11-18 01:21:05 GMT+0000", "2026-11-18 09:21:05", "second"),
        ("2026-11-18 09:21:05 UTC +0800", "2026-11-18 09:21:05", "second"),
        ("2026-11-18 01:21 GMT - 样报", "2026-11-18 09:21:00", "minute"),
        ("2026-11-18 09:21 GMT +8", "2026-11-18 09:21:00", "minute"),
        ("2026-11-18 09:21 GMT+8", "2026-11-18 09:21:00", "minute"),
        ("2026-11-18 09:21:05 ZAKER", "2026-11-18 09:21:05", "second"),
        ("2026-11-18 09:21-11:30", "2026-11-18 09:21:00", "minute"),
        ("2026年11月18日星期三 09:21", "2026-11-18 09:21:00", "minute"),
        ("2026年11月18日 下午3:21", "2026-11-18 15:21:00", "minute"),
        ("2026-11-18 凌晨12:30", "2026-11-18 00:30:00", "minute"),
        ("2026-11-18 上午12:10", "2026-11-18 00:10:00", "minute"),
        ("2026-11-18 中午12:10", "2026-11-18 12:10:00", "minute"),
        ("2026-11-18 中午1:10", "2026-11-18 13:10:00", "minute"),
        ("2026-11-18 下午12:10", "2026-11-18 12:10:00", "minute"),
        ("2026-11-18 晚上9:10", "2026-11-18 21:10:00", "minute"),
        ("2026-11-18 晚上12:10", "2026-11-18 00:00:00", "day"),
        ("2026-11-18 晚上1:10", "2026-11-18 00:00:00", "day"),
        ("2026-11-18 8:30 PM", "2026-11-18 20:30:00", "minute"),
        ("2026-11-18 12:30:05am", "2026-11-18 00:30:05", "second"),
        ("2026-11-18 12:30 pm", "2026-11-18 12:30:00", "minute"),
        ("2026-11-18 08:30 AMD", "2026-11-18 08:30:00", "minute"),
        ("2026-11-1809:21", "2026-11-18 09:21:00", "minute"),
        ("2026 11/ 18 09:21:05", "2026-11-18 09:21:05", "second"),
        ("2026.11.18", "2026-11-18 00:00:00", "day"),
        ("20261118", "2026-11-18 00:00:00", "day"),
        ("1795000000", "2026-11-18 19:06:40", "second"),
        ("1795000000123", "2026-11-18 19:06:40", "second"),
        ("3分钟前", "2026-11-23 11:57:00", "minute"),
        ("4小时前", "2026-11-23 08:00:00", "day"),
        ("11小时前", "2026-11-23 01:00:00", "day"),
        ("前天 08:05", "2026-11-21 08:05:00", "minute"),
        ("今天 08:05", "2026-11-23 08:05:00", "minute"),
        ("12月25日", "2025-12-25 00:00:00", "day"),
        ("刚刚", "2026-11-23 12:00:00", "minute"),
        ("今天", "2026-11-23 00:00:00", "day"),
        ("昨天09:21", "2026-11-22 09:21:00", "minute"),
        ("前天", "2026-11-21 00:00:00", "day"),
        ("2天前", "2026-11-21 00:00:00", "day"),
        ("11月18日", "2026-11-18 00:00:00", "day"),
        ("12月25日 08:00", "2025-12-25 08:00:00", "minute"),
        ("11-18 09:21", "2026-11-18 09:21:00", "minute"),
    ],
)
def test_read_moment_reads_what_chinese_pages_print(text, local, precision):
    moment = read_moment(text, SERVED)
    assert moment is not None
    assert moment.precision == precision
    assert f"{moment.at.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M:%S}" == local


@pytest.mark.parametrize("text", ["", "abc", "12小时前", "2026-02-30", "2026-13-01", "99999999999", "第12-13页不是日期2026"])
def test_read_moment_finds_no_time_where_none_is_printed(text):
    assert read_moment(text, SERVED) is None


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_a_day_without_a_clock_is_that_day_wherever_it_was_printed(zone):
    moment = read_moment("2026-11-18", SERVED, ZoneInfo(zone))
    assert moment is not None
    assert (day_of(moment.at), moment.precision) == (date(2026, 11, 18), "day")


def test_a_date_without_a_year_is_not_later_than_what_bounds_it():
    moment = read_moment("12-31 23:50", SERVED, latest=datetime(2016, 1, 2, tzinfo=UTC))
    assert moment is not None
    assert day_of(moment.at) == date(2015, 12, 31)


def test_a_day_without_year_on_29_february_is_the_last_such_day():
    moment = read_moment("2月29日", SERVED)
    assert moment is not None
    assert day_of(moment.at) == date(2024, 2, 29)


def test_times_without_offset_are_times_of_the_sources_zone():
    moment = read_moment("2026-11-18 09:21", SERVED, ZoneInfo("America/New_York"))
    assert moment is not None
    assert moment.at == datetime(2026, 11, 18, 14, 21, tzinfo=UTC)


def test_the_day_changes_at_midnight_in_shanghai():
    assert day_of(datetime(2026, 11, 18, 15, 59, 59, tzinfo=UTC)) == date(2026, 11, 18)
    assert day_of(datetime(2026, 11, 18, 16, 0, tzinfo=UTC)) == date(2026, 11, 19)
    assert start_of(date(2026, 11, 19)) == datetime(2026, 11, 18, 16, 0, tzinfo=UTC)
    assert not is_over(date(2026, 11, 18), datetime(2026, 11, 18, 15, 59, 59, tzinfo=UTC))
    assert is_over(date(2026, 11, 18), datetime(2026, 11, 18, 16, 0, tzinfo=UTC))


def test_weekends_and_holidays_are_no_working_days():
    assert working_days(date(2026, 11, 20), date(2026, 11, 23)) == 0
    assert working_days(date(2026, 9, 30), date(2026, 10, 8)) == 0
    assert working_days(date(2026, 11, 16), date(2026, 11, 20)) == 3
    assert working_days(date(2026, 11, 20), date(2026, 11, 20)) == 0
