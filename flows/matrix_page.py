"""The source × day matrix as one HTML file that needs nothing else; whatever comes from a site or a file is escaped."""

from collections.abc import Sequence
from datetime import date
from html import escape

from crawlers.clock import SHANGHAI, now
from crawlers.fates import DayReport, Status, Tally
from flows.matrix import LETTERS, by_source, statuses

_COLOURS: dict[Status, str] = {
    "missing": "#e5e7eb",
    "partial": "#fde68a",
    "failed": "#fca5a5",
    "blocked": "#e9b8f5",
    "empty": "#bae6fd",
    "complete": "#bbf7d0",
    "impossible": "#c7d2fe",
}
_STYLE = """\
body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #111 }
div.wide { overflow-x: auto }
table { border-collapse: collapse; margin: 0 0 1.5rem }
th, td { border: 1px solid #fff; padding: 0 .25rem; text-align: center; font-weight: normal }
th:first-child { position: sticky; left: 0; background: #fff; text-align: left; white-space: nowrap }
thead th { color: #555; font-size: 11px }
td.n { text-align: right; border-color: #eee }
"""


def matrix_page(reports: Sequence[DayReport]) -> str:
    """Return the page: the matrix with a tooltip on each day, and the counts of each source."""
    days = sorted({report.day for report in reports})
    groups = by_source(reports)
    title = f"caixun {days[0]} – {days[-1]}" if days else "caixun"
    colours = "".join(f"td.{LETTERS[status]} {{ background: {colour} }}\n" for status, colour in _COLOURS.items())
    legend = " ".join(
        f'<td class="{letter}">{letter}</td><th style="position: static">{status}</th>' for status, letter in LETTERS.items()
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_STYLE}{colours}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n<table><tr>{legend}</tr></table>\n"
        f'<div class="wide">\n<table>\n<thead>{_months(days)}<tr><th></th>{"".join(f"<th>{day.day}</th>" for day in days)}</tr>'
        f"</thead>\n<tbody>\n{''.join(_row(name, some, days) for name, some in groups.items())}</tbody>\n</table>\n</div>\n"
        f"{_counts(groups)}<p>{now().astimezone(SHANGHAI):%Y-%m-%d %H:%M} Asia/Shanghai</p>\n</body>\n</html>\n"
    )


def _months(days: Sequence[date]) -> str:
    months: dict[str, int] = {}
    for day in days:
        months[f"{day:%Y-%m}"] = months.get(f"{day:%Y-%m}", 0) + 1
    return f"<tr><th></th>{''.join(f'<th colspan={count}>{month}</th>' for month, count in months.items())}</tr>"


def _row(name: str, reports: Sequence[DayReport], days: Sequence[date]) -> str:
    found = {report.day: report for report in reports}
    cells = "".join(_cell(found[day]) if day in found else "<td></td>" for day in days)
    return f"<tr><th>{escape(name)}</th>{cells}</tr>\n"


def _cell(report: DayReport) -> str:
    told = f"{report.source} {report.day}: {report.status}, {report.tally.records} records of {report.tally.found} found"
    told += f"; {report.reason}" if report.reason else ""
    letter = LETTERS[report.status]
    return f'<td class="{letter}" title="{escape(told)}">{letter}</td>'


def _counts(groups: dict[str, list[DayReport]]) -> str:
    heads = "".join(f"<th>{head}</th>" for head in ("", *LETTERS, "found", "records", "rejects"))
    rows = []
    for name, reports in groups.items():
        counted, tally = statuses(reports), Tally.total(report.tally for report in reports)
        values = [*(counted[status] for status in LETTERS), tally.found, tally.records, tally.rejects.total()]
        rows.append(f"<tr><th>{escape(name)}</th>{''.join(f'<td class=n>{value}</td>' for value in values)}</tr>\n")
    return f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody>\n</table>\n"
