"""A figure, what it was counted from, and the rows behind it."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from .intervals import FEWEST_FOR_A_PERCENTAGE, wilson
from .period import Period


class Kind(StrEnum):
    """Which episodes a figure counts; all of them are eligible and were opened in the period."""

    ALL = "all"
    OUTCOME = "outcome"  # value: the outcome
    HELPED_OR_SILENT = "helped_or_silent"
    ANSWERED = "answered"  # confirmed, assumed, or bounced: the person left with an answer
    CONTAINED = "contained"
    PROVISIONAL = "provisional"
    HANDED_OFF = "handed_off"  # value: the reason
    ASKED_PERSON = "asked_person"
    PERSON_FIRST = "person_first"
    PERSON_FIRST_REACHED = "person_first_reached"
    PERSON_ANSWERED = "person_answered"
    RECONTACTED = "recontacted"  # value: the window in days, which is over
    ANSWERED_BEFORE = "answered_before"  # value: the days that have passed since its last turn
    OFFERED = "offered"
    CHOICE_TAKEN = "choice_taken"
    TIMED = "timed"
    ARTICLE_SHOWN = "article_shown"  # value: the article
    ARTICLE_CONFIRMED = "article_confirmed"
    ARTICLE_REJECTED = "article_rejected"
    ARTICLE_BOUNCED = "article_bounced"
    UNANSWERED_QUESTION = "unanswered_question"  # value: its `episodes.question_key`
    CHANNEL = "channel"  # value: the channel


class Unit(StrEnum):
    """What a value is."""

    COUNT = "count"
    SHARE = "share"  # 0 to 1
    MILLISECONDS = "milliseconds"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Rows:
    """The episodes behind a figure: what is counted, and what its link leads to, are the same condition."""

    kind: Kind = Kind.ALL
    value: str = ""

    def query(self, period: Period) -> str:
        """The query string of the page that lists them."""
        named = {"kind": self.kind.value, "value": self.value, "start": period.first_day, "end": period.last_day}
        return urlencode({name: value for name, value in named.items() if value != ""})


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a figure that falls into groups: its label, and for each of the metric's `columns` a count and its rows.

    `hidden` says that there are too few people in the group to show anything of it.
    """

    label: str
    counts: tuple[tuple[int, Rows], ...] = ()
    key: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured: `count` of `n`, the value in the metric's unit, and the range that it lies in.

    A value is None while there is nothing to measure it from; a share also under n = 20, when only the counts are told.
    `young` is how many more will be counted when they are old enough.
    """

    n: int
    count: int
    rows: Rows
    value: float | None = None
    low: float | None = None
    high: float | None = None
    notes: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    young: int = 0

    @property
    def enough(self) -> bool:
        """Whether there is something to tell besides the counts."""
        return self.low is not None and self.high is not None


def share(count: int, n: int, rows: Rows, *, notes: tuple[str, ...] = ()) -> Measurement:
    """`count` of `n` with its Wilson interval; without a percentage under n = 20."""
    if n < FEWEST_FOR_A_PERCENTAGE:
        return Measurement(n=n, count=count, rows=rows, notes=notes)
    interval = wilson(count, n)
    return Measurement(n=n, count=count, rows=rows, value=count / n, low=interval.low, high=interval.high, notes=notes)
