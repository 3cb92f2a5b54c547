"""“Talk to a person”: works at any moment, in any wording, in one step."""

from analytics.model import Signal

from ..model import Message
from ..turnout import Context, HandOver, State, Turnout

AREA_FROM = 0.2
"""Confidence (0 to 1) from which the best candidate says which service area a question belongs to; below it the default area takes it."""


def reply(message: Message, state: State, context: Context) -> Turnout | None:
    """Hands over at once; what it is about is taken from this message or from the question before it."""
    if message.choice:
        return hand_over(state.question, state, context) if message.choice == "person" else None
    if not context.phrases.wants_person(message.text):
        return None
    besides = context.phrases.besides_person(message.text, least=2 if state.question else 1)
    return hand_over(besides, State(question=besides), context) if besides else hand_over(state.question, state, context)


def hand_over(question: str, state: State, context: Context) -> Turnout:
    """The wish for a person, with the service area that the last article or the best candidate belongs to."""
    return Turnout((), state, heard=Signal.ASKED_PERSON, effect=HandOver(question, _area(question, state, context)))


def _area(question: str, state: State, context: Context) -> str:
    candidates = [*reversed(state.shown), *state.offered]
    if not candidates and question:
        likely = (match for match in context.read(question).understanding.matches[:1] if match.confidence >= AREA_FROM)
        candidates = [match.article for match in likely]
    articles = (context.article(candidate) for candidate in candidates)
    return next((article.area for article in articles if article is not None), "")
