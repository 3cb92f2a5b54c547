"""Writing the record: conversations, turns, and the episodes that follow from them."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from . import store
from .episodes import advance, longest_window, question_key, replay
from .model import Candidate, Conversation, Episode, Event, Holder, Json, NewTurn, RecordSettings, Signal, Speaker, Turn
from .tables import ConversationRow, EpisodeArticleRow, EpisodeRow, TurnRow

_OPENED = "opened conversation"
"""Keeps the row in the session, which holds it only weakly, so that it is not read again before it is written."""


def open_conversation(
    session: Session,
    *,
    channel: str,
    address: str,
    person: str,
    person_name: str = "",
    test: bool = False,
    settings: RecordSettings,
    now: datetime,
) -> Conversation:
    """The running conversation at this address, or a new one when there is none or the last one has been idle too long.

    The row stays locked until the transaction ends, so that two messages at one address take turns.
    """
    row = session.scalars(store.latest_at(channel, address).with_for_update()).first()
    if row is not None and row.ended_at is None:
        if not _is_idle(row, settings, now):
            session.info[_OPENED] = row
            return store.conversation_from(row)
        row.ended_at = row.last_at
        session.flush()
    opened = ConversationRow(
        id=str(uuid.uuid4()),
        channel=channel,
        address=address,
        person=person,
        person_name=person_name,
        test=test,
        holder=Holder.BOT,
        state={},
        last_seq=row.last_seq if row is not None else 0,
        started_at=now,
        last_at=now,
    )
    session.add(opened)
    session.flush()
    session.info[_OPENED] = opened
    return store.conversation_from(opened)


def lock_conversation(session: Session, conversation: str) -> None:
    """Until this transaction ends, nobody else writes in this conversation.

    Whoever also locks one of its tickets locks the conversation first, so that two of them never wait for each other.
    """
    session.flush()
    session.get(ConversationRow, conversation, with_for_update=True, populate_existing=True)


def record_turn(session: Session, conversation: str, turn: NewTurn, *, settings: RecordSettings, now: datetime) -> Turn:
    """The turn as recorded; see `record_turns`."""
    return record_turns(session, conversation, [turn], settings=settings, now=now)[0]


def record_turns(
    session: Session,
    conversation: str,
    turns: Sequence[NewTurn],
    *,
    state: Json | None = None,
    settings: RecordSettings,
    now: datetime,
) -> list[Turn]:
    """The turns as recorded, in their order, with their places in the conversation; brings the person's episodes up to date.

    `state` is what the dialogue must remember for the next turn; None leaves it as it is.
    Raises `LookupError` when there is no such conversation and `IntegrityError` when the channel has already delivered a turn's `ref`.
    """
    owner = session.get(ConversationRow, conversation)
    if owner is None:
        raise LookupError(f"There is no conversation {conversation}.")
    rows = [
        TurnRow(conversation=owner.id, channel=owner.channel, seq=seq, at=now, **_turn_values(turn))
        for seq, turn in enumerate(turns, owner.last_seq + 1)
    ]
    owner.last_seq += len(rows)
    owner.last_at = now
    if state is not None:
        owner.state = dict(state)
    session.add_all(rows)
    session.flush()
    _advance_episodes(session, [store.event_from(row, owner) for row in rows], settings)
    return [store.turn_from(row) for row in rows]


def repeated(session: Session, *, channel: str, ref: str) -> Sequence[Turn] | None:
    """The turn recorded for this event before, followed by the bot's replies to it; None when the event is new."""
    first = session.scalars(select(TurnRow).where(TurnRow.channel == channel, TurnRow.ref == ref)).first()
    if first is None:
        return None
    replies = select(TurnRow).where(
        TurnRow.conversation == first.conversation, TurnRow.answers_seq == first.seq, TurnRow.speaker == Speaker.BOT
    )
    return [store.turn_from(row) for row in (first, *session.scalars(replies.order_by(TurnRow.seq)))]


def set_state(session: Session, conversation: str, state: Json) -> None:
    """Keeps what the dialogue must remember for the next turn."""
    _update(session, conversation, state=dict(state))


def hand_to_person(session: Session, conversation: str, *, ticket: int) -> None:
    """From now on the bot is silent here and what is said goes to the ticket."""
    _update(session, conversation, holder=Holder.PERSON, ticket=ticket)


def hand_to_bot(session: Session, conversation: str) -> None:
    """The bot answers here again; the ticket stays known, so that "not solved" can reopen it."""
    _update(session, conversation, holder=Holder.BOT)


def end_conversation(session: Session, conversation: str, *, now: datetime) -> None:
    """The next message at this address opens a new conversation."""
    _update(session, conversation, ended_at=now)


