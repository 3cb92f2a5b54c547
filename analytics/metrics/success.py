"""The three numbers, which are always shown together: floor ≤ estimate ≤ ceiling."""

from ..intervals import FEWEST_FOR_A_PERCENTAGE
from ..measurement import Kind, Measurement, Rows, Unit
from ..metric import Metric, Reading
from ..model import Outcome

_CONFIRMED = Rows(Kind.OUTCOME, Outcome.CONFIRMED.value)
_SILENT = Rows(Kind.OUTCOME, Outcome.ASSUMED.value)
_HELPED_OR_SILENT = Rows(Kind.HELPED_OR_SILENT)
_CONTAINED = Rows(Kind.CONTAINED)


def _floor(reading: Reading) -> Measurement:
    return reading.share(_CONFIRMED, notes=reading.provisional)


def _estimate(reading: Reading) -> Measurement:
    """From "nobody who stayed silent was helped" (p̂ = 0) to "all of them were" (p̂ = 1)."""
    n, helped, silent = reading.count(Rows()), reading.count(_CONFIRMED), reading.count(_SILENT)
    ended = "1 question ended" if silent == 1 else f"{silent} questions ended"
    notes = (f"A range, because {ended} in silence after an answer, and nobody was asked whether it helped.", *reading.provisional)
    low, high = (None, None) if n < FEWEST_FOR_A_PERCENTAGE else (helped / n, (helped + silent) / n)
    return Measurement(n, helped + silent, _HELPED_OR_SILENT, low=low, high=high, notes=notes)


def _ceiling(reading: Reading) -> Measurement:
    return reading.share(_CONTAINED, notes=("Not a success figure.", *reading.provisional))


FLOOR = Metric(
    key="floor",
    name="Floor: said it helped",
    version=1,
    definition="Questions after which the person said that the answer helped, and did not come back with the same need "
    "within the recontact window.",
    unit=Unit.SHARE,
    of=_floor,
    rows=(_CONFIRMED,),
)

ESTIMATE = Metric(
    key="estimate",
    name="Estimate: probably helped",
    version=1,
    definition="The floor, plus those of the questions answered in silence that were really solved: at least none of them, at most all.",
    unit=Unit.SHARE,
    of=_estimate,
    rows=(_CONFIRMED, _SILENT, _HELPED_OR_SILENT),
)

CEILING = Metric(
    key="ceiling",
    name="Ceiling: no person needed (containment)",
    version=1,
    definition="Questions that no person took over and in which no wish for one was left standing. Not a success figure: "
    "whoever gave up is in it too.",
    unit=Unit.SHARE,
    of=_ceiling,
    rows=(_CONTAINED,),
)
