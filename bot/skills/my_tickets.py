"""“My tickets”: what the employee has open with people."""

from .. import replies
from ..model import Message
from ..turnout import Context, Spoken, State, Turnout


def reply(message: Message, state: State, context: Context) -> Turnout | None:
    """A line per ticket, newest first."""
    if message.choice or not context.phrases.means(message.text, "my_tickets"):
        return None
    return Turnout((Spoken(replies.my_tickets(context.texts, context.my_tickets())),), state)
