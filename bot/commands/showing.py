"""`zerolevel stats`: the figures of the statistics page in a terminal."""

import json
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from analytics.measurement import Measurement
from analytics.metric import Metric
from analytics.model import RecordSettings
from analytics.period import Period
from analytics.summary import THE_THREE, Summary, summarise
from analytics.wording import range_told, told

from .. import clock
from ..database import Database

PARTS_SHOWN = 8


def show_statistics(database: Database, settings: RecordSettings, *, days: int, as_json: bool, definitions: bool, console: Console) -> None:
    """Prints the figures of the last `days` days; says so when there are none."""
    now = clock.now()
    with database.reading() as session:
        summary = summarise(session, Period.last(days, now=now), settings, now)
    if as_json:
        console.print_json(json.dumps(_as_json(summary)))
    elif not summary.questions:
        console.print(f"Nobody has asked anything in the last {days} days. Figures appear here after the first question.")
    else:
        _draw(summary, days, console, definitions=definitions)


def _draw(summary: Summary, days: int, console: Console, *, definitions: bool) -> None:
    console.print(f"[bold]{_counted(summary.questions)} in the last {days} days[/bold]")
    for note in summary["questions"].notes:
        console.print(f"[dim]{escape(note)}[/dim]")
    console.print(_table("Read these three together", [(metric, summary[metric.key]) for metric in THE_THREE]))
    rest = [(metric, measured) for metric, measured in summary.figures if metric not in THE_THREE and not measured.parts]
    console.print(_table("Everything else", rest))
    for metric, measured in summary.figures:
        if measured.parts:
            console.print(_parts(metric, measured))
    if definitions:
        for metric, _ in summary.figures:
            console.print(f"[bold]{escape(metric.name)}[/bold] (version {metric.version}): {escape(metric.definition)}")
    else:
        console.print("[dim]zerolevel stats --definitions says what each figure counts.[/dim]")


def _table(title: str, figures: list[tuple[Metric, Measurement]]) -> Table:
    table = Table("Figure", "Value", "Range (95 %)", title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for metric, measured in figures:
        table.add_row(escape(metric.name), told(metric, measured), range_told(metric, measured))
    return table


def _parts(metric: Metric, measured: Measurement) -> Table:
    table = Table("", *metric.columns, title=escape(metric.name), title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for part in measured.parts[:PARTS_SHOWN]:
        counts = ["hidden"] * len(metric.columns) if part.hidden else [f"{count:,}" for count, _ in part.counts]
        table.add_row(escape(part.label), *counts)
    return table


def _counted(questions: int) -> str:
    return "1 question" if questions == 1 else f"{questions:,} questions"


def _as_json(summary: Summary) -> dict[str, Any]:
    figures = {
        metric.key: {
            "name": metric.name,
            "version": metric.version,
            "unit": metric.unit.value,
            "count": measured.count,
            "n": measured.n,
            "value": measured.value,
            "low": measured.low,
            "high": measured.high,
            "notes": list(measured.notes),
            "parts": {part.label: [count for count, _ in part.counts] for part in measured.parts if not part.hidden},
        }
        for metric, measured in summary.figures
    }
    return {"from": summary.period.first_day.isoformat(), "to": summary.period.last_day.isoformat(), "figures": figures}
