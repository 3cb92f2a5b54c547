"""Nothing lost, nothing twice: the server and the worker are killed at random moments, and afterwards everything is there once.

The moments are drawn from a fixed seed; where exactly they hit is up to the machine.
"""

import random
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, select, text

from analytics.tables import ConversationRow, TurnRow
from bot import delivery
from bot.database import Database
from bot.tables import OutboxRow
from tests.fixtures.outbox import put_turns
from tests.fixtures.processes import Nursery, Process
from tests.fixtures.pushing import Receiver, quick_clock
from tests.fixtures.serving import Desk, Employee, Follower, Product

SEED = 20261122
MESSAGES = 500
EMPLOYEES = 10
IN_ONE_CONVERSATION = 10
KILLS = 8
FOLLOWED = 4
TURNS, ADDRESSES = 240, 8
KILLS_OF_WORKERS = 6
WORDS = (
    "I forgot my password",
    "VPN keeps dropping",
    "How do I book a meeting room?",
    "Where is my payslip?",
    "no",
    "yes",
    "thanks",
    "the second one",
    "what is the airspeed of an unladen swallow",
    "what can you do",
)
PERSON = "I want to talk to a person"


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    made = Product(tmp_path)
    try:
        made.prepare()
        made.start()
        yield made
    finally:
        made.close()


class Office:
    """Employees who write at the same time, and what was acknowledged to them."""

    def __init__(self, product: Product) -> None:
        chats = MESSAGES // IN_ONE_CONVERSATION
        self.employees = [Employee(product) for _ in range(chats)]
        self.acknowledged = 0
        self._lock = threading.Lock()

    def write(self, number: int) -> None:
        """One of `EMPLOYEES` people, who has one conversation after the other; in every second one a person is asked for."""
        chance = random.Random(SEED + number)
        for place in range(number, len(self.employees), EMPLOYEES):
            for message in range(IN_ONE_CONVERSATION):
                asks_for_person = message == 2 and place % 2 == 0
                words = PERSON if asks_for_person else chance.choice(WORDS)
                self.employees[place].say(words, str(uuid.UUID(int=chance.getrandbits(128))))
                with self._lock:
                    self.acknowledged += 1

    def wait_for(self, count: int, work: list[Future[None]]) -> None:
        """Until so many messages have been acknowledged."""
        while self.acknowledged < count:
            assert not any(one.done() and one.exception() for one in work), [one.exception() for one in work if one.done()]
            time.sleep(0.001)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_server_that_is_killed_again_and_again_loses_nothing_and_repeats_nothing(product: Product) -> None:
    office, desk = Office(product), Desk(product)
    followers = [Follower(product, lambda chat=chat: office.employees[chat].conversation) for chat in range(FOLLOWED)]  # type: ignore[misc]
    with ThreadPoolExecutor(EMPLOYEES + FOLLOWED + 1) as pool, _ended(product):
        listening = [pool.submit(follower.listen) for follower in followers]
        answering = pool.submit(desk.work)
        writing = [pool.submit(office.write, number) for number in range(EMPLOYEES)]
        _kill_and_start_again(product, office, [*writing, answering, *listening])
        for one in writing:
            one.result()
        desk.stopped.set()
        answering.result()
        read = {employee.conversation: _read_all(product, employee) for employee in office.employees}
        _wait_until(lambda: product.metric("zerolevel_outbox_waiting") == 0)
        _wait_until(lambda: all(follower.seqs[-1:] == [len(read[follower.conversation()])] for follower in followers))
    _check_read(office, desk, read)
    for follower in followers:
        assert follower.seqs == [turn["seq"] for turn in read[follower.conversation()]], "every turn once, in order, over all connections"
        assert follower.connections > KILLS // 2
    assert sum(employee.repeats for employee in office.employees) > KILLS, "messages were on their way when it was killed"
    with closing(product.database) as database:
        _check_record(database, office, read)
        _check_outbox(database)


@contextmanager
def _ended(product: Product) -> Iterator[None]:
    try:
        yield
    finally:
        product.end()


