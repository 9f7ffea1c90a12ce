"""Reports as tables for people and as plain values for programs."""

from collections.abc import Iterable, Iterator
from itertools import compress
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawlers.fates import DayReport, Tally
from flows.cli.console import needed, print_table
from flows.cli.durations import duration
from flows.cli.matrix import COLOURS
from flows.costs import By, Cost, Sum, summed, summed_by
from transforms.record import Annotation

if TYPE_CHECKING:
    from flows.annotation import Annotated
    from flows.daily import Run
    from flows.planning import BackfillPlan
    from flows.reannotate import Reannotated
    from transforms.checks import Finding

_SHOWN = 60  # characters of a changed value
_HEADS = ("found", "fetched", "records", "rejects", "skip", "block", "fail", "wait")
_SUMS = ("found", "fetched", "records", "rejects", "skipped", "blocked", "failed", "waiting")


def report_table(reports: Iterable[DayReport], *, short: bool = False) -> Table:
    """Return the table of sums and statuses, one row per source and day, with the total below; `short` leaves sums that are 0 out."""
    rows = list(reports)
    table = Table(
        box=None,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        show_footer=len(rows) > 1,
        header_style="bold",
        footer_style="bold",
    )
    total = Tally.total(report.tally for report in rows)
    wanted = [bool(whole) or not (short or name == "wait") for name, whole in zip(_HEADS, total.sums(), strict=True)]
    table.add_column("source", "sum", no_wrap=True)
    table.add_column("day", min_width=10, no_wrap=True)
    table.add_column("status", min_width=8, no_wrap=True)
    for name, whole in compress(zip(_HEADS, total.sums(), strict=True), wanted):
        table.add_column(name, str(whole), justify="right", min_width=len(name), no_wrap=True)
    for report in rows:
        status = f"[{COLOURS[report.status]}]{report.status}[/]"
        table.add_row(report.source, str(report.day), status, *map(str, compress(report.tally.sums(), wanted)))
    return table


def remarks(reports: Iterable[DayReport]) -> Iterator[str]:
    """Yield one line for each day that is not simply complete: why it is not, and its rejects and skips by reason."""
    for report in reports:
        counts = [f"{count} {reason}" for reason, count in (report.tally.rejects + report.tally.skipped).most_common()]
        if report.tally.redated:
            counts.append(f"{report.tally.redated} redated")
        parts = [*([report.reason] if report.reason else []), *([", ".join(counts)] if counts else [])]
        if parts:
            yield f"{report.source} {report.day}: {'; '.join(parts)}"


def print_reports(reports: list[DayReport], console: Console) -> None:
    """Print the table of days, and the remarks below it."""
    table = report_table(reports)
    print_table(table if needed(table, console) <= console.width else report_table(reports, short=True), console)
    for line in remarks(reports):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def report_values(report: DayReport) -> dict[str, Any]:
    """Return a day's report as plain values."""
    return {
        "source": report.source,
        "day": report.day.isoformat(),
        "status": report.status,
        "reason": report.reason,
        **dict(zip(_SUMS, report.tally.sums(), strict=True)),
        "reject_reasons": dict(report.tally.rejects),
        "skip_reasons": dict(report.tally.skipped),
        "redated": report.tally.redated,
        "listed_at": report.listed_at.isoformat() if report.listed_at else None,
    }


