"""The statistics: the figures of a period, the rows behind each of them, one episode replayed, and all of it as CSV."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.authentication import requires
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from . import counting
from .charts import draw_days, draw_weeks
from .episodes import outcome, provisional
from .export import write_csv
from .measurement import Kind, Rows
from .metrics.endings import ENDING_NAMES
from .model import Episode, Outcome, RecordSettings
from .names import names_of, without_names
from .period import PERIODS_IN_DAYS, Period
from .replays import replay_episode
from .store import with_shown_articles
from .summary import Summary, summarise
from .wording import describe, range_told, told

OpenSession = Callable[[Request], AbstractContextManager[Session]]

USUAL_PERIOD, LONGEST_PERIOD = 28, 730  # days
LONGEST_NUMBER = 9  # digits
ROWS_ON_A_PAGE = 100
LONGEST_VALUE = 200
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
_GOOD, _BAD = (Outcome.CONFIRMED,), (Outcome.REJECTED, Outcome.UNANSWERED, Outcome.BOUNCED)


@dataclass(frozen=True, slots=True)
class Listed:
    """An episode as a row of a page; its question without names, its channel empty when so few people used it that it could name one."""

    episode: Episode
    outcome: Outcome
    provisional: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows of which period a link asks for."""

    rows: Rows
    period: Period | None

    def period_or_usual(self, now: datetime) -> Period:
        """The period asked for; without one the usual days up to now."""
        return self.period or Period.last(USUAL_PERIOD, now=now)


Page = Annotated[int, Query(ge=1, le=1_000_000)]
Day = Annotated[date | None, Query(ge=_FIRST_DAY, le=_LAST_DAY)]


def _asked(kind: Kind = Kind.ALL, value: Annotated[str, Query(max_length=LONGEST_VALUE)] = "", start: Day = None, end: Day = None) -> Asked:
    period = None if start is None or end is None else Period.of_days(start, end)
    return Asked(Rows(kind, value), period)


def build_router(
    *, open_session: OpenSession, templates: Jinja2Templates, now: Callable[[], datetime], settings: RecordSettings
) -> APIRouter:
    """The pages of the statistics."""
    router = APIRouter(include_in_schema=False)

    @router.get("/statistics")
    @requires("statistics")
    def figures(request: Request, days: str = str(USUAL_PERIOD)) -> Response:
        chosen = _whole_days(days)
        with open_session(request) as session:
            summary = summarise(session, Period.last(chosen or USUAL_PERIOD, now=now()), settings, now())
        values = {"refused": chosen is None, "longest": LONGEST_PERIOD, **_figures(summary, settings)}
        return templates.TemplateResponse(request, "analytics/figures.html", values)

    @router.get("/statistics/rows")
    @requires("statistics")
    def rows(request: Request, asked: Annotated[Asked, Depends(_asked)], page: Page = 1) -> Response:
        with open_session(request) as session:
            values = _rows(session, asked.rows, asked.period_or_usual(now()), settings, now(), page)
        return templates.TemplateResponse(request, "analytics/rows.html", values)

    @router.get("/statistics/episodes/{identity}")
    @requires("statistics")
    def episode(request: Request, identity: str) -> Response:
        with open_session(request) as session:
            found = replay_episode(session, identity, settings=settings)
        if found is None:
            raise HTTPException(404)
        values = {"said": found.said, **_row_values(found.episode, settings, now())}
        return templates.TemplateResponse(request, "analytics/episode.html", values)

    @router.get("/statistics/export.csv")
    @requires("statistics")
    def export(request: Request, asked: Annotated[Asked, Depends(_asked)]) -> Response:
        period = asked.period_or_usual(now())
        with open_session(request) as session:
            written = _export(session, asked.rows, period, settings, now())
        name = f"questions-{period.first_day}-to-{period.last_day}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(written.encode("utf-8-sig", "replace"), media_type="text/csv; charset=utf-8", headers=headers)

    return router


