"""What to say to this text in this state. Pure: everything it looks up is handed in."""

from dataclasses import replace

from analytics.model import Signal

from . import replies
from .answering import answer_question, area_of
from .listening import has_words
from .model import Message, Option
from .skills import SKILLS
from .texts import Texts
from .turnout import AddFact, Context, HandOver, Spoken, State, Turnout, Withdraw

FACTS_AT_MOST = 2
NO_FACTS = ("greeting", "thanks", "goodbye", "yes", "agreed", "noted")


def respond(message: Message, state: State, context: Context) -> Turnout:
    """The first skill that understands the message answers it; otherwise it is a question."""
    for skill in SKILLS:
        turnout = skill(message, state, context)
        if turnout is not None:
            return turnout
    return answer_question(message.text, state, context)


def listen(message: Message, state: State, context: Context, *, ticket: int, claimed: bool) -> Turnout:
    """While a person holds the conversation: the bot is silent, but for the questions it may ask until somebody has claimed it."""
    if message.choice:
        return _pressed(message.choice, state, context, ticket=ticket, claimed=claimed)
    if claimed:
        return Turnout((), replace(state, facts=()), heard=Signal.RELAYED)
    phrases = context.phrases
    if phrases.says(message.text, "withdraw"):
        return _withdrawn(context, ticket)
    if phrases.means(message.text, "my_tickets"):
        return Turnout((Spoken(replies.my_tickets(context.texts, context.my_tickets())),), state)
    if phrases.wants_person(message.text) or phrases.means(message.text, "how_long"):
        return Turnout((), state, heard=Signal.RELAYED, effect=HandOver(state.question))
    if phrases.means(message.text, "start_over"):
        return Turnout((Spoken(replies.held_by_person(context.texts, number=ticket)),), state, heard=Signal.RELAYED)
    return _told(message.text, state, context, ticket) if state.facts else Turnout((), state, heard=Signal.RELAYED)


def _pressed(choice: str, state: State, context: Context, *, ticket: int, claimed: bool) -> Turnout:
    if choice in (f"withdraw:{ticket}", f"solved:{ticket}"):
        return _withdrawn(context, ticket)
    if choice == "skip":
        return Turnout((), state, heard=Signal.RELAYED) if claimed or not state.facts else _skipped(state, context)
    if choice == "person" and not claimed:
        return Turnout((), state, heard=Signal.RELAYED, effect=HandOver(state.question))
    return Turnout((Spoken(replies.held_by_person(context.texts, number=ticket)),), state, heard=Signal.RELAYED)


def _withdrawn(context: Context, ticket: int) -> Turnout:
    said = replies.plain_reply(context.texts, "withdrawn", number=ticket)
    return Turnout((Spoken(said),), State(), heard=Signal.RELAYED, effect=Withdraw(ticket))


def _told(text: str, state: State, context: Context, ticket: int) -> Turnout:
    """What is said while a fact is asked: the fact, a "skip", or something else, which the ticket shows as well."""
    phrases = context.phrases
    if phrases.says(text, "skip") or not has_words(text):
        return _skipped(state, context)
    if phrases.says(text, *NO_FACTS) or text.rstrip().endswith("?"):
        return Turnout((), state, heard=Signal.RELAYED)
    asked, left = state.facts[0], state.facts[1:]
    fact = phrases.is_name(text) if asked == "name" else text
    area = area_of(text, context) if asked == "about" else ""
    effect = AddFact(ticket, asked, fact, area) if fact else None
    return Turnout(_next_fact("fact_thanks", left, context), replace(state, facts=left), heard=Signal.RELAYED, effect=effect)


def _skipped(state: State, context: Context) -> Turnout:
    left = state.facts[1:]
    return Turnout(_next_fact("fact_skipped", left, context), replace(state, facts=left))


def facts_to_ask(texts: Texts, *, question: str, name: str, area: str) -> tuple[str, ...]:
    """At most two things worth asking while the employee waits; whatever is known is not asked."""
    wanted = [fact for fact, known in (("about", question), ("name", name)) if not known.strip()]
    return tuple([*wanted, *texts.words("by_area", area)][:FACTS_AT_MOST])


def _next_fact(name: str, left: tuple[str, ...], context: Context) -> tuple[Spoken, ...]:
    texts = context.texts
    if not left:
        return (Spoken(replies.plain_reply(texts, name)),)
    question = texts.text("fact", left[0])
    skip = Option("skip", texts.text("button", "skip"))
    asked = replies.plain_reply(texts, f"{name}_next", question=question[0].upper() + question[1:], choices=(skip,))
    return (Spoken(asked),)