def print_efforts(plan: "BackfillPlan", console: Console) -> None:
    """Print what the days to be done of each source will take, and by what that is known."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("source", no_wrap=True)
    for head in ("to do", "articles", "requests", "time"):
        table.add_column(head, justify="right")
    table.add_column("by", overflow="fold")
    for name, days in plan.todo.items():
        one = plan.efforts[name]
        table.add_row(name, str(len(days)), f"{one.articles:,}", f"{one.requests:,}", duration(one.seconds), one.basis)
    if plan.todo:
        print_table(table, console)


def costs_table(rows: list[Cost], by: By) -> Table:
    """Return the table of what questions to models cost, with the total below; `?` where a price was not known.

    There is a column for each currency, and one for costs whose currency nobody noted.
    """
    total = summed(row.usage for row in rows)
    currencies = sorted(total.costs) or [""]
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), show_footer=True, header_style="bold", footer_style="bold")
    table.add_column(by, "sum", no_wrap=True)
    heads = ("calls", "tokens in", "tokens out", *(f"cost ({one})" if one else "cost" for one in currencies))
    for head, whole in zip(heads, _sum_texts(total, currencies), strict=True):
        table.add_column(Text(head), whole, justify="right", no_wrap=True)
    for name, part in summed_by(by, rows).items():
        table.add_row(Text(name), *_sum_texts(part, currencies))  # as it is: a model may have any name
    return table


def _sum_texts(whole: Sum, currencies: Iterable[str]) -> tuple[str, ...]:
    costs = (f"{whole.costs.get(one, 0.0):,.4f}" if whole.known else "?" for one in currencies)
    return (f"{whole.calls:,}", f"{whole.tokens_in:,}", f"{whole.tokens_out:,}", *costs)


def run_values(run: "Run") -> dict[str, Any]:
    """Return a run's result as plain values."""
    days = [report_values(report) for report in run.reports]
    return {
        "run": run.name,
        "ok": run.ok,
        "days": days,
        "off_days": run.off_days,
        "yields": run.yields,
        "annotated": annotated_values(run.annotated) if run.annotated else None,
        "findings": findings_values(run.findings),
    }


def findings_values(findings: "Iterable[Finding]") -> list[dict[str, str]]:
    """Return what went wrong as plain values."""
    return [{"level": finding.level, "text": finding.text} for finding in findings]


def print_run(run: "Run", console: Console) -> None:
    """Print a run's table, its sums in words, and what its checks found."""
    print_reports(run.reports, console)
    for source, brought in run.brought():
        console.print(f"{source} found {brought}", markup=False, highlight=False, soft_wrap=True)
    total = Tally.total(report.tally for report in run.reports)
    found, fetched, records, rejects, skipped, blocked, failed, waiting = total.sums()
    console.print(
        f"found {found} = fetched {fetched} + skipped {skipped} + blocked {blocked} + failed {failed} + waiting {waiting}"
    )
    console.print(f"fetched {fetched} = records {records} + rejects {rejects}")
    off_days = sum(run.off_days.values())
    if off_days:
        console.print(f"{off_days} more links were listed for other days and left alone")
    if run.annotated:
        console.print(run.annotated.told(), markup=False, highlight=False, soft_wrap=True)
    print_findings(run.findings, console)


def print_findings(findings: "Iterable[Finding]", console: Console) -> None:
    """Print what went wrong, failures in red."""
    for finding in findings:
        style = "red" if finding.level == "failure" else "yellow"
        console.print(f"{finding.level}: {finding.text}", style=style, markup=False, soft_wrap=True)


def annotated_values(annotated: "Annotated") -> dict[str, Any]:
    """Return what the llm engine did as plain values."""
    return {
        "model": annotated.model,
        "by_model": annotated.by_model,
        "by_lexicon": annotated.by_lexicon,
        "refused": annotated.refused,
        "waiting": annotated.waiting,
        "dropped": dict(annotated.dropped),
        "paid": annotated.paid._asdict(),
    }


def reannotated_values(result: "Reannotated") -> dict[str, Any]:
    """Return what a reannotation came to as plain values."""
    return {
        "records": result.records,
        "stale": result.stale,
        "changed": dict(result.changed),
        "examples": result.examples,
        "by_lexicon": result.by_lexicon,
        "annotated": annotated_values(result.annotated) if result.annotated else None,
        "findings": findings_values(result.findings),
    }


def print_reannotated(result: "Reannotated", console: Console) -> None:
    """Print how many values of each column changed, with a few of them before and after."""

    def line(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    by = result.annotated.told() if result.annotated else f"annotated {result.by_lexicon} by lexicon"
    line(f"{result.stale} of {result.records} records were stale; {by}")
    for column in (name for name in Annotation.model_fields if result.changed[name]):
        line(f"{column} changed in {result.changed[column]}")
        for article_id, before, after in result.examples[column]:
            line(f"  {article_id[:8]}  {_shown(before)} -> {_shown(after)}")
    print_findings(result.findings, console)


def _shown(value: str | tuple[str, ...]) -> str:
    text = value if isinstance(value, str) else " | ".join(value)
    return "-" if not text else text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
