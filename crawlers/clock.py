"""Days and instants: the publication day is a day in Asia/Shanghai, an instant is an aware UTC datetime.

`read_moment` reads the times that Chinese pages and lists print, absolute or relative (昨天 09:21, 3分钟前).
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from chinese_calendar import get_holiday_detail

SHANGHAI = ZoneInfo("Asia/Shanghai")

Precision = Literal["second", "minute", "day", "none"]


class Moment(NamedTuple):
    """An instant and how exactly it was printed; with precision `day` only its date means something."""

    at: datetime
    precision: Precision


def now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def day_of(instant: datetime) -> date:
    """Return the day in Asia/Shanghai on which an aware `instant` falls."""
    return instant.astimezone(SHANGHAI).date()


def start_of(day: date, zone: ZoneInfo = SHANGHAI) -> datetime:
    """Return the first instant of `day` in `zone`, as UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def days_within(day: date, zone: ZoneInfo, other: ZoneInfo) -> list[date]:
    """Return the days in `other` that have hours in common with `day` in `zone`, in their order: one, or two where clocks differ."""
    ends = start_of(day, zone), start_of(day + timedelta(days=1), zone) - timedelta.resolution
    return sorted({end.astimezone(other).date() for end in ends})


def is_holiday(day: date) -> bool:
    """Whether `day` belongs to a public holiday of China as announced.

    Of a year that is not announced yet only the days that the law fixes do, not those that move with the moon.
    """
    try:
        off, holiday = get_holiday_detail(day)
    except NotImplementedError:  # what the library raises for a year without an announcement
        return (day.month, day.day) in _FIXED_HOLIDAYS
    return off and holiday is not None


_FIXED_HOLIDAYS = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}


def working_days(first: date, last: date) -> int:
    """Return how many days between `first` and `last`, both exclusive, are neither of a weekend nor of a public holiday.

    More than a hundred days are not looked at.
    """
    between = (first + timedelta(days=number) for number in range(1, min((last - first).days, 101)))
    return sum(day.weekday() < 5 and not is_holiday(day) for day in between)


def is_over(day: date, at: datetime, zone: ZoneInfo = SHANGHAI) -> bool:
    """Whether `day` in `zone` had ended at the instant `at`."""
    return at >= start_of(day + timedelta(days=1), zone)


_LONGEST = 400  # characters of a text in which a time is looked for; a longer one is no label
_CLOCK = (
    r"(?P<hour>[01]?\d|2[0-3])\s?[:：时]\s?(?P<minute>[0-5]\d)(?:\s?分)?(?:(?:\s?[:：]|(?<=分))\s?(?P<second>[0-5]\d)(?!\d)\s?秒?)?"
    r"(?:\s?(?P<noon>[AaPp][Mm])(?![A-Za-z]))?"
)
_BETWEEN = r"(?:\s*(?:[T,，|]|星期[一二三四五六日天]|周[一二三四五六日天]|\([^)]{1,6}\)))?\s*"
_AFTER_DAY = rf"(?:{_BETWEEN}(?P<half>凌晨|早上|上午|中午|下午|傍晚|晚上)?\s*{_CLOCK})?"
# An offset stands right behind the time; 09:30-11:30 is a span of time. GMT+8 is left to the source's zone.
_ZONE = (
    r"(?:\.\d{1,9})?\s?(?P<zone>(?:Z|UTC|GMT)(?![A-Za-z\d]|\s?[+-]\d)|(?:(?:UTC|GMT)\s?)?[+-](?:0\d|1[0-4]):?[0-5]\d(?![\d:-]))?"
)
_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?:\s*[-/.年]\s*|\s(?=\d\d\s?/))(?P<month>1[0-2]|0?[1-9])\s*[-/.月]\s*"
    # a clock time may follow without a blank, where two elements stand side by side
    r"(?P<day>3[01]|[12]\d|0?[1-9])(?:\s*日|(?!\d)|(?=[012]\d[:：][0-5]\d))" + _AFTER_DAY + _ZONE
)
_COMPACT = re.compile(
    r"(?<!\d)(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?:(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<second>[0-5]\d))?(?!\d)"
)
_MONTH_FIRST = re.compile(
    r"(?<![\d年/.-])(?P<month>1[0-2]|0?[1-9])\s*[-/月]\s*(?P<day>3[01]|[12]\d|0?[1-9])(?:\s*日|(?![\d/.-]))" + _AFTER_DAY
)
_RELATIVE_DAY = re.compile(r"(?P<word>今天|今日|昨天|昨日|前天|(?P<days>\d{1,2})\s*天前)" + _AFTER_DAY)
_AGO = re.compile(r"(?P<count>\d{1,3})\s*(?P<unit>秒|分钟|小时)之?前")
_EPOCH = re.compile(r"(?P<seconds>1\d{9})(?P<milliseconds>\d{3})?")
_NOON = 12
_EVENING = 5
_DAYS_BACK = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}


