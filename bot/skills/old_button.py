"""A button of an older message, pressed when what it was for is over."""

from .. import replies
from ..model import Message
from ..turnout import Context, Spoken, State, Turnout, Withdraw


def reply(message: Message, state: State, context: Context) -> Turnout | None:
    """Stands last: any button that no other skill knows what to do with."""
    if not message.choice:
        return None
    pressed, _, number = message.choice.partition(":")
    if pressed == "withdraw":
        return _withdraw(number, state, context)
    if pressed == "skip":
        return Turnout((Spoken(replies.plain_reply(context.texts, "noted")),), state)
    return _nothing(state, context)


def _withdraw(number: str, state: State, context: Context) -> Turnout:
    for ticket in context.my_tickets():
        if str(ticket.number) != number:
            continue
        if ticket.status == "closed":
            return Turnout((Spoken(replies.plain_reply(context.texts, "already_closed", number=number)),), state)
        said = replies.plain_reply(context.texts, "withdrawn", number=number)
        return Turnout((Spoken(said),), state, effect=Withdraw(ticket.number))
    return _nothing(state, context)


def _nothing(state: State, context: Context) -> Turnout:
    said = replies.plain_reply(context.texts, "nothing_to_choose", choices=(replies.person_button(context.texts),))
    return Turnout((Spoken(said),), state)
