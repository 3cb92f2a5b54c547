"""“What can you do?”"""

from .. import replies
from ..model import Message
from ..turnout import Context, Spoken, State, Turnout


def reply(message: Message, state: State, context: Context) -> Turnout | None:
    """The topics, with a question for each that the bot can really answer."""
    if message.choice != "help" and (message.choice or not context.phrases.means(message.text, "help")):
        return None
    return Turnout((Spoken(replies.topics(context.texts, context.topics())),), state)
