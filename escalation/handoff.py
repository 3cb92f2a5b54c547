"""The life of a ticket: from the bot to a person, and back."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import analytics.store
from analytics import records

from .model import Agent, ClaimedByOther, Closing, Deliver, DeskSettings, Handoff, NotPossible, Said, Status, Ticket
from .store import ticket_from
from .tables import TicketEventRow, TicketRow

EMPLOYEE = "employee"


def open_ticket(session: Session, handoff: Handoff, *, settings: DeskSettings, now: datetime) -> Ticket:
    """A waiting ticket for this conversation; from now on a person holds it and the bot is silent.

    An open ticket of the same conversation is returned as it is: asking twice for a person does not make two of them.
    """
    running = _open_of(session, handoff.conversation)
    if running is not None:
        return ticket_from(running)
    values = {**asdict(handoff), "area": handoff.area or settings.default_area}
    row = TicketRow(**values, status=Status.WAITING, facts={}, created_at=now, waiting_since=now)
    session.add(row)
    session.flush()
    _note(session, row, actor="bot", did="opened", detail=handoff.reason, now=now)
    records.hand_to_person(session, handoff.conversation, ticket=row.number)
    return ticket_from(row)


def add_fact(session: Session, number: int, *, fact: str, label: str, text: str, area: str = "", now: datetime) -> Ticket:
    """The ticket with one more fact from the employee; what it is about and who asks go where agents look for them.

    `area` is the service area that the fact shows the ticket to belong to; empty leaves it where it is.
    """
    row = _locked(session, number)
    row.area = area or row.area
    if fact == "about" and not row.question:
        row.question = text
    elif fact == "name" and not row.person_name:
        row.person_name = text[:200]
    else:
        row.facts = {**row.facts, label: text}
    _note(session, row, actor=EMPLOYEE, did="told", detail=label, now=now)
    return ticket_from(row)


def claim(session: Session, number: int, *, agent: Agent, deliver: Deliver, now: datetime) -> Ticket:
    """The ticket, now this agent's. Of two who claim at once exactly one wins; raises `ClaimedByOther` for the other one."""
    row = _locked(session, number)
    if row.status != Status.WAITING:
        return _already(row, agent)
    row.status, row.assignee, row.assignee_name = Status.CLAIMED, agent.id, agent.name
    row.claimed_at = row.claimed_at or now
    _note(session, row, actor=agent.name, did="claimed", now=now)
    ticket = ticket_from(row)
    deliver(session, Said("joined", ticket, agent.name, ""))
    return ticket


def release(session: Session, number: int, *, agent: Agent, deliver: Deliver, now: datetime) -> Ticket:
    """The ticket back in the queue with its old place, so that a colleague can take it; the employee is told."""
    row = _mine(session, number, agent)
    row.status, row.assignee, row.assignee_name = Status.WAITING, "", ""
    _note(session, row, actor=agent.name, did="released", now=now)
    ticket = ticket_from(row)
    deliver(session, Said("moved_on", ticket, agent.name, ""))
    return ticket


def agent_says(session: Session, number: int, *, agent: Agent, text: str, deliver: Deliver, now: datetime) -> Ticket:
    """The ticket after the agent's words have gone to the employee; raises `ClaimedByOther` or `NotPossible`."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise NotPossible("Write something first, then send it.")
    row = _mine(session, number, agent)
    row.first_answer_at = row.first_answer_at or now
    ticket = ticket_from(row)
    deliver(session, Said("agent", ticket, agent.name, text))
    return ticket


def close_ticket(
    session: Session,
    number: int,
    *,
    agent: Agent,
    closing: Closing,
    article: str = "",
    article_title: str = "",
    deliver: Deliver,
    now: datetime,
) -> Ticket:
    """The closed ticket; the employee is told and asked whether it is solved, and the bot answers in this chat again."""
    if closing is Closing.ARTICLE and not article:
        raise NotPossible("Choose the article that solved it, or say that there is none.")
    row = _mine(session, number, agent)
    row.closing_article, row.closing_title = article, article_title
    ticket = _closed(session, row, actor=agent.name, closing=closing, now=now)
    kind = "handed_back" if closing is Closing.HANDED_BACK else "closed"
    deliver(session, Said(kind, ticket, agent.name, article_title))
    return ticket


def withdraw(session: Session, number: int, *, now: datetime) -> Ticket:
    """The ticket closed by the employee, who no longer needs it."""
    row = _locked(session, number)
    if row.status == Status.CLOSED:
        return ticket_from(row)
    return _closed(session, row, actor=EMPLOYEE, closing=Closing.WITHDRAWN, now=now)


def confirm_solved(session: Session, number: int, *, now: datetime) -> Ticket:
    """The closed ticket, with the employee's word that it is solved; one that is still open is closed by it."""
    row = _locked(session, number)
    if row.status != Status.CLOSED:
        _closed(session, row, actor=EMPLOYEE, closing=Closing.WITHDRAWN, now=now)
    if row.solved:
        return ticket_from(row)
    row.solved = True
    _note(session, row, actor=EMPLOYEE, did="confirmed", now=now)
    return ticket_from(row)


