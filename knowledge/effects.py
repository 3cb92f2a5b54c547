"""What a change of the knowledge would do to the answers."""

from dataclasses import dataclass
from enum import StrEnum


class Harm(StrEnum):
    """What a change does to another article that answers a question today."""

    TAKEN = "taken"
    CHOICE = "choice"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the bot does with a question: `kind` is answer, choice or unknown; `articles` are the ids shown, best first."""

    kind: str
    articles: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """What the bot does with a question now, and what it would do after the change; `better` when it then shows the article.

    `harm` says what becomes of another article that answers it today.
    """

    question: str
    before: Verdict
    after: Verdict
    better: bool
    harm: Harm | None = None


@dataclass(frozen=True, slots=True)
class PhrasingMove:
    """A known phrasing of one article which would lead to another after the change, or to a choice instead of its own article.

    `exact`: the very words would; otherwise only somebody who asks like this in words of their own.
    """

    text: str
    article: str
    title: str
    before: Verdict
    after: Verdict
    exact: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What adding phrasings to an article would change; `checked` known phrasings of other articles were asked again.

    `wordings` are the new phrasings themselves, without those that are among `questions`.
    """

    questions: tuple[QuestionChange, ...]
    moves: tuple[PhrasingMove, ...]
    checked: int
    whole_index: bool = True
    wordings: tuple[QuestionChange, ...] = ()

    @property
    def harmed(self) -> tuple[QuestionChange, ...]:
        """The questions and new wordings that another article answers today and would not answer any more."""
        return tuple(change for change in (*self.questions, *self.wordings) if change.harm)

    @property
    def harmless(self) -> bool:
        """Whether no other article would be hurt."""
        return not self.harmed and not self.moves
