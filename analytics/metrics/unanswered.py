"""What the knowledge base has no answer to."""

from .. import counting
from ..measurement import Kind, Measurement, Part, Rows, Unit
from ..metric import Metric, Reading
from ..model import Outcome
from ..names import names_of, without_names

MOST_ASKED = 15
LONGEST_LABEL = 160
_UNANSWERED = Rows(Kind.OUTCOME, Outcome.UNANSWERED.value)


def _groups(reading: Reading) -> Measurement:
    found = counting.count_unanswered(reading.session, reading.period, reading.settings, now=reading.now, limit=MOST_ASKED)
    total = reading.count(_UNANSWERED)
    people = counting.people_who_asked(reading.session, [group.key for group in found], reading.period)
    names = frozenset().union(*names_of(reading.session, people).values())
    parts = tuple(_part(group, names) for group in found)
    return Measurement(n=reading.count(Rows()), count=total, rows=_UNANSWERED, parts=parts)


def _part(group: counting.GroupCount, names: frozenset[str]) -> Part:
    text = " ".join(without_names(group.example, names).split())
    label = text if len(text) <= LONGEST_LABEL else f"{text[:LONGEST_LABEL]}…"
    return Part(label, ((group.questions, Rows(Kind.UNANSWERED_QUESTION, group.key)),), key=group.key)


UNANSWERED = Metric(
    key="unanswered_questions",
    name="Questions without an answer",
    version=1,
    definition="Questions to which the bot said that it does not know and after which the person left; the same words count together, "
    "those of most people first.",
    unit=Unit.COUNT,
    of=_groups,
    rows=(_UNANSWERED,),
    columns=("Questions",),
)
