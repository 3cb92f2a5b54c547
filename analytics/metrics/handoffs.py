"""When a person took over, why, and how soon."""

from dataclasses import replace

from ..measurement import Kind, Measurement, Part, Rows, Unit
from ..metric import Metric, Reading
from ..model import HandoffReason, Outcome
from ..tables import EpisodeRow

REASON_NAMES = {
    HandoffReason.CHOICE: "The person chose it",
    HandoffReason.FAILED: "The bot could not help",
    HandoffReason.POLICY: "A rule says so",
}
_BY_REASON = {reason: Rows(Kind.HANDED_OFF, reason.value) for reason in REASON_NAMES}
_HANDED_OFF = Rows(Kind.OUTCOME, Outcome.HANDED_OFF.value)
_ASKED = Rows(Kind.ASKED_PERSON)
_FIRST = Rows(Kind.PERSON_FIRST)
_FIRST_REACHED = Rows(Kind.PERSON_FIRST_REACHED)
_ANSWERED = Rows(Kind.PERSON_ANSWERED)


def _handed_off(reading: Reading) -> Measurement:
    parts = (Part(REASON_NAMES[reason], ((reading.count(rows), rows),), key=reason.value) for reason, rows in _BY_REASON.items())
    return replace(reading.share(_HANDED_OFF), parts=tuple(parts))


def _asked(reading: Reading) -> Measurement:
    return reading.share(_ASKED)


def _first(reading: Reading) -> Measurement:
    reached = Part("of them handed over", ((reading.count(_FIRST_REACHED), _FIRST_REACHED),), key="reached")
    return replace(reading.share(_FIRST), parts=(reached,))


def _time_to_person(reading: Reading) -> Measurement:
    waiting = reading.count(_HANDED_OFF) - reading.count(_ANSWERED)
    notes = (f"{waiting} of {reading.count(_HANDED_OFF)} were not answered in the chat, and are not in it.",) if waiting else ()
    return replace(reading.spread(EpisodeRow.person_wait, _ANSWERED), notes=notes)


HANDED_OFF = Metric(
    key="handoff_reasons",
    name="Handed over to a person",
    version=1,
    definition="Questions that a person took over, by the first reason: the person asked before the bot had failed, "
    "the bot did not know or was told that it did not help, or a rule says that a person answers this.",
    unit=Unit.SHARE,
    of=_handed_off,
    rows=(_HANDED_OFF, *_BY_REASON.values()),
    columns=("Questions",),
)

ASKED_PERSON = Metric(
    key="asked_person",
    name="Asked for a person",
    version=1,
    definition="Questions in which a person was asked for at any moment.",
    unit=Unit.SHARE,
    of=_asked,
    rows=(_ASKED,),
)

PERSON_FIRST = Metric(
    key="person_first",
    name="Asked for a person first",
    version=1,
    definition="Needs that began with the wish for a person, before any question; everybody among them should have been handed over.",
    unit=Unit.SHARE,
    of=_first,
    rows=(_FIRST, _FIRST_REACHED),
    columns=("Questions",),
)

TIME_TO_PERSON = Metric(
    key="time_to_person",
    name="Time until a person answered",
    version=1,
    definition="Median time from opening the ticket to the first word of an agent in the chat.",
    unit=Unit.SECONDS,
    of=_time_to_person,
    rows=(_HANDED_OFF, _ANSWERED),
)
