"""What is recorded of a conversation, and the words for how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

Json = Mapping[str, object]


class RecordSettings(BaseModel):
    """How messages become conversations, episodes and outcomes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    idle_minutes: int = Field(30, ge=1, le=1440, description="A conversation with the bot ends by itself after so many minutes of silence.")
    episode_gap_minutes: int = Field(30, ge=1, le=1440, description="A similar question within so many minutes belongs to the same need.")
    recontact_days: int = Field(
        7, ge=1, le=90, description="An answer counts only when the person does not come back with it for so many days."
    )
    similar_at: int = Field(72, ge=0, le=100, description="How alike (0 to 100) two questions must be written to count as the same need.")
    days_kept: int = Field(730, ge=1, description="Conversations older than so many days are deleted, with their turns; 730 is two years.")


class Speaker(StrEnum):
    """Who said a turn; `system` is for lines such as "Ana has joined"."""

    EMPLOYEE = "employee"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Holder(StrEnum):
    """Who answers the employee now."""

    BOT = "bot"
    PERSON = "person"


class Signal(StrEnum):
    """What a turn means for the statistics."""

    QUESTION = "question"  # the employee described a need
    ANSWERED = "answered"  # the bot showed an article
    OFFERED = "offered"  # the bot offered a choice of articles
    CLARIFIED = "clarified"  # the bot asked back
    UNKNOWN = "unknown"  # the bot said that it does not know
    HELPED = "helped"  # the employee said that the answer helped
    NOT_HELPED = "not_helped"  # the employee said that it did not
    ASKED_PERSON = "asked_person"  # the employee asked for a person
    HANDED_OFF = "handed_off"  # a ticket was opened
    RELAYED = "relayed"  # said between the employee and an agent
    CLOSED = "closed"  # the agent closed the ticket or gave the chat back
    SOLVED = "solved"  # the employee said that the ticket is solved
    REOPENED = "reopened"  # the employee said that it is not
    TALK = "talk"  # greeting, thanks, help: counts for nothing

    @property
    def counts_for_nothing(self) -> bool:
        """Whether no episode begins or changes with this turn."""
        return self is Signal.TALK


class Outcome(StrEnum):
    """How an episode ended; exactly one each, and it may change until the recontact window has passed."""

    CONFIRMED = "confirmed"
    ASSUMED = "assumed"
    REJECTED = "rejected"
    UNANSWERED = "unanswered"
    HANDED_OFF = "handed_off"
    ABANDONED = "abandoned"
    BOUNCED = "bounced"


class HandoffReason(StrEnum):
    """Why a person took over."""

    CHOICE = "choice"  # the employee asked for one before the bot had failed
    FAILED = "failed"  # the bot did not know, or its answer did not help
    POLICY = "policy"  # a rule says that a person answers this


@dataclass(frozen=True, slots=True)
class Candidate:
    """One article that was considered for a question, with its score and confidence (0 to 1)."""

    article: str
    title: str
    score: float
    confidence: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One chat of one person at one address of one channel, from the first message to an idle end."""

    id: str
    channel: str
    address: str
    person: str
    person_name: str
    holder: Holder
    ticket: int | None
    state: Json
    last_seq: int
    started_at: datetime
    last_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A turn about to be recorded; `reply` is what the channel drew, so that a page can draw it again."""

    speaker: Speaker
    text: str
    signal: Signal = Signal.TALK
    author: str = ""
    ref: str | None = None
    answers_seq: int | None = None
    article: str = ""
    article_title: str = ""
    decision: str = ""
    why: str = ""
    candidates: Sequence[Candidate] = ()
    explanation: Json = field(default_factory=dict)
    reply: Json = field(default_factory=dict)
    index_version: int | None = None
    latency_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One recorded turn; `seq` counts from 1 at one address and has no holes."""

    id: int
    conversation: str
    seq: int
    speaker: Speaker
    text: str
    signal: Signal
    author: str
    ref: str | None
    answers_seq: int | None
    article: str
    article_title: str
    decision: str
    why: str
    candidates: tuple[Candidate, ...]
    explanation: Json
    reply: Json
    index_version: int | None
    latency_ms: float | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """What the statistics need of one turn, in the order in which the turns were recorded."""

    conversation: str
    channel: str
    person: str
    test: bool
    seq: int
    signal: Signal
    text: str
    article: str
    article_title: str
    at: datetime
    speaker: Speaker = Speaker.EMPLOYEE
    latency_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """One person, one need: the unit that is counted.

    A need belongs to the conversation that it was opened in and to `last_conversation`, the one that it was put into words in last.
    """

    id: str
    conversation: str
    channel: str
    person: str
    question: str
    opened_at: datetime
    last_at: datetime
    eligible: bool = True
    asked: int = 1  # how often the need was put into words
    article: str = ""  # the article shown last, or the best candidate while none was shown
    article_title: str = ""
    shown: bool = False  # an answer stands: nothing said after it has taken it back
    choices_offered: bool = False
    choice_taken: bool = False  # one of the offered articles was opened
    unknown: bool = False
    rejected: bool = False  # a "no" stands: no other article was shown after it
    failed: bool = False  # the bot did not know, or was told "no", at least once
    confirmed: bool = False
    wants_person: bool = False  # a wish for a person stands
    asked_person_at: datetime | None = None
    handed_off_at: datetime | None = None
    handoff_reason: HandoffReason | None = None
    person_answered_at: datetime | None = None  # the first word of an agent after the hand-over
    solved: bool | None = None
    recontacted_at: datetime | None = None
    last_signal: Signal | None = None
    last_conversation: str = ""
    latency_ms: float | None = None  # how long the bot took for its first reply
