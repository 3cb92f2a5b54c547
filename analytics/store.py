"""Reading the record."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from .model import Candidate, Conversation, Episode, Event, HandoffReason, Holder, Signal, Speaker, Turn
from .tables import ConversationRow, EpisodeArticleRow, EpisodeRow, TurnRow


def latest_at(channel: str, address: str) -> Select[ConversationRow]:
    """The query for the newest conversation at an address."""
    at_address = select(ConversationRow).where(ConversationRow.channel == channel, ConversationRow.address == address)
    return at_address.order_by(ConversationRow.started_at.desc(), ConversationRow.last_seq.desc()).limit(1)


def conversation(session: Session, identity: str) -> Conversation | None:
    """The conversation with this id."""
    row = session.get(ConversationRow, identity)
    return None if row is None else conversation_from(row)


def conversation_at(session: Session, *, channel: str, address: str) -> Conversation | None:
    """The newest conversation at an address, ended or not."""
    row = session.scalars(latest_at(channel, address)).first()
    return None if row is None else conversation_from(row)


def turns(session: Session, conversation: str) -> list[Turn]:
    """Everything said in a conversation, first to last."""
    rows = session.scalars(select(TurnRow).where(TurnRow.conversation == conversation).order_by(TurnRow.seq))
    return [turn_from(row) for row in rows]


def turns_at(session: Session, *, channel: str, address: str, after: int = 0, limit: int = 500) -> list[Turn]:
    """What was said at an address after turn number `after`, oldest first; the newest `limit` of them."""
    found = (
        select(TurnRow)
        .join(ConversationRow)
        .where(ConversationRow.channel == channel, ConversationRow.address == address, TurnRow.seq > after)
    )
    rows = session.scalars(found.order_by(TurnRow.seq.desc()).limit(limit)).all()
    return [turn_from(row) for row in reversed(rows)]


def recent_episodes(session: Session, person: str, *, since: datetime) -> list[Episode]:
    """A person's episodes whose last turn is not before `since`, oldest first."""
    return [episode_from(row) for row in recent_episode_rows(session, person, since=since)]


def recent_episode_rows(session: Session, person: str, *, since: datetime) -> Sequence[EpisodeRow]:
    """The same as rows, for this folder."""
    found = select(EpisodeRow).where(EpisodeRow.person == person, EpisodeRow.last_at >= since)
    return session.scalars(found.order_by(EpisodeRow.last_at, EpisodeRow.id)).all()


def episodes_between(session: Session, start: datetime, end: datetime) -> list[Episode]:
    """The episodes opened from `start` up to and without `end`, oldest first."""
    found = select(EpisodeRow).where(EpisodeRow.opened_at >= start, EpisodeRow.opened_at < end)
    return [episode_from(row) for row in session.scalars(found.order_by(EpisodeRow.opened_at, EpisodeRow.id))]


def failed_episodes(session: Session, start: datetime, end: datetime) -> list[Episode]:
    """Of `episodes_between` the eligible ones with a question in which the bot did not know, its answer did not help, or a wish for a
    person stands; `outcome` says how each of them ended."""
    failed = EpisodeRow.failed | EpisodeRow.wants_person
    found = select(EpisodeRow).where(EpisodeRow.opened_at >= start, EpisodeRow.opened_at < end, EpisodeRow.eligible, failed)
    ordered = found.where(EpisodeRow.question != "").order_by(EpisodeRow.opened_at, EpisodeRow.id)
    return [episode_from(row) for row in session.scalars(ordered)]


def undecided_choices(session: Session, start: datetime, end: datetime) -> list[Episode]:
    """Of `episodes_between` the eligible ones with a question to which a choice was offered that nobody took, without those that are
    among `failed_episodes`."""
    left = and_(EpisodeRow.choices_offered, ~EpisodeRow.choice_taken, ~EpisodeRow.shown, ~EpisodeRow.confirmed)
    calm = and_(~EpisodeRow.failed, ~EpisodeRow.wants_person, EpisodeRow.handed_off_at.is_(None), EpisodeRow.question != "")
    found = select(EpisodeRow).where(EpisodeRow.opened_at >= start, EpisodeRow.opened_at < end, EpisodeRow.eligible, left, calm)
    return [episode_from(row) for row in session.scalars(found.order_by(EpisodeRow.opened_at, EpisodeRow.id))]


