"""How the questions ended: exactly one ending each."""

from functools import partial

from ..measurement import Kind, Measurement, Rows, Unit
from ..metric import Metric, Reading
from ..model import Outcome

ENDING_NAMES = {
    Outcome.CONFIRMED: "Said it helped",
    Outcome.ASSUMED: "Answered, then silence",
    Outcome.BOUNCED: "Answered, but came back",
    Outcome.REJECTED: "Did not help",
    Outcome.UNANSWERED: "No answer known",
    Outcome.ABANDONED: "Left before an answer",
    Outcome.HANDED_OFF: "A person took over",
}

_DEFINITIONS = {
    Outcome.CONFIRMED: "The person said that the answer helped, and did not come back with it within the recontact window.",
    Outcome.ASSUMED: "An answer was shown, nothing came back, and the person did not come back with it within the recontact window.",
    Outcome.BOUNCED: "It looked solved, said or silent, but the person came back with the same need within the recontact window.",
    Outcome.REJECTED: "The person said that the answer did not help, or wished for a person instead, and left.",
    Outcome.UNANSWERED: "The bot said that it does not know, and the person left.",
    Outcome.ABANDONED: "The person left before any answer, or asked once more and left.",
    Outcome.HANDED_OFF: "A ticket was opened for a person.",
}


def _ended(rows: Rows, reading: Reading) -> Measurement:
    return reading.share(rows, notes=reading.provisional)


def _ending(outcome: Outcome) -> Metric:
    rows = Rows(Kind.OUTCOME, outcome.value)
    return Metric(
        key=outcome.value,
        name=ENDING_NAMES[outcome],
        version=1,
        definition=_DEFINITIONS[outcome],
        unit=Unit.SHARE,
        of=partial(_ended, rows),
        rows=(rows,),
    )


ENDINGS = tuple(_ending(outcome) for outcome in ENDING_NAMES)
