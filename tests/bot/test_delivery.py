"""The outbox: in order for each address, tried again, never lost, never twice while every worker lives."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.orm import Session

from bot import delivery
from bot.channels.port import Delivery, Unsent
from bot.channels.terminal import TerminalChannel
from bot.database import Database
from bot.delivery import ATTEMPTS_AT_MOST, BATCH, LEASE, LONGEST_PAUSE, LONGEST_SENDING, Courier, Taken
from tests.fixtures.clocks import START, Clock
from tests.fixtures.outbox import PushChannel, courier, put_turns, rows, said, waiting
from tests.fixtures.together import at_once, values

DOWN = Unsent("the far end is down")
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def channel() -> PushChannel:
    return PushChannel()


def take(database: Database, clock: Clock, limit: int = BATCH) -> list[Taken]:
    return database.transact(lambda session: delivery.take_due(session, channels=("push",), now=clock(), limit=limit))


def drain(worker: Courier) -> int:
    total = 0
    while taken := worker.deliver_due():
        total += taken
    return total


def test_each_address_gets_its_turns_once_and_in_order(database: Database, clock: Clock, channel: PushChannel) -> None:
    for seq in (1, 2, 3):
        for address in ("a", "b"):
            put_turns(database, address, [seq])
    assert drain(courier(database, channel, clock)) == 6
    assert channel.seqs == {"a": [1, 2, 3], "b": [1, 2, 3]}
    assert waiting(database) == 0
    assert {row.sent_at for row in rows(database)} == {START}


def test_a_delivery_carries_the_turn_as_it_is_drawn_and_a_key_of_its_own(database: Database, clock: Clock, channel: PushChannel) -> None:
    put_turns(database, "a", [1, 2])
    drain(courier(database, channel, clock))
    assert [one.key for one in channel.brought] == ["a:1", "a:2"]
    assert channel.brought[1].turn["text"] == "a 2"
    assert channel.brought[1].turn["kind"] == "text"


def test_what_is_not_committed_is_not_sent(database: Database, clock: Clock, channel: PushChannel) -> None:
    def put_and_fail(session: Session) -> None:
        delivery.put(session, said("a", 1), channel="push", address="a", now=START)
        session.flush()
        raise Unsent

    with pytest.raises(Unsent):
        database.transact(put_and_fail)
    assert drain(courier(database, channel, clock)) == 0


def test_a_worker_leaves_alone_what_its_channels_cannot_send(database: Database, clock: Clock, channel: PushChannel) -> None:
    put_turns(database, "a", [1], channel="terminal")
    assert drain(courier(database, channel, clock)) == 0
    assert waiting(database) == 1


def test_a_large_backlog_goes_out_in_batches_and_in_order(database: Database, clock: Clock, channel: PushChannel) -> None:
    put_turns(database, "a", range(1, 2 * BATCH + 6))
    assert drain(courier(database, channel, clock)) == 2 * BATCH + 5
    assert channel.seqs["a"] == list(range(1, 2 * BATCH + 6))


@pytest.mark.parametrize("failure", [DOWN, ValueError("a mistake in the channel")])
def test_what_could_not_be_sent_is_tried_again_later(database: Database, clock: Clock, channel: PushChannel, failure: Exception) -> None:
    put_turns(database, "a", [1])
    channel.failures["a"] = failure
    worker = courier(database, channel, clock)
    assert worker.deliver_due() == 1
    assert worker.deliver_due() == 0, "not before its pause is over"
    [row] = rows(database)
    assert (row.attempts, row.due_at, row.leased_until) == (1, START + 2 * SECOND, None)
    assert row.error in ("the far end is down", "ValueError"), "what a mistake says may hold what people wrote"
    channel.failures.clear()
    clock.advance(2 * SECOND)
    assert drain(worker) == 1
    assert channel.seqs["a"] == [1]
    assert rows(database)[0].error == ""


def test_an_address_that_is_stuck_keeps_its_order_and_stops_no_other(database: Database, clock: Clock, channel: PushChannel) -> None:
    put_turns(database, "a", [1, 2])
    put_turns(database, "b", [1])
    channel.failures["a"] = DOWN
    worker = courier(database, channel, clock)
    drain(worker)
    put_turns(database, "a", [3], now=clock())
    put_turns(database, "b", [2], now=clock())
    drain(worker)
    assert channel.seqs == {"b": [1, 2]}
    channel.failures.clear()
    clock.advance(2 * SECOND)
    drain(worker)
    assert channel.seqs["a"] == [1, 2, 3]


def test_pauses_grow_and_after_the_last_attempt_a_row_is_given_up_and_kept(database: Database, clock: Clock, channel: PushChannel) -> None:
    put_turns(database, "a", [1])
    channel.failures["a"] = DOWN
    worker = courier(database, channel, clock)
    pauses = []
    while waiting(database):
        assert drain(worker) == 1
        [row] = rows(database)
        if row.due_at is not None:
            pauses.append(row.due_at - clock())
            clock.advance(pauses[-1])
    assert pauses == sorted(pauses)
    assert pauses[:4] == [2 * SECOND, 4 * SECOND, 8 * SECOND, 16 * SECOND]
    assert pauses[-1] == LONGEST_PAUSE
    assert len(pauses) == ATTEMPTS_AT_MOST - 1
    [row] = rows(database)
    assert (row.attempts, row.sent_at, row.error) == (ATTEMPTS_AT_MOST, None, "the far end is down")
    with database.reading() as session:
        assert delivery.count_given_up(session) == 1
    clock.advance(timedelta(days=30))
    assert drain(worker) == 0
    assert database.transact(lambda session: delivery.delete_sent(session, now=clock())) == 0, "people can still see it"


def test_what_was_given_up_does_not_keep_back_what_comes_after_it(database: Database, clock: Clock, channel: PushChannel) -> None:
    put_turns(database, "a", [1])
    channel.failures["a"] = DOWN
    worker = courier(database, channel, clock)
    while waiting(database):
        drain(worker)
        clock.advance(LONGEST_PAUSE)
    channel.failures.clear()
    put_turns(database, "a", [2], now=clock())
    drain(worker)
    assert channel.seqs["a"] == [2]


def test_a_turn_that_waited_behind_a_stuck_one_has_all_its_own_attempts(database: Database, clock: Clock, channel: PushChannel) -> None:
    put_turns(database, "a", [1, 2])
    channel.failures["a"] = DOWN
    worker = courier(database, channel, clock)
    while rows(database)[0].due_at is not None:
        worker.deliver_due()
        clock.advance(LONGEST_PAUSE)
    assert [row.attempts for row in rows(database)] == [ATTEMPTS_AT_MOST, 0]
    channel.failures.clear()
    drain(worker)
    assert channel.seqs["a"] == [2], "it was never tried, so it is not given up with the first one"


def test_the_lease_of_a_worker_that_died_expires(database: Database, clock: Clock, channel: PushChannel) -> None:
    put_turns(database, "a", [1])
    assert len(take(database, clock)) == 1
    put_turns(database, "a", [2])
    worker = courier(database, channel, clock)
    assert worker.deliver_due() == 0, "nobody else takes it meanwhile, nor overtakes it"
    clock.advance(LEASE)
    assert drain(worker) == 2
    assert channel.seqs["a"] == [1, 2]


def test_on_sqlite_the_next_process_need_not_wait_for_the_lease_of_a_dead_one(
    sqlite_database: Database, clock: Clock, channel: PushChannel
) -> None:
    """Only one process works on the file, so whoever held the lease is gone."""
    put_turns(sqlite_database, "a", [1, 2])
    take(sqlite_database, clock)
    worker = courier(sqlite_database, channel, clock)
    worker.start()
    wait_until(lambda: waiting(sqlite_database) == 0)
    worker.stop()
    assert channel.seqs["a"] == [1, 2]


def test_a_worker_may_be_for_some_addresses_only(database: Database, clock: Clock, channel: PushChannel) -> None:
    """The terminal of one person must not draw what is said to another."""
    for address in ("ana", "ben"):
        put_turns(database, address, [1])
    bens = database.transact(lambda session: delivery.take_due(session, channels=("push",), addresses=("ben",), now=clock()))
    assert [row.delivery.address for row in bens] == ["ben"]
    worker = Courier(database, {"push": channel}, clock, addresses=("ana",))
    worker.take_over()
    drain(worker)
    assert channel.seqs == {"ana": [1]}
    assert [row.leased_until is None for row in rows(database)] == [True, False], "and leaves the leases of others alone"


def test_a_worker_that_dies_between_sending_and_marking_sends_again_with_the_same_key(
    database: Database, clock: Clock, channel: PushChannel
) -> None:
    put_turns(database, "a", [1])
    [taken] = take(database, clock)
    channel.send(taken.delivery)
    clock.advance(LEASE)
    drain(courier(database, channel, clock))
    assert [one.key for one in channel.brought] == ["a:1", "a:1"]


def test_two_workers_never_hold_the_same_row(database: Database, clock: Clock, open_again: Callable[[], Database]) -> None:
    for number in range(40):
        put_turns(database, f"a{number % 8}", [number // 8 + 1])
    places = [database, *(open_again() for _ in range(3))] if not database.is_sqlite else [database] * 4
    taken = values(at_once([partial(take, place, clock, 10) for place in places]))
    ids = [row.id for batch in taken for row in batch]
    assert len(ids) == len(set(ids))
    by_address: dict[str, set[int]] = {}
    for place, batch in enumerate(taken):
        for row in batch:
            by_address.setdefault(row.delivery.address, set()).add(place)
    assert all(len(holders) == 1 for holders in by_address.values()), "one address is in one hand at a time"


@pytest.mark.postgresql
def test_two_workers_send_nothing_twice_and_keep_the_order(postgresql_database: Database, channel: PushChannel) -> None:
    """Rows come in while both work; each worker has connections of its own, as in two processes."""
    clock = Clock()
    other = Database(postgresql_database.url)
    workers = [courier(postgresql_database, channel, clock), courier(other, channel, clock)]
    for worker in workers:
        worker.start()
    writers = [partial(_put_one_by_one, postgresql_database, f"a{number}", 25, workers) for number in range(6)]
    values(at_once(writers))
    wait_until(lambda: waiting(postgresql_database) == 0)
    for worker in workers:
        worker.stop()
    other.close()
    assert channel.seqs == {f"a{number}": list(range(1, 26)) for number in range(6)}


def _put_one_by_one(database: Database, address: str, count: int, workers: list[Courier]) -> None:
    for seq in range(1, count + 1):
        put_turns(database, address, [seq])
        workers[seq % 2].wake()


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError(f"did not become true within {seconds} seconds")


def test_a_slow_channel_puts_the_rest_back_before_its_lease_ends(database: Database, clock: Clock, channel: PushChannel) -> None:
    """Or another worker would take and send the rest while this one is still sending it."""
    channel.before_sending = lambda _: clock.advance(timedelta(seconds=4))
    put_turns(database, "a", range(1, 11))
    worker = courier(database, channel, clock)
    assert worker.deliver_due() == 10
    sent = len(channel.brought)
    assert sent == (LEASE - LONGEST_SENDING) // timedelta(seconds=4) + 1
    assert [(row.attempts, row.leased_until) for row in rows(database)[sent:]] == [(0, None)] * (10 - sent)
    drain(worker)
    assert channel.seqs["a"] == list(range(1, 11))


def test_a_worker_that_lost_its_lease_does_not_undo_what_the_next_one_did(database: Database, clock: Clock, channel: PushChannel) -> None:
    put_turns(database, "a", [1])
    [late] = take(database, clock)
    clock.advance(LEASE)
    drain(courier(database, channel, clock))
    database.transact(lambda session: delivery.mark_unsent(session, late, error="timed out", now=clock()))
    database.transact(lambda session: delivery.put_back(session, [late]))
    assert waiting(database) == 0
    assert channel.seqs["a"] == [1]


def test_a_worker_that_is_stopped_ends_after_the_message_in_hand(database: Database, clock: Clock, channel: PushChannel) -> None:
    put_turns(database, "a", [1, 2, 3])
    worker = courier(database, channel, clock)
    sending = threading.Event()

    def stop_while_sending() -> None:
        sending.wait(10)
        worker.stop()

    stopper = threading.Thread(target=stop_while_sending)

    def stop_now(_: Delivery) -> None:
        sending.set()
        wait_until(worker._stopped.is_set)

    channel.before_sending = stop_now
    stopper.start()
    worker.start()
    stopper.join(20)
    assert channel.seqs["a"] == [1]
    next_one = courier(database, PushChannel(), clock)
    assert drain(next_one) == 2, "the next process need not wait for a lease"


def test_a_started_worker_sends_when_it_is_woken(database: Database, clock: Clock, channel: PushChannel) -> None:
    worker = courier(database, channel, clock)
    worker.start()
    for seq in range(1, 4):
        put_turns(database, "a", [seq])
        worker.wake()
        wait_until(lambda seq=seq: channel.seqs["a"][-1:] == [seq])  # type: ignore[misc]
    worker.stop()
    assert channel.seqs["a"] == [1, 2, 3]


def test_a_started_worker_finds_by_itself_what_nobody_woke_it_for(database: Database, clock: Clock, channel: PushChannel) -> None:
    worker = courier(database, channel, clock)
    worker.start()
    put_turns(database, "a", [1])
    wait_until(lambda: waiting(database) == 0)
    worker.stop()


def test_a_worker_goes_on_after_the_database_failed_it(sqlite_database: Database, channel: PushChannel) -> None:
    times = iter([RuntimeError("no clock")])
    clock = Clock()

    def sometimes_broken() -> object:
        for error in times:
            raise error
        return clock()

    worker = courier(sqlite_database, channel, sometimes_broken)  # type: ignore[arg-type]
    worker.start()
    put_turns(sqlite_database, "a", [1])
    wait_until(lambda: waiting(sqlite_database) == 0)
    worker.stop()


def test_sent_rows_are_deleted_after_a_day(database: Database, clock: Clock, channel: PushChannel) -> None:
    put_turns(database, "a", [1])
    drain(courier(database, channel, clock))
    clock.advance(timedelta(days=1))
    assert database.transact(lambda session: delivery.delete_sent(session, now=clock())) == 0
    clock.advance(SECOND)
    assert database.transact(lambda session: delivery.delete_sent(session, now=clock())) == 1
    assert rows(database) == []


def test_the_terminal_draws_what_is_sent_twice_only_once(database: Database, clock: Clock) -> None:
    drawn: list[int] = []
    channel = TerminalChannel(lambda one: drawn.append(one.seq))
    put_turns(database, "a", [1, 2], channel="terminal")
    for taken in database.transact(lambda session: delivery.take_due(session, channels=("terminal",), now=clock())):
        channel.send(taken.delivery)
    clock.advance(LEASE)
    drain(courier(database, channel, clock))
    assert drawn == [1, 2]
