"""When the bot was not sure enough for one answer."""

from ..measurement import Kind, Measurement, Rows, Unit
from ..metric import Metric, Reading

_OFFERED = Rows(Kind.OFFERED)
_TAKEN = Rows(Kind.CHOICE_TAKEN)


def _offered(reading: Reading) -> Measurement:
    return reading.share(_OFFERED)


def _taken(reading: Reading) -> Measurement:
    return reading.share(_TAKEN, of=_OFFERED)


CHOICES_OFFERED = Metric(
    key="choices_offered",
    name="Choice offered",
    version=1,
    definition="Questions in which the bot offered two or three articles to choose from.",
    unit=Unit.SHARE,
    of=_offered,
    rows=(_OFFERED,),
)

CHOICES_TAKEN = Metric(
    key="choices_taken",
    name="Choice taken",
    version=1,
    definition="Of the questions with a choice, those in which the person opened one of the articles offered.",
    unit=Unit.SHARE,
    of=_taken,
    rows=(_OFFERED, _TAKEN),
)
