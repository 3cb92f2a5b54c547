"""The few changes of rows that every verb of this folder is made of. None of them decides whether it should happen."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from . import store
from .checks import slug, spelling
from .model import Draft, PhrasingSource, Status
from .tables import ArticleRow, ArticleVersionRow, IndexVersionRow, PhrasingRow

_CONTENTS = ("title", "body", "topic", "service_area", "audience", "language", "review_on")
_KEY = 1


def raise_index_version(session: Session) -> int:
    """The new number; every process that holds a matcher sees it after the commit and builds a new one."""
    if not _count_up(session):
        try:
            with session.begin_nested():
                session.add(IndexVersionRow(id=_KEY, version=1))
        except IntegrityError:  # another transaction was the first at the same moment
            _count_up(session)
    return store.index_version(session)


def fill(row: ArticleRow, draft: Draft) -> list[str]:
    """Puts the contents into the row; the names of the fields that differ from what was there."""
    wanted = {name: getattr(draft, name) for name in _CONTENTS} | {"tags": list(draft.tags)}
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    return changed


def keep_version(session: Session, row: ArticleRow, *, by: str, now: datetime, reason: str) -> None:
    """The row becomes the next published version, and that version is kept."""
    row.status = Status.PUBLISHED
    row.version += 1
    contents = {name: getattr(row, name) for name in _CONTENTS}
    kept = ArticleVersionRow(article=row.id, version=row.version, tags=list(row.tags), reason=reason, at=now, by=by, **contents)
    session.flush()
    session.add(kept)
    session.flush()


def add_missing_phrasings(
    session: Session, article: str, texts: Sequence[str], *, source: PhrasingSource, by: str, now: datetime
) -> list[str]:
    """Adds the phrasings that the article does not have yet, and returns them."""
    present = set(session.scalars(select(PhrasingRow.spelling).where(PhrasingRow.article == article)))
    added: list[str] = []
    for text in texts:
        key = spelling(text)
        if key in present:
            continue
        present.add(key)
        added.append(text)
        session.add(PhrasingRow(article=article, text=text, spelling=key, source=source, added_by=by, added_at=now))
    session.flush()
    return added


def remove_phrasings(session: Session, identities: Sequence[int]) -> None:
    """Deletes phrasings by their ids."""
    session.execute(delete(PhrasingRow).where(PhrasingRow.id.in_(identities)))


def free_id(session: Session, title: str) -> str:
    """An id made of the title which no article has."""
    wanted = slug(title)
    taken = set(session.scalars(select(ArticleRow.id).where(ArticleRow.id.startswith(wanted, autoescape=True))))
    if wanted not in taken:
        return wanted
    stem = wanted[:110]
    return next(f"{stem}-{number}" for number in range(2, len(taken) + 3) if f"{stem}-{number}" not in taken)


def count_phrasings(session: Session, article: str) -> int:
    """How many phrasings the article has."""
    return session.scalar(select(func.count()).where(PhrasingRow.article == article)) or 0


def _count_up(session: Session) -> bool:
    counted = update(IndexVersionRow).where(IndexVersionRow.id == _KEY).values(version=IndexVersionRow.version + 1)
    return session.scalar(counted.returning(IndexVersionRow.version)) is not None
