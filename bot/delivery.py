"""The outbox: what is to be sent, in order for each address, retried, never lost.

Rows are written in the transaction that causes them. A worker takes the due rows with a lease, sends them outside any transaction,
and marks them sent. A worker that dies between sending and marking sends again: the delivery's key is the same, so that the receiver
can drop it, and the web and terminal channels number their turns, which makes it harmless there. A worker begins no sending in the
last part of its lease and puts the rest back, so that no other worker sends the same row while this one is still at it; a channel's
`send` therefore has to give up within `LONGEST_SENDING`.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from analytics.model import Turn

from .channels.port import Channel, Delivery, Unsent
from .database import Database
from .tables import OutboxRow
from .turns import drawn

log = structlog.get_logger()

LEASE = timedelta(seconds=30)
LONGEST_SENDING = timedelta(seconds=15)
BATCH = 200
ATTEMPTS_AT_MOST = 12
LONGEST_PAUSE = timedelta(minutes=15)
SWEEP_SECONDS = 1.0
WRITTEN_DOWN_SECONDS = 0.05
OUTBOX_LOCK = 0x5A4C0001
KEPT_AFTER_SENDING = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that this worker may send until its lease ends."""

    id: int
    channel: str
    attempts: int
    leased_until: datetime
    delivery: Delivery


def put(session: Session, turn: Turn, *, channel: str, address: str, now: datetime) -> None:
    """Puts a recorded turn into the outbox of its channel."""
    session.add(
        OutboxRow(
            channel=channel,
            address=address,
            conversation=turn.conversation,
            seq=turn.seq,
            turn=drawn(turn),
            created_at=now,
            due_at=now,
        )
    )


def take_due(
    session: Session, *, channels: Sequence[str], addresses: Sequence[str] | None = None, now: datetime, limit: int = BATCH
) -> list[Taken]:
    """The oldest due rows of these channels, leased to the caller; a later row of an address waits for the earlier one.

    `addresses` is for a worker that reaches only these, such as the terminal of one person.
    """
    earlier = aliased(OutboxRow)
    held_back = (
        select(earlier.id)
        .where(
            earlier.channel == OutboxRow.channel,
            earlier.address == OutboxRow.address,
            earlier.due_at.is_not(None),
            earlier.id < OutboxRow.id,
            or_(earlier.due_at > now, earlier.leased_until > now),
        )
        .exists()
    )
    due = select(OutboxRow).where(
        *_within(channels, addresses),
        OutboxRow.due_at <= now,
        or_(OutboxRow.leased_until.is_(None), OutboxRow.leased_until <= now),
        ~held_back,
    )
    _take_turns(session)
    rows = session.scalars(due.order_by(OutboxRow.id).limit(limit)).all()
    for row in rows:
        row.leased_until = now + LEASE
    session.flush()
    return [_taken(row, now + LEASE) for row in rows]


def end_leases(session: Session, *, channels: Sequence[str], addresses: Sequence[str] | None = None) -> None:
    """Whoever held these has died; what it was sending is due at once."""
    left = update(OutboxRow).where(*_within(channels, addresses), OutboxRow.leased_until.is_not(None))
    session.execute(left.values(leased_until=None))


def mark_sent(session: Session, sent: Sequence[int], *, now: datetime) -> None:
    """These rows have reached their channel."""
    session.execute(update(OutboxRow).where(OutboxRow.id.in_(sent)).values(due_at=None, leased_until=None, sent_at=now, error=""))


def mark_unsent(session: Session, row: Taken, *, error: str, now: datetime) -> None:
    """This row is tried again later, with growing pauses; after the last attempt it is given up and stays for people to see.

    Changes nothing when the lease was lost and another worker has taken the row since.
    """
    attempts = row.attempts + 1
    pause = min(timedelta(seconds=2**attempts), LONGEST_PAUSE)
    due_at = None if attempts >= ATTEMPTS_AT_MOST else now + pause
    changed = {"due_at": due_at, "leased_until": None, "attempts": attempts, "error": error[:500]}
    session.execute(update(OutboxRow).where(OutboxRow.id == row.id, OutboxRow.leased_until == row.leased_until).values(changed))


def put_back(session: Session, rows: Sequence[Taken]) -> None:
    """These rows were not tried; whoever is next may take them."""
    for leased_until in {row.leased_until for row in rows}:
        ids = [row.id for row in rows if row.leased_until == leased_until]
        theirs = update(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.leased_until == leased_until)
        session.execute(theirs.values(leased_until=None))


def count_waiting(session: Session) -> int:
    """How many rows wait to be sent."""
    return session.scalar(select(func.count()).where(OutboxRow.due_at.is_not(None))) or 0


def count_given_up(session: Session) -> int:
    """How many rows were given up after the last attempt."""
    return session.scalar(select(func.count()).where(OutboxRow.due_at.is_(None), OutboxRow.sent_at.is_(None))) or 0