def count_turns(session: Session) -> dict[str, int]:
    """How many turns are recorded, by speaker."""
    counted = select(TurnRow.speaker, func.count()).group_by(TurnRow.speaker)
    return dict(session.execute(counted).all())


def episode(session: Session, identity: str) -> Episode | None:
    """The episode with this id."""
    row = session.get(EpisodeRow, identity)
    return None if row is None else episode_from(row)


def with_shown_articles(session: Session, episodes: Sequence[Episode]) -> list[Episode]:
    """The episodes with an article that was shown, or with none: not with one that was only thought of.

    Where a new wording brought up another candidate after that, it is one that was shown before, rather one that was not refused.
    """
    shown: dict[str, list[EpisodeArticleRow]] = {}
    for identities in in_chunks([episode.id for episode in episodes]):
        found = select(EpisodeArticleRow).where(EpisodeArticleRow.episode.in_(identities))
        for row in session.scalars(found.order_by(EpisodeArticleRow.rejected, EpisodeArticleRow.article)):
            shown.setdefault(row.episode, []).append(row)
    return [_with_article(episode, shown.get(episode.id, ())) for episode in episodes]


def _with_article(episode: Episode, shown: Sequence[EpisodeArticleRow]) -> Episode:
    if not shown:
        return replace(episode, article="", article_title="")
    latest = next((row for row in shown if row.article == episode.article), shown[0])
    return replace(episode, article=latest.article, article_title=latest.title)


def said_by_and_to(session: Session, person: str, start: datetime, end: datetime) -> list[tuple[Event, Turn]]:
    """Every turn in a person's conversations from `start` up to and without `end`, in the order of recording."""
    found = select(TurnRow, ConversationRow).join(ConversationRow, TurnRow.conversation == ConversationRow.id)
    theirs = found.where(ConversationRow.person == person, TurnRow.at >= start, TurnRow.at < end).order_by(TurnRow.id)
    return [(event_from(row, owner), turn_from(row)) for row, owner in session.execute(theirs)]


def in_chunks(values: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    """The values in pieces that a database takes as parameters of one statement."""
    return (values[at : at + size] for at in range(0, len(values), size))


def all_events(session: Session) -> Iterator[Event]:
    """Every turn as the statistics see it, in the order of recording."""
    found = select(TurnRow, ConversationRow).join(ConversationRow, TurnRow.conversation == ConversationRow.id)
    for row, owner in session.execute(found.order_by(TurnRow.id)).yield_per(1000):
        yield event_from(row, owner)


def event_from(row: TurnRow, owner: ConversationRow) -> Event:
    """What the statistics need of a turn."""
    return Event(
        conversation=owner.id,
        channel=owner.channel,
        person=owner.person,
        test=owner.test,
        seq=row.seq,
        signal=Signal(row.signal),
        text=row.text,
        article=row.article,
        article_title=row.article_title,
        at=row.at,
        speaker=Speaker(row.speaker),
        latency_ms=row.latency_ms,
    )


def conversation_from(row: ConversationRow) -> Conversation:
    """The value that may leave this folder."""
    return Conversation(**{**_columns(row, Conversation), "holder": Holder(row.holder)})


def turn_from(row: TurnRow) -> Turn:
    """The value that may leave this folder."""
    changed = {
        "speaker": Speaker(row.speaker),
        "signal": Signal(row.signal),
        "candidates": tuple(Candidate(**candidate) for candidate in row.candidates),
    }
    return Turn(**{**_columns(row, Turn), **changed})


def episode_from(row: EpisodeRow) -> Episode:
    """The value that may leave this folder."""
    changed = {
        "handoff_reason": None if row.handoff_reason is None else HandoffReason(row.handoff_reason),
        "last_signal": None if row.last_signal is None else Signal(row.last_signal),
    }
    return Episode(**{**_columns(row, Episode), **changed})


def _columns(row: object, kind: type[Conversation] | type[Turn] | type[Episode]) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(kind)}
