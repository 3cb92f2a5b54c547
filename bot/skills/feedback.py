"""“Did this help?”"""

from dataclasses import replace

from analytics.model import Signal

from .. import replies
from ..answering import next_best
from ..model import Message
from ..turnout import Context, Spoken, State, Turnout


def reply(message: Message, state: State, context: Context) -> Turnout | None:
    """Yes is noted; no brings the next best, and the second no a person. A button works whenever it is pressed."""
    pressed, _, article = message.choice.partition(":")
    if pressed == "helped":
        return _helped(article, state, context)
    if pressed == "not_helped":
        return _not_helped(article, state, context)
    return None if message.choice else _said(message.text, state, context)


def _said(text: str, state: State, context: Context) -> Turnout | None:
    """ "It works now" is understood later, too; a bare yes or no only while the question is open."""
    phrases, shown = context.phrases, state.awaiting_help or (state.shown[-1] if state.shown else "")
    if shown and phrases.says(text, "helped"):
        return _helped(shown, state, context)
    if not state.awaiting_help:
        return None
    if phrases.says(text, "yes", "helped"):
        return _helped(shown, state, context)
    if phrases.says(text, "no", "not_helped"):
        return replace(next_best(state, context), about=shown)
    more = phrases.begins_with_no(text) or phrases.goes_on(text)
    if not more:
        return None
    return replace(next_best(state, context, more="" if phrases.only_swears(more) else more), about=shown)


def _helped(article: str, state: State, context: Context) -> Turnout:
    """What was offered besides is forgotten, so that a later "no" is not taken for an answer to it."""
    said = replies.plain_reply(context.texts, "helped")
    state = replace(state, awaiting_help="", offered=(), person_offered=False, asked_back=False)
    return Turnout((Spoken(said),), state, heard=Signal.HELPED, about=article)


def _not_helped(article: str, state: State, context: Context) -> Turnout:
    """Under the answer to an older question: the search goes on from that article, as its question is no longer known."""
    found = context.article(article)
    if article not in state.shown and found is not None:
        state = State(question=found.link.title, shown=(article,))
    return replace(next_best(state, context), about=article)
