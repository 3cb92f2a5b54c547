"""Charts as SVG, drawn on the server. The only place that knows altair.

Text and lines take the colour of the page (`currentColor`), fills are mid-tones with at least 3:1 against white and against the dark page,
and after Okabe and Ito ("Color Universal Design", 2008) told apart without seeing red and green. No style attribute, no script.
"""

import html
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import lru_cache

import altair as alt
import vl_convert

from .counting import DayCount
from .measurement import Measurement
from .metrics.endings import ENDING_NAMES
from .model import Outcome
from .period import Period
from .summary import Week

WIDE, NARROW = (960, 330), (330, 420)
"""Width and height in pixels with everything, for a desk and for a phone; the page shows the one that its letters can be read in."""
LONGEST_OUTLINED = 90
"""With more days than this the bars are thinner than their outlines would be."""
_TEXT, _LINE = "#010203", "#040506"  # stand-ins, replaced by the colour of the page
_FINAL, _PROVISIONAL = "final", "may still change"
_COLOURS = {
    Outcome.CONFIRMED: "#00916a",
    Outcome.ASSUMED: "#3d8fc4",
    Outcome.BOUNCED: "#a8743c",
    Outcome.REJECTED: "#d55e00",
    Outcome.UNANSWERED: "#b5609a",
    Outcome.ABANDONED: "#808080",
    Outcome.HANDED_OFF: "#6f6bd0",
}
_SERIES = {"floor": ("Floor", "#00916a"), "estimate": ("Estimate, range", "#3d8fc4"), "ceiling": ("Ceiling, not a success", "#808080")}


def draw_days(days: Sequence[DayCount], period: Period) -> str:
    """Bars of how each day's questions ended, one on the other; what may still change is pale. Inline SVG, wide and narrow."""
    return _draw_days(tuple(days), period)


def draw_weeks(weeks: Sequence[Week]) -> str:
    """The three numbers week by week with their ranges, or nothing when no week has enough questions. Inline SVG, wide and narrow."""
    enough = tuple(week for week in weeks if week.floor.enough)
    return _draw_weeks(enough) if enough else ""


@lru_cache(maxsize=32)
def _draw_days(days: tuple[DayCount, ...], period: Period) -> str:
    every = [period.first_day + timedelta(days=n) for n in range(period.days)]
    name = _namer(every)
    order = {outcome: place for place, outcome in enumerate(ENDING_NAMES)}
    rows = [
        {
            "day": name(entry.day),
            "ending": ENDING_NAMES[entry.outcome],
            "place": order[entry.outcome],
            "state": _PROVISIONAL if entry.provisional else _FINAL,
            "questions": entry.count,
        }
        for entry in days
    ]
    bars = alt.Chart({"values": rows}).mark_bar(strokeWidth=1 if period.days <= LONGEST_OUTLINED else 0)
    chart = bars.encode(
        x=alt.X(
            "day:O",
            title=None,
            scale=alt.Scale(domain=[name(day) for day in every]),
            axis=alt.Axis(labelOverlap="greedy", labelSeparation=8),
        ),
        y=alt.Y("sum(questions):Q", title="questions", axis=alt.Axis(tickMinStep=1, format="d")),
        color=_colour("ending", list(ENDING_NAMES.values()), list(_COLOURS.values())),
        stroke=alt.Stroke("ending:N", scale=_scale(list(ENDING_NAMES.values()), list(_COLOURS.values())), legend=None),
        fillOpacity=alt.FillOpacity(
            "state:N",
            scale=alt.Scale(domain=[_FINAL, _PROVISIONAL], range=[1, 0.35]),
            legend=None,
        ),
        order=alt.Order("place:Q"),
    )
    total = sum(entry.count for entry in days)
    title = (
        f"How {total} questions ended, day by day, {name(period.first_day)} to {name(period.last_day)}. The table below has the numbers."
    )
    return _both(chart, title, "days")


