"""What a ticket is, and the words for its life."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session


class DeskSettings(BaseModel):
    """How the desk presents itself to employees."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    default_area: str = Field("it", description="Service area of a ticket when no article points to one.")
    areas: dict[str, str] = Field(
        default={"it": "Support desk", "hr": "HR team", "finance": "Finance team", "facilities": "Facilities team"},
        description="Service areas and the names employees read for them.",
    )
    wait_sample_days: int = Field(28, ge=1, le=365, description="The expected wait is measured over so many past days.")
    wait_sample_least: int = Field(5, ge=1, le=1000, description="Fewer answered tickets than this, and no waiting time is promised.")


class Status(StrEnum):
    """Where a ticket stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    CLOSED = "closed"


class Closing(StrEnum):
    """How a ticket was closed."""

    ARTICLE = "article"  # an article solved it
    NO_ARTICLE = "no_article"  # no article says this yet
    HANDED_BACK = "handed_back"  # the agent gave the chat back to the bot
    WITHDRAWN = "withdrawn"  # the employee no longer needs it


@dataclass(frozen=True, slots=True)
class Ticket:
    """One hand-off to a person; `facts` maps the question asked to the employee's words."""

    number: int
    conversation: str
    channel: str
    address: str
    person: str
    person_name: str
    area: str
    status: Status
    question: str
    reason: str
    facts: Mapping[str, str]
    assignee: str
    assignee_name: str
    created_at: datetime
    waiting_since: datetime
    claimed_at: datetime | None
    first_answer_at: datetime | None
    closed_at: datetime | None
    closing: Closing | None
    closing_article: str
    closing_title: str
    solved: bool | None
    reopened: int


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One line of a ticket's history: who did what, when."""

    at: datetime
    actor: str
    did: str
    detail: str


@dataclass(frozen=True, slots=True)
class Handoff:
    """What is needed to hand a conversation over; `area` is empty when no article points to one."""

    conversation: str
    channel: str
    address: str
    person: str
    person_name: str
    question: str
    reason: str
    area: str = ""


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody on the desk."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """What can honestly be said about the wait: people ahead, and the usual wait (half and nine tenths of cases) where measured."""

    ahead: int
    usual: timedelta | None = None
    long: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """Something to bring to the employee; `kind` is `agent`, `joined`, `closed`, `handed_back` or `moved_on`."""

    kind: str
    ticket: Ticket
    author: str
    text: str


Deliver = Callable[[Session, Said], None]
"""Handed down by the roof: records the turn in the conversation and puts it into the outbox, in the same transaction."""


class ClaimedByOther(Exception):
    """Somebody else works on this ticket; `str()` of it says who."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(f"{ticket.assignee_name} is already working on ticket {ticket.number}.")
        self.ticket = ticket


class NotPossible(Exception):
    """The ticket is not in a state that allows this; `str()` of it says why and what to do."""
