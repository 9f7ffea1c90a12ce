"""Which days a daily run takes up, after how long a sleep."""

from datetime import UTC, date, datetime, timedelta

import pytest

from flows.schedule import Schedule, days_due, missed_days, was_missed

NOW = datetime(2026, 11, 24, 22, 31, tzinfo=UTC)  # 06:31 on the 25th in Shanghai


def day(number: int) -> date:
    return date(2026, 11, number)


def listed(**days: str) -> dict[date, datetime]:
    """Return when days were listed; d20="20 22:31" is in UTC."""
    return {day(int(name[1:])): datetime.strptime(f"2026-11-{at} +0000", "%Y-%m-%d %H:%M %z") for name, at in days.items()}


RAN_UNTIL_20 = listed(d18="18 22:31", d19="19 22:31", d20="19 22:31")  # the 20th in its early hours only


@pytest.mark.parametrize(
    ("missed", "expected"),
    [("all", [20, 21, 22, 23, 24]), ("latest", [24]), ("skip", [])],
)
def test_a_machine_that_slept_catches_up_exactly_the_days_it_missed(missed, expected):
    assert missed_days(Schedule(missed=missed), RAN_UNTIL_20, NOW) == [day(number) for number in expected]


def test_a_daily_run_takes_yesterday_and_today_along():
    assert days_due(Schedule(missed="skip"), RAN_UNTIL_20, NOW) == [day(24), day(25)]
    assert days_due(Schedule(missed="all"), RAN_UNTIL_20, NOW) == [day(number) for number in (20, 21, 22, 23, 24, 25)]


def test_no_more_days_than_allowed_are_caught_up():
    assert missed_days(Schedule(most=2), RAN_UNTIL_20, NOW) == [day(23), day(24)]


def test_nothing_before_the_first_day_was_ever_due():
    assert missed_days(Schedule(), {}, NOW) == [day(24)]
    assert missed_days(Schedule(), listed(d23="23 22:31"), NOW) == [day(24)]


def test_a_day_that_was_run_is_not_missed():
    assert missed_days(
        Schedule(), RAN_UNTIL_20 | listed(d20="20 22:31", d21="24 20:00", d22="24 20:00", d23="24 20:00"), NOW
    ) == [day(24)]


@pytest.mark.parametrize("missed", ["latest", "all"])
def test_a_day_over_which_a_run_was_killed_is_missed(missed):
    tried = RAN_UNTIL_20 | {day(number): at for number, at in enumerate([NOW] * 3, 20)} | {day(23): NOW, day(24): None}
    assert missed_days(Schedule(missed=missed), tried, NOW) == [day(24)]
    assert missed_days(Schedule(), {day(22): None, day(23): NOW}, NOW) == [day(22), day(24)]


def test_a_run_that_comes_an_hour_late_is_skipped_where_the_schedule_says_so():
    late = NOW - timedelta(minutes=61)
    assert was_missed(Schedule(missed="skip"), late, NOW)
    assert not was_missed(Schedule(missed="skip"), NOW - timedelta(minutes=59), NOW)
    assert not was_missed(Schedule(missed="latest"), late, NOW)


def test_the_time_is_a_cron_line():
    assert Schedule(at="06:05").cron == "5 6 * * *"


@pytest.mark.parametrize("name", ["a/b", "", "two words", "x" * 61])
def test_deployments_have_a_name_that_prefect_takes(name):
    assert Schedule(name="财讯-1_b").name == "财讯-1_b"
    with pytest.raises(ValueError, match="is no name"):
        Schedule(name=name)
