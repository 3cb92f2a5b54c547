"""What editors do with articles. Every change that the matcher must see raises the index version in the same transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from . import store, writing
from .checks import check_draft, phrasing_problem, shortened, spelling, tidy
from .model import FROM_EDITOR, Article, Draft, EditConflict, InvalidArticle, Phrasing, PhrasingSource, Status
from .tables import ArticleRow, PhrasingRow


def save_article(
    session: Session,
    draft: Draft,
    *,
    article: str | None = None,
    by: str,
    now: datetime,
    reason: str = "",
    seen: datetime | None = None,
) -> Article:
    """The article with these contents: a new draft without `article`, else the changed one; a published one is published anew.

    `draft.phrasings` are added to those that the article has. `seen` is the `updated_at` that the editor saw.
    Raises `InvalidArticle`, of it `EditConflict` when somebody changed the article after `seen`, and `LookupError`.
    """
    check_draft(draft := tidy(draft))
    row = _new(session, draft, by, now) if article is None else _row(session, article)
    if seen is not None and row.updated_at != seen:
        raise EditConflict({"": f"{row.updated_by} changed this article while you were writing. Compare both texts, then save again."})
    changed = writing.fill(row, draft)
    added = writing.add_missing_phrasings(session, row.id, draft.phrasings, source=PhrasingSource.EDITOR, by=by, now=now)
    if changed:
        _touch(row, by, now, edited=True)
        if row.status == Status.PUBLISHED:
            writing.keep_version(session, row, by=by, now=now, reason=reason)
    if row.status == Status.PUBLISHED and (changed or added):
        writing.raise_index_version(session)
    session.flush()
    return store.article_from(row)


def publish_article(session: Session, article: str, *, by: str, now: datetime, reason: str = "") -> Article:
    """The article, from now on shown to employees. One that is published already stays as it is."""
    row = _row(session, article)
    if row.status != Status.PUBLISHED:
        check_draft(store.draft_from(row))
        _touch(row, by, now, edited=True)
        writing.keep_version(session, row, by=by, now=now, reason=reason)
        writing.raise_index_version(session)
    return store.article_from(row)


def archive_article(session: Session, article: str, *, by: str, now: datetime) -> Article:
    """The article, no longer shown to employees but kept with its history."""
    row = _row(session, article)
    if row.status != Status.ARCHIVED:
        was_published = row.status == Status.PUBLISHED
        row.status = Status.ARCHIVED
        _touch(row, by, now, edited=True)
        session.flush()
        if was_published:
            writing.raise_index_version(session)
    return store.article_from(row)


def add_phrasing(
    session: Session, article: str, text: str, *, source: PhrasingSource = PhrasingSource.EDITOR, by: str, now: datetime
) -> Phrasing:
    """The new phrasing. Raises `InvalidArticle` when the article has it already, and `LookupError`."""
    [added] = add_phrasings(session, article, [new_phrasing(session, article, text)], source=source, by=by, now=now)
    return added


def new_phrasing(session: Session, article: str, text: str) -> str:
    """The text as the article would have it as a new phrasing. Raises `InvalidArticle` like `add_phrasing`, and adds nothing."""
    row = _row(session, article)
    text = " ".join(text.split())
    if problem := phrasing_problem(text):
        raise InvalidArticle({"phrasing": problem})
    if spelling(text) in {spelling(phrasing.text) for phrasing in store.phrasings(session, article)}:
        raise InvalidArticle({"phrasing": f'"{row.title}" has this phrasing already.'})
    return text


def add_phrasings(
    session: Session, article: str, texts: Sequence[str], *, source: PhrasingSource, by: str, now: datetime
) -> list[Phrasing]:
    """The phrasings that the article did not have yet, now added. Raises `InvalidArticle` and `LookupError`."""
    row = _row(session, article)
    wanted = [" ".join(text.split()) for text in texts]
    for text in wanted:
        if problem := phrasing_problem(text):
            raise InvalidArticle({"phrasing": f'"{shortened(text)}": {problem}'})
    added = set(writing.add_missing_phrasings(session, article, wanted, source=source, by=by, now=now))
    if added and row.status == Status.PUBLISHED:
        writing.raise_index_version(session)
    spellings = {spelling(text) for text in added}
    return [phrasing for phrasing in store.phrasings(session, article) if spelling(phrasing.text) in spellings]


def remove_phrasing(session: Session, article: str, phrasing: int, *, by: str, now: datetime) -> Phrasing | None:
    """The phrasing that the article has no more, or None when it was gone already."""
    row = _row(session, article)
    found = session.get(PhrasingRow, phrasing)
    if found is None or found.article != article:
        return None
    removed = store.phrasing_from(found)
    if removed.source is PhrasingSource.IMPORT:
        _touch(row, by, now, edited=True)
    session.delete(found)
    session.flush()
    if row.status == Status.PUBLISHED:
        writing.raise_index_version(session)
    return removed


def _new(session: Session, draft: Draft, by: str, now: datetime) -> ArticleRow:
    row = ArticleRow(id=writing.free_id(session, draft.title), status=Status.DRAFT, source=FROM_EDITOR, version=0, tags=[])
    row.updated_at, row.updated_by = now, by
    writing.fill(row, replace(draft, phrasings=()))
    session.add(row)
    session.flush()
    return row


def _row(session: Session, article: str) -> ArticleRow:
    row = session.get(ArticleRow, article)
    if row is None:
        raise LookupError(f"There is no article {article}.")
    return row


def _touch(row: ArticleRow, by: str, now: datetime, *, edited: bool) -> None:
    row.updated_at, row.updated_by = now, by
    row.edited = edited
