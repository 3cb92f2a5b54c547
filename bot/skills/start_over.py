"""“Start over”: forgets what was said and begins a new conversation."""

from .. import replies
from ..model import Message
from ..turnout import Context, EndConversation, Spoken, State, Turnout


def reply(message: Message, _: State, context: Context) -> Turnout | None:
    """A fresh start; open requests are not touched."""
    if message.choice != "start_over" and (message.choice or not context.phrases.means(message.text, "start_over")):
        return None
    said = replies.plain_reply(context.texts, "started_over")
    return Turnout((Spoken(said),), State(), effect=EndConversation())
