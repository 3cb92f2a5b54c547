"""Yes, no, okay and “it works now”, when there is nothing that they could answer."""

from .. import replies
from ..model import Message
from ..turnout import Context, Spoken, State, Turnout


def reply(message: Message, state: State, context: Context) -> Turnout | None:
    """A word back, so that it is not searched for like a question. An "okay" after an answer is not a "yes, it helped"."""
    phrases = context.phrases
    if message.choice:
        return None
    if phrases.says(message.text, "helped"):
        name = "helped"
    elif phrases.says(message.text, "noted", "yes", "no", "agreed"):
        name = "noted_help_open" if state.awaiting_help else "noted"
    else:
        return None
    return Turnout((Spoken(replies.plain_reply(context.texts, name)),), state)
