"""What a metric is, and what it is measured from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import InstrumentedAttribute, Session

from . import counting
from .measurement import Kind, Measurement, Rows, Unit, share
from .model import RecordSettings
from .period import Period

EVERYTHING = Rows(Kind.ALL)


class Reading:
    """One look at the record for one period: everything that is only counted, is counted in one pass when first asked for."""

    def __init__(self, session: Session, period: Period, settings: RecordSettings, now: datetime, wanted: Iterable[Rows]) -> None:
        self.session = session
        self.period = period
        self.settings = settings
        self.now = now
        self._wanted = (Rows(Kind.ALL), Rows(Kind.PROVISIONAL), *wanted)

    @cached_property
    def _counts(self) -> dict[Rows, int]:
        return counting.count_rows(self.session, self._wanted, self.period, self.settings, now=self.now)

    def count(self, rows: Rows) -> int:
        """How many episodes stand behind a figure that the metric has named in its `rows`."""
        return self._counts[rows]

    def share(self, rows: Rows, of: Rows = EVERYTHING, *, notes: Sequence[str] = ()) -> Measurement:
        """The share that these rows have of those."""
        return share(self.count(rows), self.count(of), rows, notes=tuple(notes))

    def spread(self, column: InstrumentedAttribute[float | None], rows: Rows) -> Measurement:
        """The median of a column over these rows, which are those that have a value in it."""
        found = counting.median(self.session, column, self.period)
        if found is None:
            return Measurement(n=0, count=0, rows=rows)
        return Measurement(found.n, found.n, rows, value=found.median, low=found.low, high=found.high)

    @cached_property
    def provisional(self) -> tuple[str, ...]:
        """The note for a figure that may still change, or nothing when none of it can."""
        young = self.count(Rows(Kind.PROVISIONAL))
        if not young:
            return ()
        return (f"Provisional: {young} of {self.count(Rows())} questions are younger than {self.settings.recontact_days} days.",)


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure with its definition; whoever changes what is counted raises `version`.

    `rows` names everything that `of` will ask the reading to count; `columns` heads the counts of its parts.
    """

    key: str
    name: str
    version: int
    definition: str
    unit: Unit
    of: Callable[[Reading], Measurement]
    rows: tuple[Rows, ...] = ()
    columns: tuple[str, ...] = ()

    def measure(self, session: Session, period: Period, settings: RecordSettings, now: datetime) -> Measurement:
        """The figure for a period, by itself."""
        return self.of(Reading(session, period, settings, now, self.rows))