def _kill_and_start_again(product: Product, office: Office, work: list[Future[None]]) -> None:
    chance = random.Random(SEED)
    for kill in range(1, KILLS + 1):
        office.wait_for(MESSAGES * kill // (KILLS + 2) + chance.randrange(MESSAGES // (KILLS + 2)), work)
        time.sleep(chance.uniform(0, 0.05))
        product.kill()
        time.sleep(chance.uniform(0, 0.1))
        product.start()


def _read_all(product: Product, employee: Employee) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = product.read(f"/api/chat/{employee.conversation}")["turns"]
    return turns


def _check_read(office: Office, desk: Desk, read: dict[str | None, list[dict[str, Any]]]) -> None:
    assert sum(len(employee.acknowledged) for employee in office.employees) == MESSAGES
    for employee in office.employees:
        turns = read[employee.conversation]
        assert [turn["seq"] for turn in turns] == list(range(1, len(turns) + 1))
        assert [turn["ref"] for turn in turns if turn["ref"]] == list(employee.acknowledged), "each message once, in the order of writing"
        for ref, answer in employee.acknowledged.items():
            assert turns[answer["seq"] - 1]["ref"] == ref
            for reply in answer["replies"]:
                assert turns[reply["seq"] - 1] == reply, "what was acknowledged is what is recorded"
    spoken = Counter(turn["text"] for turns in read.values() for turn in turns if turn["speaker"] == "agent")
    assert spoken == Counter(desk.said)
    assert len(desk.said) >= MESSAGES // IN_ONE_CONVERSATION // 2


def _check_record(database: Database, office: Office, read: dict[str | None, list[dict[str, Any]]]) -> None:
    with database.reading() as session:
        assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        found = session.execute(select(ConversationRow.address, TurnRow).join(TurnRow, TurnRow.conversation == ConversationRow.id))
        turns = [(address, turn) for address, turn in found]
    assert len(turns) == sum(len(said) for said in read.values())
    heard = Counter(turn.ref for _, turn in turns if turn.speaker == "employee")
    assert heard == Counter(f"{one.conversation}:{ref}" for one in office.employees for ref in one.acknowledged)
    answers: dict[tuple[str, int], list[int]] = defaultdict(list)
    for address, turn in turns:
        if turn.speaker == "bot" and turn.answers_seq is not None:
            answers[address, turn.answers_seq].append(turn.seq)
    for employee in office.employees:
        for answer in employee.acknowledged.values():
            place = (answer["conversation"], answer["seq"])
            assert [reply["seq"] for reply in answer["replies"]] == sorted(answers[place]), "no reply is missing, none came twice"


def _check_outbox(database: Database) -> None:
    with database.reading() as session:
        assert (delivery.count_waiting(session), delivery.count_given_up(session)) == (0, 0)
        put = Counter((conversation, seq) for conversation, seq in session.execute(select(OutboxRow.conversation, OutboxRow.seq)))
        spoken = select(TurnRow.conversation, TurnRow.seq).where(TurnRow.speaker != "employee")
        assert put == Counter((conversation, seq) for conversation, seq in session.execute(spoken))


class Workers:
    """Processes that send what is in the outbox of one database to one receiver; killed all together, some of them before an answer."""

    def __init__(self, nursery: Nursery, url: URL, receiver: Receiver, count: int) -> None:
        self._chance = random.Random(SEED)
        moments = self._chance.sample(range(1, TURNS - 10), KILLS_OF_WORKERS)
        self._before_answers, self._between = set(moments[::2]), sorted(moments[1::2])
        self._arguments = (url.render_as_string(hide_password=False), str(receiver.port))
        self._nursery = nursery
        self._receiver = receiver
        self._lock = threading.Lock()
        self._running = [self._start() for _ in range(count)]

    def kill_before_answer(self, arrived: int) -> None:
        """Called by the receiver, which then answers to nobody."""
        with self._lock:
            if arrived in self._before_answers:
                self._kill()

    def tend(self) -> bool:
        """Kills when it is time, starts what is dead, and says whether everything has arrived."""
        with self._lock:
            if self._between and len(self._receiver.arrived) >= self._between[0]:
                self._between.pop(0)
                time.sleep(self._chance.uniform(0, 0.01))
                self._kill()
            self._running = [process if process.is_alive() else self._start() for process in self._running]
        return self._receiver.different == TURNS and not self._between

    def _start(self) -> Process:
        return self._nursery.start(*self._arguments)

    def _kill(self) -> None:
        for process in self._running:
            process.kill()


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_worker_that_is_killed_again_and_again_loses_nothing_and_repeats_only_with_the_same_key(
    database: Database, tmp_path: Path
) -> None:
    """Two workers on PostgreSQL; on SQLite one, whose file nobody else has open."""
    for seq in range(1, TURNS // ADDRESSES + 1):
        for address in range(ADDRESSES):
            put_turns(database, f"a{address}", [seq], now=quick_clock())
    database.close()
    nursery = Nursery("tests.fixtures.pushing", "deliver", log=tmp_path / "worker.log", environment={})
    with closing(nursery), Receiver(random.Random(SEED)) as receiver:
        workers = Workers(nursery, database.url, receiver, count=1 if database.is_sqlite else 2)
        receiver.before_answering = workers.kill_before_answer
        _wait_until(workers.tend)
        with closing(Database(database.url)) as looking:
            _wait_until(lambda: workers.tend() and _count_waiting(looking) == 0)
    expected = {f"a{address}": list(range(1, TURNS // ADDRESSES + 1)) for address in range(ADDRESSES)}
    assert receiver.first_seqs == expected, "nothing is lost, and at each address the order holds"
    keys = {(one.address, one.seq): one.key for one in receiver.arrived}
    assert all(keys[one.address, one.seq] == one.key for one in receiver.arrived), "what comes again carries the same key"
    assert receiver.repeated >= KILLS_OF_WORKERS // 2, "whatever the dead workers had no answer to came again"
    with closing(Database(database.url)) as again, again.reading() as session:
        assert delivery.count_given_up(session) == 0
        assert set(session.scalars(select(OutboxRow.sent_at.is_(None)))) == {False}


def _count_waiting(database: Database) -> int:
    with database.reading() as session:
        return delivery.count_waiting(session)


def _wait_until(condition: Callable[[], bool], seconds: float = 90.0) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"did not become true within {seconds} seconds"
        time.sleep(0.005)
