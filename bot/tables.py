"""The tables of the roof: staff, sign-ins, the outbox, and the timetable's claims. Times are naive UTC."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, MetaData, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_DUE = text("due_at IS NOT NULL")


class Base(DeclarativeBase):
    """The metadata of this folder."""

    metadata = MetaData()


class StaffRow(Base):
    """Somebody who signs in; `roles` is a list of role names, `password` an argon2 hash or empty."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    password: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class SignInRow(Base):
    """A signed-in browser, by the hash of its cookie; or a one-time sign-in, by the hash of its link."""

    __tablename__ = "sign_in"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff: Mapped[str] = mapped_column(ForeignKey(StaffRow.id, ondelete="CASCADE"))
    once: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class OutboxRow(Base):
    """A turn on its way to an address; `due_at` is empty once it was sent or given up."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(200))
    conversation: Mapped[str] = mapped_column(String(36))
    seq: Mapped[int]
    turn: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    error: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index("ix_outbox_due", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),
        Index("ix_outbox_order", "channel", "address", "id", sqlite_where=_DUE, postgresql_where=_DUE),
    )


class JobRunRow(Base):
    """A claim: this slot of this job belongs to the process that wrote the row first."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    slot: Mapped[datetime] = mapped_column(primary_key=True)
    claimed_at: Mapped[datetime]
