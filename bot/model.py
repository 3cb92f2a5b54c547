"""What channels and the assistant exchange. No word of any channel's SDK belongs here."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks; `name` is empty while we do not know it."""

    id: str
    name: str = ""
    audiences: tuple[str, ...] = ("everyone",)


@dataclass(frozen=True, slots=True)
class Message:
    """One thing an employee said or pressed.

    `ref` is the channel's own id of the event, unique in the channel; `choice` is the id of the pressed option, empty for typed text.
    """

    channel: str
    address: str
    person: Person
    text: str
    ref: str | None = None
    choice: str = ""
    test: bool = False


class Kind(StrEnum):
    """What a reply is, so that a channel can draw it."""

    ANSWER = "answer"
    CHOICE = "choice"
    UNKNOWN = "unknown"
    HANDOFF = "handoff"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Option:
    """A button: `id` comes back as `Message.choice`, `label` is what the person reads."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class ArticleLink:
    """The article an answer came from."""

    id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing to say to an employee; `text` is Markdown, `confidence` is between 0 and 1."""

    kind: Kind
    text: str
    article: ArticleLink | None = None
    choices: tuple[Option, ...] = ()
    confidence: float | None = None
