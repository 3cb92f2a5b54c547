"""The days a figure is about."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

PERIODS_IN_DAYS = (7, 28, 90)


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to and without `end`; naive UTC."""

    start: datetime
    end: datetime

    @classmethod
    def last(cls, days: int, *, now: datetime) -> "Period":
        """The last `days` whole days in UTC; today, as far as it has gone, is the last of them."""
        end = datetime.combine(now.date() + timedelta(days=1), time.min)
        return cls(end - timedelta(days=days), end)

    @classmethod
    def of_days(cls, first: date, last: date) -> "Period":
        """Whole days in UTC, both ends included; the same period when they are named the other way round."""
        first, last = min(first, last), max(first, last)
        return cls(datetime.combine(first, time.min), datetime.combine(last, time.min) + timedelta(days=1))

    @property
    def days(self) -> int:
        """How many whole days."""
        return (self.end - self.start).days

    @property
    def first_day(self) -> date:
        """The first day."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        """The last day that belongs to it."""
        return (self.end - timedelta(microseconds=1)).date()

    def previous(self) -> "Period":
        """The period of the same length just before."""
        return Period(self.start - (self.end - self.start), self.start)
