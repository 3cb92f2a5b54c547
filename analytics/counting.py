"""Counting episodes in the database: the same rules as `episodes.outcome`, written for SQL, and held to it by a test."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from .intervals import FEWEST_PEOPLE, median_ranks
from .measurement import Kind, Rows
from .model import Episode, Outcome, RecordSettings
from .period import Period
from .store import episode_from
from .tables import EpisodeArticleRow, EpisodeRow

_E = EpisodeRow
_ENDED_WELL = (Outcome.CONFIRMED, Outcome.ASSUMED)
_LEFT_ANSWERED = (*_ENDED_WELL, Outcome.BOUNCED)
_PERSON_FIRST = and_(_E.asked_person_at.is_not(None), _E.asked_person_at <= _E.opened_at)
_PLAIN: Mapping[Kind, ColumnElement[bool]] = {
    Kind.ALL: literal(1) == 1,
    Kind.CONTAINED: and_(_E.handed_off_at.is_(None), ~_E.wants_person),
    Kind.ASKED_PERSON: _E.asked_person_at.is_not(None),
    Kind.PERSON_FIRST: _PERSON_FIRST,
    Kind.PERSON_FIRST_REACHED: and_(_PERSON_FIRST, _E.handed_off_at.is_not(None)),
    Kind.PERSON_ANSWERED: _E.person_wait.is_not(None),
    Kind.OFFERED: _E.choices_offered.is_(True),
    Kind.CHOICE_TAKEN: _E.choice_taken.is_(True),
    Kind.TIMED: _E.latency_ms.is_not(None),
}
"""The conditions that ask neither for a value nor for the settings."""


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many questions of one day (UTC) ended in one way; `provisional` may still change."""

    day: date
    outcome: Outcome
    provisional: bool
    contained: bool
    count: int


@dataclass(frozen=True, slots=True)
class ArticleCount:
    """How often an article was shown, and what people made of it, each counted once per question."""

    article: str
    title: str
    shown: int
    confirmed: int
    rejected: int
    bounced: int


