"""What an article is, what an import reports, and the questions that still have no answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

LONGEST_ID = 120
LONGEST_TITLE = 200
LONGEST_PHRASING = 500
LONGEST_BODY = 1_000_000

EVERYONE = "everyone"
GENERAL = "General"
GENERAL_AREA = "general"
FROM_FILE = "import:"
FROM_EDITOR = "editor"


class KnowledgeSettings(BaseModel):
    """How unanswered questions are grouped for the editors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gap_days: int = Field(default=90, ge=1, le=730, description="Questions asked within the last so many days are shown to the editors.")
    similar_at: float = Field(
        default=0.4, ge=0, le=1, description="How alike (0 to 1) two unanswered questions must be written to be shown as one group."
    )
    most_questions: int = Field(
        default=4000, ge=10, description="So many different unanswered questions are grouped at most, the newest ones."
    )
    rebuild_at_most: int = Field(
        default=3000, ge=10, description="Up to so many articles a change is tried on the whole index, above it on the nearest ones."
    )


class Status(StrEnum):
    """Where an article is in its life; employees see only what is published."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class PhrasingSource(StrEnum):
    """Where a phrasing comes from."""

    IMPORT = "import"
    EDITOR = "editor"
    QUESTION = "question"


class GapAction(StrEnum):
    """What was done about an unanswered question."""

    PHRASING = "phrasing"
    ARTICLE = "article"
    DISMISSED = "dismissed"


class GapReason(StrEnum):
    """Why a question is unanswered; `NOT_TAKEN`: the bot offered a choice, and nobody chose. That alone says little."""

    UNANSWERED = "unanswered"
    REJECTED = "rejected"
    HANDED_OFF = "handed_off"
    NOT_TAKEN = "not_taken"


class InvalidArticle(ValueError):
    """What was typed cannot be kept; `errors` has one clear sentence for each field, "" standing for the whole."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


class EditConflict(InvalidArticle):
    """Somebody else changed the article after the editor began."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The contents of an article as somebody wants them to be."""

    title: str
    body: str
    topic: str = GENERAL
    service_area: str = GENERAL_AREA
    audience: str = EVERYONE
    language: str = "en"
    tags: tuple[str, ...] = ()
    review_on: date | None = None
    phrasings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """One article; `source` is "editor" or "import:" and the file's path in the imported folder."""

    id: str
    title: str
    body: str
    topic: str
    service_area: str
    audience: str
    language: str
    tags: tuple[str, ...]
    review_on: date | None
    version: int
    status: Status
    source: str
    updated_at: datetime
    updated_by: str


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """An article in a list."""

    id: str
    title: str
    topic: str
    service_area: str
    audience: str
    status: Status
    review_on: date | None
    phrasings: int
    updated_at: datetime
    updated_by: str


@dataclass(frozen=True, slots=True)
class ArticleVersion:
    """An article as it was published once, by whom and why."""

    article: str
    version: int
    title: str
    body: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way in which people ask for an article."""

    id: int
    article: str
    text: str
    source: PhrasingSource
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject with the number of its published articles and a few questions that they answer."""

    name: str
    articles: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question of a gap in the words in which it was asked first, with how often and by how many people."""

    text: str
    asked: int
    people: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An article that may answer a gap, with the matcher's confidence (0 to 1)."""

    article: str
    title: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Gap:
    """A cluster of unanswered questions; `key` is the id of its oldest episode."""

    key: str
    questions: tuple[AskedQuestion, ...]
    asked: int
    people: int
    reasons: tuple[tuple[GapReason, int], ...]
    first_at: datetime
    last_at: datetime
    episodes: tuple[str, ...]
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def question(self) -> str:
        """The question that stands for the group."""
        return self.questions[0].text

    @property
    def weak(self) -> bool:
        """Whether nothing went wrong but that nobody took the offered choice."""
        return all(reason is GapReason.NOT_TAKEN for reason, _ in self.reasons)

    @property
    def nearest(self) -> Suggestion | None:
        """The article that is nearest to the group, if any is near at all."""
        return self.suggestions[0] if self.suggestions else None


@dataclass(frozen=True, slots=True)
class GapDecision:
    """What somebody decided about one unanswered episode."""

    episode: str
    action: GapAction
    article: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A gap that somebody dismissed: the episodes, and what was asked in them as far as that is still kept."""

    episodes: tuple[str, ...]
    questions: tuple[str, ...]
    reason: str
    by: str
    at: datetime


class FileStatus(StrEnum):
    """What became of a file."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    SKIPPED = "skipped"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a file, on which line (from 1; None for the whole file), and what to do about it."""

    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """An article read from a file; `lines` says where each field stands, `aliases` are other addresses of the page on its site."""

    path: str
    article: str
    draft: Draft
    published: bool = True
    lines: dict[str, int] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A file that cannot be an article as it is; `article` is its id if that much could be read."""

    path: str
    problems: tuple[Problem, ...]
    article: str = ""


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file which is no article of its own, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file; `changed` names the fields."""

    path: str
    status: FileStatus
    article: str = ""
    changed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """One `path:line: message` for each problem."""
        return self._placed(self.problems)

    @property
    def note_lines(self) -> tuple[str, ...]:
        """The same for each note: what is not wrong but probably not meant."""
        return self._placed(self.notes)

    def _placed(self, found: Sequence[Problem]) -> tuple[str, ...]:
        return tuple(f"{self.path}{f':{p.line}' if p.line else ''}: {p.message}" for p in found)


@dataclass(frozen=True, slots=True)
class MissingFile:
    """An article that was imported from this folder before and whose file is gone; it stays as it is."""

    article: str
    title: str
    path: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, file by file in the order of their paths."""

    files: Sequence[FileReport]
    missing: Sequence[MissingFile]
    index_version: int

    def count(self, status: FileStatus) -> int:
        """How many files have this status."""
        return sum(file.status is status for file in self.files)

    @property
    def clean(self) -> bool:
        """Whether no file was wrong and none in conflict."""
        return not self.count(FileStatus.WRONG) and not self.count(FileStatus.CONFLICT)
