"""From a question to an answer, a choice, a question back, or the plain word that we do not know. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from analytics.model import Signal
from intents.model import Answer, Choice, Match, Unknown

from . import replies
from .listening import plain
from .turnout import Context, Read, ShownArticle, Spoken, State, Turnout

CHOICES_AT_MOST = 3
NEXT_BEST_FROM = 0.45
"""The share of the first article's score (0 to 1) from which another one is worth offering after a "no"."""

AREA_FROM = 0.2
"""Confidence (0 to 1) from which the best candidate says which service area a question belongs to."""


def area_of(question: str, context: Context) -> str:
    """The service area of the article that is most likely meant; empty when none is likely enough."""
    matches = context.read(question).understanding.matches
    if not matches or matches[0].confidence < AREA_FROM:
        return ""
    article = context.article(matches[0].article)
    return "" if article is None else article.area


def answer_question(text: str, state: State, context: Context) -> Turnout:
    """What to say to a question: alone first, and together with the one before it when the bot had asked back."""
    if state.shown and plain(text) == plain(state.question):
        return _again(state, context)
    if context.phrases.is_vague(text) or context.phrases.says(text, "not_helped"):
        return _ask_back(text, state, context)
    read = context.read(text)
    if state.asked_back and state.question and isinstance(read.decision, Unknown):
        whole = f"{state.question} {text}"
        together = context.read(whole)
        return _decided(replace(state, question=whole), context, together, Signal.QUESTION)
    return _decided(State(question=text, asked_back=state.asked_back), context, read, Signal.QUESTION)


def show_article(article_id: str, state: State, context: Context, *, heard: Signal = Signal.TALK, read: Read | None = None) -> Turnout:
    """The article with "did this help?"; a kind word when it has been withdrawn in the meantime."""
    article = context.article(article_id)
    if article is None:
        gone = replies.plain_reply(context.texts, "article_gone", choices=(replies.person_button(context.texts),))
        return Turnout((Spoken(gone),), state, heard=heard)
    confidence = None if read is None else replies.confidence_of(read.understanding.matches)
    shown = replies.answer(context.texts, article, confidence=confidence)
    return Turnout((Spoken(shown, Signal.ANSWERED),), state.showing(article_id), heard=heard, read=read)


def next_best(state: State, context: Context, *, more: str = "") -> Turnout:
    """After a "no": the next articles that may fit, or a person when there are none or this was the second "no"."""
    state = replace(state, said_no=state.said_no + 1, awaiting_help="")
    question = f"{state.question} {more}".strip()
    if state.said_no >= 2 or not question:
        return offer_person("not_helped_again", state, context, heard=Signal.NOT_HELPED)
    articles = _shown(_next_candidates(context.read(question), state), context)
    if not articles:
        return offer_person("not_helped_again", state, context, heard=Signal.NOT_HELPED)
    state = replace(state, question=question, offered=tuple(article.link.id for article in articles))
    offered = replies.choice(context.texts, "choose_more" if more else "choose_next", articles)
    return Turnout((Spoken(offered, Signal.OFFERED),), state, heard=Signal.NOT_HELPED)


def offer_person(name: str, state: State, context: Context, *, heard: Signal, read: Read | None = None) -> Turnout:
    """Says that there is no answer, and offers a person; "yes" is enough from here."""
    state = replace(state, person_offered=True, awaiting_help="", offered=())
    matches = () if read is None else read.understanding.matches
    offer = replies.offer_person(context.texts, name, state, confidence=replies.confidence_of(matches))
    return Turnout((Spoken(offer, Signal.UNKNOWN),), state, heard=heard, read=read)


def _decided(state: State, context: Context, read: Read, heard: Signal) -> Turnout:
    match read.decision:
        case Answer(match=found):
            return show_article(found.article, state, context, heard=heard, read=read)
        case Choice(matches=found_ones):
            return _offer(found_ones, state, context, heard, read)
        case Unknown():
            name = "unknown_again" if state.asked_back else "unknown"
            return offer_person(name, state, context, heard=heard, read=read)


def _offer(matches: Sequence[Match], state: State, context: Context, heard: Signal, read: Read) -> Turnout:
    articles = _shown(matches, context)
    if not articles:
        return offer_person("unknown", state, context, heard=heard, read=read)
    state = replace(state, offered=tuple(article.link.id for article in articles), asked_back=False)
    offered = replies.choice(context.texts, "choose", articles, confidence=replies.confidence_of(matches))
    return Turnout((Spoken(offered, Signal.OFFERED),), state, heard=heard, read=read)


def _ask_back(text: str, state: State, context: Context) -> Turnout:
    if state.asked_back:
        return offer_person("unknown_again", replace(state, question=state.question or text), context, heard=Signal.QUESTION)
    asked = replies.plain_reply(context.texts, "clarify", choices=(replies.person_button(context.texts),))
    return Turnout((Spoken(asked, Signal.CLARIFIED),), State(question=text, asked_back=True), heard=Signal.QUESTION)


def _again(state: State, context: Context) -> Turnout:
    """The same question twice: the same answer once more; three times: a person."""
    read = context.read(state.question)
    if state.asked_again:
        return offer_person("unknown_again", state, context, heard=Signal.QUESTION, read=read)
    shown = show_article(state.shown[-1], state, context, heard=Signal.QUESTION, read=read)
    first, *rest = shown.spoken
    text = f"{context.texts.say('again')}\n\n{first.reply.text}"
    spoken = (replace(first, reply=replace(first.reply, text=text)), *rest)
    return replace(shown, spoken=spoken, state=replace(shown.state, asked_again=True))


def _next_candidates(read: Read, state: State) -> list[Match]:
    matches = read.understanding.matches
    least = matches[0].score * NEXT_BEST_FROM if matches else 0.0
    return [match for match in matches if match.article not in state.shown and match.score >= least]


def _shown(matches: Sequence[Match], context: Context) -> list[ShownArticle]:
    found = (context.article(match.article) for match in matches[:CHOICES_AT_MOST])
    return [article for article in found if article is not None]
