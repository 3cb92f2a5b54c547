"""What the matcher reads and what it says."""

from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field


class MatchingSettings(BaseModel):
    """When to answer, when to offer a choice, when to say that we do not know.

    The three defaults are the ones that `zerolevel choose-thresholds` prints for the sample knowledge base; see BENCHMARKS.md.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer_at: float = Field(
        default=0.66, ge=0, le=1, description="Confidence (0 to 1) from which the first article is given as the answer."
    )
    choose_at: float = Field(
        default=0.23, ge=0, le=1, description="Confidence (0 to 1) from which the best two or three are offered as a choice."
    )
    margin: float = Field(
        default=0.15, ge=0, le=1, description="How much surer (0 to 1) the first must be than the second to be given alone."
    )
    candidates: int = Field(default=5, ge=3, le=50, description="How many ranked articles are kept with every turn.")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a matcher learns of one article."""

    article: str
    title: str
    phrasings: tuple[str, ...] = ()
    body: str = ""
    tags: tuple[str, ...] = ()
    topic: str = ""
    audience: str = "everyone"
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Repair:
    """A word that was read as another, because nothing in the knowledge is spelt like it."""

    typed: str
    read_as: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one scorer contributed to a match; `value` is between 0 and 1 before weighting."""

    scorer: str
    value: float
    weight: float


@dataclass(frozen=True, slots=True)
class Match:
    """One candidate article; `confidence` (0 to 1) estimates the chance that it answers the question.

    `words` are the question's content words that the article uses, `covered` (0 to 1) is their share of all its content words, and
    `nearest` is the title or phrasing nearest to the question.
    """

    article: str
    title: str
    score: float
    confidence: float
    parts: tuple[Part, ...] = ()
    words: tuple[str, ...] = ()
    nearest: str = ""
    covered: float = 0.0


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything the matcher found out about one question, best match first.

    `known` is the share (0 to 1) of the question's content words that the knowledge uses, counted before repair.
    """

    question: str
    words: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    known: float = 0.0
    matches: tuple[Match, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Answer:
    """Sure enough: give this article."""

    match: Match
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these two or three, most likely first: let the person choose."""

    matches: tuple[Match, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is near enough."""

    why: str


Decision = Answer | Choice | Unknown