@dataclass(frozen=True, slots=True)
class GroupCount:
    """How many questions of how many people fall into a group; `example` is one of them as it was written."""

    key: str
    example: str
    questions: int
    people: int


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of n values, and the range in which the true one lies in 95 of 100 cases."""

    n: int
    low: float
    median: float
    high: float


def outcome_within(window: timedelta) -> ColumnElement[str]:
    """`episodes.outcome` as an SQL expression."""
    answered = or_(_E.confirmed, and_(_E.shown, ~_E.rejected, ~_E.wants_person))
    return case(
        (_E.handed_off_at.is_not(None), literal(Outcome.HANDED_OFF.value)),
        (and_(answered, _E.recontact_after <= window.total_seconds()), literal(Outcome.BOUNCED.value)),
        (_E.confirmed, literal(Outcome.CONFIRMED.value)),
        (answered, literal(Outcome.ASSUMED.value)),
        (or_(_E.rejected, _E.shown), literal(Outcome.REJECTED.value)),
        (_E.unknown, literal(Outcome.UNANSWERED.value)),
        else_=literal(Outcome.ABANDONED.value),
    )


def condition(rows: Rows, settings: RecordSettings, now: datetime) -> ColumnElement[bool]:
    """What an episode must be to stand behind this figure, besides eligible and in the period."""
    if rows.kind in _PLAIN:
        return _PLAIN[rows.kind]
    window = timedelta(days=settings.recontact_days)
    ended = outcome_within(window)
    match rows.kind:
        case Kind.OUTCOME:
            return ended == rows.value
        case Kind.HELPED_OR_SILENT:
            return ended.in_(_ENDED_WELL)
        case Kind.ANSWERED:
            return ended.in_(_LEFT_ANSWERED)
        case Kind.RECONTACTED:
            within = timedelta(days=_whole(rows.value))
            return and_(ended.in_(_LEFT_ANSWERED), _E.last_at <= now - within, _E.recontact_after <= within.total_seconds())
        case Kind.ANSWERED_BEFORE:
            return and_(ended.in_(_LEFT_ANSWERED), _E.last_at <= now - timedelta(days=_whole(rows.value)))
        case Kind.PROVISIONAL:
            return _E.last_at > now - window
        case Kind.UNANSWERED_QUESTION:
            return and_(ended == Outcome.UNANSWERED.value, _E.question_key == rows.value)
        case _:
            return _with_value(rows, ended)


def _with_value(rows: Rows, ended: ColumnElement[str]) -> ColumnElement[bool]:
    shown = exists().where(EpisodeArticleRow.episode == _E.id, EpisodeArticleRow.article == rows.value)
    match rows.kind:
        case Kind.HANDED_OFF:
            return and_(_E.handed_off_at.is_not(None), _E.handoff_reason == rows.value)
        case Kind.CHANNEL:
            return _E.channel == rows.value
        case Kind.ARTICLE_SHOWN:
            return shown
        case Kind.ARTICLE_REJECTED:
            return shown.where(EpisodeArticleRow.rejected.is_(True))
        case Kind.ARTICLE_CONFIRMED:
            return and_(ended == Outcome.CONFIRMED.value, _E.article == rows.value, shown)
        case Kind.ARTICLE_BOUNCED:
            return and_(ended == Outcome.BOUNCED.value, _E.article == rows.value, shown)
        case _:
            raise ValueError(f"No condition is known for {rows.kind}.")


def count_rows(session: Session, wanted: Iterable[Rows], period: Period, settings: RecordSettings, *, now: datetime) -> dict[Rows, int]:
    """How many episodes stand behind each of these figures; counted together, in one pass."""
    figures = list(dict.fromkeys(wanted))
    counts = [func.coalesce(func.sum(case((condition(rows, settings, now), 1), else_=0)), 0) for rows in figures]
    if not counts:
        return {}
    found = session.execute(select(*counts).where(*_in(period))).one()
    return {rows: int(count) for rows, count in zip(figures, found, strict=True)}


def episodes_behind(
    session: Session, rows: Rows, period: Period, settings: RecordSettings, *, now: datetime, limit: int | None = None, offset: int = 0
) -> list[Episode]:
    """The episodes behind a figure, newest first."""
    found = select(_E).where(*_in(period), condition(rows, settings, now)).order_by(_E.opened_at.desc(), _E.id.desc())
    return [episode_from(row) for row in session.scalars(found.limit(limit).offset(offset))]


def count_days(session: Session, period: Period, settings: RecordSettings, *, now: datetime) -> list[DayCount]:
    """How the questions of each day ended; days without a question are left out."""
    window = timedelta(days=settings.recontact_days)
    day, ended = func.date(_E.opened_at), outcome_within(window)
    provisional, contained = _E.last_at > now - window, condition(Rows(Kind.CONTAINED), settings, now)
    inner = select(
        day.label("day"), ended.label("ended"), provisional.label("provisional"), contained.label("contained")
    ).where(*_in(period)).subquery()  # fmt: skip
    parts = (inner.c.day, inner.c.ended, inner.c.provisional, inner.c.contained)
    found = session.execute(select(*parts, func.count()).group_by(*parts).order_by(*parts))
    return [
        DayCount(date.fromisoformat(str(d)), Outcome(o), provisional=bool(p), contained=bool(c), count=count) for d, o, p, c, count in found
    ]


def count_articles(session: Session, period: Period, settings: RecordSettings, *, limit: int) -> list[ArticleCount]:
    """The articles shown most often."""
    shown = EpisodeArticleRow
    ended = outcome_within(timedelta(days=settings.recontact_days))
    stayed = _E.article == shown.article
    total = func.count().label("shown")
    found = session.execute(
        select(
            shown.article,
            func.max(shown.title),
            total,
            _sum(and_(stayed, ended == Outcome.CONFIRMED.value)),
            _sum(shown.rejected),
            _sum(and_(stayed, ended == Outcome.BOUNCED.value)),
        )
        .join(_E, shown.episode == _E.id)
        .where(*_in(period))
        .group_by(shown.article)
        .order_by(total.desc(), shown.article)
        .limit(limit)
    )
    return [ArticleCount(*row) for row in found]


def count_unanswered(session: Session, period: Period, settings: RecordSettings, *, now: datetime, limit: int) -> list[GroupCount]:
    """The questions that nobody answered, the same words counted together: asked by most people first."""
    unanswered = condition(Rows(Kind.OUTCOME, Outcome.UNANSWERED.value), settings, now)
    return _groups(session, _E.question_key, period, unanswered, _E.question_key != "", limit=limit)


def people_who_asked(session: Session, keys: Iterable[str], period: Period) -> list[str]:
    """Who put one of these questions, named by `episodes.question_key`."""
    return list(session.scalars(select(_E.person).where(*_in(period), _E.question_key.in_(list(keys))).distinct()))


def count_channels(session: Session, period: Period) -> list[GroupCount]:
    """The questions of each channel."""
    return _groups(session, _E.channel, period, limit=50)


def channels_of_few(session: Session, period: Period) -> set[str]:
    """The channels that so few people used in this period that naming one could tell who it was."""
    return {group.key for group in count_channels(session, period) if group.people < FEWEST_PEOPLE}


def median(session: Session, column: InstrumentedAttribute[float | None], period: Period) -> Spread | None:
    """The median of a column over the eligible episodes that have a value, or None when there is none."""
    placed = (
        select(column.label("value"), func.row_number().over(order_by=column).label("rank"))
        .where(*_in(period), column.is_not(None))
        .subquery()
    )
    n = session.scalar(select(func.count(column)).where(*_in(period))) or 0
    if n == 0:
        return None
    ranks = median_ranks(n)
    found = session.execute(select(placed.c.rank, placed.c.value).where(placed.c.rank.in_({rank + 1 for rank in ranks})))
    values = {rank - 1: float(value) for rank, value in found}
    low, lower, upper, high = (values[rank] for rank in ranks)
    return Spread(n, low, (lower + upper) / 2, high)


def _groups(session: Session, key: InstrumentedAttribute[str], period: Period, *where: ColumnElement[bool], limit: int) -> list[GroupCount]:
    people, questions = func.count(_E.person.distinct()).label("people"), func.count().label("questions")
    found: Select[str, str, int, int] = select(key, func.min(_E.question), questions, people).where(*_in(period), *where).group_by(key)
    rows = session.execute(found.order_by(people.desc(), questions.desc(), key).limit(limit))
    return [GroupCount(*row) for row in rows]


def _in(period: Period) -> tuple[ColumnElement[bool], ...]:
    return (_E.opened_at >= period.start, _E.opened_at < period.end, _E.eligible.is_(True))


def _sum(true: ColumnElement[bool] | InstrumentedAttribute[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((true, 1), else_=0)), 0)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
