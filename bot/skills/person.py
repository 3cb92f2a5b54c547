"""“Talk to a person”: works at any moment, in any wording, in one step."""

from dataclasses import replace

from analytics.model import Signal

from ..answering import area_of
from ..model import Message
from ..turnout import Context, HandOver, State, Turnout


def reply(message: Message, state: State, context: Context) -> Turnout | None:
    """Hands over at once; what it is about is taken from this message or from the question before it."""
    if message.choice:
        return hand_over(state.question, state, context) if message.choice == "person" else None
    if not context.phrases.wants_person(message.text):
        return None
    besides = context.phrases.besides_person(message.text, least=2 if state.question else 1)
    turnout = hand_over(besides, State(question=besides), context) if besides else hand_over(state.question, state, context)
    area = context.phrases.named_area(message.text)
    return replace(turnout, effect=HandOver(besides or state.question, area)) if area else turnout


def hand_over(question: str, state: State, context: Context) -> Turnout:
    """The wish for a person, with the service area that the last article or the best candidate belongs to."""
    return Turnout((), state, heard=Signal.ASKED_PERSON, effect=HandOver(question, _area(question, state, context)))


def _area(question: str, state: State, context: Context) -> str:
    shown = [article for article in map(context.article, [*reversed(state.shown), *state.offered]) if article is not None]
    if shown:
        return shown[0].area
    return area_of(question, context) if question else ""
