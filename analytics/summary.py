"""All figures of one period, for the page and for the terminal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from . import counting
from .counting import DayCount
from .measurement import Measurement, share
from .metric import Metric, Reading
from .metrics import METRICS
from .metrics.success import CEILING, ESTIMATE, FLOOR
from .model import Outcome, RecordSettings
from .period import Period

THE_THREE = (FLOOR, ESTIMATE, CEILING)


@dataclass(frozen=True, slots=True)
class Week:
    """The three numbers of one week (Monday to Sunday, UTC); `provisional` while any of it may still change."""

    monday: date
    n: int
    floor: Measurement
    estimate: Measurement
    ceiling: Measurement
    provisional: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """Every metric with what was measured, the same three numbers for the period before, and the days one by one."""

    period: Period
    recontact_days: int
    figures: tuple[tuple[Metric, Measurement], ...]
    before: Mapping[str, Measurement]
    days: tuple[DayCount, ...]
    weeks: tuple[Week, ...]

    @property
    def questions(self) -> int:
        """How many questions the figures are about."""
        return self["questions"].count

    def __getitem__(self, key: str) -> Measurement:
        """What was measured for the metric with this key."""
        return next(measured for metric, measured in self.figures if metric.key == key)

    def metric(self, key: str) -> Metric:
        """The metric with this key."""
        return next(metric for metric, _ in self.figures if metric.key == key)


def summarise(session: Session, period: Period, settings: RecordSettings, now: datetime) -> Summary:
    """All figures of the period."""
    reading = Reading(session, period, settings, now, [rows for metric in METRICS for rows in metric.rows])
    earlier = Reading(session, period.previous(), settings, now, [rows for metric in THE_THREE for rows in metric.rows])
    days = counting.count_days(session, period, settings, now=now)
    return Summary(
        period=period,
        recontact_days=settings.recontact_days,
        figures=tuple((metric, metric.of(reading)) for metric in METRICS),
        before={metric.key: metric.of(earlier) for metric in THE_THREE},
        days=tuple(days),
        weeks=tuple(_weeks(days)),
    )


def _weeks(days: list[DayCount]) -> list[Week]:
    mondays = sorted({_monday(entry.day) for entry in days})
    return [_week(monday, [entry for entry in days if _monday(entry.day) == monday]) for monday in mondays]


def _week(monday: date, days: list[DayCount]) -> Week:
    n = sum(entry.count for entry in days)
    helped = sum(entry.count for entry in days if entry.outcome is Outcome.CONFIRMED)
    silent = sum(entry.count for entry in days if entry.outcome is Outcome.ASSUMED)
    contained = sum(entry.count for entry in days if entry.contained)
    floor, ceiling = share(helped, n, FLOOR.rows[0]), share(contained, n, CEILING.rows[0])
    bounds = (helped / n, (helped + silent) / n) if floor.enough else (None, None)
    estimate = Measurement(n, helped + silent, ESTIMATE.rows[-1], low=bounds[0], high=bounds[1])
    return Week(monday, n, floor, estimate, ceiling, provisional=any(entry.provisional for entry in days))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
