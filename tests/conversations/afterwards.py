"""What holds after every conversation, whatever was said in it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import analytics.store
import analytics.tables
import escalation.tables
from analytics import records
from analytics.model import Holder, RecordSettings, Signal, Speaker
from analytics.tables import ConversationRow, EpisodeArticleRow, EpisodeRow, TurnRow
from bot import dialogue
from bot.articles import shown_article
from bot.listening import Phrasebook
from bot.model import Message
from bot.tables import OutboxRow
from bot.turnout import Context, HandOver, Reopen, State
from escalation.model import Status
from escalation.tables import TicketRow

if TYPE_CHECKING:
    from tests.conversations.stage import Stage


def problems(session: Session, *, secrets: Sequence[str]) -> Iterator[str]:
    """Each thing that must not be, as a sentence."""
    turns = list(session.scalars(select(TurnRow).order_by(TurnRow.id)))
    owners = {row.id: row for row in session.scalars(select(ConversationRow))}
    yield from _holes(turns, owners)
    yield from _unanswered(turns)
    yield from _outbox(session, turns)
    yield from _unfilled(turns)
    yield from _forgotten(owners)
    yield from _abandoned(session, owners)
    yield from _leaked(session, secrets)


def differences_after_rebuild(session: Session, settings: RecordSettings) -> str:
    """What `rebuild_episodes` changes; empty when it changes nothing, as it must."""
    before = _rows(session)
    records.rebuild_episodes(session, settings=settings)
    session.expire_all()
    after = _rows(session)
    return "" if before == after else f"{before} became {after}"


def count_conversations(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ConversationRow)) or 0


def person_out_of_reach(session: Session, stage: "Stage") -> str:
    """Why “talk to a person” would not bring one in this moment; empty when it would, or when one is here already."""
    conversation = analytics.store.conversation_at(session, channel="web", address=stage.address)
    if conversation is None or conversation.holder is Holder.PERSON:
        return ""
    state = State.from_json(conversation.state)
    context = Context(
        texts=stage.texts,
        phrases=Phrasebook(stage.texts),
        read=lambda question: stage.index.read(question, ("everyone",)),
        article=lambda identity: shown_article(session, identity, base_url=""),
        topics=list,
        my_tickets=list,
    )
    turnout = dialogue.respond(Message("web", stage.address, stage.person, "Talk to a person"), state, context)
    return "" if isinstance(turnout.effect, HandOver | Reopen) else f"“Talk to a person” would not bring one now: {turnout}"


def _holes(turns: Sequence[TurnRow], owners: dict[str, ConversationRow]) -> Iterator[str]:
    by_address: dict[str, list[int]] = {}
    for turn in turns:
        by_address.setdefault(owners[turn.conversation].address, []).append(turn.seq)
    for address, numbers in by_address.items():
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"The turns at {address} are numbered {numbers}."


def _unanswered(turns: Sequence[TurnRow]) -> Iterator[str]:
    answered = {(turn.conversation, turn.answers_seq) for turn in turns if turn.speaker == Speaker.BOT}
    for turn in turns:
        if turn.speaker == Speaker.EMPLOYEE and (turn.conversation, turn.seq) not in answered and turn.signal != Signal.RELAYED:
            yield f"Turn {turn.seq} got no reply, and no person holds the conversation: {turn.text[:200]!r}"


def _outbox(session: Session, turns: Sequence[TurnRow]) -> Iterator[str]:
    sent = [(row.conversation, row.seq, row.turn["text"]) for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]
    said = [(turn.conversation, turn.seq, turn.text) for turn in turns if turn.speaker != Speaker.EMPLOYEE]
    if sent != said:
        yield f"The outbox has {sent}, said was {said}."


def _unfilled(turns: Sequence[TurnRow]) -> Iterator[str]:
    for turn in turns:
        if turn.speaker in (Speaker.BOT, Speaker.SYSTEM) and not turn.article and (not turn.text.strip() or set("{}") & set(turn.text)):
            yield f"Turn {turn.seq} is empty or has braces left: {turn.text!r}"


def _forgotten(owners: dict[str, ConversationRow]) -> Iterator[str]:
    for owner in owners.values():
        again = State.from_json(owner.state).to_json()
        if {name: list(value) if isinstance(value, tuple) else value for name, value in again.items()} != owner.state:
            yield f"The dialogue remembers {owner.state}, but would read it as {again}."


def _abandoned(session: Session, owners: dict[str, ConversationRow]) -> Iterator[str]:
    """Whoever is told that a person has the conversation is seen by one: the open ticket belongs to this conversation, and back."""
    held = {(owner.id, owner.ticket) for owner in owners.values() if owner.holder == Holder.PERSON}
    tickets = session.scalars(select(TicketRow).where(TicketRow.status != Status.CLOSED))
    waiting = {(row.conversation, row.number) for row in tickets}
    if held != waiting:
        yield f"Held by a person are {held}, open tickets are {waiting}."


def _leaked(session: Session, secrets: Sequence[str]) -> Iterator[str]:
    if not secrets:
        return
    tables = [*analytics.tables.Base.metadata.sorted_tables, *escalation.tables.Base.metadata.sorted_tables, OutboxRow.__table__]
    for table in tables:
        everything = repr(session.execute(select(table)).all())
        yield from (f"“{secret}” is kept in {table.description}." for secret in secrets if secret in everything)


def _rows(session: Session) -> list[list[dict[str, Any]]]:
    needs = session.scalars(select(EpisodeRow).order_by(EpisodeRow.id)).all()
    articles = session.scalars(select(EpisodeArticleRow).order_by(EpisodeArticleRow.episode, EpisodeArticleRow.article)).all()
    return [[_values(row) for row in needs], [_values(row) for row in articles]]


def _values(row: EpisodeRow | EpisodeArticleRow) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