@lru_cache(maxsize=32)
def _draw_weeks(weeks: tuple[Week, ...]) -> str:
    name = _namer([week.monday for week in weeks])
    rows = [row for week in weeks for row in _week_rows(week, name(week.monday))]
    base = alt.Chart({"values": rows}).encode(
        x=alt.X(
            "week:O",
            title="week from",
            scale=alt.Scale(domain=[name(week.monday) for week in weeks]),
            axis=alt.Axis(labelOverlap="greedy", labelSeparation=8),
        ),
        color=_colour("series", [name for name, _ in _SERIES.values()], [colour for _, colour in _SERIES.values()]),
        xOffset=alt.XOffset("series:N", scale=alt.Scale(domain=[name for name, _ in _SERIES.values()])),
    )
    percent = alt.Scale(domain=[0, 1])
    opacity = alt.Opacity(
        "state:N",
        scale=alt.Scale(domain=[_FINAL, _PROVISIONAL], range=[1, 0.45]),
        legend=None,
    )
    y = alt.Y("low:Q", title="of all questions", scale=percent, axis=alt.Axis(format="%"))
    ranges = base.mark_rule(strokeWidth=5, strokeCap="round").encode(y=y, y2="high:Q", opacity=opacity)
    points = base.mark_point(filled=True, size=110).encode(y=alt.Y("value:Q", scale=percent), opacity=opacity)
    title = f"Floor, estimate and ceiling over {len(weeks)} weeks, with their ranges. The table below has the numbers."
    return _both(alt.layer(ranges, points.transform_filter("isValid(datum.value)")), title, "weeks")


def _week_rows(week: Week, label: str) -> list[dict[str, object]]:
    state = _PROVISIONAL if week.provisional else _FINAL
    three: dict[str, Measurement] = {"floor": week.floor, "estimate": week.estimate, "ceiling": week.ceiling}
    return [
        {
            "week": label,
            "series": _SERIES[key][0],
            "value": measured.value,
            "low": measured.low,
            "high": measured.high,
            "state": state,
        }
        for key, measured in three.items()
    ]


def _scale(domain: list[str], colours: list[str]) -> alt.Scale:
    return alt.Scale(domain=domain, range=colours)


def _colour(field: str, domain: list[str], colours: list[str]) -> alt.Color:
    return alt.Color(f"{field}:N", scale=_scale(domain, colours), legend=alt.Legend(title=None, symbolOpacity=1))


def _both(chart: alt.Chart | alt.LayerChart | alt.FacetChart, title: str, key: str) -> str:
    """The chart twice, for a desk and for a phone; the stylesheet shows one of them and hides the other, from screen readers too."""
    return _svg(chart, title, f"{key}-wide", WIDE, 4) + _svg(chart, title, f"{key}-narrow", NARROW, 1)


def _svg(chart: alt.Chart | alt.LayerChart | alt.FacetChart, title: str, key: str, size: tuple[int, int], legend_columns: int) -> str:
    drawn = (
        chart.properties(
            width=size[0], height=size[1], background="transparent", autosize=alt.AutoSizeParams(type="fit", contains="padding")
        )
        .configure(aria=False, padding={"left": 4, "top": 4, "right": 18, "bottom": 4})
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=_TEXT,
            titleColor=_TEXT,
            gridColor=_LINE,
            gridOpacity=0.18,
            domainColor=_LINE,
            domainOpacity=0.5,
            tickColor=_LINE,
            tickOpacity=0.5,
            labelFontSize=13,
            titleFontSize=13,
            titleFontWeight="normal",
            labelAngle=0,
            titlePadding=10,
        )
        .configure_axisX(grid=False)
        .configure_legend(
            orient="top", direction="horizontal", labelColor=_TEXT, labelFontSize=13, columns=legend_columns, symbolType="square", offset=12
        )
    )
    return _for_page(vl_convert.vegalite_to_svg(drawn.to_json()), title, key)


def _for_page(svg: str, title: str, key: str) -> str:
    """The SVG as part of a page: its text and lines in the page's colour and font, named for screen readers."""
    svg = re.sub(r' (?:class|font-family|aria-[a-z]+|role|style)="[^"]*"', "", svg)
    svg = svg.replace(_TEXT, "currentColor").replace(_LINE, "currentColor")
    named = f'<svg role="img" aria-labelledby="chart-{key}" class="chart-{key.rpartition("-")[2]}"'
    return re.sub(r"^<svg([^>]*)>", rf'{named}\1><title id="chart-{key}">{html.escape(title)}</title>', svg, count=1)


def _namer(days: Sequence[date]) -> Callable[[date], str]:
    """Days as short labels, with the year where the days are of two years: two bars with the same label would become one."""
    years = {day.year for day in days}
    return lambda day: f"{day.day} {day:%b}" if len(years) < 2 else f"{day.day} {day:%b %y}"
