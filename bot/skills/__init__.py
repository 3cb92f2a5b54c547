"""What the bot understands besides questions. To add a skill: one file here and one line in this list.

The first skill that answers wins, so what depends on the last turn stands before what may be said at any time.
"""

from ..turnout import Skill
from . import (
    after_ticket,
    choosing,
    feedback,
    greeting,
    help_topics,
    my_tickets,
    nothing_open,
    old_button,
    person,
    person_offer,
    start_over,
    unreadable,
    upset,
)

SKILLS: tuple[Skill, ...] = (
    after_ticket.reply,
    person.reply,
    person_offer.reply,
    choosing.reply,
    feedback.reply,
    start_over.reply,
    my_tickets.reply,
    help_topics.reply,
    greeting.reply,
    upset.reply,
    nothing_open.reply,
    unreadable.reply,
    old_button.reply,
)
