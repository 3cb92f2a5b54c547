"""The tables of the record. Times are naive UTC."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_OPEN = text("ended_at IS NULL")


class Base(DeclarativeBase):
    """The metadata of this folder."""

    metadata = MetaData()


class ConversationRow(Base):
    """One chat; `last_seq` numbers its turns, and goes on from the conversation before it at the same address."""

    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    channel: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(200))
    person: Mapped[str] = mapped_column(String(200), index=True)
    person_name: Mapped[str] = mapped_column(String(200), default="")
    test: Mapped[bool] = mapped_column(default=False)
    holder: Mapped[str] = mapped_column(String(20), default="bot")
    ticket: Mapped[int | None] = mapped_column(index=True)
    state: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    last_seq: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    last_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_conversation_address", "channel", "address", "started_at"),
        Index("uq_conversation_open", "channel", "address", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_conversation_idle", "last_at", postgresql_where=_OPEN, sqlite_where=_OPEN),
    )


class TurnRow(Base):
    """One thing said, by whom, with everything needed to replay why."""

    __tablename__ = "turn"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation: Mapped[str] = mapped_column(ForeignKey(ConversationRow.id, ondelete="CASCADE"))
    seq: Mapped[int]
    speaker: Mapped[str] = mapped_column(String(20))
    signal: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(200), default="")
    channel: Mapped[str] = mapped_column(String(40))
    ref: Mapped[str | None] = mapped_column(String(300))
    answers_seq: Mapped[int | None]
    article: Mapped[str] = mapped_column(String(200), default="")
    article_title: Mapped[str] = mapped_column(String(300), default="")
    decision: Mapped[str] = mapped_column(String(20), default="")
    why: Mapped[str] = mapped_column(Text, default="")
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    explanation: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    reply: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    index_version: Mapped[int | None]
    latency_ms: Mapped[float | None]
    at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (
        UniqueConstraint("conversation", "seq"),
        UniqueConstraint("channel", "ref"),
    )


class EpisodeRow(Base):
    """One need of one person: derived from the turns, and rebuilt from them by `rebuild_episodes`.

    The last three columns follow from the others; they are here so that the database can count without knowing how to subtract times.
    """

    __tablename__ = "episode"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    conversation: Mapped[str] = mapped_column(ForeignKey(ConversationRow.id, ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(String(40))
    person: Mapped[str] = mapped_column(String(200))
    question: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(index=True)
    last_at: Mapped[datetime]
    eligible: Mapped[bool] = mapped_column(default=True)
    asked: Mapped[int] = mapped_column(default=1)
    article: Mapped[str] = mapped_column(String(200), default="")
    article_title: Mapped[str] = mapped_column(String(300), default="")
    shown: Mapped[bool] = mapped_column(default=False)
    choices_offered: Mapped[bool] = mapped_column(default=False)
    choice_taken: Mapped[bool] = mapped_column(default=False)
    unknown: Mapped[bool] = mapped_column(default=False)
    rejected: Mapped[bool] = mapped_column(default=False)
    failed: Mapped[bool] = mapped_column(default=False)
    confirmed: Mapped[bool] = mapped_column(default=False)
    wants_person: Mapped[bool] = mapped_column(default=False)
    asked_person_at: Mapped[datetime | None]
    handed_off_at: Mapped[datetime | None]
    handoff_reason: Mapped[str | None] = mapped_column(String(20))
    person_answered_at: Mapped[datetime | None]
    solved: Mapped[bool | None]
    recontacted_at: Mapped[datetime | None]
    last_signal: Mapped[str | None] = mapped_column(String(20))
    last_conversation: Mapped[str] = mapped_column(String(36), default="")
    latency_ms: Mapped[float | None]
    recontact_after: Mapped[float | None]
    person_wait: Mapped[float | None]
    question_key: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (Index("ix_episode_person", "person", "last_at"),)


class EpisodeArticleRow(Base):
    """An article that was shown for a need, and whether the person said "no" to it; derived like the episode."""

    __tablename__ = "episode_article"

    episode: Mapped[str] = mapped_column(ForeignKey(EpisodeRow.id, ondelete="CASCADE"), primary_key=True)
    article: Mapped[str] = mapped_column(String(200), primary_key=True)
    title: Mapped[str] = mapped_column(String(300), default="")
    rejected: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index("ix_episode_article", "article"),)