def delete_sent(session: Session, *, now: datetime) -> int:
    """How many rows were deleted because they were sent more than a day ago; the turns themselves stay in the record."""
    gone = session.execute(delete(OutboxRow).where(OutboxRow.sent_at < now - KEPT_AFTER_SENDING).returning(OutboxRow.id))
    return len(gone.all())


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a batch: sent, tried in vain and why, and not tried because an earlier one is stuck or time is up."""

    sent: list[int] = field(default_factory=list)
    unsent: list[tuple[Taken, str]] = field(default_factory=list)
    untried: list[Taken] = field(default_factory=list)

    def write(self, session: Session, *, now: datetime) -> None:
        mark_sent(session, self.sent, now=now)
        for row, error in self.unsent:
            mark_unsent(session, row, error=error, now=now)
        put_back(session, self.untried)


class Courier:
    """The worker of one process: takes from the outbox what its channels can send, at these addresses only if any are given."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        now: Callable[[], datetime],
        *,
        addresses: Sequence[str] | None = None,
    ) -> None:
        self._database = database
        self._channels = channels
        self._addresses = addresses
        self._now = now
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="courier", daemon=True)

    def start(self) -> None:
        """Begins to send; what was left by an earlier process goes first."""
        self._woken.set()
        self._thread.start()

    def wake(self) -> None:
        """There is something new; called after a commit."""
        self._woken.set()

    def stop(self) -> None:
        """Ends after the message in hand; what was taken with it is put back."""
        self._stopped.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def deliver_due(self) -> int:
        """How many rows were taken: one batch is sent, and what became of it is written down."""
        names = tuple(self._channels)
        taken = self._database.transact(lambda session: take_due(session, channels=names, addresses=self._addresses, now=self._now()))
        if taken:
            self._send_each(taken)
        return len(taken)

    def take_over(self) -> None:
        """Goes on where an earlier process was killed, without waiting for its leases; only where no other process can live: on SQLite."""
        if self._database.is_sqlite:
            names = tuple(self._channels)
            self._database.transact(lambda session: end_leases(session, channels=names, addresses=self._addresses))

    def _loop(self) -> None:
        is_first = True
        while not self._stopped.is_set():
            self._woken.wait(SWEEP_SECONDS)
            self._woken.clear()
            try:
                if is_first:
                    self.take_over()
                    is_first = False
                while not self._stopped.is_set() and self.deliver_due():
                    pass
            except Exception:
                log.exception("outbox failed, trying again")
                self._stopped.wait(SWEEP_SECONDS)

    def _send_each(self, taken: Sequence[Taken]) -> None:
        """Writes down as it goes: a worker that dies has little to repeat for a slow channel, and a quick one costs one transaction."""
        done, written_at = _Outcome(), time.monotonic()
        stuck: set[tuple[str, str]] = set()
        for row in taken:
            self._try(row, done, stuck)
            if time.monotonic() - written_at > WRITTEN_DOWN_SECONDS:
                self._write_down(done)
                done, written_at = _Outcome(), time.monotonic()
        self._write_down(done)

    def _try(self, row: Taken, done: _Outcome, stuck: set[tuple[str, str]]) -> None:
        place = (row.channel, row.delivery.address)
        if place in stuck or not self._may_begin(row):
            stuck.add(place)
            done.untried.append(row)
            return
        error = self._send(row)
        if error is None:
            done.sent.append(row.id)
        else:
            stuck.add(place)
            done.unsent.append((row, error))

    def _may_begin(self, row: Taken) -> bool:
        return not self._stopped.is_set() and self._now() <= row.leased_until - LONGEST_SENDING

    def _send(self, row: Taken) -> str | None:
        try:
            self._channels[row.channel].send(row.delivery)
        except Unsent as reason:
            return str(reason)
        except Exception as failure:
            log.exception("channel failed", channel=row.channel, delivery=row.delivery.key)
            return type(failure).__name__
        return None

    def _write_down(self, done: _Outcome) -> None:
        if done.sent or done.unsent or done.untried:
            self._database.transact(lambda session: done.write(session, now=self._now()))


def _within(channels: Sequence[str], addresses: Sequence[str] | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [OutboxRow.channel.in_(channels)]
    return found if addresses is None else [*found, OutboxRow.address.in_(addresses)]


def _take_turns(session: Session) -> None:
    """Workers take one after the other, or a later row could overtake an earlier one that another worker is just taking."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(OUTBOX_LOCK)))


def _taken(row: OutboxRow, leased_until: datetime) -> Taken:
    turn: Mapping[str, Any] = row.turn
    key = f"{row.conversation}:{row.seq}"
    return Taken(row.id, row.channel, row.attempts, leased_until, Delivery(key, row.address, row.conversation, row.seq, turn))
