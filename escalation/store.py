"""Reading the queue."""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from .model import Closing, DeskSettings, Expectation, Status, Ticket, TicketEvent
from .tables import TicketEventRow, TicketRow

LARGEST_NUMBER = 2**31 - 1
"""More does not fit into the column; asking a database for it is an error there."""


def ticket(session: Session, number: int) -> Ticket | None:
    """The ticket with this number."""
    row = session.get(TicketRow, number) if number <= LARGEST_NUMBER else None
    return None if row is None else ticket_from(row)


def ticket_of(session: Session, conversation: str) -> Ticket | None:
    """The newest ticket of a conversation."""
    found = select(TicketRow).where(TicketRow.conversation == conversation).order_by(TicketRow.number.desc())
    row = session.scalars(found.limit(1)).first()
    return None if row is None else ticket_from(row)


def queue(session: Session, *, statuses: Collection[Status] = (Status.WAITING, Status.CLAIMED)) -> list[Ticket]:
    """The tickets in these states: those that were opened again first, as their people wait for the second time, then longest waiting."""
    found = select(TicketRow).where(TicketRow.status.in_(statuses))
    found = found.order_by(TicketRow.reopened == 0, TicketRow.waiting_since, TicketRow.number)
    return [ticket_from(row) for row in session.scalars(found)]


def closed(session: Session, *, limit: int = 50) -> list[Ticket]:
    """The tickets closed last, newest first."""
    found = select(TicketRow).where(TicketRow.status == Status.CLOSED).order_by(TicketRow.closed_at.desc()).limit(limit)
    return [ticket_from(row) for row in session.scalars(found)]


def tickets_of(session: Session, person: str, *, limit: int = 10) -> list[Ticket]:
    """A person's tickets, newest first."""
    found = select(TicketRow).where(TicketRow.person == person).order_by(TicketRow.number.desc()).limit(limit)
    return [ticket_from(row) for row in session.scalars(found)]


def history(session: Session, number: int) -> list[TicketEvent]:
    """What was done to a ticket, first to last."""
    found = select(TicketEventRow).where(TicketEventRow.ticket == number).order_by(TicketEventRow.id)
    return [TicketEvent(at=row.at, actor=row.actor, did=row.did, detail=row.detail) for row in session.scalars(found)]


def expectation(session: Session, *, before: int | None, settings: DeskSettings, now: datetime) -> Expectation:
    """People waiting ahead of ticket `before`, and the measured waits of the last weeks where there are enough of them."""
    ahead = select(func.count()).where(TicketRow.status == Status.WAITING)
    if before is not None:
        ahead = ahead.where(_stands_before(before))
    since = now - timedelta(days=settings.wait_sample_days)
    answered = select(TicketRow.created_at, TicketRow.first_answer_at).where(
        TicketRow.created_at >= since, TicketRow.first_answer_at.is_not(None)
    )
    waits = [answer - created for created, answer in session.execute(answered) if answer is not None]
    count = session.scalar(ahead) or 0
    if len(waits) < settings.wait_sample_least:
        return Expectation(ahead=count)
    seconds = [wait.total_seconds() for wait in waits]
    tenths = quantiles(seconds if len(seconds) > 1 else seconds * 2, n=10, method="inclusive")
    return Expectation(ahead=count, usual=timedelta(seconds=tenths[4]), long=timedelta(seconds=tenths[8]))


def _stands_before(number: int) -> ColumnElement[bool]:
    """Whether a ticket's place in the queue is before that of ticket `number`; one that was reopened has a new place."""
    own = select(TicketRow.waiting_since).where(TicketRow.number == number).scalar_subquery()
    return or_(TicketRow.waiting_since < own, and_(TicketRow.waiting_since == own, TicketRow.number < number))


def ticket_from(row: TicketRow) -> Ticket:
    """The value that may leave this folder."""
    values: dict[str, Any] = {field.name: getattr(row, field.name) for field in fields(Ticket)}
    closing = None if row.closing is None else Closing(row.closing)
    return Ticket(**{**values, "status": Status(row.status), "closing": closing, "facts": dict(row.facts)})
