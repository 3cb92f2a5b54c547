"""How long people wait for the bot."""

from ..measurement import Kind, Measurement, Rows, Unit
from ..metric import Metric, Reading
from ..tables import EpisodeRow


def _first_reply(reading: Reading) -> Measurement:
    return reading.spread(EpisodeRow.latency_ms, Rows(Kind.TIMED))


FIRST_REPLY = Metric(
    key="first_reply",
    name="Time to the first reply",
    version=1,
    definition="Median time that the bot needed to find its first reply to a question, inside the program; the way over the network "
    "is not in it.",
    unit=Unit.MILLISECONDS,
    of=_first_reply,
)
