"""What the dialogue remembers, what it is given, and what comes out of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from analytics.model import Signal
from intents.model import Decision, Understanding

from .listening import Phrasebook
from .model import ArticleLink, Message, Reply
from .texts import Texts


@dataclass(frozen=True, slots=True)
class State:
    """What the bot remembers of a conversation between two turns. Articles are remembered by id."""

    question: str = ""
    offered: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    awaiting_help: str = ""  # the article shown last, while its "did this help?" is open
    said_no: int = 0
    asked_back: bool = False
    asked_again: bool = False
    person_offered: bool = False
    facts: tuple[str, ...] = ()  # still to be asked, the first of them is asked already
    solved_question: int | None = None  # the ticket whose "is it solved?" is open

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "State":
        """The state that `to_json` wrote; what a newer or older release wrote besides is left out."""
        known = {item.name for item in fields(cls)}
        values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items() if name in known}
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """Only what differs from a fresh state."""
        return {name: value for name, value in asdict(self).items() if value != getattr(_FRESH, name)}

    def showing(self, article: str) -> "State":
        """The same need, with this article shown and its feedback open."""
        shown = self.shown if article in self.shown else (*self.shown, article)
        return replace(self, shown=shown, awaiting_help=article, asked_back=False, person_offered=False)


_FRESH = State()


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """What the dialogue needs of an article to show it."""

    link: ArticleLink
    body: str
    area: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic the knowledge covers, with a question it can answer."""

    name: str
    example: str


@dataclass(frozen=True, slots=True)
class TicketLine:
    """One of the employee's tickets, as "my tickets" lists it; `status` is waiting, claimed or closed."""

    number: int
    question: str
    status: str
    agent: str


@dataclass(frozen=True, slots=True)
class Read:
    """A question as the matcher read it, and what was decided."""

    understanding: Understanding
    decision: Decision


@dataclass(frozen=True, slots=True)
class Context:
    """Everything the dialogue may look up while it thinks; given by the assistant, or by a test."""

    texts: Texts
    phrases: Phrasebook
    read: Callable[[str], Read]
    article: Callable[[str], ShownArticle | None]
    topics: Callable[[], Sequence[Topic]]
    my_tickets: Callable[[], Sequence[TicketLine]]


@dataclass(frozen=True, slots=True)
class HandOver:
    """Open a ticket; `question` is what it is about, empty when nothing was said yet; `area` the service area, if known."""

    question: str
    area: str = ""


@dataclass(frozen=True, slots=True)
class Confirm:
    """The employee says that this ticket is solved."""

    number: int


@dataclass(frozen=True, slots=True)
class Reopen:
    """The employee says that this ticket is not solved."""

    number: int


@dataclass(frozen=True, slots=True)
class AddFact:
    """The employee answered one of the questions asked after the hand-over; `area` is where it belongs, empty when not clear."""

    number: int
    fact: str
    text: str
    area: str = ""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The employee no longer needs this ticket."""

    number: int


@dataclass(frozen=True, slots=True)
class EndConversation:
    """The next message begins a new conversation."""


Effect = HandOver | Confirm | Reopen | AddFact | Withdraw | EndConversation


@dataclass(frozen=True, slots=True)
class Spoken:
    """One reply and what it means for the statistics."""

    reply: Reply
    signal: Signal = Signal.TALK


@dataclass(frozen=True, slots=True)
class Turnout:
    """What comes of one message: what was heard, what is said, what is remembered, what is done.

    `about` is the article that the employee's words are about, such as the one that a "yes, it helped" was pressed under.
    """

    spoken: tuple[Spoken, ...]
    state: State
    heard: Signal = Signal.TALK
    effect: Effect | None = None
    read: Read | None = None
    about: str = ""


Skill = Callable[[Message, State, Context], Turnout | None]
"""A skill looks at a message and either answers it or leaves it to the next one (None)."""
