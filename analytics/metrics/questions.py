"""How much was asked, and where."""

from .. import counting
from ..intervals import FEWEST_PEOPLE
from ..measurement import Kind, Measurement, Part, Rows, Unit
from ..metric import Metric, Reading


def _asked(reading: Reading) -> Measurement:
    asked = reading.count(Rows())
    return Measurement(n=asked, count=asked, rows=Rows(), value=asked, notes=reading.provisional)


def _by_channel(reading: Reading) -> Measurement:
    asked = reading.count(Rows())
    groups = counting.count_channels(reading.session, reading.period)
    parts = [_part(group) for group in sorted(groups, key=lambda group: -group.questions) if group.people >= FEWEST_PEOPLE]
    hidden = len(groups) - len(parts)
    if hidden:
        label = "1 channel" if hidden == 1 else f"{hidden} channels"
        parts.append(Part(f"{label} with fewer than {FEWEST_PEOPLE} people", hidden=True))
    return Measurement(n=asked, count=asked, rows=Rows(), value=asked, parts=tuple(parts))


def _part(group: counting.GroupCount) -> Part:
    return Part(group.key, ((group.questions, Rows(Kind.CHANNEL, group.key)),), key=group.key)


QUESTIONS = Metric(
    key="questions",
    name="Questions asked",
    version=1,
    definition="Needs that people brought to the bot: the first question opens one, and putting it in other words soon after "
    "belongs to it. Tests and small talk do not count.",
    unit=Unit.COUNT,
    of=_asked,
)

CHANNELS = Metric(
    key="channels",
    name="Questions by channel",
    version=1,
    definition=f"Where the questions were asked first; a channel that fewer than {FEWEST_PEOPLE} people used is not shown by itself.",
    unit=Unit.COUNT,
    of=_by_channel,
    columns=("Questions",),
)