def _whole_days(text: str) -> int | None:
    """The number of days asked for, or None when there can be no such period."""
    days = int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else 0
    return days if 1 <= days <= LONGEST_PERIOD else None


def _figures(summary: Summary, settings: RecordSettings) -> dict[str, Any]:
    return {
        "summary": summary,
        "chosen": summary.period.days,
        "periods": PERIODS_IN_DAYS,
        "settings": settings,
        "days_chart": Markup(draw_days(summary.days, summary.period)) if summary.days else "",  # noqa: S704 (drawn by us, text escaped)
        "weeks_chart": Markup(draw_weeks(summary.weeks)),  # noqa: S704 (drawn by us, text escaped)
        "day_table": _day_table(summary),
        "ending_names": ENDING_NAMES,
        "told": told,
        "range_told": range_told,
    }


def _day_table(summary: Summary) -> list[tuple[date, bool, list[tuple[int, str]]]]:
    """Per day whether it may still change, and for each ending the number of questions with the query of its rows."""
    table = []
    for day in sorted({entry.day for entry in summary.days}):
        entries = [entry for entry in summary.days if entry.day == day]
        counts = {ending: sum(entry.count for entry in entries if entry.outcome is ending) for ending in ENDING_NAMES}
        period = Period.of_days(day, day)
        cells = [(count, Rows(Kind.OUTCOME, ending.value).query(period)) for ending, count in counts.items()]
        table.append((day, any(entry.provisional for entry in entries), cells))
    return table


def _rows(session: Session, rows: Rows, period: Period, settings: RecordSettings, now: datetime, page: int) -> dict[str, Any]:
    total = counting.count_rows(session, [rows], period, settings, now=now)[rows]
    return {
        "label": describe(rows),
        "period": period,
        "total": total,
        "listed": _list(session, rows, period, settings, now, page),
        "page": page,
        "pages": max(1, -(-total // ROWS_ON_A_PAGE)),
        "first": (page - 1) * ROWS_ON_A_PAGE,
        "query": rows.query(period),
        "ending_names": ENDING_NAMES,
        "badge": _badge,
    }


def _list(session: Session, rows: Rows, period: Period, settings: RecordSettings, now: datetime, page: int) -> list[Listed]:
    at = (page - 1) * ROWS_ON_A_PAGE
    found = with_shown_articles(
        session, counting.episodes_behind(session, rows, period, settings, now=now, limit=ROWS_ON_A_PAGE, offset=at)
    )
    names = names_of(session, {episode.person for episode in found})
    few = counting.channels_of_few(session, period)
    window = timedelta(days=settings.recontact_days)
    return [
        Listed(_anonymous(episode, names, few), outcome(episode, window), provisional(episode, window, now)) for episode in found
    ]  # fmt: skip


def _anonymous(episode: Episode, names: Mapping[str, frozenset[str]], few: set[str]) -> Episode:
    question = without_names(episode.question, names[episode.person])
    return replace(episode, person="", question=question, channel="" if episode.channel in few else episode.channel)


def _row_values(episode: Episode, settings: RecordSettings, now: datetime) -> dict[str, Any]:
    window = timedelta(days=settings.recontact_days)
    ended = outcome(episode, window)
    return {
        "episode": replace(episode, person=""),
        "ending": ENDING_NAMES[ended],
        "badge": _badge(ended),
        "provisional": provisional(episode, window, now),
        "settings": settings,
    }


def _export(session: Session, rows: Rows, period: Period, settings: RecordSettings, now: datetime) -> str:
    found = with_shown_articles(session, counting.episodes_behind(session, rows, period, settings, now=now))
    names = names_of(session, {episode.person for episode in found})
    few = counting.channels_of_few(session, period)
    return write_csv(found, names=names, hidden_channels=few, settings=settings, now=now)


def _badge(ended: Outcome) -> str:
    if ended is Outcome.HANDED_OFF:
        return "person"
    return "good" if ended in _GOOD else "bad" if ended in _BAD else "plain"
