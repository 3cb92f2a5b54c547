"""From turns to needs: which turn belongs to which episode, and how each episode ended.

Pure, so that the figures can be recomputed from the turns alone: the running product and the rebuild use the same functions.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from .model import Episode, Event, HandoffReason, Outcome, RecordSettings, Signal, Speaker

WINDOWS_IN_DAYS = (1, 3, 7, 14)

_FILLER_WORDS = (
    "a an and are at be can could do does for from get hello help hey hi how i in is it its me my need of on or please so "
    "thanks that the this to too want was we what when where which who why with would you your"
)
_FILLER = frozenset(_FILLER_WORDS.split())


def longest_window(settings: RecordSettings) -> timedelta:
    """How far back a recontact is looked for: the longest window that any report shows."""
    return timedelta(days=max(*WINDOWS_IN_DAYS, settings.recontact_days))


def same_need(one: str, one_article: str, other: str, other_article: str, *, similar_at: int) -> bool:
    """Whether two questions are about one thing: the same article, or nearly the same words (0 to 100, order ignored).

    A question that was never put into words is like no other.
    """
    if one_article and one_article == other_article:
        return True
    first, second = _content(one), _content(other)
    return bool(first and second) and fuzz.token_sort_ratio(first, second) >= similar_at


def advance(recent: Sequence[Episode], event: Event, settings: RecordSettings) -> list[Episode]:
    """The episodes that `event` changes or opens; the first of them is the one that the event belongs to.

    `recent` holds the episodes of the same person whose last turn is no older than `longest_window`, oldest first.
    """
    match event.signal:
        case Signal.QUESTION:
            return _ask(recent, event, settings)
        case Signal.ASKED_PERSON | Signal.HANDED_OFF:
            return _wish(recent, event, settings)
        case Signal.TALK:
            return []
        case _:
            current = _meant(recent, event)
            return [] if current is None else _said(recent, current, event, settings)


def replay(events: Iterable[Event], settings: RecordSettings) -> Iterator[tuple[Event, list[Episode]]]:
    """Each event, in the order of recording, with what `advance` makes of it."""
    by_person: dict[str, dict[str, Episode]] = {}
    for event in events:
        mine = by_person.setdefault(event.person, {})
        horizon = event.at - longest_window(settings)
        recent = sorted((e for e in mine.values() if e.last_at >= horizon), key=lambda e: (e.last_at, e.id))
        changed = advance(recent, event, settings)
        mine.update((episode.id, episode) for episode in changed)
        yield event, changed


def fold(events: Iterable[Event], settings: RecordSettings) -> list[Episode]:
    """Every episode of these events, which must come in the order in which they were recorded."""
    latest: dict[str, Episode] = {}
    for _, changed in replay(events, settings):
        latest.update((episode.id, episode) for episode in changed)
    return list(latest.values())


def outcome(episode: Episode, window: timedelta) -> Outcome:
    """How the episode ended, when a recontact within `window` of its last turn undoes a success.

    Silence after an answer is `assumed` only while nothing took the answer back: a "no", the question once more, "I do not know",
    or a wish for a person, whether or not a person then took over.
    """
    if episode.handed_off_at is not None:
        return Outcome.HANDED_OFF
    if episode.confirmed or (episode.shown and not episode.rejected and not episode.wants_person):
        if episode.recontacted_at is not None and episode.recontacted_at - episode.last_at <= window:
            return Outcome.BOUNCED
        return Outcome.CONFIRMED if episode.confirmed else Outcome.ASSUMED
    if episode.rejected or episode.shown:
        return Outcome.REJECTED
    return Outcome.UNANSWERED if episode.unknown else Outcome.ABANDONED


def contained(episode: Episode) -> bool:
    """Whether no person took over and no wish for one was left standing."""
    return episode.handed_off_at is None and not episode.wants_person


def provisional(episode: Episode, window: timedelta, now: datetime) -> bool:
    """Whether the outcome may still change because the recontact window is open."""
    return episode.last_at + window > now


def question_key(text: str) -> str:
    """The same 16 characters for the same words, whatever their punctuation and large letters; nothing for an empty text.

    A digest, because it stands in links, and what people write may hold a name.
    """
    words = " ".join(re.findall(r"\w+", text.casefold()) or text.split())
    return hashlib.blake2b(words.encode("utf-8", "replace"), digest_size=8).hexdigest() if words else ""


def _ask(recent: Sequence[Episode], event: Event, settings: RecordSettings) -> list[Episode]:
    alike = [e for e in recent if _alike(e, event.text, event.article, settings)]
    asked_back = _asked_back(recent, event, settings)
    joined = asked_back or next((e for e in reversed(alike) if _within_gap(e, event, settings)), None)
    current = _opened(event, question=event.text) if joined is None else _asked_again(joined, event)
    return [current, *_recontacted([e for e in alike if e is not joined], event, settings)]


def _wish(recent: Sequence[Episode], event: Event, settings: RecordSettings) -> list[Episode]:
    current = _current(recent, event, settings)
    if current is not None:
        return [_marked(current, event)]
    opened = _opened(event, question="")
    about_it = [e for e in recent if _alike(e, "", event.article, settings)]
    return [_marked(opened, event), *_recontacted(about_it, event, settings)]


def _said(recent: Sequence[Episode], current: Episode, event: Event, settings: RecordSettings) -> list[Episode]:
    if event.signal is Signal.RELAYED and event.speaker is Speaker.EMPLOYEE and not current.question and event.text:
        named = replace(_marked(current, event), question=event.text)
        others = [e for e in recent if e.id != current.id and _alike(e, event.text, "", settings)]
        return [named, *_recontacted(others, event, settings)]
    return [_marked(current, event)]


def _marked(episode: Episode, event: Event) -> Episode:
    return replace(_meaning(episode, event), last_at=event.at, last_signal=event.signal)


def _meaning(episode: Episode, event: Event) -> Episode:
    match event.signal:
        case Signal.ANSWERED:
            return _answered(episode, event)
        case Signal.OFFERED:
            return replace(episode, choices_offered=True)
        case Signal.UNKNOWN:
            return replace(episode, unknown=True, failed=True, shown=False)
        case Signal.HELPED:
            return replace(episode, confirmed=True, rejected=False, wants_person=False)
        case Signal.NOT_HELPED:
            return replace(episode, rejected=True, failed=True, confirmed=False)
        case _:
            return _with_a_person(episode, event)


def _with_a_person(episode: Episode, event: Event) -> Episode:
    match event.signal:
        case Signal.ASKED_PERSON:
            return replace(episode, asked_person_at=episode.asked_person_at or event.at, wants_person=True, confirmed=False)
        case Signal.HANDED_OFF:
            return replace(episode, handed_off_at=event.at, handoff_reason=episode.handoff_reason or _reason(episode))
        case Signal.RELAYED if event.speaker is Speaker.AGENT and episode.handed_off_at is not None:
            return replace(episode, person_answered_at=episode.person_answered_at or event.at)
        case Signal.SOLVED:
            return replace(episode, solved=True)
        case Signal.REOPENED:
            return replace(episode, solved=False)
        case _:
            return episode


def _answered(episode: Episode, event: Event) -> Episode:
    """Another article takes back the "no" to the one before it; the same article once more does not."""
    return replace(
        episode,
        shown=True,
        article=event.article,
        article_title=event.article_title,
        choice_taken=episode.choice_taken or episode.last_signal is Signal.OFFERED,
        rejected=episode.rejected and event.article == episode.article,
        wants_person=False,
    )


def _reason(episode: Episode) -> HandoffReason:
    """Nobody asked and the bot had not failed: then it was a rule that handed over."""
    if episode.failed:
        return HandoffReason.FAILED
    return HandoffReason.POLICY if episode.asked_person_at is None else HandoffReason.CHOICE


def _opened(event: Event, *, question: str) -> Episode:
    return Episode(
        id=f"{event.conversation}:{event.seq:05}",  # padded, so that ids sort as the turns do
        conversation=event.conversation,
        last_conversation=event.conversation,
        channel=event.channel,
        person=event.person,
        question=question,
        opened_at=event.at,
        last_at=event.at,
        eligible=not event.test,
        article=event.article,
        article_title=event.article_title,
        last_signal=event.signal,
        latency_ms=event.latency_ms,
    )


def _asked_again(episode: Episode, event: Event) -> Episode:
    """Asking again takes back a "yes" and an answer that was only read: whoever is helped does not ask once more."""
    again = replace(
        episode,
        asked=episode.asked + 1,
        last_at=event.at,
        last_signal=event.signal,
        last_conversation=event.conversation,
        confirmed=False,
        shown=False,
    )
    if not episode.shown and event.article:
        again = replace(again, article=event.article, article_title=event.article_title)
    if episode.last_signal is Signal.CLARIFIED:
        return replace(again, question=f"{again.question} {event.text}".strip())
    return replace(again, question=again.question or event.text)


def _recontacted(episodes: Sequence[Episode], event: Event, settings: RecordSettings) -> list[Episode]:
    horizon = event.at - longest_window(settings)
    waiting = [e for e in episodes if e.recontacted_at is None and e.last_at >= horizon]
    return [replace(e, recontacted_at=event.at) for e in waiting]


def _alike(episode: Episode, text: str, article: str, settings: RecordSettings) -> bool:
    return same_need(episode.question, episode.article, text, article, similar_at=settings.similar_at)


def _within_gap(episode: Episode, event: Event, settings: RecordSettings) -> bool:
    return event.at - episode.last_at <= timedelta(minutes=settings.episode_gap_minutes) and episode.handed_off_at is None


def _asked_back(recent: Sequence[Episode], event: Event, settings: RecordSettings) -> Episode | None:
    """The need that the bot has just asked back about: the next question is the answer to that, whatever its words."""
    latest = _latest_of_conversation(recent, event)
    if latest is None or latest.last_signal is not Signal.CLARIFIED:
        return None
    return latest if _within_gap(latest, event, settings) else None


def _latest_of_conversation(recent: Sequence[Episode], event: Event) -> Episode | None:
    here = (e for e in reversed(recent) if event.conversation in (e.conversation, e.last_conversation))
    return next(here, None)


def _meant(recent: Sequence[Episode], event: Event) -> Episode | None:
    """The need that a reaction is about, also when it comes late from a new conversation.

    A "yes" or "no" to an article belongs to the need that showed it, "solved" or "not solved" to the one that a person took over.
    """
    here = [e for e in recent if event.conversation in (e.conversation, e.last_conversation)]
    for episodes in (here, recent):
        found = next((e for e in reversed(episodes) if _reacts_to(e, event)), None)
        if found is not None:
            return found
    return here[-1] if here else None


def _reacts_to(episode: Episode, event: Event) -> bool:
    match event.signal:
        case Signal.HELPED | Signal.NOT_HELPED:
            return bool(event.article) and episode.article == event.article
        case Signal.SOLVED | Signal.REOPENED:
            return episode.handed_off_at is not None
        case _:
            return False


def _current(recent: Sequence[Episode], event: Event, settings: RecordSettings) -> Episode | None:
    """The need that a wish for a person is about: the latest of this conversation, unless it is long past or in other hands."""
    latest = _latest_of_conversation(recent, event)
    if latest is None or event.signal is Signal.HANDED_OFF:
        return latest
    return latest if _within_gap(latest, event, settings) else None


def _content(text: str) -> str:
    words = re.findall(r"\w+", text.casefold()) or text.split()
    return " ".join(sorted(word for word in words if word not in _FILLER) or words)
