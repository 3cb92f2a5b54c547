"""“Is it solved?”, asked when an agent has finished."""

from dataclasses import replace

from analytics.model import Signal

from .. import replies
from ..model import Message
from ..turnout import Confirm, Context, Reopen, Spoken, State, Turnout


def reply(message: Message, state: State, context: Context) -> Turnout | None:
    """Yes confirms; no, or the wish for a person, reopens. A button works at any time, a word only while the question is open."""
    pressed, _, number = message.choice.partition(":")
    if pressed in ("solved", "not_solved") and number.isdecimal():
        return _solved(int(number), state, context) if pressed == "solved" else _not_solved(int(number), state)
    if state.solved_question is None:
        return None
    if message.choice:
        return _not_solved(state.solved_question, state) if message.choice == "person" else None
    if context.phrases.says(message.text, "yes", "helped"):
        return _solved(state.solved_question, state, context)
    return _not_solved(state.solved_question, state) if _goes_on(message.text, context) else None


def _goes_on(text: str, context: Context) -> bool:
    """Whether the same matter needs a person again; a wish for a person that says what it is about is a new matter."""
    phrases = context.phrases
    if phrases.says(text, "no", "not_helped") or phrases.begins_with_no(text):
        return True
    return phrases.wants_person(text) and not phrases.besides_person(text)


def _solved(number: int, state: State, context: Context) -> Turnout:
    said = replies.plain_reply(context.texts, "solved")
    return Turnout((Spoken(said),), replace(state, solved_question=None), heard=Signal.SOLVED, effect=Confirm(number))


def _not_solved(number: int, state: State) -> Turnout:
    """What is said depends on the ticket; the assistant says it after reopening."""
    return Turnout((), replace(state, solved_question=None), heard=Signal.REOPENED, effect=Reopen(number))
