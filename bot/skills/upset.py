"""A message that only swears."""

from .. import replies
from ..model import Message
from ..turnout import Context, Spoken, State, Turnout


def reply(message: Message, state: State, context: Context) -> Turnout | None:
    """No lecture: an apology, and a person if wanted. Swearing around a question is simply a question."""
    if message.choice or not context.phrases.only_swears(message.text):
        return None
    said = replies.plain_reply(context.texts, "sorry_upset", choices=(replies.person_button(context.texts),))
    return Turnout((Spoken(said),), state)
