"""Choosing from what was offered: a button, "2", "the second one", "no, the other", or the title itself."""

from collections.abc import Sequence
from dataclasses import replace

from analytics.model import Signal

from .. import replies
from ..answering import offer_person, show_article
from ..listening import plain
from ..model import Message
from ..turnout import Context, Spoken, State, Turnout


def reply(message: Message, state: State, context: Context) -> Turnout | None:
    """The chosen article, or a person after "none of these"."""
    pressed, _, article = message.choice.partition(":")
    if pressed == "article" and article:
        return show_article(article, state, context)
    if message.choice == "none":
        return _none(state, context)
    if message.choice:
        return None
    return _said(message.text, state, context)


def _said(text: str, state: State, context: Context) -> Turnout | None:
    place = context.phrases.which(text)
    if place is not None:
        return _at(place, state, context)
    if context.phrases.says(text, "other"):
        return _other(state, context) if state.offered else _at(0, state, context)
    if not state.offered:
        return None
    if context.phrases.says(text, "none_of_these") or (not state.awaiting_help and context.phrases.says(text, "no", "not_helped")):
        return _none(state, context)
    if not state.awaiting_help and context.phrases.says(text, "yes", "agreed"):
        return _which(state, context)
    titled = _by_title(text, state.offered, context)
    return None if titled is None else show_article(titled, state, context)


def _at(place: int, state: State, context: Context) -> Turnout:
    if not state.offered:
        said = replies.plain_reply(context.texts, "nothing_to_choose", choices=(replies.person_button(context.texts),))
        return Turnout((Spoken(said),), state)
    if place >= len(state.offered):
        said = replies.plain_reply(context.texts, "no_such_choice", count=len(state.offered))
        return Turnout((Spoken(said),), state)
    return show_article(state.offered[place], state, context)


def _other(state: State, context: Context) -> Turnout:
    left = [article for article in state.offered if article not in state.shown]
    if len(left) == 1:
        heard = Signal.NOT_HELPED if state.awaiting_help else Signal.TALK
        return show_article(left[0], state, context, heard=heard)
    articles = [article for article in map(context.article, left) if article is not None]
    if not articles:
        return _none(state, context)
    offered = replies.choice(context.texts, "choose", articles)
    return Turnout((Spoken(offered, Signal.OFFERED),), replace(state, offered=tuple(left)))


def _which(state: State, context: Context) -> Turnout | None:
    """A "yes" to a choice: to the only article there was, or else the choice once more."""
    if len(state.offered) == 1:
        return show_article(state.offered[0], state, context)
    articles = [article for article in map(context.article, state.offered) if article is not None]
    return Turnout((Spoken(replies.choice(context.texts, "which_one", articles)),), state) if articles else None


def _none(state: State, context: Context) -> Turnout:
    return offer_person("not_helped_again", replace(state, said_no=state.said_no + 1), context, heard=Signal.NOT_HELPED)


def _by_title(text: str, offered: Sequence[str], context: Context) -> str | None:
    said = plain(text)
    for identity in offered:
        article = context.article(identity)
        if article is not None and plain(article.link.title) == said:
            return identity
    return None