def read_moment(text: str, reference: datetime, zone: ZoneInfo = SHANGHAI, latest: datetime | None = None) -> Moment | None:
    """Return the first time that `text` prints, or None when it prints none.

    `reference` (aware) is the instant at which the text was served: relative times are read against it. A date without a
    year is the most recent such day that is not later than `latest`, or than `reference` where that is not given. Times
    without an offset are local times of `zone`. 3小时前 has the precision of a day, since it may be wrong by an hour, and is
    None where that hour holds a midnight.
    """
    text = _tidy(text)
    if match := _EPOCH.fullmatch(text):
        return Moment(datetime.fromtimestamp(int(match["seconds"]), UTC), "second")
    for pattern, read in (
        (_YEAR_FIRST, _with_year),
        (_AGO, _ago),
        (_RELATIVE_DAY, _days_back),
        (_MONTH_FIRST, _without_year),
    ):
        for match in pattern.finditer(text):
            if moment := read(match, latest or reference if read is _without_year else reference, zone):
                return moment
    if match := _COMPACT.search(text):
        return _with_year(match, reference, zone)
    if text in ("刚刚", "刚才"):
        return Moment(reference, "minute")
    return None


def read_clock(text: str, day: date, reference: datetime, zone: ZoneInfo = SHANGHAI) -> Moment | None:
    """Return the instant on `day` of a text that is a bare clock time (09:31), else None; also for one after `reference`."""
    match = re.fullmatch(_CLOCK, text.strip())
    moment = _at_clock(day, match, zone) if match else None
    return moment if moment and moment.at <= reference else None


def _tidy(text: str) -> str:
    """Return the beginning of a text with single blanks, so that no pattern has to look far."""
    return " ".join(text[:_LONGEST].split())


def read_full_date(text: str, zone: ZoneInfo = SHANGHAI) -> Moment | None:
    """Return the first time with a year that `text` prints, one with a clock before one without, or None."""
    moments = [moment for match in _YEAR_FIRST.finditer(_tidy(text)) if (moment := _with_year(match, None, zone))]
    return next((moment for moment in moments if moment.precision != "day"), moments[0] if moments else None)


def _with_year(match: re.Match[str], _reference: datetime | None, zone: ZoneInfo) -> Moment | None:
    try:
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    return _at_clock(day, match, zone)


def _without_year(match: re.Match[str], reference: datetime, zone: ZoneInfo) -> Moment | None:
    if "月" not in match[0] and match["hour"] is None and match[0].strip() != match.string:
        return None  # 12-13 inside a text is a range, a score, a page number
    today = reference.astimezone(zone).date()
    for year in range(today.year, today.year - 5, -1):  # five years reach a 29 February
        try:
            day = date(year, int(match["month"]), int(match["day"]))
        except ValueError:
            continue
        if day <= today:
            return _at_clock(day, match, zone)
    return None


def _days_back(match: re.Match[str], reference: datetime, zone: ZoneInfo) -> Moment | None:
    back = int(match["days"]) if match["days"] else _DAYS_BACK[match["word"]]
    return _at_clock(reference.astimezone(zone).date() - timedelta(days=back), match, zone)


def _ago(match: re.Match[str], reference: datetime, _zone: ZoneInfo) -> Moment | None:
    count = int(match["count"])
    if match["unit"] == "小时":
        last, first = (reference - timedelta(hours=hours) for hours in (count, count + 1))
        return Moment(last, "day") if day_of(last) == day_of(first) else None
    return Moment(reference - (timedelta(minutes=count) if match["unit"] == "分钟" else timedelta(seconds=count)), "minute")


def _hour(hour: int, half: str) -> int | None:
    """Return the hour of the day, None for 晚上12:10 and 晚上1:10, which may be the day's first hours or the next one's."""
    if half in ("凌晨", "早上", "上午", "am"):
        return 0 if hour == _NOON else hour
    if half == "晚上" and (hour == _NOON or hour < _EVENING):
        return None
    later = half in ("下午", "傍晚", "晚上", "pm") or (half == "中午" and hour < _NOON // 2)
    return hour + _NOON if later and hour < _NOON else hour


def _at_clock(day: date, match: re.Match[str], zone: ZoneInfo) -> Moment:
    """Combine `day` with the clock time and offset of `match`, where it has them."""
    parts = match.groupdict()
    half = (parts.get("noon") or parts.get("half") or "").lower()
    hour = _hour(int(parts["hour"]), half) if parts.get("hour") else None
    if hour is None:  # of a day without a clock time only the day counts, wherever it was printed
        return Moment(start_of(day), "day")
    at = datetime.combine(day, time(hour, int(parts["minute"]), int(parts["second"] or 0)), zone)
    offset = parts.get("zone")
    if offset and (offset[0] not in "+-" or parts["second"] or "T" in match[0]):
        at = datetime.fromisoformat(f"{at:%Y-%m-%dT%H:%M:%S}{offset.lstrip('UTCGM ') or 'Z'}")
    return Moment(at.astimezone(UTC), "second" if parts["second"] else "minute")