def reopen(session: Session, number: int, *, conversation: str, now: datetime) -> Ticket:
    """The ticket, waiting again since now; what is said in `conversation` goes to it.

    One that is open already stays as it is and follows the employee into `conversation`; the one before is given back to the bot.
    """
    row = _locked(session, number)
    if row.status == Status.CLOSED:
        row.status, row.assignee, row.assignee_name = Status.WAITING, "", ""
        row.closed_at, row.closing, row.solved = None, None, False
        row.closing_article, row.closing_title = "", ""
        row.waiting_since, row.reopened = now, row.reopened + 1
        _note(session, row, actor=EMPLOYEE, did="reopened", now=now)
    elif row.conversation != conversation:
        records.hand_to_bot(session, row.conversation)
    _move_to(session, row, conversation)
    records.hand_to_person(session, conversation, ticket=number)
    session.flush()
    return ticket_from(row)


def _move_to(session: Session, row: TicketRow, conversation: str) -> None:
    place = analytics.store.conversation(session, conversation)
    if place is not None:
        row.conversation, row.channel, row.address = place.id, place.channel, place.address


def _closed(session: Session, row: TicketRow, *, actor: str, closing: Closing, now: datetime) -> Ticket:
    row.status, row.closed_at, row.closing = Status.CLOSED, now, closing
    _note(session, row, actor=actor, did=closing, detail=row.closing_title, now=now)
    records.hand_to_bot(session, row.conversation)
    return ticket_from(row)


def _mine(session: Session, number: int, agent: Agent) -> TicketRow:
    row = _locked(session, number)
    if row.status == Status.CLOSED:
        raise NotPossible(f"Ticket {number} is closed. It opens again when the employee says that it is not solved.")
    if row.status == Status.WAITING:
        raise NotPossible(f"Claim ticket {number} first, so that nobody else answers at the same time.")
    if row.assignee != agent.id:
        raise ClaimedByOther(ticket_from(row))
    return row


def _already(row: TicketRow, agent: Agent) -> Ticket:
    if row.status == Status.CLOSED:
        raise NotPossible(f"Ticket {row.number} is closed.")
    if row.assignee != agent.id:
        raise ClaimedByOther(ticket_from(row))
    return ticket_from(row)


def _open_of(session: Session, conversation: str) -> TicketRow | None:
    found = select(TicketRow).where(TicketRow.conversation == conversation, TicketRow.status != Status.CLOSED)
    return session.scalars(found).first()


def _locked(session: Session, number: int) -> TicketRow:
    """The ticket, after its conversation: the order in which an employee's message locks them too."""
    conversation = session.scalar(select(TicketRow.conversation).where(TicketRow.number == number))
    if conversation is None:
        raise NotPossible(f"There is no ticket {number}.")
    records.lock_conversation(session, conversation)
    return session.get_one(TicketRow, number, with_for_update=True, populate_existing=True)


def _note(session: Session, row: TicketRow, *, actor: str, did: str, now: datetime, detail: str = "") -> None:
    session.add(TicketEventRow(ticket=row.number, at=now, actor=actor, did=did, detail=detail))
    session.flush()
