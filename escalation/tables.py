"""The tables of the desk. Times are naive UTC."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Identity, Index, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from analytics.tables import ConversationRow

FIRST_NUMBER = 1001


class Base(DeclarativeBase):
    """The metadata of this folder."""

    metadata = MetaData()


class TicketRow(Base):
    """One hand-off; the number is what employees and agents call it by."""

    __tablename__ = "ticket"

    number: Mapped[int] = mapped_column(Identity(start=FIRST_NUMBER), primary_key=True)
    conversation: Mapped[str] = mapped_column(ForeignKey(ConversationRow.id, ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(200))
    person: Mapped[str] = mapped_column(String(200), index=True)
    person_name: Mapped[str] = mapped_column(String(200), default="")
    area: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(20), default="waiting")
    question: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(String(20), default="")
    facts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    assignee: Mapped[str] = mapped_column(String(200), default="")
    assignee_name: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    waiting_since: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    first_answer_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closing: Mapped[str | None] = mapped_column(String(20))
    closing_article: Mapped[str] = mapped_column(String(200), default="")
    closing_title: Mapped[str] = mapped_column(String(300), default="")
    solved: Mapped[bool | None]
    reopened: Mapped[int] = mapped_column(default=0)

    __table_args__ = (Index("ix_ticket_queue", "status", "waiting_since"), {"sqlite_autoincrement": True})


class TicketEventRow(Base):
    """One line of a ticket's history; rows are only ever added."""

    __tablename__ = "ticket_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket: Mapped[int] = mapped_column(ForeignKey(TicketRow.number, ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(200))
    did: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text, default="")
