"""The daily schedule: when it runs, and which days are due then. Pure; Prefect keeps the clock."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from crawlers.clock import day_of, is_over
from crawlers.config import Strict


def _clock(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text, re.ASCII):
        raise ValueError(f"{text!r} is not a time of day; 06:30 is one")
    return text


def _name(text: str) -> str:
    if not re.fullmatch(r"[\w-]{1,60}", text):
        raise ValueError(f"{text!r} is no name; letters, digits, _ and - make one")
    return text


class Schedule(Strict):
    """When the daily run starts (Asia/Shanghai), and what becomes of days whose run was missed.

    `name` is that of the deployments, which projects on one Prefect server do not share.

    `skip`: nothing. `latest`: yesterday alone is run as soon as the program runs again. `all`: every day since the last run, at
    most the last `most`.
    """

    at: Annotated[str, AfterValidator(_clock)] = "06:30"
    missed: Literal["skip", "latest", "all"] = "all"
    most: int = Field(default=7, ge=1, le=366)
    name: Annotated[str, AfterValidator(_name)] = "caixun"

    @property
    def cron(self) -> str:
        """The time as a cron line."""
        hour, minute = self.at.split(":")
        return f"{int(minute)} {int(hour)} * * *"


def missed_days(schedule: Schedule, tried: Mapping[date, datetime | None], now: datetime) -> list[date]:
    """Return the days before today that no run has finished with for a source since they were over, oldest first.

    `tried` says when each day was last listed, whatever came of it; None where a run was killed before it was through.
    Yesterday is one where nothing was ever asked of the source; what lies before the first day that was asked was never due.
    """
    today = day_of(now)
    first = min(tried, default=today - timedelta(days=1))
    number = {"skip": 0, "latest": 1, "all": schedule.most}[schedule.missed]
    days = [today - timedelta(days=back) for back in range(number, 0, -1)]
    return [day for day in days if day >= first and not ((at := tried.get(day)) and is_over(day, at))]


def days_due(schedule: Schedule, tried: Mapping[date, datetime | None], now: datetime) -> list[date]:
    """Return a source's days of a daily run: those missed, yesterday, and today as far as it has come."""
    today = day_of(now)
    return sorted({*missed_days(schedule, tried, now), today - timedelta(days=1), today})


def was_missed(schedule: Schedule, scheduled: datetime, now: datetime) -> bool:
    """Whether a run comes so late that the schedule says to skip it: by more than an hour."""
    return schedule.missed == "skip" and now - scheduled > timedelta(hours=1)
