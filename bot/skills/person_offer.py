"""The answer to “I can bring in a person”."""

from analytics.model import Signal

from .. import replies
from ..answering import offer_person
from ..model import Message
from ..turnout import Context, Spoken, State, Turnout
from .person import hand_over


def reply(message: Message, state: State, context: Context) -> Turnout | None:
    """Yes brings a person, no or "ask in other words" begins anew with the next question; "it still fails" is neither."""
    if message.choice == "ask_again":
        return _not_needed(state, context)
    if message.choice or not state.person_offered:
        return None
    if context.phrases.says(message.text, "yes", "agreed"):
        return hand_over(state.question, state, context)
    if context.phrases.says(message.text, "no"):
        return _not_needed(state, context)
    if context.phrases.says(message.text, "not_helped"):
        return offer_person("unknown_again", state, context, heard=Signal.NOT_HELPED if state.shown else Signal.TALK)
    return None


def _not_needed(state: State, context: Context) -> Turnout:
    said = replies.plain_reply(context.texts, "no_person_needed", choices=(replies.person_button(context.texts),))
    return Turnout((Spoken(said),), State(question=state.question))
