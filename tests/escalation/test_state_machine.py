"""Whatever two agents and an employee with two open chats do, in whatever order: these things hold."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

import analytics.store
from analytics.model import Conversation, Holder, RecordSettings, Speaker
from bot.assistant import Assistant, Handled
from bot.database import Database
from bot.index import Index
from bot.model import Message, Person
from bot.tables import OutboxRow
from bot.texts import Texts
from escalation import handoff, store
from escalation.model import Agent, ClaimedByOther, Closing, NotPossible, Status, Ticket
from escalation.tables import FIRST_NUMBER
from intents.model import MatchingSettings
from tests.escalation.conftest import ANA, BEN, NOW, SETTINGS
from tests.fixtures.databases import sqlite_url

EMPLOYEE = Person("web:kim", "")
CHATS = ("phone", "laptop")
SAID = ("hello", "the dishwasher sings at night", "talk to a person", "no", "yes", "skip", "my tickets", "start over", "thanks", "😀")
AGENT_EVENTS = {"claimed": Status.CLAIMED, "released": Status.WAITING, "reopened": Status.WAITING, "opened": Status.WAITING}

Act = Callable[..., Ticket]


class DeskMachine(RuleBasedStateMachine):
    """The real assistant and the real verbs on a real file; buttons of every age may be pressed in either chat."""

    template: Path
    index: Index

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copyfile(self.template, self.folder / "desk.db")
        self.database = Database(sqlite_url(self.folder / "desk.db"))
        self.now = NOW
        self.refs = count(1)
        self.buttons: list[str] = []
        self.last: Message | None = None
        self.assistant = Assistant(
            database=self.database,
            index=self.index,
            texts=Texts(),
            record=RecordSettings(),
            desk=SETTINGS,
            base_url="http://desk.example",
            now=lambda: self.now,
        )

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)

    # What people do

    @rule(chat=st.sampled_from(CHATS), text=st.sampled_from(SAID))
    def employee_says(self, chat: str, text: str) -> None:
        self._send(chat, text)

    @rule(chat=st.sampled_from(CHATS))
    def employee_wants_a_person(self, chat: str) -> None:
        self._send(chat, "Talk to a person", "person")

    @precondition(lambda self: self.buttons)
    @rule(chat=st.sampled_from(CHATS), at=st.integers(0, 10_000))
    def employee_presses(self, chat: str, at: int) -> None:
        self._send(chat, "a button", self.buttons[-1 - at % len(self.buttons)])

    @precondition(lambda self: any(ticket.closed_at for ticket in self._tickets()))
    @rule(chat=st.sampled_from(CHATS), verdict=st.sampled_from(("solved", "not_solved", "withdraw")), at=st.integers(0, 100))
    def employee_judges(self, chat: str, verdict: str, at: int) -> None:
        tickets = self._tickets()
        self._send(chat, "a button", f"{verdict}:{tickets[at % len(tickets)].number}")

    @precondition(lambda self: any(ticket.status is Status.WAITING for ticket in self._tickets()))
    @rule(agent=st.sampled_from((ANA, BEN)), how=st.sampled_from(("close", "article", "back")))
    def agent_serves_the_oldest(self, agent: Agent, how: str) -> None:
        ticket = next(ticket for ticket in reversed(self._tickets()) if ticket.status is Status.WAITING)
        for act in ("claim", "say", how):
            self._act(act, ticket.number, agent)

    @precondition(lambda self: self.last)
    @rule()
    def network_repeats_the_last_message(self) -> None:
        assert self.last is not None
        before = self._tickets()
        assert self.assistant.handle(self.last).repeated
        assert self._tickets() == before

    @precondition(lambda self: self._tickets())
    @rule(
        at=st.integers(0, 100),
        agent=st.sampled_from((ANA, BEN)),
        act=st.sampled_from(("claim", "say", "release", "close", "article", "back")),
    )
    def agent_acts(self, at: int, agent: Agent, act: str) -> None:
        tickets = self._tickets()
        ticket = tickets[at % len(tickets)]
        refusal = self._refusal(act, ticket.number, agent)
        if refusal:
            assert refusal.endswith(".")
            assert self._tickets() == tickets
            assert ticket.status is not Status.CLAIMED or ticket.assignee != agent.id
        else:
            assert ticket.status is not Status.CLOSED
            assert act == "claim" or ticket.assignee == agent.id

    @rule(minutes=st.sampled_from((1, 29, 45, 60 * 24)))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    # What holds

    @invariant()
    def every_ticket_is_in_one_clear_state(self) -> None:
        for ticket in self._tickets():
            assert (ticket.status is Status.CLAIMED) == bool(ticket.assignee) == bool(
                ticket.assignee_name
            ) or ticket.status is Status.CLOSED
            assert (ticket.status is Status.CLOSED) == (ticket.closed_at is not None) == (ticket.closing is not None)
            assert (ticket.closing is Closing.ARTICLE) == bool(ticket.closing_article)
            assert not ticket.solved or ticket.status is Status.CLOSED

    @invariant()
    def numbers_are_unique_and_without_holes(self) -> None:
        numbers = sorted(ticket.number for ticket in self._tickets())
        assert numbers == list(range(FIRST_NUMBER, FIRST_NUMBER + len(numbers)))

    @invariant()
    def a_person_holds_a_chat_exactly_as_long_as_its_ticket_is_open(self) -> None:
        is_open = {ticket.conversation: ticket.number for ticket in self._tickets() if ticket.status is not Status.CLOSED}
        held = {chat.id: chat.ticket for chat in self._conversations() if chat.holder is Holder.PERSON}
        assert held == is_open
        assert len(is_open) == sum(ticket.status is not Status.CLOSED for ticket in self._tickets())

    @invariant()
    def history_ends_where_the_ticket_stands(self) -> None:
        with self.database.reading() as session:
            for ticket in store.tickets_of(session, EMPLOYEE.id, limit=1000):
                events = store.history(session, ticket.number)
                assert events[0].did == "opened"
                changes = [event.did for event in events if event.did not in ("told", "confirmed")]
                assert AGENT_EVENTS.get(changes[-1], Status.CLOSED) is ticket.status
                assert changes.count("reopened") == ticket.reopened
                assert [event.at for event in events] == sorted(event.at for event in events)

    @invariant()
    def turns_have_no_holes_and_everything_said_to_the_employee_is_in_the_outbox(self) -> None:
        with self.database.reading() as session:
            to_employee = 0
            for chat in CHATS:
                turns = analytics.store.turns_at(session, channel="web", address=chat, limit=100_000)
                assert [turn.seq for turn in turns] == list(range(1, len(turns) + 1))
                to_employee += sum(turn.speaker is not Speaker.EMPLOYEE for turn in turns)
            assert session.scalar(select(func.count()).select_from(OutboxRow)) == to_employee

    # How

    def _send(self, chat: str, text: str, choice: str = "") -> None:
        self.now += timedelta(seconds=10)
        self.last = Message("web", chat, EMPLOYEE, text, f"ref-{next(self.refs)}", choice)
        handled: Handled = self.assistant.handle(self.last)
        held_before = not handled.replies
        assert not held_before or handled.holder is Holder.PERSON
        for turn in handled.replies:
            offered: Any = turn.reply.get("choices", ())
            self.buttons += [option["id"] for option in offered]

    def _refusal(self, act: str, number: int, agent: Agent) -> str:
        try:
            self._act(act, number, agent)
        except (ClaimedByOther, NotPossible) as refusal:
            return str(refusal)
        return ""

    def _act(self, act: str, number: int, agent: Agent) -> None:
        self.now += timedelta(seconds=20)
        self.database.transact(lambda session: ACTS[act](session, number, agent=agent, deliver=self.assistant.deliver, now=self.now))

    def _tickets(self) -> list[Ticket]:
        with self.database.reading() as session:
            return store.tickets_of(session, EMPLOYEE.id, limit=1000)

    def _conversations(self) -> list[Conversation]:
        with self.database.reading() as session:
            found = {ticket.conversation for ticket in store.tickets_of(session, EMPLOYEE.id, limit=1000)}
            newest = [analytics.store.conversation_at(session, channel="web", address=chat) for chat in CHATS]
            every = found | {chat.id for chat in newest if chat is not None}
            return [chat for identity in every if (chat := analytics.store.conversation(session, identity)) is not None]


def _closing(closing: Closing, article: str = "") -> Act:
    def act(*arguments: Any, **given: Any) -> Ticket:
        return handoff.close_ticket(*arguments, closing=closing, article=article, article_title=article.title(), **given)

    return act


def _say(*arguments: Any, **given: Any) -> Ticket:
    return handoff.agent_says(*arguments, text="Good morning", **given)


ACTS: dict[str, Act] = {
    "claim": handoff.claim,
    "say": _say,
    "release": handoff.release,
    "close": _closing(Closing.NO_ARTICLE),
    "article": _closing(Closing.ARTICLE, "some-article"),
    "back": _closing(Closing.HANDED_BACK),
}


@pytest.mark.slow
def test_the_desk_holds_its_promises(sqlite_template: Path, sqlite_database: Database) -> None:
    class OnThisDesk(DeskMachine):
        template = sqlite_template
        index = Index(sqlite_database, MatchingSettings())

    checked = settings(
        max_examples=20,
        stateful_step_count=25,
        phases=[Phase.generate],  # making a failure smaller takes minutes here
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(OnThisDesk, settings=checked)
