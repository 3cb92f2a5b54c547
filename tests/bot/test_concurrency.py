"""Two things at once, for the record and the desk: each happens once, in an order without holes."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analytics import records
from analytics.model import Holder, RecordSettings
from analytics.tables import ConversationRow
from bot.assistant import Assistant, Handled
from bot.core import Core
from bot.database import Database
from bot.tables import OutboxRow
from escalation import handoff, store
from escalation.model import Agent, ClaimedByOther, Status, Ticket
from tests.fixtures.chats import QUESTIONS, message, recorded, refs, small_core
from tests.fixtures.clocks import START, Clock
from tests.fixtures.together import at_once, errors, values

ANA, BEN = Agent("ana", "Ana"), Agent("ben", "Ben")
RECORD = RecordSettings()


@pytest.fixture
def core(database: Database) -> Core:
    return small_core(database, now=Clock())


@pytest.fixture
def assistant(core: Core) -> Assistant:
    return core.assistant()


def conversations(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(ConversationRow)) or 0


def open_at(address: str, session: Session) -> str:
    return records.open_conversation(session, channel="web", address=address, person="p", settings=RECORD, now=START).id


def hand_over(assistant: Assistant, database: Database, address: str = "chat") -> Ticket:
    handled = assistant.handle(message("I want to talk to a person", ref=f"{address}:person", address=address))
    assert handled.holder is Holder.PERSON
    with database.reading() as session:
        [ticket] = [ticket for ticket in store.queue(session) if ticket.address == address]
    return ticket


def test_two_first_messages_open_one_conversation(assistant: Assistant, database: Database) -> None:
    said = [partial(assistant.handle, message(QUESTIONS[number], ref=f"r{number}")) for number in range(2)]
    handled = values(at_once(said))
    assert len({one.conversation for one in handled}) == 1 == conversations(database)
    turns = recorded(database)
    assert [turn.seq for turn in turns] == list(range(1, len(turns) + 1))
    assert refs(database) == ["r0", "r1"]


def test_the_bare_record_refuses_a_second_open_conversation_at_an_address(database: Database) -> None:
    """What `Assistant.handle` relies on: of two who open at once, one is refused and finds the other's on its second try."""
    opened = at_once([partial(database.transact, partial(open_at, "chat")) for _ in range(2)])
    assert conversations(database) == 1
    again = database.transact(partial(open_at, "chat"))
    assert {again} == set(values([one for one in opened if isinstance(one, str)]))


def test_the_same_event_twice_at_once_is_recorded_once_and_answered_alike(assistant: Assistant, database: Database) -> None:
    twice = partial(assistant.handle, message(QUESTIONS[0], ref="same"))
    first, second = values(at_once([twice, twice]))
    assert refs(database) == ["same"]
    assert sorted([first.repeated, second.repeated]) == [False, True]
    assert [turn.seq for turn in first.replies] == [turn.seq for turn in second.replies] != []
    with database.reading() as session:
        assert len(session.scalars(select(OutboxRow)).all()) == len(first.replies)


def test_the_same_event_again_later_changes_nothing(assistant: Assistant, database: Database) -> None:
    first = assistant.handle(message(QUESTIONS[0], ref="same"))
    before = recorded(database)
    again = assistant.handle(message(QUESTIONS[0], ref="same"))
    assert (again.replies, again.seq, again.repeated) == (first.replies, first.seq, True)
    assert recorded(database) == before


def test_many_messages_at_once_in_one_conversation_are_numbered_without_holes(assistant: Assistant, database: Database) -> None:
    assistant.handle(message(QUESTIONS[0], ref="first"))
    said = [partial(assistant.handle, message(QUESTIONS[number % 4], ref=f"r{number}")) for number in range(12)]
    handled: list[Handled] = values(at_once(said))
    turns = recorded(database)
    assert [turn.seq for turn in turns] == list(range(1, len(turns) + 1))
    assert len(refs(database)) == 13
    assert {one.seq for one in handled} <= {turn.seq for turn in turns}
    with database.reading() as session:
        put = session.scalars(select(OutboxRow.seq).order_by(OutboxRow.id)).all()
    assert list(put) == [turn.seq for turn in turns if turn.speaker == "bot"], "the outbox has the bot's turns in their order"


def test_of_two_agents_who_claim_at_once_exactly_one_wins(assistant: Assistant, database: Database) -> None:
    for number in range(5):
        ticket = hand_over(assistant, database, f"chat{number}")

        def claim(agent: Agent, session: Session, *, number: int = ticket.number) -> Ticket:
            return handoff.claim(session, number, agent=agent, deliver=assistant.deliver, now=START)

        results = at_once([partial(database.transact, partial(claim, agent)) for agent in (ANA, BEN)])
        [winner] = [result for result in results if isinstance(result, Ticket)]
        [refused] = errors(results)
        assert isinstance(refused, ClaimedByOther)
        assert winner.assignee_name in str(refused)
        joined = [turn for turn in recorded(database, address=f"chat{number}") if turn.author == winner.assignee_name]
        assert len(joined) == 1, "the employee is told once"


def test_a_second_wish_for_a_person_at_the_same_moment_makes_no_second_ticket(assistant: Assistant, database: Database) -> None:
    assistant.handle(message(QUESTIONS[0], ref="first"))
    values(at_once([partial(assistant.handle, message("I want to talk to a person", ref=f"r{number}")) for number in range(2)]))
    with database.reading() as session:
        assert len(store.queue(session)) == 1


def test_an_agent_and_the_employee_write_at_the_same_moment(assistant: Assistant, database: Database) -> None:
    """Both are recorded and brought, whoever is first."""
    ticket = hand_over(assistant, database)
    database.transact(lambda session: handoff.claim(session, ticket.number, agent=ANA, deliver=assistant.deliver, now=START))

    def answer(text: str) -> Ticket:
        with database.writing() as session:
            return handoff.agent_says(session, ticket.number, agent=ANA, text=text, deliver=assistant.deliver, now=START)

    calls: list[Callable[[], object]] = []
    for number in range(6):
        calls += [partial(answer, f"answer {number}"), partial(assistant.handle, message(f"more {number}", ref=f"more{number}"))]
    values(at_once(calls))
    turns = recorded(database)
    assert [turn.seq for turn in turns] == list(range(1, len(turns) + 1))
    assert {turn.text for turn in turns} >= {f"{what} {number}" for what in ("answer", "more") for number in range(6)}


def test_a_desk_action_and_the_employees_withdrawal_at_the_same_moment_do_not_wait_for_each_other_for_ever(
    assistant: Assistant, database: Database
) -> None:
    for number in range(4):
        address = f"chat{number}"
        ticket = hand_over(assistant, database, address)

        def say(session: Session, *, number: int = ticket.number) -> Ticket:
            return handoff.claim(session, number, agent=ANA, deliver=assistant.deliver, now=START)

        def withdraw(session: Session, *, number: int = ticket.number, address: str = address) -> Ticket:
            open_at(address, session)
            return handoff.withdraw(session, number, now=START)

        results = at_once([partial(database.transact, say), partial(database.transact, withdraw)])
        unexpected = [error for error in errors(results) if "is closed" not in str(error)]
        assert not unexpected
        with database.reading() as session:
            found = store.ticket(session, ticket.number)
        assert found is not None
        assert found.status is Status.CLOSED
