"""Reading the articles."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from intents.model import Entry

from .model import (
    EVERYONE,
    Article,
    ArticleLine,
    ArticleVersion,
    Draft,
    GapAction,
    GapDecision,
    Phrasing,
    PhrasingSource,
    Status,
    Topic,
)
from .tables import ArticleRow, ArticleVersionRow, GapDecisionRow, IndexVersionRow, PhrasingRow

EXAMPLES_PER_TOPIC = 3


def index_version(session: Session) -> int:
    """The number of the newest change that the matcher must see; 0 before the first."""
    return session.scalar(select(IndexVersionRow.version)) or 0


def entries(session: Session) -> list[Entry]:
    """Everything that the matcher learns: the published articles, by id, with their phrasings in the order in which they were added."""
    phrasings = _phrasings_of_published(session)
    rows = session.scalars(select(ArticleRow).where(ArticleRow.status == Status.PUBLISHED).order_by(ArticleRow.id))
    return [entry_from(row, phrasings.get(row.id, ())) for row in rows]


def entry_from(row: ArticleRow, phrasings: Sequence[str]) -> Entry:
    """What the matcher learns of one article."""
    return Entry(
        article=row.id,
        title=row.title,
        phrasings=tuple(phrasings),
        body=row.body,
        tags=tuple(row.tags),
        topic=row.topic,
        audience=row.audience,
        language=row.language,
    )


def article(session: Session, identity: str) -> Article | None:
    """The article with this id, whatever its status."""
    row = session.get(ArticleRow, identity)
    return None if row is None else article_from(row)


def draft(session: Session, identity: str) -> Draft | None:
    """The contents of the article with this id, with its phrasings."""
    row = session.get(ArticleRow, identity)
    return None if row is None else draft_from(row, [phrasing.text for phrasing in phrasings(session, identity)])


def articles(
    session: Session, *, search: str = "", topic: str = "", status: Status | None = None, limit: int = 100, offset: int = 0
) -> list[ArticleLine]:
    """The articles whose title, id, text or phrasings contain every word of `search`, by title."""
    counted = select(PhrasingRow.article, func.count().label("phrasings")).group_by(PhrasingRow.article).subquery()
    found = select(ArticleRow, func.coalesce(counted.c.phrasings, 0)).outerjoin(counted, counted.c.article == ArticleRow.id)
    found = found.where(*_conditions(search, topic, status)).order_by(func.lower(ArticleRow.title), ArticleRow.id)
    return [_line_from(row, count) for row, count in session.execute(found.limit(limit).offset(offset))]


def count_articles(session: Session, *, search: str = "", topic: str = "", status: Status | None = None) -> int:
    """How many articles the same search finds."""
    return session.scalar(select(func.count()).select_from(ArticleRow).where(*_conditions(search, topic, status))) or 0


def count_published(session: Session) -> int:
    """How many articles employees can see."""
    return count_articles(session, status=Status.PUBLISHED)


def count_overdue(session: Session, now: datetime) -> int:
    """How many published articles should have been read again by now."""
    found = select(func.count()).select_from(ArticleRow).where(ArticleRow.status == Status.PUBLISHED, ArticleRow.review_on <= now.date())
    return session.scalar(found) or 0


def titles(session: Session, *, limit: int = 2000) -> list[tuple[str, str]]:
    """Id and title of the published articles, by title."""
    found = select(ArticleRow.id, ArticleRow.title).where(ArticleRow.status == Status.PUBLISHED)
    return [(row.id, row.title) for row in session.execute(found.order_by(func.lower(ArticleRow.title), ArticleRow.id).limit(limit))]


def topic_names(session: Session) -> list[str]:
    """The topics in use, by name."""
    return list(session.scalars(select(ArticleRow.topic).distinct().order_by(ArticleRow.topic)))


def service_areas(session: Session) -> list[str]:
    """The service areas in use, by name."""
    return list(session.scalars(select(ArticleRow.service_area).distinct().order_by(ArticleRow.service_area)))


def audiences(session: Session) -> list[str]:
    """The audiences in use, by name."""
    return list(session.scalars(select(ArticleRow.audience).distinct().order_by(ArticleRow.audience)))


def topics(session: Session, audiences: Collection[str]) -> list[Topic]:
    """What these audiences can ask about: every topic with published articles and up to three example questions, by name."""
    found = (
        select(ArticleRow.id, ArticleRow.title, ArticleRow.topic)
        .where(ArticleRow.status == Status.PUBLISHED, ArticleRow.audience.in_([EVERYONE, *audiences]))
        .order_by(ArticleRow.topic, func.lower(ArticleRow.title), ArticleRow.id)
    )
    firsts = select(func.min(PhrasingRow.id)).group_by(PhrasingRow.article)
    first_phrasings = session.execute(select(PhrasingRow.article, PhrasingRow.text).where(PhrasingRow.id.in_(firsts)))
    asked = {row.article: row.text for row in first_phrasings}
    by_topic: dict[str, list[str]] = {}
    for row in session.execute(found):
        by_topic.setdefault(row.topic, []).append(asked.get(row.id, row.title))
    return [Topic(name, len(examples), tuple(examples[:EXAMPLES_PER_TOPIC])) for name, examples in by_topic.items()]


def phrasings(session: Session, article: str) -> list[Phrasing]:
    """The phrasings of an article, first added first."""
    rows = session.scalars(select(PhrasingRow).where(PhrasingRow.article == article).order_by(PhrasingRow.id))
    return [phrasing_from(row) for row in rows]


def versions(session: Session, article: str) -> list[ArticleVersion]:
    """Every published version of an article, newest first."""
    found = select(ArticleVersionRow).where(ArticleVersionRow.article == article).order_by(ArticleVersionRow.version.desc())
    return [ArticleVersion(**_columns(row, ArticleVersion)) for row in session.scalars(found)]


def decided_episodes(session: Session, *, since: datetime) -> set[str]:
    """The ids of the episodes about which somebody decided; nothing is decided before it was asked, so older decisions are left out."""
    return set(session.scalars(select(GapDecisionRow.episode).where(GapDecisionRow.at >= since)))


def dismissing_decisions(session: Session, *, since: datetime) -> list[GapDecision]:
    """The decisions from `since` on that a question needs no article, newest first."""
    found = select(GapDecisionRow).where(GapDecisionRow.action == GapAction.DISMISSED, GapDecisionRow.at >= since)
    rows = session.scalars(found.order_by(GapDecisionRow.at.desc(), GapDecisionRow.episode))
    return [_decision_from(row) for row in rows]


def gap_decisions(session: Session, episodes: Iterable[str]) -> list[GapDecision]:
    """What was decided about these episodes, by episode."""
    rows = session.scalars(select(GapDecisionRow).where(GapDecisionRow.episode.in_(list(episodes))).order_by(GapDecisionRow.episode))
    return [_decision_from(row) for row in rows]


def is_overdue(review_on: date | None, now: datetime) -> bool:
    """Whether somebody should have read the article again by now."""
    return review_on is not None and review_on <= now.date()


def article_from(row: ArticleRow) -> Article:
    """The value that may leave this folder."""
    return Article(**{**_columns(row, Article), "status": Status(row.status), "tags": tuple(row.tags)})


def draft_from(row: ArticleRow, phrasings: Sequence[str] = ()) -> Draft:
    """The contents of a row."""
    contents = {name: getattr(row, name) for name in ("title", "body", "topic", "service_area", "audience", "language", "review_on")}
    return Draft(**contents, tags=tuple(row.tags), phrasings=tuple(phrasings))


def phrasing_from(row: PhrasingRow) -> Phrasing:
    """The value that may leave this folder."""
    return Phrasing(**{**_columns(row, Phrasing), "source": PhrasingSource(row.source)})


def _decision_from(row: GapDecisionRow) -> GapDecision:
    return GapDecision(row.episode, GapAction(row.action), row.article, row.reason, row.by, row.at)


def _line_from(row: ArticleRow, phrasings: int) -> ArticleLine:
    known = {field.name: getattr(row, field.name) for field in fields(ArticleLine) if field.name != "phrasings"}
    return ArticleLine(**{**known, "status": Status(row.status)}, phrasings=phrasings)


def _phrasings_of_published(session: Session) -> dict[str, list[str]]:
    found = (
        select(PhrasingRow.article, PhrasingRow.text)
        .join(ArticleRow, ArticleRow.id == PhrasingRow.article)
        .where(ArticleRow.status == Status.PUBLISHED)
    )
    texts: dict[str, list[str]] = {}
    for row in session.execute(found.order_by(PhrasingRow.id)):
        texts.setdefault(row.article, []).append(row.text)
    return texts


def _conditions(search: str, topic: str, status: Status | None) -> list[ColumnElement[bool]]:
    conditions = []
    for word in search.split()[:10]:
        phrased = select(PhrasingRow.article).where(PhrasingRow.text.icontains(word, autoescape=True))
        columns = (ArticleRow.title, ArticleRow.id, ArticleRow.body)
        conditions.append(or_(*(column.icontains(word, autoescape=True) for column in columns), ArticleRow.id.in_(phrased)))
    if topic:
        conditions.append(ArticleRow.topic == topic)
    if status is not None:
        conditions.append(ArticleRow.status == status)
    return conditions


def _columns(row: object, kind: type[Article] | type[Phrasing] | type[ArticleVersion]) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(kind)}
