"""How many came back with what looked solved."""

from dataclasses import replace
from functools import partial

from ..episodes import WINDOWS_IN_DAYS
from ..measurement import Kind, Measurement, Rows, Unit
from ..metric import Metric, Reading

_ANSWERED = Rows(Kind.ANSWERED)


def _came_back(rows: Rows, old_enough: Rows, reading: Reading) -> Measurement:
    """Only of those whose window is over: the others may still come back."""
    young = reading.count(_ANSWERED) - reading.count(old_enough)
    notes = (f"{young:,} more {'is' if young == 1 else 'are'} still too young to count.",) if young else ()
    return replace(reading.share(rows, of=old_enough, notes=notes), young=young)


def _within(days: int) -> Metric:
    rows, old_enough = Rows(Kind.RECONTACTED, str(days)), Rows(Kind.ANSWERED_BEFORE, str(days))
    length = f"{days} day{'' if days == 1 else 's'}"
    return Metric(
        key=f"recontact_{days}",
        name=f"Came back within {length}",
        version=2,
        definition=f"Of the people who left with an answer, said or silent, at least {length} ago, those who came back with the same "
        f"need within {length}, on any of our channels. Whoever left later is too young to count.",
        unit=Unit.SHARE,
        of=partial(_came_back, rows, old_enough),
        rows=(_ANSWERED, old_enough, rows),
    )


RECONTACTS = tuple(_within(days) for days in WINDOWS_IN_DAYS)