def end_idle_conversations(session: Session, *, settings: RecordSettings, now: datetime) -> int:
    """How many conversations with the bot ended because nothing was said for `idle_minutes`."""
    idle_since = now - timedelta(minutes=settings.idle_minutes)
    ended = session.execute(
        update(ConversationRow)
        .where(ConversationRow.ended_at.is_(None), ConversationRow.holder == Holder.BOT, ConversationRow.last_at < idle_since)
        .values(ended_at=ConversationRow.last_at)
        .returning(ConversationRow.id)
    )
    return len(ended.all())


def delete_old_conversations(session: Session, *, settings: RecordSettings, now: datetime) -> int:
    """How many conversations were deleted, turns and episodes included, because they are older than `days_kept`."""
    before = now - timedelta(days=settings.days_kept)
    old = select(ConversationRow.id).where(ConversationRow.last_at < before)
    session.execute(delete(TurnRow).where(TurnRow.conversation.in_(old)))
    gone_episodes = select(EpisodeRow.id).where(EpisodeRow.conversation.in_(old))
    session.execute(delete(EpisodeArticleRow).where(EpisodeArticleRow.episode.in_(gone_episodes)))
    session.execute(delete(EpisodeRow).where(EpisodeRow.conversation.in_(old)))
    gone = session.execute(delete(ConversationRow).where(ConversationRow.last_at < before).returning(ConversationRow.id))
    return len(gone.all())


def rebuild_episodes(session: Session, *, settings: RecordSettings) -> int:
    """How many episodes there are after they have all been derived again from the turns."""
    episodes: dict[str, Episode] = {}
    articles: dict[tuple[str, str], EpisodeArticleRow] = {}
    for event, changed in replay(store.all_events(session), settings):
        episodes.update((episode.id, episode) for episode in changed)
        for episode in changed[:1]:
            key = (episode.id, episode.article)
            _note_article(articles.get(key), episode, event, add=partial(articles.__setitem__, key))
    session.execute(delete(EpisodeArticleRow))
    session.execute(delete(EpisodeRow))
    session.add_all(EpisodeRow(**_episode_values(episode)) for episode in episodes.values())
    session.flush()
    session.add_all(articles.values())
    session.flush()
    return len(episodes)


def _advance_episodes(session: Session, events: Sequence[Event], settings: RecordSettings) -> None:
    counted = [event for event in events if not event.signal.counts_for_nothing]
    if not counted:
        return
    since = counted[0].at - longest_window(settings)
    rows = {row.id: row for row in store.recent_episode_rows(session, counted[0].person, since=since)}
    episodes = {identity: store.episode_from(row) for identity, row in rows.items()}
    for event in counted:
        recent = sorted(episodes.values(), key=lambda episode: (episode.last_at, episode.id))
        changed = advance(recent, event, settings)
        for episode in changed:
            episodes[episode.id] = episode
            _keep(session, rows, episode)
        if changed and event.signal in (Signal.ANSWERED, Signal.NOT_HELPED):
            session.flush()
            noted = session.get(EpisodeArticleRow, (changed[0].id, changed[0].article))
            _note_article(noted, changed[0], event, add=session.add)
    session.flush()


def _keep(session: Session, rows: dict[str, EpisodeRow], episode: Episode) -> None:
    row = rows.get(episode.id)
    if row is None:
        rows[episode.id] = row = EpisodeRow()
        session.add(row)
    for name, value in _episode_values(episode).items():
        setattr(row, name, value)


def _note_article(noted: EpisodeArticleRow | None, episode: Episode, event: Event, *, add: Callable[[EpisodeArticleRow], None]) -> None:
    """Remembers that an article was shown for this need, and for good that it was refused."""
    match event.signal:
        case Signal.ANSWERED if noted is None and episode.article:
            add(EpisodeArticleRow(episode=episode.id, article=episode.article, title=episode.article_title, rejected=False))
        case Signal.NOT_HELPED if noted is not None:
            noted.rejected = True
        case _:
            pass


def _turn_values(turn: NewTurn) -> dict[str, Any]:
    return {**_values(turn), "candidates": [_values(candidate) for candidate in turn.candidates]}


def _values(of: NewTurn | Candidate | Episode) -> dict[str, Any]:
    """The fields as they are; `dataclasses.asdict` would copy everything in them, for every message."""
    return {field.name: getattr(of, field.name) for field in fields(of)}


def _episode_values(episode: Episode) -> dict[str, Any]:
    return {
        **_values(episode),
        "recontact_after": _seconds(episode.last_at, episode.recontacted_at),
        "person_wait": _seconds(episode.handed_off_at, episode.person_answered_at),
        "question_key": question_key(episode.question),
    }


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else (end - start).total_seconds()


def _is_idle(row: ConversationRow, settings: RecordSettings, now: datetime) -> bool:
    return row.holder == Holder.BOT and now - row.last_at > timedelta(minutes=settings.idle_minutes)


def _update(session: Session, conversation: str, **values: object) -> None:
    session.execute(update(ConversationRow).where(ConversationRow.id == conversation).values(**values))
