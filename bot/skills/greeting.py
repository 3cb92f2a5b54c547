"""Hello, thank you, goodbye."""

from dataclasses import replace

from .. import replies
from ..model import Message, Reply
from ..turnout import Context, Spoken, State, Turnout

KINDS = ("greeting", "robot", "thanks", "goodbye")


def reply(message: Message, state: State, context: Context) -> Turnout | None:
    """The same courtesy back; it counts for nothing in the statistics, a "thank you" is not a "yes, it helped".

    Whoever thanks or leaves has not taken up the offer of a person.
    """
    if message.choice:
        return None
    for kind in KINDS:
        if context.phrases.means(message.text, kind):
            offered = state.person_offered and kind == "greeting"
            return Turnout((Spoken(_courtesy(kind, message, context)),), replace(state, person_offered=offered))
    return None


def _courtesy(kind: str, message: Message, context: Context) -> Reply:
    if kind != "greeting":
        return replies.plain_reply(context.texts, kind)
    name = f" {message.person.name.split()[0]}" if message.person.name.strip() else ""
    return replies.plain_reply(context.texts, "greeting", name=name, choices=(replies.help_button(context.texts),))
