"""How many came back with what looked solved."""

from functools import partial

from ..episodes import WINDOWS_IN_DAYS
from ..measurement import Kind, Measurement, Rows, Unit
from ..metric import Metric, Reading

_ANSWERED = Rows(Kind.ANSWERED)


def _came_back(rows: Rows, reading: Reading) -> Measurement:
    return reading.share(rows, of=_ANSWERED, notes=reading.provisional)


def _within(days: int) -> Metric:
    rows = Rows(Kind.RECONTACTED, str(days))
    return Metric(
        key=f"recontact_{days}",
        name=f"Came back within {days} day{'' if days == 1 else 's'}",
        version=1,
        definition=f"Of the people who left with an answer, said or silent, those who came back with the same need within {days} "
        f"day{'' if days == 1 else 's'}, on any of our channels.",
        unit=Unit.SHARE,
        of=partial(_came_back, rows),
        rows=(_ANSWERED, rows),
    )


RECONTACTS = tuple(_within(days) for days in WINDOWS_IN_DAYS)
