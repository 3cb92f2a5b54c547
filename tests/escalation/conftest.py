"""A conversation, two agents, and somebody who notes what is brought to the employee."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy.orm import Session

import analytics.store
from analytics import records
from analytics.model import Holder, RecordSettings
from bot.database import Database
from escalation import handoff, store
from escalation.model import Agent, Closing, DeskSettings, Handoff, Said, Ticket
from tests.web.conftest import browser, client, house, quick_passwords, running, template

__all__ = ["browser", "client", "house", "quick_passwords", "running", "template"]

NOW = datetime.fromisoformat("2026-03-02T09:00")
ANA = Agent("1", "Ana Lopez")
BEN = Agent("2", "Ben Okafor")
SETTINGS = DeskSettings()


@dataclass
class Desk:
    """The verbs of the desk, each in its own transaction, at a time that the test moves."""

    database: Database
    now: datetime = NOW
    said: list[Said] = field(default_factory=list)

    def deliver(self, session: Session, said: Said) -> None:
        """Notes what is brought to the employee, and that it happens inside the transaction that changes the ticket."""
        assert session.in_transaction()
        with self.database.reading() as outside:
            assert store.ticket(outside, said.ticket.number) != store.ticket(session, said.ticket.number) or said.kind == "agent"
        self.said.append(said)

    def opened(self, *, chat: str = "chat-1", question: str = "VPN drops", area: str = "", reason: str = "choice") -> Ticket:
        """A ticket of a new conversation."""
        conversation = self.conversation(chat)
        asked = Handoff(conversation, "web", chat, f"person of {chat}", "", question, reason, area)
        return self.database.transact(lambda session: handoff.open_ticket(session, asked, settings=SETTINGS, now=self.now))

    def conversation(self, chat: str) -> str:
        """The running conversation of a chat, or a new one."""
        opened = partial(records.open_conversation, channel="web", address=chat, person=f"person of {chat}", settings=RecordSettings())
        return self.database.transact(lambda session: opened(session, now=self.now)).id

    def claim(self, number: int, agent: Agent = ANA) -> Ticket:
        return self.do(handoff.claim, number, agent=agent)

    def release(self, number: int, agent: Agent = ANA) -> Ticket:
        return self.do(handoff.release, number, agent=agent)

    def say(self, number: int, text: str = "Hello", agent: Agent = ANA) -> Ticket:
        return self.do(handoff.agent_says, number, agent=agent, text=text)

    def close(self, number: int, agent: Agent = ANA, article: str = "", closing: Closing | None = None) -> Ticket:
        how = closing or (Closing.ARTICLE if article else Closing.NO_ARTICLE)
        return self.do(handoff.close_ticket, number, agent=agent, closing=how, article=article, article_title=article.title())

    def do(self, verb: Callable[..., Ticket], number: int, **given: Any) -> Ticket:
        """One action of an agent, a minute after the last."""
        self.now += timedelta(minutes=1)
        return self.database.transact(lambda session: verb(session, number, deliver=self.deliver, now=self.now, **given))

    def by_employee(self, verb: Callable[..., Ticket], number: int, **given: Any) -> Ticket:
        """One action of the employee, a minute after the last."""
        self.now += timedelta(minutes=1)
        return self.database.transact(lambda session: verb(session, number, now=self.now, **given))

    def holder(self, conversation: str) -> Holder:
        """Who answers in this conversation."""
        with self.database.reading() as session:
            found = analytics.store.conversation(session, conversation)
        assert found is not None
        return found.holder


@pytest.fixture
def desk(database: Database) -> Desk:
    """The desk on SQLite and on PostgreSQL."""
    return Desk(database)


@pytest.fixture
def quick_desk(sqlite_database: Database) -> Desk:
    """The desk where the database makes no difference."""
    return Desk(sqlite_database)
