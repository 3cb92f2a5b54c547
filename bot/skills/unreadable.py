"""Messages without words: nothing at all, or only emoji and punctuation."""

from .. import replies
from ..listening import has_words
from ..model import Message
from ..turnout import Context, Spoken, State, Turnout


def reply(message: Message, state: State, context: Context) -> Turnout | None:
    """Says kindly that there was nothing to read."""
    if message.choice or has_words(message.text):
        return None
    name = "unreadable" if message.text.strip() else "empty"
    said = replies.plain_reply(context.texts, name, choices=(replies.person_button(context.texts),))
    return Turnout((Spoken(said),), state)
