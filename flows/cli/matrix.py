"""The source × day matrix on a terminal: a letter for each day or week, in colour where there is any."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawlers.fates import DayReport, Status, Tally
from flows.cli.console import print_table
from flows.matrix import LETTERS, by_source, daily, reasons, spans, statuses, weekly

COLOURS: dict[Status, str] = {
    "complete": "green",
    "empty": "cyan",
    "missing": "bright_black",
    "partial": "yellow",
    "failed": "red",
    "blocked": "magenta",
    "impossible": "blue",
}
_MOST_DAYS = 92  # shown as days; longer spans are shown as weeks
_MOST_WEEKS = 104  # side by side
_MOST_REASONS = 20
_RULER = "1   5    10   15   20   25   30"
_HEADS = ("found", "fetched", "records", "rejects", "skip", "block", "fail", "wait")
_ALWAYS = ("found", "records", "rejects")
_TOLD: tuple[Status, ...] = ("partial", "failed", "blocked", "impossible", "empty", "complete")


def print_matrix(reports: Sequence[DayReport], console: Console, by: Literal["day", "week"] | None = None) -> None:
    """Print the matrix, the counts of each source, and why days are not complete."""
    days = sorted({report.day for report in reports})
    names = list(by_source(reports))
    if by == "week" or (by is None and len(days) > _MOST_DAYS):
        _print_weeks(reports, names, console)
    else:
        _print_days(reports, names, days, console)
    used = [status for status in LETTERS if any(report.status == status for report in reports)]
    legend = Text("  ").join(Text.assemble((LETTERS[status], f"bold {COLOURS[status]}"), f" {status}") for status in used)
    console.print(legend, soft_wrap=True)
    console.print()
    print_table(counts_table(reports), console)
    print_reasons(reports, console)


def _print_days(reports: Sequence[DayReport], names: list[str], days: list[date], console: Console) -> None:
    """Print one block a month, one line a source."""
    cells, width = daily(reports), _width(names)
    for month in sorted({day.replace(day=1) for day in days}):
        columns = [month.replace(day=number) for number in range(1, monthrange(month.year, month.month)[1] + 1)]
        console.print(Text(f"{month:%Y-%m}".ljust(width) + _RULER, style="bold"), soft_wrap=True)
        for name in names:
            console.print(_line(name, width, [cells.get((name, day)) for day in columns]), soft_wrap=True)


def _print_weeks(reports: Sequence[DayReport], names: list[str], console: Console) -> None:
    """Print one column a week, in as many blocks as the width asks for."""
    cells, width = weekly(reports), _width(names)
    mondays = sorted({monday for _, monday in cells})
    size = min(max(8, console.width - width), _MOST_WEEKS)
    console.print(f"weeks from Monday {mondays[0]} to {mondays[-1]}; a letter is the worst day's", highlight=False)
    for start in range(0, len(mondays), size):
        part = mondays[start : start + size]
        console.print(Text("month".ljust(width) + "".join(_months(part)), style="bold"), soft_wrap=True)
        for name in names:
            console.print(_line(name, width, [cells.get((name, monday)) for monday in part]), soft_wrap=True)


def _months(mondays: Sequence[date]) -> Iterator[str]:
    """Yield a column's part of the ruler: the number of a month over the first two weeks that begin in it."""
    for monday in mondays:
        number, week = f"{monday.month:02}", (monday.day - 1) // 7
        yield number[week] if week < 2 else " "


def _width(names: Sequence[str]) -> int:
    return max([7, *map(len, names)]) + 1


def _line(name: str, width: int, states: Sequence[Status | None]) -> Text:
    line = Text(name.ljust(width))
    for status in states:
        line.append(LETTERS[status] if status else " ", style=COLOURS[status] if status else "")
    line.rstrip()
    return line


def counts_table(reports: Sequence[DayReport]) -> Table:
    """Return how many days of each source have each status, and their sums (of what there is any of), with the total below."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold", footer_style="bold", show_footer=True)
    groups = by_source(reports)
    whole, total = statuses(reports), Tally.total(report.tally for report in reports)
    table.add_column("source", "sum", no_wrap=True)
    for status, letter in LETTERS.items():
        table.add_column(letter, str(whole[status]), justify="right", no_wrap=True)
    heads = [head for head, value in _sums(total).items() if head in _ALWAYS or (value and head != "fetched")]
    for head in heads:
        table.add_column(head, str(_sums(total)[head]), justify="right", no_wrap=True)
    for name, some in groups.items():
        counted, tally = statuses(some), Tally.total(report.tally for report in some)
        cells = [f"[{COLOURS[status]}]{counted[status]}[/]" if counted[status] else "·" for status in LETTERS]
        sums = _sums(tally)
        table.add_row(name, *cells, *(str(sums[head]) for head in heads))
    return table


def _sums(tally: Tally) -> dict[str, int]:
    return dict(zip(_HEADS, tally.sums(), strict=True))


def print_reasons(reports: Sequence[DayReport], console: Console) -> None:
    """Print why days are not complete, each reason once with its days; the first twenty."""
    told = sorted(reasons(reports), key=lambda reason: (reason.source, _TOLD.index(reason.status)))
    for reason in told[:_MOST_REASONS]:
        line = f"{reason.source} {spans(reason.days)}: {reason.status}: {reason.text}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if len(told) > _MOST_REASONS:
        console.print(f"… and {len(told) - _MOST_REASONS} more reasons; --json tells all", highlight=False)
